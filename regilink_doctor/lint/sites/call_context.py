"""The statements around a call: conditions, `except` clauses, the functions and branches that it stands in.

Only what is certain counts: a handler that calls anything drops nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import CallContext, Container
from regilink_doctor.lint.sites.run_lifetime import MOST_STATEMENTS, RunLifetime
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import FUNCTIONS, WITHS, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Place
    from regilink_doctor.lint.resolve.bindings import Use
    from regilink_doctor.lint.text.source import Source

_OUTERMOST = (*FUNCTIONS, ast.Module, ast.ClassDef)
_LEAVES = (ast.Return, ast.Continue, ast.Raise)
_BROAD = frozenset({"Exception", "BaseException", "CommError", "wandb.Error", "wandb.errors.Error"})
"""What a refused link is caught as."""


class CallContextReader:
    """Answers questions about the statements of one file."""

    def __init__(self, source: Source, tree: ast.AST) -> None:
        self.source = source
        self.tree = tree
        self.owners: dict[int, ast.AST] = {}
        """Identity of an `except` or `case` -> its statement; known once `homes` is."""
        self._endings = RunLifetime(source)
        self._loads: dict[int, dict[str, list[tuple[int, int]]]] = {}
        self._exits: dict[int, list[tuple[int, str]]] = {}

    @cached_property
    def homes(self) -> dict[int, tuple[ast.AST, list[ast.stmt], int]]:
        """Identity of a statement -> the node around it, the body of that which holds it, and its index there."""
        homes: dict[int, tuple[ast.AST, list[ast.stmt], int]] = {}
        waiting = [self.tree]
        while waiting:
            node = waiting.pop()
            for body in _bodies(node):
                for index, statement in enumerate(body):
                    homes[id(statement)] = (node, body, index)
                waiting += body
            for clause in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                self.owners[id(clause)] = node
                waiting.append(clause)
        return homes

    @cached_property
    def tested_attributes(self) -> frozenset[str]:
        """The attributes that a condition anywhere in the file looks at: one method may check for all others."""
        tests = [node.test for node in walk(self.tree) if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert)]
        return frozenset(node.attr for test in tests for node in walk(test) if isinstance(node, ast.Attribute))

    def of(self, use: Use, run: str | None = None) -> CallContext:
        """What stands around a call.

        Args:
            use: the call.
            run: the receiver as it is written, for a method of a run: `run`, `self.run`, `wandb.run`.
        """
        statement = use.statement
        ended = self._endings.before(use, run, self._outwards(statement)) if run else None
        return replace(
            self.around(statement),
            result_used=not (isinstance(statement, ast.Expr) and _bare(statement.value) is use.call),
            ended=ended[0] if ended else None,
            ended_by=ended[1] if ended else None,
        )

    def around(self, statement: ast.stmt) -> CallContext:
        """What stands around a statement."""
        function: str | None = None
        guards: list[str] = []
        dropped: Place | None = None
        denied: Place | None = None
        expected = handled = tried = False
        for parent, body, index in self._outwards(statement):
            guards += self._early_exits(body, index)
            if isinstance(parent, ast.If | ast.While):
                guards.append(self.source.written(parent.test))
            elif isinstance(parent, ast.Try) and body is parent.body and not handled:
                clause = next((item for item in parent.handlers if _catches(item)), None)
                tried = tried or bool(parent.handlers)
                if clause is not None and _denies(clause.body):
                    denied = self._clause(clause)
                handled = clause is not None
                if clause is not None and _silent(clause.body) and not self._missed(statement, parent):
                    dropped = self._clause(clause)
            elif isinstance(parent, WITHS):
                for item in parent.items:
                    called = self.source.written(item.context_expr)
                    expected = expected or "raises" in called.lower()
                    if not handled and _suppresses(item.context_expr, called):
                        handled, dropped = True, self.source.place(item.context_expr)
            elif isinstance(parent, FUNCTIONS):
                function = parent.name
                guards += [self.source.written(decorator) for decorator in parent.decorator_list]
                break
        containers = self._containers(statement)
        return CallContext(
            function,
            tuple(guards),
            swallowed_by=dropped,
            expected=expected,
            containers=containers,
            is_tried=tried,
            denied_by=denied,
        )

    def _containers(self, statement: ast.stmt) -> tuple[Container, ...]:
        found: list[Container] = []
        node: ast.AST = statement
        while home := self.homes.get(id(node)):
            parent = self.owners.get(id(home[0]), home[0])
            if isinstance(parent, FUNCTIONS):
                found.append(Container("function", parent.name, self.source.span(parent)))
            elif isinstance(parent, ast.ClassDef):
                found.append(Container("class", parent.name, self.source.span(parent)))
            elif isinstance(parent, ast.stmt) and not self._always(parent, home[1]):
                whole = self.source.span(parent)
                found.append(Container("branch", "", replace(whole, line=home[1][0].lineno, column=1)))
            node = parent
        return tuple(reversed(found))

    @staticmethod
    def _always(statement: ast.stmt, body: list[ast.stmt]) -> bool:
        """Whether a body is begun whenever its statement is: that of a `with` or a `try`."""
        return isinstance(statement, WITHS) or (isinstance(statement, ast.Try) and body is statement.body)

    def before(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        """The statements that have certainly been begun before `statement`, the nearest first, within its function."""
        left = MOST_STATEMENTS
        for parent, body, index in self._outwards(statement):
            first = max(index - left, 0)
            yield from reversed(body[first:index])
            left -= index - first
            if first or isinstance(parent, FUNCTIONS):
                return
            if isinstance(parent, WITHS):
                yield parent

    def outwards(self, statement: ast.stmt) -> Iterator[ast.AST]:
        """The statements around one, up to its function."""
        return (parent for parent, _, _ in self._outwards(statement))

    def _outwards(self, statement: ast.stmt) -> Iterator[tuple[ast.AST, list[ast.stmt], int]]:
        """Each node around a statement, the body that holds it and its index there; the innermost first."""
        node: ast.AST = statement
        while home := self.homes.get(id(node)):
            yield home
            parent = home[0]
            if isinstance(parent, _OUTERMOST):
                return
            node = self.owners.get(id(parent), parent)

    def _function(self, node: ast.AST) -> ast.AST | None:
        found: ast.AST | None = None
        if isinstance(node, ast.stmt):
            for parent in self.outwards(node):
                found = parent
        return found

    def _missed(self, statement: ast.stmt, around: ast.Try) -> bool:
        """Whether somebody may look for the failure behind the `try`: an `else`, or a name that the body binds."""
        if around.orelse or isinstance(statement, ast.Return):
            return True
        bound = {
            node.id
            for inner in around.body
            for node in walk(inner)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        function = self._function(statement) if bound else None
        if function is None:
            return False
        loads = self._find_loads(function)
        start, end = (around.lineno, around.col_offset), (around.end_lineno or 0, around.end_col_offset or 0)
        return any(
            bisect_left(loads[name], end) - bisect_left(loads[name], start) < len(loads[name])
            for name in bound & loads.keys()
        )

    def _find_loads(self, function: ast.AST) -> dict[str, list[tuple[int, int]]]:
        """Where a function looks at each name, in order."""
        if id(function) not in self._loads:
            loads: dict[str, list[tuple[int, int]]] = {}
            for node in walk(function):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    loads.setdefault(node.id, []).append((node.lineno, node.col_offset))
            self._loads[id(function)] = {name: sorted(places) for name, places in loads.items()}
        return self._loads[id(function)]

    def _early_exits(self, body: list[ast.stmt], end: int) -> Iterator[str]:
        """The conditions under which a body is left before its statement number `end`."""
        if id(body) not in self._exits:
            leaving = [
                (index, statement.test)
                for index, statement in enumerate(body)
                if isinstance(statement, ast.If) and isinstance(statement.body[-1], _LEAVES)
            ]
            self._exits[id(body)] = [(index, self.source.written(test)) for index, test in leaving]
        return (text for index, text in self._exits[id(body)] if index < end)

    def _clause(self, clause: ast.ExceptHandler) -> Place:
        """Its first line: what stands below it is not what is told."""
        place = self.source.place(clause)
        line = self.source.segment(place.span).split("\n", 1)[0].rstrip()
        span = replace(place.span, end_line=place.span.line, end_column=place.span.column + len(line))
        return replace(place, span=span)


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list):
            yield body


def _bare(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Await) else node


def _catches(clause: ast.ExceptHandler) -> bool:
    if clause.type is None:
        return True
    types = clause.type.elts if isinstance(clause.type, ast.Tuple) else [clause.type]
    names = [ast.unparse(item) for item in types]
    return any(name in _BROAD or name.endswith(".CommError") for name in names)


def _silent(body: list[ast.stmt]) -> bool:
    """Nothing is called, raised, remembered or given back."""
    for statement in body:
        if isinstance(statement, ast.Pass | ast.Continue | ast.Break):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        empty = isinstance(statement, ast.Return) and (
            statement.value is None or (isinstance(statement.value, ast.Constant) and statement.value.value is None)
        )
        if not empty:
            return False
    return True


def _denies(body: list[ast.stmt]) -> bool:
    """Whether a clause does nothing but return False or None."""
    last = body[-1]
    if len(body) != 1 or not isinstance(last, ast.Return):
        return False
    return last.value is None or (isinstance(last.value, ast.Constant) and last.value.value in (None, False))


def _suppresses(context: ast.expr, called: str) -> bool:
    if not isinstance(context, ast.Call) or not called.startswith(("suppress(", "contextlib.suppress(")):
        return False
    return any(ast.unparse(item) in _BROAD or ast.unparse(item).endswith(".CommError") for item in context.args)
