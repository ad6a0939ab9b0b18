"""Without a catalog the code's own team, organization and registries are unknown: they are taken from the code.

`World(assume=True)` creates each at the moment the code names it, marks it, and lists it in `World.assumed`, so that
every report can say what was assumed. What can only be a mistake is never assumed: a placeholder, a registry's name
where an entity belongs, the prefix twice, another spelling of a name that exists (`modle` beside `model`). Rights are
not restricted: the user who names a team is a member of it. A complete catalog has every team and no person: with it,
another entity is a person's, of the user who names it, and so are `State.persons`.

With `State.stubs`, undeclared versions that the code consumes are created too, with a note as their file, so that the
code can go on.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from regilink_doctor.core.ledger import Assumed
from regilink_doctor.core.naming import (
    CORE_REGISTRY_DISPLAY,
    CORE_REGISTRY_TYPES,
    ENTITY_FORBIDDEN,
    REGISTRY_PREFIX,
    is_version,
)
from regilink_doctor.core.problems import is_unfilled
from regilink_doctor.core.target_path import is_registry_project, misspelled_prefix, parsed, second_prefix
from regilink_doctor.emulator.world import artifacts, registries
from regilink_doctor.emulator.world.access import Refusal
from regilink_doctor.emulator.world.artifacts import seed_version, seed_versions
from regilink_doctor.emulator.world.model import Entity, Organization, User

if TYPE_CHECKING:
    from regilink_doctor.emulator.world.model import Collection, Membership, Project
    from regilink_doctor.emulator.world.state import State


ALIKE = 0.8
"""How alike two names must be for one to be a slip of the other: `modle` is, `prod-model` is not."""


def entity(state: State, user: User, name: str) -> Entity | None:
    """The undeclared team, or where all teams are known the person, that a run names; None when nothing is assumed.

    `state.assumed_kind` may make a team a personal or an organization's entity: what would happen if it were one?
    """
    is_named, is_team = name in state.persons, "team" in state.assumes
    if not (is_named or state.assumes & {"team", "person"}) or not _may_be_entity(state, name):
        return None
    if user.is_service_account:
        return None  # it is of one team alone: no other is to be assumed for it
    teams = [item.name for item in state.entities.values() if item.kind == "team"]
    if not (is_named or is_team) and get_close_matches(name, teams, 1, ALIKE):
        return None
    kind = "personal" if is_named or not is_team else state.assumed_kind
    organization = next(iter(state.organizations.values()), None)
    assumed_entity = Entity(state.number(), name, kind, assumed=True)
    state.entities[name] = state.keep(assumed_entity, assumed_entity.number)
    if kind == "personal":
        assumed_entity.user = user
    else:
        assumed_entity.organization = organization
        assumed_entity.members[user.username] = "member"
    if organization is not None:
        organization.members.setdefault(user.username, "member")
        if kind == "team":
            organization.teams[name] = assumed_entity
    return assumed_entity


def organization(state: State, name: str) -> Organization | None:
    """Rename the undeclared organization to the name used in the code; None when nothing changes.

    There is one: code that names two for the same team is wrong about at least one of them.
    """
    # A display name may have spaces, which the name of an entity cannot.
    entity_name = "-".join(name.lower().split()) if " " in name else name
    if "organization" not in state.assumes or not _may_be_entity(state, entity_name):
        return None
    organization = next(iter(state.organizations.values()), None)
    if organization is None or name in (organization.name, organization.entity.name):
        return None
    del state.organizations[organization.name], state.entities[organization.entity.name]
    organization.name, organization.entity.name = name, entity_name
    organization.assumed = organization.entity.assumed = True
    state.organizations[name], state.entities[entity_name] = organization, organization.entity
    state.assumes.discard("organization")
    return organization


def registry(state: State, owner_name: str | None, project: str | None) -> Project | None:
    """The undeclared registry that the code names; None when nothing is assumed."""
    owner = state.find_entity(owner_name)
    if "registry" not in state.assumes or owner is None or owner.kind != "organization" or not project:
        return None
    if not is_registry_project(project) or state.find_project(owner.name, project) is not None:
        return None
    name = project.removeprefix(REGISTRY_PREFIX)
    if name in state.made_by_code:
        return None
    names = [item.registry_name for item in owner.projects.values() if item.is_registry]
    if is_unfilled(name) or second_prefix(name) or name.casefold() in CORE_REGISTRY_DISPLAY:
        return None
    if get_close_matches(name, names, 1, ALIKE):
        return None
    try:
        registries.check_name(project)
    except Refusal:
        return None
    registry_project = state.make_project(owner, project)
    registry_project.assumed = True
    registry_project.allow_all_types = state.assumed_types is None
    for item in state.assumed_types or ():
        registries.add_type(state, registry_project, item)
    return registry_project


def target(state: State, text: str) -> None:
    """Take the organization from a target path; only who watches the code in its own process sees it.

    The server cannot: the SDK asks for the organization of an entity, and compares by itself.
    """
    path = parsed(text)
    if path is not None and path.is_registry and path.prefix:
        organization(state, path.prefix)


def look_up(state: State, text: str) -> Project | None:
    """The registry of a name that the code asks for; it and its organization are assumed. None if it is not there."""
    parts = text.partition(":")[0].split("/")
    index = next((index for index, part in enumerate(parts) if is_registry_project(part)), None)
    if index is None or index > 1:
        return None
    if index:
        organization(state, parts[0])
    owners = [item for item in state.organizations.values() if not index or parts[0] in (item.name, item.entity.name)]
    owner = owners[0].entity.name if owners else None
    registry(state, owner, parts[index])
    return state.find_project(owner, parts[index])


def collection(state: State, path: str, kind: str) -> Collection | None:
    """The collection of a registry or a project whose versions the code lists; with `stubs` it is made, with one."""
    place, _, name = path.rpartition("/")
    remember_consumed(state, path)
    home = look_up(state, path)
    if home is None:
        owner, _, project_name = place.rpartition("/")
        project(state, next(iter(state.users.values()), None), owner, project_name)
        home = state.find_project(owner, project_name)
    if home is None or is_registry_project(name):
        return None
    if name not in home.collections or not home.collections[name].memberships:
        version(state, home, name, kind)
    return home.collections.get(name)


def link(state: State, run_entity: str | None, text: str) -> None:
    """Assume the team, organization and registry that the code names before it asks for them."""
    user = next(iter(state.users.values()), None)
    if run_entity and user is not None and state.find_entity(run_entity) is None:
        entity(state, user, run_entity)
    look_up(state, text)


def list_assumed(state: State) -> tuple[Assumed, ...]:
    """What has been assumed: organizations, teams, persons, registries, collections, runs."""
    entities = list(state.entities.values())
    assumptions = [Assumed("organization", item.name) for item in state.organizations.values() if item.assumed]
    assumptions += [Assumed("team", item.name) for item in entities if item.assumed and item.kind == "team"]
    assumptions += [Assumed("person", item.name) for item in entities if item.assumed and item.kind == "personal"]
    projects = [item for entity in entities for item in entity.projects.values() if item.is_registry]
    assumptions += [Assumed("registry", item.name) for item in projects if item.assumed]
    collections = [item for project in projects for item in project.collections.values()]
    return (
        *assumptions,
        *(Assumed("collection", f"{item.project.name}/{item.name}") for item in collections if item.assumed),
        *(
            Assumed("run", run.path)
            for item in entities
            for project in item.projects.values()
            for run in project.runs.values()
            if run.assumed
        ),
    )


def _may_be_entity(state: State, name: str) -> bool:
    folded = name.casefold()
    known = {item.casefold() for item in (*state.entities, *state.organizations, *state.users)}
    if not name or folded in known or not ENTITY_FORBIDDEN.isdisjoint(name):
        return False
    return not (is_unfilled(name) or name.startswith(REGISTRY_PREFIX) or misspelled_prefix(name))


MAX_STUBS = 1000
"""Versions that are made for one name: `:v999` has that many before it."""


def remember_consumed(state: State, name: str) -> None:
    """Remember a full name that the code fetches."""
    if state.stubs is not None:
        collection, _, alias = name.rpartition("/")[2].partition(":")
        state.stubs.add(f"{collection}:{alias or artifacts.LATEST}")


def project(state: State, user: User | None, owner: str | None, name: str | None) -> None:
    """Create the project of a consumed source, if its entity is known or may be assumed to be a team."""
    if not state.stubs or user is None or not owner or not name or state.find_project(owner, name) is not None:
        return
    home = state.find_entity(owner) or entity(state, user, owner)
    if home is not None and home.kind != "organization":
        state.make_project(home, name, creator=user)


def version(state: State, project: Project, name: str, kind: str | None = None) -> Membership | None:
    """The version that `collection:alias` names, made (of this type) if it is not there; None where nothing is made."""
    wanted, _, alias = name.partition(":")
    alias = alias or artifacts.LATEST
    if state.stubs is None or f"{wanted}:{alias}" not in state.stubs:
        return None
    if not wanted or "/" in alias or (is_version(alias) and int(alias[1:]) >= MAX_STUBS):
        return None
    collection = project.collections.get(wanted)
    is_listed = collection is not None and not collection.assumed
    if collection is None:
        role = "PORTFOLIO" if project.is_registry else "SEQUENCE"
        collection = state.make_collection(project, wanted, role, kind or _type(project, wanted))
        collection.assumed = True
    count = int(alias[1:]) + 1 if is_version(alias) else 1
    missing = max(count - collection.next_index, 0 if collection.memberships else 1)
    if collection.kind == "PORTFOLIO":
        seed_versions(state, collection, missing)
    else:
        for _ in range(missing):
            seed_version(state, collection, artifacts.NOTE)
    if not is_version(alias):
        artifacts.set_alias(state, collection.memberships[-1], alias)
    membership = artifacts.find(collection, alias)
    if is_listed and membership is not None:
        state.stand_ins[membership.full_name] = alias
    return membership


def _type(project: Project, name: str) -> str:
    """The type that it most probably has: the one that the registry takes, or what its name says."""
    if not project.allow_all_types and len(project.types) == 1:
        return next(iter(project.types))
    return CORE_REGISTRY_TYPES.get(project.registry_name) or ("dataset" if "data" in name.lower() else "model")
