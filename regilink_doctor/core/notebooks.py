"""Where the characters of a notebook's cells stand in the file: for edits of their bytes, and for their real lines.

Reads what nbformat 3 and 4 write. Nothing is written here, so nothing else of the file can change.
"""

from __future__ import annotations

from json import JSONDecoder

from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_DECODER = JSONDecoder(strict=False)


class NotNotebook(ValueError):
    """The text is no notebook."""


@record
class Token:
    """A JSON string: `text[start:end]` with its quotes; `value` is what it says."""

    start: int
    end: int
    value: str


@record
class Cell:
    """A cell: its kind (`code`, `markdown`, `raw`), and the strings that its source is made of."""

    kind: str
    tokens: tuple[Token, ...]

    @property
    def source(self) -> str:
        """The source, its lines ended as the file ends them."""
        return "".join(token.value for token in self.tokens)


def read_cells(text: str) -> tuple[Cell, ...]:
    """All cells of a notebook, in order: cell number 1 is the first.

    Raises:
        NotNotebook: the text is no JSON, or has no cells.
    """
    try:
        return tuple(_cell(text, at) for at in _cell_offsets(text))
    except (ValueError, IndexError, RecursionError) as error:
        raise NotNotebook(str(error)) from None


def offset_of(text: str, cell: Cell, line: int, column: int) -> int | None:
    """Where the character at a line and column of a cell's source stands in the file; None where there is none.

    The place behind the last character of a line belongs to that line.
    """
    rest = _index(cell.source, line, column)
    if rest is None:
        return None
    for token in cell.tokens:
        if rest < len(token.value) or (token is cell.tokens[-1] and rest == len(token.value)):
            return _raw_offset(text, token, rest)
        rest -= len(token.value)
    return None


def _index(source: str, line: int, column: int) -> int | None:
    start = 0
    for _ in range(line - 1):
        ends = [end for end in (source.find("\n", start), source.find("\r", start)) if end >= 0]
        if not ends:
            return None
        start = min(ends) + (2 if source.startswith("\r\n", min(ends)) else 1)
    return start + column - 1 if start + column - 1 <= len(source) else None


def _raw_offset(text: str, token: Token, characters: int) -> int:
    """The offset behind so many characters of a JSON string: an escape is several letters of the file."""
    at = token.start + 1
    for character in token.value[:characters]:
        if text[at] != "\\":
            at += 1
        elif text[at + 1] != "u":
            at += 2
        else:
            at += 12 if ord(character) > 0xFFFF else 6
    return at


def _cell_offsets(text: str) -> Iterator[int]:
    start = _blank(text, 1 if text.startswith("\ufeff") else 0)
    top = dict(_members(text, start))
    if "cells" in top:
        yield from _items(text, top["cells"])
    elif "worksheets" in top:
        for sheet in _items(text, top["worksheets"]):
            yield from _items(text, dict(_members(text, sheet))["cells"])
    else:
        raise NotNotebook("it has no cells")


def _cell(text: str, at: int) -> Cell:
    members = dict(_members(text, at))
    kind, _ = _DECODER.raw_decode(text, members["cell_type"]) if "cell_type" in members else ("", 0)
    source = members.get("source", members.get("input"))
    if source is None:
        return Cell(str(kind), ())
    starts = _items(text, source) if text[source] == "[" else iter((source,))
    return Cell(str(kind), tuple(_token(text, start) for start in starts))


def _token(text: str, at: int) -> Token:
    if text[at] != '"':
        raise NotNotebook("a source that is no text")
    value, end = _DECODER.raw_decode(text, at)
    return Token(at, end, value)


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Each key of the object at `at`, and where its value begins."""
    if text[at] != "{":
        raise NotNotebook("an object was expected")
    at = _blank(text, at + 1)
    while text[at] != "}":
        key = _token(text, at)
        colon = _blank(text, key.end)
        if text[colon] != ":":
            raise NotNotebook("a colon was expected")
        value = _blank(text, colon + 1)
        yield key.value, value
        at = _next(text, value)


def _items(text: str, at: int) -> Iterator[int]:
    """Where each item of the array at `at` begins."""
    if text[at] != "[":
        raise NotNotebook("a list was expected")
    at = _blank(text, at + 1)
    while text[at] != "]":
        yield at
        at = _next(text, at)


def _next(text: str, value: int) -> int:
    """Where the next key or item begins, or the bracket that closes."""
    _, end = _DECODER.raw_decode(text, value)
    end = _blank(text, end)
    return _blank(text, end + 1) if text[end] == "," else end


def _blank(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at
