"""A world as `core.judgement` asks about it, through the eyes of one user."""

from __future__ import annotations

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.organization_view import EntityFacts, OrganizationNames, RegistryFacts
from regilink_doctor.emulator.world import access
from regilink_doctor.emulator.world.model import Entity, User
from regilink_doctor.emulator.world.state import State


class WorldView:
    """The look-ups of `core.organization_view.Directory`. Without a user, everything is seen and may be written."""

    complete = True

    def __init__(self, state: State, user: User | None = None) -> None:
        self._state = state
        self._user = user

    @property
    def organization_names(self) -> tuple[OrganizationNames, ...]:
        """All organizations."""
        return tuple(OrganizationNames(item.name, item.entity.name) for item in self._state.organizations.values())

    @property
    def team_names(self) -> tuple[str, ...]:
        """The teams of all organizations."""
        return tuple(name for organization in self._state.organizations.values() for name in organization.teams)

    def entity(self, name: str) -> EntityFacts | None:
        """The entity, with the organizations it belongs to."""
        entity = self._state.find_entity(name)
        if entity is None:
            return None
        return EntityFacts(name, entity.kind, tuple(self._organizations(entity)))

    def _organizations(self, entity: Entity) -> list[OrganizationNames]:
        if entity.kind == "personal" and entity.user is not None:
            organizations = access.organizations_of(entity.user, self._state.organizations)
        else:
            organizations = [entity.organization] if entity.organization is not None else []
        return [OrganizationNames(item.name, item.entity.name) for item in organizations]

    def registry(self, organization: str, name: str) -> RegistryFacts | None:
        """The registry, if the user sees it; its types only where they restrict."""
        project = self._state.find_project(organization, REGISTRY_PREFIX + name)
        if project is None or (self._user is not None and not access.sees_project(self._user, project)):
            return None
        types = None if project.allow_all_types else tuple(sorted(project.types))
        writable = self._user is None or access.writes_project(self._user, project)
        return RegistryFacts(project.registry_name, types, writable, tuple(sorted(project.protected_aliases)))

    def registry_names(self, organization: str) -> tuple[str, ...]:
        """The registries that the user sees."""
        owner = self._state.find_entity(organization)
        projects = owner.projects.values() if owner is not None else ()
        return tuple(
            sorted(
                item.registry_name
                for item in projects
                if item.is_registry and (self._user is None or access.sees_project(self._user, item))
            )
        )

    def collection_type(self, entity: str, project: str, collection: str) -> str | None:
        """The type of the collection, None when there is none."""
        owner = self._state.find_project(entity, project)
        existing = owner.collections.get(collection) if owner is not None else None
        return existing.type if existing is not None else None

    def collection_names(self, organization: str, registry: str) -> tuple[str, ...] | None:
        """The collections of the registry."""
        owner = self._state.find_project(organization, REGISTRY_PREFIX + registry)
        return tuple(owner.collections) if owner is not None else None
