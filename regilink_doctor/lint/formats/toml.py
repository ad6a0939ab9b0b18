"""TOML: `pyproject.toml`, `Pipfile`, and configurations of programs.

The standard library's parser says whether a file is TOML at all but gives no positions. The reader below runs after it,
on valid TOML alone, so it can be simple.
"""

from __future__ import annotations

import os
import re
import sys

from regilink_doctor.core.call_context import Container
from regilink_doctor.core.file_facts import Setting
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import record
from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.formats.requirements import make_requirement, may_be_ours, read_requirement, read_specifiers
from regilink_doctor.lint.formats.settings import ENVIRONMENT_KEYS, find_target_sites, is_worth_reading, keep_relevant
from regilink_doctor.lint.text.fragment import Fragment, loose_text, text_of
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Requirement
    from regilink_doctor.core.strings import StringValue


_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_LISTS = re.compile(
    r"""
      project \. dependencies
    | project \. optional-dependencies \. (?P<extra>[^.]+)
    | dependency-groups \. (?P<group>[^.]+)
    | build-system \. requires
    | tool \. uv \. (?P<uv>dev-dependencies|constraint-dependencies|override-dependencies)
    | tool \. pdm \. (?P<pdm>dev-dependencies \. [^.]+)
    | tool \. hatch \. envs \. (?P<hatch>[^.]+) \. (?:extra-)?dependencies
    | (?:tool \. pixi \. .*)? additional_dependencies
    """,
    re.VERBOSE,
)
"""Lists of requirements as pip writes them, by their keys joined with dots."""

_TABLES = re.compile(
    r"""
      tool \. poetry \. dependencies
    | tool \. poetry \. (?P<dev>dev-dependencies)
    | tool \. poetry \. group \. (?P<group>[^.]+) \. dependencies
    | tool \. pixi \. (?:feature \. (?P<feature>[^.]+) \. )? (?:pypi-)?dependencies
    | packages | (?P<pipfile>dev-packages)
    """,
    re.VERBOSE,
)
"""Tables of requirements, the package as the key."""


def read(path: str, content: bytes) -> ParsedFile:
    """What a TOML file says.

    Raises:
        Unparsable: it is not TOML.
    """
    source = Source.decode(path, content, python=False)
    check_toml(source.text)
    stretch = Fragment.whole(source)
    values = read_values(source.text)
    name = os.path.basename(path)
    requirements: tuple[Requirement, ...] = ()
    if name in ("pyproject.toml", "Pipfile", "pixi.toml", "uv.toml"):
        requirements = tuple(_find_requirements(stretch, values, pipfile=name == "Pipfile"))
    settings = keep_relevant(_find_settings(stretch, values))
    return ParsedFile((source,), tuple(find_target_sites(settings)), settings, requirements)


def _find_settings(stretch: Fragment, values: list[TomlValue]) -> Iterator[Setting]:
    for item in values:
        statement = stretch.span(*item.statement)
        keys = tuple(key for key in item.keys if not key.isdigit())
        if not keys:
            continue
        name = keys[-1]
        listed = item.keys[-1].isdigit()
        inside = (keys[-1] if listed else keys[-2]) if len(keys) > 1 else ""
        below = inside in ENVIRONMENT_KEYS or inside in ("env-vars", "environment-variables")
        if listed and name in ENVIRONMENT_KEYS and (pair := _split_assignment(stretch, item)):
            # pytest-env: env = ["WANDB_MODE=offline"]; `D:` in front of it sets a default.
            yield Setting(
                pair[0],
                stretch.place(pair[1], item.end),
                statement,
                "toml",
                True,
                (text_of(stretch, pair[1], item.end, pair[0]),),
                (*keys, pair[0]),
                _containers_of(keys[:-1]),
                only_default=stretch.text[item.start : item.start + 2] == "D:",
            )
            continue
        if not is_worth_reading(keys, item.value):
            continue
        variable = below and not listed and bool(_VARIABLE.fullmatch(name))
        containers = _containers_of(keys[: -2 if variable else -1])
        yield Setting(
            name,
            item.place_in(stretch),
            statement,
            "toml",
            variable,
            (item.string_value(stretch, name),),
            keys,
            containers,
        )


def _containers_of(keys: tuple[str, ...]) -> tuple[Container, ...]:
    # Tables may be opened again, so none has a span of its own.
    return tuple(Container("key", key, Span(1, 1, 1, 1)) for key in keys)


def _split_assignment(stretch: Fragment, item: TomlValue) -> tuple[str, int] | None:
    """The name in `X=value`, and where its value begins."""
    match = re.match(r"(?:[A-Z]:)*\s*([A-Z_][A-Z0-9_]*)\s*=\s*", stretch.text[item.start : item.end])
    return (match[1], item.start + match.end()) if match and item.exact else None


def _find_requirements(stretch: Fragment, values: list[TomlValue], *, pipfile: bool) -> Iterator[Requirement]:
    for item in values:
        statement = stretch.span(*item.statement)
        if item.keys[-1].isdigit():
            if match := _LISTS.fullmatch(".".join(item.keys[:-1])):
                found = read_requirement(stretch, item.start, item.end, statement, group=_group_of(match))
                if found is not None:
                    yield found
            continue
        # wandb = "0.16.0", or wandb = {version = "0.16.0", optional = true}
        keys = item.keys[:-1] if item.keys[-1] == "version" else item.keys
        match = _TABLES.fullmatch(".".join(keys[:-1])) if may_be_ours(keys[-1]) else None
        if match and (pipfile or keys[0] == "tool"):
            bare = "" if pipfile else "=="
            specifiers = read_specifiers(item.value, bare)
            yield make_requirement(keys[-1], item.place_in(stretch), statement, specifiers, _group_of(match))


def _group_of(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group), "")


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

    def string_value(self, stretch: Fragment, name: str | None = None) -> StringValue:
        """The value, its characters where they stand if they stand there as they are."""
        if self.exact:
            return text_of(stretch, self.start, self.end, name)
        return loose_text(self.value, self.place_in(stretch), name)

    def place_in(self, stretch: Fragment) -> Place:
        """Where the characters stand, without the quotes."""
        return stretch.place(self.start, self.end)


def check_toml(text: str) -> None:
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
        while self.skip_space(newlines=True):
            if self.text.startswith("[", self.at):
                listed = self.text.startswith("[[", self.at)
                self.at += 1 + listed
                table = self.read_key()
                self.at += 1 + listed
                if listed:
                    self.tables[table] = self.tables.get(table, -1) + 1
                    table = (*table, str(self.tables[table]))
            else:
                self.read_pair(table)
        return self.found

    def skip_space(self, *, newlines: bool) -> bool:
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

    def read_pair(self, table: tuple[str, ...]) -> None:
        start = self.at
        keys = (*table, *self.read_key())
        self.at += 1  # the =
        self.skip_space(newlines=False)
        first = len(self.found)
        self.read_value(keys, start)
        for index in range(first, len(self.found)):
            item = self.found[index]
            if item.keys == keys:
                self.found[index] = TomlValue(item.keys, item.start, item.end, item.value, item.exact, (start, self.at))

    def read_key(self) -> tuple[str, ...]:
        """A dotted key up to the `=` or the `]`."""
        parts: list[str] = []
        while self.skip_space(newlines=False):
            letter = self.text[self.at]
            if letter in "\"'":
                parts.append(self.read_string()[2])
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

    def read_value(self, keys: tuple[str, ...], statement: int) -> None:
        letter = self.text[self.at : self.at + 1]
        if letter in ('"', "'"):
            begin = self.at
            start, end, value, exact = self.read_string()
            where = (statement if not keys[-1].isdigit() else begin, self.at)
            self.found.append(TomlValue(keys, start, end, value, exact, where))
        elif letter == "[":
            self.at += 1
            index = 0
            while self.skip_space(newlines=True) and self.text[self.at] != "]":
                self.read_value((*keys, str(index)), statement)
                index += 1
            self.at += 1
        elif letter == "{":
            self.at += 1
            while self.skip_space(newlines=True) and self.text[self.at] != "}":
                self.read_pair(keys)
            self.at += 1
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}\n#":
                self.at += 1

    def read_string(self) -> tuple[int, int, str, bool]:
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
