"""What the doctor asks first: one document for the account, one for the names of registries (`questions`: the targets).

Every field is one that a released wandb itself asks for, on the same type (the `*_GQL` constants of wandb 0.31.0 and
the documents of its Go client; a test compares), so that nothing here is a guess about the server's schema.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from regilink_doctor.client.document import NAME, Argument, Field, document, edges, without
from regilink_doctor.client.gateway import Answer, Gateway
from regilink_doctor.client.reply import WrongShape, check_reply
from regilink_doctor.core.records import record

PAGE = 100

_UNKNOWN_FIELD = re.compile(
    r"Cannot query field [\"']?(\w+)[\"']?|Unknown argument [\"']?\w+[\"']? on field [\"']?(\w+)"
)

_ORGANIZATION = (Field("name"), Field("orgEntity", (NAME,)))
"""`OrgInfoFragment`."""

_READ_ONLY = Field("readOnly", optional=True, kind="flag")
"""Whether the account may write to the entity (`GetTeamEntity`), or the project (`IsProjectReadOnly`)."""


_VIEWER = Field(
    "viewer",
    (
        Field("username"),
        Field("entity"),
        Field(
            "teams",
            (edges(NAME, _READ_ONLY, Field("organization", _ORGANIZATION, optional=True)),),
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
    _READ_ONLY,
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
    told = zip(answer.errors, places, strict=True)
    wrong = [text for text, place in told if place not in extra and not _says_no(text)]
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
    found = (_UNKNOWN_FIELD.search(text) for text in errors)
    return tuple(dict.fromkeys(match[1] or match[2] for match in found if match))


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
        (Field("organization", _ORGANIZATION), user, _READ_ONLY),
        (Argument("name", name, "String!"),),
        alias=alias,
    )
