"""Users, keys, the viewer, and what the server says about itself."""

from __future__ import annotations

import secrets
from typing import Any

from regilink_doctor.emulator.resolvers.context import Connection, Context, field, fill_fields, page, rename_fields
from regilink_doctor.emulator.world import World, access
from regilink_doctor.emulator.world.access import Refusal, denied, not_found
from regilink_doctor.emulator.world.features import LATEST, Version
from regilink_doctor.emulator.world.model import ApiKey, Entity, Organization, User, encode


@field("Query", "viewer")
def viewer(world: World, context: Context) -> User | None:
    return context.user


@field("Query", "user")
def user(world: World, context: Context, user_name: str | None = None) -> User | None:
    return world.find_user(user_name) if user_name else None


@field("Query", "users")
def users(
    world: World, context: Context, query: str | None = None, first: int | None = None, after: str | None = None
) -> Connection:
    wanted = (query or "").casefold()
    listed = [
        item
        for item in world.users.values()
        if wanted in item.username.casefold() or wanted in (item.email or "").casefold()
    ]
    return page(listed, first, after)


@field("User", "flags")
def flags(source: User, context: Context) -> str:
    """Nothing is set: `code_saving_enabled` here would overrule what the code says (`sdk/wandb_setup.py`)."""
    return "{}"


rename_fields("User", entity="default_entity")
rename_fields("ApiKey", name="secret")
fill_fields("User", photoUrl=None, deletedAt=None)
fill_fields("ApiKey", createdAt=None)
fill_fields("ServerInfo", cliVersionInfo={"min_cli_version": "0.16.0", "max_cli_version": "999.0.0"})


@field("User", "defaultEntity")
def default_entity(source: User, context: Context) -> Entity | None:
    return context.world.find_entity(source.default_entity)


@field("User", "accountType")
def account_type(source: User, context: Context) -> str:
    return "SERVICE" if source.is_service_account else "USER"


@field("User", "apiKeys")
def api_keys(source: User, context: Context) -> dict[str, Any]:
    mine = context.user is source or (context.user is not None and context.user.admin)
    return {"edges": [{"node": key} for key in source.keys] if mine else []}


@field("User", "teams")
def teams(source: User, context: Context, first: int | None = None, after: str | None = None) -> Connection:
    own = [source.entity] if source.entity is not None else []
    return page([*own, *teams_of(context.world, source)], first, after)


def teams_of(world: World, user: User) -> list[Entity]:
    """The teams that the user is a member of."""
    return [item for item in world.entities.values() if item.kind == "team" and user.username in item.members]


@field("User", "organizations")
def organizations(source: User, context: Context) -> list[Organization]:
    return access.organizations_of(source, context.world.organizations)


@field("Mutation", "updateUser")
def update_user(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    name = input.get("default_entity")
    if name is not None:
        entity = world.find_entity(name)
        if entity is None or not access.sees_entity(me, entity):
            raise not_found(f"entity '{name}'")
        me.default_entity = name
    return {"user": me}


@field("Mutation", "createUser")
def create_user(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    if not context.need_user().admin:
        raise denied()
    email = input["email"]
    if world.find_user(email) is not None:
        raise Refusal(f"a user with the e-mail address '{email}' already exists", 409)
    username = email.partition("@")[0]
    created = world.user(username, email=email, organizations=[], admin=bool(input.get("admin")))
    return {"user": created}


@field("Mutation", "generateApiKey")
def generate_api_key(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    key = ApiKey(world.number(), secrets.token_hex(20), input.get("description"))
    me.keys.append(world.keep(key, key.number))
    world.admit_key(key.secret, me)
    return {"api_key": key}


@field("Mutation", "createApiKey")
def create_api_key(world: World, context: Context) -> dict[str, Any]:
    return generate_api_key(world, context, {})


@field("Mutation", "deleteApiKey")
def delete_api_key(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    me = context.need_user()
    for key in me.keys:
        if input["id"] in (key.id, encode("ApiKey", key.number)):
            me.keys.remove(key)
            world.drop_key(key.secret)
            return {"success": True}
    raise not_found("API key")


@field("Query", "serverInfo")
def server_info(world: World, context: Context) -> World:
    return world


@field("ServerInfo", "features")
def features(world: World, context: Context) -> list[dict[str, Any]]:
    return [{"name": name, "is_enabled": True} for name in sorted(world.features)]


@field("ServerInfo", "latestLocalVersionInfo")
def latest_local_version_info(world: World, context: Context) -> dict[str, Any] | None:
    """The version of a self-hosted server; None for W&B's cloud."""
    if world.server_version is None:
        return None
    return {
        "out_of_date": world.server_version < LATEST,
        "latest_version_string": _dotted(LATEST),
        "version_on_this_instance_string": _dotted(world.server_version),
    }


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


@field("Query", "clientIDMapping")
def client_id_mapping(world: World, context: Context, client_id: str) -> dict[str, str] | None:
    artifact = world.artifact_of_client.get(client_id)
    return {"server_id": artifact.id} if artifact is not None else None
