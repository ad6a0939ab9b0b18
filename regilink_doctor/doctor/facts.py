"""From the server's answers to plain facts: the account, and a `core.directory.Directory` of what was looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from regilink_doctor.core.directory import EntityFacts, EntityKind, OrganizationNames, RegistryFacts
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.target_path import registry_name


@dataclass(frozen=True, slots=True)
class Team:
    """A team of the account; `organization` is None when it belongs to none, or the server does not say."""

    name: str
    organization: OrganizationNames | None


@dataclass(frozen=True, slots=True)
class Account:
    """Whose key it is. `organizations` None: the server is too old to say."""

    username: str
    default_entity: str | None
    teams: tuple[Team, ...]
    organizations: tuple[OrganizationNames, ...] | None

    @property
    def usable_teams(self) -> tuple[Team, ...]:
        """The teams that registry links can be made from."""
        return tuple(team for team in self.teams if team.organization is not None)


class LiveDirectory:
    """What has been looked up on the server so far.

    `complete`: for the one who asks, what the server does not show is not there, and a link fails alike (row B3).
    Whoever judges a link looks up first what the judgement will ask for (`enquiry`).
    """

    complete = True

    def __init__(self) -> None:
        self._entities: dict[str, EntityFacts | None] = {}
        self._registries: dict[tuple[str, str], RegistryFacts | None] = {}
        self._types: dict[tuple[str, str, str], str | None] = {}

    def entity(self, name: str) -> EntityFacts | None:
        """See `Directory.entity`."""
        return self._entities.get(name)

    def registry(self, organization: str, name: str) -> RegistryFacts | None:
        """See `Directory.registry`."""
        return self._registries.get((organization, name.casefold()))

    def registry_names(self, organization: str) -> tuple[str, ...]:
        """See `Directory.registry_names`: those that have been seen."""
        found = self._registries.items()
        return tuple(sorted(facts.name for (owner, _), facts in found if owner == organization and facts is not None))

    def collection_type(self, entity: str, project: str, collection: str) -> str | None:
        """See `Directory.collection_type`: those of registries only."""
        return self._types.get((entity, registry_name(project).casefold(), collection))

    def knows_entity(self, name: str) -> bool:
        """Whether the entity has been looked up."""
        return name in self._entities

    def add_entity(self, name: str, facts: EntityFacts | None) -> None:
        """Remember an entity, or that there is none."""
        self._entities[name] = facts

    def add_registry(self, organization: str, name: str, facts: RegistryFacts | None) -> None:
        """Remember a registry, or that there is none; a sighting is not forgotten for a null."""
        key = (organization, name.casefold())
        if facts is not None or key not in self._registries:
            self._registries[key] = facts

    def add_collection(self, organization: str, registry: str, collection: str, artifact_type: str | None) -> None:
        """Remember the type of a collection."""
        self._types[organization, registry.casefold(), collection] = artifact_type


def account_of(viewer: Mapping[str, Any] | None) -> Account | None:
    """The account of a `viewer`; None when the server knows nobody by this key."""
    if not viewer or not viewer.get("username"):
        return None
    teams = tuple(
        Team(node["name"], names_of(node.get("organization")))
        for node in nodes(viewer.get("teams"))
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
    """An entity as `FetchOrgInfoFromEntity` tells it: a user makes it personal (failures.md, section 0)."""
    if value is None:
        return None
    user = value.get("user")
    if user is not None:
        return EntityFacts(name, "personal", all_names_of(user.get("organizations")))
    organization = names_of(value.get("organization"))
    kind: EntityKind = "organization" if organization is not None and organization.entity == name else "team"
    return EntityFacts(name, kind, (organization,) if organization else ())


def registry_of(value: Mapping[str, Any] | None) -> RegistryFacts | None:
    """A registry's project. Its list of types restricts only when not every type is allowed (the trap of row B4)."""
    if not value or not str(value.get("name", "")).startswith(REGISTRY_PREFIX):
        return None
    types = None
    if value.get("allowAllArtifactTypes") is False:
        types = tuple(sorted(node["name"] for node in nodes(value.get("artifactTypes"))))
    read_only = value.get("readOnly")
    return RegistryFacts(registry_name(value["name"]), types, None if read_only is None else not read_only)


def names_of(value: Mapping[str, Any] | None) -> OrganizationNames | None:
    """Both names of an organization; None without an entity, as on old servers."""
    entity = ((value or {}).get("orgEntity") or {}).get("name")
    return OrganizationNames(str((value or {}).get("name") or entity), entity) if entity else None


def all_names_of(values: Iterable[Mapping[str, Any]] | None) -> tuple[OrganizationNames, ...]:
    """The organizations that have an entity."""
    return tuple(names for names in map(names_of, values or ()) if names is not None)


def nodes(connection: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The nodes of a connection, nulls left out."""
    edges = (connection or {}).get("edges") or ()
    return [edge["node"] for edge in edges if edge and edge.get("node")]
