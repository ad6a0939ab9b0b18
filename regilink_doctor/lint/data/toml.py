"""The data of TOML files, as `tomllib` gives it, every value with its place."""

from __future__ import annotations

import re
import sys

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.lint.data import (
    MAX_DEPTH,
    DataList,
    Scalar,
    Table,
    make_string,
)
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from regilink_doctor.lint.data import Data, Keys


def read_data(source: Source) -> Data:
    """The data.

    Raises:
        Unparsable: it is not TOML.
    """
    _check(source.text)
    return _TomlReader(source).read()


_DEEP = re.compile(r"""(?:\.[ \t]*["']?[\w-]{1,99}["']?[ \t]*){500}""")
"""A key of this many parts: time and memory of the standard library's parser grow with the square of their number."""

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([ \t]*\n\s*)|(.))")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\", "e": "\x1b"}
_SPACE = re.compile(r"(?:[ \t]+|#[^\n]*)*")
_LINES = re.compile(r"(?:[ \t\n,\r]+|#[^\n]*)*")
_BARE_KEY = re.compile(r"[^ \t.=\]]*")
_WORD = re.compile(r"[^,\]}\n#]*")
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?|inf|nan)")


def _check(text: str) -> None:
    """Check that a string is TOML.

    Raises:
        Unparsable: it is not.
    """
    from importlib import import_module

    if _DEEP.search(text):
        raise Unparsable("nested too deeply", Span(1, 1, 1, 1), "TOML")
    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        line, column = 1, 1
        if "(at line " in words:
            words, _, where = words.partition(" (at line ")
            numbers = [int(part) for part in where.rstrip(")").replace(",", " ").split() if part.isdigit()]
            line, column = (*numbers, 1)[:2]
        elif words.endswith("(at end of document)"):
            words, line = words.removesuffix(" (at end of document)"), text.rstrip().count("\n") + 1
        raise Unparsable(words, Span(line, column, line, column + 1), "TOML") from None
    except RecursionError:
        raise Unparsable("nested too deeply", Span(1, 1, 1, 1), "TOML") from None
    except ValueError as error:  # a number of thousands of digits
        raise Unparsable(str(error).partition(":")[0], Span(1, 1, 1, 1), "TOML") from None


class _TomlReader:
    """Reads valid TOML; `leaves` are scalars and empty containers in the order of the file."""

    def __init__(self, source: Source) -> None:
        self.whole = Fragment.whole(source)
        self.text = source.text
        self.at = 0
        self.leaves: list[Data] = []
        self.lengths: dict[Keys, int] = {}
        """How many tables each array of tables has so far."""

    def read(self) -> Data:
        table: Keys = ()
        while self.skip_space(newlines=True):
            if self.text.startswith("[", self.at):
                listed = self.text.startswith("[[", self.at)
                start = self.at
                self.at += 1 + listed
                table = self.in_last_tables(self.read_key(), listed=listed)
                self.at += 1 + listed
                self.leaves.append(Table(table, self.whole.place(start, self.at), {}))
            else:
                self.read_pair(table, 0)
        return _nest(self.leaves, Place(self.whole.source.path, Span(1, 1, 1, 1)))

    def in_last_tables(self, keys: Keys, *, listed: bool) -> Keys:
        """`[a.b]` after `[[a]]` is in the last table of `a`; `[[a]]` adds one."""
        path: Keys = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            if listed and number == len(keys) - 1:
                self.lengths[path] = self.lengths.get(path, 0) + 1
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        return path

    def skip_space(self, *, newlines: bool) -> bool:
        """Skip spaces and comments; False at the end."""
        self.skip(_LINES if newlines else _SPACE)
        return self.at < len(self.text)

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Go past what matches here, and return it."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def read_pair(self, table: Keys, depth: int) -> None:
        keys = (*table, *self.read_key())
        self.at += 1  # the =
        self.skip_space(newlines=False)
        self.read_value(keys, depth)

    def read_key(self) -> Keys:
        """A dotted key up to the `=` or the `]`."""
        parts: list[str] = []
        while self.skip_space(newlines=False):
            letter = self.text[self.at]
            if letter in "\"'":
                parts.append(self.read_string()[0])
            elif letter == ".":
                self.at += 1
            elif letter in "=]":
                break
            else:
                parts.append(self.skip(_BARE_KEY))
        return tuple(parts)

    def read_value(self, keys: Keys, depth: int) -> None:
        start, letter = self.at, self.text[self.at : self.at + 1]
        if depth > MAX_DEPTH:
            raise Unparsable("nested too deeply", self.whole.span(start, start + 1), "TOML")
        if letter in ('"', "'"):
            value, begin, end = self.read_string()
            self.leaves.append(make_string(keys, value, self.whole.select((begin, end))))
        elif letter == "[":
            self.at += 1
            index = 0
            while self.skip_space(newlines=True) and self.text[self.at] != "]":
                self.read_value((*keys, index), depth + 1)
                index += 1
            self.at += 1
            if not index:
                self.leaves.append(DataList(keys, self.whole.place(start, self.at), ()))
        elif letter == "{":
            self.at += 1
            while self.skip_space(newlines=True) and self.text[self.at] != "}":
                self.read_pair(keys, depth + 1)
            self.at += 1
            self.leaves.append(Table(keys, self.whole.place(start, self.at), {}))
        else:
            self.leaves.append(self.make_scalar(keys, start, self.skip(_WORD).rstrip()))

    def make_scalar(self, keys: Keys, start: int, word: str) -> Scalar:
        place = self.whole.place(start, start + len(word))
        if word in ("true", "false"):
            return Scalar(keys, place, word == "true", "boolean", word)
        if not _NUMBER.fullmatch(word) or len(word) > 4000:
            return Scalar(keys, place, None, "other", word)
        digits = word.replace("_", "")
        return Scalar(keys, place, int(digits) if digits.lstrip("+-").isdigit() else float(digits), "number", word)

    def read_string(self) -> tuple[str, int, int]:
        """The value of a string, and where it begins and ends without its quotes."""
        text, quote = self.text, self.text[self.at]
        long = text.startswith(quote * 3, self.at)
        closing = quote * 3 if long else quote
        start = self.at + len(closing)
        end = text.find(closing, start)
        if quote == '"' and "\\" in text[start:end]:
            end = start
            while end < len(text) and not text.startswith(closing, end):
                end += 2 if text[end] == "\\" else 1
        while long and text.startswith(quote, end + 3):
            end += 1
        self.at = end + len(closing)
        if long and text.startswith("\n", start):
            start += 1
        value = text[start:end]
        if quote == '"' and "\\" in value:
            value = _ESCAPE.sub(_unescape, value)
        return value, start, end


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    return chr(int(code, 16)) if code else _ESCAPES.get((match[4] and "") or match[5], "")


def _nest(leaves: Iterable[Data], place: Place) -> Data:
    """The tree of which these are the leaves; a table or list that others fill is a leaf, too."""
    places: dict[Keys, Place] = {(): place}
    tree: dict[str | int, object] = {}
    for leaf in leaves:
        inside = tree
        for key in leaf.keys[:-1]:
            inside = inside.setdefault(key, {})  # type: ignore[assignment]
        if isinstance(leaf, Scalar):
            inside[leaf.keys[-1]] = leaf
            continue
        places[leaf.keys] = leaf.place
        if leaf.keys:
            inside.setdefault(leaf.keys[-1], {} if isinstance(leaf, Table) else leaf)
    return _assemble(tree, (), places)


def _assemble(tree: dict[str | int, object], keys: Keys, places: dict[Keys, Place]) -> Data:
    place = places.get(keys) or places[()]
    entries: dict[str | int, Data] = {
        key: _assemble(item, (*keys, key), places) if isinstance(item, dict) else item  # type: ignore[misc]
        for key, item in tree.items()
    }
    if entries and all(isinstance(key, int) for key in entries):
        return DataList(keys, place, tuple(entries.values()))
    return Table(keys, place, {str(key): item for key, item in entries.items()})
