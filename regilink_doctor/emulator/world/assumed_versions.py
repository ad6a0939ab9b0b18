"""Versions that code fetches and nobody has declared, made on the spot and empty, so that it can go on.

One file that says so is in each: of a version without any, the SDK makes no folder at all. A catalog knows the names of
collections, seldom their versions, and nothing of what is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.core.naming import CORE_REGISTRY_TYPES, is_version
from regilink_doctor.emulator.world import artifacts, assume
from regilink_doctor.emulator.world.seeded_versions import seed_version, seed_versions

if TYPE_CHECKING:
    from regilink_doctor.emulator.world.people import User
    from regilink_doctor.emulator.world.projects import Membership, Project
    from regilink_doctor.emulator.world.state import State

FILES = {"regilink-stub.txt": b"regilink made this version: it was fetched, and is not known here.\n"}

MOST = 1000
"""Versions that are made for one name: `:v999` has that many before it."""


def asked(state: State, name: str) -> None:
    """Remember a full name that the code fetches."""
    if state.stubs is not None:
        collection, _, alias = name.rpartition("/")[2].partition(":")
        state.stubs.add(f"{collection}:{alias or artifacts.LATEST}")


def project(state: State, user: User | None, owner: str | None, name: str | None) -> None:
    """Make the project of a source that is fetched, where its entity is known, or may be assumed to be a team."""
    if not state.stubs or user is None or not owner or not name or state.find_project(owner, name) is not None:
        return
    entity = state.find_entity(owner) or assume.entity(state, user, owner)
    if entity is not None and entity.kind != "organization":
        state.make_project(entity, name, creator=user)


def version(state: State, project: Project, name: str) -> Membership | None:
    """The version that `collection:alias` names, made if it is not there; None where nothing is made."""
    wanted, _, alias = name.partition(":")
    alias = alias or artifacts.LATEST
    if state.stubs is None or f"{wanted}:{alias}" not in state.stubs:
        return None
    if not wanted or "/" in alias or (is_version(alias) and int(alias[1:]) >= MOST):
        return None
    collection = project.collections.get(wanted)
    if collection is None:
        kind = "PORTFOLIO" if project.is_registry else "SEQUENCE"
        collection = state.make_collection(project, wanted, kind, _type(project, wanted))
        collection.assumed = True
    count = int(alias[1:]) + 1 if is_version(alias) else 1
    missing = max(count - collection.next_index, 0 if collection.memberships else 1)
    if collection.kind == "PORTFOLIO":
        seed_versions(state, collection, missing, FILES)
    else:
        for _ in range(missing):
            seed_version(state, collection, FILES)
    if not is_version(alias):
        artifacts.set_alias(state, collection.memberships[-1], alias)
    return artifacts.find(collection, alias)


def _type(project: Project, name: str) -> str:
    """The type that it most probably has: the one that the registry takes, or what its name says."""
    if not project.allow_all_types and len(project.types) == 1:
        return next(iter(project.types))
    return CORE_REGISTRY_TYPES.get(project.registry_name) or ("dataset" if "data" in name.lower() else "model")
