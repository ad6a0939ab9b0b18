"""Where in the source the characters of a string literal stand.

Needed to underline three letters of a path and not the whole call, and to edit just them. A literal with escapes, one
glued from several tokens, or one over several lines has no exact places: the whole literal is its place.
"""

from __future__ import annotations

import sys

from regilink_doctor.core.findings import Span
from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.lint.text.source import Source


def piece(source: Source, node: ast.Constant, text: str) -> KnownPart:
    """The piece of a plain literal."""
    place = source.place(node)
    start = _opening(source.segment(place.span))
    if start is not None:
        span = _inside(place.span, start, len(text))
        if source.segment(span) == text:
            return KnownPart(text, replace(place, span=span), exact=True)
    return KnownPart(text, place)


def fstring_pieces(source: Source, node: ast.JoinedStr) -> Iterator[KnownPart | ast.FormattedValue]:
    """The parts of an f-string in order: a piece for each stretch of text, the node for each `{…}`."""
    places = _places_by_node(source, node) if sys.version_info >= (3, 12) else _places_by_hand(source, node)
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


def _places_by_node(source: Source, node: ast.JoinedStr) -> list[Span | None]:
    """Since Python 3.12 the parser knows where each part stands, except in literals over several tokens."""
    return [source.span(part) if part.end_lineno == part.lineno else None for part in node.values]


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
