"""What the server says about itself."""

from __future__ import annotations

from typing import Any

from regilink_doctor.emulator.resolvers.context import Context, field
from regilink_doctor.emulator.world import World


@field("Query", "serverInfo")
def server_info(world: World, context: Context) -> World:
    return world


@field("ServerInfo", "features")
def features(world: World, context: Context) -> list[dict[str, Any]]:
    return [{"name": name, "is_enabled": True} for name in sorted(world.features)]


@field("ServerInfo", "cliVersionInfo")
def cli_version_info(world: World, context: Context) -> dict[str, Any]:
    return {"min_cli_version": "0.16.0", "max_cli_version": "999.0.0"}


@field("ServerInfo", "latestLocalVersionInfo")
def latest_local_version_info(world: World, context: Context) -> None:
    return None


@field("Query", "clientIDMapping")
def client_id_mapping(world: World, context: Context, client_id: str) -> dict[str, str] | None:
    artifact = world.artifact_of_client.get(client_id)
    return {"server_id": artifact.id} if artifact is not None else None
