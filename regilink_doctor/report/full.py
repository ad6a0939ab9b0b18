"""`full`: what is wrong, the source with the characters underlined, the second place, one help line."""

from __future__ import annotations

from functools import partial

from regilink_doctor.core.api_keys import masked
from regilink_doctor.report.lines import Lines
from regilink_doctor.report.positions import position, visible
from regilink_doctor.report.terminal import cells, cut, painted, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from regilink_doctor.core.findings import Finding, Place

    Paint = Callable[[str, str], str]

_COLOURS = {"error": "1;31", "warning": "1;33", "info": "1;36", "strong": "1", "quiet": "2", "help": "1;32"}
_MOST_LINES = 3
_WIDTH = 160
"""Of a line of source, where no terminal says how wide it is."""


def render(
    findings: Sequence[Finding], sources: Mapping[str, bytes], *, colour: bool, width: int | None = None
) -> Iterator[str]:
    """The lines of the report of all findings, without their ends.

    Args:
        findings: in the order in which they are shown.
        sources: the bytes of each file that has a finding; a file that is not there is shown without its line.
        colour: with ANSI colours.
        width: columns of the terminal; None: no line of ours is broken.
    """

    def paint(name: str, text: str) -> str:
        return painted(_COLOURS[name], text, colour=colour)

    lines = Lines(sources)
    for finding in findings:
        yield from _heading(finding, paint, width)
        yield f"  {paint('quiet', '-->')} {position(finding.place)}"
        yield from _excerpt(finding.place, lines, partial(paint, finding.severity), "^", width)
        for related in finding.related:
            yield f"  {paint('quiet', '-->')} {position(related.place)}: {visible(related.message)}"
            yield from _excerpt(related.place, lines, partial(paint, "quiet"), "-", width)
        if finding.help:
            first, *more = wrapped(visible(finding.help), width, 8)
            yield f"  {paint('help', 'help:')} {first}"
            yield from (f"        {line}" for line in more)
        yield ""


def _heading(finding: Finding, paint: Paint, width: int | None) -> Iterator[str]:
    """Severity, code and message; `[*]` where `--fix` mends it."""
    fixable = " [*]" if finding.fix and finding.fix.applicability == "safe" else ""
    label = f"{finding.severity}[{finding.code}]{fixable} "
    first, *more = wrapped(visible(finding.message), width, 2, first=len(label))
    yield f"{paint(finding.severity, finding.severity)}[{finding.code}]{fixable} {paint('strong', first)}"
    yield from (f"  {paint('strong', line)}" for line in more)


def _excerpt(place: Place, lines: Lines, paint: Callable[[str], str], mark: str, width: int | None) -> Iterator[str]:
    content = lines.of(place)
    span = place.span
    last = min(span.end_line, span.line + _MOST_LINES - 1, len(content))
    margin = len(str(last)) + 1
    for number in range(span.line, last + 1):
        text = masked(content[number - 1])
        start = span.column - 1 if number == span.line else len(text) - len(text.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(text)
        shown, start, end = cut(text, start, end, _WIDTH if width is None else max(width - margin - 4, 20))
        yield f"{number:>{margin}} | {visible(shown)}".rstrip()
        under = mark * max(1, cells(visible(shown[start:end])))
        yield f"{'':>{margin}} | {' ' * cells(visible(shown[:start]))}{paint(under)}"
    if span.end_line > last and last >= span.line:
        yield f"{'':>{margin}} | ..."
