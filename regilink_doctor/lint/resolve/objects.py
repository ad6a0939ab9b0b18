"""Attributes and items: of wandb's objects, of modules and classes of the tree, of what is written out."""

from __future__ import annotations

from itertools import chain

from regilink_doctor.core.records import group_pairs, replace
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve import config_files, libraries, wandb_api
from regilink_doctor.lint.resolve.aliases import find_set, list_set
from regilink_doctor.lint.resolve.bindings import (
    END,
    ClassOrObject,
    ProgramPoint,
    Scope,
    Store,
    count_before,
    find_reaching,
)
from regilink_doctor.lint.resolve.conditions import apply_test, narrow
from regilink_doctor.lint.resolve.containers import find_by_key, find_item, find_key_names
from regilink_doctor.lint.resolve.context import Context, resolves
from regilink_doctor.lint.resolve.environment import read_item
from regilink_doctor.lint.resolve.imports import find_in_folder, find_known, find_member
from regilink_doctor.lint.resolve.names import find_binding, find_changing_decorators, find_name, is_set_by_call
from regilink_doctor.lint.resolve.options import find_option, is_attributes_of
from regilink_doctor.lint.resolve.parameters import enter_init, find_field, find_lineage, is_overridden
from regilink_doctor.lint.resolve.program_commands import choose_command, find_words
from regilink_doctor.lint.resolve.strings import find_member_strings, make_method_call
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    TOO_MUCH,
    UNKNOWN,
    Arguments,
    Function,
    Instance,
    Literal,
    Loaded,
    Member,
    Method,
    ModuleValue,
    Name,
    TreePath,
    Unknown,
    Value,
    add_values,
    is_configuration,
    is_empty,
    is_mapping,
    is_none,
    mark_default,
    mark_unset,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import (
    copy_place,
    find_argument,
    find_keyword,
    last_word,
    list_unpacked,
    written_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.lint.resolve.bindings import Frame, Module, Use

_MOST_LEVELS = 4
_MAKING = ("__init__", "__post_init__")
"""The methods that an object has gone through to their ends before others are called."""


_OF_REGISTRIES = frozenset({"name", "path", "target", "target_path"})
"""Attributes and keys that do not say what has the name or path."""


def _name_by_owner(
    owners: Iterable[Value], node: ast.Attribute | ast.Subscript, key: object, values: Sequence[Value], at: ProgramPoint
) -> Sequence[Value]:
    """The values; those of `registry.name` are marked with both words, because `name` alone does not mean a registry.

    The owner is called a registry by the expression, by a key that leads to it, or by its class.
    """
    if key not in _OF_REGISTRIES or not any(isinstance(value, StringValue) for value in values):
        return values
    bindings = at.scope.find_bindings(node.value)
    written = [written_name(item) for item in (node.value, bindings[-1].value if len(bindings) == 1 else None) if item]
    words = [(name or "").strip("]'").replace("'", ".").rpartition(".")[2] for name in written]
    for owner in owners:
        if isinstance(owner, Loaded) and owner.keys:
            words.append(str(owner.keys[-1]))
        elif isinstance(owner, ClassOrObject) and owner.scope.name.removesuffix("Config").endswith("Registry"):
            words.append(owner.scope.name)
    word = next((word for word in words if "registry" in word.lower()), None)
    return [with_name(value, f"{word}.{key}") for value in values] if word is not None else values


@resolves(ast.Attribute)
def resolve_attribute(context: Context, node: ast.Attribute, at: ProgramPoint) -> Iterable[Value]:
    """`owner.attr`."""
    if node.attr == "option" and (written_name(node) or "").endswith("config.option"):  # of pytest
        return [Arguments(at.scope.module)]
    if isinstance(node.value, ast.Call) and written_name(node.value.func) == "super" and at.scope.owner is not None:
        return _find_inherited(context, node, at)
    owners = context.value(node.value, at)
    if len(owners) > 1:
        owners = tuple([owner for owner in owners if not is_none(owner)])  # `wandb = None` where it is not installed
    values: Sequence[Value] = _find_owned(context, owners[0], node, at) if owners else ()
    for owner in owners[1:]:
        values = add_values(values, _find_owned(context, owner, node, at))
    values = _name_by_owner(owners, node, node.attr, values or [UNKNOWN], at)
    return narrow(context, written_name(node), values, at) if at.scope.guards else values


def _find_owned(context: Context, owner: Value, node: ast.Attribute, at: ProgramPoint) -> Sequence[Value]:
    """An attribute of one of the alternatives of its owner."""
    if isinstance(owner, Instance):
        if owner.type == libraries.FLAG_HOLDER:
            return libraries.find_held(context, owner, node.attr)
        made = wandb_api.ATTRIBUTES.get(f"{owner.type}.{node.attr}")
        if node.attr == "linked_artifacts":  # which no call of the program has made
            return [Instance("wandb.Artifacts")]
        is_source = node.attr == "source_artifact"
        return _find_given_attribute(context, owner, node.attr) or [
            Instance(made, owner.made_by, owner.at, is_source=is_source) if made else Method(owner, node.attr)
        ]
    if is_configuration(owner):
        return libraries.find_configured(context, node.attr, at.scope.module) or [UNKNOWN]
    if isinstance(owner, Name):
        path = f"{owner.path}.{node.attr}"
        if owner.path == libraries.FLAGS:
            return libraries.find_flag(context, node.attr, at.scope.module)
        words = find_words(context, node, at) if path == "sys.argv" else []
        return words or list(find_in_folder(context, path, at.scope.module) or [find_known(path)])
    if isinstance(owner, ModuleValue):
        return [owner] if node.attr == "__dict__" else _find_module_attribute(context, owner, node, at)
    if isinstance(owner, ClassOrObject):
        parameters = _hold_parameters(context, owner) if node.attr == "hparams" else []
        return parameters or _find_attribute(context, owner, node, at)
    if isinstance(owner, Member):
        return _find_member_attribute(context, owner, node, at)
    if isinstance(owner, Arguments):
        return _find_argument(context, owner, node, at)
    if isinstance(owner, Literal) and owner.is_mapping:
        return find_by_key(context, owner, [node.attr]) or [UNKNOWN]
    if isinstance(owner, Loaded):
        return _find_key_attribute(context, owner, node, at) if owner.attributes else [UNKNOWN]
    if isinstance(owner, StringValue) and node.attr in libraries.PATH_ATTRIBUTES:
        return [libraries.get_path_attribute(context, owner, node.attr, node, at)]
    if isinstance(owner, TreePath):
        return [config_files.go_up(owner) if node.attr == "parent" else UNKNOWN]
    if isinstance(owner, Unknown):
        # What is called a run leaves no doubt that it is one: it may have been passed on by any file.
        is_config = node.attr == "config" and last_word(node.value) in ("run", "wandb_run")
        return [Name("wandb.config") if is_config else replace(owner, returned_by="")]
    return [UNKNOWN]


def _find_given_attribute(context: Context, owner: Instance, name: str) -> list[Value]:
    """An attribute that has what the call was given that made the object: `run.project`, `artifact.type`."""
    call, at = owner.made_by, owner.at
    if call is None or at is None or f"{owner.type}.{name}" not in wandb_api.GIVEN_ATTRIBUTES:
        return []
    if last_word(call.func) not in ("init", "Artifact"):
        return []
    given = find_argument(call, 1, name) if name == "type" else find_keyword(call, name)
    values = list(context.find_all(given, at))
    return values if all(isinstance(value, StringValue) for value in values) else []


def _find_member_attribute(context: Context, member: Member, node: ast.Attribute, at: ProgramPoint) -> Sequence[Value]:
    """`.value`, `.name` or a property of a member of an enumeration."""
    if node.attr in ("value", "_value_"):
        return find_member_strings(context, member)
    if node.attr in ("name", "_name_"):
        return [StringValue.of(member.name, at.source.place(node))]
    return [UNKNOWN]


@resolves(ast.Subscript)
def resolve_item(context: Context, node: ast.Subscript, at: ProgramPoint) -> Iterable[Value]:
    """`owner[key]`."""
    if isinstance(node.slice, ast.Constant):
        keys: list[str | None] = [node.slice.value] if isinstance(node.slice.value, str) else []
    else:
        keys = context.list_literals(node.slice, at)
    if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        ancestors = config_files.find_ancestor(context, node.value, _read_number(node.slice) or 0, at)
        if ancestors:
            return ancestors
    owners = context.value(node.value, at)
    if owners == (Name("sys.argv"),):
        owners = tuple(find_words(context, node.value, at)) or owners
    found = [value for owner in owners for value in _find_in_owner(context, owner, node, keys, at)]
    values = _name_by_owner(owners, node, keys[0] if len(keys) == 1 else None, found, at)
    is_set = len(set(map(is_empty, values))) > 1
    if is_set and isinstance(node.value, ast.Name) and is_set_by_call(at.scope.module, node.value.id):
        values = [mark_unset(value, node.value.id) for value in values]
    return narrow(context, written_name(node), values, at) if at.scope.guards else values


def _find_in_owner(
    context: Context, owner: Value, node: ast.Subscript, keys: Sequence[str | None], at: ProgramPoint
) -> Iterable[Value]:
    """An item of one of the alternatives of its owner."""
    if isinstance(owner, Name) and owner.path == "os.environ":
        return read_item(context, keys[0] if len(keys) == 1 else None, at)
    if isinstance(owner, ModuleValue) and keys and None not in keys:  # vars(settings)["NAME"]
        return [value for key in keys for value in find_member(context, owner, key or "")]
    if isinstance(owner, StringValue):
        return [_cut_string(owner, node, at)]
    if is_configuration(owner):
        configured = (libraries.find_configured(context, key or "", at.scope.module) for key in keys)
        return [value for values in configured for value in values] or [UNKNOWN]
    if is_mapping(owner):
        stored = _find_stored_item(context, node, keys, at) if not isinstance(node.value, ast.Name) else []
        missing = Unknown(reason="a key that is not in the configuration" if keys else "")
        return stored or find_by_key(context, owner, keys) or [missing]
    if isinstance(owner, Arguments) and keys:
        return [value for key in keys for value in find_option(context, owner, key or "")]
    if isinstance(owner, ClassOrObject) and not owner.instance and keys[:1] and owner.scope.is_enum:
        return [Member(owner.scope, keys[0] or "")]  # Registry["MODEL"]
    if isinstance(node.slice, ast.Slice):
        return [_cut(context, owner, node.slice)]
    if keys and not isinstance(owner, (Literal, Instance)):
        return [UNKNOWN]
    return find_item(context, owner, _find_number(context, node.slice, at))


def _cut_string(owner: StringValue, node: ast.Subscript, at: ProgramPoint) -> Value:
    """`name[3:]`, `name[0]` of a string that is known."""
    if owner.literal is None:
        return UNKNOWN
    if isinstance(node.slice, ast.Slice):
        bounds = _read_slice(node.slice)
        if bounds is None or bounds.step is not None:
            return UNKNOWN
        start, end, _ = bounds.indices(len(owner.literal))
    else:
        number = _read_number(node.slice)
        if number is None or owner.is_default:
            return UNKNOWN  # of an option with several values it is one of them
        start = number + (len(owner.literal) if number < 0 else 0)
        end = start + 1
    return StringValue(owner.cut(start, end), at.source.place(node))


def _cut(context: Context, owner: Value, written: ast.Slice) -> Value:
    """`items[1:3]` of a list that is written out; of any other, whatever it has."""
    bounds = _read_slice(written)
    if isinstance(owner, Literal) and owner.is_in_order and bounds is not None:
        items = list(owner.items[bounds])
        key = ("cut", id(owner.node), bounds.start, bounds.stop, bounds.step)
        return Literal(context.keep(key, lambda: ast.List(items, ast.Load())), owner.at)
    is_several = isinstance(owner, (Literal, Loaded, Arguments))
    is_several = is_several or (isinstance(owner, Instance) and owner.type in wandb_api.ELEMENTS)
    return owner if is_several else UNKNOWN


def _read_slice(written: ast.Slice) -> slice | None:
    """The bounds of a slice, if they are written out."""
    parts = (written.lower, written.upper, written.step)
    numbers = [_read_number(part) if part is not None else None for part in parts]
    is_read = all((number is None) is (part is None) for number, part in zip(numbers, parts, strict=True))
    return slice(*numbers) if is_read and numbers[2] != 0 else None


def _find_number(context: Context, node: ast.expr, at: ProgramPoint) -> int | None:
    """A number that is written out, or certainly known otherwise."""
    if (number := _read_number(node)) is not None or isinstance(node, (ast.Constant, ast.Slice)):
        return number
    return context.find_number(node, at)


def _read_number(node: ast.expr) -> int | None:
    is_negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    number = node.operand if isinstance(node, ast.UnaryOp) and is_negative else node
    if not isinstance(number, ast.Constant) or not isinstance(number.value, int):
        return None
    return -number.value if is_negative else number.value


# Objects of the tree


def _find_attribute(context: Context, owner: ClassOrObject, node: ast.Attribute, at: ProgramPoint) -> Sequence[Value]:
    """`owner.attr`: what was assigned to it before, else what its class says."""
    lineage = list(find_lineage(context, owner.scope))
    if any("__getattribute__" in scope.bindings for scope in lineage):
        return [UNKNOWN]
    values: list[Value] = []
    # `self.x`: what all methods assign counts.
    is_own = isinstance(node.value, ast.Name) and node.value.id == at.scope.first_parameter
    has_method = any(
        scope.bindings[node.attr][0].kind == "function" for scope in lineage if node.attr in scope.bindings
    )
    if not is_own and not has_method:  # a setter may change the value
        values, is_certain = _find_assigned(context, node, at)
        if any("__setattr__" in scope.bindings for scope in lineage):
            values, is_certain = [UNKNOWN] if values else [], False
        if is_certain:
            return values
    elif is_own and at.scope.name in _MAKING and f"{at.scope.first_parameter}.{node.attr}" in at.scope.bindings:
        return _find_while_making(context, owner, lineage, node.attr, at)
    found = add_values(find_attribute(context, owner, node.attr), values)
    if {node.attr, "*"} & list_set(context, context.module).keys() or owner.scope.module is not context.module:
        given = find_set(context, owner, lineage, node.attr, at)
        found = add_values([mark_unset(value, node.attr) for value in found] if given else found, given)
    if all(value == UNKNOWN for value in found):
        return _call_getattr(context, owner, lineage, node, at) or found
    return found


def _find_while_making(
    context: Context, owner: ClassOrObject, lineage: Sequence[Scope], name: str, at: ProgramPoint
) -> list[Value]:
    """`self.name` inside `__init__` or `__post_init__`: as the lines before have left it."""
    method = at.scope
    written = f"{method.first_parameter}.{name}"
    bindings, fork, _ = find_reaching(method.bindings[written], at.order)
    values = list(find_name(context, written, at)) if bindings else []
    is_certain = bool(bindings) and fork is None and (bindings[0].arm is None or bindings[0].arm.contains(at.order))
    if is_certain:
        return values
    values = [value for value in values if value != UNKNOWN]
    number = next((index for index, scope in enumerate(lineage) if scope is method.owner), len(lineage))
    for scope in lineage[number:]:
        before = _find_body(context, owner, scope, name) if scope is method.owner else ()
        before = before or _find_own(context, owner, scope, name) if scope is not method.owner else before
        if before:
            return [*before, *values]
    return values or [UNKNOWN]


def _call_getattr(
    context: Context, owner: ClassOrObject, lineage: Sequence[Scope], node: ast.Attribute, at: ProgramPoint
) -> list[Value]:
    """What `__getattr__` of a class returns for an attribute that the class lacks."""
    if not owner.instance or node.attr.startswith("__"):
        return []
    is_there = any(node.attr in scope.bindings or node.attr in scope.attributes for scope in lineage)
    if is_there or not any("__getattr__" in scope.bindings for scope in lineage):
        return []
    name = copy_place(ast.Constant(node.attr), node)
    return list(context.value(make_method_call(context, owner, "__getattr__", node, name), at))


def _find_argument(context: Context, owner: Arguments, node: ast.Attribute, at: ProgramPoint) -> list[Value]:
    """`args.name`: what was assigned to it before, else what the command line gives."""
    owner = choose_command(context, owner, written_name(node.value), at)
    if node.attr not in list_set(context, at.scope.module):
        return find_option(context, owner, node.attr)
    values, is_certain = _find_assigned(context, node, at)
    if is_certain:
        return values
    if not values and written_name(node) is not None:
        stores = list_set(context, at.scope.module)[node.attr]
        # Another function may have been passed the same arguments before.
        others = [store for store in stores if store.scope is not at.scope][:MAX_ALTERNATIVES]
        reached = [
            store
            for store in others
            if any(
                isinstance(item, Arguments) and item.module is owner.module
                for item in context.value(store.target.value, store.at)
            )
        ]
        values = [value for store in reached for value in context.value(store.value, store.at)]
    given = [value for value in find_option(context, owner, node.attr) if not values or not isinstance(value, Unknown)]
    return [*given, *values]


def _find_module_attribute(
    context: Context, owner: ModuleValue, node: ast.Attribute, at: ProgramPoint
) -> Sequence[Value]:
    """`module.name`: what the file has assigned to it before, else what the module says."""
    if node.attr not in list_set(context, context.module):
        return list(find_member(context, owner, node.attr))
    values, is_certain = _find_assigned(context, node, at)
    return values if is_certain else [*find_member(context, owner, node.attr), *values]


def _find_assigned(context: Context, node: ast.Attribute, at: ProgramPoint) -> tuple[list[Value], bool]:
    """What a function has assigned to an attribute before a place, and whether it certainly has."""
    name = written_name(node)
    stores = _find_stores(context, at.scope.module).get((name, id(at.scope)), []) if name else []
    reaching, fork, _ = find_reaching(stores, at.order)
    values: list[Value] = []
    for store in reaching[:MAX_ALTERNATIVES]:
        found = context.value(store.value, ProgramPoint(store.scope, store.order, at.frame))
        values += [with_name(item, node.attr) for item in found]
    if len(reaching) > MAX_ALTERNATIVES:
        values.append(Unknown(reason=TOO_MUCH))
    return values, bool(values) and fork is None and (reaching[0].arm is None or reaching[0].arm.contains(at.order))


def _find_key_attribute(context: Context, owner: Loaded, node: ast.Attribute, at: ProgramPoint) -> list[Value]:
    """`owner.key` of a loaded table; what may have been assigned to it in between is unknown."""
    values, is_certain = _find_assigned(context, node, at)
    if is_certain:
        return values
    module = at.scope.module
    stored = context.keep(("stored", id(module)), lambda: {name for name, _ in _find_stores(context, module)})
    if values or written_name(node) in stored:
        return [UNKNOWN]
    return find_by_key(context, owner, [node.attr]) or [Unknown(reason="a key that is not in the configuration")]


def find_attribute(context: Context, owner: ClassOrObject, name: str) -> tuple[Value, ...]:
    """An attribute of a class of the tree or of an object of it: what its methods assign, else its body."""
    key = ("attribute", name, id(owner.scope), owner.instance, owner.made)
    return context.answer(key, _find_in_lineage, context, owner, name)


def _find_in_lineage(context: Context, owner: ClassOrObject, name: str) -> list[Value]:
    lineage = list(find_lineage(context, owner.scope))
    own = (_find_own(context, owner, scope, name) for scope in lineage)
    by_key = (_find_set_by_key(context, owner, scope, name) for scope in lineage if owner.instance)
    return next(filter(None, chain(own, by_key)), [])


def _find_inherited(context: Context, node: ast.Attribute, at: ProgramPoint) -> list[Value]:
    """`super().name`: what the classes after that of the method have in the lineage of the object."""
    values: list[Value] = []
    for owner in find_name(context, at.scope.first_parameter or "", at):
        lineage = list(find_lineage(context, owner.scope)) if isinstance(owner, ClassOrObject) else []
        number = next((index for index, scope in enumerate(lineage) if scope is at.scope.owner), len(lineage))
        found = (
            _find_own(context, owner, scope, node.attr)
            for scope in lineage[number + 1 :]
            if isinstance(owner, ClassOrObject)
        )
        values += next((item for item in found if item), [UNKNOWN])
    return values


def _list_set_by_key(context: Context, scope: Scope) -> list[Use]:
    """The calls in the methods of a class that may set attributes by names that are worked out."""
    uses = (*context.find_uses(scope.module, "update"), *context.find_uses(scope.module, "setattr"))
    return [use for use in uses if use.scope.owner is scope]


def _find_set_by_key(context: Context, owner: ClassOrObject, scope: Scope, name: str) -> list[Value]:
    """What a class makes attributes of: `self.__dict__.update(mapping)`, `setattr(self, key, value)` in a loop."""
    values: list[Value] = []
    for use in context.keep(("set by key", id(scope)), _list_set_by_key, context, scope):
        method = use.scope
        frame = enter_init(context, method, owner.made) if method.name == "__init__" else None
        for node in _find_mappings(use, method):
            for mapping in context.value(node, ProgramPoint(method, use.order, frame)):
                if is_mapping(mapping):
                    values += find_by_key(context, mapping, [name])
    return [with_name(value, name) for value in values]


def _find_mappings(use: Use, method: Scope) -> Iterable[ast.expr]:
    """The mappings whose keys a call makes attributes of `self`."""
    call, function = use.call, use.call.func
    if isinstance(function, ast.Attribute):
        is_own = is_attributes_of(function.value, method.first_parameter or "")
        return (call.args[:1] or list_unpacked(call)) if is_own else []
    names = [item.id if isinstance(item, ast.Name) else "" for item in call.args[:3]]
    if len(names) < 3 or names[0] != method.first_parameter:
        return []
    loops = [binding.value for binding in method.bindings.get(names[1], ()) if binding.kind == "element"]
    return [
        loop.func.value
        for loop in loops
        if isinstance(loop, ast.Call) and isinstance(loop.func, ast.Attribute) and loop.func.attr == "items"
    ]


def _hold_parameters(context: Context, owner: ClassOrObject) -> list[Value]:
    """`self.hparams` of Lightning after `self.save_hyperparameters()`: the parameters of `__init__`."""
    for scope in find_lineage(context, owner.scope):
        for use in context.find_uses(scope.module, "save_hyperparameters"):
            method = use.scope
            if method.owner is not scope or not isinstance(method.node, ast.FunctionDef):
                continue
            arguments = method.node.args
            parameters = (*arguments.args[1:], *arguments.kwonlyargs)
            display = context.keep(
                ("hparams", id(method)),
                lambda parameters=parameters: ast.Dict(
                    [copy_place(ast.Constant(item.arg), item) for item in parameters],
                    [copy_place(ast.Name(item.arg, ast.Load()), item) for item in parameters],
                ),
            )
            frame = enter_init(context, method, owner.made)
            return [Literal(display, ProgramPoint(method, use.order, frame), attributes=True)]
    return []


def _find_own(context: Context, owner: ClassOrObject, scope: Scope, name: str) -> list[Value]:
    """An attribute as one class of a lineage has it."""
    if scope.is_enum and not owner.instance and name in scope.bindings:
        return [Member(scope, name)]
    values: list[Value] = []
    stored = scope.attributes.get(name, ())
    if all(method.name == "__post_init__" for _, method, _ in stored) and owner.instance and name in scope.bindings:
        values += _find_converted(context, owner, scope, name) if stored else ()
    stored = stored if not values else ()
    making = {method.name: method for _, method, _ in stored if method.name in _MAKING}
    for method in [making[name] for name in _MAKING[::-1] if name in making]:
        frame, is_called = _enter_making(context, owner, method)
        # What is set under a condition alone has the value before it otherwise.
        found = _find_left(context, owner, scope, name, ProgramPoint(method, END, frame)) if is_called else [UNKNOWN]
        values += [with_name(item, name) for item in found]
        if method.name == "__post_init__":
            break
    others = [item for item in stored[: MAX_ALTERNATIVES + 1] if item[1].name not in _MAKING]
    values = [mark_unset(value, name) for value in values] if others else values
    for value, method, order in others:
        values += [with_name(item, name) for item in context.value(value, ProgramPoint(method, order))]
    if values and (making or not owner.instance or name not in scope.bindings):
        return values
    # What a method assigns, it assigns when it is called, if it is.
    before = _find_body(context, owner, scope, name)
    return [*(mark_unset(value, name) for value in before), *values] if values else before


def _find_left(context: Context, owner: ClassOrObject, scope: Scope, name: str, at: ProgramPoint) -> list[Value]:
    """What an attribute is after `__init__` or `__post_init__`: what these certainly or perhaps assign."""
    written = f"{at.scope.first_parameter}.{name}"
    values = list(find_name(context, written, at))
    _, fork, _ = find_reaching(at.scope.bindings[written], at.order)
    if at.scope.name == "__post_init__" and fork is not None:
        before = _find_body(context, owner, scope, name)
        place = ProgramPoint(at.scope, fork.start, at.frame)
        passing = apply_test(context, fork.test, False, written, before, place) if fork.test is not None else before
        values = [*passing, *(value for value in values if value != UNKNOWN)]
    return values


def _enter_making(context: Context, owner: ClassOrObject, method: Scope) -> tuple[Frame | None, bool]:
    """The frame of an `__init__` for the call that makes an object, and whether it is called.

    That of a base is entered by `super().__init__(…)` of the class of the object.
    """
    made = owner.made
    if made is None:
        return None, True
    inits = [
        scope.bindings["__init__"][-1] for scope in find_lineage(context, owner.scope) if "__init__" in scope.bindings
    ]
    current = owner.scope.module.functions.get(id(inits[0].node)) if inits else None
    if current is None or method.name != "__init__":
        return context.frame(method, made.call, made.at, owner), True
    frame = context.frame(current, made.call, made.at, owner)
    for _ in range(_MOST_LEVELS):
        if current is method or current is None:
            return frame, True
        calls = [use for use in context.find_uses(current.module, "__init__") if use.scope is current]
        places = [(use.call, ProgramPoint(use.scope, use.order, frame)) for use in calls]
        followed = [
            (value.scope, call, at)
            for call, at in places
            for value in context.value(call.func, at)
            if isinstance(value, Function)
        ]
        if not followed:
            return None, current.module is not method.module
        current, call, at = next((item for item in followed if item[0] is method), followed[0])
        frame = context.frame(current, call, at, owner)
    return None, True


def _find_body(context: Context, owner: ClassOrObject, scope: Scope, name: str) -> list[Value]:
    """An attribute that the body of a class defines: a method, a field that a call sets, a value."""
    values: list[Value] = []
    for binding in scope.bindings.get(name, ())[: MAX_ALTERNATIVES + 1]:
        if binding.kind == "function":
            method = scope.module.functions[id(binding.node)]
            if binding.value is not None and find_changing_decorators(context, method):
                values.append(UNKNOWN)
                continue
            is_property = method.is_decorated("property", "cached_property")
            values += _find_returned(context, method, owner) if is_property else [Function(method, owner)]
        elif owner.instance and (given := find_field(context, owner, scope, name)):
            values += [with_name(item, name) for item in given]
        else:
            is_default = owner.instance and owner.made is None
            if is_default and owner.scope is scope and is_overridden(context, scope, name):
                continue
            for item in find_binding(context, name, binding, scope):
                values.append(with_name(mark_default(item, name) if is_default else item, name))
    return _narrow_made(context, owner, scope, name, values) if owner.instance else values


def _narrow_made(context: Context, owner: ClassOrObject, scope: Scope, name: str, values: list[Value]) -> list[Value]:
    """The alternatives of a field that `__post_init__` lets pass."""
    for making in _MAKING:
        for binding in scope.bindings.get(making, ())[:1]:
            method = scope.module.functions.get(id(binding.node))
            if method is not None:
                at = ProgramPoint(method, END, enter_init(context, method, owner.made))
                values = list(narrow(context, f"{method.first_parameter}.{name}", values, at))
    return values


def _find_converted(context: Context, owner: ClassOrObject, scope: Scope, name: str) -> list[Value]:
    """A field that `__post_init__` makes an object of: `self.registry = Registry(**self.registry)`."""
    values = [with_name(item, name) for item in find_field(context, owner, scope, name) or ()]
    return values if values and all(isinstance(value, ClassOrObject) for value in values) else []


def _find_returned(context: Context, method: Scope, owner: ClassOrObject) -> list[Value]:
    """What a property gives."""
    made = owner.made
    frame = context.enter(method, made.call, made.at, owner) if made is not None else None
    values: list[Value] = []
    for returned in method.returns[: MAX_ALTERNATIVES + 1]:
        if returned.value is not None:
            values += context.value(returned.value, ProgramPoint(method, returned.order, frame))
    return values or [UNKNOWN]


# What is assigned


def _find_stores(context: Context, module: Module) -> dict[tuple[str, int], list[Store]]:
    """The assignments to attributes, by what is written and by scope; to items by that of which they are items."""
    return context.keep(("stores", id(module)), _index_stores, module)


def _index_stores(module: Module) -> dict[tuple[str, int], list[Store]]:
    stores: dict[tuple[str, int], list[Store]] = {}
    for store in module.stores:
        if isinstance(store.target, ast.Attribute):
            written = written_name(store.target)
            if written is not None:
                stores.setdefault((written, id(store.scope)), []).append(store)
        elif (owner := written_name(store.target.value)) is not None:
            stores.setdefault((f"{owner}[]", 0), []).append(store)
    if "omegaconf" in module.imports:
        for use in module.uses:
            update = _read_update(use) if written_name(use.call.func) == "OmegaConf.update" else None
            if update is not None and (written := written_name(update.target)) is not None:
                stores.setdefault((written, id(update.scope)), []).append(update)
    return stores


def _read_update(use: Use) -> Store | None:
    """`OmegaConf.update(owner, "a.b", value)` as the assignment `owner.a.b = value`."""
    owner, path, value = (*use.call.args, None, None, None)[:3]
    if owner is None or value is None or not isinstance(path, ast.Constant) or not isinstance(path.value, str):
        return None
    *names, last = path.value.split(".")
    for name in names:
        owner = copy_place(ast.Attribute(owner, name, ast.Load()), path)
    target = copy_place(ast.Attribute(owner, last, ast.Store()), path)
    return Store(target, value, use.scope, use.order, use.arm, use.statement)


def _find_stored_item(
    context: Context, node: ast.Subscript, keys: Sequence[str | None], at: ProgramPoint
) -> list[Value]:
    """What was assigned to the same item of the same name before: `paths["model"] = …`."""
    owner = written_name(node.value)
    if owner is None:
        return []
    by_key = context.keep(
        ("stored items", owner, id(at.scope.module)), lambda: _index_stored_items(context, owner, at.scope.module)
    )
    found: Store | None = None
    for key in keys:
        stores = by_key.get(key) or by_key.get(None, [])  # a key that is not known may be any
        before = count_before(stores, at.order)
        last = stores[before - 1] if stores else None  # none before: the last one, if another function makes it
        if last is not None and (before or last.scope is not at.scope):
            found = last if found is None or last.order > found.order else found
    if found is None:
        return []
    frame = at.frame if found.scope is at.scope else None
    return list(context.value(found.value, ProgramPoint(found.scope, found.order, frame)))


def _index_stored_items(context: Context, owner: str, module: Module) -> dict[str | None, list[Store]]:
    return group_pairs(
        (key, store)
        for store in _find_stores(context, module).get((f"{owner}[]", 0), [])
        if isinstance(store.target, ast.Subscript)
        for key in find_key_names(context, store.target.slice, store.at) or [None]
    )
