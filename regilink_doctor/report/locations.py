"""Where findings are: as people read it, as CI services know it, and the lines of source around it."""

from __future__ import annotations

import os

from regilink_doctor.core.text import escape_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
        try:
            relative = os.path.relpath(path, root)
        except ValueError:  # another drive on Windows
            relative = os.pardir
        if not relative.startswith(os.pardir):
            path = relative
    return path.replace(os.sep, "/")


def fingerprint_findings(findings: Sequence[Finding], lines: SourceLines) -> Iterator[str]:
    """A hash for each finding: of its rule, file, the text of its line, and its number among those that are the same.

    Lines that come in above do not change it, so CI services recognize a finding that they know. Neither does the
    system: it is made from the path with slashes.
    """
    from hashlib import sha256

    counts: dict[str, int] = {}
    for finding in findings:
        content = lines.lines_around(finding.place)
        number = finding.place.span.line
        text = content[number - 1].strip() if number <= len(content) else ""
        key = "\0".join((finding.code, finding.place.path.replace(os.sep, "/"), text))
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
        from regilink_doctor.core.notebooks import offset_of

        span, cell = place.span, self._find_cell(place)
        if place.cell is None:
            return span
        if cell is None:
            return Span(1, 1, 1, 1)
        text = self._decode_file(place.path)
        start = offset_of(text, cell, span.line, span.column)
        end = offset_of(text, cell, span.end_line, span.end_column)
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
