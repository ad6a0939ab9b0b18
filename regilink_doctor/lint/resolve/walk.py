"""One walk over a tree that notes who binds which name, where; nothing is evaluated.

Every node is visited once. Nothing here recurses, because an `elif`, a chain of calls or a sum nests as deep as it is
long: statements wait on a stack of tasks, expressions on a stack of nodes.
"""

from __future__ import annotations

from regilink_doctor.core.records import replace
from regilink_doctor.lint.resolve.bindings import (
    Arm,
    Binding,
    Fork,
    Guard,
    Module,
    ProgramPoint,
    Read,
    ReturnedValue,
    Scope,
    Store,
    Use,
    complete_partial,
    look_from,
)
from regilink_doctor.lint.resolve.conditions import STRIPS
from regilink_doctor.lint.resolve.wandb_api import BY_NAME, LOGGED_ONLY
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import (
    FUNCTIONS,
    LEAVES,
    LOOPS,
    SIMPLE,
    WITHS,
    Changed,
    Updated,
    copy_place,
    inside,
    last_word,
    walk,
    written_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, Literal

    from regilink_doctor.lint.resolve.bindings import BindingKind, ForkKind
    from regilink_doctor.lint.text.source import Source

    _Task = tuple[Callable[..., None], tuple[Any, ...]]
    _Test = tuple[ast.expr, set[str]]
    _Waiting = tuple[ast.AST, Scope, "Arm | None", bool]
    _Target = tuple[ast.expr, "ast.expr | None", BindingKind, tuple[int, ...]]

_DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_DISPLAYS = (ast.Tuple, ast.List)
_ITEMS = (ast.Attribute, ast.Subscript)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_NOTED = frozenset({
    *_COMPREHENSIONS, ast.Call, ast.Attribute, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.comprehension, ast.IfExp,
    ast.Lambda,
})  # fmt: skip
_ENDS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.fail", "pytest.skip"})
"""Functions that do not come back."""

_DEFERS = frozenset(
    {"apply_async", "partial", "retry", "retry_call", "run_in_executor", "run_sync", "submit", "to_thread"}
)
"""Functions that call the function which they are passed, with the arguments after it."""

_STARTERS = (("target", "args", "kwargs"), ("python_callable", "op_args", "op_kwargs"))
"""Arguments of a thread or process, and of an operator of Airflow: the function, and what it is given."""

_SENDS = frozenset({"apply_async", "delay", "remote", "submit"})
"""Methods of a function that Celery, Ray or Prefect runs elsewhere."""

_OURS = frozenset({"link_artifact", "link_model"})

_MAPS = frozenset({"map", "imap", "imap_unordered"})
"""Functions that call the function which they are passed with each item of lists."""

_PASSES = frozenset({*_DEFERS, *_MAPS, "partial"})

_NAMES = (ast.Name, ast.Attribute)
_PARTIALS = ("partial", "functools.partial")

_NAMESPACES = frozenset({"Box", "ConfigDict", "EasyDict", "Munch", "Namespace", "SimpleNamespace", "edict"})

_GROWS = frozenset({"append", "extend", "add"})
"""Methods that add to a list or set."""

_CHANGES = frozenset(
    {"clear", "discard", "insert", "pop", "popitem", "popleft", "remove", "reverse", "setdefault", "shuffle", "sort"}
)
"""Other methods that change a list or dictionary in place."""

_NAMED = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
_LAST = frozenset({ast.Break, ast.Continue, ast.Expr, ast.Raise, ast.Return})
"""The statements that may leave the body which they end."""

_MOST_CASES = 16
"""Cases of a `match` that another one is known to come after."""

_LONGEST_TEST = 400
"""Nodes of a condition that is looked at."""


def read_module(source: Source, tree: ast.Module | None = None) -> Module:
    """The scopes of a file; `tree` if it was parsed before.

    Raises:
        Unparsable: it is not the Python of the interpreter that runs regilink.
    """
    tree = tree or source.parse()
    module = Module(Scope("module", tree), source)
    module.scope.module = module
    _Walk(module).run(tree)
    return module


class _Walk:
    def __init__(self, module: Module) -> None:
        self.module = module
        # Loops are searched for these, which most files have not.
        self.has_walrus = ":=" in module.source.text
        self.has_break = "break" in module.source.text
        self.order = 0
        self.tasks: list[_Task] = []
        self.global_arms: dict[int, Arm] = {}
        """Identity of a scope -> its body, as the module sees what it binds there."""
        self.deferred: dict[int, ast.Call] = {}
        """Identity of a call -> the one that it makes."""
        self.completed: set[int] = set()
        """Those of `functools.partial` that calls of its result complete."""

    def run(self, tree: ast.Module) -> None:
        self._add_body(tree.body, self.module.scope, None)
        tasks = self.tasks
        while tasks:
            task, arguments = tasks.pop()
            task(*arguments)
        if self.completed:
            self.module.uses = [use for use in self.module.uses if id(use.call) not in self.completed]

    def _add(self, *tasks: _Task) -> None:
        """Add tasks, the first one to be done first."""
        self.tasks.extend(reversed(tasks))

    def _add_body(self, statements: Sequence[ast.stmt], scope: Scope, arm: Arm | None) -> None:
        self.tasks += [(self.read_statement, (statement, scope, arm)) for statement in reversed(statements)]

    def read_statement(self, node: ast.stmt, scope: Scope, arm: Arm | None) -> None:
        self.order += 1
        if isinstance(node, _DEFINITIONS):
            self.read_definition(node, scope, arm)
            return
        if isinstance(node, _IMPORTS):
            self.read_import(node, scope, arm)
            return
        # What a statement evaluates is looked at before what it binds: `run = f(run)`.
        if not (type(node) is ast.While and self._binds_each_turn(node.test)):
            for child in (node.value,) if type(node) is ast.Expr else inside(node):
                if type(child) not in LEAVES:
                    self.read_expression(child, scope, arm, node)
        self.order += 1
        if type(node) in SIMPLE:
            self.read_simple(node, scope, arm)
        else:
            self.read_arms(node, scope, arm)

    # Compound statements

    def read_arms(self, node: ast.stmt, scope: Scope, arm: Arm | None) -> None:
        """The bodies of a compound statement, each its own arm; that of a `with` belongs to the code around it."""
        if isinstance(node, ast.If):
            fork = self._fork("if", node.test)
            fork.exhaustive = bool(node.orelse)
            test = _read_test(node.test)
            bodies = [body for body in (node.body, node.orelse) if body]
            arms: list[_Task] = [(self._read_arm, (fork, body, scope, arm, test)) for body in bodies]
            self._add(*arms, (self._close, (fork,)), (self._read_after, (fork, node, scope, arm, test)))
        elif isinstance(node, WITHS):
            for item in node.items:
                if item.optional_vars is not None:
                    self.read_target(item.optional_vars, item.context_expr, scope, arm, kind="context")
            entered = [item.context_expr for item in node.items]
            if any(isinstance(item, ast.Call) and last_word(item.func) == "suppress" for item in entered):
                self._read_suppressing(node.body, scope, arm)
            else:
                self._add_body(node.body, scope, arm)
        elif isinstance(node, LOOPS):
            fork = self._fork("loop")
            fork.iterated = node.iter if isinstance(node, ast.For) else None
            fork.exhaustive = (
                isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
            )
            self._add(
                (self._read_loop, (fork, node, scope, arm)),
                (self._close, (fork,)),
                (self._read_after_loop, (node, scope, arm)),
                # A loop's `else` runs after its body, not instead of it.
                (self._read_otherwise, (node.orelse, scope, arm)),
            )
        elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":  # TryStar: Python 3.11 and later
            self._read_try(node, scope, arm)
        elif isinstance(node, ast.Match):
            fork = self._fork("match")
            last, pattern = node.cases[-1], node.cases[-1].pattern
            fork.exhaustive = last.guard is None and isinstance(pattern, ast.MatchAs) and pattern.pattern is None
            tests = [_test_of(node.subject, case) for case in node.cases]
            fork.cases = [None if test is None else test[0] for test in tests[:_MOST_CASES]]
            cases: list[_Task] = [
                (self._read_case, (fork, number, node, tests, scope, arm)) for number in range(len(node.cases))
            ]
            self._add(*cases, (self._close, (fork,)))

    def _read_try(self, node: ast.stmt, scope: Scope, arm: Arm | None) -> None:
        body: list[ast.stmt] = getattr(node, "body", [])
        after: list[ast.stmt] = getattr(node, "orelse", [])
        last: list[ast.stmt] = getattr(node, "finalbody", [])
        handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
        if not handlers:
            self._add_body([*body, *last], scope, arm)
            return
        fork = self._fork("try")
        fork.exhaustive = True
        clauses: list[_Task] = [(self._read_handler, (fork, handler, node, scope, arm)) for handler in handlers]
        # The `else` goes on where the body has ended, but only the body's own exceptions come to the handlers.
        self._add_body(last, scope, arm)
        self._add((self._read_arm, (fork, [*body, *after], scope, arm, None)), *clauses, (self._close, (fork,)))

    def _read_suppressing(self, body: list[ast.stmt], scope: Scope, arm: Arm | None) -> None:
        """The body of `with suppress(Error)`: that of a `try` with a handler that does nothing."""
        fork = self._fork("try")
        fork.exhaustive = True

        def close() -> None:
            self._close(Arm(fork, arm, self.order + 1))
            self._close(fork)

        self._add((self._read_arm, (fork, body, scope, arm, None)), (close, ()))

    def _read_handler(
        self, fork: Fork, handler: ast.ExceptHandler, node: ast.stmt, scope: Scope, arm: Arm | None
    ) -> None:
        if handler.type is not None:
            self.read_expression(handler.type, scope, arm, node)
        inner = self._open(fork, handler.body, arm)
        if handler.name:
            scope.bind(handler.name, Binding("unknown", handler, self.order, inner))
        self._add((self._read_opened, (inner, handler.body, scope)))

    def _read_case(
        self, fork: Fork, number: int, node: ast.Match, tests: list[_Test | None], scope: Scope, arm: Arm | None
    ) -> None:
        case = node.cases[number]
        inner = self._open(fork, case.body, arm)
        for index in range(max(number - _MOST_CASES, 0), number + 1):
            self._guard(tests[index], index == number, scope, fork.start, inner.start, inner)
        captured = dict(_list_captures(case.pattern, node.subject))
        for pattern in walk(case.pattern):
            name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
            if isinstance(name, str):
                value = captured.get(name)
                kind: BindingKind = "unknown" if value is None else "value"
                scope.bind(name, Binding(kind, pattern, self.order, inner, value))
            elif isinstance(pattern, ast.MatchValue):
                self.read_expression(pattern.value, scope, arm, node)
        if case.guard is not None:
            self.read_expression(case.guard, scope, inner, node)
        self._add((self._read_opened, (inner, case.body, scope)))

    def _fork(self, kind: ForkKind, test: ast.expr | None = None) -> Fork:
        self.order += 1
        fork = Fork(kind, self.order, test)
        self.module.forks.append(fork)
        return fork

    def _close(self, closed: Fork | Arm) -> None:
        self.order += 2  # the place just before the end comes after everything inside
        closed.end = self.order

    def _read_arm(self, fork: Fork, body: list[ast.stmt], scope: Scope, arm: Arm | None, test: _Test | None) -> None:
        inner = self._open(fork, body, arm)
        if test is not None:
            self._guard(test, inner is fork.arms[0], scope, fork.start, inner.start, inner)
        self._read_opened(inner, body, scope)

    def _read_after(self, fork: Fork, node: ast.If, scope: Scope, arm: Arm | None, test: _Test | None) -> None:
        """The condition of an `if` that one of its arms does not come back from holds, or not, in what follows."""
        body, *otherwise = fork.arms
        if body.leaves:
            self._guard(test, False, scope, fork.start, self.order, arm)
            for number, inner in enumerate(_elifs(node)):
                if number == _MOST_CASES or not _leaves(inner.body, arm):
                    break
                self._guard(_read_test(inner.test), False, scope, fork.start, self.order, arm)
        elif otherwise and otherwise[0].leaves:
            self._guard(test, True, scope, fork.start, self.order, arm)

    def _read_after_loop(self, node: ast.For | ast.AsyncFor | ast.While, scope: Scope, arm: Arm | None) -> None:
        """The condition of a `while` that nothing breaks off does not hold in what follows."""
        if not isinstance(node, ast.While):
            return
        if not (self.has_break and any(isinstance(part, ast.Break) for part in walk(node))):
            self._guard(_read_test(node.test), False, scope, self.order, self.order, arm)

    def _guard(self, test: _Test | None, holds: bool, scope: Scope, order: int, start: int, arm: Arm | None) -> None:
        """Note a condition, and for which names; one that has a name of its own by what it is."""
        if test is not None and (named := _find_condition(test[0], scope)) is not None:
            test = _read_test(named)
        if test is None:
            return
        condition, names = test
        guard = Guard(condition, holds, order, start, arm)
        scope.conditions.append(guard)
        for name in names:
            scope.guards.setdefault(name, []).append(guard)

    def _read_loop(self, fork: Fork, node: ast.For | ast.AsyncFor | ast.While, scope: Scope, arm: Arm | None) -> None:
        inner = self._open(fork, node.body, arm)
        scope.loops.append(inner)
        if isinstance(node, ast.While):
            if self._binds_each_turn(node.test):
                self.read_expression(node.test, scope, inner, node)
            self._guard(_read_test(node.test), True, scope, self.order, self.order, inner)
        else:
            self.read_target(node.target, node.iter, scope, inner, kind="element")
        self._read_opened(inner, node.body, scope)

    def _binds_each_turn(self, test: ast.expr) -> bool:
        """Whether the condition of a `while` has a walrus, which binds its name in each iteration."""
        return self.has_walrus and any(isinstance(part, ast.NamedExpr) for part in walk(test))

    def _read_otherwise(self, body: list[ast.stmt], scope: Scope, arm: Arm | None) -> None:
        if body:
            fork = self._fork("if")
            self._add((self._read_arm, (fork, body, scope, arm, None)), (self._close, (fork,)))

    def _open(self, fork: Fork, body: list[ast.stmt], arm: Arm | None) -> Arm:
        self.order += 1
        inner = Arm(fork, arm, self.order)
        inner.leaves = _leaves(body, arm)
        return inner

    def _read_opened(self, arm: Arm, body: list[ast.stmt], scope: Scope) -> None:
        self._add((self._close, (arm,)))
        self._add_body(body, scope, arm)

    # What is bound

    def read_simple(self, node: ast.stmt, scope: Scope, arm: Arm | None) -> None:
        """What a statement that holds no others binds, returns or asserts."""
        if isinstance(node, ast.Expr):
            return
        if isinstance(node, ast.Assign):
            value, first = node.value, node.targets[0]
            for target in node.targets:
                self.read_target(target, value, scope, arm)
                for item, given in _list_items(target, value):
                    self._read_store(item, given, scope, arm, node)
                    self.order += target is not item
                if target is first and isinstance(first, ast.Name) and isinstance(value, (ast.List, ast.Dict)):
                    value = first  # `a = b = []`: two names for one list
                    self.order += 1
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Subscript):
                    self.module.removals.append(Store(target, target.slice, scope, self.order, arm, node))
                    self._rebind(target.value, Changed(target.value, "del", [target.slice]), scope, arm)
        elif isinstance(node, ast.AnnAssign):
            self.read_target(node.target, node.value, scope, arm, annotation=node.annotation)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self.module.targets.append(node.target)
            home, outer_arm, inner = self._find_home(node.target.id, scope, arm)
            home.bind(node.target.id, Binding("augment", node, self.order, outer_arm, node.value, scope=inner))
        elif (
            isinstance(node, ast.AugAssign)
            and isinstance(node.op, ast.BitOr)
            and isinstance(node.target, ast.Attribute)
            and node.target.attr == "environ"
        ):
            # `os.environ |= mapping` is `os.environ.update(mapping)`
            update = copy_place(ast.Attribute(node.target, "update", ast.Load()), node.target)
            call = copy_place(ast.Call(update, [node.value], []), node.target)
            self.module.uses.append(Use(call, scope, self.order, node, arm))
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, _ITEMS):
            value = copy_place(ast.BinOp(node.target, node.op, node.value), node.target)
            self.read_target(node.target, value, scope, arm)
            self._read_store(node.target, value, scope, arm, node)
        elif isinstance(node, ast.Assert):
            self._guard(_read_test(node.test), True, scope, self.order, self.order, arm)
        elif isinstance(node, ast.Return):
            scope.returns.append(ReturnedValue(node.value, self.order))
        elif isinstance(node, ast.Global):
            scope.global_names.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            scope.outer_names.update(node.names)

    def read_target(
        self,
        target: ast.expr,
        value: ast.expr | None,
        scope: Scope,
        arm: Arm | None,
        *,
        kind: BindingKind = "value",
        annotation: ast.expr | None = None,
    ) -> None:
        """What an assignment binds: a name, an attribute of `self`, or each name of a tuple."""
        waiting: list[_Target] = [(target, value, kind, ())]
        while waiting:
            target, value, kind, path = waiting.pop()
            is_outside = arm is None or arm.fork.kind != "own"  # the names of a comprehension end with it
            if is_outside and isinstance(target, _NAMES) and type(target.ctx) is ast.Store:
                self.module.targets.append(target)
            if isinstance(target, ast.Name):
                self._bind(target, value, scope, arm, kind, annotation, path)
            elif isinstance(target, ast.Attribute):
                value = _get_item(value, path) if kind == "value" or not path else None
                if scope.owner is not None and value is not None and scope.is_self(target.value):
                    scope.owner.attributes.setdefault(target.attr, []).append((value, scope, self.order))
                    written = f"{scope.first_parameter}.{target.attr}"
                    scope.bind(written, Binding(kind, target, self.order, arm, value))
            elif isinstance(target, _DISPLAYS):
                waiting += reversed(list(_unpack(target, value, kind, path)))
            elif isinstance(target, ast.Starred):
                waiting.append((target.value, value, kind, path))

    def _bind(
        self,
        target: ast.Name,
        value: ast.expr | None,
        scope: Scope,
        arm: Arm | None,
        kind: BindingKind,
        annotation: ast.expr | None,
        path: tuple[int, ...],
    ) -> None:
        home, arm, inner = self._find_home(target.id, scope, arm)
        if isinstance(value, ast.Call) and value.args and written_name(value.func) in _PARTIALS:
            by_place = self.module.partials.setdefault(target.id, {})
            by_place[id(home), id(arm)] = value, ProgramPoint(scope, self.order)
        home.bind(target.id, Binding(kind, target, self.order, arm, value, annotation, path=path, scope=inner))

    def _find_home(self, name: str, scope: Scope, arm: Arm | None) -> tuple[Scope, Arm | None, Scope | None]:
        """The scope where a name is bound, the arm there, and this one where `global` or `nonlocal` names another."""
        if name in scope.global_names and scope is not self.module.scope:
            return self.module.scope, self._global_arm(scope), scope
        if name not in scope.outer_names:
            return scope, arm, None
        home = scope
        while name in home.outer_names and home.parent is not None:
            home = home.parent
        return home, self._global_arm(scope), scope

    def _global_arm(self, scope: Scope) -> Arm:
        """What a function binds in the module, as the module sees it: whenever it is called, if it is."""
        if id(scope) not in self.global_arms:
            fork = Fork("call", self.order)
            self.module.forks.append(fork)
            fork.end = self.order
            self.global_arms[id(scope)] = Arm(fork, None, self.order)
        arm = self.global_arms[id(scope)]
        arm.end = self.order + 1
        return arm

    # Definitions

    def read_definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, scope: Scope, arm: Arm | None
    ) -> None:
        for decorator in node.decorator_list:
            self.read_expression(decorator, scope, arm, node)
        for parameter in getattr(node, "type_params", ()):
            self.read_expression(parameter, scope, arm, node)
        if isinstance(node, ast.ClassDef):
            for base in (*node.bases, *node.keywords):
                self.read_expression(base, scope, arm, node)
            inner = self.module.functions[id(node)] = Scope("class", node, scope)
        else:
            self.read_expression(node.args, scope, arm, node)
            if node.returns is not None:
                self.read_expression(node.returns, scope, arm, node)
            inner = self._read_function(node, node.args, scope)
        decorated = self._decorate(node, scope, arm) if node.decorator_list else None
        kind: BindingKind = "class" if isinstance(node, ast.ClassDef) else "function"
        scope.bind(node.name, Binding(kind, node, self.order, arm, decorated))
        self._add_body(node.body, inner, None)

    def _decorate(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, scope: Scope, arm: Arm | None
    ) -> ast.expr | None:
        """A definition as calls of its decorators that may be from the tree; None where there are none."""
        decorators = [item for item in node.decorator_list if _find_definition(item, scope) in ("function", "import")]
        if not decorators:
            return None
        kind: BindingKind = "class" if isinstance(node, ast.ClassDef) else "function"
        scope.bind(f"_@{node.name}", Binding(kind, node, self.order, arm))
        self.order += 1
        decorated: ast.expr = copy_place(ast.Name(f"_@{node.name}", ast.Load()), decorators[0])
        for decorator in reversed(decorators):
            call = copy_place(ast.Call(decorator, [decorated], []), decorator)
            if _find_definition(decorator, scope) == "function":
                self.module.decorations.append(Use(call, scope, self.order, node, arm))
            decorated = call
        return decorated

    def _read_function(self, node: ast.AST, arguments: ast.arguments, scope: Scope) -> Scope:
        """The scope of a function or lambda, its parameters bound."""
        inner = Scope("function", node, scope)
        self.module.functions[id(node)] = inner
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults += arguments.defaults
        for argument, default in zip(
            [*positional, *arguments.kwonlyargs], [*defaults, *arguments.kw_defaults], strict=True
        ):
            inner.bind(
                argument.arg,
                Binding("parameter", argument, self.order, None, default, argument.annotation, argument.arg),
            )
        if arguments.vararg is not None:
            inner.bind(arguments.vararg.arg, Binding("positionals", arguments.vararg, self.order, None))
        if arguments.kwarg is not None:
            inner.bind(arguments.kwarg.arg, Binding("keywords", arguments.kwarg, self.order, None))
        return inner

    def read_import(self, node: ast.Import | ast.ImportFrom, scope: Scope, arm: Arm | None) -> None:
        for name in node.names:
            if isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                self.module.imports.add(module.partition(".")[0])
                # `from . import x` is the same as x beside this file: the dots alone count the folders.
                target = f"{module}.{name.name}" if node.module else module + name.name
                bound = name.asname or name.name
            else:
                self.module.imports.add(name.name.partition(".")[0])
                bound = name.asname or name.name.partition(".")[0]
                target = name.name if name.asname else bound
            scope.bind(bound, Binding("import", node, self.order, arm, target=target))

    # Expressions

    def read_expression(self, node: ast.AST, scope: Scope, arm: Arm | None, statement: ast.stmt) -> None:
        """The calls and walrus bindings in an expression, inner ones first, in the scope where they run."""
        # Most nodes wait once, to have what is inside them added; those that are noted wait again, until that is done.
        waiting: list[_Waiting] = [(node, scope, arm, _is_plain_call(node))]
        while waiting:
            node, scope, arm, is_complete = waiting.pop()
            kind = type(node)
            if is_complete:
                if kind is ast.Lambda and scope.node is not node:
                    waiting += self._enter_lambda(node, scope)
                elif isinstance(node, ast.IfExp):
                    waiting += self._enter_conditional(node, scope, arm)
                else:
                    self._note(node, scope, arm, statement)
                continue
            children: Sequence[ast.AST] = inside(node)
            if kind in _NOTED:
                if isinstance(node, _COMPREHENSIONS):
                    arm = self._open_own(arm)
                    children = [*node.generators, *children]
                elif isinstance(node, ast.Lambda):
                    children = [node.args]
                elif isinstance(node, ast.IfExp):
                    children = [node.test]
                waiting.append((node, scope, arm, True))
                if isinstance(node, ast.comprehension):
                    waiting += [(test, scope, arm, False) for test in reversed(node.ifs)]
            for child in reversed(children):
                while type(child) not in LEAVES:
                    if type(child) is ast.keyword or (type(child) is ast.Attribute and child.attr not in LOGGED_ONLY):
                        child = child.value  # there is nothing to note but what is inside
                    else:
                        waiting.append((child, scope, arm, _is_plain_call(child)))
                        break

    def _enter_lambda(self, node: ast.AST, scope: Scope) -> list[_Waiting]:
        """The body of a lambda, in a scope of its own, once its defaults have been read."""
        assert isinstance(node, ast.Lambda)
        inner = self._read_function(node, node.args, scope)
        return [(node, inner, None, True), (node.body, inner, None, False)]

    def _enter_conditional(self, node: ast.IfExp, scope: Scope, arm: Arm | None) -> list[_Waiting]:
        """The arms of `a if test else b`, each at a place of its own, once the test has been read."""
        order = self.order
        test = _read_test(node.test)
        for part, holds in ((node.body, True), (node.orelse, False)):
            inner = self._open_own(arm)
            self._guard(test, holds, scope, order, inner.start, inner)
            scope.inner_orders[id(part)] = inner.start
            self._close(inner)
        return [(part, scope, arm, False) for part in (node.orelse, node.body) if type(part) not in LEAVES]

    def _open_own(self, arm: Arm | None) -> Arm:
        inner = Arm(self._fork("own"), arm, self.order)
        inner.leaves = "function"
        return inner

    def _note(self, node: ast.AST, scope: Scope, arm: Arm | None, statement: ast.stmt) -> None:
        if isinstance(node, ast.Call):
            self.order += 1
            around = arm
            while around is not None:
                if around.fork.kind == "try":
                    around.fork.calls.append(self.order)
                around = around.parent
            use = Use(node, scope, self.order, statement, arm)
            self.module.uses.append(use)
            if (deferred := _find_deferred(node)) is not None:
                self.module.uses.append(replace(use, call=deferred))
                self.deferred[id(node)] = deferred
            for partial, made_at in self._find_partials(node.func, scope):
                # `send = partial(publish, registry="model")`, `send(artifact)`: `publish` gets the arguments of both
                if not node.args and not node.keywords and id(partial) in self.deferred:
                    continue  # the call where it was made has all arguments already
                whole = complete_partial(partial.args[0], partial, made_at, node)
                self.module.uses.append(replace(use, call=whole))
                self.completed.add(id(self.deferred.get(id(partial))))
            if isinstance(node.func, ast.Attribute):
                self._read_change(node, node.func, scope, arm)
        elif isinstance(node, ast.Attribute):
            is_read = isinstance(node.ctx, ast.Load) or isinstance(statement, ast.AugAssign)
            if is_read and node.attr in LOGGED_ONLY and isinstance(node.value, (ast.Name, ast.Attribute)):
                self.module.reads.append(Read(node, scope, self.order, statement))
        elif isinstance(node, ast.NamedExpr):
            self.order += 1
            while arm is not None and arm.fork.kind == "own":
                arm = arm.parent  # a walrus in a comprehension binds outside of it
            self.read_target(node.target, node.value, scope, arm)
        elif isinstance(node, ast.Yield):
            scope.yields.append(ReturnedValue(node.value, self.order))
        elif isinstance(node, ast.YieldFrom):
            scope.yields.append(ReturnedValue(ast.Starred(node.value, ast.Load()), self.order))
        elif isinstance(node, ast.comprehension):
            self.order += 1
            self.read_target(node.target, node.iter, scope, arm, kind="element")
            self.order += 1
            for test in node.ifs:
                scope.inner_orders[id(test)] = self.order
                self._guard(_read_test(test), True, scope, self.order, self.order + 1, arm)
                self.order += 1
        elif isinstance(node, ast.Lambda):
            scope.returns.append(ReturnedValue(node.body, self.order + 1))
        elif arm is not None:  # the end of a comprehension
            self.order += 1
            scope.inner_orders[id(node)] = self.order
            self._close(arm)
            arm.fork.end = arm.end

    def _find_partials(self, function: ast.expr, scope: Scope) -> list[tuple[ast.Call, ProgramPoint]]:
        """The `functools.partial` that is called; of those that a name was bound to so far the last of each branch."""
        if isinstance(function, ast.Call) and function.args and written_name(function.func) in _PARTIALS:
            return [(function, ProgramPoint(scope, self.order))]
        if not self.module.partials:
            return []
        by_place = self.module.partials.get(function.id, {}) if isinstance(function, ast.Name) else {}
        inner: Scope | None = scope if by_place else None
        while inner is not None:
            found = [call for (home, _), call in by_place.items() if home == id(inner)]
            if found or (isinstance(function, ast.Name) and function.id in inner.bindings):
                return found
            inner = inner.parent
        return []

    def _read_change(self, call: ast.Call, function: ast.Attribute, scope: Scope, arm: Arm | None) -> None:
        """A method that changes a list or dictionary: from here on its name is bound to the changed value."""
        owner, method = function.value, function.attr
        if method in _GROWS and len(call.args) == 1:
            item = call.args[0]
            if isinstance(owner, ast.Attribute):
                # What else is in it, and where, depends on which methods are called.
                added = ast.Starred(item, ast.Load()) if method == "extend" else item
                self.read_target(owner, ast.Set([added]), scope, arm)
            else:
                self._rebind_item(owner, Changed(owner, method, [item]), scope, arm)
        elif method == "update":
            keys = [copy_place(ast.Constant(item.arg), item) if item.arg else None for item in call.keywords]
            values = [owner, *call.args, *(item.value for item in call.keywords)]
            self._rebind_item(owner, Updated([*[None] * (1 + len(call.args)), *keys], values), scope, arm)
        elif method in _CHANGES and isinstance(owner, (ast.Name, ast.Subscript)):
            scope.inner_orders[id(call)] = self.order  # `names.pop()` returns what was in it before
            self.order += 1
            arguments = [*call.args, *(item.value for item in call.keywords)]
            self._rebind_item(owner, Changed(owner, method, arguments), scope, arm)

    def _read_store(
        self, target: ast.Attribute | ast.Subscript, value: ast.expr, scope: Scope, arm: Arm | None, node: ast.stmt
    ) -> None:
        """An assignment to an attribute or an item, which is also a change of the name that it belongs to."""
        self.module.stores.append(Store(target, value, scope, self.order, arm, node))
        owner, updated, has_attribute = _update_owner(target, value)
        if not has_attribute or _is_namespace(owner, scope):
            self._rebind(owner, updated, scope, arm)

    def _rebind_item(self, owner: ast.expr, changed: ast.expr, scope: Scope, arm: Arm | None) -> None:
        """Bind the name of a list or dictionary, or of the container that it is in: `config["names"].append(x)`."""
        copy_place(changed, owner)
        if isinstance(owner, ast.Subscript):
            owner, changed, has_attribute = _update_owner(owner, changed)
            if has_attribute:
                return
        self._rebind(owner, changed, scope, arm)

    def _rebind(self, owner: ast.expr, changed: ast.expr, scope: Scope, arm: Arm | None) -> None:
        """Bind a name to what its list or dictionary has become.

        A function changes what the code around it has: from then on it may be either.
        """
        if not isinstance(owner, ast.Name):
            return
        copy_place(changed, owner)
        if owner.id in scope.bindings or owner.id in scope.global_names or owner.id in scope.outer_names:
            self._bind(owner, changed, scope, arm, "value", None, ())
        elif scope.kind == "function":
            home = scope.parent
            while home is not None and (home.kind == "class" or owner.id not in home.bindings):
                home = home.parent
            if home is not None:
                seen = _look_from_outside(changed, owner, ProgramPoint(scope, self.order))
                self._bind(owner, seen, home, self._global_arm(scope), "value", None, ())


def _is_plain_call(call: ast.AST) -> bool:
    """Whether a node is a call that evaluates nothing to note: only names, attributes of names, and literals."""
    if type(call) is not ast.Call:
        return False
    function = call.func
    while type(function) is ast.Attribute and function.attr not in LOGGED_ONLY:
        function = function.value
    return (
        type(function) is ast.Name
        and LEAVES.issuperset(map(type, call.args))
        and LEAVES.issuperset([type(keyword.value) for keyword in call.keywords])
    )


def _find_deferred(call: ast.Call) -> ast.Call | None:
    """The call that another one makes: `executor.submit(run.link_artifact, artifact, path)`."""
    by_name = {keyword.arg: keyword.value for keyword in call.keywords}
    for named, positional, keywords in _STARTERS if by_name else ():
        started = by_name.get(named)
        if isinstance(started, _NAMES) and not call.args[1:]:
            return _make_call(call, started, by_name.get(positional), by_name.get(keywords))
    if isinstance(call.func, ast.Call) and len(call.args) == 1 and last_word(call.func.func) == "methodcaller":
        return _call_by_name(call.args[0], call.func)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else written_name(call.func) or ""
    for index, item in enumerate(call.args[:2]):
        if isinstance(item, _NAMES):
            return _find_passed_call(call, name, index, item)
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and name in _SENDS:
        if name == "apply_async":
            return _make_call(call, call.func.value, by_name.get("args"), by_name.get("kwargs"))
        return copy_place(ast.Call(call.func.value, call.args, call.keywords), call)
    return None


def _call_by_name(owner: ast.expr, made: ast.Call) -> ast.Call | None:
    """The call of `methodcaller("link_artifact", artifact, path)(run)`: that of the method of its argument."""
    method = made.args[0] if made.args else None
    if not isinstance(method, ast.Constant) or not isinstance(method.value, str):
        return None
    function = copy_place(ast.Attribute(owner, method.value, ast.Load()), owner)
    return copy_place(ast.Call(function, made.args[1:], made.keywords), made)


def _make_call(call: ast.Call, function: ast.expr, passed: ast.expr | None, named: ast.expr | None) -> ast.Call | None:
    """A call with the arguments of a tuple and a dictionary."""
    if not isinstance(passed or named, (ast.Tuple, ast.List, ast.Dict)):
        return None
    keywords = [ast.keyword(None, named)] if named is not None else []
    return copy_place(ast.Call(function, passed.elts if isinstance(passed, _DISPLAYS) else [], keywords), call)


def _find_passed_call(call: ast.Call, name: str, index: int, function: ast.Name | ast.Attribute) -> ast.Call | None:
    """The call of a function that is an argument, with the arguments after it."""
    method = function.attr if isinstance(function, ast.Attribute) else ""
    if name not in _PASSES and method not in _OURS:
        return None
    rest = call.args[index + 1 :]
    if name in _MAPS and index == 0 and rest:
        # An item that nobody can tell by its number is any of them.
        rows = (ast.Subscript(item, ast.Constant(None), ast.Load()) for item in rest)
        return copy_place(ast.Call(function, [copy_place(row, call) for row in rows], []), call)
    if name == "partial":
        is_called = method in BY_NAME
    else:
        # Where a link is passed with what to link, whatever is called links it, unless it waits for a failure.
        is_called = name in _DEFERS or (method in _OURS and len(rest) > 1 and "raises" not in name.lower())
    if not is_called:
        return None
    if name == "apply_async" and rest and isinstance(rest[0], ast.Tuple):
        rest = rest[0].elts
    return copy_place(ast.Call(function, rest, call.keywords), call)


def _unpack(
    target: ast.Tuple | ast.List, value: ast.expr | None, kind: BindingKind, path: tuple[int, ...]
) -> Iterator[_Target]:
    """The targets inside a target, each with what it is given."""
    values = value.elts if kind == "value" and not path and isinstance(value, _DISPLAYS) else []
    pairs = len(values) == len(target.elts) and not any(
        isinstance(item, ast.Starred) for item in (*values, *target.elts)
    )
    after = len(target.elts)
    for index, item in enumerate(target.elts):
        if pairs:
            yield item, values[index], "value", ()
        elif isinstance(item, ast.Starred):
            after = index
            if value is None or kind != "value" or path:
                yield item, None, "unknown", ()
                continue
            end = index + 1 - len(target.elts)
            bounds = ast.Slice(ast.Constant(index), ast.UnaryOp(ast.USub(), ast.Constant(-end)) if end else None)
            yield item, copy_place(ast.Subscript(value, bounds, ast.Load()), value), "value", ()
        elif value is None:
            yield item, None, "unknown", ()
        else:
            # What comes after `*rest` is counted from the end.
            yield item, value, kind, (*path, index if index < after else index - len(target.elts))


def _get_item(value: ast.expr | None, path: tuple[int, ...]) -> ast.expr | None:
    """`value[path[0]][path[1]]`, at the place of the value."""
    for number in path:
        if value is not None:
            key = copy_place(ast.Constant(number), value)
            value = copy_place(ast.Subscript(value, key, ast.Load()), value)
    return value


def _list_items(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.Attribute | ast.Subscript, ast.expr]]:
    """The attributes and items that an assignment sets, each with its new value."""
    waiting: list[_Target] = [(target, value, "value", ())]
    while waiting:
        inner, given, kind, path = waiting.pop()
        if isinstance(inner, (ast.Tuple, ast.List)):
            waiting += _unpack(inner, given, kind, path)
        elif isinstance(inner, (ast.Attribute, ast.Subscript)) and given is not None:
            yield inner, _get_item(given, path) or given


def _elifs(node: ast.If) -> Iterator[ast.If]:
    """The `elif` clauses of an `if`, in order."""
    while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        node = node.orelse[0]
        yield node


def _leaves(body: list[ast.stmt], arm: Arm | None) -> Literal["function", "loop", ""]:
    """What a body certainly leaves at its end; a `raise` inside a `try` may go on in its handlers."""
    last = body[-1]
    if type(last) not in _LAST:
        return ""
    if isinstance(last, ast.Return):
        return "function"
    if isinstance(last, (ast.Continue, ast.Break)):
        return "loop"
    if isinstance(last, ast.Raise) or (isinstance(last, ast.Expr) and _ends_program(last.value)):
        while arm is not None:
            if arm.fork.kind == "try" and arm is arm.fork.arms[0]:
                return ""
            arm = arm.parent
        return "function"
    return ""


def _ends_program(node: ast.expr) -> bool:
    """`sys.exit()`, `parser.error("…")` and their like."""
    name = written_name(node.func) if isinstance(node, ast.Call) else None
    if name is None:
        return False
    receiver, _, method = name.rpartition(".")
    return name in _ENDS or (method in ("error", "exit") and receiver.rpartition(".")[2].endswith("parser"))


def _find_definition(decorator: ast.expr, scope: Scope) -> BindingKind | None:
    """How the name of a decorator is bound, at the place or around it."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    home = scope.find_home(called.id) if isinstance(called, ast.Name) else None
    return home.find_bindings(called)[-1].kind if home is not None else None


def _list_captures(pattern: ast.pattern, subject: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The names that a pattern binds, each with what of the subject it is."""
    waiting: list[tuple[ast.pattern, ast.expr]] = [(pattern, subject)]
    while waiting:
        inner, value = waiting.pop()
        if isinstance(inner, ast.MatchAs):
            if inner.name is not None:
                yield inner.name, value
            if inner.pattern is not None:
                waiting.append((inner.pattern, value))
        elif isinstance(inner, ast.MatchSequence) and not any(
            isinstance(item, ast.MatchStar) for item in inner.patterns
        ):
            items = (ast.Subscript(value, ast.Constant(index), ast.Load()) for index in range(len(inner.patterns)))
            waiting += [(part, copy_place(item, value)) for part, item in zip(inner.patterns, items, strict=True)]
        elif isinstance(inner, ast.MatchMapping):
            parts = (copy_place(ast.Subscript(value, key, ast.Load()), value) for key in inner.keys)
            waiting += zip(inner.patterns, parts, strict=True)
        elif isinstance(inner, ast.MatchClass):
            named = (copy_place(ast.Attribute(value, name, ast.Load()), value) for name in inner.kwd_attrs)
            waiting += zip(inner.kwd_patterns, named, strict=True)


def _update_owner(target: ast.expr, value: ast.expr) -> tuple[ast.expr, ast.expr, bool]:
    """`owner.a["b"] = value` as what `owner` is from then on, and whether an attribute is assigned to."""
    has_attribute = False
    while isinstance(target, _ITEMS):
        if isinstance(target, ast.Attribute):
            has_attribute = True
            value = Updated([None, copy_place(ast.Constant(target.attr), target)], [target.value, value])
        elif isinstance(target.slice, ast.Slice):
            value = Changed(target.value, "[:]", [target.slice, value])
        else:
            value = Updated([None, target.slice], [target.value, value])
        copy_place(value, target)
        target = target.value
    return target, value, has_attribute


def _look_from_outside(changed: ast.expr, owner: ast.Name, at: ProgramPoint) -> ast.expr:
    """What a function changes a name of the code around it to; everything else is resolved inside the function."""
    if isinstance(changed, Updated):
        keys = [key and _look_from_outside(key, owner, at) for key in changed.keys]
        return copy_place(Updated(keys, [_look_from_outside(value, owner, at) for value in changed.values]), changed)
    if isinstance(changed, Changed):
        arguments = [_look_from_outside(item, owner, at) for item in changed.args]
        return copy_place(Changed(_look_from_outside(changed.value, owner, at), changed.change, arguments), changed)
    root = changed
    while isinstance(root, _ITEMS):
        root = root.value
    return changed if isinstance(changed, ast.Slice) or root is owner else look_from(changed, at)


def _is_namespace(owner: ast.expr, scope: Scope) -> bool:
    """Whether a name was bound to an object of the `_NAMESPACES`: its attributes are what is assigned to them."""
    bindings = scope.find_bindings(owner)
    value = bindings[-1].value if bindings else None
    if isinstance(value, ast.Call):
        return last_word(value.func) in _NAMESPACES
    return isinstance(value, Updated)


def _find_condition(test: ast.expr, scope: Scope) -> ast.expr | None:
    """The condition that a name stands for: `is_set = bool(registry)`, and then `if is_set` or `if not is_set`."""
    name = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test
    bindings = scope.find_bindings(name)
    value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "value" else None
    is_condition = isinstance(value, (ast.Compare, ast.BoolOp)) or (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("bool", "all", "any")
    )
    if value is None or not is_condition:
        return None
    return value if name is test else copy_place(ast.UnaryOp(ast.Not(), value), test)


_TESTING = frozenset({"endswith", "startswith", *STRIPS})
"""Methods that test what they are called on."""


def _read_test(condition: ast.expr) -> _Test | None:
    """A condition, and each name, attribute and call that it tests; None for one that is too long to judge.

    `os.environ["X"]` is not a test of `os`, nor of `os.environ`; `x.startswith("a")` is one of `x`.
    """
    if isinstance(condition, ast.Name):
        return condition, {condition.id}
    names: set[str] = set()
    owners: set[int] = set()
    for number, part in enumerate(walk(condition)):
        if number > _LONGEST_TEST:
            return None
        if not isinstance(part, _NAMED):
            continue
        if id(part) not in owners and (name := written_name(part)) is not None:
            names.add(name)
        if not isinstance(part, ast.Name) and getattr(part, "attr", "") not in _TESTING:
            owners.add(id(part.func if isinstance(part, ast.Call) else part.value))
    return condition, names


def _test_of(subject: ast.expr, case: ast.match_case) -> _Test | None:
    """The condition of a `case` that compares with values, or with None; None for any other."""
    if isinstance(case.pattern, ast.MatchSingleton) and case.guard is None:
        return _read_test(ast.Compare(subject, [ast.Is()], [ast.Constant(case.pattern.value)]))
    patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
    values = [pattern.value for pattern in patterns if isinstance(pattern, ast.MatchValue)]
    if case.guard is not None or len(values) < len(patterns):
        return None
    return _read_test(ast.Compare(subject, [ast.In()], [ast.Tuple(values, ast.Load())]))
