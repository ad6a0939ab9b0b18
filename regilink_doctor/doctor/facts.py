"""From the server's answers to plain facts, and to a view of the organization."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from regilink_doctor.client.questions import CollectionQuestion, VersionQuestion
from regilink_doctor.core.catalog import Visibility
from regilink_doctor.core.naming import REGISTRY_PREFIX, is_version
from regilink_doctor.core.organization_view import EntityFacts, OrganizationNames, RegistryFacts
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import registry_name

if TYPE_CHECKING:
    from regilink_doctor.core.organization_view import EntityKind


@record
class Team:
    """A team of the account; `organization` is None when it belongs to none, or the server does not say.

    `writable`: whether the account may log there, None where the server does not say.
    """

    name: str
    organization: OrganizationNames | None
    writable: bool | None = None


VISIBILITY: dict[str, Visibility] = {"PRIVATE": "organization", "RESTRICTED": "restricted"}
"""The `access` of a registry's project -> its visibility (wandb `registries/_utils.py`)."""

RANK = ("restricted_viewer", "viewer", "member", "admin")
"""Roles in a registry, from least to most (failure B7)."""

WRITING = frozenset({"member", "admin"})
"""The roles that can link to a registry."""


@record
class Grant:
    """A role in a registry, and the user or team that it was given to."""

    role: str
    user: str | None = None
    team: str | None = None


@record
class Version:
    """A version as a fetch finds it: `vN` in its collection, its type, and where it was logged.

    `collection` is `(entity, project, name)`, which differs from what was asked where W&B redirects (failure A14).
    `source` is `(entity, project)` of the artifact behind it, None where the account may not see it (failure C6).
    """

    index: int | None
    aliases: tuple[str, ...]
    artifact_type: str | None
    collection: tuple[str, str, str] | None
    source: tuple[str, str] | None


@record
class Account:
    """Whose key it is. `organizations` None: the server is too old to say."""

    username: str
    default_entity: str | None
    teams: tuple[Team, ...]
    organizations: tuple[OrganizationNames, ...] | None

    def best_role(self, grants: Iterable[Grant]) -> Grant | None:
        """The highest of the roles that were given to the account or to one of its teams."""
        teams = {team.name for team in self.teams}
        mine = [item for item in grants if item.user == self.username or item.team in teams]
        return max(mine, key=lambda item: RANK.index(item.role), default=None)

    @property
    def usable_teams(self) -> tuple[Team, ...]:
        """The teams that registry links can be made from."""
        return tuple(team for team in self.teams if team.organization is not None)


def account_of(viewer: Mapping[str, Any] | None) -> Account | None:
    """The account of a `viewer`; None when the server knows no account with this key."""
    if not viewer or not viewer.get("username"):
        return None
    teams = tuple(
        Team(node["name"], names_of(node.get("organization")), writable_of(node))
        for node in list_nodes(viewer.get("teams"))
        if node.get("name")
    )
    organizations = viewer.get("organizations")
    return Account(
        username=viewer["username"],
        default_entity=viewer.get("entity") or None,
        teams=teams,
        organizations=None if organizations is None else all_names_of(organizations),
    )


def entity_of(name: str, value: Mapping[str, Any] | None) -> EntityFacts | None:
    """An entity as `FetchOrgInfoFromEntity` shows it: one with a user is personal."""
    if value is None:
        return None
    user = value.get("user")
    if user is not None:
        return EntityFacts(name, "personal", all_names_of(user.get("organizations")))
    organization = names_of(value.get("organization"))
    kind: EntityKind = "organization" if organization is not None and organization.entity == name else "team"
    return EntityFacts(name, kind, (organization,) if organization else ())


def writable_of(value: Mapping[str, Any] | None) -> bool | None:
    """Whether the account may write to an entity or project: `readOnly`, turned round."""
    read_only = (value or {}).get("readOnly")
    return None if read_only is None else not read_only


def registry_of(value: Mapping[str, Any] | None) -> RegistryFacts | None:
    """A registry's project. Its list of types restricts only when not every type is allowed (B4)."""
    if not value or not str(value.get("name", "")).startswith(REGISTRY_PREFIX):
        return None
    types = None
    if value.get("allowAllArtifactTypes") is False:
        types = tuple(sorted(node["name"] for node in list_nodes(value.get("artifactTypes"))))
    return RegistryFacts(registry_name(value["name"]), types, writable_of(value))


def grants_of(value: Mapping[str, Any] | None) -> tuple[Grant, ...]:
    """The roles of a registry's members; roles that are not known are left out."""
    members = value or {}
    users = ((item, "user", item.get("username")) for item in members.get("members") or ())
    teams = ((item, "team", (item.get("team") or {}).get("name")) for item in members.get("teamMembers") or ())
    grants = ((str((item.get("role") or {}).get("name")), kind, name) for item, kind, name in (*users, *teams) if name)
    return tuple(Grant(role, **{kind: name}) for role, kind, name in grants if role in RANK)


def version_of(value: Mapping[str, Any] | None) -> Version | None:
    """A membership, as `ArtifactMembershipByName` tells it."""
    if not value:
        return None
    artifact = value.get("artifact") or {}
    collection = value.get("artifactCollection") or {}
    place, source = place_of(collection), place_of(artifact.get("artifactSequence"))
    return Version(
        index=value.get("versionIndex"),
        aliases=tuple(item["alias"] for item in value.get("aliases") or () if item.get("alias")),
        artifact_type=(artifact.get("artifactType") or {}).get("name"),
        collection=(*place, collection["name"]) if place and collection.get("name") else None,
        source=source,
    )


def place_of(collection: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """Entity and project of a collection."""
    project = (collection or {}).get("project") or {}
    entity = (project.get("entity") or {}).get("name")
    return (entity, project["name"]) if entity and project.get("name") else None


def names_of(value: Mapping[str, Any] | None) -> OrganizationNames | None:
    """Both names of an organization; None without an entity, as on old servers."""
    entity = ((value or {}).get("orgEntity") or {}).get("name")
    return OrganizationNames(str((value or {}).get("name") or entity), entity) if entity else None


def all_names_of(values: Iterable[Mapping[str, Any]] | None) -> tuple[OrganizationNames, ...]:
    """The organizations that have an entity."""
    return tuple(names for names in map(names_of, values or ()) if names is not None)


def list_nodes(connection: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The nodes of a connection, nulls left out."""
    edges = (connection or {}).get("edges") or ()
    return [edge["node"] for edge in edges if edge and edge.get("node")]


class ServerView:
    """What has been looked up on the server so far.

    `complete`: for the one who asks, what the server does not show is not there, and a link fails alike (failure B3).
    What the judgement of a link will ask for is looked up first (`ServerQueries`). `service_account`: whether the
    account is one, None where it was not asked or the server does not say. `not_known` are fields that the server is
    too old for.
    """

    complete = True

    def __init__(self) -> None:
        self._entities: dict[str, EntityFacts | None] = {}
        self._registries: dict[tuple[str, str], RegistryFacts | None] = {}
        self._types: dict[tuple[str, str, str], str | None] = {}
        self._versions: dict[VersionQuestion, Version | None] = {}
        self._neighbours: dict[CollectionQuestion, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._grants: dict[tuple[str, str], tuple[Grant, ...]] = {}
        self._visibility: dict[tuple[str, str], Visibility] = {}
        self._writable: dict[str, bool | None] = {}
        self.service_account: bool | None = None
        self.not_known: set[str] = set()

    @property
    def organization_names(self) -> tuple[OrganizationNames, ...]:
        """The organizations of the entities that have been looked up."""
        seen = (names for facts in self._entities.values() if facts is not None for names in facts.organizations)
        return tuple(dict.fromkeys(seen))

    @property
    def team_names(self) -> tuple[str, ...]:
        """The teams among the entities that have been looked up."""
        return tuple(name for name, facts in self._entities.items() if facts is not None and facts.kind == "team")

    def entity(self, name: str) -> EntityFacts | None:
        """What the server says of an entity; None where it is missing or was not asked for."""
        return self._entities.get(name)

    def registry(self, organization: str, name: str) -> RegistryFacts | None:
        """What the server says of a registry; None where it is missing, hidden or was not asked for."""
        return self._registries.get((organization, name.casefold()))

    def has_asked(self, organization: str, name: str) -> bool:
        """Whether the registry has been looked for."""
        return (organization, name.casefold()) in self._registries

    def registry_names(self, organization: str) -> tuple[str, ...]:
        """The registries of an organization that have been seen, sorted."""
        found = self._registries.items()
        return tuple(sorted(facts.name for (owner, _), facts in found if owner == organization and facts is not None))

    def collection_type(self, entity: str, project: str, collection: str) -> str | None:
        """The type of a collection of a registry; None where it has none or was not asked for."""
        return self._types.get((entity, registry_name(project).casefold(), collection))

    def version(self, question: VersionQuestion) -> Version | None:
        """The version, None when it is missing or not shown."""
        return self._versions.get(question)

    def list_neighbors(self, question: CollectionQuestion) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The collections of the registry, and the versions and aliases of the collection, as far as looked up."""
        return self._neighbours.get(question, ((), ()))

    def list_grants(self, organization: str, registry: str) -> tuple[Grant, ...]:
        """The roles in a registry that were given to users and teams; empty where the server does not say."""
        return self._grants.get((organization, registry.casefold()), ())

    def visibility(self, organization: str, registry: str) -> Visibility | None:
        """`organization` or `restricted`, None where the server does not say."""
        return self._visibility.get((organization, registry.casefold()))

    def writable(self, entity: str) -> bool | None:
        """Whether the account may log under the entity, None where the server does not say."""
        return self._writable.get(entity)

    def is_unsaid_whether_writable(self, entity: str) -> bool:
        """Whether the entity is there, and the server does not say whether the account may log in it."""
        return self._entities.get(entity) is not None and self._writable.get(entity) is None

    def collection_names(self, organization: str, registry: str) -> tuple[str, ...] | None:
        """None: the doctor never asks for all collections of a registry."""
        return None

    def seen_names(self) -> Iterator[tuple[str, str]]:
        """Every name in the server's answers, with its kind."""
        for facts in self._registries.values():
            if facts is not None:
                yield "registry", facts.name
                yield from (("type", name) for name in facts.types or ())
        for question, (collections, versions) in self._neighbours.items():
            yield "collection", question.collection
            yield from (("collection", name) for name in collections)
            yield from (("alias", name) for name in versions if not is_version(name) and name != "latest")
        for name in self._entities:
            yield "entity", name

    def knows_entity(self, name: str) -> bool:
        """Whether the entity has been looked up."""
        return name in self._entities

    def add_entity(self, name: str, value: Mapping[str, Any] | None) -> None:
        """Remember an entity as the server returned it, or that it does not exist."""
        self.know_entity(name, entity_of(name, value))
        self._writable[name] = writable_of(value)

    def add_team(self, team: Team) -> None:
        """Remember a team of the account."""
        if team.organization is not None:
            self.know_entity(team.name, EntityFacts(team.name, "team", (team.organization,)))
        self._writable[team.name] = team.writable

    def know_entity(self, name: str, facts: EntityFacts | None) -> None:
        """Remember what is known of an entity."""
        self._entities[name] = facts

    def add_registry(self, organization: str, name: str, value: Mapping[str, Any] | None) -> None:
        """Remember a registry, or that there is none; a sighting is not forgotten for a null."""
        key = (organization, name.casefold())
        facts = registry_of(value)
        if facts is not None or key not in self._registries:
            self._registries[key] = facts
        if facts is not None and (shown := VISIBILITY.get(str((value or {}).get("access")))):
            self._visibility[key] = shown

    def add_grants(self, organization: str, name: str, value: Mapping[str, Any] | None) -> None:
        """Remember who was given which role in a registry."""
        self._grants[organization, name.casefold()] = grants_of(value)

    def add_neighbours(
        self, question: CollectionQuestion, collections: tuple[str, ...], versions: tuple[str, ...]
    ) -> None:
        """Remember what there is around a version that is missing."""
        self._neighbours[question] = (collections, versions)

    def add_version(self, question: VersionQuestion, value: Mapping[str, Any] | None) -> None:
        """Remember a version, or that there is none."""
        self._versions[question] = version_of((value or {}).get("artifactCollectionMembership"))

    def add_collection(self, organization: str, registry: str, collection: str, artifact_type: str | None) -> None:
        """Remember the type of a collection."""
        self._types[organization, registry.casefold(), collection] = artifact_type
