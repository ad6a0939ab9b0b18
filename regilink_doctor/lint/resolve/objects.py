"""Objects of the classes of the tree: attributes that methods set, fields of dataclasses and models, enumerations."""

from __future__ import annotations

from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve.values import (
    END,
    UNKNOWN,
    Arguments,
    ClassOrObject,
    Function,
    Literal,
    Member,
    ProgramPoint,
    Unknown,
    Value,
    mark_default,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from regilink_doctor.lint.resolve.bindings import Module, Scope
    from regilink_doctor.lint.resolve.resolver import Resolver

_ENUMS = frozenset({"Enum", "StrEnum", "IntEnum"})
_MOST_BASES = 8


class Objects:
    """Answers for an `Resolver` what attributes of objects are."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def attribute(self, owner: Value, node: ast.Attribute, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """`owner.attr`, for an owner that is nothing of wandb's."""
        if isinstance(owner, ClassOrObject):
            stored = self._stored(node, at, depth)
            return stored or self.member(owner, node.attr, depth)
        if isinstance(owner, Member):
            if node.attr == "value":
                return self.member_texts(owner) or [UNKNOWN]
            return [UNKNOWN]
        if isinstance(owner, Arguments):
            return self._resolver.parameters.argument(owner, node.attr, depth)
        if isinstance(owner, Literal) and owner.mapping:
            return self._resolver.displays.by_key(owner, [node.attr], depth) or [UNKNOWN]
        if isinstance(owner, Unknown):
            return [owner]
        return [UNKNOWN]

    def configured(self, name: str, module: Module, depth: int) -> list[Value]:
        """`wandb.config.name`: what the `wandb.init` of a file is given for it."""
        values: list[Value] = []
        for use in module.uses:
            if "wandb.init" not in self._resolver.callee(use):
                continue
            for given in (keyword.value for keyword in use.call.keywords if keyword.arg == "config"):
                for owner in self._resolver.value(given, use.at, depth):
                    if isinstance(owner, Literal) and owner.mapping:
                        found = self._resolver.displays.by_key(owner, [name], depth)
                        values += [with_name(mark_default(item, "wandb.config"), name) for item in found]
        return values or [UNKNOWN]

    def member(self, owner: ClassOrObject, name: str, depth: int) -> list[Value]:
        """An attribute of a class of the tree or of an object of it: what its methods assign, else its body."""
        for scope in self._lineage(owner.scope, depth):
            values = self._own_member(owner, scope, name, depth)
            if values:
                return values
        return [UNKNOWN]

    def _own_member(self, owner: ClassOrObject, scope: Scope, name: str, depth: int) -> list[Value]:
        resolver = self._resolver
        if self.is_enum(scope) and not owner.instance and name in scope.bindings:
            return [Member(scope, name)]
        values: list[Value] = []
        for value, method, order, branch in scope.attributes.get(name, ()):
            frame = owner.made if getattr(method.node, "name", "") in ("__init__", "__post_init__") else None
            # The frame is that of the class: its parameters are those of `__init__`.
            at = ProgramPoint(method, order, branch, resolver.parameters.of_init(method, frame))
            values += [with_name(item, name) for item in resolver.value(value, at, depth)]
        if values:
            return values
        for binding in scope.bindings.get(name, ()):
            if binding.kind == "function":
                method = scope.module.functions[id(binding.node)]
                if method.decorated("property", "cached_property"):
                    values += self._property(method, depth)
                else:
                    values.append(Function(method, owner))
                continue
            given = resolver.parameters.of_field(owner, scope, name, depth) if owner.instance else None
            if given:
                values += [with_name(item, name) for item in given]
                continue
            for item in resolver.binding(name, binding, scope, None, depth):
                values.append(
                    with_name(mark_default(item, name) if owner.instance and owner.made is None else item, name)
                )
        return values

    def _property(self, method: Scope, depth: int) -> list[Value]:
        values: list[Value] = []
        for given in method.returns:
            if given.value is not None:
                values += self._resolver.value(given.value, ProgramPoint(method, given.order, given.branch), depth)
        return values or [UNKNOWN]

    def _stored(self, node: ast.Attribute, at: ProgramPoint, depth: int) -> list[Value]:
        """What was assigned to the same attribute of the same name before: `config.target = …`."""
        if isinstance(node.value, ast.Name) and node.value.id == at.scope.first_parameter:
            return []  # `self.x`: what all methods assign counts
        written = ast.unparse(node.value)
        values: list[Value] = []
        for store in at.scope.module.stores:
            target = store.target
            if not isinstance(target, ast.Attribute) or target.attr != node.attr or store.scope is not at.scope:
                continue
            if store.order < at.order and ast.unparse(target.value) == written:
                where = ProgramPoint(store.scope, store.order, store.branch, at.frame)
                values = [with_name(item, node.attr) for item in self._resolver.value(store.value, where, depth)]
        return values

    def _lineage(self, scope: Scope, depth: int) -> Iterable[Scope]:
        """A class and its bases, as far as they are in the tree."""
        waiting, seen = [scope], {id(scope)}
        while waiting and len(seen) <= _MOST_BASES:
            scope = waiting.pop(0)
            yield scope
            for base in getattr(scope.node, "bases", ()):
                for value in self._resolver.value(base, ProgramPoint(scope.parent or scope, END, ()), depth):
                    if isinstance(value, ClassOrObject) and id(value.scope) not in seen:
                        seen.add(id(value.scope))
                        waiting.append(value.scope)

    # Enumerations

    def is_enum(self, scope: Scope) -> bool:
        """Whether a class is an enumeration."""
        names = self._bases(scope)
        return any(name.rpartition(".")[2] in _ENUMS for name in names)

    def formats_as_value(self, scope: Scope) -> bool:
        """Whether a member in an f-string is its value; for `class X(str, Enum)` that depends on the Python."""
        return any(name.rpartition(".")[2] == "StrEnum" for name in self._bases(scope))

    def member_texts(self, member: Member) -> list[StringValue]:
        """The value of a member."""
        found: list[StringValue] = []
        for binding in member.scope.bindings.get(member.name, ()):
            values = self._resolver.binding(member.name, binding, member.scope, None, 1)
            found += [value for value in values if isinstance(value, StringValue)]
        return found

    def member_by_value(self, scope: Scope, node: ast.Call, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """`Registry("model")`: the text itself is as good."""
        values = self._resolver.value(node.args[0], at, depth) if node.args else ()
        for value in values:
            literal = value.literal if isinstance(value, StringValue) else None
            names = [
                name
                for name in scope.bindings
                if any(text.literal == literal for text in self.member_texts(Member(scope, name)))
            ]
            yield Member(scope, names[0]) if literal is not None and names else UNKNOWN

    def _bases(self, scope: Scope) -> list[str]:
        return [ast.unparse(base) for base in getattr(scope.node, "bases", ())]
