"""Notebooks: one namespace over the code cells in order, everything else around them told apart.

The cells are read as one text, so that a name of an earlier cell is known in a later one; afterwards every place is
moved into its cell.
"""

from __future__ import annotations

from bisect import bisect_right

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import is_record, replace
from regilink_doctor.lint.configuration import worth_keeping
from regilink_doctor.lint.magics import read_cell
from regilink_doctor.lint.notebooks import code_cells
from regilink_doctor.lint.pip import pip_requirements
from regilink_doctor.lint.readers.python import read_source
from regilink_doctor.lint.reading import Reading
from regilink_doctor.lint.sources import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from regilink_doctor.core.declared import Command, Setting

    T = TypeVar("T")


def read(path: str, content: bytes) -> Reading:
    """What a notebook says; a cell that is no Python is left out, and told.

    Raises:
        Unparsable: it is no notebook.
    """
    sources = [Source(path, cell.text, cell.number) for cell in code_cells(content)]
    lines: list[str] = []
    starts: list[int] = []
    problems: list[Unparsable] = []
    settings: list[Setting] = []
    commands: list[Command] = []
    for source in sources:
        starts.append(len(lines) + 1)
        cell = read_cell(source)
        settings += cell.script.settings
        commands += cell.script.commands
        try:
            source.parse()
            text = source.text
        except Unparsable:
            text, problem = _python(source, cell.python)
            problems += problem
        lines += text.split("\n")
    whole = Source(path, "\n".join(lines))
    reading = _Move(path, starts, [source.cell or 0 for source in sources]).moved(read_source(whole))
    kept = worth_keeping(settings)
    return replace(
        reading,
        sources=tuple(sources),
        settings=(*reading.settings, *kept),
        requirements=tuple(pip_requirements(commands)),
        commands=tuple(commands),
        problems=tuple(problems),
    )


def _python(source: Source, text: str) -> tuple[str, list[Unparsable]]:
    """The Python of a cell that has something else in it; blank lines, and the reason, where it is none."""
    try:
        Source(source.path, text, source.cell).parse()
    except Unparsable as error:
        blank = "\n" * (len(source.lines) - 1)
        if "wandb" not in source.text and "link_artifact" not in source.text:
            return blank, []  # nothing of ours in it
        return blank, [Unparsable(str(error), error.span, cell=source.cell)]
    return text, []


class _Move:
    """Moves places of the whole text into the cells. What is shared stays shared."""

    def __init__(self, path: str, starts: list[int], cells: list[int]) -> None:
        self.path = path
        self.starts = starts
        self.cells = cells
        self.done: dict[int, tuple[object, object]] = {}

    def moved(self, value: T) -> T:
        found: Any = self._moved(value)
        return found  # type: ignore[no-any-return]

    def _moved(self, value: Any) -> Any:
        if isinstance(value, Place):
            if value.path != self.path or not self.starts:
                return value
            index = self.index(value.span)
            return Place(value.path, self.span(value.span), self.cells[index])
        if isinstance(value, Span):
            return self.span(value)
        if isinstance(value, tuple):
            return tuple(self._moved(item) for item in value)
        if isinstance(value, dict):
            return {key: self._moved(item) for key, item in value.items()}
        if not is_record(value) or isinstance(value, Source):
            return value
        if id(value) in self.done:
            return self.done[id(value)][1]
        new = replace(value, **{name: self._moved(item) for name, item in vars(value).items()})
        self.done[id(value)] = (value, new)
        return new

    def index(self, span: Span) -> int:
        return max(bisect_right(self.starts, span.line) - 1, 0)

    def span(self, span: Span) -> Span:
        if not self.starts:
            return span
        before = self.starts[self.index(span)] - 1
        return Span(span.line - before, span.column, span.end_line - before, span.end_column)
