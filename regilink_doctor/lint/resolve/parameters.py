"""What the parameters of functions and the fields of classes are: what their callers give, else their defaults.

The command line is a caller, too: `argparse` and `click` keep their defaults where the arguments are declared.
"""

from __future__ import annotations

from itertools import count

from regilink_doctor.core.records import group_pairs
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve import libraries, wandb_api
from regilink_doctor.lint.resolve.bindings import ClassOrObject, Frame, ProgramPoint, Scope
from regilink_doctor.lint.resolve.containers import find_by_key
from regilink_doctor.lint.resolve.context import Context, resolves_binding
from regilink_doctor.lint.resolve.imports import find_modules_with
from regilink_doctor.lint.resolve.module_files import find_importers
from regilink_doctor.lint.resolve.names import find_annotated, find_binding, find_changing_decorators
from regilink_doctor.lint.resolve.options import find_click_values, find_option, find_started_values
from regilink_doctor.lint.resolve.program_commands import choose_by_function, choose_command
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    TOO_MUCH,
    UNKNOWN,
    Arguments,
    Computed,
    Function,
    Instance,
    Literal,
    Loaded,
    Member,
    Name,
    NonString,
    TreePath,
    Unknown,
    Value,
    hold,
    is_configuration,
    is_mapping,
    is_none,
    mark_default,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, find_keyword, last_word, list_parameters, walk, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.lint.resolve.bindings import Binding, Module, Use

_MOST_CALLERS = 16
_MOST_HEIRS = 4
_MOST_BASES = 8
_LEFT_OUT = NonString("left out")
_VALIDATORS = ("field_validator", "validator")


@resolves_binding("parameter")
def bind_parameter(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """What a parameter is: in a call that is known, else in all calls of the file, else its default."""
    scope, frame = at.scope, at.frame
    if name == scope.first_parameter and scope.owner is not None and not scope.is_decorated("staticmethod"):
        return _find_receivers(context, scope, scope.owner, frame)
    if name == scope.first_parameter and (passed := libraries.find_passed(context, scope)) is not None:
        return passed
    if "marimo" in scope.module.imports and scope.is_decorated("cell"):
        return _find_in_cells(context, scope.module, name)
    values = [
        choose_by_function(context, value, scope) if isinstance(value, Arguments) else value
        for value in _find_passed_values(context, name, binding, at)
    ]
    instance = find_annotated(context, binding.annotation, at) if binding.annotation is not None else None
    if instance is None:
        return values
    return [instance if isinstance(value, Unknown) or is_none(value) else value for value in values]


@resolves_binding("keywords", "positionals")
def bind_rest(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """What `**name` or `*name` is: the keywords, or positional arguments, of a call that no parameter takes."""
    hold_rest = _hold_keywords if binding.kind == "keywords" else _hold_positionals
    callers, _ = _list_callers(context, at)
    return [Literal(hold_rest(context, at.scope, caller), caller.at) for caller in callers] or [UNKNOWN]


def _list_callers(context: Context, at: ProgramPoint) -> tuple[list[Frame], bool]:
    """The call that a place is looked at in, else all that are found, and whether those are in other files."""
    scope, frame = at.scope, at.frame
    if frame is not None and frame.scope is scope:
        return [frame], False
    if callers := _find_callers(context, scope) or _find_described_callers(context, scope):
        return list(context.take_turn(scope, callers)), False
    return context.keep(("outside", id(scope)), lambda: list(_find_outside_callers(context, scope))), True


def _hold_positionals(context: Context, scope: Scope, caller: Frame) -> ast.Tuple:
    arguments = getattr(scope.node, "args", None)
    named = len(_name_positional(arguments, _is_bound(scope, caller))) if isinstance(arguments, ast.arguments) else 0
    items = caller.call.args[min(named, _find_starred(caller.call)) :]
    return context.keep(("positionals of", id(scope), id(caller.call)), lambda: ast.Tuple(items, ast.Load()))


def _hold_keywords(context: Context, scope: Scope, caller: Frame) -> ast.Dict:
    arguments = getattr(scope.node, "args", None)
    named = list_parameters(arguments) if isinstance(arguments, ast.arguments) else []

    def make_display() -> ast.Dict:
        rest = [item for item in caller.call.keywords if item.arg not in named]
        keys: list[ast.expr | None] = [
            copy_place(ast.Constant(item.arg), item) if item.arg is not None else None for item in rest
        ]
        return ast.Dict(keys, [item.value for item in rest])

    return context.keep(("keywords of", id(scope), id(caller.call)), make_display)


def _find_passed_values(context: Context, name: str, binding: Binding, at: ProgramPoint) -> list[Value]:
    scope = at.scope
    callers, are_outside = _list_callers(context, at)
    is_known = callers[:1] == [at.frame]
    values: list[Value] = []
    is_command = scope.is_decorated("command", "callback") or (not is_known and libraries.is_started(context, scope))
    is_left_out = not callers or (is_command and not is_known)
    for caller in callers:
        given = _find_given(context, scope, caller, name)
        is_left_out = is_left_out or given is None or _LEFT_OUT in given
        passed = _drop_left_out(given or ())
        values += [_pass_from_outside(value, name) for value in passed] if are_outside else passed
    if is_left_out:
        values += _find_default(context, binding, scope, is_only=are_outside, is_command=is_command)
    if not is_known and len(context.find_uses(scope.module, find_called_name(context, scope))) > _MOST_CALLERS:
        values.append(Unknown(reason=TOO_MUCH))
    return values


def _drop_left_out(values: Iterable[Value]) -> list[Value]:
    return [value for value in values if value != _LEFT_OUT]


def _unset_parameter(name: str) -> Value:
    return Unknown(reason=f"the parameter {name}, which no call in this file sets")


def enter_init(context: Context, method: Scope, made: Frame | None) -> Frame | None:
    """The frame of `__init__` for the call that makes the object."""
    return context.frame(method, made.call, made.at) if made is not None else None


def find_field(context: Context, owner: ClassOrObject, scope: Scope, name: str) -> list[Value] | None:
    """What a field of a dataclass, model or NamedTuple is given when an object is made; None: not given."""
    if "__init__" in scope.bindings or not scope.has_field(name):
        return None
    if name not in _index_fields(context, owner.scope):
        return None
    given = _find_given_field(context, owner, scope, name)
    given = libraries.find_field(context, owner, scope, name, given)
    return _convert_field(context, scope, name, given) if given is not None else None


def _convert_field(context: Context, scope: Scope, name: str, given: list[Value]) -> list[Value]:
    """What a validator of pydantic, or a converter of attrs, makes of the value of a field."""
    at = scope.module.scope.end
    declared = scope.bindings[name][0].value
    converters = [item.value for item in getattr(declared, "keywords", ()) if item.arg == "converter"]
    validators = context.keep(("validators", id(scope)), _list_validators, scope).get(name, ())
    converters += [Computed((Function(validator, ClassOrObject(scope)),)) for validator in validators]
    for converter in converters:
        held = hold(scope.node, *given)  # type: ignore[arg-type]
        call = copy_place(ast.Call(converter, [held], []), held)
        given = list(context.value(context.keep(("converted", id(scope), name, tuple(given)), lambda: call), at))  # noqa: B023
    return given


def _list_validators(scope: Scope) -> dict[str, list[Scope]]:
    """The validators of a class, by field: methods with `@field_validator("name")` and the like."""
    last = [bindings[-1] for bindings in scope.bindings.values()]
    methods = [scope.module.functions[id(binding.node)] for binding in last if binding.kind == "function"]
    return group_pairs(
        (str(getattr(item, "value", "")), method)
        for method in methods
        for call in method.decorators
        if isinstance(call, ast.Call) and last_word(call.func) in _VALIDATORS
        for item in call.args
    )


def _find_given_field(context: Context, owner: ClassOrObject, scope: Scope, name: str) -> list[Value] | None:
    indexes = _index_positional_fields(context, owner.scope)
    if owner.made is not None:
        found = _find_argument(context, owner.made.call, indexes, name, owner.made.at)
        for alias in libraries.find_aliases(context, scope, name) if found is None else ():
            found = found or _find_argument(context, owner.made.call, {}, alias, owner.made.at)
        return _complete_field(context, scope, name, found)
    values: list[Value] = []
    for use in context.find_uses(scope.module, scope.name)[:_MOST_CALLERS]:
        if ClassOrObject(scope) in context.value(use.call.func, use.at):
            values += _find_argument(context, use.call, indexes, name, use.at) or ()
    return _complete_field(context, scope, name, values or None)


def _complete_field(context: Context, scope: Scope, name: str, given: list[Value] | None) -> list[Value] | None:
    """The values that a call passes for a field, and its default where the call may leave it out."""
    if given is None or _LEFT_OUT not in given:
        return given
    return [*_drop_left_out(given), *find_binding(context, name, scope.bindings[name][-1], scope)]


def _index_fields(context: Context, owner: Scope) -> dict[str, int]:
    return context.keep(("fields", id(owner)), lambda: _number_fields(list(find_lineage(context, owner))))


def _index_positional_fields(context: Context, owner: Scope) -> dict[str, int]:
    numbers = _index_fields(context, owner)
    key = ("positional fields", id(owner))
    return context.keep(key, lambda: {field: number for field, number in numbers.items() if number >= 0})


def _number_fields(lineage: Sequence[Scope]) -> dict[str, int]:
    """The number of each field among the positional arguments of a class, -1 for one that can only be passed by name.

    Those of its bases come first. A field that no call passes, `ClassVar` or `init=False`, is left out.
    """
    names: dict[str, bool] = {}
    for scope in reversed(lineage):
        is_named = _get_flag(next(iter(scope.decorators), None), "kw_only") is True
        for name, binding in scope.fields.items():
            annotation = binding.annotation
            word = last_word(annotation.value if isinstance(annotation, ast.Subscript) else annotation)  # type: ignore[arg-type]
            if word == "ClassVar" or _get_flag(binding.value, "init") is False:
                continue
            if word == "KW_ONLY":
                is_named = True
            elif name not in names or scope is not lineage[-1]:
                flag = _get_flag(binding.value, "kw_only")
                names[name] = is_named if flag is None else flag
    numbers = count()
    return {name: -1 if is_by_name else next(numbers) for name, is_by_name in names.items()}


def _get_flag(node: ast.expr | None, name: str) -> bool | None:
    """A keyword of a call that is True or False: `field(init=False)`."""
    value = find_keyword(node, name) if isinstance(node, ast.Call) else None
    return bool(value.value) if isinstance(value, ast.Constant) else None


# Classes


def find_lineage(context: Context, scope: Scope) -> Iterable[Scope]:
    """A class and its bases, as far as they are in the tree."""
    waiting, seen = [scope], {id(scope)}
    while waiting and len(seen) <= _MOST_BASES:
        scope = waiting.pop(0)
        yield scope
        for base in scope.bases:
            for value in context.value(base, (scope.parent or scope).end):
                if isinstance(value, ClassOrObject) and id(value.scope) not in seen:
                    seen.add(id(value.scope))
                    waiting.append(value.scope)


# Callers


def _find_receivers(context: Context, scope: Scope, owner: Scope, frame: Frame | None) -> list[Value]:
    """What `self` or `cls` is: in a call that is known its receiver, else the class and its heirs in the file."""
    is_instance = not scope.is_decorated("classmethod")
    receiver = frame.receiver if frame is not None and frame.scope is scope else None
    if is_instance and receiver is not None and receiver.instance:
        return [receiver]
    classes, known = [owner], list[Value]()
    for item in classes:
        heirs = [heir for heir in _find_heirs(context, item) if scope.name not in heir.bindings and heir not in classes]
        # A class that the file makes no object of is only what its heirs have in common.
        if not (is_instance and heirs) or _may_be_made(context, item):
            known.append(ClassOrObject(item, instance=is_instance))
        classes += heirs[: _MOST_HEIRS + 2]  # also looked at by this loop
        if len(known) > _MOST_HEIRS + 1 or len(classes) > _MOST_CALLERS:
            return [*known[: _MOST_HEIRS + 1], Unknown(reason=TOO_MUCH)]
    return known


def _find_heirs(context: Context, owner: Scope) -> list[Scope]:
    """The classes of the file that name a class as their base."""
    by_base = context.keep(("heirs", id(owner.module)), _index_heirs, owner.module)
    return by_base.get(owner.name, [])


def is_overridden(context: Context, owner: Scope, name: str) -> bool:
    """Whether each class that has this one as its base, in its file or one that imports it, sets an attribute itself.

    It does not count where the file makes an object of the class itself.
    """
    if _may_be_made(context, owner):
        return False
    heirs = _find_heirs(context, owner) or context.keep(
        ("heirs outside", id(owner)), _find_outside_heirs, context, owner
    )
    return bool(heirs) and all(name in heir.bindings or name in heir.attributes for heir in heirs)


def _may_be_made(context: Context, owner: Scope) -> bool:
    """Whether the file makes objects of a class, or may do so under another name."""
    passed = context.keep(("passed", id(owner.module)), _list_passed, owner.module)
    return owner.name in passed or bool(context.find_uses(owner.module, owner.name))


def _list_passed(module: Module) -> frozenset[str]:
    """The names in what a module gives a name to, loops over or passes to a call that does not only ask for a class."""
    given: list[object] = [binding.value for _, _, binding in module.iterate_bindings()]
    for use in module.uses:
        given += use.call.args if last_word(use.call.func) not in ("isinstance", "issubclass", "super") else ()
    expressions = [value for value in given if isinstance(value, ast.expr)]
    return frozenset(node.id for value in expressions for node in walk(value) if isinstance(node, ast.Name))


def _find_outside_heirs(context: Context, owner: Scope) -> list[Scope]:
    heirs: list[Scope] = []
    if owner.parent is None or owner.parent.kind != "module" or not _may_link(context):
        return heirs
    for module in find_modules_with(context, find_importers(owner.module.source.absolute_path), owner.name):
        by_base = context.keep(("heirs", id(module)), _index_heirs, module)
        heirs += [heir for base in by_base if base.rpartition(".")[2] == owner.name for heir in by_base[base]]
    return heirs


def _index_heirs(module: Module) -> dict[str, list[Scope]]:
    return group_pairs((written_name(base) or "", scope) for scope in module.functions.values() for base in scope.bases)


def find_called_name(context: Context, scope: Scope) -> str:
    """The name that a function is called by; of a lambda the first one that it is bound to."""
    home = scope.parent
    if isinstance(scope.node, ast.Lambda) and home is not None:
        names = context.keep(("lambdas", id(home)), _name_lambdas, home)
        return names.get(id(scope.node), "")
    return scope.called_name


def _name_lambdas(home: Scope) -> dict[int, str]:
    """The first name of each lambda that a scope binds, by the identity of its node."""
    names: dict[int, str] = {}
    for name, bindings in home.bindings.items():
        for binding in bindings:
            if isinstance(binding.value, ast.Lambda):
                names.setdefault(id(binding.value), name)
    return names


def _find_callers(context: Context, scope: Scope) -> list[Frame]:
    """The calls of a function in its own file, by its name or by way of a table; of a class for its `__init__`."""
    if scope.decorators and (wrappers := find_changing_decorators(context, scope)):
        return [frame for wrapper in wrappers for frame in _find_wrapping_callers(context, scope, wrapper)]
    return [*_find_named_callers(context, scope), *_find_dispatched_callers(context, scope)]


def _find_named_callers(context: Context, scope: Scope) -> Iterator[Frame]:
    uses = context.find_uses(scope.module, find_called_name(context, scope))[:_MOST_CALLERS]
    if scope.name == "__init__" and _find_heirs(context, scope.owner or scope):
        uses = [*uses, *context.find_uses(scope.module, "__init__")[:_MOST_CALLERS]]  # `super().__init__(…)`
    for use in uses:
        if use.scope is not scope:  # not a call of itself
            yield from _enter_called(context, use, scope)


def _enter_called(context: Context, use: Use, scope: Scope) -> Iterator[Frame]:
    """The call of a function that `use` may be."""
    for callee in context.value(use.call.func, use.at):
        if isinstance(callee, Function) and callee.scope is scope:
            yield context.frame(scope, use.call, use.at, callee.receiver, callee.outer)
        elif isinstance(callee, ClassOrObject) and callee.scope is scope.owner and not callee.instance:
            yield context.frame(scope, use.call, use.at)


def _find_wrapping_callers(context: Context, scope: Scope, wrapper: Function) -> Iterator[Frame]:
    """The calls of a function by its decorator's replacement, for each call of the replacement."""
    frames = [
        context.frame(wrapper.scope, use.call, use.at, outer=wrapper.outer)
        for use in context.find_uses(scope.module, scope.name)[:_MOST_CALLERS]
        if any(value == wrapper for value in context.value(use.call.func, use.at))
    ]
    for use in context.find_uses_in(wrapper.scope):
        if isinstance(use.call.func, ast.Name):
            for frame in frames:
                at = ProgramPoint(use.scope, use.order, frame)
                if any(
                    isinstance(value, Function) and value.scope is scope for value in context.value(use.call.func, at)
                ):
                    yield context.frame(scope, use.call, at)


def _find_dispatched_callers(context: Context, scope: Scope) -> Iterator[Frame]:
    """The calls of a function by way of a table of functions, or of `set_defaults(func=function)` of argparse."""
    if scope.parent is None or scope.parent.kind != "module":
        return
    for use in context.keep(("dispatches", id(scope.module)), _list_dispatches, context, scope.module):
        yield from _enter_called(context, use, scope)


def _list_dispatches(context: Context, module: Module) -> list[Use]:
    """Calls of items of tables, and of attributes that `set_defaults` gives."""
    names = {item.arg for use in context.find_uses(module, "set_defaults") for item in use.call.keywords}
    found: list[Use] = []
    for use in module.uses:
        function = use.call.func
        is_item = isinstance(function, ast.Subscript) and isinstance(function.value, ast.Name)
        if is_item or (isinstance(function, ast.Attribute) and function.attr in names):
            found.append(use)
    return found[:_MOST_CALLERS]


def _find_outside_callers(context: Context, scope: Scope) -> Iterator[Frame]:
    """The calls of a function in the files that import its own; for files that link, fetch or look for registries."""
    if scope.parent is None or scope.parent.kind == "function" or not _may_link(context):
        return
    name = find_called_name(context, scope)
    importers = find_importers(scope.module.source.absolute_path) if name else ()
    for module in find_modules_with(context, importers, name):
        for use in context.find_uses(module, name)[:_MOST_CALLERS]:
            yield from _enter_called(context, use, scope)


def _may_link(context: Context) -> bool:
    marks = (*wandb_api.USE_MARKS, *wandb_api.REGISTRY_MARKS)
    return context.links_elsewhere or context.keep(
        ("links",), lambda: any(mark in context.source.text for mark in marks)
    )


def _pass_from_outside(value: Value, name: str) -> Value:
    """What another file passes for a parameter: data as it is, of runs and artifacts only the class.

    Which call made them matters in that file.
    """
    if isinstance(value, (StringValue, Literal, Loaded, ClassOrObject, Arguments, Member, TreePath)):
        return value
    if isinstance(value, Instance) and value.type.lower().startswith("wandb"):
        return Instance(value.type, is_active=value.is_active)
    return value if value == Name("wandb") else _unset_parameter(name)


def _find_described_callers(context: Context, scope: Scope) -> list[Frame]:
    """The calls of a function that configuration files describe, as `function(**table)`."""

    def describe() -> list[Frame]:
        at = scope.module.scope.end
        node = scope.node
        tables = libraries.find_described(context, scope) if isinstance(node, ast.FunctionDef) else []
        calls = [ast.Call(node, [], [ast.keyword(None, Computed((table,)))]) for table in tables]  # type: ignore[arg-type]
        return [Frame(scope, copy_place(call, node), at) for call in calls]  # type: ignore[arg-type]

    return context.keep(("described", id(scope)), describe)


def _find_given(context: Context, scope: Scope, frame: Frame, name: str) -> list[Value] | None:
    """What a call gives for a parameter; None when it leaves it out."""
    arguments = getattr(scope.node, "args", None)
    if not isinstance(arguments, ast.arguments):
        return [UNKNOWN]
    is_bound = _is_bound(scope, frame)
    if scope.name == "__post_init__" and scope.owner is not None:  # it receives the fields that are `InitVar`
        indexes = _index_positional_fields(context, scope.owner)
        if (found := _find_argument(context, frame.call, indexes, name, frame.at)) is not None:
            return found
        homes = (base for base in find_lineage(context, scope.owner) if name in base.bindings)
        home = next(homes, None)  # a field that the call leaves out has its default
        return list(find_binding(context, name, home.bindings[name][-1], home)) if home is not None else None
    names = _name_positional(arguments, is_bound)
    key = ("parameters", id(arguments), is_bound)
    indexes = context.keep(key, lambda: {name: index for index, name in enumerate(names)})
    return _find_argument(context, frame.call, indexes, name, frame.at)


def _is_bound(scope: Scope, frame: Frame) -> bool:
    """Whether a call has a receiver, which is the first argument."""
    is_method = scope.owner is not None and not scope.is_decorated("staticmethod")
    return is_method and (frame.receiver is not None or scope.name == "__init__")


def _name_positional(arguments: ast.arguments, is_bound: bool) -> list[str]:
    """The positional parameters, without `self` in a call that has a receiver."""
    return [item.arg for item in (*arguments.posonlyargs, *arguments.args)][is_bound:]


def _find_argument(
    context: Context, call: ast.Call, indexes: dict[str, int], name: str, at: ProgramPoint
) -> list[Value] | None:
    """What a call passes for a parameter, by its name or its number; None when it leaves it out.

    A call that leaves it out for some of the values of `**mapping` has `_LEFT_OUT` among the values.
    """
    keywords = context.keep(("keywords", id(call)), lambda: {item.arg: item.value for item in call.keywords})
    if name in keywords:
        return _evaluate_argument(context, keywords[name], at)
    starred = context.keep(("starred", id(call)), _find_starred, call)
    if name in indexes and indexes[name] < starred:
        return _evaluate_argument(context, call.args[indexes[name]], at)
    values: list[Value] = []
    if starred < len(call.args) and name in indexes:
        values = _find_spread(context, call, indexes[name], at)
        if values and _LEFT_OUT not in values:
            return values
        values = _drop_left_out(values)
    if None in keywords:  # f(**CONFIG)
        values += _find_unpacked(context, keywords[None], name, at)
        return values if values != [_LEFT_OUT] else None
    return [*values, _LEFT_OUT] if values else None


def _evaluate_argument(context: Context, node: ast.expr, at: ProgramPoint) -> list[Value]:
    """What an argument is; options of the command line are those of the commands that can be chosen at its place."""
    return [
        choose_command(context, value, written_name(node), at) if isinstance(value, Arguments) else value
        for value in context.value(node, at)
    ]


def _find_spread(context: Context, call: ast.Call, index: int, at: ProgramPoint) -> list[Value]:
    """What `*items` passes for the parameter of a number; `_LEFT_OUT` where it may be too short."""
    if sum(isinstance(item, ast.Starred) for item in call.args) == 1:
        first = _find_starred(call)
        rows = context.value(call.args[first].value, at)  # type: ignore[attr-defined]
        if index >= first and rows and all(isinstance(row, Literal) and row.is_in_order for row in rows):
            rest = call.args[first + 1 :]
            values: list[Value] = []
            for row in rows:
                items = row.items if isinstance(row, Literal) else ()
                number = index - first
                if number < len(items) and isinstance(row, Literal):
                    values += context.value(items[number], row.at)
                elif number - len(items) < len(rest):
                    values += context.value(rest[number - len(items)], at)
                else:
                    values.append(_LEFT_OUT)
            return values
    items, is_all = spread_arguments(context, call, at)
    if index < len(items):
        return list(context.value(items[index], at))
    return [_LEFT_OUT] if is_all else [UNKNOWN]


def _find_unpacked(context: Context, mapping: ast.expr, name: str, at: ProgramPoint) -> list[Value]:
    """What `**mapping` passes for a parameter; `_LEFT_OUT` for a mapping that does not have it."""
    values: list[Value] = []
    for value in context.value(mapping, at):
        if is_mapping(value):
            values += find_by_key(context, value, [name]) or [_LEFT_OUT]
        elif isinstance(value, Arguments):
            values += find_option(context, value, name)
        elif is_configuration(value):
            configured = libraries.find_configured(context, name, at.scope.module)
            values += [item for item in configured if item != UNKNOWN] or [_LEFT_OUT]
        else:
            values.append(UNKNOWN)
    return list(dict.fromkeys(values))


def spread_arguments(context: Context, call: ast.Call, at: ProgramPoint) -> tuple[list[ast.expr], bool]:
    """The positional arguments of a call, with the items of lists that are unpacked, and whether those are all."""
    return context.keep(("spread", id(call), at.order, at.frame), _spread, context, call, at)


def _spread(context: Context, call: ast.Call, at: ProgramPoint) -> tuple[list[ast.expr], bool]:
    items: list[ast.expr] = []
    for argument in call.args:
        if not isinstance(argument, ast.Starred):
            items.append(argument)
            continue
        values = context.value(argument.value, at)
        lists = [value for value in values if isinstance(value, Literal) and value.is_in_order]
        if len(lists) < len(values):
            return items, False
        columns = zip(*([(item, row.at) for item in row.items] for row in lists), strict=False)
        values_of_columns = ([value for item in column for value in context.value(*item)] for column in columns)
        items += [hold(argument, *alternatives) for alternatives in values_of_columns]
        if len({len(row.items) for row in lists}) > 1:
            return items, False
    return items, True


def _find_starred(call: ast.Call) -> int:
    """The number of the first argument that is unpacked; else how many arguments there are."""
    return next((index for index, item in enumerate(call.args) if isinstance(item, ast.Starred)), len(call.args))


def _find_default(context: Context, binding: Binding, scope: Scope, *, is_only: bool, is_command: bool) -> list[Value]:
    """What a parameter is that a call leaves out; of the function of a command also what the command line gives it."""
    name = binding.target
    if (declared := find_click_values(context, scope, name)) is not None:
        return declared
    passed = find_started_values(context, binding, scope) if is_command else []
    if passed and context.command is not None:
        return passed
    if is_command and (configured := libraries.find_in_option_files(context, scope.module, name)):
        return [*passed, *configured]
    bound = libraries.find_bound(context, scope, name)
    if bound:
        return bound
    outer = ProgramPoint(scope.parent or scope, binding.order)
    values = context.value(binding.value, outer) if binding.value is not None else (_unset_parameter(name),)
    if is_command or is_only or bound is not None:
        left = [value for value in values if not passed or not (isinstance(value, Unknown) or is_none(value))]
        return [*passed, *(mark_default(value, name) for value in left)]
    return list(values)


# Cells of marimo: a parameter is the name of that kind that another cell returns


def _find_in_cells(context: Context, module: Module, name: str) -> list[Value]:
    cells = context.keep(("cells", id(module)), _index_cells, module)
    returned = cells.get(name, ())[: MAX_ALTERNATIVES + 1]  # marimo runs no notebook where two cells make one name
    values = [with_name(value, name) for node, at in returned for value in context.value(node, at)]
    return values or [UNKNOWN]


def _index_cells(module: Module) -> dict[str, list[tuple[ast.expr, ProgramPoint]]]:
    """The names that cells make and return, `return (run, artifact)`, and where."""
    cells: dict[str, list[tuple[ast.expr, ProgramPoint]]] = {}
    for scope in module.functions.values():
        if not scope.is_decorated("cell"):
            continue
        for returned in scope.returns:
            nodes = returned.value.elts if isinstance(returned.value, ast.Tuple) else [returned.value]
            for node in nodes:
                if isinstance(node, ast.Name) and any(
                    item.kind != "parameter" for item in scope.bindings.get(node.id, ())
                ):
                    cells.setdefault(node.id, []).append((node, ProgramPoint(scope, returned.order)))
    return cells
