"""Organizations, entities, teams and their members."""

from __future__ import annotations

from typing import Any

from regilink_doctor.emulator.resolvers.context import (
    Connection,
    Context,
    field,
    fill_fields,
    page,
    read_fields,
    rename_fields,
)
from regilink_doctor.emulator.world import World, access, assume, search
from regilink_doctor.emulator.world.access import Refusal, denied, not_found
from regilink_doctor.emulator.world.model import Entity, Invite, Organization, Project, User, encode


@field("Query", "organization")
def organization(world: World, context: Context, name: str) -> Organization | None:
    """By display name only; the organization's entity is not found here (failure A13)."""
    organization = world.organizations.get(name) or assume.organization(world, name)
    if organization is None or context.user is None:
        return None
    return organization if context.user.admin or context.user.username in organization.members else None


read_fields(
    "Organization",
    advancedRegistryFeatures=lambda source: {"advanced_search": source.advanced_search},
    teams=lambda source: list(source.teams.values()),
)
read_fields(
    "Entity",
    isTeam=lambda source: source.kind != "personal",
    entityType=lambda source: "user" if source.kind == "personal" else source.kind,
)
read_fields("Invite", name=lambda source: source.user.name if source.user else (source.email or ""))
rename_fields("Organization", orgEntity="entity")
rename_fields("Invite", toUser="user")
fill_fields("Organization", coreWeaveOrganizationId=None)
fill_fields("Entity", settings={"private_only": False})
fill_fields(
    "Entity",
    readOnlyAdmin=False,
    privateOnly=False,
    codeSavingEnabled=False,
    xxhashDigestsEnabled=False,
    isPaid=True,
    photoUrl=None,
    limits=None,
    defaultAccess="PRIVATE",
)


@field("Organization", "featureFlags")
def feature_flags(source: Organization, context: Context, ramp_id_type: str) -> list[dict[str, Any]]:
    return [] if source.observer_role else [{"ramp_key": "gorilla.RegistryObserverRoleUse", "is_enabled": False}]


@field("Organization", "members")
def organization_members(source: Organization, context: Context) -> list[dict[str, Any]]:
    users = context.world.users
    return [_member(users[name], role) | {"role": role} for name, role in source.members.items() if name in users]


@field("Query", "entity")
def entity(world: World, context: Context, name: str | None = None, *, selected: frozenset[str]) -> Entity | None:
    """Null for what is missing and for what the user has no access to.

    A query for `available` asks about a name that nothing has yet: W&B answers with an entity without members
    (`Api.create_team` reads the new team so).
    """
    own = context.user.default_entity if context.user else None
    entity = world.find_entity(name or own)
    if entity is None and name and "available" in selected:
        return Entity(world.number(), name, "team")
    return entity if entity is not None and access.sees_entity(context.user, entity) else None


@field("Entity", "readOnly")
def read_only(source: Entity, context: Context) -> bool:
    return not access.writes_entity(context.user, source)


@field("Entity", "available")
def available(source: Entity, context: Context) -> bool:
    return context.world.find_entity(source.name) is None


@field("Entity", "storageBytes")
def storage_bytes(source: Entity, context: Context) -> int:
    return sum(item.size for item in context.world.artifacts.values() if item.sequence.project.entity is source)


@field("Entity", "members")
def members(source: Entity, context: Context) -> list[dict[str, Any]]:
    users = context.world.users
    members = [_member(users[name], role) for name, role in source.members.items() if name in users]
    if source.user is not None:
        members.append(_member(source.user, "admin"))
    return members + [_invited(item) for item in source.invites.values()]


def _member(user: User, role: str) -> dict[str, Any]:
    return {
        "id": user.id,
        "user": user,
        "admin": role == "admin",
        "role": role,
        "pending": False,
        "email": user.email,
        "username": user.username,
        "name": user.name,
        "photo_url": None,
        "account_type": "SERVICE" if user.is_service_account else "USER",
        "api_key": user.key if user.is_service_account else None,
    }


def _invited(invite: Invite) -> dict[str, Any]:
    user = invite.user
    return {
        "id": invite.id,
        "user": user,
        "admin": invite.role == "admin",
        "role": invite.role,
        "pending": True,
        "email": invite.email,
        "username": user.username if user else None,
        "name": user.name if user else (invite.email or ""),
        "photo_url": None,
        "account_type": "USER",
        "api_key": None,
    }


@field("Entity", "project")
def entity_project(source: Entity, context: Context, name: str | None = None) -> Project | None:
    return context.visible_project(source.name, name) if name else None


@field("Entity", "projects")
def entity_projects(
    source: Entity,
    context: Context,
    filters: str | None = None,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
) -> Connection:
    projects = [item for item in source.projects.values() if context.sees(item)]
    if source.kind == "organization":
        projects = [item for item in projects if item.is_registry]
        return page(search.projects(projects, filters, order), first, after)
    # wandb stops at the first page of projects that has no automation: the newest come first.
    return page(search.projects(reversed(projects), filters, order), first, after)


@field("Mutation", "createTeam")
def create_team(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    name = input["team_name"]
    if world.find_entity(name) is not None:
        raise Refusal(f"team name '{name}' is not available", 409)
    mine = access.organizations_of(me, world.organizations)
    team = world.team(name, organization=mine[0].name if mine else False)
    for username in {input.get("team_admin_user_name") or me.username, me.username}:
        if username in world.users:
            team.members[username] = "admin"
    return {"entity": team}


@field("Mutation", "createInvite")
def create_invite(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    """Who has an account joins at once; an unknown address stays pending."""
    me = context.need_user()
    team = _managed_team(world, me, input["entity_name"])
    user = world.find_user(input.get("username") or input.get("email") or "")
    if user is None and not input.get("email"):
        raise not_found(f"user '{input.get('username')}'")
    role = "admin" if input.get("admin") else "member"
    invite = Invite(world.number(), input.get("email"), user, "admin" if role == "admin" else "member")
    world.keep(invite, invite.number)
    if user is not None:
        world.member(user.username, team=team.name, role=role)
    else:
        team.invites[invite.id] = invite
    return {"invite": invite}


@field("Mutation", "deleteInvite")
def delete_invite(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    """Takes back an invitation, or takes a member out of the team: the SDK sends both here (`Member.delete`)."""
    me = context.need_user()
    team = _managed_team(world, me, input.get("entity_name") or "")
    wanted = input.get("id")
    if team.invites.pop(wanted or "", None) is not None:
        return {"success": True}
    for name in list(team.members):
        if wanted in (world.users[name].id, encode("Member", world.users[name].number)):
            del team.members[name]
            return {"success": True}
    raise not_found("member")


@field("Mutation", "createServiceAccount")
def create_service_account(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    team = _managed_team(world, me, input["entity_name"])
    name = f"{team.name}-service-{world.number()}"
    account = world.service_account(name, team.name)
    account.name = input["description"]
    return {"user": account}


def _managed_team(world: World, me: User, name: str) -> Entity:
    team = world.find_entity(name)
    if team is None or not access.sees_entity(me, team):
        raise not_found(f"entity '{name}'")
    organization = team.organization
    head = organization is not None and organization.members.get(me.username) == "admin"
    if not (me.admin or head or team.members.get(me.username) in ("admin", "member")):
        raise denied()
    return team
