"""Checks the data of a reply against the document that asked for it: shapes, types, bounds.

What passed has every field that was asked for, with the type that the document declares, so that nothing that reads it
has to doubt it. What wandb itself takes for never null (its generated classes) is `required` in our documents.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from regilink_doctor.client.gateway import Answer, Gateway
from regilink_doctor.core.records import record, replace

MAX_TEXT = 100_000
"""Characters. Names have at most 128; a description can be long."""

MAX_NUMBER = 2**53
"""JSON readers in other languages lose precision beyond it."""


class WrongShape(ValueError):
    """A reply is not what the document asked for; the message names the field and what is wrong with it."""


def check_reply(fields: Collection[Field], data: Mapping[str, object]) -> None:
    """Check the object that answers `fields`.

    Raises:
        WrongShape: a field is missing, null where it cannot be, of another type, or out of bounds.
    """
    _check_object(fields, data, "")


def _check_object(fields: Collection[Field], value: object, where: str) -> None:
    if not isinstance(value, dict):
        raise WrongShape(f"{_shown(where)} is {_kind(value)}, not an object")
    for field in fields:
        path = f"{where}.{field.name}" if where else field.name
        if field.key not in value:
            raise WrongShape(f"{_shown(path)} is missing")
        _check_field(field, value[field.key], path)


def _check_field(field: Field, value: object, path: str) -> None:
    if value is None:
        if field.required:
            raise WrongShape(f"{_shown(path)} is null")
        return
    if not field.many:
        _check_value(field, value, path)
        return
    if not isinstance(value, list):
        raise WrongShape(f"{_shown(path)} is {_kind(value)}, not a list")
    for index, item in enumerate(value):
        if item is None:
            raise WrongShape(f"{_shown(f'{path}[{index}]')} is null")
        _check_value(field, item, f"{path}[{index}]")


def _check_value(field: Field, value: object, path: str) -> None:
    if field.fields:
        _check_object(field.fields, value, path)
        _check_length(field, value, path)
    elif field.kind == "flag":
        if not isinstance(value, bool):
            raise WrongShape(f"{_shown(path)} is {_kind(value)}, not true or false")
    elif field.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int):
            raise WrongShape(f"{_shown(path)} is {_kind(value)}, not a whole number")
        if not 0 <= value <= MAX_NUMBER:
            raise WrongShape(f"{_shown(path)} is out of range")
    else:
        _check_text(field, value, path)


def _check_text(field: Field, value: object, path: str) -> None:
    if not isinstance(value, str):
        raise WrongShape(f"{_shown(path)} is {_kind(value)}, not a string")
    if field.required and not value:
        raise WrongShape(f"{_shown(path)} is empty")
    if len(value) > MAX_TEXT:
        raise WrongShape(f"{_shown(path)} has {len(value)} characters")
    try:
        value.encode()
    except UnicodeEncodeError:  # JSON can spell half a character ("\ud800"), which no file or terminal takes
        raise WrongShape(f"{_shown(path)} is not valid Unicode") from None


def _check_length(field: Field, value: object, path: str) -> None:
    """A page has at most as many entries as were asked for."""
    first = next((argument.value for argument in field.arguments if argument.name == "first"), None)
    edges = value.get("edges") if isinstance(value, dict) else None
    if isinstance(first, int) and isinstance(edges, list) and len(edges) > first:
        raise WrongShape(f"{_shown(path)} has {len(edges)} entries where {first} were asked for")


def _kind(value: object) -> str:
    """The JSON type of a value, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")


def _shown(path: str) -> str:
    return f"`{path}`" if path else "`data`"


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

    def argument(entry: Argument) -> str:
        if entry.type is None:
            literal = str(entry.value).lower() if isinstance(entry.value, bool) else str(entry.value)
            return f"{entry.name}: {literal}"
        variable = names.get((entry.type, entry.value))
        if variable is None:
            variable = names[entry.type, entry.value] = f"v{len(variables)}"
            declarations.append(f"${variable}: {entry.type}")
            variables[variable] = entry.value
        return f"{entry.name}: ${variable}"

    def lines(field: Field, indent: str) -> list[str]:
        alias = f"{field.alias}: " if field.alias else ""
        arguments = f"({', '.join(argument(entry) for entry in field.arguments)})" if field.arguments else ""
        head = f"{indent}{alias}{field.name}{arguments}"
        if not field.fields:
            return [head]
        inner = [line for entry in field.fields for line in lines(entry, indent + "  ")]
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


PAGE = 100

_UNKNOWN_FIELD = re.compile(
    r"Cannot query field [\"']?(\w+)[\"']?|Unknown argument [\"']?\w+[\"']? on field [\"']?(\w+)"
)

_ORGANIZATION = (Field("name"), Field("orgEntity", (NAME,)))
"""`OrgInfoFragment`."""

READ_ONLY = Field("readOnly", optional=True, kind="flag")
"""Whether the account may write to the entity (`GetTeamEntity`), or the project (`IsProjectReadOnly`)."""


_VIEWER = Field(
    "viewer",
    (
        Field("username"),
        Field("entity"),
        Field(
            "teams",
            (edges(NAME, READ_ONLY, Field("organization", _ORGANIZATION, optional=True)),),
            required=True,
        ),
        Field("organizations", _ORGANIZATION, optional=True, many=True),
    ),
)
"""`Viewer` of the Go client; `teams` are of type Entity, `organizations` those of `FetchOrgInfoFromEntity`'s user."""

_FEATURES = Field(
    "serverInfo",
    (Field("features", (NAME, Field("isEnabled", kind="flag")), optional=True, many=True),),
    optional=True,
)
"""`ServerFeaturesQuery`."""

REGISTRY = (
    NAME,
    Field("access"),
    READ_ONLY,
    Field("allowAllArtifactTypesInRegistry", alias="allowAllArtifactTypes", kind="flag", required=True),
    Field("artifactTypes", (edges(NAME),), (Argument("includeAll", True),), required=True),
)
"""`RegistryFragment`, and `IsProjectReadOnly`."""


@record
class Reply:
    """The answer to a document, by the aliases of its fields; `unknown` are the fields the server does not know."""

    data: Mapping[str, Any]
    unknown: tuple[str, ...] = ()


def ask(gateway: Gateway, name: str, fields: Sequence[Field]) -> Reply:
    """Send a document; send it once more, without what the server does not know, when it says so.

    Raises:
        ServerConnectionError: no usable answer.
    """
    answer = gateway.ask(*document(name, fields))
    unknown, pruned = unknown_fields(answer.errors), tuple(fields)
    if unknown:
        pruned = without(fields, unknown)
        if pruned == tuple(fields):
            raise gateway.fault("too-old", answer.errors[0])
        answer = gateway.ask(*document(name, pruned))
        if still := unknown_fields(answer.errors):
            raise gateway.fault("too-old", f"it does not know {' and '.join(still)}")
    extra = {field.key for field in fields if field.extra}
    places = answer.places or ("",) * len(answer.errors)
    errors = zip(answer.errors, places, strict=True)
    wrong = [text for text, place in errors if place not in extra and not _says_no(text)]
    if wrong:
        raise gateway.fault("graphql", wrong[0][:300])
    return Reply(_checked(gateway, answer, pruned), unknown)


def _checked(gateway: Gateway, answer: Answer, fields: Sequence[Field]) -> Mapping[str, Any]:
    """The data of an answer, with every field that was asked for; null for those that an error took away.

    Raises:
        ServerConnectionError: it is not what was asked for.
    """
    missing = {field.key: None for field in fields} if answer.errors else {}
    if answer.data is None and not missing:
        raise gateway.fault("other-api", "`data` is missing")
    data = missing | dict(answer.data or {})
    try:
        check_reply(fields, data)
    except WrongShape as error:
        raise gateway.fault("other-api", str(error)) from None
    return data


def unknown_fields(errors: Iterable[str]) -> tuple[str, ...]:
    """The names of fields that a server says it does not know."""
    matches = (_UNKNOWN_FIELD.search(text) for text in errors)
    return tuple(dict.fromkeys(match[1] or match[2] for match in matches if match))


def _says_no(text: str) -> bool:
    """An error that only says "no such thing, or not for you": the null beside it says the same."""
    folded = text.casefold()
    return any(word in folded for word in ("not found", "permission", "not logged in", "access denied", "unauthorized"))


def account_fields(entities: Collection[str]) -> tuple[Field, ...]:
    """Who asks, what the server can do, and each of `entities`, under `entity0`, `entity1` in their sorted order."""
    return (_VIEWER, _FEATURES, *(_entity(f"entity{index}", name) for index, name in enumerate(sorted(set(entities)))))


def entity_names(entities: Collection[str]) -> dict[str, str]:
    """The alias of each entity in `account_fields`."""
    return {name: f"entity{index}" for index, name in enumerate(sorted(set(entities)))}


def _entity(alias: str, name: str) -> Field:
    """`FetchOrgInfoFromEntity`: a user means personal, an organization means a team's or the organization's own."""
    user = Field("user", (Field("organizations", _ORGANIZATION, many=True),))
    return Field(
        "entity",
        (Field("organization", _ORGANIZATION), user, READ_ONLY),
        (Argument("name", name, "String!"),),
        alias=alias,
    )
