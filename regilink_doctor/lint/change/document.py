"""A file as text that can be edited at the places that findings have: its encoding and line ends stay what they are."""

from __future__ import annotations

import json
import re
from functools import cached_property

from regilink_doctor.core.notebooks import NotNotebook, offset_of, read_cells
from regilink_doctor.core.records import record
from regilink_doctor.core.text import encoding_of
from regilink_doctor.lint.scan.kinds import kind_of_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Edit
    from regilink_doctor.core.notebooks import Cell

_LINE_END = re.compile(r"\r\n?|\n")


@record(order=True)
class TextEdit:
    """`text[start:end]` of a document becomes `content`."""

    start: int
    end: int
    content: str


@record
class Document:
    """A file, or a notebook with its cells. `starts` are the offsets of the lines."""

    text: str
    encoding: str
    starts: tuple[int, ...]
    cells: tuple[Cell, ...] | None

    @classmethod
    def read(cls, path: str, content: bytes) -> Document | None:
        """The document; None when it would not come back byte by byte."""
        kind = kind_of_named(path, content)
        encoding = encoding_of(content, cookie=kind == "python")
        try:
            text = content.decode(encoding)
            cells = read_cells(text) if kind == "notebook" else None
        except (UnicodeError, LookupError, NotNotebook):
            return None
        starts = (0, *(match.end() for match in _LINE_END.finditer(text)))
        document = cls(text, encoding, starts, cells)
        return document if document.encoded(()) == content else None

    def replacement(self, edit: Edit, cell: int | None) -> TextEdit | None:
        """What an edit replaces; None when that place is not there, or not in one piece (over the lines of a cell)."""
        span = edit.span
        start = self._offset(cell, span.line, span.column)
        end = self._offset(cell, span.end_line, span.end_column)
        if start is None or end is None or end < start:
            return None
        if cell is None:
            return TextEdit(start, end, self._with_line_ends(edit.content))
        tokens = self.cells[cell - 1].tokens if self.cells else ()
        if not any(token.start < start and end < token.end for token in tokens):
            return None
        return TextEdit(start, end, json.dumps(edit.content, ensure_ascii=self._escapes)[1:-1])

    def encoded(self, replacements: Sequence[TextEdit]) -> bytes | None:
        """The bytes with replacements that do not overlap; None when the encoding lacks a letter."""
        parts = []
        at = 0
        for item in sorted(replacements):
            parts += [self.text[at : item.start], item.content]
            at = item.end
        try:
            return "".join([*parts, self.text[at:]]).encode(self.encoding)
        except UnicodeError:
            return None

    def line(self, cell: int | None, number: int) -> str | None:
        """The text of a line without its end; None where there is no such line."""
        lines = self._lines.get(cell, [])
        return lines[number - 1] if number <= len(lines) else None

    def texts(self) -> Iterator[tuple[int | None, str]]:
        """The text of the file, or of each code cell with its number, with line feeds at the ends of lines."""
        if self.cells is None:
            yield None, _LINE_END.sub("\n", self.text)
        for number, cell in enumerate(self.cells or (), 1):
            if cell.kind == "code":
                yield number, _LINE_END.sub("\n", cell.source)

    @cached_property
    def _lines(self) -> dict[int | None, list[str]]:
        return {cell: text.split("\n") for cell, text in self.texts()}

    def _offset(self, cell: int | None, line: int, column: int) -> int | None:
        if cell is not None:
            inside = self.cells is not None and cell <= len(self.cells)
            return offset_of(self.text, self.cells[cell - 1], line, column) if inside and self.cells else None
        if not 1 <= line <= len(self.starts):
            return None
        offset = self.starts[line - 1] + column - 1
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return offset if offset <= end else None

    def _with_line_ends(self, content: str) -> str:
        found = _LINE_END.search(self.text)
        return content.replace("\n", found.group()) if found and found.group() != "\n" else content

    @property
    def _escapes(self) -> bool:
        """Whether letters beyond ASCII are written as escapes here: there are such, and none that is not."""
        return self.text.isascii() and re.search(r"\\u(?!00[0-7])", self.text) is not None
