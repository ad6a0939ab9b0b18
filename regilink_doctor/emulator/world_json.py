"""A world as data, for people and tests in other processes (`GET /_regilink/world`)."""

from __future__ import annotations

from typing import Any

from regilink_doctor.emulator.world.projects import Collection, Project
from regilink_doctor.emulator.world.state import State


def overview(state: State) -> dict[str, Any]:
    """Who and what there is. No key is in it."""
    return {
        "server_version": ".".join(map(str, state.server_version)) if state.server_version else None,
        "features": sorted(state.features),
        "organizations": [
            {
                "name": each.name,
                "entity": each.entity.name,
                "members": dict(each.members),
                "teams": sorted(each.teams),
            }
            for each in state.organizations.values()
        ],
        "users": [
            {
                "username": each.username,
                "default_entity": each.default_entity,
                "service_account": each.is_service_account,
            }
            for each in state.users.values()
        ],
        "projects": [_project(each) for entity in state.entities.values() for each in entity.projects.values()],
    }


def _project(project: Project) -> dict[str, Any]:
    return {
        "entity": project.entity.name,
        "name": project.name,
        "registry": project.is_registry,
        "assumed": project.assumed,
        "types": None if project.allow_all_types else sorted(project.types),
        "runs": [
            {"id": each.name, "state": each.state, "user": each.user.username if each.user else None}
            for each in project.runs.values()
        ],
        "collections": [_collection(each) for each in project.collections.values()],
    }


def _collection(collection: Collection) -> dict[str, Any]:
    return {
        "name": collection.name,
        "kind": collection.kind,
        "type": collection.type,
        "assumed": collection.assumed,
        "versions": [
            {
                "version": each.version,
                "aliases": [alias.alias for alias in each.aliases],
                "digest": each.artifact.digest,
                "source": each.artifact.source_name,
            }
            for each in collection.memberships
        ],
    }
