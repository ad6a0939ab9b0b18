"""What a name means at a place: its bindings, followed as far back as they can reach it."""

from __future__ import annotations

from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.aliases import find_set_member
from regilink_doctor.lint.resolve.bindings import (
    END,
    Binding,
    ClassOrObject,
    ProgramPoint,
    Scope,
    count_before,
    find_end,
    find_reaching,
)
from regilink_doctor.lint.resolve.conditions import apply_test, decide, is_excluded, narrow
from regilink_doctor.lint.resolve.context import Context, resolves, resolves_binding
from regilink_doctor.lint.resolve.values import (
    TOO_MUCH,
    UNKNOWN,
    BoundedValues,
    Computed,
    Function,
    Instance,
    Literal,
    Name,
    NonString,
    TreePath,
    Unknown,
    Value,
    add_values,
    are_full,
    bound_alternatives,
    is_empty,
    is_none,
    mark_unset,
    open_end,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import Changed, Updated, copy_place, walk, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.lint.resolve.bindings import Arm, Fork, Frame, Module

_NOT_FOUND = Unknown(reason="what it was before the loop, where that finds nothing")
_MOST_CALLS = 16
_ADDS = ("append", "extend", "add")
_DISPATCHES = ("singledispatch", "functools.singledispatch")
_MOST_BINDINGS = 32
"""Of a name in one statement; where there are more the name is unknown."""


@resolves(ast.Name)
def resolve_name(context: Context, node: ast.Name, at: ProgramPoint) -> Iterable[Value]:
    """A name in an expression."""
    if node.id == "__file__":
        return [TreePath(at.source.absolute_path)]
    return find_name(context, node.id, at)


def find_name(context: Context, name: str, at: ProgramPoint) -> Iterable[Value]:
    """What a name means at a place."""
    place = at
    while True:
        scope, frame = place.scope, place.frame
        # A class body is not seen from its methods.
        if name in scope.bindings and (scope is at.scope or scope.kind != "class"):
            values = _find_in_scope(context, name, place)
            if values:
                if scope.kind == "module":
                    values = _find_set_otherwise(context, name, values, scope)
                # What holds at the end of an outer function, or of the module, holds inside.
                if name in scope.guards:
                    values = _narrow_name(context, name, values, place)
                if scope is not at.scope and name in at.scope.guards:
                    values = _narrow_name(context, name, values, at)
                return values
            if scope is at.scope and scope.kind == "function":
                return [UNKNOWN]  # bound only later: in a loop, or not at all
        outer = frame.find_outer() if frame is not None and frame.scope is scope else None
        orders = _find_calls_between(context, name, scope, frame)
        if orders:
            home = _find_home(scope)
            return [value for order in orders for value in find_name(context, name, ProgramPoint(home, order, outer))]
        if scope.parent is None:
            break
        place = ProgramPoint(scope.parent, END, outer)  # from an inner function the outer one is seen as in the end
    return _find_starred(context, name, at.scope.module) or (UNKNOWN,)


def _narrow_name(context: Context, name: str, values: tuple[Value, ...], at: ProgramPoint) -> tuple[Value, ...]:
    """What conditions leave of the values of a name: a question of its own, as they have to do with other names."""
    key = ("narrowed", name, id(at.scope), at.order, at.frame)
    return context.answer_or_nothing(key, narrow, context, name, values, at)


def _find_set_otherwise(context: Context, name: str, values: tuple[Value, ...], scope: Scope) -> tuple[Value, ...]:
    """The values of a name of a module, with those that are set in other ways than by its bindings."""
    if scope.module is not context.module:
        values = (*values, *find_set_member(context, scope.module, name))
    stars = scope.bindings.get("*", ())
    if stars and stars[-1].order > scope.bindings[name][-1].order:
        values = _find_starred(context, name, scope.module) or values
    if any(isinstance(value, StringValue) for value in values):
        rewritten = context.keep(("rewritten", id(scope.module)), _find_rewritten, context, scope.module)
        if rewritten is None or name in rewritten:
            values = (*values, Unknown(reason="a name that exec or globals may set"))
    return values


def _find_rewritten(context: Context, module: Module) -> frozenset[str] | None:
    """The names that a file sets by `globals()["name"] = …`; None where that, or `exec`, may set any."""
    names: set[str] = set()
    for use in (*context.find_uses(module, "exec"), *context.find_uses(module, "update")):
        owner = getattr(use.call.func, "value", None)
        if isinstance(use.call.func, ast.Name) or (isinstance(owner, ast.Call) and _is_globals(owner)):
            return None
    for store in module.stores:
        if isinstance(store.target, ast.Subscript) and _is_globals(store.target.value):
            key = store.target.slice
            if not isinstance(key, ast.Constant):
                return None
            names.add(str(key.value))
    return frozenset(names)


def _is_globals(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "globals"


def _find_home(scope: Scope) -> Scope:
    """The function or module around a function or method."""
    parent = scope.parent or scope
    return parent.parent if parent.kind == "class" and parent.parent is not None else parent


def _find_calls_between(context: Context, name: str, scope: Scope, frame: Frame | None) -> list[int]:
    """Where a function is called by the code around it, if a name of that code gets another value later."""
    home = _find_home(scope)
    bindings = home.bindings.get(name, ())
    if scope.kind != "function" or len(bindings) < 2 or bindings[-1].scope is not None:
        return []
    caller = frame
    while caller is not None:
        if caller.at.scope is home:
            return [caller.at.order] if bindings[0].order < caller.at.order < bindings[-1].order else []
        caller = caller.at.frame
    uses = context.find_uses(scope.module, scope.name)
    orders = [use.order for use in uses]
    if len(orders) > _MOST_CALLS or any(use.scope is not home or use.order < bindings[0].order for use in uses):
        return []
    return orders if any(order < bindings[-1].order for order in orders) else []


def _find_starred(context: Context, name: str, module: Module) -> tuple[Value, ...]:
    """What `from module import *` has bound."""
    stars = module.scope.bindings.get("*")
    if stars is None or name.startswith("_"):
        return ()

    def find_last() -> Iterable[Value]:
        for binding in reversed(stars):
            values = list(context.binding(name, binding, module.scope.end))
            if any(value != UNKNOWN for value in values):
                return values
        return []

    return context.answer_or_nothing(("starred", name, id(module)), find_last)


def _find_in_scope(context: Context, name: str, at: ProgramPoint) -> tuple[Value, ...]:
    """What the bindings of one scope give a name at a place; nothing where none of them reaches it."""
    if context.is_deep:
        _prepare(context, name, at)
    return _answer_state(context, name, at)


def _answer_state(context: Context, name: str, at: ProgramPoint) -> tuple[Value, ...]:
    """The value of a name at a place, resolved once for all places where it is certainly the same."""
    scope, order = at.scope, at.order
    bindings = scope.bindings[name]
    count = count_before(bindings, order)
    loop = scope.find_loop(order) if scope.loops else None
    certain = _find_certain(scope, bindings[count - 1], order) if count else None
    if loop is not None and certain is not None and (loop.start == order or certain <= loop.start):
        certain = None  # what is before the loop comes in through its head
    place = at if certain is None else ProgramPoint(scope, certain, at.frame)
    key = ("name", name, id(scope), place.order, at.frame)
    return context.answer(key, _find_state, context, name, place, loop)


def _find_certain(scope: Scope, last: Binding, order: int) -> int | None:
    """Where the last statement before a place ends that may bind a name; None where that is not certain.

    The name has the same value there and at the place, unless a loop between them changes it.
    """
    if last.arm is not None:
        return find_end(last.arm, order)
    return None if scope.conditions and scope.conditions[0].start <= last.order else last.order + 1


def _prepare(context: Context, name: str, at: ProgramPoint) -> None:
    """Work out what a name is from the front on, where each value is likely to depend on the one before."""
    bindings = at.scope.bindings[name]
    prepared: list[int] = context.keep(("prepared", name, id(at.scope), at.frame), list, (0,))
    end = count_before(bindings, at.order)
    while prepared[0] < end:
        order = bindings[prepared[0]].order
        prepared[0] += 1
        _answer_state(context, name, ProgramPoint(at.scope, order, at.frame))


def _find_state(context: Context, name: str, at: ProgramPoint, loop: Arm | None) -> Sequence[Value]:
    """The value of a name at a place: that of its bindings in the last statement before, and what may pass that by.

    What may pass it by is the value before that statement, which is worked out once for all places after it.

    Args:
        context: of the file.
        name: what is asked for.
        at: right after that statement, if that is certainly the same place for the name.
        loop: the innermost loop around the place.
    """
    if loop is not None and at.order == loop.start:
        return _find_at_head(context, name, loop, at)
    bindings, fork, covered = find_reaching(at.scope.bindings[name], at.order)
    nearest = bindings[-1].order if bindings else fork.start if fork is not None else None
    if loop is not None and nearest is not None and nearest < loop.start:
        # What comes from before the loop comes in through its head.
        return _find_in_scope(context, name, ProgramPoint(at.scope, loop.start, at.frame))
    values: Sequence[Value] = ()
    if fork is not None:
        values = _find_passing(context, name, fork, covered, at)
        if are_full(values):
            return values
    for binding in bindings[:_MOST_BINDINGS]:
        place = ProgramPoint(at.scope, binding.order, at.frame)
        if not at.scope.conditions or not is_excluded(context, place, at.order):
            values = add_values(values, _find_named(context, name, binding, at))
    return [*values, Unknown(reason=TOO_MUCH)] if len(bindings) > _MOST_BINDINGS else values


def _find_passing(context: Context, name: str, fork: Fork, covered: set[int], at: ProgramPoint) -> Sequence[Value]:
    """What a name is that passes a statement by: as before it, under the condition on which it does."""
    before = ProgramPoint(at.scope, fork.start, at.frame)
    if fork.iterated is not None and _certainly_sets(context, name, fork, before):
        return []
    if fork.test is None:
        values: Sequence[Value] = _find_in_scope(context, name, before)
        for index, test in enumerate(fork.cases):
            if test is None or not _binds(fork, index, covered, at.order):
                break
            values = apply_test(context, test, False, name, values, before)
        if fork.kind == "call":
            return [mark_unset(value, name) if is_empty(value) else value for value in values]
        if fork.kind != "loop":
            return values
        # A loop looks for a value that is None before it, or builds one from an empty start. The program knows that
        # the loop succeeds, so the value from before the loop does not count.
        if any(_can_grow(value) for value in values) and _grows_in(context, name, fork, at):
            values = [value for value in values if not _can_grow(value)]
        return [_NOT_FOUND if is_none(value) or is_empty(value) else value for value in values]
    decided = decide(context, fork.test, before)
    passing = [
        holds
        for index, holds in enumerate((True, False))
        if decided in (None, holds) and not _binds(fork, index, covered, at.order)
    ]
    if not passing:
        return []
    values = _find_in_scope(context, name, before)
    if len(passing) > 1:
        return values
    values = apply_test(context, fork.test, passing[0], name, values, before)
    index = 0 if passing[0] else 1
    return _pass_through(context, name, fork.arms[index : index + 1], covered, values, at)


def is_set_by_call(module: Module, name: str) -> bool:
    """Whether a function sets or changes a name of the module."""
    return any(item.arm is not None and item.arm.fork.kind == "call" for item in module.scope.bindings.get(name, ()))


def _can_grow(value: Value) -> bool:
    return isinstance(value, StringValue) or (isinstance(value, Literal) and value.is_sequence)


def _grows_in(context: Context, name: str, loop: Fork, at: ProgramPoint) -> bool:
    """Whether a loop adds to the end of the string or list that a name has."""
    return any(
        _grows(name, binding) or (isinstance(binding.value, Changed) and binding.value.change in _ADDS)
        for binding in _find_turning(at.scope.bindings[name], loop.arms[0])
        if _depends_on_itself(context, name, binding)
    )


def _pass_through(
    context: Context, name: str, arms: list[Arm], covered: set[int], values: Sequence[Value], at: ProgramPoint
) -> Sequence[Value]:
    """The values of a name that remain where the program takes no `elif` of the arms that binds the name."""
    bindings = at.scope.bindings[name][:_MOST_BINDINGS]
    for arm in arms:
        inner = {
            id(item.arm.fork): item.arm.fork for item in bindings if item.arm is not None and item.arm.parent is arm
        }
        for fork in inner.values():
            passing = [index for index in (0, 1) if not _binds(fork, index, covered, at.order)]
            if fork.test is not None and len(passing) == 1 and fork.end <= at.order:
                place = ProgramPoint(at.scope, fork.start, at.frame)
                values = apply_test(context, fork.test, passing[0] == 0, name, values, place)
                arms += fork.arms[passing[0] :][:1]  # also looked at by this loop
    return values


def _certainly_sets(context: Context, name: str, fork: Fork, at: ProgramPoint) -> bool:
    """Whether a loop goes through a list that is not empty, and has the name as its target."""
    bindings = at.scope.bindings.get(name, ())
    index = count_before(bindings, fork.start)
    first = bindings[index] if index < len(bindings) else None
    if first is None or first.kind != "element" or first.arm is not fork.arms[0] or fork.iterated is None:
        return False
    return all(
        isinstance(value, Literal)
        and not value.may_be_empty
        and any(not isinstance(item, ast.Starred) for item in value.items)
        for value in context.value(fork.iterated, at)
    )


def _binds(fork: Fork, index: int, covered: set[int], order: int) -> bool:
    """Whether an arm of an `if` certainly binds, or never comes to a place; one that is not written does neither."""
    return index < len(fork.arms) and (id(fork.arms[index]) in covered or fork.arms[index].never_reaches(order))


def _find_at_head(context: Context, name: str, loop: Arm, at: ProgramPoint) -> list[Value]:
    """The value of a name where a loop begins its next turn: as before the loop, or as the last turn has left it."""
    before = _find_in_scope(context, name, ProgramPoint(at.scope, loop.fork.start, at.frame))
    values = list(before)
    grows = False
    for binding in _find_turning(at.scope.bindings[name], loop):
        if not _depends_on_itself(context, name, binding):
            values += _find_named(context, name, binding, at)
        elif isinstance(binding.value, Changed) and binding.value.change not in _ADDS:
            # `items.pop()` in each iteration: any of the items may remain.
            change = binding.value
            turned = context.keep(
                ("turned", id(change), at.frame, context.turn),
                lambda change=change: copy_place(Changed(Computed(tuple(before)), "turns", []), change),
            )
            values += context.value(turned, at)
        elif isinstance(binding.value, Updated) and _reads(context, name, binding.value.values[-1]):
            values.append(UNKNOWN)  # an item is made of the dictionary or list itself: `names[0] += suffix`
        elif any(isinstance(value, StringValue) for value in before):
            grows = grows or _grows(name, binding)
            values += [] if _grows(name, binding) else [UNKNOWN]
        elif any(isinstance(value, NonString) and isinstance(value.value, (int, float)) for value in before):
            values.append(UNKNOWN)  # a number that each iteration changes
    strings = [value for value in values if isinstance(value, StringValue)]
    if grows and strings:
        values = [value for value in values if not isinstance(value, StringValue)]
        values.append(open_end(strings, strings[0].place))
    return values


def _find_turning(bindings: list[Binding], loop: Arm) -> list[Binding]:
    """The bindings in a loop that can be the last one of a turn."""
    turning: list[Binding] = []
    order = loop.end - 1
    while order > loop.start and len(turning) <= _MOST_BINDINGS:
        found, fork, _ = find_reaching(bindings, order)
        turning += [binding for binding in found if binding.order > loop.start]
        if fork is None:
            break
        order = fork.start
    return turning[:_MOST_BINDINGS]


def _depends_on_itself(context: Context, name: str, binding: Binding) -> bool:
    return binding.kind == "augment" or (binding.value is not None and _reads(context, name, binding.value))


def _reads(context: Context, name: str, value: ast.expr) -> bool:
    """Whether a name is in an expression."""
    return name in context.keep(("names", id(value)), _list_names, value)


def _list_names(value: ast.expr) -> frozenset[str]:
    return frozenset([node.id for node in walk(value) if isinstance(node, ast.Name)])


def _grows(name: str, binding: Binding) -> bool:
    """Whether a binding adds to the end of the string that the name has."""
    if binding.kind == "augment":
        return isinstance(binding.node, ast.AugAssign) and isinstance(binding.node.op, ast.Add)
    first: ast.AST | None = binding.value
    while isinstance(first, ast.BinOp) and isinstance(first.op, (ast.Add, ast.Div)):
        first = first.left
    if isinstance(first, ast.JoinedStr) and first.values and isinstance(first.values[0], ast.FormattedValue):
        first = first.values[0].value
    return isinstance(first, ast.Name) and first.id == name and first is not binding.value


def _find_named(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Sequence[Value]:
    values = find_binding(context, name, binding, at.scope, at.frame)
    if not isinstance(values, BoundedValues):
        return [with_name(value, name) for value in values]
    # Many loops may go through one list. `values` is kept, or another object could get its identity.
    return context.keep(("named", id(values), name), _name_values, values, name)[1]


def _name_values(values: BoundedValues, name: str) -> tuple[BoundedValues, Sequence[Value]]:
    return values, bound_alternatives([with_name(value, name) for value in values])


def find_binding(
    context: Context, name: str, binding: Binding, scope: Scope, frame: Frame | None = None
) -> Iterable[Value]:
    """What one binding gives a name."""
    at = ProgramPoint(binding.scope or scope, binding.order, frame if binding.scope is None else None)
    if binding.annotation is None or not (binding.value is None or binding.kind == "parameter"):
        return context.binding(name, binding, at)
    instance = find_annotated(context, binding.annotation, at)
    # What a parameter is passed says more than its type.
    return [instance] if instance is not None and binding.kind != "parameter" else context.binding(name, binding, at)


@resolves_binding("class")
def bind_class(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """`class NAME`."""
    plain = ClassOrObject(at.scope.module.functions[id(binding.node)])
    return [plain] if binding.value is None else _find_decorated(context, plain, binding.value, at)


@resolves_binding("function")
def bind_function(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """`def NAME`."""
    plain = Function(at.scope.module.functions[id(binding.node)], outer=_find_maker(at))
    return [plain] if binding.value is None else _find_decorated(context, plain, binding.value, at)


def _find_decorated(
    context: Context, plain: Function | ClassOrObject, decorated: ast.expr, at: ProgramPoint
) -> list[Value]:
    """What decorators make of a function or class. Those of libraries are assumed to keep its values."""
    values = context.value(decorated, at)
    if written_name(plain.scope.decorators[-1]) in _DISPATCHES:
        return [UNKNOWN]
    return [
        plain if isinstance(value, (Instance, Name, Unknown)) or _passes_on(context, value, plain) else value
        for value in values
    ]


def find_changing_decorators(context: Context, scope: Scope) -> list[Function]:
    """The functions that decorators of the tree replace a function with, if they do more than call it."""
    bindings = scope.parent.bindings.get(scope.name, ()) if scope.parent is not None else ()
    binding = next((item for item in bindings if item.node is scope.node), None)
    if binding is None or binding.value is None or scope.parent is None:
        return []
    values = context.value(binding.value, ProgramPoint(scope.parent, binding.order))
    return [
        value for value in values if isinstance(value, Function) and not _passes_on(context, value, Function(scope))
    ]


def _passes_on(context: Context, value: Value, plain: Function | ClassOrObject) -> bool:
    """Whether a function calls another one with all its own arguments, and returns the result."""
    if not isinstance(value, Function):
        return isinstance(value, ClassOrObject) and value.scope is plain.scope
    if value.scope is plain.scope:
        return True
    return context.keep(("passes on", id(value.scope)), _forwards_arguments, context, value.scope)


def _forwards_arguments(context: Context, scope: Scope) -> bool:
    arguments = getattr(scope.node, "args", None)
    if not isinstance(arguments, ast.arguments):
        return False
    items = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    if any(len(scope.bindings[item.arg]) > 1 for item in items if item is not None):
        return False
    forwarded = {id(use.call) for use in context.find_uses_in(scope) if _is_forwarded(use.call, arguments)}
    results: list[ast.expr | None] = [returned.value for returned in scope.returns]
    for node in list(results):
        results += [binding.value for binding in scope.find_bindings(node)]
    results = [node.value if isinstance(node, ast.Await) else node for node in results]
    return bool(forwarded) and all(
        node is None or isinstance(node, ast.Name) or id(node) in forwarded or getattr(node, "value", ...) is None
        for node in results
    )


def _is_forwarded(call: ast.Call, arguments: ast.arguments) -> bool:
    """`function(self, *args, **kwargs)`: all arguments of a function, in the same order."""
    given = [written_name(item.value if isinstance(item, ast.Starred) else item) for item in call.args]
    named = {item.arg: written_name(item.value) for item in call.keywords}
    positional = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    vararg = [arguments.vararg.arg] if arguments.vararg is not None else []
    by_name: dict[str | None, str] = {item.arg: item.arg for item in arguments.kwonlyargs}
    if arguments.kwarg is not None:
        by_name[None] = arguments.kwarg.arg
    return isinstance(call.func, ast.Name) and given == [*positional, *vararg] and named == by_name


@resolves_binding("unknown")
def bind_unknown(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """What no source tells: `*args`, a caught exception, a part of a pattern."""
    return [UNKNOWN]


@resolves(ast.Lambda)
def resolve_lambda(context: Context, node: ast.Lambda, at: ProgramPoint) -> Iterable[Value]:
    """A function without a name."""
    return [Function(at.scope.module.functions[id(node)], outer=_find_maker(at))]


def _find_maker(at: ProgramPoint) -> Frame | None:
    """The call of the function that makes an inner one here."""
    return at.frame if at.frame is not None and at.frame.scope is at.scope and at.scope.kind == "function" else None


# Annotations


def find_annotated(context: Context, annotation: ast.expr, at: ProgramPoint) -> Value | None:
    """`run: wandb.Run`, also in quotes, `Optional[…]` or `… | None`; a class of the tree."""
    waiting = [annotation]
    for _ in range(_MOST_BINDINGS):
        if not waiting:
            return None
        node: ast.expr | None = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = _parse_quoted(context, node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            waiting += [node.right, node.left]
        elif isinstance(node, ast.Subscript):
            if (written_name(node.value) or "").endswith(("Optional", "Annotated")):
                waiting.append(node.slice)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            found = _find_type(context, node, at)
            if found is not None:
                return found
    return None


def _find_type(context: Context, node: ast.expr, at: ProgramPoint) -> Value | None:
    for value in context.value(node, at.scope.end):
        if isinstance(value, Name) and value.path in wandb_api.CLASSES:
            return Instance(value.path)
        if isinstance(value, Instance) and value.made_by is None:  # `run: wandb.run`
            return value
        if isinstance(value, ClassOrObject) and not value.instance and not value.scope.is_enum:
            return ClassOrObject(value.scope, instance=True)
    return None


def _parse_quoted(context: Context, text: str) -> ast.expr | None:
    def parse() -> ast.expr | None:
        try:
            return ast.parse_expression(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    return context.keep(("quoted", text), parse)
