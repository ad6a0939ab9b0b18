"""Registries: members, and the search over all registries of an organization."""

from __future__ import annotations

from typing import Any

from regilink_doctor.emulator.resolvers.context import Connection, Context, Joined, field, page, rename_fields
from regilink_doctor.emulator.world import World, registries, search
from regilink_doctor.emulator.world.access import not_found
from regilink_doctor.emulator.world.model import Collection, Entity, Project, User

rename_fields("Project", allowAllArtifactTypesInRegistry="allow_all_types")


@field("Project", "members")
def members(source: Project, context: Context) -> list[dict[str, Any]]:
    users = context.world.users
    return [_user_member(users[name], role) for name, role in source.members.items() if name in users]


def _user_member(user: User, role: str) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "email": user.email,
        "role": {"name": role},
    }


@field("Project", "teamMembers")
def team_members(source: Project, context: Context) -> list[dict[str, Any]]:
    entities = context.world.entities
    return [
        {"team": entities[name], "role": {"name": role}}
        for name, role in source.team_members.items()
        if name in entities
    ]


@field("Entity", "artifactCollections")
def entity_collections(
    source: Entity,
    context: Context,
    project_filters: str | None = None,
    filters: str | None = None,
    collection_types: list[str] | None = None,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
) -> Connection:
    listed = _collections(source, context, project_filters, filters, order)
    return page([item for item in listed if not collection_types or item.kind in collection_types], first, after)


@field("Entity", "artifactMemberships")
def entity_memberships(
    source: Entity,
    context: Context,
    project_filters: str | None = None,
    collection_filters: str | None = None,
    filters: str | None = None,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
) -> Connection:
    collections = _collections(source, context, project_filters, collection_filters, None)
    portfolios = [item for item in collections if item.kind == "PORTFOLIO"]
    if filters or order:
        return page(search.memberships(portfolios, filters, order), first, after)
    return page(Joined([item.memberships for item in portfolios]), first, after)


def _collections(
    entity: Entity, context: Context, project_filters: str | None, filters: str | None, order: str | None
) -> list[Collection]:
    visible = [item for item in entity.projects.values() if item.is_registry and context.sees(item)]
    projects = search.projects(visible, project_filters, None)
    listed = [item for project in projects for item in project.collections.values()]
    return search.collections(listed, filters, order)


@field("Mutation", "createProjectMembers")
def create_project_members(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    project, users, teams = _members_input(world, context, input)
    registries.add_members(context.user, project, users, teams)
    return {"success": True}


@field("Mutation", "deleteProjectMembers")
def delete_project_members(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    project, users, teams = _members_input(world, context, input)
    registries.remove_members(context.user, project, users, teams)
    return {"success": True}


def _members_input(world: World, context: Context, input: dict[str, Any]) -> tuple[Project, list[User], list[Entity]]:
    project = _project(world, context, input["project_id"])
    users = [_known(world.by_id(item, User), "user") for item in input.get("user_ids") or ()]
    teams = [_known(world.by_id(item, Entity), "team") for item in input.get("team_ids") or ()]
    return project, users, teams


@field("Mutation", "updateProjectMember")
def update_project_member(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    project = _project(world, context, input["project_id"])
    user = _known(world.by_id(input["user_id"], User), "user")
    registries.set_user_role(context.user, project, user, input["user_project_role"])
    return {"success": True}


@field("Mutation", "updateProjectTeamMember")
def update_project_team_member(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    project = _project(world, context, input["project_id"])
    team = _known(world.by_id(input["team_id"], Entity), "team")
    registries.set_team_role(context.user, project, team, input["team_project_role"])
    return {"success": True}


def _project(world: World, context: Context, identifier: str) -> Project:
    project = world.by_id(identifier, Project)
    if project is None or not context.sees(project):
        raise not_found("project")
    return project


def _known(thing: Any, what: str) -> Any:
    if thing is None:
        raise not_found(what)
    return thing
