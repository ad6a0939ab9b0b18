"""Python that is written inside of another file: a here-document, `python -c`, a step with `shell: python`."""

from __future__ import annotations

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import is_record
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.formats.python import read_source
from regilink_doctor.lint.text.fragment import FILLED_LATER
from regilink_doctor.lint.text.moving import PlaceMover
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from regilink_doctor.core.sites import Site
    from regilink_doctor.lint.facts import Program


def find_sites_inside(program: Program) -> tuple[Site, ...]:
    """The call sites of a program, with their places in the file that it is in; none where it is not Python."""
    # A path of its own tells its places from others in the same file, such as that of a variable.
    source = Source(f"{program.fragment.source.path}#{program.fragment.begins[0][0]}", program.fragment.text)
    try:
        sites = read_source(source).sites
    except (Unparsable, RecursionError):
        return ()
    return _Mover(source, program).move(sites)


class _Mover(PlaceMover):
    """Moves places into the file, and leaves open what is filled in before Python reads the program."""

    def __init__(self, source: Source, program: Program) -> None:
        super().__init__(source.path, self.find_place)
        self.program = program
        self.starts = [0]
        for line in source.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

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
