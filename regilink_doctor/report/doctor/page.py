"""`--html FILE`: a diagnosis as one page, without anything from elsewhere, light and dark as the reader's system is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from regilink_doctor.core.origin import Argument, Code
from regilink_doctor.core.phrases import join_phrases, say, translate_value
from regilink_doctor.core.text import escape_text
from regilink_doctor.report.doctor.full import (
    SCRIPT,
    elsewhere_lines,
    group_checks,
    group_verdict,
    incomplete_lines,
    problem_page,
    summarize_verdict,
    worst_status,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.check_result import CheckResult, Status
    from regilink_doctor.doctor.diagnosis import Diagnosis

_WORDS: dict[Status, str] = {
    "pass": say("passed"),
    "fail": say("failed"),
    "warn": say("warning"),
    "skip": say("skipped"),
    "crash": say("broke"),
}

STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def to_html(
    diagnosis: Diagnosis,
    *,
    site: str = "",
    circumstances: Sequence[tuple[str, str]] = (),
    translate: Callable[[str], str] = str,
) -> str:
    """The page.

    Args:
        diagnosis: what to show.
        site: where the documentation begins; with it, codes link to the pages of their rules.
        circumstances: names and values that tell one report from another: date, folder, host, versions.
        translate: shows a string in the reader's language.
    """
    return "\n".join(_Page(site, translate).render(diagnosis, circumstances)) + "\n"


class _Page:
    def __init__(self, site: str, translate: Callable[[str], str]) -> None:
        self._site = site
        self._translate = translate

    def _show(self, text: str) -> str:
        return escape(escape_text(self._translate(text)))

    def _show_value(self, text: str) -> str:
        """What may be a name of the user's, which no translation changes."""
        return escape(escape_text(translate_value(text, self._translate)))

    def render(self, diagnosis: Diagnosis, circumstances: Sequence[tuple[str, str]]) -> Iterator[str]:
        """The lines of the page."""
        problems = diagnosis.of("crash", "fail", "warn")
        worst: Status = worst_status(problems) if problems else "pass"
        head, rest = summarize_verdict(diagnosis, say("What to change is below each."))
        yield "<!doctype html>"
        yield f'<html lang="{getattr(self._translate, "language", "en")}"><head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Nothing is loaded and nothing runs, whatever a name on the server may say.
        yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        yield f"<title>regilink doctor: {self._show(head)}</title>"
        yield f"<style>\n{STYLE}</style></head><body><main>"
        yield "<h1>regilink doctor</h1>"
        yield f'<p class="{worst}"><span class="status">{self._show(head)}</span>{self._show(rest)}</p>'
        for line in (*incomplete_lines(diagnosis), *elsewhere_lines(diagnosis)):
            yield f"<p>{self._show(line)}</p>"
        yield from self._render_circumstances(circumstances)
        yield from self._render_groups(diagnosis)
        yield from self._render_problems(problems)
        yield from self._render_targets(diagnosis)
        yield from self._render_ready(diagnosis)
        yield from self._render_configuration(diagnosis)
        yield from self._render_other_checks(diagnosis)
        yield "</main></body></html>"

    def _render_circumstances(self, circumstances: Sequence[tuple[str, str]]) -> Iterator[str]:
        if circumstances:
            values = (f"{self._show(name)} <code>{escape(escape_text(value))}</code>" for name, value in circumstances)
            yield f'<p class="soft">{" &middot; ".join(values)}</p>'

    def _render_groups(self, diagnosis: Diagnosis) -> Iterator[str]:
        yield "<table>"
        for name, checks in group_checks(diagnosis.checks).items():
            status = worst_status(checks)
            title, word = self._show(name), self._show(_WORDS[status])
            yield f'<tr class="{status}"><th scope="row">{title}</th><td class="status">{word}</td>'
            yield f"<td>{self._show(group_verdict(checks))}</td></tr>"
        yield "</table>"

    def _render_problems(self, checks: Iterable[CheckResult]) -> Iterator[str]:
        """The problems by file; those of the machine, the account and the command line come first."""
        files: dict[str, list[CheckResult]] = {"": []}
        for check in checks:
            file = check.origin.place.path if isinstance(check.origin, Code) else ""
            files.setdefault(file, []).append(check)
        for file, reported in files.items():
            if reported and (file or len(files) > 1):
                title = f"<code>{escape(escape_text(file))}</code>" if file else self._show("Not in a file")
                yield f"<h3>{title} ({len(reported)})</h3>"
            yield from self._render_articles(reported)

    def _render_targets(self, diagnosis: Diagnosis) -> Iterator[str]:
        """A line for each target path and each name that is consumed: what came of it, and where it is written."""
        targets: dict[str, list[CheckResult]] = {}
        for check in diagnosis.checks:
            if check.origin is not None and check.group == "Links" and isinstance(check.origin, Code | Argument):
                targets.setdefault(check.subject, []).append(check)
        if not targets:
            return
        yield f"<h2>{self._show('By target')}</h2><table><tr><th>{self._show('Target')}</th><th></th>"
        yield f'<th>{self._show("Checks")}</th><th class="source">{self._show("Where")}</th></tr>'
        for target, checks in targets.items():
            status = worst_status(checks)
            places = dict.fromkeys(
                origin.line if isinstance(origin, Code) else origin.shown
                for check in checks
                for origin in (check.origin, *check.also_at)
                if origin is not None
            )
            yield f'<tr class="{status}"><td class="value">{escape(escape_text(target))}</td>'
            yield f'<td class="status">{self._show(_WORDS[status])}</td><td>{self._show(group_verdict(checks))}</td>'
            yield f'<td class="source">{"<br>".join(map(self._show_value, places))}</td></tr>'
        yield "</table>"

    def _render_articles(self, checks: Iterable[CheckResult]) -> Iterator[str]:
        for check in checks:
            code = f" <code>{escape(check.code)}</code>" if check.code else ""
            if code and (address := problem_page(self._site, check)):
                code = f' <a href="{escape(address)}">{code.strip()}</a>'
            places = ", ".join(self._show_value(origin.shown) for origin in (check.origin, *check.also_at) if origin)
            origin = f' <span class="soft">({places})</span>' if places else ""
            word = self._show(_WORDS[check.status])
            yield f'<article class="{check.status}"><h4><span class="status">{word}</span>: '
            yield f"{escape(check.name)}{code} <code>{self._show_value(check.subject)}</code>{origin}</h4>"
            yield f"<p>{self._show(check.message)}</p>"
            for line in self._translate(check.note or "").splitlines():
                yield f'<p class="soft">{escape(escape_text(line))}</p>'
            lines = self._translate(check.help or "").splitlines()
            script = "\n".join(line.removeprefix(SCRIPT) for line in lines if line.startswith(SCRIPT))
            for line in lines:
                if not line.startswith(SCRIPT):
                    yield f"<pre>{escape(escape_text(line))}</pre>"
            if script:
                yield f"<pre>{escape(script)}</pre>"
            yield "</article>"

    def _render_ready(self, diagnosis: Diagnosis) -> Iterator[str]:
        ready = diagnosis.ready
        if ready is None:
            return
        if ready.teams:
            yield f"<h2>{self._show('Your teams')}</h2><table>"
            for team, names in ready.teams:
                where = say("{name} (entity {entity})", name=names.name, entity=names.entity)
                yield f'<tr><td class="value">{escape(escape_text(team))}</td><td>{self._show(where)}</td></tr>'
            yield "</table>"
        if ready.targets:
            lines = [f'run = wandb.init(entity="{ready.entity}")'] if ready.entity else []
            lines += [f'run.link_artifact(artifact, target_path="{target}")' for target in ready.targets]
            code = "\n".join(escape(escape_text(line)) for line in lines)
            yield f"<h2>{self._show('Ready to paste')}</h2><pre>{code}</pre>"

    def _render_configuration(self, diagnosis: Diagnosis) -> Iterator[str]:
        if not diagnosis.found:
            return
        yield f"<h2>{self._show('What was found where')}</h2><table>"
        for name, setting in diagnosis.found:
            value = self._show_value(setting.value) or f"<em>{self._show('empty')}</em>"
            origin = self._show(setting.origin.shown)
            yield f'<tr><th scope="row">{self._show(name)}</th><td class="value">{value}</td><td>{origin}</td></tr>'
        if diagnosis.differences:
            yield f'<tr><th scope="row">{self._show("but")}</th><td class="value">{self._show("code")}</td>'
            yield f"<td>{self._show(join_phrases('; ', diagnosis.differences))}</td></tr>"
        yield "</table>"

    def _render_other_checks(self, diagnosis: Diagnosis) -> Iterator[str]:
        groups: tuple[tuple[Status, str], ...] = (("pass", say("Checks that passed")), ("skip", say("Skipped")))
        for status, title in groups:
            checks = diagnosis.of(status)
            if not checks:
                continue
            is_open = " open" if status == "skip" else ""
            yield f"<details{is_open}><summary>{self._show(title)} ({len(checks)})</summary><table>"
            columns = (say("Check"), say("Subject"), say("What was found"))
            yield f'<tr>{"".join(f"<th>{self._show(name)}</th>" for name in columns)}<th class="number">ms</th></tr>'
            for check in checks:
                yield (
                    f'<tr class="{status}"><td>{escape(check.name)}</td>'
                    f'<td class="value">{self._show_value(check.subject)}</td>'
                    f'<td>{self._show(check.message)}</td><td class="number">{check.duration_ms}</td></tr>'
                )
            yield "</table></details>"
