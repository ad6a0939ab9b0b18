"""Whether a run has certainly ended before a call: by `finish()`, or with the `with` that it belongs to.

Functions and context managers of the tree are followed to their `finish()`. One inside an `if` ends nothing here,
unless that asks for the run itself, and what may be another run has not ended.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from regilink_doctor.core.records import cached_property
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.bindings import END, ClassOrObject, ProgramPoint
from regilink_doctor.lint.resolve.imports import find_imported_files
from regilink_doctor.lint.resolve.parameters import find_called_name
from regilink_doctor.lint.resolve.strings import make_method_call
from regilink_doctor.lint.resolve.values import Function, Instance, Unknown
from regilink_doctor.lint.sites.arguments import arguments
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import (
    FUNCTIONS,
    LOOPS,
    WITHS,
    copy_place,
    find_keyword,
    strip_await,
    walk,
    written_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from regilink_doctor.core.findings import Place
    from regilink_doctor.core.sites import End
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


_MOST_LEVELS, _MOST_CALLERS = 3, 8
"""How many callers outwards are looked at, and how many calls of each function."""

_WITHOUT_WANDB = ('"wandb": False', "'wandb': False", "wandb=False", "WANDB_DISABLED")
"""How a program keeps Ultralytics from using wandb."""

_ENDERS: dict[str, End] = {
    "train": "ultralytics",
    "end_training": "accelerate",
    "hyperparameter_search": "transformers",
}
"""Methods -> the library that finishes the active run in them."""

_LEAVES = (ast.Break, ast.Continue, ast.Return)

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
        self.resolver = resolver
        self._targets = module.targets
        self._uses = module.uses
        self._bodies: dict[int, _Body] = {}
        self._ended: dict[int, _Ended] = {}
        self._ended_by_turn: dict[int, _Ended] = {}
        self._ended_by_function: dict[tuple[int, int | None], _Ended] = {}
        self._ends_by_scope: dict[tuple[int, str], _FoundEnd | None] = {}
        text = self.source.text
        self._enders = {method: library for method, library in _ENDERS.items() if library in text}
        if any(word in text for word in _WITHOUT_WANDB):
            self._enders.pop("train", None)
        self._is_notebook = self.source.path.endswith(".ipynb")
        has_end = (
            any(word in text for word in ("with", "finish", "reinit", "teardown"))
            or self._is_notebook
            or bool(self._enders)
        )
        self._may_end = has_end or next(find_imported_files(module), None) is not None

    def find_end(self, use: Use, run: str, read_before: ReadBefore) -> _FoundEnd | None:
        """How and where the run of a call has certainly ended before it, or before a call of its function, and which.

        Args:
            use: the call.
            run: its receiver as it is written: `run`, `self.run`, `wandb.run`.
            read_before: gives the statements before a statement, see `CallContextReader.before`.
        """
        if not self._may_end:
            return None
        receiver = getattr(use.call.func, "value", None)
        if isinstance(receiver, ast.Call) and use.scope.module.source is self.source:  # `make_run().link_artifact(...)`
            how = self._read_call(receiver, [receiver], use.at).get(run)
            return (*how, None) if how is not None else None
        return self._find_end_by_names(use, run, read_before, _MOST_LEVELS)

    def _find_end_by_names(self, use: Use, run: str, read_before: ReadBefore, callers: int) -> _FoundEnd | None:
        """How the run has ended under this name, or under the one that it was made of."""
        end = self._find_end_by_name(use, run, read_before, callers)
        other = self._find_other_name(use.at, run) if end is None else None
        return self._find_end_by_name(use, other, read_before, callers) if other is not None else end

    def _find_end_by_name(self, use: Use, run: str, read_before: ReadBefore, callers: int) -> _FoundEnd | None:
        """How the run has ended under this name, seen from the call and from as many callers outwards."""
        if isinstance(use.scope.node, ast.Lambda) and find_called_name(self.resolver, use.scope):
            return self._find_end_before_callers(use.scope, run, read_before, callers) if callers else None
        for body, numbers, around in read_before(use.statement):
            turn = self._find_turn(body, numbers.stop, run, use)
            if turn >= numbers.start:
                return self._find_end_in(body[turn], run, use)
            if isinstance(around, WITHS) and (entered := self._find_entered(around, run, use)) is not None:
                run = entered
            elif isinstance(around, WITHS) and (run in self._find_ended(around, use) or self._is_bound_in(around, run)):
                return None
            if around is not None and self._is_bound_between(_find_start(around), _find_start(around.body[0]), run):
                return None  # `if run := wandb.init():`, `for run in runs:`
            if isinstance(around, LOOPS) and body is around.body:
                how = self._find_end_in_turn(around, run, use)
                if how is not None:
                    return how
        return self._find_end_before_callers(use.scope, run, read_before, callers) if callers else None

    def _find_entered(self, statement: ast.With | ast.AsyncWith, run: str, use: Use) -> str | None:
        """The name of a run of wandb that a `with run:`, or `with run as name:`, goes on with, and does not start."""
        for item in statement.items:
            name = item.context_expr if item.optional_vars is None else item.optional_vars
            if not isinstance(item.context_expr, ast.Name | ast.Attribute) or self.source.written(name) != run:
                continue
            values = self.resolver.value(item.context_expr, self._find_point(statement, use))
            is_bound = self._is_bound_between(_find_start(statement.body[0]), _find_end(statement), run)
            if not is_bound and values and all(isinstance(value, Instance) for value in values):
                return self.source.written(item.context_expr)
        return None

    def _find_end_in_turn(self, loop: ast.For | ast.AsyncFor | ast.While, run: str, use: Use) -> _FoundEnd | None:
        """How a turn of a loop ends a run that was started before the loop: the next turn no longer has it."""
        if id(loop) not in self._ended_by_turn:
            is_left = any(isinstance(node, _LEAVES) for node in walk(loop))
            ended = {} if is_left else self._read_body(loop.body, self._find_point(loop, use))
            if "init" in self.source.written(loop):  # then another run may be active, or the attribute another run
                ended = {name: how for name, how in ended.items() if "." not in name and name != _EVERY}
            # What is called under a condition may start another one: `if fold: self.start()`.
            inner = [node for item in loop.body if hasattr(item, "body") for node in walk(item)] if ended else []
            methods = [node.func for node in inner if isinstance(node, ast.Call)]
            called = {written_name(item.value) for item in methods if isinstance(item, ast.Attribute)}
            self._ended_by_turn[id(loop)] = {
                name: how for name, how in ended.items() if "." not in name or name.partition(".")[0] not in called
            }
        ended = self._ended_by_turn[id(loop)]
        how = _find_how(run, ended)
        start, end = _find_start(loop), _find_end(loop)
        if (
            how is None
            or run in self._global_names
            or any(self._is_bound_between(start, end, name) for name in (run, run.partition(".")[0]))
        ):
            return None
        return "turn", how[1], None

    def _find_other_name(self, at: ProgramPoint, run: str) -> str | None:
        """What a name of a run was made of, if both are the same run at a place.

        `run` after `logger = run`, and of `trainer.run` after `trainer = Trainer(run)`.
        """
        root, _, attribute = run.partition(".")
        bindings = at.scope.bindings.get(run, ()) or at.scope.bindings.get(root, ())
        if len(bindings) != 1 or bindings[0].kind != "value" or bindings[0].arm is not None:
            return None
        binding = bindings[0]
        other = written_name(binding.value) if isinstance(binding.value, ast.Name | ast.Attribute) else None
        if other is not None and run not in at.scope.bindings:
            other = f"{other}.{attribute}"
        if isinstance(binding.value, ast.Call) and attribute:
            other = self._find_constructed(binding.value, attribute, ProgramPoint(at.scope, binding.order, at.frame))
        if other is None or binding.order > at.order or at.scope.binds_between(other, binding.order, at.order):
            return None
        return other

    def _find_constructed(self, call: ast.Call, attribute: str, at: ProgramPoint) -> str | None:
        """What a call of a class passes for an attribute that `__init__` sets once, as it is written."""
        values = self.resolver.value(call.func, at)
        owner = values[0].scope if len(values) == 1 and isinstance(values[0], ClassOrObject) else None
        assigned = owner.attributes.get(attribute, ()) if owner is not None else ()
        if len(assigned) != 1 or assigned[0][1].name != "__init__":
            return None
        value, scope, _ = assigned[0]
        parameters = [item.arg for item in scope.node.args.args[1:]] if isinstance(scope.node, FUNCTIONS) else []
        given = arguments(call, tuple(parameters)).named.get(written_name(value) or "")
        return written_name(given) if given is not None else None

    def _find_end_before_callers(
        self, scope: Scope, run: str, read_before: ReadBefore, callers: int
    ) -> _FoundEnd | None:
        """How the run of a function has ended before one of the calls of the function in the file."""
        key = id(scope), run
        if key not in self._ends_by_scope:
            self._ends_by_scope[key] = None  # of a function that calls itself
            for caller in self.resolver.find_uses(scope.module, find_called_name(self.resolver, scope))[:_MOST_CALLERS]:
                outer = self.find_name_in_caller(caller, scope, run)
                ended = self._find_end_by_names(caller, outer, read_before, callers - 1) if outer else None
                if ended is not None:
                    self._ends_by_scope[key] = (*ended[:2], self.source.place(caller.call))
                    break
        return self._ends_by_scope[key]

    def find_name_in_caller(self, caller: Use, scope: Scope, run: str) -> str:
        """What a call of a function passes as a run of the function, as it is written; empty where that is not seen."""
        function = self._find_function(caller.call.func, caller.at)
        if function is None or function.scope is not scope:
            return ""
        names = _name_arguments(function, caller.call, caller.at.source)
        root, _, attribute = run.partition(".")
        receiver = getattr(caller.call.func, "value", None)
        if isinstance(receiver, ast.Call) and function.receiver is not None and root == scope.first_parameter:
            return self._find_constructed(receiver, attribute, caller.at) or ""
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

    def _find_end_in(self, statement: ast.stmt, run: str, use: Use) -> _FoundEnd | None:
        """How the run has ended in a statement; None where it goes on, or is another one from there on."""
        ended = self._find_ended(statement, use)
        how = _find_how(run, ended)
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
    def _global_names(self) -> set[str]:
        """The names that a function of the file binds for the module."""
        return {name for use in self._uses for name in use.scope.global_names}

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
            if isinstance(statement.test, ast.Constant):
                return body if statement.test.value else other
            return _end_in_both(body, other) | {run: how for run, how in body.items() if tested in (run, f"{run}.run")}
        if isinstance(statement, LOOPS):  # the last turn has ended what no other statement has started
            is_left = any(isinstance(node, ast.Break | ast.Continue) for node in walk(statement))
            body = {} if is_left else self._read_body(statement.body, at)
            return {run: how for run, how in body.items() if _is_bound_only_in(statement, run, at.scope)}
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        call = strip_await(statement.value) if isinstance(statement, ast.Expr | ast.Assign) else None
        return self._read_call(call, targets, at) if isinstance(call, ast.Call) else {}

    def _read_call(self, call: ast.Call, targets: list[ast.expr], at: ProgramPoint) -> _Ended:
        """The runs that a call certainly ends, of `targets = call` also what the function returns."""
        if written_name(call.func) == "wandb.init":
            return self._read_init(call, targets, at)
        function = self._find_function(call.func, at)
        if function is not None and not function.scope.yields:
            names = _name_arguments(function, call, at.source)
            for item in function.scope.returns if targets else ():
                for returned, target in _pair_items(item.value, targets[0]):
                    names[function.scope.module.source.written(returned)] = at.source.written(target)
            ended = self._read_function(function, call, at)
            return _rename(ended, {**_list_shared(ended, function, at), **names})
        if written_name(call.func) == "wandb.teardown":
            return {_EVERY: ("teardown", at.source.place(call))}
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "finish":
            return {}
        run = at.source.written(call.func.value)
        runs = [run, self._find_other_name(at, run)]
        how: tuple[End, Place] = ("finish", at.source.place(call))
        return dict.fromkeys([*filter(None, runs), *[_EVERY] * ("wandb.run" in runs)], how)

    def _read_init(self, call: ast.Call, targets: Sequence[ast.expr], at: ProgramPoint) -> _Ended:
        """The runs that a `wandb.init` finishes: all others, in a notebook and with `reinit`."""
        reinit = find_keyword(call, "reinit")
        value = reinit.value if isinstance(reinit, ast.Constant) else "default" if reinit is None else ""
        if value not in (True, "finish_previous") and not (value == "default" and self._is_notebook):
            return {}
        started = dict.fromkeys(["wandb.run", *map(at.source.written, targets)], None)
        return {_EVERY: ("init", at.source.place(call)), **started}

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
        value = self.resolver.find_only(called, at)
        return value if isinstance(value, Function) else None

    def _leave(self, context: ast.expr, entered: ast.expr, at: ProgramPoint) -> _Ended:
        """The runs that a `with context as entered` ends; by "context" that of a context manager which is not known."""
        source = at.source
        written, name = source.written(context), source.written(entered)
        place = source.place(context)
        if written.startswith("wandb.init("):
            # The active run is the one that was started last, whatever the `with` calls it.
            others = self._read_init(context, [], at) if isinstance(context, ast.Call) else {}
            return {**others, name: ("with", place), "wandb.run": ("with", place)}
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
        if all(isinstance(value, Instance) for value in values):
            return dict.fromkeys([name, written], ("with", place))
        return {name: ("with" if context is entered else "context", place)}

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
        if library == "ultralytics" and find_keyword(value, "data") is None:
            return None  # `train()` alone is that of a module of PyTorch
        return (library, value) if library is not None else None


def _may_end(statement: ast.stmt) -> bool:
    """Whether a statement may end a run; calls named like those of wandb, other than `finish`, are not followed."""
    if not isinstance(statement, ast.Expr | ast.Assign):
        return isinstance(statement, (*WITHS, *LOOPS, ast.If, ast.Try))
    call = strip_await(statement.value)
    if not isinstance(call, ast.Call):
        return False
    word = getattr(call.func, "attr", "")
    return word in ("finish", "init") or word not in wandb_api.NAMES


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
            call = strip_await(inner.value) if isinstance(inner, ast.Expr | ast.Assign) else None
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
    parameters = [item.arg for item in node.args.args] if isinstance(node, (*FUNCTIONS, ast.Lambda)) else []
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


def _list_shared(ended: _Ended, function: Function, at: ProgramPoint) -> dict[str, str]:
    """The names that mean the same in a function and where it is called: of the module, or of what is around it."""
    scope = function.scope
    if scope.module is not at.scope.module:
        return {}
    is_around = at.scope.kind == "module" or scope.parent is at.scope
    roots = {run.partition(".")[0] for run in ended} - scope.bindings.keys()
    return {root: root for root in roots if is_around or root not in at.scope.bindings}


def _end_in_both(first: _Ended, second: _Ended) -> _Ended:
    """The runs that two arms end; None for one that is another run after one of them."""
    runs = [run for run in {**first, **second} if all({run, _EVERY} & ended.keys() for ended in (first, second))]
    ends = {run: (_find_how(run, first), _find_how(run, second)) for run in runs}
    return {run: None if None in both else both[0] for run, both in ends.items()}


def _find_how(run: str, ended: _Ended) -> tuple[End, Place] | None:
    """How a run has ended; None where it goes on, or is another one."""
    return ended.get(run, ended.get(_EVERY))


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
