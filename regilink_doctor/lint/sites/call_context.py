"""What is around a call: the function, the conditions and the `try` that it is in, and how its run has ended."""

from __future__ import annotations

from bisect import bisect_left

from regilink_doctor.core.findings import Span
from regilink_doctor.core.records import cached_property, group_pairs, replace
from regilink_doctor.core.sites import CallContext, Container
from regilink_doctor.lint.sites.run_lifetime import RunLifetime
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import FUNCTIONS, LOOPS, SIMPLE, WITHS, last_word, strip_await, walk, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regilink_doctor.core.findings import Place
    from regilink_doctor.core.sites import ContainerKind
    from regilink_doctor.lint.resolve.bindings import Module, Use
    from regilink_doctor.lint.resolve.resolver import Resolver
    from regilink_doctor.lint.sites.run_lifetime import Stretch
    from regilink_doctor.lint.text.source import Source

    _Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


_MOST_STATEMENTS = 400
"""Statements looked at before a call; no function that people read is longer."""

_MOST_EXITS = 64
"""Ways out of a body before a call; all of them may be conditions of it."""

_CHECKS = ("assert", "check", "ensure", "require", "validate", "verify")
"""Words in the names of functions that end the program where something is missing."""

_ADDS = ("add", "append", "extend", "update")
_NAMED = (*FUNCTIONS, ast.ClassDef)
_OUTERMOST = (*_NAMED, ast.Module)
_TESTED = (ast.If, ast.While)
_CONDITIONAL = (*_TESTED, ast.IfExp, ast.Assert)
_LISTS = (ast.List, ast.Tuple, ast.Set)
_HEADED = (*WITHS, *_TESTED, ast.For, ast.AsyncFor)
"""The statements that may bind names before their body begins."""
_LEAVES = (ast.Return, ast.Continue, ast.Raise)
_BROAD = frozenset({"Exception", "BaseException", "CommError", "wandb.Error", "wandb.errors.Error"})
"""What a refused link is caught as."""


class CallContextReader:
    """Answers questions about the statements of one file."""

    def __init__(self, source: Source, module: Module, resolver: Resolver) -> None:
        self.source = source
        self.tree = module.scope.node
        self.owners: dict[int, ast.AST] = {}
        """Identity of an `except` or `case` -> its statement; known once `homes` is."""
        self._chains: dict[int, tuple[ast.If, list[ast.expr], int]] = {}
        """Identity of an `elif` -> its `if`, the conditions of all arms, and how many come before; as `owners`."""
        self.lifetimes = RunLifetime(module, resolver)
        self._keep = resolver.keep
        self._exits: dict[int, tuple[list[int], list[str]]] = {}
        self._contexts: dict[tuple[int, int, bool, bool], CallContext] = {}
        """What statements of one body share: its identity, how far in it, whether they return, and use a result."""

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
                waiting += [statement for statement in body if type(statement) not in SIMPLE]
            if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                head, tests, count = self._chains.get(id(node), (node, [], 0))
                tests.append(node.test)
                self._chains[id(node.orelse[0])] = head, tests, count + 1
            for clause in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                self.owners[id(clause)] = node
                waiting.append(clause)
        return homes

    @cached_property
    def tested_names(self) -> tuple[frozenset[str], frozenset[str]]:
        """The attributes that conditions of the file look at, and the strings that may be names it checks.

        One method may check for all others. Such strings are in lists, or passed to `require_env("ORG", "REGISTRY")`.
        """
        tests: list[ast.expr] = []
        listed: list[ast.expr] = []
        for node in walk(self.tree):
            if isinstance(node, _CONDITIONAL):
                tests.append(node.test)
            elif isinstance(node, _LISTS):
                listed += node.elts
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                called = (written_name(node.value.func) or ast.unparse(node.value.func)).lower()
                listed += node.value.args if any(word in called for word in _CHECKS) else ()
        tested = [node.attr for test in tests for node in walk(test) if isinstance(node, ast.Attribute)]
        strings = [item.value for item in listed if isinstance(item, ast.Constant) and isinstance(item.value, str)]
        return frozenset(tested), frozenset(strings)

    def of(self, use: Use, run: str | None = None) -> CallContext:
        """What is around a call.

        Args:
            use: the call.
            run: the receiver as it is written, for a method of a run: `run`, `self.run`, `wandb.run`.
        """
        statement = use.statement
        result_used = not (isinstance(statement, ast.Expr) and strip_await(statement.value) is use.call)
        context = self.find_context(statement, result_used=result_used)
        end = self.lifetimes.find_end(use, run, self.before) if run else None
        if end is not None:
            context = replace(context, ended=end[0], ended_by=end[1], called_by=end[2])
        if use.scope.inner_orders and use.scope.conditions and (guards := tuple(self._inner_guards(use))):
            context = replace(context, guards=(*guards, *context.guards))
        return context

    def _inner_guards(self, use: Use) -> Iterator[str]:
        """The conditions of a comprehension, or of `a if b else c`, that a call is in."""
        for guard in use.scope.find_conditions(use.order):
            if guard.arm is not None and guard.arm.fork.kind == "own":
                yield self.source.written(guard.test)

    def find_context(self, statement: ast.stmt, *, result_used: bool = True) -> CallContext:
        """What surrounds a statement. All statements of a body between two early exits share it."""
        home = self.homes.get(id(statement))
        if home is None:
            return CallContext(result_used=result_used)
        parent, body, index = home
        # In the body of a `try`, what follows a statement shows whether it is meant to fail.
        reached = index if isinstance(parent, ast.Try) else self._count_exits(body, index)
        key = (id(body), reached, isinstance(statement, ast.Return), result_used)
        context = self._contexts.get(key)
        if context is None:
            context = self._contexts[key] = self._read_around(statement, result_used)
        return context

    def _read_around(self, statement: ast.stmt, result_used: bool) -> CallContext:
        function: str | None = None
        guards: list[str] = []
        dropped: Place | None = None
        denied: Place | None = None
        expected = handled = tried = prepared = False
        for parent, body, index in self._outwards(statement):
            guards += self._early_exits(body, index)
            if isinstance(parent, _TESTED):
                _, tests, count = self._chains.get(id(parent), (parent, [], 0))
                before = tests[max(count - _MOST_EXITS, 0) : count]
                guards += [self.source.written(test) for test in (parent.test, *reversed(before))]
            elif isinstance(parent, ast.Try) and body is parent.body and not handled:
                tried = tried or bool(parent.handlers)
                prepared = prepared or any(_catches(clause) and _goes_on(clause) for clause in parent.handlers)
                expected = expected or self._is_meant_to_fail(parent, index)
                handled, dropped, denied = self._read_try(parent, statement)
            elif isinstance(parent, WITHS):
                for item in parent.items:
                    called = self.source.written(item.context_expr)
                    expected = expected or "raises" in called.lower()
                    if not handled and _suppresses(item.context_expr, called):
                        handled, dropped = True, self.source.place(item.context_expr)
            elif isinstance(parent, FUNCTIONS):
                function = parent.name
                decorators = [self.source.written(decorator) for decorator in parent.decorator_list]
                expected = expected or any("xfail" in item or "expectedFailure" in item for item in decorators)
                guards += decorators
                break
        containers = self._containers(statement)
        return CallContext(
            function,
            tuple(guards),
            result_used=result_used,
            swallowed_by=dropped,
            expected=expected,
            containers=containers,
            is_tried=tried,
            is_prepared=prepared or any("_exists(" in guard for guard in guards),
            denied_by=denied,
        )

    def _is_meant_to_fail(self, around: ast.Try, index: int) -> bool:
        """Whether the program is not meant to come to what follows a statement in the body of a `try`."""
        last = self._keep(("failure", id(around)), _find_last_failure, around.body)
        return index < last or any(map(_fails, around.orelse[-1:]))

    def _read_try(self, around: ast.Try, statement: ast.stmt) -> tuple[bool, Place | None, Place | None]:
        """Whether a `try` handles what a statement of its body raises; where it drops that; where it denies it."""
        clause = self._keep(("broad", id(around)), lambda: next(filter(_catches, around.handlers), None))
        if clause is None:
            last = around.finalbody[-1] if around.finalbody else None
            is_handled = isinstance(last, _LEAVES) and _silent([last])  # which drops what is raised
            return is_handled, self.source.place(last) if last is not None and is_handled else None, None
        is_dropped = self._is_silent(clause, statement) and not self._missed(statement, around, clause)
        place = self._clause(clause) if is_dropped or _denies(clause) else None
        return True, place if is_dropped else None, place if _denies(clause) else None

    def _containers(self, statement: ast.stmt) -> tuple[Container, ...]:
        inner: list[Container] = []
        outer: tuple[Container, ...] = ()
        node: ast.AST = statement
        while home := self.homes.get(id(node)):
            node = self.owners.get(id(home[0]), home[0])
            if isinstance(node, _NAMED):
                outer = self._keep(("containers", id(node)), self._list_containers_inside, node)
                break
            if isinstance(node, ast.stmt) and not self._always(node, home[1]):
                whole = self.source.span(node)
                span = Span(home[1][0].lineno, 1, whole.end_line, whole.end_column)
                inner.append(Container("branch", "", span))
            node = self._find_first_arm(node)
        return (*outer, *reversed(inner))

    def _list_containers_inside(self, definition: _Definition) -> tuple[Container, ...]:
        """The containers of what is inside a function or class, which is the last of them."""
        kind: ContainerKind = "class" if isinstance(definition, ast.ClassDef) else "function"
        return *self._containers(definition), Container(kind, definition.name, self.source.span(definition))

    @staticmethod
    def _always(statement: ast.stmt, body: list[ast.stmt]) -> bool:
        """Whether a body is begun whenever its statement is: that of a `with` or a `try`."""
        return isinstance(statement, WITHS) or (isinstance(statement, ast.Try) and body is statement.body)

    def before(self, statement: ast.stmt) -> Iterator[Stretch]:
        """The statements that have certainly been begun before `statement`, the nearest first, within its function."""
        left = _MOST_STATEMENTS
        for parent, body, index in self._outwards(statement):
            first = max(index - left, 0)
            yield body, range(first, index), parent if not first and isinstance(parent, _HEADED) else None
            left -= index - first
            if first or isinstance(parent, FUNCTIONS):
                return

    def _outwards(self, statement: ast.stmt) -> Iterator[tuple[ast.AST, list[ast.stmt], int]]:
        """Each node around a statement, the body that holds it and its index there; the innermost first."""
        node: ast.AST = statement
        while home := self.homes.get(id(node)):
            yield home
            parent = home[0]
            if isinstance(parent, _OUTERMOST):
                return
            node = self._find_first_arm(self.owners.get(id(parent), parent))

    def _find_first_arm(self, node: ast.AST) -> ast.AST:
        """The `if` of an `elif`: a chain is one statement, and not each arm of it one in the arm before."""
        return self._chains[id(node)][0] if id(node) in self._chains else node

    def _is_silent(self, clause: ast.ExceptHandler, statement: ast.stmt) -> bool:
        """Whether a clause drops the error; a name that the function does not look at remembers nothing."""
        body = clause.body
        function = [node for node, _, _ in self._outwards(statement)][-1]
        if isinstance(function, FUNCTIONS):
            loads = self._keep(("loads", id(function)), _index_loads, function)
            body = [item for item in body if not _is_assigned_only(item, loads)]
        return _silent(body)

    def _missed(self, statement: ast.stmt, around: ast.Try, clause: ast.ExceptHandler) -> bool:
        """Whether the failure may be seen after the `try`.

        By an `else`, also of its loop, by a name that it binds, or by what is added to a list where nothing failed.
        """
        if around.orelse or isinstance(statement, ast.Return) or self._leaves_loop(around):
            return True
        bound = self._keep(("bound", id(around)), _find_bound, around)
        last: ast.stmt = around
        _, body, index = self.homes[id(around)]
        if isinstance(clause.body[-1], (ast.Continue, ast.Return)):
            following = body[index : index + _MOST_EXITS]
            bound, last = bound | _find_added(following), following[-1]
        nodes = [node for node, _, _ in self._outwards(statement)] if bound else []
        if not nodes:
            return False
        loads = self._keep(("loads", id(nodes[-1])), _index_loads, nodes[-1])
        start, end = (around.lineno, around.col_offset), (last.end_lineno or 0, last.end_col_offset or 0)
        return any(
            bisect_left(loads[name], end) - bisect_left(loads[name], start) < len(loads[name])
            for name in bound & loads.keys()
        )

    def _leaves_loop(self, around: ast.Try) -> bool:
        """Whether a `try` breaks out of its loop where nothing failed, and the loop has an `else` for the rest."""
        if not any(isinstance(node, ast.Break) for inner in around.body for node in walk(inner)):
            return False
        loops = (node for node, _, _ in self._outwards(around) if isinstance(node, LOOPS))
        loop = next(loops, None)
        return loop is not None and bool(loop.orelse) and not _silent(loop.orelse)

    def _early_exits(self, body: list[ast.stmt], end: int) -> list[str]:
        """The conditions under which a body is left before its statement number `end`."""
        last = self._count_exits(body, end)
        return self._exits[id(body)][1][max(last - _MOST_EXITS, 0) : last]

    def _count_exits(self, body: list[ast.stmt], end: int) -> int:
        """How many early exits a body has before its statement number `end`."""
        exits = self._exits.get(id(body))
        if exits is None:
            leaving = [
                (index, self.source.written(statement.test))
                for index, statement in enumerate(body)
                if isinstance(statement, ast.If) and isinstance(statement.body[-1], _LEAVES)
            ]
            exits = self._exits[id(body)] = [index for index, _ in leaving], [test for _, test in leaving]
        return bisect_left(exits[0], end) if exits[0] else 0

    def _clause(self, clause: ast.ExceptHandler) -> Place:
        """Its first line: what is below it is not reported."""
        place = self.source.place(clause)
        line = self.source.segment(place.span).split("\n", 1)[0].rstrip()
        span = replace(place.span, end_line=place.span.line, end_column=place.span.column + len(line))
        return replace(place, span=span)


def _find_last_failure(body: list[ast.stmt]) -> int:
    """The number of the last statement of a body that says that the program is not meant to come there; -1."""
    return max((index for index, statement in enumerate(body) if _fails(statement)), default=-1)


def _find_bound(around: ast.Try) -> set[str]:
    """The names that the body of a `try` binds."""
    nodes = [node for inner in around.body for node in walk(inner)]
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | _find_added(around.body)


def _find_added(body: list[ast.stmt]) -> set[str]:
    """The names that statements add to: `done.append(name)`, `count += 1`, `done[name] = True`."""
    names: set[str] = set()
    for statement in body:
        target: ast.AST | None = None
        if isinstance(statement, ast.AugAssign):
            target = statement.target
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript):
            target = statement.targets[0].value
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            function = statement.value.func
            target = function.value if isinstance(function, ast.Attribute) and function.attr in _ADDS else None
        if isinstance(target, ast.Name):
            names.add(target.id)
    return names


def _index_loads(function: ast.AST) -> dict[str, list[tuple[int, int]]]:
    """Where a function looks at each name, in order."""
    loads: list[tuple[str, tuple[int, int]]] = []
    for node in walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            loads.append((node.id, (node.lineno, node.col_offset)))
        elif isinstance(node, ast.Global | ast.Nonlocal):  # what is looked at elsewhere
            loads += [(name, (node.lineno, node.col_offset)) for name in node.names]
    return group_pairs(sorted(loads))


def _is_assigned_only(statement: ast.stmt, loads: Mapping[str, object]) -> bool:
    """Whether a statement gives a value to a name that is never looked at; `e` of `except Exception as e` is none."""
    if not isinstance(statement, ast.Assign) or any(isinstance(node, ast.Call) for node in walk(statement.value)):
        return False
    return all(isinstance(target, ast.Name) and target.id not in loads for target in statement.targets)


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list):
            yield body


def _catches(clause: ast.ExceptHandler) -> bool:
    """Whether a clause catches a refused link."""
    if clause.type is None:
        return True
    types = clause.type.elts if isinstance(clause.type, ast.Tuple) else [clause.type]
    return any(map(_is_broad, types))


def _goes_on(clause: ast.ExceptHandler) -> bool:
    """Whether the program goes on after a clause, which raises nothing and ends no process."""
    return not any(
        isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and last_word(node.func) in ("exit", "_exit"))
        for node in walk(clause)
    )


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


def _fails(statement: ast.stmt) -> bool:
    """`raise AssertionError`, `assert False`, `pytest.fail()`: the program is not meant to come here."""
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return raised is not None and written_name(raised) == "AssertionError"
    if isinstance(statement, ast.Assert):
        return isinstance(statement.test, ast.Constant) and not statement.test.value
    called = statement.value.func if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None
    return called is not None and written_name(called) in ("pytest.fail", "self.fail")


def _denies(clause: ast.ExceptHandler) -> bool:
    """Whether a clause returns False or None, and says nothing of the error."""
    *before, last = clause.body
    if not isinstance(last, ast.Return) or not all(isinstance(item, ast.Expr) for item in before):
        return False
    if any(_tells_error(node, clause.name) for item in before for node in walk(item)):
        return False
    return last.value is None or (isinstance(last.value, ast.Constant) and last.value.value in (None, False))


def _tells_error(node: ast.AST, name: str | None) -> bool:
    """A part of a line that logs or prints the error: its name, `log.exception(...)`, `exc_info=True`."""
    if isinstance(node, ast.keyword):
        return node.arg in ("exc_info", "exception")
    if isinstance(node, ast.Attribute):
        return node.attr in ("exception", "print_exc", "format_exc")
    return isinstance(node, ast.Name) and node.id == name


def _suppresses(context: ast.expr, called: str) -> bool:
    if not isinstance(context, ast.Call) or not called.startswith(("suppress(", "contextlib.suppress(")):
        return False
    return any(map(_is_broad, context.args))


def _is_broad(kind: ast.expr) -> bool:
    """Whether a class of exceptions is one that a refused link is caught as."""
    name = written_name(kind) or ""
    return name in _BROAD or name.endswith(".CommError")
