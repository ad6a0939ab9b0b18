"""What is known of a host: organizations, teams, registries, collections; an `OrganizationView`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.organization_view import EntityFacts, OrganizationNames, RegistryFacts
from regilink_doctor.core.records import field, record

if TYPE_CHECKING:
    pass


Visibility = Literal["organization", "restricted"]
Depth = Literal["none", "names", "full"]


@record
class Collection:
    """A collection of a registry; `type` is the one type it takes."""

    name: str
    type: str
    aliases: tuple[str, ...] = ()
    versions: int = 0
    last_link: str = field(default="", compare=False)
    """When the newest version was linked, in ISO 8601; from a server alone, never written to the file."""


@record
class Writers:
    """The teams and users that are known to have a role in a registry with which they can link to it.

    A registry of `visibility` "organization" can give such a role to members whom the server does not list.
    """

    teams: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    visibility: Visibility = "organization"


@record
class Registry:
    """A registry; `name` is without the prefix.

    `types` None: every type is taken; `types_seen` is what has been used so far, which the server mixes up with what is
    allowed (failure B4). `collections` None: not asked for.
    """

    name: str
    visibility: Visibility = "organization"
    description: str | None = None
    types: tuple[str, ...] | None = None
    types_seen: tuple[str, ...] = ()
    protected_aliases: tuple[str, ...] = ()
    collections: tuple[Collection, ...] | None = None
    writers: Writers | None = field(default=None, compare=False)
    """From a server alone, never written to the file, which names no people; None: not asked for, or not shown."""


@record
class Organization:
    """An organization: its display `name`, its `entity`, the names of its teams, its registries."""

    name: str
    entity: str
    teams: tuple[str, ...] = ()
    registries: tuple[Registry, ...] = ()


@record
class CatalogContents:
    """Everything that is known of a host. It is an `OrganizationView`: None proves absence only when `complete`.

    `complete` is true when it was pulled by an account that sees every registry and team.
    """

    organizations: tuple[Organization, ...] = ()
    host: str | None = None
    complete: bool = False
    features: tuple[str, ...] = ()
    personal_entities: frozenset[str] = field(default=frozenset(), compare=False)
    """Known from the configuration, never written to the file."""

    @property
    def depth(self) -> Depth:
        """What is known of collections: nothing, names and types, or also aliases and numbers of versions."""
        collections = [entry.collections for item in self.organizations for entry in item.registries]
        listed = [entry for entry in collections if entry is not None]
        if not listed:
            return "none"
        return "full" if any(item.versions or item.aliases for entry in listed for item in entry) else "names"

    @property
    def organization_names(self) -> tuple[OrganizationNames, ...]:
        """The organizations of the catalog."""
        return tuple(OrganizationNames(item.name, item.entity) for item in self.organizations)

    @property
    def team_names(self) -> tuple[str, ...]:
        """The teams of the catalog."""
        return tuple(team for organization in self.organizations for team in organization.teams)

    def entity(self, name: str) -> EntityFacts | None:
        """The team, organization or person of this exact name."""
        for organization in self.organizations:
            names = OrganizationNames(organization.name, organization.entity)
            if name in organization.teams:
                return EntityFacts(name, "team", (names,))
            if name == organization.entity:
                return EntityFacts(name, "organization", (names,))
        if name in self.personal_entities:
            return EntityFacts(name, "personal", self.organization_names)
        return None

    def registry(self, organization: str, name: str) -> RegistryFacts | None:
        """A registry by its name, exactly or in another case."""
        entry = self._registry(organization, name)
        return RegistryFacts(entry.name, entry.types, None, entry.protected_aliases) if entry else None

    def registry_names(self, organization: str) -> tuple[str, ...]:
        """The registries of an organization entity."""
        owned = (item.registries for item in self.organizations if item.entity == organization)
        return tuple(sorted(registry.name for registries in owned for registry in registries))

    def collection_type(self, entity: str, project: str, collection: str) -> str | None:
        """The type of a collection of a registry; a catalog knows no others."""
        if not project.startswith(REGISTRY_PREFIX):
            return None
        registry = self._registry(entity, project.removeprefix(REGISTRY_PREFIX))
        for item in (registry.collections if registry else None) or ():
            if item.name == collection:
                return item.type
        return None

    def collection_names(self, organization: str, registry: str) -> tuple[str, ...] | None:
        """The collections of a registry; None where they were not listed."""
        entry = self._registry(organization, registry)
        if entry is None or entry.collections is None:
            return None
        return tuple(item.name for item in entry.collections)

    def _registry(self, organization: str, name: str) -> Registry | None:
        registries = [
            registry for item in self.organizations if item.entity == organization for registry in item.registries
        ]
        exact = (registry for registry in registries if registry.name == name)
        folded = (registry for registry in registries if registry.name.casefold() == name.casefold())
        return next(exact, None) or next(folded, None)
