"""`linkArtifact` and `unlinkArtifact`."""

from __future__ import annotations

from typing import Any

from regilink_doctor.emulator.resolvers.artifacts import visible
from regilink_doctor.emulator.resolvers.context import Context, field
from regilink_doctor.emulator.world import World, links
from regilink_doctor.emulator.world.projects import Collection
from regilink_doctor.emulator.world.refusal import not_found


@field("Mutation", "linkArtifact")
def link_artifact(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    artifact = world.find_artifact(input.get("artifact_id") or input.get("client_id"))
    if artifact is None or artifact.state != "COMMITTED" or not visible(context, artifact):
        raise not_found("artifact")
    portfolio = world.by_id(input.get("artifact_portfolio_id"), Collection)
    project = portfolio.project if portfolio is not None else None
    request = links.LinkRequest(
        artifact,
        project.entity.name if project else input.get("entity_name") or "",
        project.name if project else input.get("project_name") or "",
        portfolio.name if portfolio else input.get("artifact_portfolio_name") or "",
        tuple(each["alias"] for each in input.get("aliases") or ()),
    )
    membership = links.link(world, me, request, context.refusal)
    return {"version_index": membership.index, "artifact_membership": membership}


@field("Mutation", "unlinkArtifact")
def unlink_artifact(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    artifact = world.find_artifact(input["artifact_id"])
    collection = context.visible_collection(world.by_id(input["artifact_portfolio_id"], Collection))
    if artifact is None or collection is None:
        raise not_found("artifact collection")
    links.unlink(world, me, artifact, collection)
    return {"artifact_id": artifact.id, "success": True, "client_mutation_id": input.get("client_mutation_id")}
