"""The schema with its resolvers: the newest server's, and those of older ones, which lack parts of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    specified_scalar_types,
)

from regilink_doctor.emulator.definitions import Definition, Field, definitions
from regilink_doctor.emulator.resolvers import RESOLVERS, type_name
from regilink_doctor.emulator.resolvers.context import NOTED
from regilink_doctor.emulator.resolvers.names import snake


@lru_cache(maxsize=64)
def schema(missing: frozenset[str] = frozenset()) -> GraphQLSchema:
    """The schema without `missing` (`Type`, `Type.field`, `Type.field.argument`), made once.

    It is taken as valid, for to check it takes longer than to build it: the tests do that.
    """
    types = _Types(missing).types
    return GraphQLSchema(types["Query"], types["Mutation"], types=types.values(), assume_valid=True)


class _Types:
    """graphql-core's types, made of the definitions. What lacks in an interface lacks in the types that have it."""

    def __init__(self, missing: frozenset[str]) -> None:
        self._missing = missing
        self.types: dict[str, Any] = {
            each.name: getattr(self, f"_{each.kind}")(each) for each in definitions() if each.name not in missing
        }

    def _scalar(self, of: Definition) -> Any:
        return GraphQLScalarType(of.name)

    def _enum(self, of: Definition) -> Any:
        return GraphQLEnumType(of.name, {each: each for each in of.members})

    def _union(self, of: Definition) -> Any:
        return GraphQLUnionType(of.name, lambda: self._named(of.members), resolve_type=_resolve_type)

    def _interface(self, of: Definition) -> Any:
        return GraphQLInterfaceType(of.name, lambda: self._fields(of), resolve_type=_resolve_type)

    def _type(self, of: Definition) -> Any:
        return GraphQLObjectType(of.name, lambda: self._fields(of), lambda: self._named(of.interfaces))

    def _input(self, of: Definition) -> Any:
        return GraphQLInputObjectType(
            of.name,
            lambda: {each.name: self._taken(GraphQLInputField, each.name, each.type) for each in self._there(of)},
        )

    def _fields(self, of: Definition) -> dict[str, Any]:
        return {each.name: self._field(of, each) for each in self._there(of)}

    def _field(self, of: Definition, field: Field) -> Any:
        arguments = {
            name: self._taken(GraphQLArgument, name, text)
            for name, text in field.arguments
            if not self._lacks(of, f"{field.name}.{name}")
        }
        resolver = RESOLVERS.get((of.name, field.name))
        return GraphQLField(self._typed(field.type), arguments, _adapt(resolver) if resolver is not None else None)

    def _taken(self, kind: Any, name: str, text: str) -> Any:
        return kind(self._typed(text), out_name=snake(name))

    def _there(self, of: Definition) -> list[Field]:
        return [each for each in of.fields if not self._lacks(of, each.name)]

    def _lacks(self, of: Definition, part: str) -> bool:
        return bool(self._missing) and any(f"{owner}.{part}" in self._missing for owner in (of.name, *of.interfaces))

    def _typed(self, text: str) -> Any:
        """The type that is written `Name`, `[Name!]` and so on."""
        if text.endswith("!"):
            return GraphQLNonNull(self._typed(text[:-1]))
        if text.startswith("["):
            return GraphQLList(self._typed(text[1:-1]))
        return self.types.get(text) or specified_scalar_types[text]

    def _named(self, names: tuple[str, ...]) -> list[Any]:
        return [self.types[name] for name in names]


def _resolve_type(value: Any, _info: Any, _kind: Any) -> str:
    return type_name(value)


def _adapt(resolver: Any) -> Any:
    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        if info.context.refusal is not None and info.path.prev is None and info.field_name not in NOTED:
            raise info.context.refusal
        return resolver(source, info.context, **arguments)

    return resolve
