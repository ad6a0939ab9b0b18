"""The cells of a notebook, read twice over: quickly for their code, and exactly for the places of their characters.

Formats 3 (worksheets, `input`) and 4; the source of a cell is a list of lines or one string. `read_code_cells` is for
the linter, which wants the code of every notebook of a tree and overlooks what is wrong with a single cell.
`read_cells` is for edits of the file's bytes and for the lines of its JSON: it decodes the file
several times over and accepts nothing that is odd.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from json import JSONDecodeError, JSONDecoder

from regilink_doctor.core.records import cached_property, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_DECODER = JSONDecoder(strict=False)


class NotNotebook(ValueError):
    """The text is not a notebook; `line` and `column` are where, `cause` "syntax" or "bytes"."""

    def __init__(self, reason: str, line: int = 1, column: int = 1, *, cause: str = "syntax") -> None:
        super().__init__(reason)
        self.cause = cause
        self.line = line
        self.column = column


@record
class CodeCell:
    """A code cell; `number` counts from 1 over all cells, whatever their kind. Its lines end in line feeds."""

    number: int
    text: str


def read_code_cells(content: bytes) -> list[CodeCell]:
    """The code cells of a notebook in order; none if it is in another language than Python.

    Raises:
        NotNotebook: it is not JSON, not in UTF-8 or not an object.
    """
    try:
        value = JSONDecoder().decode(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotNotebook("it is not UTF-8", cause="bytes") from None
    except JSONDecodeError as error:
        raise NotNotebook(error.msg, error.lineno, error.colno) from None
    except RecursionError:
        raise NotNotebook("nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits
        raise NotNotebook(str(error).partition(":")[0]) from None
    if not isinstance(value, dict):
        raise NotNotebook("it is not a JSON object")
    if _language_of(value) not in ("python", "ipython", "python3"):
        return []
    cells = []
    for number, cell in enumerate(_list_cells(value), 1):
        text = _source_of(cell)
        if cell.get("cell_type") == "code" and text is not None:
            cells.append(CodeCell(number, text.replace("\r\n", "\n").replace("\r", "\n")))
    return cells


@record
class Token:
    """A JSON string at `start` of the file: as it is `written`, with its quotes, and the `value` that it has."""

    start: int
    written: str
    value: str

    @property
    def end(self) -> int:
        """The offset after the closing quote."""
        return self.start + len(self.written)

    def offset_of(self, characters: int) -> int:
        """The offset in the file after this number of characters of the value: an escape takes several in the file."""
        positions, widths = self._escapes
        return self.start + 1 + characters + widths[bisect_left(positions, characters)]

    @cached_property
    def _escapes(self) -> tuple[list[int], list[int]]:
        """The character that each escape is, and how many letters more than characters are before it."""
        import re

        escapes = r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)"
        positions, widths = [], [0]
        for match in re.finditer(escapes, self.written):
            positions.append(match.start() - 1 - widths[-1])
            widths.append(widths[-1] + len(match.group()) - 1)
        return positions, widths


@record
class Cell:
    """A cell: its kind (`code`, `markdown`, `raw`), and the strings that its source is made of."""

    kind: str
    tokens: tuple[Token, ...]

    @cached_property
    def source(self) -> str:
        """The source, its lines ended as the file ends them."""
        return "".join(token.value for token in self.tokens)

    def offset_of(self, line: int, column: int) -> int | None:
        """Where the character at a line and column of the source is in the file; None where there is none.

        The place after the last character of a line belongs to that line.
        """
        starts = self._line_starts
        offset = starts[line - 1] + column - 1 if line <= len(starts) else len(self.source) + 1
        if not self.tokens or offset > len(self.source):
            return None
        number = bisect_right(self._token_starts, offset) - 1
        return self.tokens[number].offset_of(offset - self._token_starts[number])

    @cached_property
    def _line_starts(self) -> list[int]:
        import re

        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.source))]

    @cached_property
    def _token_starts(self) -> list[int]:
        return list(accumulate((len(token.value) for token in self.tokens[:-1]), initial=0))


def read_cells(text: str) -> tuple[Cell, ...]:
    """All cells of a notebook, in order: cell number 1 is the first.

    Raises:
        NotNotebook: the text is not JSON, or has no cells.
    """
    try:
        return tuple(_read_cell(text, at) for at in _cell_offsets(text))
    except (ValueError, IndexError, RecursionError) as error:
        raise NotNotebook(str(error)) from None


def _language_of(value: dict[str, Any]) -> str:
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        described = metadata.get(key)
        if isinstance(described, dict) and isinstance(described.get(name), str):
            return str(described[name]).lower()
    return "python"


def _list_cells(value: dict[str, Any]) -> list[dict[str, Any]]:
    worksheets = value.get("worksheets")
    holders = worksheets if isinstance(worksheets, list) else [value]
    return [
        cell if isinstance(cell, dict) else {}
        for holder in holders
        if isinstance(holder, dict) and isinstance(holder.get("cells"), list)
        for cell in holder["cells"]
    ]


def _source_of(cell: dict[str, Any]) -> str | None:
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else None


def _cell_offsets(text: str) -> Iterator[int]:
    start = _skip_space(text, 1 if text.startswith("\ufeff") else 0)
    top = dict(_iterate_members(text, start))
    if "cells" in top:
        yield from _iterate_items(text, top["cells"])
    elif "worksheets" in top:
        for sheet in _iterate_items(text, top["worksheets"]):
            yield from _iterate_items(text, dict(_iterate_members(text, sheet))["cells"])
    else:
        raise NotNotebook("it has no cells")


def _read_cell(text: str, at: int) -> Cell:
    members = dict(_iterate_members(text, at))
    kind, _ = _DECODER.raw_decode(text, members["cell_type"]) if "cell_type" in members else ("", 0)
    source = members.get("source", members.get("input"))
    if source is None:
        return Cell(str(kind), ())
    starts = _iterate_items(text, source) if text[source] == "[" else iter((source,))
    return Cell(str(kind), tuple(_read_string(text, start) for start in starts))


def _read_string(text: str, at: int) -> Token:
    if text[at] != '"':
        raise NotNotebook("a source that is not a string")
    value, end = _DECODER.raw_decode(text, at)
    return Token(at, text[at:end], value)


def _iterate_members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Each key of the object at `at`, and where its value begins."""
    if text[at] != "{":
        raise NotNotebook("an object was expected")
    at = _skip_space(text, at + 1)
    while text[at] != "}":
        key = _read_string(text, at)
        colon = _skip_space(text, key.end)
        if text[colon] != ":":
            raise NotNotebook("a colon was expected")
        value = _skip_space(text, colon + 1)
        yield key.value, value
        at = _skip_value(text, value)


def _iterate_items(text: str, at: int) -> Iterator[int]:
    """Where each item of the array at `at` begins."""
    if text[at] != "[":
        raise NotNotebook("a list was expected")
    at = _skip_space(text, at + 1)
    while text[at] != "]":
        yield at
        at = _skip_value(text, at)


def _skip_value(text: str, value: int) -> int:
    """Where the next key or item begins, or the bracket that closes."""
    _, end = _DECODER.raw_decode(text, value)
    end = _skip_space(text, end)
    return _skip_space(text, end + 1) if text[end] == "," else end


def _skip_space(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at
