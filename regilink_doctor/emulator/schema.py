"""The schema with its resolvers: the newest server's, and those of older ones, which lack parts of it."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    build_ast_schema,
    parse,
)
from graphql.type import is_input_object_type, is_interface_type, is_object_type, is_union_type

from regilink_doctor.emulator.resolvers import RESOLVERS, type_name
from regilink_doctor.emulator.resolvers.context import NOTED
from regilink_doctor.emulator.resolvers.names import snake

_WITH_FIELDS = (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode, InputObjectTypeDefinitionNode)


@cache
def _document() -> DocumentNode:
    return parse(Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8"), no_location=True)


@lru_cache(maxsize=64)
def schema(missing: frozenset[str] = frozenset()) -> GraphQLSchema:
    """The schema without `missing` (`Type`, `Type.field`, `Type.field.argument`), made once.

    It is taken as valid, for to check it takes longer than to build it: the tests do that.
    """
    document = _without(_document(), missing) if missing else _document()
    built = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    for name, kind in built.type_map.items():
        if name.startswith("__"):
            continue  # introspection: graphql-core's own, and one for all schemas of the process
        if is_object_type(kind):
            for field_name, field in kind.fields.items():
                for argument_name, argument in field.args.items():
                    argument.out_name = snake(argument_name)
                if (resolver := RESOLVERS.get((name, field_name))) is not None:
                    field.resolve = _adapt(resolver)
        elif is_interface_type(kind) or is_union_type(kind):
            kind.resolve_type = lambda value, _info, _kind: type_name(value)
        elif is_input_object_type(kind):
            for field_name, input_field in kind.fields.items():
                input_field.out_name = snake(field_name)
    return built


def _without(document: DocumentNode, missing: Collection[str]) -> DocumentNode:
    """A copy of the document; what lacks in an interface lacks in the types that implement it."""
    definitions = []
    for definition in document.definitions:
        if isinstance(definition, _WITH_FIELDS):
            name = definition.name.value
            if name in missing:
                continue
            owners = [name, *(each.name.value for each in getattr(definition, "interfaces", None) or ())]
            fields = [
                _without_arguments(field, owners, missing)
                for field in definition.fields or ()
                if not any(f"{owner}.{field.name.value}" in missing for owner in owners)
            ]
            definition = _copy(definition, fields=tuple(fields))
        definitions.append(definition)
    return DocumentNode(definitions=tuple(definitions))


def _without_arguments(field: Any, owners: list[str], missing: Collection[str]) -> Any:
    if not isinstance(field, FieldDefinitionNode) or not field.arguments:
        return field
    name = field.name.value
    kept = [
        each for each in field.arguments if not any(f"{owner}.{name}.{each.name.value}" in missing for owner in owners)
    ]
    return field if len(kept) == len(field.arguments) else _copy(field, arguments=tuple(kept))


def _copy(node: Any, **changes: Any) -> Any:
    values = {key: getattr(node, key) for key in node.keys if key != "loc"}
    return type(node)(**{**values, **changes})


def _adapt(resolver: Any) -> Any:
    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        if info.context.refusal is not None and info.path.prev is None and info.field_name not in NOTED:
            raise info.context.refusal
        return resolver(source, info.context, **arguments)

    return resolve
