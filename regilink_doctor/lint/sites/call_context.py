"""Whether a run has certainly ended before a call: by `finish()`, or with the `with` that it belongs to.

Functions and context managers of the tree are followed to their `finish()`. One inside an `if` ends nothing here,
unless that asks for the run itself, and what may be another run has not ended.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from regilink_doctor.core.findings import Span
from regilink_doctor.core.records import cached_property, replace
from regilink_doctor.core.sites import CallContext, Container
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.bindings import END, ClassOrObject, ProgramPoint
from regilink_doctor.lint.resolve.calls import make_method_call
from regilink_doctor.lint.resolve.imports import find_imported_files
from regilink_doctor.lint.resolve.values import Function, Instance, Unknown
from regilink_doctor.lint.sites.arguments import arguments
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import FUNCTIONS, SIMPLE, WITHS, copy_place, walk, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from regilink_doctor.core.findings import Place
    from regilink_doctor.core.sites import ContainerKind, End
    from regilink_doctor.lint.resolve.bindings import Module, Scope, Use
    from regilink_doctor.lint.resolve.resolver import Resolver
    from regilink_doctor.lint.text.source import Source

    Around = ast.With | ast.AsyncWith | ast.If | ast.While | ast.For | ast.AsyncFor
    Stretch = tuple[list[ast.stmt], range, Around | None]
    """A body, the numbers of statements in it, and what is around it where those are its first."""
    _Ended = dict[str, tuple[End, Place] | None]
    """Runs that have ended, as they are written, each with how and where; None where it is another one from then on."""
    ReadBefore = Callable[[ast.stmt], Iterable[Stretch]]
    _FoundEnd = tuple[End, Place, Place | None]
    """How and where a run has ended; before which call of the function, if it is another one."""
    _Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


_MOST_LEVELS = 3
_MOST_CALLERS = 8

MOST_STATEMENTS = 400
"""Statements looked at before a call; no function that people read is longer."""

MOST_EXITS = 64
"""Ways out of a body before a call; all of them may be conditions of it."""

_WITHOUT_WANDB = ('"wandb": False', "'wandb': False", "wandb=False", "WANDB_DISABLED")
"""How a program keeps Ultralytics from using wandb."""

_ENDERS: dict[str, End] = {
    "train": "ultralytics",
    "end_training": "accelerate",
    "hyperparameter_search": "transformers",
}
"""Methods -> the library that finishes the active run in them."""

_CHECKS = ("assert", "check", "ensure", "require", "validate", "verify")
"""Words in the names of functions that end the program where something is missing."""

_EVERY = "wandb"
"""`wandb.finish()` ends the active run, which may be any."""


class _Body:
    """The statements of a body: where they start, and which runs each of them ends, by the run as it is written."""

    __slots__ = ("ends", "inits", "starts")

    def __init__(self, body: list[ast.stmt]) -> None:
        self.starts = [_find_start(statement) for statement in body]
        self.ends: dict[str, list[int]] = {}
        self.inits: list[int] | None = None
        """The statements that may start a run, once they have been asked for."""


class RunLifetime:
    """Answers for the calls of one file how their runs have ended."""

    def __init__(self, module: Module, resolver: Resolver) -> None:
        self.source = module.source
        self._ends_by_scope: dict[tuple[int, str], _FoundEnd | None] = {}
        self.resolver = resolver
        self._targets = module.targets
        self._uses = module.uses
        self._bodies: dict[int, _Body] = {}
        self._ended: dict[int, _Ended] = {}
        self._ended_by_function: dict[tuple[int, int | None], _Ended] = {}
        words = self.source.text
        self._enders = {method: library for method, library in _ENDERS.items() if library in words}
        if any(word in words for word in _WITHOUT_WANDB):
            self._enders.pop("train", None)
        own = "with" in words or "finish" in words or bool(self._enders)
        self._may_end = own or next(find_imported_files(module), None) is not None

    def before(self, use: Use, run: str, read_before: ReadBefore, callers: int = _MOST_LEVELS) -> _FoundEnd | None:
        """How and where the run of a call has certainly ended before it, or before a call of its function, and which.

        Args:
            use: the call.
            run: its receiver as it is written: `run`, `self.run`, `wandb.run`.
            read_before: gives the statements before a statement, see `CallContextReader.before`.
            callers: how many callers outwards are looked at.
        """
        for body, numbers, around in read_before(use.statement) if self._may_end else ():
            turn = self._find_turn(body, numbers.stop, run, use)
            if turn >= numbers.start:
                return self._end(body[turn], run, use)
            if isinstance(around, WITHS) and (run in self._find_ended(around, use) or self._is_bound_in(around, run)):
                return None
            if around is not None and self._is_bound_between(_find_start(around), _find_start(around.body[0]), run):
                return None  # `if run := wandb.init():`, `for run in runs:`
        if not self._may_end or not callers:
            return None
        return self._find_end_before_callers(use.scope, run, read_before, callers)

    def find_other_name(self, use: Use, run: str) -> str | None:
        """What a name of a run was made of, if both are the same run for a call: `run` after `logger = run`."""
        bindings = use.scope.bindings.get(run, ())
        if len(bindings) != 1 or bindings[0].kind != "value" or bindings[0].arm is not None:
            return None
        binding = bindings[0]
        other = written_name(binding.value) if isinstance(binding.value, ast.Name | ast.Attribute) else None
        if other is None or binding.order > use.order or use.scope.binds_between(other, binding.order, use.order):
            return None
        return other

    def _find_end_before_callers(
        self, scope: Scope, run: str, read_before: ReadBefore, callers: int
    ) -> _FoundEnd | None:
        """How the run of a function has ended before one of the calls of the function in the file."""
        key = id(scope), run
        if key not in self._ends_by_scope:
            self._ends_by_scope[key] = None  # of a function that calls itself
            for caller in self.resolver.find_uses(scope.module, scope.name)[:_MOST_CALLERS]:
                outer = self.name_for_caller(caller, scope, run)
                ended = self.before(caller, outer, read_before, callers - 1) if outer else None
                if ended is not None:
                    self._ends_by_scope[key] = (*ended[:2], self.source.place(caller.call))
                    break
        return self._ends_by_scope[key]

    def name_for_caller(self, caller: Use, scope: Scope, run: str) -> str:
        """What a call of a function passes as a run of the function, as it is written; empty where that is not seen."""
        function = self._find_function(caller.call.func, caller.at)
        if function is None or function.scope is not scope:
            return ""
        names = _name_arguments(function, caller.call, caller.at.source)
        root = run.partition(".")[0]
        if root in names:
            return names[root] + run[len(root) :]
        is_other = root in scope.bindings or (root in caller.scope.bindings and caller.scope.parent is not None)
        return "" if is_other else run

    def _find_turn(self, body: list[ast.stmt], end: int, run: str, use: Use) -> int:
        """The last statement before number `end` of a body at which the run may change hands; -1 for none."""
        index = self._bodies.get(id(body)) or self._index_body(body, use)
        turn = -1
        for name in {run, run.partition(".")[0]}:
            bound = self._bindings.get(name, ())
            last = bisect_left(bound, index.starts[end]) - 1
            turn = max(turn, bisect_right(index.starts, bound[last]) - 1 if last >= 0 else -1)
        for ending in (run, _EVERY):
            turn = max(turn, find_last_before(index.ends.get(ending, ()), end))
        return max(turn, find_last_before(self._find_inits(body, index), end)) if "." in run else turn

    def _index_body(self, body: list[ast.stmt], use: Use) -> _Body:
        index = self._bodies[id(body)] = _Body(body)
        for number, statement in enumerate(body):
            for run in self._find_ended(statement, use) if _may_end(statement) else ():
                index.ends.setdefault(run, []).append(number)
        return index

    def _find_inits(self, body: list[ast.stmt], index: _Body) -> list[int]:
        if index.inits is None:
            index.inits = [number for number, item in enumerate(body) if "init" in self.source.written(item)]
        return index.inits

    @cached_property
    def _bindings(self) -> dict[str, list[tuple[int, int]]]:
        """Where the file gives each name or attribute a value, as it is written, in order."""
        bindings: dict[str, list[tuple[int, int]]] = {}
        for target in self._targets:
            name = target.id if isinstance(target, ast.Name) else self.source.written(target)
            bindings.setdefault(name, []).append(_find_start(target))
        for places in bindings.values():
            places.sort()
        return bindings

    def _is_bound_in(self, statement: ast.stmt, run: str) -> bool:
        """Whether the run may get another value inside of a statement."""
        is_bound = self._is_bound_between(_find_start(statement), _find_end(statement), run)
        return is_bound or ("." in run and "init" in self.source.written(statement))

    def _is_bound_between(self, start: tuple[int, int], end: tuple[int, int], run: str) -> bool:
        bound = self._bindings.get(run, ())
        return bisect_left(bound, end) > bisect_left(bound, start)

    def _end(self, statement: ast.stmt, run: str, use: Use) -> _FoundEnd | None:
        """How the run has ended in a statement; None where it goes on, or is another one from there on."""
        ended = self._find_ended(statement, use)
        how = ended[run] if run in ended else ended.get(_EVERY)
        if how is not None and isinstance(statement, WITHS):
            end = _find_end(statement)
            start = max((how[1].span.line, how[1].span.column), _find_start(statement.body[0]))
            is_another = any(self._is_bound_between(start, end, name) for name in (run, run.partition(".")[0]))
            if is_another or _find_start(use.call) < end:
                return None
        return (*how, None) if how is not None else None

    def _find_ended(self, statement: ast.stmt, use: Use) -> _Ended:
        """The runs that a statement has ended for a call after it, in the same function."""
        ended = self._ended.get(id(statement))
        if ended is None:
            ender = self._find_ender(statement)
            ended = (
                {_EVERY: (ender[0], self.source.place(ender[1]))}
                if ender
                else self._read_ended(statement, self._find_point(statement, use))
            )
            self._ended[id(statement)] = ended
        return ended

    def _find_point(self, statement: ast.stmt, use: Use) -> ProgramPoint:
        """The place of a statement that is in the same function as a call after it."""
        orders = (self._orders.get(id(item)) for item in (statement, *getattr(statement, "body", ())))
        return ProgramPoint(use.scope, next((order for order in orders if order is not None), END))

    @cached_property
    def _orders(self) -> dict[int, int]:
        """The place of each statement with a call, by its identity."""
        return {id(use.statement): use.order for use in reversed(self._uses)}

    def _read_ended(self, statement: ast.stmt, at: ProgramPoint) -> _Ended:
        """The runs that a statement certainly ends, as they are written, each with how it does and where."""
        if isinstance(statement, WITHS):
            ended: _Ended = {}
            for context, entered in _list_entered(statement, at.source):
                if entered is not None:
                    ended = self._leave(context, entered, at) | ended
                elif isinstance(context, ast.Call):  # at the end of an `ExitStack`
                    place = at.source.place(context)
                    ended |= {run: ("with", place) for run, how in self._read_call(context, [], at).items() if how}
            return ended
        if isinstance(statement, ast.Try):
            is_over = all(isinstance(handler.body[-1], ast.Return | ast.Raise) for handler in statement.handlers)
            certain = [*statement.body, *statement.orelse] if is_over else []
            return self._read_body([*certain, *statement.finalbody], at)
        if isinstance(statement, ast.If):
            tested = _name_tested(statement.test, at.source)
            body, other = self._read_body(statement.body, at), self._read_body(statement.orelse, at)
            return {run: how for run, how in body.items() if tested in (run, f"{run}.run") or run in other}
        if isinstance(statement, _LOOPS):  # the last turn has ended what no other statement has started
            is_left = any(isinstance(node, ast.Break | ast.Continue) for node in walk(statement))
            body = {} if is_left else self._read_body(statement.body, at)
            return {run: how for run, how in body.items() if _is_bound_only_in(statement, run, at.scope)}
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        call = _bare(statement.value) if isinstance(statement, ast.Expr | ast.Assign) else None
        return self._read_call(call, targets, at) if isinstance(call, ast.Call) else {}

    def _read_call(self, call: ast.Call, targets: list[ast.expr], at: ProgramPoint) -> _Ended:
        """The runs that a call certainly ends, of `targets = call` also what the function returns."""
        function = self._find_function(call.func, at)
        if function is not None and not function.scope.yields:
            names = _name_arguments(function, call, at.source)
            for item in function.scope.returns if targets else ():
                for returned, target in _pair_items(item.value, targets[0]):
                    names[function.scope.module.source.written(returned)] = at.source.written(target)
            return _rename(self._read_function(function, call, at), names)
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "finish":
            return {}
        return {at.source.written(call.func.value): ("finish", at.source.place(call))}

    def _read_body(self, body: list[ast.stmt], at: ProgramPoint) -> _Ended:
        """The runs that have certainly ended once a body is over, also where it returns early: `if run is None:`."""
        ended: _Ended = {}
        only = ""
        for statement in body:
            if isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Return):
                tested = _name_tested(statement.test, at.source)
                if not tested or only not in ("", tested):
                    break
                only = tested
            ended |= _list_started(statement, at.source)
            for run, how in self._read_ended(statement, at).items():
                if only in ("", run, f"{run}.run"):
                    ended[run] = how
        return ended

    def _read_function(self, function: Function, call: ast.Call, at: ProgramPoint) -> _Ended:
        """The runs that have ended, or are other ones, when a function of the tree returns, as that writes them."""
        scope, receiver = function.scope, function.receiver
        key = id(scope), id(receiver.scope) if receiver is not None else None
        if key not in self._ended_by_function:
            self._ended_by_function[key] = {}  # of a function that calls itself
            frame = self.resolver.enter(scope, call, at, receiver, function.outer)
            if frame is not None and isinstance(scope.node, FUNCTIONS):
                self._ended_by_function[key] = self._read_body(scope.node.body, ProgramPoint(scope, END, frame))
        return self._ended_by_function[key]

    def _find_function(self, called: ast.expr, at: ProgramPoint) -> Function | None:
        values = self.resolver.value(called, at)
        return values[0] if len(values) == 1 and isinstance(values[0], Function) else None

    def _leave(self, context: ast.expr, entered: ast.expr, at: ProgramPoint) -> _Ended:
        """The runs that a `with context as entered` ends; by "context" that of a context manager which is not known."""
        source = at.source
        written, name = source.written(context), source.written(entered)
        place = source.place(context)
        if written.startswith("wandb.init("):
            # The active run is the one that was started last, whatever the `with` calls it.
            return {name: ("with", place), "wandb.run": ("with", place)}
        if isinstance(context, ast.Call):
            function = self._find_function(context.func, at)
            if function is not None and function.scope.yields:
                inner = function.scope.module.source
                names = {inner.written(item.value): name for item in function.scope.yields if item.value is not None}
                names |= _name_arguments(function, context, source)
                return _rename(self._read_function(function, context, at), names, place)
        values = self.resolver.value(context, at)
        if len(values) == 1 and isinstance(values[0], ClassOrObject):
            return self._leave_object(values[0], context, name, at)
        library = values[0].returned_by if isinstance(values[0], Unknown) else ""
        if library == "contextlib.nullcontext":
            return {}
        if library == "contextlib.closing" and isinstance(context, ast.Call) and context.args:
            closed = context.args[0]
            method = self.resolver.keep(("close of", id(closed)), lambda: ast.Attribute(closed, "close", ast.Load()))
            call = copy_place(ast.Call(copy_place(method, closed), [], []), closed)
            outer = source.written(closed) if context is entered else name
            return _rename(self._read_call(call, [], at), {source.written(closed): outer}, place)
        is_run = context is entered or all(isinstance(value, Instance) for value in values)
        return {name: ("with" if is_run else "context", place)}

    def _leave_object(self, owner: ClassOrObject, context: ast.expr, name: str, at: ProgramPoint) -> _Ended:
        """The runs that the `__exit__` of an object of the tree ends, as the `with` writes them."""
        for name_of_exit in ("__exit__", "__aexit__"):
            call = make_method_call(self.resolver, owner, name_of_exit, context)
            leaving = self._find_function(call.func, at)
            if leaving is not None:
                break
        else:
            return {}
        enter = name_of_exit.replace("exit", "enter")
        entering = self._find_function(make_method_call(self.resolver, owner, enter, context).func, at)
        own = leaving.scope.first_parameter or ""
        names = {own: at.source.written(context)}
        for item in entering.scope.returns if entering is not None else ():
            returned = (entering or leaving).scope.module.source.written(item.value) if item.value is not None else ""
            names |= {returned: name} if f"{returned}.".startswith(f"{own}.") else {}
        return _rename(self._read_function(leaving, call, at), names, at.source.place(context))

    def _find_ender(self, statement: ast.stmt) -> tuple[End, ast.expr] | None:
        """The library that finishes the active run, and its call: `model.train(data="coco8.yaml")` of Ultralytics."""
        value = statement.value if self._enders and isinstance(statement, ast.Expr | ast.Assign) else None
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
            return None
        library = self._enders.get(value.func.attr)
        if library == "ultralytics" and not any(keyword.arg == "data" for keyword in value.keywords):
            return None  # `train()` alone is that of a module of PyTorch
        return (library, value) if library is not None else None


def _may_end(statement: ast.stmt) -> bool:
    """Whether a statement may end a run; calls named like those of wandb, other than `finish`, are not followed."""
    if not isinstance(statement, ast.Expr | ast.Assign):
        return isinstance(statement, (*WITHS, *_LOOPS, ast.If, ast.Try))
    call = _bare(statement.value)
    if not isinstance(call, ast.Call):
        return False
    word = getattr(call.func, "attr", "")
    return word == "finish" or word not in wandb_api.NAMES


def _list_entered(statement: ast.With | ast.AsyncWith, source: Source) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Each context manager of a `with` and what it is called, itself if nothing.

    Also what an `ExitStack` enters, and with None the calls that it makes at the end.
    """
    for item in statement.items:
        entered = item.optional_vars or item.context_expr
        yield item.context_expr, entered
        function = getattr(item.context_expr, "func", None)
        is_stack = (getattr(function, "attr", "") or getattr(function, "id", "")).endswith("ExitStack")
        for inner in statement.body if is_stack else ():
            call = _bare(inner.value) if isinstance(inner, ast.Expr | ast.Assign) else None
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or not call.args:
                continue
            if source.written(call.func.value) != source.written(entered):
                continue
            if call.func.attr in ("enter_context", "enter_async_context"):
                yield call.args[0], inner.targets[0] if isinstance(inner, ast.Assign) else call.args[0]
            elif call.func.attr == "callback":
                yield copy_place(ast.Call(call.args[0], call.args[1:], call.keywords), call), None


def _list_started(statement: ast.stmt, source: Source) -> _Ended:
    """The runs that a statement may make other ones: what it assigns to a name or attribute, the active run."""
    nodes = list(walk(statement))
    targets = (node for node in nodes if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store))
    is_init = any(isinstance(node, ast.Call) and written_name(node.func) == "wandb.init" for node in nodes)
    return dict.fromkeys([*(source.written(node) for node in targets), *["wandb.run"] * is_init], None)


def _is_bound_only_in(statement: ast.stmt, run: str, scope: Scope) -> bool:
    """Whether a name has its values from one statement alone."""
    lines = [getattr(binding.node, "lineno", 0) for binding in scope.bindings.get(run, ())]
    return bool(lines) and all(statement.lineno <= line <= (statement.end_lineno or 0) for line in lines)


def _name_tested(test: ast.expr, source: Source) -> str:
    """The run that a condition asks for, as it is written: `run`, `not run`, `run is not None`; else nothing."""
    if isinstance(test, ast.UnaryOp):
        test = test.operand
    elif isinstance(test, ast.Compare) and source.written(test).endswith((" is None", " is not None")):
        test = test.left
    return source.written(test) if isinstance(test, ast.Name | ast.Attribute) else ""


def _name_arguments(function: Function, call: ast.Call, source: Source) -> dict[str, str]:
    """The parameters of a function, each with what a call passes for it, as it is written."""
    node = function.scope.node
    parameters = [item.arg for item in node.args.args] if isinstance(node, FUNCTIONS) else []
    names: dict[str, str] = {}
    if function.receiver is not None and isinstance(call.func, ast.Attribute):
        names[parameters.pop(0) if parameters else ""] = source.written(call.func.value)
    given = arguments(call, tuple(parameters)).named
    return names | {name: source.written(node) for name, node in given.items()}


def _pair_items(value: ast.expr | None, target: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """What an assignment makes of what a function returns; of a tuple each item."""
    if isinstance(value, ast.Tuple) and isinstance(target, ast.Tuple):
        return list(zip(value.elts, target.elts, strict=False))
    return [(value, target)] if value is not None else []


def _rename(ended: _Ended, names: dict[str, str], block: Place | None = None) -> _Ended:
    """The runs that a function ends by the `names` they have outside of it; those of a `with` end with its block."""
    renamed: _Ended = {}
    for run, how in ended.items():
        starts = [name for name in names if name and f"{run}.".startswith(f"{name}.")]
        outer = [names[name] + run[len(name) :] for name in starts]
        active = [run] if run in (_EVERY, "wandb.run") else []  # which has one name everywhere
        renamed |= dict.fromkeys(outer + active, ("with", block) if block is not None and how is not None else how)
    return renamed


def _find_start(node: ast.stmt | ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _find_end(node: ast.stmt) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def find_last_before(numbers: Sequence[int], end: int) -> int:
    """The last of the numbers that is less than another one; -1 for none."""
    count = bisect_left(numbers, end)
    return numbers[count - 1] if count else -1


_NAMED = (*FUNCTIONS, ast.ClassDef)
_OUTERMOST = (*_NAMED, ast.Module)
_TESTED = (ast.If, ast.While)
_CONDITIONAL = (*_TESTED, ast.IfExp, ast.Assert)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
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
        self._broad: dict[int, ast.ExceptHandler | None] = {}
        self._failures: dict[int, int] = {}
        self._bound: dict[int, set[str]] = {}
        self.lifetimes = RunLifetime(module, resolver)
        self._loads: dict[int, dict[str, list[tuple[int, int]]]] = {}
        self._exits: dict[int, tuple[list[int], list[str]]] = {}
        self._definitions: dict[int, tuple[Container, ...]] = {}
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
        """What stands around a call.

        Args:
            use: the call.
            run: the receiver as it is written, for a method of a run: `run`, `self.run`, `wandb.run`.
        """
        statement = use.statement
        result_used = not (isinstance(statement, ast.Expr) and _bare(statement.value) is use.call)
        context = self.find_context(statement, result_used=result_used)
        ended = self.lifetimes.before(use, run, self.before) if run else None
        if run and ended is None and (other := self.lifetimes.find_other_name(use, run)) is not None:
            ended = self.lifetimes.before(use, other, self.before)
        if ended is not None:
            context = replace(context, ended=ended[0], ended_by=ended[1], called_by=ended[2])
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
        expected = handled = tried = False
        for parent, body, index in self._outwards(statement):
            guards += self._early_exits(body, index)
            if isinstance(parent, _TESTED):
                _, tests, count = self._chains.get(id(parent), (parent, [], 0))
                before = tests[max(count - MOST_EXITS, 0) : count]
                guards += [self.source.written(test) for test in (parent.test, *reversed(before))]
            elif isinstance(parent, ast.Try) and body is parent.body and not handled:
                clause = self._find_broad_clause(parent)
                tried = tried or bool(parent.handlers)
                expected = expected or any(map(_fails, parent.orelse[-1:])) or index < self._find_last_failure(body)
                if clause is not None and _denies(clause):
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
            denied_by=denied,
        )

    def _containers(self, statement: ast.stmt) -> tuple[Container, ...]:
        inner: list[Container] = []
        outer: tuple[Container, ...] = ()
        node: ast.AST = statement
        while home := self.homes.get(id(node)):
            node = self.owners.get(id(home[0]), home[0])
            if isinstance(node, _NAMED):
                outer = self._containers_inside(node)
                break
            if isinstance(node, ast.stmt) and not self._always(node, home[1]):
                whole = self.source.span(node)
                span = Span(home[1][0].lineno, 1, whole.end_line, whole.end_column)
                inner.append(Container("branch", "", span))
            node = self._find_first_arm(node)
        return (*outer, *reversed(inner))

    def _containers_inside(self, definition: _Definition) -> tuple[Container, ...]:
        """The containers of what is inside a function or class, which is the last of them."""
        known = self._definitions.get(id(definition))
        if known is None:
            kind: ContainerKind = "class" if isinstance(definition, ast.ClassDef) else "function"
            own = Container(kind, definition.name, self.source.span(definition))
            known = self._definitions[id(definition)] = (*self._containers(definition), own)
        return known

    @staticmethod
    def _always(statement: ast.stmt, body: list[ast.stmt]) -> bool:
        """Whether a body is begun whenever its statement is: that of a `with` or a `try`."""
        return isinstance(statement, WITHS) or (isinstance(statement, ast.Try) and body is statement.body)

    def before(self, statement: ast.stmt) -> Iterator[Stretch]:
        """The statements that have certainly been begun before `statement`, the nearest first, within its function."""
        left = MOST_STATEMENTS
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

    def _find_broad_clause(self, around: ast.Try) -> ast.ExceptHandler | None:
        """The clause of a `try` that catches a refused link."""
        if id(around) not in self._broad:
            self._broad[id(around)] = next(filter(_catches, around.handlers), None)
        return self._broad[id(around)]

    def _find_last_failure(self, body: list[ast.stmt]) -> int:
        """The number of the last statement of a body that says that the program is not meant to come there; -1."""
        if id(body) not in self._failures:
            failing = [index for index, statement in enumerate(body) if _fails(statement)]
            self._failures[id(body)] = failing[-1] if failing else -1
        return self._failures[id(body)]

    def _missed(self, statement: ast.stmt, around: ast.Try) -> bool:
        """Whether the failure may be seen after the `try`: by an `else`, also of its loop, or a name that it binds."""
        if around.orelse or isinstance(statement, ast.Return) or self._leaves_loop(around):
            return True
        bound = self._find_bound(around)
        nodes = [node for node, _, _ in self._outwards(statement)] if bound else []
        if not nodes:
            return False
        loads = self._find_loads(nodes[-1])
        start, end = (around.lineno, around.col_offset), (around.end_lineno or 0, around.end_col_offset or 0)
        return any(
            bisect_left(loads[name], end) - bisect_left(loads[name], start) < len(loads[name])
            for name in bound & loads.keys()
        )

    def _leaves_loop(self, around: ast.Try) -> bool:
        """Whether a `try` breaks out of its loop where nothing failed, and the loop has an `else` for the rest."""
        if not any(isinstance(node, ast.Break) for inner in around.body for node in walk(inner)):
            return False
        loops = (node for node, _, _ in self._outwards(around) if isinstance(node, (ast.For, ast.AsyncFor, ast.While)))
        loop = next(loops, None)
        return loop is not None and bool(loop.orelse) and not _silent(loop.orelse)

    def _find_bound(self, around: ast.Try) -> set[str]:
        """The names that the body of a `try` binds."""
        if id(around) not in self._bound:
            nodes = [node for inner in around.body for node in walk(inner) if isinstance(node, ast.Name)]
            self._bound[id(around)] = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
        return self._bound[id(around)]

    def _find_loads(self, function: ast.AST) -> dict[str, list[tuple[int, int]]]:
        """Where a function looks at each name, in order."""
        if id(function) not in self._loads:
            loads: dict[str, list[tuple[int, int]]] = {}
            for node in walk(function):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    loads.setdefault(node.id, []).append((node.lineno, node.col_offset))
            self._loads[id(function)] = {name: sorted(places) for name, places in loads.items()}
        return self._loads[id(function)]

    def _early_exits(self, body: list[ast.stmt], end: int) -> list[str]:
        """The conditions under which a body is left before its statement number `end`."""
        last = self._count_exits(body, end)
        return self._exits[id(body)][1][max(last - MOST_EXITS, 0) : last]

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
    return any(map(_is_broad, types))


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
