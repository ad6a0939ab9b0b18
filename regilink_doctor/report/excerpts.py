"""Findings as people read them: what is wrong, the source with the characters marked, the second place, the help."""

from __future__ import annotations

from functools import partial

from regilink_doctor.core.api_keys import masked
from regilink_doctor.core.escaping import escape_text
from regilink_doctor.report.locations import SourceLines, format_place
from regilink_doctor.report.terminal import cut_line, paint_text, text_width, wrap_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from regilink_doctor.core.findings import Finding, Place

    Paint = Callable[[str, str], str]

_COLOURS = {"error": "1;31", "warning": "1;33", "info": "1;36", "strong": "1", "quiet": "2", "help": "1;32"}
_MOST_LINES = 3
_WIDTH = 160
"""Columns of a line of source, where no terminal limits them."""


def render_findings(
    findings: Sequence[Finding], sources: Mapping[str, bytes], *, colour: bool, width: int | None = None
) -> Iterator[str]:
    """The lines of the report, without their ends; an empty line follows each finding.

    Args:
        findings: in the order in which they are shown.
        sources: the bytes of each file that has a finding; the place of any other file is shown without its line.
        colour: with ANSI colours.
        width: columns of the terminal; None: lines are not wrapped.
    """

    def paint(name: str, text: str) -> str:
        return paint_text(_COLOURS[name], text, colour=colour)

    lines = SourceLines(sources)
    for finding in findings:
        yield from _render_heading(finding, paint, width)
        yield f"  {paint('quiet', '-->')} {format_place(finding.place)}"
        yield from _render_excerpt(finding.place, lines, partial(paint, finding.severity), "^", width)
        for related in finding.related:
            yield f"  {paint('quiet', '-->')} {format_place(related.place)}: {escape_text(related.message)}"
            yield from _render_excerpt(related.place, lines, partial(paint, "quiet"), "-", width)
        if finding.help:
            first, *more = wrap_text(escape_text(finding.help), width, 8)
            yield f"  {paint('help', 'help:')} {first}"
            yield from (f"        {line}" for line in more)
        yield ""


def _render_heading(finding: Finding, paint: Paint, width: int | None) -> Iterator[str]:
    """Severity, code and message; `[*]` where `--fix` fixes it."""
    fixable = " [*]" if finding.fix and finding.fix.applicability == "safe" else ""
    label = f"{finding.severity}[{finding.code}]{fixable} "
    first, *more = wrap_text(escape_text(finding.message), width, 2, first=len(label))
    yield f"{paint(finding.severity, finding.severity)}[{finding.code}]{fixable} {paint('strong', first)}"
    yield from (f"  {paint('strong', line)}" for line in more)


def _render_excerpt(
    place: Place, lines: SourceLines, paint: Callable[[str], str], mark: str, width: int | None
) -> Iterator[str]:
    content = lines.around(place)
    span = place.span
    last = min(span.end_line, span.line + _MOST_LINES - 1, len(content))
    margin = len(str(last)) + 1
    for number in range(span.line, last + 1):
        text = masked(content[number - 1])
        start = span.column - 1 if number == span.line else len(text) - len(text.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(text)
        shown, start, end = cut_line(text, start, end, _WIDTH if width is None else max(width - margin - 4, 20))
        yield f"{number:>{margin}} | {escape_text(shown)}".rstrip()
        under = mark * max(1, text_width(escape_text(shown[start:end])))
        yield f"{'':>{margin}} | {' ' * text_width(escape_text(shown[:start]))}{paint(under)}"
    if span.end_line > last and last >= span.line:
        yield f"{'':>{margin}} | ..."
