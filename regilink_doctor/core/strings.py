"""Strings as source builds them: known parts, each with its place, and unknown parts. No parser in here."""

from __future__ import annotations

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import cached_property, field, record, replace
from regilink_doctor.core.target_path import UNKNOWN_NAME, show_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Set
    from typing import Any, Literal

    UnknownKind = Literal[
        "unknown", "environment", "option", "versioned-name", "registry-name", "source-version", "registry-version",
        "run-entity", "project",
    ]  # fmt: skip


@record
class KnownPart:
    """A known part of a string, and where it is written.

    `exact`: its characters stand one by one at `place`, on one line, so that a part of it has a place of its own.
    `default_of`: it is only what is taken when this environment variable or argument is not given.
    `names`: the variables, keys and attributes that it went through. `variables`: those of the environment that are
    used instead when they are set, the first one first. `read_from`: the one whose value it is, where it was set.
    `is_os_separator`: it is the slash of `os.path.join` or pathlib, which is a backslash on Windows.
    """

    text: str
    place: Place
    exact: bool = False
    default_of: str | None = None
    names: tuple[str, ...] = ()
    variables: tuple[str, ...] = field(default=(), compare=False)
    read_from: str | None = field(default=None, compare=False)
    is_os_separator: bool = field(default=False, compare=False)


@record
class UnknownPart:
    """A part that source does not tell. `source` is the expression.

    *environment*: a variable of the environment without a default, None when it is not set. *option*: an option of the
    command line without a default, None when it is not given. *versioned-name*: the name of an artifact, which ends in
    `:vN` once it is logged (failure A8); *registry-name*: that of a version in a registry. *source-version*: the
    version of an artifact as its own project counts it; *registry-version*: as a registry counts it (failure B12).
    *run-entity*: the entity of a run. *project*: that of a run or of a source, never a registry. `reason` says why it
    is not known, where there is more to say. `variables`: the variable of the environment that it is.
    """

    source: str
    place: Place
    kind: UnknownKind = "unknown"
    names: tuple[str, ...] = ()
    reason: str = field(default="", compare=False)
    variables: tuple[str, ...] = field(default=(), compare=False)

    @property
    def has_version(self) -> bool:
        """Whether it is a name that ends in `:vN`."""
        return self.kind in ("versioned-name", "registry-name")


@record
class StringValue:
    """A string as source builds it: its parts in order. Without any part it is the empty string at `place`.

    `is_path_object`: it is a path of pathlib, which W&B does not accept as a string.
    """

    parts: tuple[KnownPart | UnknownPart, ...]
    place: Place
    is_path_object: bool = False

    @classmethod
    def of(cls, text: str, place: Place, *, exact: bool = False) -> StringValue:
        """A string that is known, of one part."""
        return cls((KnownPart(text, place, exact),), place)

    def __hash__(self) -> int:
        return hash((self.pattern, self.place))  # what its parts are made of tells very few apart, and takes long

    # Every rule asks for these, several times.
    @cached_property
    def pattern(self) -> str:
        """The string as `core.target_path` reads it, unknown parts included."""
        parts = self.parts
        if len(parts) == 1:  # most
            return parts[0].text if isinstance(parts[0], KnownPart) else UNKNOWN_NAME
        return "".join([part.text if isinstance(part, KnownPart) else UNKNOWN_NAME for part in parts])

    @cached_property
    def literal(self) -> str | None:
        """The whole string, None when a part is not known."""
        pattern = self.pattern
        if UNKNOWN_NAME not in pattern:
            return pattern
        return pattern if all(isinstance(part, KnownPart) for part in self.parts) else None

    @cached_property
    def certain(self) -> str | None:
        """The whole string; None where a part is unknown or a default."""
        return None if self.is_default else self.literal

    @property
    def is_default(self) -> bool:
        """Whether a part is only what is used when an option, variable or argument is not given."""
        return any(isinstance(part, KnownPart) and part.default_of for part in self.parts)

    @property
    def display(self) -> str:
        """The string for reports: `{?}` for each unknown part."""
        return show_unknown(self.pattern)

    @property
    def unknown_parts(self) -> Iterator[tuple[int, UnknownPart]]:
        """Each unknown part with its offset in `pattern`."""
        return ((offset, part) for offset, part in self._offsets() if isinstance(part, UnknownPart))

    @property
    def unknown_reasons(self) -> tuple[str, ...]:
        """Why parts are not known, where there is more to say than that the source does not tell."""
        return tuple(dict.fromkeys(part.reason for _, part in self.unknown_parts if part.reason))

    @property
    def unset_variables(self) -> Iterator[str]:
        """The variables of the environment that make a part None when they are not set."""
        return (name for part in self.parts if may_be_none(part) for name in part.variables)

    def mark_set(self, variables: Set[str] | None = None) -> StringValue:
        """The string where these variables, or all, are known to be set: a part of it is unknown, but never None."""
        parts = (
            replace(part, kind="unknown")
            if may_be_none(part) and (variables is None or not variables.isdisjoint(part.variables))
            else part
            for part in self.parts
        )
        return replace(self, parts=tuple(parts))

    @property
    def variables_read(self) -> tuple[str, ...]:
        """The variables of the environment whose values are in the string."""
        read = (part.read_from for part in self.parts if isinstance(part, KnownPart) and part.read_from)
        return tuple(dict.fromkeys(read))

    def find_set_outside(self, path: str) -> tuple[Place, ...]:
        """Where parts of a string that the file `path` uses are set in files that are not code, once for each line.

        What this process has in its environment is set there.
        """
        known = (part for part in self.parts if isinstance(part, KnownPart) and part.place.path != path)
        places = (part.place for part in known if part.variables or not part.read_from)
        outside = [place for place in places if not place.path.endswith((".py", ".ipynb"))]
        return tuple({(place.path, place.span.line): place for place in outside}.values())

    def read_variables(self, environ: Mapping[str, str]) -> StringValue:
        """The string in a program with this environment: variables that are set have their values."""
        parts: list[KnownPart | UnknownPart] = []
        previous: tuple[str, ...] = ()
        for part in self.parts:
            variable = next((name for name in part.variables if name in environ), None)
            if variable is None:
                parts.append(part)
            elif part.variables != previous:  # the parts of one default stand for one value
                parts.append(KnownPart(environ[variable], part.place, names=part.names, read_from=variable))
            previous = part.variables if variable is not None else ()
        return replace(self, parts=tuple(parts))

    def forget_arguments(self, is_given: Callable[[KnownPart], bool]) -> StringValue:
        """The string without the parts that the command line gives another value."""
        parts = tuple(
            UnknownPart(part.default_of or part.names[-1], part.place, names=part.names)
            if isinstance(part, KnownPart) and (part.default_of or part.names) and is_given(part)
            else part
            for part in self.parts
        )
        return replace(self, parts=parts)

    def forget_variables(self) -> StringValue:
        """The string after code has looked at its letters: what it would be with a variable set is not known."""
        return replace(self, parts=tuple(replace(part, variables=()) for part in self.parts))

    def write_out(self) -> StringValue:
        """The string that `str` makes of it."""
        return replace(self, is_path_object=False) if self.is_path_object else self

    def forget_separators(self) -> StringValue:
        """The string with slashes that are slashes on Windows, too."""
        return self.mark_known(is_os_separator=False)

    def mark_known(self, **facts: Any) -> StringValue:
        """The string with other facts of each part that is known, such as `default_of`."""
        parts = [replace(part, **facts) if isinstance(part, KnownPart) else part for part in self.parts]
        return replace(self, parts=tuple(parts))

    def edit(self, place: Place, content: str) -> StringValue:
        """The string after an edit of the file that a part of it is written in; the same one for an edit elsewhere."""
        parts = tuple(_edit_part(part, place, content) for part in self.parts)
        return self if parts == self.parts else replace(self, parts=parts)

    def names_at(self, start: int, end: int) -> tuple[str, ...]:
        """The variables, keys and attributes that any part of `pattern[start:end]` went through."""
        names: dict[str, None] = {}
        for offset, part in self._offsets():
            if part.names and offset < end and offset + _width(part) > start:
                names.update(dict.fromkeys(part.names))
        return tuple(names)

    def part_at(self, offset: int) -> KnownPart | UnknownPart | None:
        """The part that holds the character at `offset` of `pattern`."""
        for start, part in self._offsets():
            if start <= offset < start + _width(part):
                return part
        return None

    def empty_defaults(self, start: int, end: int) -> Iterator[KnownPart]:
        """Defaults that are the empty string and are between two offsets of `pattern`, both included (failure A5)."""
        for offset, part in self._offsets():
            if isinstance(part, KnownPart) and not part.text and part.default_of and start <= offset <= end:
                yield part

    def fill_empty_defaults(self) -> StringValue:
        """The string where variables of the environment are set whose default is the empty string: they are unknown."""
        if not any(map(_is_empty_default, self.parts)):
            return self
        parts = tuple(
            UnknownPart(f"os.environ['{part.variables[0]}']", part.place, names=part.names, variables=part.variables)
            if _is_empty_default(part)
            else part
            for part in self.parts
        )
        return replace(self, parts=parts)

    def cut(self, start: int, end: int) -> tuple[KnownPart | UnknownPart, ...]:
        """The parts of `pattern[start:end]`, the first and last one shortened."""
        cut: list[KnownPart | UnknownPart] = []
        for offset, part in self._offsets():
            left, right = max(start - offset, 0), min(end - offset, _width(part))
            if left < right:
                cut.append(
                    replace(
                        part,
                        text=part.text[left:right],
                        place=_within(part, left, right),
                        variables=part.variables if right - left == _width(part) else (),
                    )
                    if isinstance(part, KnownPart)
                    else part
                )
        return tuple(cut)

    def place_of(self, start: int, end: int) -> Place:
        """Where `pattern[start:end]` is written.

        Exact inside one piece that is exact, else the whole of it. Of several parts those count that stand in the
        text's own expression; where none does, the expression itself.
        """
        if len(self.parts) == 1 and end > 0 and start < _width(self.parts[0]):
            return _within(self.parts[0], start, end)
        places = [
            _within(part, start - offset, end - offset)
            for offset, part in self._offsets()
            if offset < end and offset + _width(part) > start
        ]
        if len(places) == 1:
            return places[0]
        here = [place for place in places if _inside(place, self.place)]
        if not here:
            return self.place
        span = here[0].span
        for place in here[1:]:
            # One character between two parts is the brace of an f-string's field, which is closed after it, too.
            is_field = (place.span.line, place.span.column) == (span.end_line, span.end_column + 1)
            span = span.joined(place.span)
            span = replace(span, end_column=span.end_column + is_field)
        return replace(here[0], span=span)

    def exact_piece(self, start: int, end: int) -> Place | None:
        """The place of `pattern[start:end]` if it lies inside one exact piece, None otherwise: where a fix may edit."""
        for offset, part in self._offsets():
            if isinstance(part, KnownPart) and part.exact and offset <= start and end <= offset + len(part.text):
                return _within(part, start - offset, end - offset)
        return None

    def _offsets(self) -> Iterator[tuple[int, KnownPart | UnknownPart]]:
        offset = 0
        for part in self.parts:
            yield offset, part
            offset += _width(part)


def may_be_none(part: KnownPart | UnknownPart) -> bool:
    """Whether a part is a variable of the environment, or an option of the command line, without a default."""
    return isinstance(part, UnknownPart) and part.kind in ("environment", "option")


def _is_empty_default(part: KnownPart | UnknownPart) -> bool:
    return isinstance(part, KnownPart) and not part.text and bool(part.variables)


def _width(part: KnownPart | UnknownPart) -> int:
    return len(part.text) if isinstance(part, KnownPart) else 1


def _within(part: KnownPart | UnknownPart, start: int, end: int) -> Place:
    if isinstance(part, UnknownPart) or not part.exact:
        return part.place
    span = part.place.span
    start, end = max(start, 0), min(end, len(part.text))
    if end - start == len(part.text):
        return part.place
    inner = Span(span.line, span.column + start, span.line, span.column + end)
    return Place(part.place.path, inner, part.place.cell)


def _edit_part(part: KnownPart | UnknownPart, place: Place, content: str) -> KnownPart | UnknownPart:
    if isinstance(part, UnknownPart) or not part.exact or not _inside(place, part.place):
        return part
    start = place.span.column - part.place.span.column
    end = place.span.end_column - part.place.span.column
    return replace(part, text=part.text[:start] + content + part.text[end:])


def _inside(inner: Place, outer: Place) -> bool:
    if (inner.path, inner.cell) != (outer.path, outer.cell):
        return False
    return outer.span.contains(inner.span)
