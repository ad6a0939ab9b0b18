"""Changes of an object through another of its names: `other = config`, a parameter, an imported module.

Such a change is not among the bindings of the name that is resolved. Where it may reach the same object, the value that
it sets is one more alternative. Changes are indexed by the key or attribute that they set.
"""

from __future__ import annotations

from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve.bindings import ClassOrObject, ProgramPoint, Store, Use
from regilink_doctor.lint.resolve.values import UNKNOWN, Literal, Loaded, ModuleValue
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, list_unpacked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.lint.resolve.bindings import Module, Scope
    from regilink_doctor.lint.resolve.context import Context
    from regilink_doctor.lint.resolve.values import Value

_ADDS = frozenset({"add", "append", "extend", "insert"})
_LIST_METHODS = (*_ADDS, "clear", "pop", "remove", "reverse", "sort")
_ANY = "*"
"""Stands for a key or attribute whose name the program computes."""

_NAMES = (ast.Name, ast.Attribute, ast.Subscript)
_MOST_CHANGES = 32
"""How many changes of one key, attribute or list are followed; with more of them its value is unknown."""


def find_stored(context: Context, owner: Literal | Loaded, key: str) -> list[Value]:
    """What is assigned to a key of a dictionary through another of its names."""
    values: list[Value] = []
    if context.is_far_from_object:
        return values
    for module in _list_modules(context, owner.at.scope.module if isinstance(owner, Literal) else context.module):
        by_key = context.keep(("stored keys", id(module)), _index_keys, context, module)
        stores = [*by_key.get(key, ()), *by_key.get(_ANY, ())]
        for store in stores[:_MOST_CHANGES]:
            if not any(_is_same(value, owner) for value in context.find_objects(store.target.value, store.at)):
                continue
            named = _name_keys(context, store)
            if key in named or None in named:
                values += context.value(store.value, store.at) if None not in named else [UNKNOWN]
        values += [UNKNOWN] if len(stores) > _MOST_CHANGES else []
        values += _find_updated(context, module, owner, key)
    return values


def is_changed_elsewhere(context: Context, owner: Literal) -> bool:
    """Whether the modules that know this dictionary set keys of any dictionary through a second name."""
    return any(
        context.keep(("stored keys", id(module)), _index_keys, context, module)
        or context.keep(("updates", id(module)), _index_updates, context, module)
        for module in _list_modules(context, owner.at.scope.module)
    )


def _name_keys(context: Context, store: Store) -> list[str | None]:
    """The keys that an assignment to an item may set, None for one that is not known."""
    key = store.target.slice if isinstance(store.target, ast.Subscript) else None
    if key is None or isinstance(key, ast.Constant):
        return [str(getattr(key, "value", ""))]
    return [value.literal if isinstance(value, StringValue) else None for value in context.value(key, store.at)]


def _find_updated(context: Context, module: Module, owner: Literal | Loaded, key: str) -> Iterator[Value]:
    """What `other.update(mapping, key=value)` sets a key of a dictionary to, where `other` is another of its names."""
    by_key = context.keep(("updates", id(module)), _index_updates, context, module)
    for use in [*by_key.get(key, ()), *by_key.get(_ANY, ())][:_MOST_CHANGES]:
        updated = use.call.func.value if isinstance(use.call.func, ast.Attribute) else use.call.func
        if not any(_is_same(value, owner) for value in context.find_objects(updated, use.at)):
            continue
        for mapping in (*use.call.args, *list_unpacked(use.call)):
            values = context.value(context.take_item(mapping, key), use.at)
            yield from (value for value in values if not getattr(value, "reason", ""))
        for keyword in use.call.keywords:
            if keyword.arg == key:
                yield from context.value(keyword.value, use.at)


def _index_updates(context: Context, module: Module) -> dict[str, list[Use]]:
    """Key -> the calls of `update` that may set it through a second name of a dictionary; `_ANY` is an unknown key."""
    uses: dict[str, list[Use]] = {}
    for use in context.find_uses(module, "update"):
        call = use.call
        if isinstance(call.func, ast.Attribute) and _is_alias(context, call.func.value, use.scope):
            keys = [key for item in call.args for key in (item.keys if isinstance(item, ast.Dict) else [None])]
            names = {str(key.value) if isinstance(key, ast.Constant) else _ANY for key in keys}
            for name in names | {keyword.arg or _ANY for keyword in call.keywords}:
                uses.setdefault(name, []).append(use)
    return uses


def find_added(context: Context, owner: Literal) -> tuple[list[tuple[ast.expr, ProgramPoint]], bool]:
    """What is added to a list through another of its names, and whether such a name changes it at all."""
    added: list[tuple[ast.expr, ProgramPoint]] = []
    is_changed = False
    if context.is_far_from_object:
        return added, is_changed
    for module in _list_modules(context, owner.at.scope.module):
        uses = context.keep(("changed lists", id(module)), _list_changes, context, module)
        for use in uses[:_MOST_CHANGES]:
            function = use.call.func
            if isinstance(function, ast.Attribute) and any(
                _is_same(value, owner) for value in context.find_objects(function.value, use.at)
            ):
                is_changed = True
                items = use.call.args[-1:] if function.attr in _ADDS else []
                added += [
                    (ast.Starred(item, ast.Load()) if function.attr == "extend" else item, use.at) for item in items
                ]
    return added, is_changed


def find_set(
    context: Context, owner: ClassOrObject, lineage: Sequence[Scope], name: str, at: ProgramPoint
) -> list[Value]:
    """What is assigned to an attribute of an object or class before a place, outside of its own methods."""
    values: list[Value] = []
    for module in _list_modules(context, owner.scope.module):
        by_name = list_set(context, module)
        stores = [*by_name.get(name, ()), *by_name.get(_ANY, ())]
        for store in stores[:_MOST_CHANGES]:
            is_later = store.scope is at.scope and store.order >= at.order
            if not is_later and any(
                _may_be(value, owner, lineage) for value in context.value(store.target.value, store.at)
            ):
                is_named = not isinstance(store.target, ast.Subscript)
                values += context.value(store.value, store.at) if is_named else [UNKNOWN]
        values += [UNKNOWN] if len(stores) > _MOST_CHANGES else []
    return values


def find_set_member(context: Context, module: Module, name: str) -> list[Value]:
    """What the file assigns to a name of another module: `settings.REGISTRY = "model"`."""
    values: list[Value] = []
    for store in list_set(context, context.module).get(name, ())[:_MOST_CHANGES]:
        if ModuleValue(module) in context.value(store.target.value, store.at):
            values += context.value(store.value, store.at)
    return values


def list_set(context: Context, module: Module) -> dict[str, list[Store]]:
    """The assignments to attributes of anything but `self`, by attribute; calls of `setattr` are among them."""
    return context.keep(("set attributes", id(module)), _index_attributes, module)


def _list_modules(context: Context, module: Module) -> Sequence[Module]:
    return (module,) if module is context.module else (module, context.module)


def _is_same(value: Value, owner: Literal | Loaded) -> bool:
    if isinstance(owner, Loaded):
        return isinstance(value, Loaded) and value.document is owner.document and value.keys == owner.keys
    return isinstance(value, Literal) and value.node is owner.node and value.at.frame == owner.at.frame


def _may_be(value: Value, owner: ClassOrObject, lineage: Sequence[Scope]) -> bool:
    """Whether a value that is changed may be the object or one of its classes."""
    if not isinstance(value, ClassOrObject) or not any(value.scope is scope for scope in lineage):
        return False
    if not value.instance:
        return True
    return owner.instance and (value.made is None or owner.made is None or value.made is owner.made)


def _is_alias(context: Context, node: ast.expr, scope: Scope) -> bool:
    """Whether a list or dictionary may have another name. Changes through its only name are bindings of that name."""
    root = node
    while isinstance(root, ast.Subscript):
        root = root.value
    if not isinstance(root, ast.Name):
        return isinstance(root, ast.Attribute)
    module = scope.module
    return root.id in context.keep(("aliased", id(module)), _find_aliased, module) or root.id in context.keep(
        ("aliases", id(scope)), lambda: _find_aliases(scope)
    )


def _find_aliased(module: Module) -> frozenset[str]:
    """The names of lists and dictionaries that get another name in the file."""
    values = [
        binding.value for _, _, binding in module.iterate_bindings() if binding.kind not in ("element", "augment")
    ]
    values += [store.value for store in module.stores]
    return frozenset(value.id for value in values if isinstance(value, ast.Name))


def _find_aliases(scope: Scope) -> frozenset[str]:
    """The names of a scope that may stand for what has another name already."""
    return frozenset(
        name
        for name, bindings in scope.bindings.items()
        if any(
            binding.kind in ("parameter", "element", "context")
            or (binding.kind == "value" and isinstance(binding.value, _NAMES))
            for binding in bindings
        )
    )


def _index_keys(context: Context, module: Module) -> dict[str, list[Store]]:
    stores: dict[str, list[Store]] = {}
    for store in module.stores:
        key = store.target.slice if isinstance(store.target, ast.Subscript) else None
        is_named = isinstance(key, ast.Constant) and isinstance(key.value, str)
        is_name = isinstance(key, ast.Name)  # `node[key] = value`, but not `array[0] = value`
        if (is_named or is_name) and _is_alias(context, store.target.value, store.scope):
            stores.setdefault(str(getattr(key, "value", _ANY)), []).append(store)
    return stores


def _list_changes(context: Context, module: Module) -> list[Use]:
    uses = [use for method in _LIST_METHODS for use in context.find_uses(module, method)]
    return [
        use
        for use in (*uses, *_list_augmented(module))
        if isinstance(use.call.func, ast.Attribute) and _is_alias(context, use.call.func.value, use.scope)
    ]


def _list_augmented(module: Module) -> Iterator[Use]:
    """Each `names += more` as `names.extend(more)`: of a list it is no assignment."""
    for scope, _, binding in module.iterate_bindings():
        node = binding.node
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            method = copy_place(ast.Attribute(node.target, "extend", ast.Load()), node.target)
            call = copy_place(ast.Call(method, [node.value], []), node.value)
            yield Use(call, binding.scope or scope, binding.order, node, binding.arm)


def _index_attributes(module: Module) -> dict[str, list[Store]]:
    stores: dict[str, list[Store]] = {}
    for store in (*module.stores, *_list_setattr(module)):
        target = store.target
        if isinstance(target, ast.Subscript) and not isinstance(target.ctx, ast.Store):
            stores.setdefault(_ANY, []).append(store)
            continue
        if isinstance(target, ast.Subscript):
            holder, key = target.value, target.slice
            if not isinstance(holder, ast.Attribute) or holder.attr != "__dict__" or not isinstance(key, ast.Constant):
                continue
            target = ast.Attribute(holder.value, str(key.value), ast.Store())
            store = replace(store, target=target)
        if not store.scope.is_self(target.value):
            stores.setdefault(target.attr, []).append(store)
    return stores


def _list_setattr(module: Module) -> Iterator[Store]:
    for use in module.uses:
        call = use.call
        if isinstance(call.func, ast.Name) and call.func.id == "setattr" and len(call.args) == 3:
            owner, name, value = call.args
            target: ast.Attribute | ast.Subscript = ast.Subscript(owner, name, ast.Load())
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                target = ast.Attribute(owner, name.value, ast.Store())
            if isinstance(target, ast.Attribute) or not use.scope.is_self(owner):
                yield Store(target, value, use.scope, use.order, use.arm, use.statement)
