"""A `core.organization_view.Directory` of what was looked up on the server, and what the doctor knows beyond it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regilink_doctor.client.questions import CollectionQuestion, VersionQuestion
from regilink_doctor.core.catalog import Visibility
from regilink_doctor.core.naming import is_version
from regilink_doctor.core.organization_view import EntityFacts, OrganizationNames, RegistryFacts
from regilink_doctor.core.target_path import registry_name
from regilink_doctor.doctor.facts import (
    VISIBILITY,
    Grant,
    Team,
    Version,
    entity_of,
    grants_of,
    registry_of,
    version_of,
    writable_of,
)


class ServerView:
    """What has been looked up on the server so far.

    `complete`: for the one who asks, what the server does not show is not there, and a link fails alike (row B3).
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
        """The roles in a registry that somebody gave to users and teams; none where the server does not say."""
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
        """Every name that the server has told, with its kind."""
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
        """Remember an entity as the server told it, or that there is none."""
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
