"""The lines that findings are about, and where a place in a notebook stands in its file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from regilink_doctor.core.findings import Place, Span
    from regilink_doctor.core.notebooks import Cell


class Lines:
    """The files that have findings, decoded when one of their lines is asked for."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = sources
        self._texts: dict[str, str] = {}
        self._lines: dict[tuple[str, int | None], list[str]] = {}
        self._cells: dict[str, tuple[Cell, ...]] = {}

    def of(self, place: Place) -> list[str]:
        """The lines of a place's file, or of its cell; none where the file is not at hand."""
        key = (place.path, place.cell)
        if key not in self._lines:
            cell = self._cell(place)
            text = self._text(place.path) if place.cell is None else cell.source if cell else ""
            self._lines[key] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if text else []
        return self._lines[key]

    def in_file(self, place: Place) -> Span:
        """The span in the file itself: for a notebook, in the lines of its JSON."""
        from regilink_doctor.core.findings import Span
        from regilink_doctor.core.notebooks import offset_of

        span, cell = place.span, self._cell(place)
        if place.cell is None:
            return span
        if cell is None:
            return Span(1, 1, 1, 1)
        text = self._text(place.path)
        start = offset_of(text, cell, span.line, span.column)
        end = offset_of(text, cell, span.end_line, span.end_column)
        start = cell.tokens[0].start if start is None and cell.tokens else start or 0
        line, column = _position(text, start)
        return Span(line, column, *(_position(text, end) if end is not None else (line, column)))

    def _text(self, path: str) -> str:
        if path not in self._texts:
            self._texts[path] = _decoded(self._sources.get(path, b""))
        return self._texts[path]

    def _cell(self, place: Place) -> Cell | None:
        if place.cell is None or place.path not in self._sources:
            return None
        from regilink_doctor.core.notebooks import NotNotebook, read_cells

        if place.path not in self._cells:
            try:
                self._cells[place.path] = read_cells(self._text(place.path))
            except NotNotebook:
                self._cells[place.path] = ()
        cells = self._cells[place.path]
        return cells[place.cell - 1] if place.cell <= len(cells) else None


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _decoded(content: bytes) -> str:
    """As Python decodes it; what cannot be decoded is shown as such."""
    from regilink_doctor.core.decoding import encoding_of

    return content.decode(encoding_of(content), errors="replace")
