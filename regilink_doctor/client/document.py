"""GraphQL documents as trees: printed with variables, and pruned of what a server does not know."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from regilink_doctor.core.records import record, replace

Kind = Literal["text", "number", "flag"]


@record
class Argument:
    """An argument of a field. With a `type` (`String!`) its value travels as a variable, else it is written out."""

    name: str
    value: str | int | bool
    type: str | None = None


@record
class Field:
    """A field and what is asked of it. An `optional` one can be left out when the server does not know it.

    `extra`: an error in a field of the first level spoils nothing else; the field is then taken for null. The answer
    is an object where there are `fields`, else of the `kind`; a list of those with `many`; never null if `required`.
    """

    name: str
    fields: tuple[Field, ...] = ()
    arguments: tuple[Argument, ...] = ()
    alias: str | None = None
    optional: bool = False
    extra: bool = False
    kind: Kind = "text"
    many: bool = False
    required: bool = False

    @property
    def key(self) -> str:
        """Its name in the answer."""
        return self.alias or self.name


NAME = Field("name", required=True)


def edges(*node: Field) -> Field:
    """The entries of a connection, each a `node` of these fields."""
    return Field("edges", (Field("node", node),), many=True, required=True)


def document(name: str, fields: Collection[Field]) -> tuple[str, Mapping[str, object]]:
    """A query as text, and its variables."""
    declarations: list[str] = []
    variables: dict[str, object] = {}
    names: dict[tuple[str, object], str] = {}

    def argument(each: Argument) -> str:
        if each.type is None:
            literal = str(each.value).lower() if isinstance(each.value, bool) else str(each.value)
            return f"{each.name}: {literal}"
        known = names.get((each.type, each.value))
        if known is None:
            known = names[each.type, each.value] = f"v{len(variables)}"
            declarations.append(f"${known}: {each.type}")
            variables[known] = each.value
        return f"{each.name}: ${known}"

    def lines(field: Field, indent: str) -> list[str]:
        alias = f"{field.alias}: " if field.alias else ""
        given = f"({', '.join(argument(each) for each in field.arguments)})" if field.arguments else ""
        head = f"{indent}{alias}{field.name}{given}"
        if not field.fields:
            return [head]
        inner = [line for each in field.fields for line in lines(each, indent + "  ")]
        return [f"{head} {{", *inner, f"{indent}}}"]

    body = [line for field in fields for line in lines(field, "  ")]
    declared = f"({', '.join(declarations)})" if declarations else ""
    return "\n".join([f"query {name}{declared} {{", *body, "}"]), variables


def without(fields: Collection[Field], unknown: Collection[str]) -> tuple[Field, ...]:
    """The fields without the optional ones of these names; a field that is left with nothing to ask goes too."""
    kept: list[Field] = []
    for field in fields:
        if field.optional and field.name in unknown:
            continue
        if field.fields:
            inner = without(field.fields, unknown)
            if not inner:
                continue
            field = replace(field, fields=inner)
        kept.append(field)
    return tuple(kept)
