"""Source text and its positions: decoded once, columns in code points."""

from __future__ import annotations

import os
import sys

from regilink_doctor.core.files import absolute_path
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import cached_property, record, replace
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.core.text import find_encoding, is_wide
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.memory import find_last_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator
    from typing import Literal

    OtherReason = Literal["template", "values", "ini", "python", "encoding"]


class Unparsable(Exception):
    """The file is not what its name promises; `span` is where, as far as known, `language` what it should be.

    `cause` is "syntax", "bytes", "cookie" where the file declares an encoding that it is not in, "quote" where a
    quotation mark hides the rest, "inside" for Python in a file of another kind, or "requirement" for one of wandb.
    """

    def __init__(
        self, reason: str, span: Span, language: str = "Python", cell: int | None = None, *, cause: str = "syntax"
    ) -> None:
        super().__init__(reason)
        self.span = span
        self.language = language
        self.cell = cell
        self.cause = cause


class OtherFormat(Unparsable):
    """The file is a template, or in another format that has names like this: it is skipped, which is not an error.

    The reason is "template", "values" (several JSON values) or "ini".
    """

    def __init__(self, reason: OtherReason) -> None:
        super().__init__(reason, Span(1, 1, 1, 1))
        self.reason = reason


@record
class Source:
    """A stretch of text: a file, or a cell of a notebook. Every line of `text` ends in a line feed."""

    path: str
    text: str
    cell: int | None = None

    @classmethod
    def decode(cls, path: str, content: bytes, *, python: bool = True) -> Source:
        """Decode as Python does: a byte order mark, then an encoding cookie, then UTF-8. Other files: without cookie.

        Raises:
            Unparsable: the bytes are not in the encoding that the file declares.
        """
        start, language = Span(1, 1, 1, 1), "Python" if python else "text"
        try:
            encoding = find_encoding(content, cookie=python)
        except LookupError as error:
            cause = "bytes" if is_wide(content) else "cookie"
            raise Unparsable(str(error), start, language, cause=cause) from None
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            name = encoding.removesuffix("-sig").replace("utf", "UTF")
            reason = f"byte {error.object[error.start]:#04x} is not {name}"
            cause = "bytes" if "UTF-8" in name else "cookie"
            raise Unparsable(reason, Span(line, 1, line, 1), language, cause=cause) from None
        except UnicodeError:
            raise Unparsable(f"it is not {encoding}, the encoding that it declares", start, cause="cookie") from None
        return cls(path, text.replace("\r\n", "\n").replace("\r", "\n"))

    @cached_property
    def absolute_path(self) -> str:
        """The absolute path, with slashes."""
        return absolute_path(self.path)

    @cached_property
    def folder(self) -> str:
        """The absolute path of the folder that it is in, with slashes."""
        return os.path.dirname(self.absolute_path)

    @cached_property
    def _ascii(self) -> bool:
        return self.text.isascii()

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; at least one. As in the parser, a form feed does not end a line."""
        return self.text.split("\n")

    def parse(self) -> ast.Module:
        """The tree.

        Raises:
            Unparsable: not the Python of the interpreter that runs us.
        """
        import warnings

        last = find_last_tree(self.path) if self.cell is None else None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an invalid escape is the user's business, and no reason to print
                try:
                    return ast.parse(self.text) if last is None else last.parse(self.text)
                except RecursionError:
                    return _parse_deep(self.text)
        except SyntaxError as error:
            line = min(max(error.lineno or 1, 1), len(self.lines))
            column = min(max(error.offset or 1, 1), len(self.lines[line - 1]) + 1)
            raise Unparsable(error.msg, Span(line, column, line, column + 1)) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise Unparsable(str(error) or "nested too deeply", Span(1, 1, 1, 1)) from None

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword | ast.excepthandler) -> Span:
        """The span of a node; the parser counts columns in UTF-8 bytes, from 0."""
        line, offset = node.lineno, node.col_offset
        end_line, end_offset = node.end_lineno or line, node.end_col_offset or 0
        if self._ascii:
            return Span(line, offset + 1, end_line, end_offset + 1)
        return Span(line, self.column(line, offset), end_line, self.column(end_line, end_offset))

    def place(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword | ast.excepthandler) -> Place:
        """The place of a node."""
        if self._ascii:  # as `span`, which is one more call for each of many places
            end_line, end_offset = node.end_lineno or node.lineno, node.end_col_offset or 0
            span = Span(node.lineno, node.col_offset + 1, end_line, end_offset + 1)
            return Place(self.path, span, self.cell)
        return Place(self.path, self.span(node), self.cell)

    def written(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node."""
        if self._ascii and node.lineno == node.end_lineno:
            return self.lines[node.lineno - 1][node.col_offset : node.end_col_offset]
        return self.segment(self.span(node))

    def column(self, line: int, offset: int) -> int:
        """The column, from 1 and in code points, of a byte offset in a line."""
        columns = self._columns.get(line)
        if columns is None:
            columns = self._columns[line] = _count_columns(self.lines[line - 1])
        if not columns:
            return offset + 1
        return columns[min(offset, len(columns) - 1)]

    @cached_property
    def _columns(self) -> dict[int, array[int]]:
        """The column of each byte of a line, as far as they have been asked for; empty for a line of ASCII."""
        return {}

    def segment(self, span: Span) -> str:
        """The text of a span."""
        if span.line == span.end_line:
            return self.lines[span.line - 1][span.column - 1 : span.end_column - 1]
        first = self.lines[span.line - 1][span.column - 1 :]
        last = self.lines[span.end_line - 1][: span.end_column - 1]
        return "\n".join([first, *self.lines[span.line : span.end_line - 1], last])


def _parse_deep(text: str) -> ast.Module:
    """The tree of what nests as deep as Python itself can read, which counts the calls that led here as depth, too."""
    limit = sys.getrecursionlimit()
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(limit + depth)
    try:
        return ast.parse(text)
    finally:
        sys.setrecursionlimit(limit)


def _count_columns(line: str) -> array[int]:
    """The column, from 1, of each byte of a line in UTF-8, and of its end; nothing for a line of ASCII."""
    from array import array

    columns = array("L")
    if not line.isascii():
        for column, letter in enumerate(line, 1):
            size = 1 if letter < "\x80" else 2 if letter < "\u0800" else 3 if letter < "\U00010000" else 4
            columns.extend([column] * size)
        columns.append(len(line) + 1)
    return columns


def piece(source: Source, node: ast.Constant, text: str, place: Place | None = None) -> KnownPart:
    """The piece of a plain literal; `place` is that of the node, if it is known."""
    place = place or source.place(node)
    written = source.segment(place.span)
    is_plain = written[1:-1] == text and written[:1] in ("'", '"')  # as most are
    start = 1 if is_plain else _opening(written)
    if start is not None and written.startswith(text, start):
        return KnownPart(text, Place(source.path, _inside(place.span, start, len(text)), source.cell), exact=True)
    return KnownPart(text, place)


def fstring_pieces(source: Source, node: ast.JoinedStr) -> Iterator[KnownPart | ast.FormattedValue]:
    """The parts of an f-string in order: a piece for each stretch of text, the node for each `{…}`."""
    if sys.version_info >= (3, 12):  # the parser knows the place of each part, except in literals over several tokens
        places = [source.span(part) if part.end_lineno == part.lineno else None for part in node.values]
    else:
        places = _places_by_hand(source, node)
    for part, span in zip(node.values, places, strict=True):
        if isinstance(part, ast.FormattedValue):
            yield part
        elif isinstance(part, ast.Constant):
            text = str(part.value)
            place = source.place(node)
            if span is not None and source.segment(span) == text:
                yield KnownPart(text, replace(place, span=span), exact=True)
            else:
                yield KnownPart(text, place)


def _places_by_hand(source: Source, node: ast.JoinedStr) -> list[Span | None]:
    """Up to Python 3.11 every part carries the place of the whole f-string: find them by reading it."""
    whole = source.span(node)
    text = source.segment(whole)
    start = _opening(text)
    nowhere: list[Span | None] = [None] * len(node.values)
    if start is None or "\\" in text or "{{" in text or "}}" in text:
        return nowhere
    places: list[Span | None] = []
    at = start
    for part in node.values:
        if isinstance(part, ast.Constant):
            length = len(str(part.value))
            places.append(_inside(whole, at, length))
            at += length
        else:
            places.append(None)
            closing = _closing(text, at)
            if closing is None:
                return nowhere
            at = closing + 1
    return places


def _closing(text: str, start: int) -> int | None:
    """Where the `{` at `start` is closed. Strings inside have the other kind of quotes, as Python 3.11 demands."""
    depth, quote = 0, ""
    for at in range(start, len(text)):
        letter = text[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "{[(":
            depth += 1
        elif letter in "}])":
            depth -= 1
            if depth == 0:
                return at
    return None


def _opening(literal: str) -> int | None:
    """The length of prefix and quotes of a literal on one line, None for any other."""
    if "\n" in literal:
        return None
    prefix = len(literal) - len(literal.lstrip("rRbBuUfFtT"))
    quote = literal[prefix : prefix + 1]
    if quote not in ("'", '"'):
        return None
    return prefix + (3 if literal.startswith(quote * 3, prefix) and len(literal) >= prefix + 6 else 1)


def _inside(whole: Span, start: int, length: int) -> Span:
    return Span(whole.line, whole.column + start, whole.line, whole.column + start + length)
