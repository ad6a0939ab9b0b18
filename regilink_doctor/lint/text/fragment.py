"""Text inside another file, and what a later program fills into it.

A `run:` block of a CI file, a cell of a notebook, the value of a key: each is a stretch whose characters have places in
the file. What Hydra, GitHub Actions, a shell, Jinja or cookiecutter fill in is an unknown part, never a placeholder.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import record
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from regilink_doctor.lint.text.source import Source

FILLED_LATER = re.compile(
    r"""
      \$\{\{.{0,400}?\}\}                          # GitHub Actions
    | \{\{.{0,400}?\}\} | \{%.{0,400}?%\}          # Jinja, cookiecutter, Helm
    | \$\{(?P<braced>[^{}$]*(?:\{[^{}]*\}[^{}]*)*)\}  # Hydra, shell, compose
    | \$\((?:[^()]|\([^()]*\))*\)                  # a shell's command, make
    | \$(?P<bare>[A-Za-z_]\w*|[0-9@*#]|\$(?:\w+|\{\w+\})?)  # of a shell; with two signs, of one that make starts
    | %\((?P<percent>\w+)\)s                       # configparser
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\[\"\\/]")
_CHANGED = re.compile(r"(?P<name>\w+)(?P<operation>##?|%%?|,,|\^\^|//?)(?P<pattern>[^$`]{0,24})")
_LONGEST_CHANGED = 256
_MOST_PARTS = 32
_LONGEST = 4096
"""A variable that is longer is unknown: a file can double one again and again."""

_DEFAULT = re.compile(r"(?:oc\.env:)?(?P<name>\w+)(?::?[-=]|,)(?P<default>.*)", re.DOTALL)
"""`${X:-default}` of a shell and compose, `${oc.env:X,default}` of Hydra."""


@record
class Fragment:
    """Lines of text, and where each of them begins in its source."""

    source: Source
    text: str
    offsets: tuple[int, ...]
    """Where each line begins in `text`."""
    begins: tuple[tuple[int, int], ...]
    """The line and column of each of those."""

    @classmethod
    def of(cls, source: Source, lines: Iterable[tuple[str, int, int]], glue: str = "\n") -> Fragment:
        """The stretch made of lines, each with its line number and the column where it begins.

        `glue`, one character, is between them: a space where a format folds lines.
        """
        texts: list[str] = []
        offsets: list[int] = []
        begins: list[tuple[int, int]] = []
        offset = 0
        for text, line, column in lines:
            texts.append(text)
            offsets.append(offset)
            begins.append((line, column))
            offset += len(text) + 1
        return cls(source, glue.join(texts), tuple(offsets) or (0,), tuple(begins) or ((1, 1),))

    @classmethod
    def whole(cls, source: Source) -> Fragment:
        """All of a source."""
        return cls.of(source, ((text, number, 1) for number, text in enumerate(source.lines, 1)))

    def unescape(self) -> Fragment:
        """The text of a double-quoted string without the backslashes before quotes, slashes and backslashes."""
        if "\\" not in self.text:
            return self
        kept, done = [], 0
        for match in _ESCAPED.finditer(self.text):
            kept.append((done, match.start()))
            done = match.start() + 1
        return self.select(*kept, (done, len(self.text)))

    def select(self, *ranges: tuple[int, int]) -> Fragment:
        """The text of some ranges, one after the other, as a fragment of its own."""
        offsets: list[int] = []
        begins: list[tuple[int, int]] = []
        size = 0
        for start, end in ranges:
            for line in self.text[start:end].split("\n"):
                offsets.append(size)
                begins.append(self._at(start))
                start += len(line) + 1
                size += len(line) + 1
            size -= 1
        text = "".join(self.text[start:end] for start, end in ranges)
        return Fragment(self.source, text, tuple(offsets) or (0,), tuple(begins) or ((1, 1),))

    def span(self, start: int, end: int) -> Span:
        """The span of `text[start:end]`."""
        index = bisect_right(self.offsets, start)
        line, column = self.begins[index - 1]
        column -= self.offsets[index - 1]
        if index == len(self.offsets) or end < self.offsets[index]:
            return Span(line, column + start, line, column + end)
        return Span(line, column + start, *self._at(end))

    def place(self, start: int, end: int) -> Place:
        """The place of `text[start:end]`."""
        return Place(self.source.path, self.span(start, end), self.source.cell)

    def piece(self, start: int, end: int, name: str | None = None, place: Place | None = None) -> KnownPart:
        """`text[start:end]`, which is written exactly there; `place`, if it is known."""
        text = self.text[start:end]
        place = place or self.place(start, end)
        return KnownPart(text, place, exact=place.span.line == place.span.end_line, names=(name,) if name else ())

    def pieces(
        self, start: int, end: int, name: str | None = None, place: Place | None = None
    ) -> tuple[KnownPart | UnknownPart, ...]:
        """`text[start:end]` as parts of a string."""
        return (self.piece(start, end, name, place),)

    def _at(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self.offsets, offset) - 1
        line, column = self.begins[index]
        return line, column + offset - self.offsets[index]


class StringFragment(Fragment):
    """A string of a program as a fragment: what it does not know stays an unknown part."""

    def __init__(self, source: Source, string: StringValue) -> None:
        super().__init__(source, string.pattern, (0,), ((1, 1),))
        self.__dict__["string"] = string

    if TYPE_CHECKING:
        string: StringValue

    def select(self, *ranges: tuple[int, int]) -> StringFragment:
        """The text of some ranges, one after the other, as a fragment of its own."""
        parts = [part for start, end in ranges for part in self.string.cut(start, end)]
        return StringFragment(self.source, StringValue(tuple(parts), self.string.place))

    def span(self, start: int, end: int) -> Span:
        """The span of `text[start:end]`."""
        return self.place(start, end).span

    def place(self, start: int, end: int) -> Place:
        """The place of `text[start:end]`."""
        return self.string.place_of(start, end)

    def pieces(
        self, start: int, end: int, name: str | None = None, place: Place | None = None
    ) -> tuple[KnownPart | UnknownPart, ...]:
        """`text[start:end]` as parts of a string."""
        return self.string.cut(start, end)


def filled(
    stretch: Fragment,
    start: int,
    end: int,
    known: Mapping[str, StringValue] | None = None,
    *,
    dollars: bool = True,
    name: str | None = None,
    place: Place | None = None,
) -> list[KnownPart | UnknownPart]:
    """The parts of `text[start:end]`: pieces, and an unknown part for each stretch that is filled in later.

    Args:
        stretch: where the text is.
        start: its first character.
        end: the one after its last.
        known: the values of variables, and of expressions as they are written without spaces; any other is unknown.
        dollars: whether `$X` is filled in; `{{ }}` and `${{ }}` always are.
        name: the variable or key that holds the text.
        place: the place of the text, if it is known.
    """
    parts: list[KnownPart | UnknownPart] = []
    done = start
    for match in FILLED_LATER.finditer(stretch.text, start, end):
        if match["bare"] is not None and not dollars:
            continue
        if match.start() > done:
            parts += stretch.pieces(done, match.start(), name)
        parts += _filling(stretch, match, known or {}, name)
        done = match.end()
    if end > done:
        parts += stretch.pieces(done, end, name, place if done == start else None)
    return parts


def _is_short(value: StringValue) -> bool:
    """Whether it may be put in the place of its name: twice in a value, and that twice in another, has no end."""
    return len(value.parts) <= _MOST_PARTS and len(value.pattern) <= _LONGEST


def _filling(
    stretch: Fragment, match: re.Match[str], known: Mapping[str, StringValue], name: str | None
) -> Iterable[KnownPart | UnknownPart]:
    place = stretch.place(match.start(), match.end())
    if (whole := known.get(match[0].replace(" ", ""))) is not None:
        return whole.parts if _is_short(whole) else [UnknownPart(match[0], place)]
    inside = match["bare"] or match["braced"] or match["percent"] or ""
    variable, default = inside, None
    if match["braced"] is not None and (parsed := _DEFAULT.fullmatch(inside)):
        variable, default = parsed["name"], parsed["default"]
    value = known.get(variable)
    if value is None and (changed := _expand(inside, known, place)) is not None:
        return (changed,)
    if value is not None and _is_short(value):
        return value.parts
    names = tuple(word for word in (variable.removeprefix("oc.env:"), name) if word)
    if default is not None and "$" not in default:
        start = match.start("braced") + inside.index(default, len(variable))
        written = stretch.place(start, start + len(default)) if default else place
        return (
            KnownPart(
                default, written, exact=written.span.line == written.span.end_line, default_of=variable, names=names
            ),
        )
    reason = "a template that is filled in later" if match[0].startswith(("{{", "{%")) else ""
    return (UnknownPart(match[0], place, names=names, reason=reason),)


def _expand(inside: str, known: Mapping[str, StringValue], place: Place) -> KnownPart | None:
    """`${X##*/}`, `${X%.pt}`, `${X,,}`, `${X/a/b}` of a variable that is known; None for anything else."""
    match = _CHANGED.fullmatch(inside)
    value = known.get(match["name"]) if match is not None else None
    if match is None or value is None or value.literal is None or len(value.literal) > _LONGEST_CHANGED:
        return None
    text, operation, pattern = value.literal, match["operation"], match["pattern"]
    if operation in (",,", "^^"):
        changed = text.lower() if operation == ",," else text.upper()
    elif operation in ("/", "//"):
        old, _, new = pattern.partition("/")
        if not old or not set("*?[\\").isdisjoint(old):
            return None
        changed = text.replace(old, new, 1 if operation == "/" else -1)
    else:
        changed = _cut_matching(text, operation, pattern)
    return KnownPart(changed, place, names=(match["name"],))


def _cut_matching(text: str, operation: str, pattern: str) -> str:
    """A string without the shortest or longest prefix (`#`, `##`) or suffix (`%`, `%%`) that a pattern matches."""
    from fnmatch import fnmatchcase

    lengths = range(len(text) + 1) if len(operation) == 1 else range(len(text), -1, -1)
    for length in lengths:
        cut = text[:length] if "#" in operation else text[len(text) - length :]
        if fnmatchcase(cut, pattern):
            return text[length:] if "#" in operation else text[: len(text) - length]
    return text


def text_of(stretch: Fragment, start: int, end: int, name: str | None = None) -> StringValue:
    """The value `text[start:end]` of a key."""
    place = stretch.place(start, end)
    return StringValue(tuple(filled(stretch, start, end, name=name, place=place)), place)


def loose_text(text: str, place: Place, name: str | None = None) -> StringValue:
    """A value whose characters have no places of their own: it was escaped, or folded over lines."""
    parts: list[KnownPart | UnknownPart] = []
    names = (name,) if name else ()
    done = 0
    for match in FILLED_LATER.finditer(text):
        if match.start() > done:
            parts.append(KnownPart(text[done : match.start()], place, names=names))
        parts.append(UnknownPart(match[0], place, names=names))
        done = match.end()
    if done < len(text):
        parts.append(KnownPart(text[done:], place, names=names))
    return StringValue(tuple(parts), place)
