"""`--html FILE`: a diagnosis as one page, without anything from elsewhere, light and dark as the reader's system is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from regilink_doctor.core.text import escape_text
from regilink_doctor.report.doctor.full import (
    SCRIPT,
    elsewhere_lines,
    incomplete_lines,
    problem_page,
    summarize_verdict,
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
article h3 { font-size: 1rem; margin: 0; } .status { color: var(--mark); font-weight: 600; }
.fail { --mark: var(--fail); } .warn { --mark: var(--warn); } .pass { --mark: var(--pass); }
.skip { --mark: var(--skip); } .crash { --mark: var(--crash); }
details { margin-top: 1rem; }
summary { cursor: pointer; font-weight: 600; } .number { text-align: right; white-space: nowrap; }
@media (max-width: 40rem) { td.source { display: none; } th.source { display: none; } }
@media print { details { display: block; } }
"""


def to_html(diagnosis: Diagnosis, *, site: str = "") -> str:
    """The page; with the `site` of the documentation, codes link to the pages of their rules."""
    order: tuple[Status, ...] = ("crash", "fail", "warn")
    worst: Status = next((each for each in order if diagnosis.of(each)), "pass")
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
        *_render_problems(diagnosis.of("crash", "fail", "warn"), site),
        *_render_ready(diagnosis),
        *_render_configuration(diagnosis),
        *_render_other_checks(diagnosis),
        "</main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _escape_html(text: str) -> str:
    return escape(escape_text(text))


def _render_problems(checks: Iterable[CheckResult], site: str) -> Iterator[str]:
    for check in checks:
        code = f" <code>{_escape_html(check.code)}</code>" if check.code else ""
        if code and (address := problem_page(site, check)):
            code = f' <a href="{escape(address)}">{code.strip()}</a>'
        origin = f' <span class="soft">({_escape_html(check.origin.shown)})</span>' if check.origin else ""
        yield f'<article class="{check.status}"><h3><span class="status">{_WORDS[check.status]}</span>: '
        yield f"{_escape_html(check.name)}{code} <code>{_escape_html(check.subject)}</code>{origin}</h3>"
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
