"""Where findings are: as people read it, as CI services know it, and the lines of source around it."""

from __future__ import annotations

import os
from functools import lru_cache

from regilink_doctor.core.files import relative_path, show_path, to_slashes
from regilink_doctor.core.phrases import say
from regilink_doctor.core.text import compose_letters, escape_text, mask_keys, text_width, wrap_text
from regilink_doctor.report.terminal import cut_line, paint_text, show_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from regilink_doctor.core.findings import Finding, Place, Span
    from regilink_doctor.core.notebooks import Cell


def format_place(place: Place) -> str:
    """`src/train.py:12:8`; in a notebook `nb.ipynb:cell 3:2:8`."""
    cell = f"cell {place.cell}:" if place.cell is not None else ""
    return f"{escape_text(place.path)}:{cell}{place.span.line}:{place.span.column}"


def repository_path(path: str, variable: str) -> str:
    """The path with slashes, relative to the checkout that a variable of the CI names, else to the current folder."""
    root = os.environ.get(variable)
    if root:
        relative = relative_path(path, root)
        if not relative.startswith(os.pardir):
            path = relative
    return to_slashes(path)


def fingerprint_findings(findings: Sequence[Finding], lines: SourceLines, variable: str) -> Iterator[str]:
    """A hash for each finding: of its rule, file, the text of its line, and its number among those that are the same.

    Lines that come in above do not change it, so CI services recognize a finding that they know. Neither do the system
    and the folder of the checkout: the path has slashes and composed letters, and starts at the checkout that a
    variable of the CI names, else at the current folder.
    """
    from hashlib import sha256

    counts: dict[str, int] = {}
    for finding in findings:
        content = lines.lines_around(finding.place)
        number = finding.place.span.line
        text = content[number - 1].strip() if number <= len(content) else ""
        path = compose_letters(repository_path(show_path(finding.place.path), variable))
        key = "\0".join((finding.code, path, text))
        counts[key] = counts.get(key, 0) + 1
        yield sha256(f"{key}\0{counts[key]}".encode(errors="surrogateescape")).hexdigest()


class SourceLines:
    """The files that have findings, each decoded when one of its lines is first needed."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = sources
        self._texts: dict[str, str] = {}
        self._lines: dict[tuple[str, int | None], list[str]] = {}
        self._cells: dict[str, tuple[Cell, ...]] = {}

    def lines_around(self, place: Place) -> list[str]:
        """The lines of the place's file, or of its cell; empty where the file is not at hand."""
        key = (place.path, place.cell)
        if key not in self._lines:
            cell = self._find_cell(place)
            text = self._decode_file(place.path) if place.cell is None else cell.source if cell else ""
            self._lines[key] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if text else []
        return self._lines[key]

    def span_in_file(self, place: Place) -> Span:
        """The span in the file itself: for a notebook, in the lines of its JSON."""
        from regilink_doctor.core.findings import Span

        span, cell = place.span, self._find_cell(place)
        if place.cell is None:
            return span
        if cell is None:
            return Span(1, 1, 1, 1)
        text = self._decode_file(place.path)
        start = cell.offset_of(span.line, span.column)
        end = cell.offset_of(span.end_line, span.end_column)
        start = cell.tokens[0].start if start is None and cell.tokens else start or 0
        line, column = _line_and_column(text, start)
        return Span(line, column, *(_line_and_column(text, end) if end is not None else (line, column)))

    def _decode_file(self, path: str) -> str:
        """The text as Python decodes it; what cannot be decoded is replaced."""
        if path not in self._texts:
            from regilink_doctor.core.text import encoding_of

            content = self._sources.get(path, b"")
            self._texts[path] = content.decode(encoding_of(content), errors="replace")
        return self._texts[path]

    def _find_cell(self, place: Place) -> Cell | None:
        if place.cell is None or place.path not in self._sources:
            return None
        from regilink_doctor.core.notebooks import NotNotebook, read_cells

        if place.path not in self._cells:
            try:
                self._cells[place.path] = read_cells(self._decode_file(place.path))
            except NotNotebook:
                self._cells[place.path] = ()
        cells = self._cells[place.path]
        return cells[place.cell - 1] if place.cell <= len(cells) else None


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


SEVERITIES = {"error": say("error"), "warning": say("warning"), "info": say("info")}

_COLOURS = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "strong": "1",
    "quiet": "2",
    "note": "1;34",
    "help": "1;32",
}
_MOST_LINES = 3
_WIDTH = 160
"""Columns of a line of source, where no terminal limits them."""


def render_findings(
    findings: Sequence[Finding],
    sources: Mapping[str, bytes],
    *,
    colour: bool,
    width: int | None = None,
    encoding: str = "utf-8",
    links: bool = False,
    translate: Callable[[str], str] = str,
) -> Iterator[str]:
    """The lines of the report, without their ends; an empty line follows each finding.

    Args:
        findings: in the order in which they are shown.
        sources: the bytes of each file that has a finding; the place of any other file is shown without its line.
        colour: with ANSI colors.
        width: columns of the terminal; None: lines are not wrapped.
        encoding: of the output; letters that it lacks are shown by their numbers.
        links: the code of a finding is a link to the page of its rule; else the first finding of a rule ends with the
            address of the page, or with the command that shows it.
        translate: shows a string in the reader's language.
    """
    renderer = _Renderer(SourceLines(sources), colour, width, encoding, links, translate)
    for finding in findings:
        yield from renderer.render(finding)
        yield ""


class _Renderer:
    """Findings for one screen: its colors, its width, its letters."""

    def __init__(
        self,
        lines: SourceLines,
        colour: bool,
        width: int | None,
        encoding: str,
        links: bool,
        translate: Callable[[str], str],
    ) -> None:
        self._lines = lines
        self._colour = colour
        self._width = width
        self._encoding = encoding
        self._links = links
        self._translate = translate
        self._shown_pages: set[str] = set()
        self._mask = lru_cache(8)(mask_keys)  # a line can be long, and have thousands of findings

    def render(self, finding: Finding) -> Iterator[str]:
        """Heading, source, second places, help."""
        yield from self._render_heading(finding)
        yield self._render_arrow(finding.place)
        yield from self._render_source(finding.place, "^", finding.severity)
        for related in finding.related:
            yield f"{self._render_arrow(related.place)}: {self._show_text(self._translate(related.message))}"
            yield from self._render_source(related.place, "-", "quiet")
        if finding.note:
            yield from self._render_labeled("note", self._translate("note"), finding.note)
        if finding.help:
            yield from self._render_labeled("help", self._translate("help"), finding.help)
        if not (self._links and finding.url) and finding.page not in self._shown_pages:
            self._shown_pages.add(finding.page)
            yield f"  {self._paint_text('quiet', self._translate('see') + ':')} {self._show_text(finding.page)}"

    def _render_heading(self, finding: Finding) -> Iterator[str]:
        """Severity, code and message; `[*]` where `--fix` fixes it."""
        fixable = " [*]" if finding.fix and finding.fix.applicability == "safe" else ""
        severity = self._translate(SEVERITIES[finding.severity])
        label = f"{severity}[{finding.code}]{fixable} "
        message = self._show_text(self._translate(finding.message))
        first, *more = wrap_text(message, self._width, 2, first=text_width(label))
        severity = self._paint_text(finding.severity, severity)
        code = finding.code
        if self._links and finding.url:  # OSC 8: the terminal opens the page
            code = f"\x1b]8;;{self._show_text(finding.url)}\x1b\\{code}\x1b]8;;\x1b\\"
        yield f"{severity}[{code}]{fixable} {self._paint_text('strong', first)}"
        yield from (f"  {self._paint_text('strong', line)}" for line in more)

    def _render_labeled(self, kind: str, label: str, text: str) -> Iterator[str]:
        indent = text_width(label) + 4
        first, *more = wrap_text(self._show_text(self._translate(text)), self._width, indent)
        yield f"  {self._paint_text(kind, f'{label}:')} {first}"
        yield from (f"{'':{indent}}{line}" for line in more)

    def _render_source(self, place: Place, mark: str, colour: str) -> Iterator[str]:
        """The lines of a place, each with marks below the characters that are meant."""
        content = self._lines.lines_around(place)
        span = place.span
        last = min(span.end_line, span.line + _MOST_LINES - 1, len(content))
        margin = len(str(last)) + 1
        room = _WIDTH if self._width is None else max(self._width - margin - 4, 20)
        for number in range(span.line, last + 1):
            text = self._mask(content[number - 1])
            start = span.column - 1 if number == span.line else len(text) - len(text.lstrip())
            end = span.end_column - 1 if number == span.end_line else len(text)
            # Marks stand below what is shown: tabs and escapes are wider than the characters that they stand for.
            shown, start, end = cut_line(text, start, end, room, self._show_text)
            yield f"{number:>{margin}} | {shown}".rstrip()
            marks = mark * max(1, text_width(shown[start:end]))
            yield f"{'':>{margin}} | {'':{text_width(shown[:start])}}{self._paint_text(colour, marks)}"
        if span.end_line > last and last >= span.line:
            yield f"{'':>{margin}} | ..."

    def _render_arrow(self, place: Place) -> str:
        return f"  {self._paint_text('quiet', '-->')} {format_place(place)}"

    def _paint_text(self, name: str, text: str) -> str:
        return paint_text(_COLOURS[name], text, colour=self._colour)

    def _show_text(self, text: str) -> str:
        return show_text(text, self._encoding)
