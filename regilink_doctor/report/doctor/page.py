"""`--html FILE`: a diagnosis as one page, without anything from elsewhere, light and dark as the reader's system is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from regilink_doctor.core.origin import Argument, Code
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
    "pass": "passed",
    "fail": "failed",
    "warn": "warning",
    "skip": "skipped",
    "crash": "broke",
}

STYLE = """\
:root { color-scheme: light dark; --page: #ffffff; --ink: #1c2024; --soft: #5b636b; --line: #d9dee3; --card: #f6f8fa;
  --fail: #b3261e; --warn: #8a5a00; --pass: #1a6e3c; --skip: #5b636b; --crash: #7b2fb0; --code: #eef1f4; }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --ink: #e6e9ec; --soft: #9aa4ad; --line: #343a40;
  --card: #1c2024; --fail: #ff8a80; --warn: #f2c14e; --pass: #79d19c; --skip: #9aa4ad; --crash: #d0a5f2;
  --code: #262b30; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); }
code, pre, td.value { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
pre { background: var(--code); padding: .5rem .75rem; border-radius: 4px; margin: .5rem 0 0; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .3rem .5rem; border-top: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; } tr:first-child > * { border-top: 0; }
article { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--mark);
  border-radius: 4px; padding: .75rem 1rem; margin: .75rem 0; }
h3 { font-size: 1rem; margin: 1rem 0 .5rem; }
article h4 { font-size: 1rem; margin: 0; } .status { color: var(--mark); font-weight: 600; }
.fail { --mark: var(--fail); } .warn { --mark: var(--warn); } .pass { --mark: var(--pass); }
.skip { --mark: var(--skip); } .crash { --mark: var(--crash); }
details { margin-top: 1rem; }
summary { cursor: pointer; font-weight: 600; } .number { text-align: right; white-space: nowrap; }
@media (max-width: 40rem) { td.source { display: none; } th.source { display: none; } }
@media print { details { display: block; } }
"""


def to_html(diagnosis: Diagnosis, *, site: str = "", circumstances: Sequence[tuple[str, str]] = ()) -> str:
    """The page.

    Args:
        diagnosis: what to show.
        site: where the documentation begins; with it, codes link to the pages of their rules.
        circumstances: names and values that tell one report from another: date, folder, host, versions.
    """
    problems = diagnosis.of("crash", "fail", "warn")
    worst: Status = worst_status(problems) if problems else "pass"
    head, rest = summarize_verdict(diagnosis)
    rest = rest.replace("Lines marked -> show what to change.", "What to change is below each.")
    more = [*incomplete_lines(diagnosis), *elsewhere_lines(diagnosis)]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # Nothing is loaded and nothing runs, whatever a name on the server may say.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>regilink doctor: {_escape_html(head)}</title>",
        f"<style>\n{STYLE}</style></head><body><main>",
        "<h1>regilink doctor</h1>",
        f'<p class="{worst}"><span class="status">{_escape_html(head)}</span>{_escape_html(rest)}</p>',
        *(f"<p>{_escape_html(line)}</p>" for line in more),
        *_render_circumstances(circumstances),
        *_render_groups(diagnosis),
        *_render_problems(problems, site),
        *_render_targets(diagnosis),
        *_render_ready(diagnosis),
        *_render_configuration(diagnosis),
        *_render_other_checks(diagnosis),
        "</main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _escape_html(text: str) -> str:
    return escape(escape_text(text))


def _render_circumstances(circumstances: Sequence[tuple[str, str]]) -> Iterator[str]:
    if circumstances:
        values = (f"{_escape_html(name)} <code>{_escape_html(value)}</code>" for name, value in circumstances)
        yield f'<p class="soft">{" &middot; ".join(values)}</p>'


def _render_groups(diagnosis: Diagnosis) -> Iterator[str]:
    yield "<table>"
    for name, rows in group_checks(diagnosis.checks).items():
        status = worst_status(rows)
        yield f'<tr class="{status}"><th scope="row">{_escape_html(name)}</th><td class="status">{_WORDS[status]}</td>'
        yield f"<td>{_escape_html(group_verdict(rows))}</td></tr>"
    yield "</table>"


def _render_problems(checks: Iterable[CheckResult], site: str) -> Iterator[str]:
    """The problems by file; those of the machine, the account and the command line come first."""
    files: dict[str, list[CheckResult]] = {"": []}
    for check in checks:
        file = check.origin.place.path if isinstance(check.origin, Code) else ""
        files.setdefault(file, []).append(check)
    for file, rows in files.items():
        if rows and (file or len(files) > 1):
            title = f"<code>{_escape_html(file)}</code>" if file else "Not in a file"
            yield f"<h3>{title} ({len(rows)})</h3>"
        yield from _render_articles(rows, site)


def _render_targets(diagnosis: Diagnosis) -> Iterator[str]:
    """A row for each target path and each name that is consumed: what came of it, and where it is written."""
    targets: dict[str, list[CheckResult]] = {}
    for check in diagnosis.checks:
        if check.origin is not None and check.group == "Links" and isinstance(check.origin, Code | Argument):
            targets.setdefault(check.subject, []).append(check)
    if not targets:
        return
    yield '<h2>By target</h2><table><tr><th>Target</th><th></th><th>Checks</th><th class="source">Where</th></tr>'
    for target, rows in targets.items():
        status = worst_status(rows)
        places = dict.fromkeys(
            origin.line if isinstance(origin, Code) else origin.shown
            for row in rows
            for origin in (row.origin, *row.also_at)
            if origin is not None
        )
        yield f'<tr class="{status}"><td class="value">{_escape_html(target)}</td>'
        yield f'<td class="status">{_WORDS[status]}</td><td>{_escape_html(group_verdict(rows))}</td>'
        yield f'<td class="source">{"<br>".join(map(_escape_html, places))}</td></tr>'
    yield "</table>"


def _render_articles(checks: Iterable[CheckResult], site: str) -> Iterator[str]:
    for check in checks:
        code = f" <code>{_escape_html(check.code)}</code>" if check.code else ""
        if code and (address := problem_page(site, check)):
            code = f' <a href="{escape(address)}">{code.strip()}</a>'
        places = ", ".join(_escape_html(origin.shown) for origin in (check.origin, *check.also_at) if origin)
        origin = f' <span class="soft">({places})</span>' if places else ""
        yield f'<article class="{check.status}"><h4><span class="status">{_WORDS[check.status]}</span>: '
        yield f"{_escape_html(check.name)}{code} <code>{_escape_html(check.subject)}</code>{origin}</h4>"
        yield f"<p>{_escape_html(check.message)}</p>"
        yield from (f'<p class="soft">{_escape_html(line)}</p>' for line in (check.note or "").splitlines())
        lines = (check.help or "").splitlines()
        script = "\n".join(line.removeprefix(SCRIPT) for line in lines if line.startswith(SCRIPT))
        for line in lines:
            if not line.startswith(SCRIPT):
                yield f"<pre>{_escape_html(line)}</pre>"
        if script:
            yield f"<pre>{escape(script)}</pre>"
        yield "</article>"


def _render_ready(diagnosis: Diagnosis) -> Iterator[str]:
    ready = diagnosis.ready
    if ready is None:
        return
    if ready.teams:
        yield "<h2>Your teams</h2><table>"
        for team, names in ready.teams:
            where = f"{names.name} (entity {names.entity})"
            yield f'<tr><td class="value">{_escape_html(team)}</td><td>{_escape_html(where)}</td></tr>'
        yield "</table>"
    if ready.targets:
        lines = [f'run = wandb.init(entity="{ready.entity}")'] if ready.entity else []
        lines += [f'run.link_artifact(artifact, target_path="{target}")' for target in ready.targets]
        code = "\n".join(map(_escape_html, lines))
        yield f"<h2>Ready to paste</h2><pre>{code}</pre>"


def _render_configuration(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.found:
        return
    yield "<h2>What was found where</h2><table>"
    for name, each in diagnosis.found:
        value = _escape_html(each.value) or "<em>empty</em>"
        origin = _escape_html(each.origin.shown)
        yield f'<tr><th scope="row">{_escape_html(name)}</th><td class="value">{value}</td><td>{origin}</td></tr>'
    if diagnosis.differences:
        words = _escape_html("; ".join(diagnosis.differences))
        yield f'<tr><th scope="row">but</th><td class="value">code</td><td>{words}</td></tr>'
    yield "</table>"


def _render_other_checks(diagnosis: Diagnosis) -> Iterator[str]:
    groups: tuple[tuple[Status, str], ...] = (("pass", "Checks that passed"), ("skip", "Skipped"))
    for status, title in groups:
        rows = diagnosis.of(status)
        if not rows:
            continue
        yield f"<details{' open' if status == 'skip' else ''}><summary>{title} ({len(rows)})</summary><table>"
        yield '<tr><th>Check</th><th>Subject</th><th>What was found</th><th class="number">ms</th></tr>'
        for check in rows:
            yield (
                f'<tr class="{status}"><td>{_escape_html(check.name)}</td>'
                f'<td class="value">{_escape_html(check.subject)}</td>'
                f'<td>{_escape_html(check.message)}</td><td class="number">{check.duration_ms}</td></tr>'
            )
        yield "</table></details>"
