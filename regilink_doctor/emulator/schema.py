"""The schema with its resolvers: the newest server's, and those of older ones, which lack parts of it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from regilink_doctor.emulator.resolvers import RESOLVERS, type_name
from regilink_doctor.emulator.resolvers.context import NOTED, snake

_FILE = Path(__file__).with_name("schema.graphql")


@lru_cache(maxsize=64)
def schema(missing: frozenset[str] = frozenset()) -> GraphQLSchema:
    """The schema without `missing` (`Type`, `Type.field`, `Type.field.argument`), built once.

    It is not validated here, which takes longer than to build it: the tests do that. graphql-core reads the document in
    20 ms more than a reader of our own did; a process takes about 900 ms from its start to the first answer.
    """
    built = build_schema(_FILE.read_text(encoding="utf-8"), assume_valid=True, assume_valid_sdl=True, no_location=True)
    for name in missing & built.type_map.keys():
        del built.type_map[name]
    for kind in built.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, (GraphQLInterfaceType, GraphQLUnionType)):
            kind.resolve_type = _resolve_type
        if isinstance(kind, (GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType)):
            _remove_parts(kind, missing)
        if isinstance(kind, GraphQLInputObjectType):
            for name, input_field in kind.fields.items():
                input_field.out_name = snake(name)
        elif isinstance(kind, GraphQLObjectType):
            _add_resolvers(kind)
    return built


def _add_resolvers(kind: GraphQLObjectType) -> None:
    for name, field in kind.fields.items():
        for argument_name, argument in field.args.items():
            argument.out_name = snake(argument_name)
        resolver = RESOLVERS.get((kind.name, name))
        if resolver is not None:
            field.resolve = _adapt_resolver(resolver)


def _remove_parts(
    kind: GraphQLInputObjectType | GraphQLInterfaceType | GraphQLObjectType, missing: frozenset[str]
) -> None:
    """Remove fields and arguments. What an interface lacks, the types that implement it lack too."""
    owners = {kind.name, *(each.name for each in getattr(kind, "interfaces", ()))}
    for part in missing:
        owner, _, rest = part.partition(".")
        if rest and owner in owners:
            name, _, argument = rest.partition(".")
            if argument:
                kind.fields[name].args.pop(argument, None)
            else:
                kind.fields.pop(name, None)


def _resolve_type(value: Any, _info: Any, _kind: Any) -> str:
    return type_name(value)


def _adapt_resolver(resolver: Any) -> Any:
    wants_selected = "selected" in resolver.__code__.co_varnames

    def call_resolver(source: Any, info: Any, **arguments: Any) -> Any:
        if info.context.refusal is not None and info.path.prev is None and info.field_name not in NOTED:
            raise info.context.refusal
        if wants_selected:
            selections = (part for node in info.field_nodes for part in node.selection_set.selections)
            arguments["selected"] = frozenset(part.name.value for part in selections if isinstance(part, FieldNode))
        return resolver(source, info.context, **arguments)

    return call_resolver
