"""Notebooks: one namespace over the code cells in order, everything else around them told apart.

The cells are read as one text, so that a name of an earlier cell is known in a later one; afterwards every place is
moved into its cell.
"""

from __future__ import annotations

from bisect import bisect_right

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import is_record, replace
from regilink_doctor.lint.formats.notebook_json import code_cells
from regilink_doctor.lint.formats.notebook_magics import read_cell
from regilink_doctor.lint.formats.parsed_file import ParsedFile
from regilink_doctor.lint.formats.pip_commands import pip_requirements
from regilink_doctor.lint.formats.python import read_source
from regilink_doctor.lint.formats.settings import worth_keeping
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from regilink_doctor.lint.formats.notebook_magics import CellText
    from regilink_doctor.lint.text import syntax as ast

    T = TypeVar("T")


def read(path: str, content: bytes) -> ParsedFile:
    """What a notebook says; a cell that is no Python is left out, and told.

    Raises:
        Unparsable: it is no notebook.
    """
    sources = [Source(path, cell.text, cell.number) for cell in code_cells(content)]
    cells = [read_cell(source) for source in sources]
    pairs = list(zip(sources, cells, strict=True))
    # Most cells are nothing but Python: one look of the parser tells it of all of them.
    pure = [(source.text, []) if cell.python == source.text else _python(source, cell) for source, cell in pairs]
    whole = _Whole(path, pure)
    if (tree := whole.tree()) is None:
        whole = _Whole(path, [_python(source, cell) for source, cell in pairs])
    reading = _Move(path, whole.starts, [source.cell or 0 for source in sources]).moved(read_source(whole.source, tree))
    commands = [command for cell in cells for command in cell.script.commands]
    kept = worth_keeping(setting for cell in cells for setting in cell.script.settings)
    return replace(
        reading,
        sources=tuple(sources),
        settings=(*reading.settings, *kept),
        requirements=tuple(pip_requirements(commands)),
        commands=tuple(commands),
        problems=tuple(whole.problems),
    )


class _Whole:
    """The Python of all cells as one text, the line where each cell begins, and what is wrong with cells."""

    def __init__(self, path: str, cells: list[tuple[str, list[Unparsable]]]) -> None:
        self.starts: list[int] = []
        self.problems = [problem for _, problems in cells for problem in problems]
        lines: list[str] = []
        for text, _ in cells:
            self.starts.append(len(lines) + 1)
            lines += text.split("\n")
        self.source = Source(path, "\n".join(lines))
        self.open = any(text.rstrip("\n").endswith("\\") for text, _ in cells)

    def tree(self) -> ast.Module | None:
        """The tree; None where a cell is no Python without its neighbour."""
        try:
            tree = self.source.parse() if not self.open else None
        except Unparsable:
            return None
        return tree if tree is not None and all(map(self._in_one_cell, tree.body)) else None

    def _in_one_cell(self, statement: ast.stmt) -> bool:
        first = min([statement.lineno, *(item.lineno for item in getattr(statement, "decorator_list", ()))])
        return bisect_right(self.starts, first) == bisect_right(self.starts, statement.end_lineno or first)


def _python(source: Source, cell: CellText) -> tuple[str, list[Unparsable]]:
    """The Python of a cell, or of what is left of it without its magics; blank lines, and the reason, if it is none."""
    try:
        source.parse()
        return source.text, []
    except Unparsable:
        pass
    try:
        Source(source.path, cell.python, source.cell).parse()
    except Unparsable as error:
        blank = "\n" * (len(source.lines) - 1)
        if "wandb" not in source.text and "link_artifact" not in source.text:
            return blank, []  # nothing of ours in it
        return blank, [Unparsable(str(error), error.span, cell=source.cell)]
    return cell.python, []


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
