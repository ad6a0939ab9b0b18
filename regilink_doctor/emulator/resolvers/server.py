"""What the server says about itself."""

from __future__ import annotations

from typing import Any

from regilink_doctor.emulator.resolvers.context import Context, field
from regilink_doctor.emulator.world import World
from regilink_doctor.emulator.world.features import LATEST, Version


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
def latest_local_version_info(world: World, context: Context) -> dict[str, Any] | None:
    """W&B's cloud says nothing; a server that somebody runs says its version."""
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
