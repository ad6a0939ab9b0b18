"""Notebooks: one namespace over the code cells in order; magics, shell lines and `%%bash` cells are read apart.

The cells are read as one text, so that a name of an earlier cell is known in a later one; afterwards every place is
moved into its cell.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.notebooks import NotNotebook, read_code_cells
from regilink_doctor.core.records import field, record, replace
from regilink_doctor.core.sites import Setting
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.facts.commands import find_consumed
from regilink_doctor.lint.facts.requirements import read_installed
from regilink_doctor.lint.facts.settings import find_option_sites, keep_relevant
from regilink_doctor.lint.facts.shell import Script, read_script
from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.formats.embedded import PlaceMover, find_sites_inside
from regilink_doctor.lint.formats.python import read_source
from regilink_doctor.lint.resolve.values import Computed
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.nodes import find_first_line, walk
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def read(path: str, content: bytes) -> ParsedFile:
    """Read a notebook; a cell that is not Python is left out, and reported.

    Raises:
        Unparsable: it is not a notebook.
    """
    try:
        code = read_code_cells(content)
    except NotNotebook as error:
        span = Span(error.line, error.column, error.line, error.column + 1)
        raise Unparsable(str(error), span, "a notebook", cause=error.cause) from None
    sources = [Source(path, cell.text, cell.number) for cell in code]
    cells = [read_cell(source) for source in sources]
    whole, tree = _join_cells(path, sources, cells)
    if any(cell.variables for cell in cells):
        magics = {
            start + number - 1: Fragment.of(whole.source, [(text, start + number - 1, column)])
            for start, cell in zip(whole.starts, cells, strict=True)
            for text, number, column in cell.variables
        }
        _set_variables(tree, magics)
    reading = PlaceMover(path, whole.find_place).move(read_source(whole.source, tree))
    sites = [site for source in sources if (file := _find_written(source)) for site in read_source(*file).sites]
    problems = [*whole.problems, *(problem for cell in cells for problem in cell.script.problems)]
    programs = (program for cell in cells for program in cell.script.programs)
    sites += [site for program in programs for site in find_sites_inside(program, problems)]
    commands = [command for cell in cells for command in cell.script.commands]
    sites += [*find_consumed(commands), *find_option_sites(commands)]
    kept = keep_relevant(setting for cell in cells for setting in cell.script.settings)
    return replace(
        reading,
        sites=(*reading.sites, *sites),
        sources=tuple(sources),
        settings=(*reading.settings, *kept),
        requirements=tuple(read_installed(commands)),
        commands=(*reading.commands, *commands),
        problems=tuple(problems),
    )


def find_programs(sources: Sequence[Source]) -> Iterator[tuple[Source, ast.Module, dict[int | None, int]]]:
    """The program of all cells of a notebook, and those that cells write; with the line where each cell begins."""
    if not sources:
        return
    whole, tree = _join_cells(sources[0].path, sources, [read_cell(source) for source in sources])
    yield whole.source, tree, {source.cell: start for source, start in zip(sources, whole.starts, strict=True)}
    for source in sources:
        if file := _find_written(source):
            yield *file, {source.cell: 1}


def _find_written(source: Source) -> tuple[Source, ast.Module] | None:
    """The program that a cell writes: `%%writefile train.py`; None for a cell that writes none."""
    if (match := _WRITES.match(source.text)) is None:
        return None
    file = Source(source.path, source.text[match.end() :], source.cell)
    try:
        return file, file.parse()
    except Unparsable:
        return None


def _join_cells(path: str, sources: Sequence[Source], cells: Sequence[CellText]) -> tuple[_JoinedCells, ast.Module]:
    """The Python of all cells as one text, and its tree; without the cells that are no Python."""
    pairs = list(zip(sources, cells, strict=True))
    # Most cells are nothing but Python: one look of the parser tells it of all of them.
    pure = [(source.text, []) if cell.python == source.text else _python_of(source, cell) for source, cell in pairs]
    numbers = [source.cell or 0 for source in sources]
    whole = _JoinedCells(path, numbers, pure)
    if (tree := whole.parse()) is not None:
        return whole, tree
    whole = _JoinedCells(path, numbers, [_python_of(source, cell) for source, cell in pairs])
    return whole, whole.source.parse()


class _JoinedCells:
    """The Python of all cells as one text, the line where each cell begins, and what is wrong with cells."""

    def __init__(self, path: str, numbers: list[int], cells: list[tuple[str, list[Unparsable]]]) -> None:
        self.numbers = numbers
        self.starts: list[int] = []
        self.problems = [problem for _, problems in cells for problem in problems]
        lines: list[str] = []
        for text, _ in cells:
            self.starts.append(len(lines) + 1)
            lines += text.split("\n")
        self.source = Source(path, "\n".join(lines))
        self.open = any(text.rstrip("\n").endswith("\\") for text, _ in cells)

    def parse(self) -> ast.Module | None:
        """The tree; None where a cell is no Python without its neighbour."""
        try:
            tree = self.source.parse() if not self.open else None
        except Unparsable:
            return None
        return tree if tree is not None and all(map(self._in_one_cell, tree.body)) else None

    def find_place(self, span: Span) -> Place:
        """The place in its cell of a span of the whole text."""
        if not self.starts:
            return Place(self.source.path, span)
        index = max(bisect_right(self.starts, span.line) - 1, 0)
        before = self.starts[index] - 1
        moved = Span(span.line - before, span.column, span.end_line - before, span.end_column)
        return Place(self.source.path, moved, self.numbers[index])

    def _in_one_cell(self, statement: ast.stmt) -> bool:
        first = find_first_line(statement)
        return bisect_right(self.starts, first) == bisect_right(self.starts, statement.end_lineno or first)


def _python_of(source: Source, cell: CellText) -> tuple[str, list[Unparsable]]:
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
            return blank, []  # nothing in it matters
        return blank, [Unparsable(str(error), error.span, cell=source.cell)]
    return cell.python, []


def _set_variables(tree: ast.Module, magics: dict[int, Fragment]) -> None:
    """Put what `%env X=y` does into the tree, in the place of the `pass` of its line: `os.environ["X"] = "y"`."""
    for node in walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                block[:] = [_set_variable(item, magics.get(item.lineno)) for item in block]


def _set_variable(line: ast.stmt, magic: Fragment | None) -> ast.stmt:
    match = _ENV.match(magic.text) if magic is not None and isinstance(line, ast.Pass) else None
    if magic is None or match is None or match["name"].startswith("WANDB_"):  # read as a setting
        return line
    assignment = ast.parse(f"os.environ[{match['name']!r}] = ''").body[0]
    assert isinstance(assignment, ast.Assign)
    assignment.value = Computed((_read_value(magic, match),))
    span = magic.span(*match.span("value"))
    for node in walk(assignment):
        if isinstance(node, ast.expr | ast.stmt):
            node.lineno, node.col_offset = span.line, span.column - 1
            node.end_lineno, node.end_col_offset = span.end_line, span.end_column - 1
    return assignment


def _read_value(magic: Fragment, match: re.Match[str]) -> StringValue:
    """The value that `%env` sets; what IPython fills in is unknown."""
    parts: list[KnownPart | UnknownPart] = []
    done, end = match.span("value")
    for filling in (*_FILLED.finditer(magic.text, done, end), None):
        start = filling.start() if filling else end
        parts += [magic.piece(done, start, match["name"])] if start > done else []
        if filling:
            done = filling.end()
            parts.append(UnknownPart(filling[0].strip("${}"), magic.place(start, done), names=(match["name"],)))
    return StringValue(tuple(parts), magic.place(*match.span("value")))


_LINE = re.compile(r"^(?P<before>[ \t]*(?:[\w, \t]+=[ \t]*)?)(?P<mark>!{1,2}|%(?=[A-Za-z]))(?P<rest>.*)$")
_HELP = re.compile(r"^[ \t]*(?:\?{1,2}[\w.]+|[\w.]+\?{1,2})[ \t]*$")
_SHELLS = re.compile(r"%%(?:bash|sh|shell|zsh|!|script\s+(?:bash|sh|zsh)\b)")
_TRANSPARENT = re.compile(r"%%(?:capture|time|timeit|prun|memit|wandb|python3?|debug|skip_if\w*)\b")
_WRITES = re.compile(r"%%(?:writefile|file)\b[^\n]*\.py[ \t]*(?=\n)")
_ENV = re.compile(r"(?:set_)?env[ \t]+(?P<name>\w+)(?:[ \t]*=[ \t]*|[ \t]+)(?P<value>.*?)[ \t]*$")
_FILLED = re.compile(r"\{[^{}]+\}|\$[A-Za-z_]\w*")
"""What IPython fills into a magic."""


@record
class CellText:
    """A cell's Python, every other line blank, and what those lines say.

    `variables` are its `%env X=y`, each with the line and the column where it begins.
    """

    python: str
    script: Script = field(default_factory=Script)
    variables: tuple[tuple[str, int, int], ...] = ()


def read_cell(source: Source) -> CellText:
    """Tell a cell's Python from its magics; lines keep their numbers, and Python its columns."""
    lines = source.lines
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        blank = "\n" * (len(lines) - 1)
        if _SHELLS.match(lines[first]):
            body = [(line, number, 1) for number, line in enumerate(lines, 1) if number > first + 1]
            return CellText(blank, read_script(Fragment.of(source, body)))
        if not _TRANSPARENT.match(lines[first]):
            return CellText(blank)
        lines = ["" if number == first else line for number, line in enumerate(lines)]
    return _by_lines(source, lines)


def _by_lines(source: Source, lines: list[str]) -> CellText:
    kept: list[str] = []
    script = Script()
    variables: list[tuple[str, int, int]] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        match = _LINE.match(line)
        if match is None or (match["before"].strip() and match["before"].rstrip().endswith("==")):
            kept.append("pass" if _HELP.match(line) and not line[:1].isspace() else line)
            number += 1
            continue
        last = number
        while lines[last].endswith("\\") and last + 1 < len(lines):
            last += 1
        body = [(match["rest"], number + 1, match.start("rest") + 1)]
        body += [(lines[at], at + 1, 1) for at in range(number + 1, last + 1)]
        stretch = Fragment.of(source, body)
        _read_magic(stretch, match["mark"], script)
        if match["mark"] == "%" and len(body) == 1 and _ENV.match(stretch.text):
            variables.append(body[0])
        # The result of the magic is unknown: a call that cannot be followed, in the same place.
        indent = match["before"]
        kept.append(f"{indent}_()" if indent.strip() else f"{indent}pass")
        kept += [""] * (last - number)
        number = last + 1
    return CellText("\n".join(kept), script, tuple(variables))


def _read_magic(stretch: Fragment, mark: str, script: Script) -> None:
    if mark == "%" and (match := _ENV.match(stretch.text)):
        place = stretch.place(*match.span("value"))
        value = _read_value(stretch, match)
        statement = stretch.span(0, len(stretch.text))
        script.settings.append(Setting(match["name"], place, statement, "notebook", True, (value,), (match["name"],)))
        return
    if mark == "%" and not stretch.text.startswith(("pip ", "conda ", "sx ", "system ")):
        return
    script.add(read_script(stretch))
