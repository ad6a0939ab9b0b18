"""Registries: made, changed, renamed, deleted, and who belongs to them (failures B7, D18)."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.core.naming import (
    REGISTRY_FORBIDDEN,
    REGISTRY_NAME_MAX,
    REGISTRY_PREFIX,
    TYPE_FORBIDDEN,
    TYPE_MAX,
)
from regilink_doctor.core.target_path import is_registry_project
from regilink_doctor.emulator.world import access
from regilink_doctor.emulator.world.access import Refusal, denied, refuse
from regilink_doctor.emulator.world.model import RANK, Entity, Organization, Project, RegistryRole, User, now
from regilink_doctor.emulator.world.state import State


def check_name(project: str) -> None:
    """Refuse a name that no registry can have (failure A10; limits of `validate_project_name`).

    Raises:
        Refusal: empty, too long, a forbidden character.
    """
    name = project.removeprefix(REGISTRY_PREFIX)
    if not name or len(name) > REGISTRY_NAME_MAX or REGISTRY_FORBIDDEN.intersection(name):
        raise refuse("invalid-registry-name", registry=name)


def upsert(
    state: State,
    user: User | None,
    organization: Organization,
    project_name: str,
    *,
    access_word: str | None,
    description: str | None,
    allow_all: bool | None,
    types: Iterable[str] | None,
) -> tuple[Project, bool]:
    """Make or change a registry; returns it and whether it was made. None leaves a property as it is.

    A viewer of the organization cannot make one; changing one needs its admin (docs, failure B7).

    Raises:
        Refusal: the role does not allow it, or a name or type is none.
    """
    project = state.find_project(organization.entity.name, project_name)
    if project is None:
        check_name(project_name)
        if user is None or (organization.members.get(user.username, "viewer") == "viewer" and not user.admin):
            raise denied()
        project = state.make_project(organization.entity, project_name, access_word or "PRIVATE", creator=user)
        project.members[user.username] = "admin"
        project.allow_all_types = True if allow_all is None else allow_all
        is_new = True
    else:
        if access.registry_role(user, project) != "admin":
            raise denied()
        if access_word == "PRIVATE" and project.access == "RESTRICTED":
            raise Refusal("a restricted registry cannot be made visible to the organization", 400, "B7")
        project.access = access_word or project.access
        project.allow_all_types = project.allow_all_types if allow_all is None else allow_all
        is_new = False
    if description is not None or is_new:
        project.description = description
    for name in types or ():
        add_type(state, project, name)
    project.updated_at = now()
    return project, is_new


def add_type(state: State, project: Project, name: str) -> None:
    """Accept a type. Types are never removed (failure B4).

    Raises:
        Refusal: a name that no type can have.
    """
    if not name or len(name) > TYPE_MAX or TYPE_FORBIDDEN.intersection(name):
        raise Refusal(f"invalid artifact type '{name}'", 400, "B4")
    state.make_type(project, name)


def rename(state: State, user: User | None, project: Project, name: str) -> None:
    """Give a registry or project another name.

    Raises:
        Refusal: the name is taken or none, or the role does not allow it.
    """
    if project.is_registry:
        if access.registry_role(user, project) != "admin":
            raise denied()
        if not is_registry_project(name):
            raise refuse("invalid-registry-name", registry=name)
        check_name(name)
    elif not access.writes_project(user, project):
        raise denied()
    existing = state.find_project(project.entity.name, name)
    if existing is not None and existing is not project:
        raise Refusal(f"project '{name}' already exists", 409)
    del project.entity.projects[project.name]
    project.name = name
    project.entity.projects[name] = project
    project.updated_at = now()


def delete(state: State, user: User | None, project: Project) -> None:
    """Delete a registry (its admin) or project. Source artifacts that were linked stay (failure B16).

    Raises:
        Refusal: the role does not allow it.
    """
    allowed = (
        access.registry_role(user, project) == "admin" if project.is_registry else access.writes_project(user, project)
    )
    if not allowed:
        raise denied()
    for collection in project.collections.values():
        for membership in list(collection.memberships):
            membership.artifact.memberships.remove(membership)
        collection.memberships.clear()
        collection.state = "DELETED"
    del project.entity.projects[project.name]
    state.forget(project.number)


def add_members(user: User | None, project: Project, users: Iterable[User], teams: Iterable[Entity]) -> None:
    """Make users and teams members, as restricted viewers at first (B7). Who is a member already stays as is."""
    _need_admin(user, project)
    for member in users:
        project.members.setdefault(member.username, "member" if member.is_service_account else "restricted_viewer")
    for team in teams:
        project.team_members.setdefault(team.name, "restricted_viewer")


def remove_members(user: User | None, project: Project, users: Iterable[User], teams: Iterable[Entity]) -> None:
    """Take members away; who is none is passed over."""
    _need_admin(user, project)
    for member in users:
        project.members.pop(member.username, None)
    for team in teams:
        project.team_members.pop(team.name, None)


def check_role(role: str) -> RegistryRole:
    """The role of this name.

    Raises:
        Refusal: there is no such role.
    """
    if role not in RANK:
        raise Refusal(f"invalid role '{role}'", 400, "B7")
    return role  # type: ignore[return-value]


def set_user_role(user: User | None, project: Project, member: User, role: str) -> None:
    """Give a member another role. A service account cannot be a viewer (failure B9)."""
    _need_admin(user, project)
    wanted = check_role(role)
    if member.is_service_account and RANK[wanted] < RANK["member"]:
        raise Refusal("a service account cannot be a viewer of a registry", 400, "B9")
    project.members[member.username] = wanted


def set_team_role(user: User | None, project: Project, team: Entity, role: str) -> None:
    """Give a team another role."""
    _need_admin(user, project)
    project.team_members[team.name] = check_role(role)


def _need_admin(user: User | None, project: Project) -> None:
    if access.registry_role(user, project) != "admin":
        raise denied()
