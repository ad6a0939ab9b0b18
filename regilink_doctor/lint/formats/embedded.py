"""Python that is written inside of another file: a here-document, `python -c`, a step with `shell: python`.

What is found in a text that was read apart is copied, with every place moved to where it is in the file.
"""

from __future__ import annotations

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import is_record, replace
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.formats.python import read_source
from regilink_doctor.lint.scan.files import can_matter
from regilink_doctor.lint.text.fragment import FILLED_LATER, Fragment
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    from regilink_doctor.core.sites import Site
    from regilink_doctor.lint.facts import Program

    T = TypeVar("T")


def find_sites_inside(program: Program, problems: list[Unparsable]) -> tuple[Site, ...]:
    """The call sites of a program, with their places in the file that it is in.

    What is not Python and may have call sites is added to `problems`, unless something is filled in before Python
    reads it.
    """
    # A path of its own tells its places from others in the same file, such as that of a variable.
    source = Source(f"{program.fragment.source.path}#{program.fragment.begins[0][0]}", program.fragment.text)
    mover = _Mover(source, program)
    try:
        return mover.move(read_source(source).sites)
    except RecursionError:
        return ()
    except Unparsable as error:
        if can_matter("x.py", source.text.encode("utf-8", "replace")) and not FILLED_LATER.search(source.text):
            cell = program.fragment.source.cell
            problems.append(Unparsable(str(error), mover.find_place(error.span).span, cell=cell, cause="inside"))
        return ()


_PLAIN = frozenset({str, bool, int, type(None), frozenset})
"""Types of values without a place."""


class PlaceMover:
    """Moves the places of one path, and the spans of its records. Objects that are shared stay shared."""

    def __init__(self, path: str, move_place: Callable[[Span], Place]) -> None:
        self.path = path
        self.move_place = move_place
        self.done: dict[int, tuple[object, object]] = {}
        self.is_elsewhere = False
        """Whether the record that is copied is in another file, and with it each span that names no file."""

    def move(self, value: T) -> T:
        """The copy of a value: a record, a tuple or a mapping of them."""
        found: Any = self.move_value(value)
        return found  # type: ignore[no-any-return]

    def move_value(self, value: Any) -> Any:
        """The copy of anything that may be in a record."""
        if isinstance(value, Place):
            return self.move_place(value.span) if value.path == self.path else value
        if isinstance(value, Span):
            return value if self.is_elsewhere else self.move_place(value).span
        if isinstance(value, tuple):
            return tuple([self.move_value(item) for item in value])
        if isinstance(value, dict):
            return {key: self.move_value(item) for key, item in value.items()}
        if not is_record(value) or isinstance(value, Source):
            return value
        if id(value) in self.done:
            return self.done[id(value)][1]
        outer, place = self.is_elsewhere, getattr(value, "place", None)
        if isinstance(place, Place):
            self.is_elsewhere = place.path != self.path
        items = [(name, getattr(value, name)) for name in value.__match_args__]
        moved = {name: self.move_value(item) for name, item in items if item and type(item) not in _PLAIN}
        new = replace(value, **moved) if moved else value
        self.is_elsewhere = outer
        self.done[id(value)] = (value, new)
        return new


class _Mover(PlaceMover):
    """Moves places into the file, and leaves open what is filled in before Python reads the program."""

    def __init__(self, source: Source, program: Program) -> None:
        super().__init__(source.path, self.find_place)
        self.program = program
        self.starts = Fragment.whole(source).offsets

    def find_place(self, span: Span) -> Place:
        """The place in the file of a span of the program."""
        start = self.starts[span.line - 1] + span.column - 1
        end = self.starts[span.end_line - 1] + span.end_column - 1
        return self.program.fragment.place(start, end)

    def move_value(self, value: Any) -> Any:
        """The copy of one value."""
        if is_record(value) and isinstance(value, StringValue):
            value = StringValue(tuple(self.leave_open(value)), value.place)
        return super().move_value(value)

    def leave_open(self, string: StringValue) -> Iterator[KnownPart | UnknownPart]:
        """The parts of a string, with an unknown part for each `${{ … }}` and `$X`, or the value of that variable."""
        for part in string.parts:
            if not isinstance(part, KnownPart) or "$" not in part.text:
                yield part
                continue
            whole, done = StringValue((part,), part.place), 0
            for match in FILLED_LATER.finditer(part.text):
                if not match[0].startswith("${{" if not self.program.is_expanded else "$"):
                    continue
                yield from whole.cut(done, match.start())
                value = self.program.known.get(match["bare"] or match["braced"] or "")
                yield from value.parts if value is not None else (UnknownPart(match[0], part.place, names=part.names),)
                done = match.end()
            yield from whole.cut(done, len(part.text))
