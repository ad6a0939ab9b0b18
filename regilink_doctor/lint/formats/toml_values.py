"""The texts of a TOML file and where they stand: the standard library's parser tells no positions.

It says whether the file is TOML at all; what follows reads one that is, so it can be simple.
"""

from __future__ import annotations

import re
import sys

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import record
from regilink_doctor.lint.text.fragment import Fragment, loose_text, text_of
from regilink_doctor.lint.text.source import Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.strings import StringValue

_DEEP = re.compile(r"""(?:\.[ \t]*["']?[\w-]{1,99}["']?[ \t]*){500}""")
"""A key of so many parts: time and memory of the standard library's parser grow with the square of their number."""

_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\", "e": "\x1b"}


@record
class TomlValue:
    """A text and the keys that lead to it; an item of a list has its number, a table of a list as well."""

    keys: tuple[str, ...]
    start: int
    end: int
    value: str
    exact: bool
    statement: tuple[int, int]

    def text(self, stretch: Fragment, name: str | None = None) -> StringValue:
        """The value, its characters where they stand if they stand there as they are."""
        if self.exact:
            return text_of(stretch, self.start, self.end, name)
        return loose_text(self.value, self.place(stretch), name)

    def place(self, stretch: Fragment) -> Place:
        """Where the characters stand, without the quotes."""
        return stretch.place(self.start, self.end)


def check(text: str) -> None:
    """Whether a text is TOML.

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
    except ValueError as error:  # a number of thousands of digits
        raise Unparsable(str(error).partition(":")[0], Span(1, 1, 1, 1), "TOML") from None


def read_values(text: str) -> list[TomlValue]:
    """All texts of a file that is TOML, in order."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[TomlValue] = []
        self.tables: dict[tuple[str, ...], int] = {}
        self.statement = 0

    def read(self) -> list[TomlValue]:
        table: tuple[str, ...] = ()
        while self.blank(newlines=True):
            if self.text.startswith("[", self.at):
                listed = self.text.startswith("[[", self.at)
                self.at += 1 + listed
                table = self.key()
                self.at += 1 + listed
                if listed:
                    self.tables[table] = self.tables.get(table, -1) + 1
                    table = (*table, str(self.tables[table]))
            else:
                self.pair(table)
        return self.found

    def blank(self, *, newlines: bool) -> bool:
        """Skip blanks and comments; False at the end."""
        text = self.text
        while self.at < len(text):
            if text[self.at] in (" \t\n,\r" if newlines else " \t"):
                self.at += 1
            elif text[self.at] == "#":
                end = text.find("\n", self.at)
                self.at = end if end >= 0 else len(text)
            else:
                return True
        return False

    def pair(self, table: tuple[str, ...]) -> None:
        start = self.at
        keys = (*table, *self.key())
        self.at += 1  # the =
        self.blank(newlines=False)
        first = len(self.found)
        self.value(keys, start)
        for index in range(first, len(self.found)):
            item = self.found[index]
            if item.keys == keys:
                self.found[index] = TomlValue(item.keys, item.start, item.end, item.value, item.exact, (start, self.at))

    def key(self) -> tuple[str, ...]:
        """A dotted key up to the `=` or the `]`."""
        parts: list[str] = []
        while self.blank(newlines=False):
            letter = self.text[self.at]
            if letter in "\"'":
                parts.append(self.string()[2])
            elif letter == ".":
                self.at += 1
            elif letter in "=]":
                break
            else:
                start = self.at
                while self.at < len(self.text) and self.text[self.at] not in " \t.=]":
                    self.at += 1
                parts.append(self.text[start : self.at])
        return tuple(parts)

    def value(self, keys: tuple[str, ...], statement: int) -> None:
        letter = self.text[self.at : self.at + 1]
        if letter in ('"', "'"):
            begin = self.at
            start, end, value, exact = self.string()
            where = (statement if not keys[-1].isdigit() else begin, self.at)
            self.found.append(TomlValue(keys, start, end, value, exact, where))
        elif letter == "[":
            self.at += 1
            index = 0
            while self.blank(newlines=True) and self.text[self.at] != "]":
                self.value((*keys, str(index)), statement)
                index += 1
            self.at += 1
        elif letter == "{":
            self.at += 1
            while self.blank(newlines=True) and self.text[self.at] != "}":
                self.pair(keys)
            self.at += 1
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}\n#":
                self.at += 1

    def string(self) -> tuple[int, int, str, bool]:
        """Start and end without the quotes, the value, and whether its characters stand there as they are."""
        text = self.text
        quote = text[self.at]
        if text.startswith(quote * 3, self.at):
            start = self.at + 3
            end = start
            while end < len(text) and not text.startswith(quote * 3, end):
                end += 2 if text[end] == "\\" and quote == '"' else 1
            while text.startswith(quote, end + 3):
                end += 1
            self.at = end + 3
            if text.startswith("\n", start):
                start += 1
            raw = text[start:end]
            return start, end, raw, "\\" not in raw and "\n" not in raw
        start = end = self.at + 1
        value: list[str] = []
        while end < len(text) and text[end] != quote:
            if text[end] == "\\" and quote == '"':
                width = {"u": 4, "U": 8, "x": 2}.get(text[end + 1 : end + 2])
                if width:
                    value.append(chr(int(text[end + 2 : end + 2 + width], 16)))
                    end += 2 + width
                else:
                    value.append(_ESCAPES.get(text[end + 1 : end + 2], ""))
                    end += 2
            else:
                value.append(text[end])
                end += 1
        self.at = end + 1
        known = "".join(value)
        return start, end, known, text[start:end] == known
