"""Changes of versions, collections and registries that W&B has already, and that nothing in the file can save.

The call that gives an object tells it from others. What is put into a container, returned or passed to an unknown
function may be saved anywhere; functions of the file are followed.
"""

from __future__ import annotations

from regilink_doctor.core.records import group_pairs
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.bindings import ClassOrObject, ProgramPoint
from regilink_doctor.lint.resolve.containers import GIVE_ITEMS
from regilink_doctor.lint.resolve.imports import find_modules_with
from regilink_doctor.lint.resolve.module_files import find_importers
from regilink_doctor.lint.resolve.values import Function, Instance, Literal, is_none
from regilink_doctor.lint.sites.arguments import arguments
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import last_word, list_parameters, walk, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.lint.resolve.bindings import Scope, Store, Use
    from regilink_doctor.lint.sites.made_by import MadeBy

    _Change = tuple[ast.Attribute, Store | Use]

_FETCHES = frozenset({
    "WandbLogger.use_artifact", "wandb.Api.artifact", "wandb.Artifact.link", "wandb.Run.link_artifact",
    "wandb.Run.link_model", "wandb.Run.use_artifact", "wandb.use_artifact",
})  # fmt: skip
"""Calls that give a version which W&B has already; lists of versions and what is in a registry do, too."""

_IN_PLACE = frozenset({"add", "append", "clear", "extend", "insert", "pop", "remove", "setdefault", "update"})
"""Methods that change a list or dictionary."""

_SAVES = ("link", "new_draft", "save")
"""Methods after which a change is not lost: a draft has the description and metadata of its version."""

_USED_HERE = frozenset({"description", "metadata"})
"""Attributes that a program may change for its own use, and pass on."""

_SHOWING = GIVE_ITEMS | {"hasattr", "isinstance", "len", "print", "repr", "str"}
"""Functions that keep nothing of what they are passed."""

_MOST_CALLERS = 8
"""How many calls a function of the file may have whose arguments are followed."""


class UnsavedChanges:
    """The unsaved changes of one file."""

    def __init__(self, origins: MadeBy) -> None:
        self._origins = origins
        self._resolver = origins.resolver
        self._module = origins.module
        self._kept_names: set[str] = set()
        """Names, and with a dot attributes, whose values something may keep that is not followed."""
        self._kept: set[int] = set()
        """Identity of the calls whose values something may keep that is not followed."""
        self._returned: set[tuple[int, Scope]] = set()
        """The same of a local variable that a function returns: another object in each call of the function."""
        self._saved: dict[int, list[ProgramPoint]] = {}
        """Identity of a call -> where its value is saved."""
        self._has_unknown_save = False
        self._passed: set[str] = set()
        """The attributes of anything that are passed on."""

    def find(self) -> Iterator[tuple[ast.Attribute, ast.stmt, list[str]]]:
        """The last unsaved change of each object, its statement, and all attributes that are not saved."""
        changes = [
            (node, change, makers)
            for node, change in sorted(self._list_changes(), key=lambda item: item[1].order)
            if (makers := self._find_makers(node, change.at))
        ]
        if not changes:
            return
        self._read_names()
        self._read_uses()
        groups = group_pairs(
            (node.value if isinstance(node.value, ast.Call) else (ast.unparse(node.value), change.scope, makers), item)
            for node, change, makers in changes
            if not self._may_be_saved(node, makers, change.at)
            for item in [(node, change.statement)]
        )
        for group in groups.values():
            yield *group[-1], list(dict.fromkeys(node.attr for node, _ in group))

    def _list_changes(self) -> Iterator[_Change]:
        """What assigns to an attribute, or changes its value in place: `version.metadata["key"] = 1`."""
        changes: list[tuple[ast.expr, Store | Use]] = [(store.target, store) for store in self._module.stores]
        methods = ((use.call.func, use) for use in self._module.uses if isinstance(use.call.func, ast.Attribute))
        changes += [(method.value, use) for method, use in methods if method.attr in _IN_PLACE]
        for node, change in changes:
            while isinstance(node, ast.Subscript):
                node = node.value
            if isinstance(node, ast.Attribute) and node.attr in wandb_api.ALL_SAVED:
                yield node, change

    def _find_makers(self, node: ast.Attribute, at: ProgramPoint) -> frozenset[int]:
        """Identity of the calls that give the owner of an attribute, if W&B certainly has each of these objects."""
        makers: set[int] = set()
        for value in self._resolver.value(node.value, at):
            if is_none(value):
                continue
            made = self._origins.find_made(value, at)
            if made is None or not isinstance(value, Instance) or node.attr not in wandb_api.SAVED.get(value.type, ()):
                return frozenset()
            paths = self._resolver.callee(made)
            is_new = value.type == "wandb.Artifact" and _FETCHES.isdisjoint(paths)
            if is_new and not any(wandb_api.RETURNS.get(path) == "wandb.Artifacts" for path in paths):
                return frozenset()
            makers.add(id(made.call))
        return frozenset(makers)

    def _list_values(self, node: ast.expr, at: ProgramPoint) -> list[int]:
        """Identity of the calls that give the objects of wandb's which an expression can be, or can hold."""
        makers: list[int] = []
        waiting = [*self._resolver.value(node, at)]
        seen: set[int] = set()
        while waiting:
            value = waiting.pop()
            if isinstance(value, Instance) and value.made_by is not None:
                makers.append(id(value.made_by))
            elif isinstance(value, Literal) and id(value.node) not in seen:
                seen.add(id(value.node))
                for part in _list_whole(value.node):
                    waiting += self._resolver.value(part, value.at)
        return makers

    def _read_names(self) -> None:
        """Note the names that are used as a whole other than as an argument, or as what a function returns."""
        uses = [item for use in self._module.uses for item in _list_arguments(use.call)]
        returns = [item.value for scope in self._module.scopes for item in (*scope.returns, *scope.yields)]
        shown = {id(part) for item in (*uses, *returns) if item is not None for part in _list_whole(item)}
        names: list[ast.Name | ast.Attribute] = []
        methods: list[ast.Attribute] = []
        for node in walk(self._module.scope.node):
            if isinstance(node, ast.Compare):
                shown.update(map(id, (node.left, *node.comparators)))
            elif isinstance(node, ast.If | ast.While | ast.IfExp):
                shown.add(id(node.test))
            elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
                shown.add(id(node.iter))
            elif isinstance(node, ast.UnaryOp):
                shown.add(id(node.operand))
            elif isinstance(node, ast.Call):
                shown.add(id(node.func))
            elif isinstance(node, ast.FormattedValue | ast.Attribute | ast.Subscript):
                shown.add(id(node.value))
            if isinstance(node, ast.Name | ast.Attribute) and type(node.ctx) is ast.Load:
                names.append(node)
                if isinstance(node, ast.Attribute) and node.attr in _SAVES:
                    methods.append(node)
        called = {id(use.call.func) for use in self._module.uses}
        self._kept_names.update(_name(node.value) for node in methods if id(node) not in called)
        self._kept_names.update(_name(node) for node in names if id(node) not in shown)
        for scope, name, binding in self._module.iterate_bindings():
            if name in self._kept_names and binding.value is not None and binding.kind != "parameter":
                self._kept.update(self._list_values(binding.value, ProgramPoint(scope, binding.order)))

    def _read_uses(self) -> None:
        """Note what is saved, passed on and returned."""
        for use in self._module.uses:
            function = use.call.func
            if isinstance(function, ast.Attribute) and function.attr in _SAVES:
                self._read_save(function.value, use)
            followed = self._list_followed(use) if isinstance(function, ast.Name | ast.Attribute) else frozenset()
            if written_name(function) not in _SHOWING:
                for argument in _list_arguments(use.call):
                    for part in _list_whole(argument):
                        if id(part) not in followed or _name(part) in self._kept_names:
                            self._keep(part, use.at)
                        self._passed.update([part.attr] if isinstance(part, ast.Attribute) else [])
        for scope in self._module.scopes:
            for item in (*scope.returns, *scope.yields):
                for part in _list_whole(item.value) if item.value is not None else ():
                    at = ProgramPoint(scope, item.order)
                    bindings = scope.find_bindings(part)
                    is_local = bool(bindings) and all(binding.kind != "parameter" for binding in bindings)
                    if scope.decorators or not (is_local or isinstance(part, ast.Call)):
                        self._keep(part, at)
                    elif is_local:
                        self._returned.update((maker, scope) for maker in self._list_values(part, at))

    def _read_save(self, owner: ast.expr, use: Use) -> None:
        makers = self._list_values(owner, use.at)
        for maker in makers:
            self._saved.setdefault(maker, []).append(use.at)
        if not makers:
            self._kept_names.add(_name(owner))
            self._has_unknown_save = self._has_unknown_save or not _list_arguments(use.call)

    def _keep(self, node: ast.expr, at: ProgramPoint) -> None:
        """Note that something may keep the value of an expression."""
        self._kept.update(self._list_values(node, at))
        if any(isinstance(value, Function | ClassOrObject) for value in self._resolver.value(node, at)):
            self._kept_names.add(_name(node))

    def _list_followed(self, use: Use) -> frozenset[int]:
        """Identity of the arguments that a function of the file takes which keeps nothing of them itself."""
        values = self._resolver.value(use.call.func, use.at)
        function = values[0] if len(values) == 1 else None
        if not isinstance(function, Function) or function.scope.module is not self._module:
            return frozenset()
        scope, parameters = function.scope, getattr(function.scope.node, "args", None)
        callers = self._resolver.find_uses(self._module, scope.name)
        if not isinstance(parameters, ast.arguments) or parameters.vararg is not None or scope.decorators:
            return frozenset()
        names = list_parameters(parameters)[function.receiver is not None :]
        given = arguments(use.call, tuple(names)).named if len(callers) <= _MOST_CALLERS else {}
        return frozenset(id(node) for name, node in given.items() if name in names and name not in self._kept_names)

    def _may_be_saved(self, changed: ast.Attribute, makers: frozenset[int], at: ProgramPoint) -> bool:
        """Whether an object may be saved, or its attribute used, after it has been changed at a place."""
        owner = changed.value
        if changed.attr in _USED_HERE and (changed.attr in self._passed or f".{changed.attr}" in self._kept_names):
            return True
        is_element = isinstance(owner, ast.Subscript)
        while isinstance(owner, ast.Subscript):
            owner = owner.value
        if not isinstance(owner, ast.Name | ast.Call) and not at.scope.is_self(getattr(owner, "value", owner)):
            return True
        is_element = is_element or any(binding.kind == "element" for binding in at.scope.find_bindings(owner))
        return (
            _name(owner) in self._kept_names
            or not makers.isdisjoint(self._kept)
            or any((maker, at.scope) in self._returned for maker in makers)
            or any(not _is_earlier(saved, at) for maker in makers for saved in self._saved.get(maker, ()))
            or (is_element and self._has_unknown_save)
            or self._is_used_elsewhere(owner, at.scope)
        )

    def _is_used_elsewhere(self, owner: ast.expr, scope: Scope) -> bool:
        """Whether a parameter may be passed from elsewhere, or an attribute of `self` or a global name used there."""
        word = ""
        if any(binding.kind == "parameter" for binding in scope.find_bindings(owner)):
            word = scope.name
            is_passed = word in self._kept_names or f".{word}" in self._kept_names
        elif isinstance(owner, ast.Attribute):
            word, is_passed = owner.attr, not self._is_closed(scope)
        elif isinstance(owner, ast.Name) and scope.kind == "module":
            word, is_passed = owner.id, False
        if not word:
            return False
        path = self._module.source.absolute_path
        return is_passed or next(find_modules_with(self._resolver, find_importers(path), word), None) is not None

    def _is_closed(self, method: Scope) -> bool:
        """Whether the file makes all objects of the class of a method, and uses nothing but their attributes."""
        owner = method.owner
        made = self._resolver.find_uses(self._module, owner.name) if owner is not None else []
        if (
            owner is None
            or owner.bases
            or not made
            or not {owner.name, method.first_parameter}.isdisjoint(self._kept_names)
        ):
            return False
        return all(self._is_variable(use) for use in made)

    def _is_variable(self, use: Use) -> bool:
        """Whether the value of a call is dropped, or in a variable of which only attributes are used."""
        statement = use.statement
        if isinstance(statement, ast.Assign) and statement.value is use.call:
            return all(isinstance(item, ast.Name) and item.id not in self._kept_names for item in statement.targets)
        return isinstance(statement, ast.Expr)


def _name(node: ast.expr) -> str:
    """The name of a variable, or an attribute with its dot; empty for any other expression."""
    return f".{node.attr}" if isinstance(node, ast.Attribute) else last_word(node)


def _list_arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _list_whole(expression: ast.expr) -> Iterator[ast.expr]:
    """The expressions that can be the value of one, or are in a container that is."""
    waiting: list[ast.expr] = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Starred | ast.Await):
            waiting.append(node.value)
        elif isinstance(node, ast.Tuple | ast.List | ast.Set):
            waiting += node.elts
        elif isinstance(node, ast.Dict | ast.BoolOp):
            waiting += node.values
        elif isinstance(node, ast.IfExp):
            waiting += (node.body, node.orelse)
        elif not isinstance(node, ast.Constant):
            yield node


def _is_earlier(saved: ProgramPoint, changed: ProgramPoint) -> bool:
    """Whether a place where an object is saved is certainly left when it is changed."""
    scope = changed.scope
    return saved.scope is scope and saved.order < changed.order and scope.find_loop(changed.order) is None
