"""Where a file uses a value: what a fix of the value changes besides the calls that it is for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter

from regilink_doctor.core.findings import Span
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import FUNCTIONS, list_parameters, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from regilink_doctor.core.sites import Site
    from regilink_doctor.lint.text.source import Source

    Holder = tuple[type[ast.expr], str]
    """What holds a value: a name, or an attribute or key."""

_MOST_HOLDERS = 64
_MOST_NESTED = 4
"""Statements of call sites that begin inside each other: `with wandb.init() as run: run.link_artifact(...)`."""

_START = attrgetter("line", "column")

_SHOW = frozenset({"print", "debug", "info", "warning", "error", "echo"})
"""Functions that only show what they are given. A fix may correct a name that is shown, but not replace an address."""

_MAKE_STRINGS = frozenset({
    "str", "format", "join", "strip", "lower", "get", "getenv", "field", "Field", "ib", "Option", "Argument", "Path",
    "PurePosixPath", "Template", "setdefault",
})  # fmt: skip
"""Functions whose result has what they are given: they make a string of it, or hand it on as a default."""

_DECLARE = frozenset({"add", "add_argument", "add_option", "argument", "option"}).union(
    f"DEFINE_{kind}" for kind in ("string", "enum", "list")
)
"""Functions that declare an option with a default: of argparse, click, absl and their like."""

_SET_FIELDS = frozenset({"dict", "evolve", "replace", "_replace", "set_defaults", "setdefaults", "update"})
"""Functions whose keywords are fields of what they make or change, as those of a class are."""

_LINK = frozenset({"link", "link_artifact"})


class ValueUses:
    """Follows the values of one program, through names, attributes, keys and parameters.

    Args:
        source: its text, for a notebook that of its cells.
        tree: what the text is.
        starts: the line of the text where each cell begins; a file is the cell None.
    """

    def __init__(self, source: Source, tree: ast.Module, starts: Mapping[int | None, int]) -> None:
        self._source = source
        self._starts = starts
        self._statements: list[Span] = []
        self._is_address = False
        self._nodes = list(walk(tree))
        constants: list[ast.expr] = [node for node in self._nodes if isinstance(node, ast.Constant)]
        self._constants = sorted(constants, key=self._find_start)
        self._parents = {id(child): node for node in self._nodes for child in _list_children(node)}
        self._functions = {node.name: node for node in self._nodes if isinstance(node, FUNCTIONS)}
        classes = [node for node in self._nodes if isinstance(node, ast.ClassDef)]
        self._fields = {node.name: _list_fields(node) for node in classes}
        self._loads: dict[Holder, list[ast.expr]] = {}
        for node in self._nodes:
            if (holder := _find_loaded(node)) is not None:
                self._loads.setdefault(holder, []).append(node)  # type: ignore[arg-type]

    def list_statements(self, sites: Iterable[Site]) -> list[Span]:
        """The statements of sites in the program, in order."""
        cells = [(site.statement, self._starts.get(site.place.cell)) for site in sites]
        return sorted((_move(span, start) for span, start in cells if start is not None), key=_START)

    def is_used_elsewhere(self, span: Span, cell: int | None, statements: list[Span]) -> bool:
        """Whether the string at a place in a cell is used for anything but these statements, or may be."""
        if cell not in self._starts:
            return False
        span = _move(span, self._starts[cell])
        self._statements = statements
        waiting: list[Holder] = []
        last = bisect_right(self._constants, (span.line, span.column + 1), key=self._find_start)
        # The parts of an f-string have its place in some versions of Python.
        start = self._find_start(self._constants[last - 1]) if last else None
        for node in self._constants[bisect_left(self._constants, start, key=self._find_start) if start else 0 : last]:
            if self._source.span(node).contains(span):
                self._is_address = "://" in str(getattr(node, "value", ""))
                holders = self._follow(node)
                if holders is None:
                    return True
                waiting += holders
        seen: set[Holder] = set()
        while waiting:
            holder = waiting.pop()
            if holder in seen:
                continue
            seen.add(holder)
            for node in self._loads.get(holder, ()):
                holders = self._follow(node)
                if holders is None or len(seen) > _MOST_HOLDERS:
                    return True
                waiting += holders
        return False

    def _follow(self, node: ast.AST) -> list[Holder] | None:
        """What holds a value next, nothing where it ends in one of the statements; None for any other use."""
        if self._is_in_statement(self._source.span(node)):  # type: ignore[arg-type]
            return []
        while (parent := self._parents.get(id(node))) is not None:
            if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For)):
                return self._list_targets(parent)
            if isinstance(parent, ast.Return):
                return [(ast.Name, item.name) for item in self._list_around(parent) if isinstance(item, FUNCTIONS)]
            if isinstance(parent, ast.arguments):
                return [(ast.Name, name) for name in list_parameters(parent)]
            if isinstance(parent, ast.Expr):
                return []
            if isinstance(parent, ast.Dict):
                keys = [key for key, value in zip(parent.keys, parent.values, strict=True) if value is node]
                return [(ast.Attribute, str(key.value)) for key in keys if isinstance(key, ast.Constant)] or None
            if isinstance(parent, ast.Call) and parent.func is not node:
                holders = self._follow_argument(parent, node)
                if holders is not _PASSED_ON:
                    return holders
            elif isinstance(parent, (ast.Subscript, ast.Compare, ast.stmt)):
                return None
            node = parent
        return None

    def _list_around(self, node: ast.AST | None) -> Iterator[ast.AST]:
        while node is not None:
            yield node
            node = self._parents.get(id(node))

    def _find_start(self, node: ast.expr) -> tuple[int, int]:
        return _START(self._source.span(node))

    def _is_in_statement(self, span: Span) -> bool:
        last = bisect_right(self._statements, _START(span), key=_START)
        return any(statement.contains(span) for statement in self._statements[max(last - _MOST_NESTED, 0) : last])

    def _follow_argument(self, call: ast.Call, node: ast.AST) -> list[Holder] | None:
        word: str = getattr(call.func, "attr", "") or getattr(call.func, "id", "")
        if word in _SHOW:
            return None if self._is_address else []
        if word in _MAKE_STRINGS:
            return _PASSED_ON
        if word in _DECLARE:
            given = [*call.args, *(item.value for item in call.keywords if item.arg == "dest")]
            words = [str(item.value) for item in given if isinstance(item, ast.Constant)]
            return _list_holders(word.lstrip("-").replace("-", "_") for word in words)
        if isinstance(node, ast.keyword) and (word in _SET_FIELDS or word in self._fields or word[:1].isupper()):
            return _list_holders([node.arg or ""])
        # `publish(x)`, `partial(publish, x)`, `pool.map(publish, [x])`, `publish.submit(x)`, `Settings(x)`
        called = [call.func, getattr(call.func, "value", None), *call.args]
        words = [getattr(item, "attr", "") or getattr(item, "id", "") for item in called]
        if word in self._fields:
            number = call.args.index(node)  # type: ignore[arg-type]
            return _list_holders(self._fields[word][number : number + 1])
        functions = [self._functions[word] for word in words if word in self._functions]
        if not functions:
            return [] if not _LINK.isdisjoint(words) else None
        return [(ast.Name, name) for function in functions for name in list_parameters(function.args)]

    def _list_targets(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For) -> list[Holder]:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        is_in_class = isinstance(self._parents.get(id(statement)), ast.ClassDef)
        holders: list[Holder] = []
        for node in (item for target in targets for item in walk(target)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                holders += [(ast.Name, node.id), (ast.Attribute, node.id)] if is_in_class else [(ast.Name, node.id)]
            elif isinstance(node, ast.Attribute):
                holders.append((ast.Attribute, node.attr))
            elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                holders.append((ast.Attribute, str(node.slice.value)))
        return holders


_PASSED_ON: list[Holder] = []
"""The function returns what it is given: what counts is where its result goes."""


def _move(span: Span, start: int) -> Span:
    """A span of a cell in the text that has the cell from this line on."""
    return Span(span.line + start - 1, span.column, span.end_line + start - 1, span.end_column)


def _list_fields(owner: ast.ClassDef) -> list[str]:
    """What the arguments of a class are by position: the parameters of its constructor, else its fields."""
    for item in owner.body:
        if isinstance(item, FUNCTIONS) and item.name == "__init__":
            return list_parameters(item.args)[1:]
    return [getattr(item.target, "id", "") for item in owner.body if isinstance(item, ast.AnnAssign)]


def _list_holders(names: Iterable[str]) -> list[Holder]:
    """Fields or options that have a value, which are attributes or parameters."""
    return [(kind, name) for name in names for kind in (ast.Attribute, ast.Name)]


def _find_loaded(node: ast.AST) -> Holder | None:
    """What an expression reads: a name, or an attribute or key."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return ast.Name, node.id
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return ast.Attribute, node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant):
        return ast.Attribute, str(node.slice.value)
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("get", "pop") and node.args:
        return (ast.Attribute, str(node.args[0].value)) if isinstance(node.args[0], ast.Constant) else None
    return None


def _list_children(node: ast.AST) -> Iterator[ast.AST]:
    for name in node._fields:
        value = getattr(node, name, None)
        yield from (item for item in (value if isinstance(value, list) else (value,)) if isinstance(item, ast.AST))
