"""`full`: what is wrong, the source with the characters underlined, the second place, one help line."""

from __future__ import annotations

from functools import partial

from regilink_doctor.report.positions import position, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from regilink_doctor.core.findings import Finding, Place

_COLOURS = {"error": "1;31", "warning": "1;33", "info": "1;36", "strong": "1", "quiet": "2", "help": "1;32"}
_MOST_LINES = 3
_WIDTH = 160


def render(findings: list[Finding], sources: Mapping[str, bytes], *, colour: bool) -> Iterator[str]:
    """The lines of the report of all findings, without their ends.

    Args:
        findings: in the order in which they are shown.
        sources: the bytes of each file that has a finding; a file that is not there is shown without its line.
        colour: with ANSI colours.
    """

    def paint(name: str, text: str) -> str:
        return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m" if colour and text else text

    lines = {path: content.decode(errors="replace").splitlines() for path, content in sources.items()}
    for finding in findings:
        yield f"{paint(finding.severity, finding.severity)}[{finding.code}] {paint('strong', visible(finding.message))}"
        yield f"  {paint('quiet', '-->')} {position(finding.place)}"
        yield from _excerpt(finding.place, lines, partial(paint, finding.severity), "^")
        for related in finding.related:
            yield f"  {paint('quiet', '-->')} {position(related.place)}: {visible(related.message)}"
            yield from _excerpt(related.place, lines, partial(paint, "quiet"), "-")
        if finding.help:
            yield f"  {paint('help', 'help:')} {visible(finding.help)}"
        yield ""


def _excerpt(place: Place, lines: Mapping[str, list[str]], paint: Callable[[str], str], mark: str) -> Iterator[str]:
    content = lines.get(place.path)
    if content is None or place.cell is not None:
        return
    span = place.span
    last = min(span.end_line, span.line + _MOST_LINES - 1, len(content))
    margin = len(str(last))
    for number in range(span.line, last + 1):
        text = content[number - 1]
        start = span.column - 1 if number == span.line else len(text) - len(text.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(text)
        cut = max(0, start - _WIDTH // 2) if len(text) > _WIDTH else 0
        shown, start, end = text[cut : cut + _WIDTH], start - cut, min(end - cut, _WIDTH)
        yield f"{number:>{margin + 1}} | {visible(shown.expandtabs(1))}"
        under = mark * max(1, _cells(shown[start:end]))
        yield f"{'':>{margin + 1}} | {' ' * _cells(shown[:start])}{paint(under)}"


def _cells(text: str) -> int:
    """How many columns a terminal needs for a text."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )
