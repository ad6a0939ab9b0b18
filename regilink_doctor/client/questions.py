"""What the doctor asks about targets: all registries, collections and versions in one document.

As in `queries`, every field is one that a released wandb asks for on the same type.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from regilink_doctor.client.queries import NAME, PAGE, REGISTRY, Argument, Field, edges
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import record

TYPE = Field("defaultArtifactType", (NAME,), alias="type", required=True)
ALIASES = Field("aliases", (Field("alias", required=True),), many=True, required=True)
_INDEX = Field("versionIndex", kind="number")
_PLACE = Field("project", (NAME, Field("entity", (NAME,))))
"""Null where the account may not see the project (failure C6)."""


@record(order=True)
class RegistryQuestion:
    """A registry to look up: the organization's entity, and the name without the prefix."""

    organization: str
    registry: str


@record(order=True)
class CollectionQuestion:
    """A collection to look up. `display` is the organization's display name: only by it can collections be listed."""

    display: str
    organization: str
    registry: str
    collection: str


@record(order=True)
class VersionQuestion:
    """A version to look up, as the SDK fetches it: `name` is `collection[:alias]`."""

    entity: str
    project: str
    name: str


@record
class Questions:
    """Everything to be asked at once. `members_of` is the team whose members tell a service account (failure B9)."""

    registries: Sequence[RegistryQuestion] = ()
    collections: Sequence[CollectionQuestion] = ()
    versions: Sequence[VersionQuestion] = ()
    members_of: str | None = None

    def __bool__(self) -> bool:
        return bool(self.registries or self.collections or self.versions or self.members_of)


MEMBERS = "members"


def field_alias(kind: Literal["registry", "roles", "collection", "version"], index: int) -> str:
    """The alias of a question of `target_fields` about a registry, the roles in it, a collection or a version."""
    return f"{kind}{index}"


def target_fields(asked: Questions) -> tuple[Field, ...]:
    """One field, or two, for each question, under the aliases of their places in the sequences."""
    members = () if asked.members_of is None else (_members(asked.members_of),)
    return (
        *members,
        *(_registry(field_alias("registry", index), item) for index, item in enumerate(asked.registries)),
        *(_roles(field_alias("roles", index), item) for index, item in enumerate(asked.registries)),
        *(_collection(field_alias("collection", index), item) for index, item in enumerate(asked.collections)),
        *(_version(field_alias("version", index), item) for index, item in enumerate(asked.versions)),
    )


def _members(team: str) -> Field:
    """`GetTeamEntity`: nowhere else does wandb ask for the kind of an account."""
    fields = (Field("members", (Field("username"), Field("accountType", optional=True)), many=True),)
    return Field("entity", fields, (Argument("name", team, "String!"),), alias=MEMBERS, optional=True, extra=True)


def _registry(alias: str, item: RegistryQuestion) -> Field:
    """`FetchRegistry`: null for a registry that is missing as for one that is restricted (failure B3)."""
    project = Field("project", REGISTRY, (Argument("name", REGISTRY_PREFIX + item.registry, "String!"),))
    return Field("entity", (project,), (Argument("name", item.organization, "String!"),), alias=alias)


def _roles(alias: str, item: RegistryQuestion) -> Field:
    """`RegistryUserMembers` and `RegistryTeamMembers`; apart, because who may not see them must not lose the rest."""
    role = Field("role", (NAME,))
    fields = (
        Field("members", (Field("username"), role), optional=True, many=True),
        Field("teamMembers", (Field("team", (NAME,)), role), optional=True, many=True),
    )
    return _project(alias, item.organization, REGISTRY_PREFIX + item.registry, fields, extra=True)


def _collection(alias: str, item: CollectionQuestion) -> Field:
    """`RegistryCollections`: the only look-up of a collection that does not need its type first (failure B5)."""
    return _in_organization(
        alias, item.display, _found(item.registry, (NAME, TYPE), {"name": item.collection}, first=1)
    )


def _version(alias: str, item: VersionQuestion) -> Field:
    """`ArtifactMembershipByName`, the look-up behind every fetch of an artifact."""
    artifact = (
        Field("digest", required=True),
        _INDEX,
        Field("artifactType", (NAME,), required=True),
        Field("artifactSequence", (NAME, _PLACE)),
        Field("aliases", (Field("alias"), Field("artifactCollection", (NAME, _PLACE))), optional=True, many=True),
    )
    membership = Field(
        "artifactCollectionMembership",
        (
            _INDEX,
            ALIASES,
            Field("artifactCollection", (NAME, _PLACE)),
            Field("artifact", artifact),
        ),
        (Argument("name", item.name, "String!"),),
        optional=True,
    )
    return _project(alias, item.entity, item.project, (NAME, membership))


def neighbour_fields(asked: Sequence[CollectionQuestion]) -> tuple[Field, ...]:
    """What there is around what is missing (`RegistryCollections`, `RegistryVersions`).

    Under `names0` a page of the registry's collections, under `there0` one of the collection's versions and aliases.
    """
    fields: list[Field] = []
    for index, item in enumerate(asked):
        names = _found(item.registry, (NAME, TYPE), None, first=PAGE)
        versions = Field(
            "artifactMemberships",
            (edges(_INDEX, ALIASES),),
            (
                Argument("projectFilters", json.dumps({"name": REGISTRY_PREFIX + item.registry}), "JSONString"),
                Argument("collectionFilters", json.dumps({"name": item.collection}), "JSONString"),
                Argument("first", PAGE),
            ),
            optional=True,
        )
        fields.append(_in_organization(f"names{index}", item.display, names))
        fields.append(_in_organization(f"there{index}", item.display, versions))
    return tuple(fields)


def _found(registry: str, node: tuple[Field, ...], filters: dict[str, str] | None, *, first: int) -> Field:
    arguments = [Argument("projectFilters", json.dumps({"name": REGISTRY_PREFIX + registry}), "JSONString")]
    if filters is not None:
        arguments.append(Argument("filters", json.dumps(filters), "JSONString"))
    arguments.append(Argument("first", first))
    return Field("artifactCollections", (edges(*node),), tuple(arguments), optional=True)


def _in_organization(alias: str, display: str, inner: Field) -> Field:
    owner = Field("orgEntity", (inner,))
    return Field("organization", (owner,), (Argument("name", display, "String!"),), alias=alias, optional=True)


def _project(alias: str, entity: str, project: str, fields: tuple[Field, ...], *, extra: bool = False) -> Field:
    arguments = (Argument("name", project, "String!"), Argument("entityName", entity, "String!"))
    return Field("project", fields, arguments, alias=alias, optional=extra, extra=extra)
