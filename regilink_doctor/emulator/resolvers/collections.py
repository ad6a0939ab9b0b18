"""Collections, their versions, aliases and tags, and the links into them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from regilink_doctor.core.naming import COLLECTION_FORBIDDEN, NAME_MAX
from regilink_doctor.emulator.resolvers.artifacts import visible
from regilink_doctor.emulator.resolvers.context import Connection, Context, field, fill_fields, page, rename_fields
from regilink_doctor.emulator.world import World, access, artifacts, automations, links, search
from regilink_doctor.emulator.world.access import Refusal, denied, not_found, refuse
from regilink_doctor.emulator.world.model import (
    ArtifactType,
    ArtifactVersion,
    Collection,
    Membership,
    Project,
    now,
)

F = TypeVar("F", bound=Callable[..., Any])

KINDS = ("ArtifactSequence", "ArtifactPortfolio")


def collection_field(name: str) -> Callable[[F], F]:
    """Like `field`, for both kinds of collections."""

    def register(function: F) -> F:
        for kind in KINDS:
            field(kind, name)(function)
        return function

    return register


@field("Query", "artifactCollection")
def collection_by_id(world: World, context: Context, id: str) -> Collection | None:
    return context.visible_collection(world.by_id(id, Collection))


@collection_field("project")
def project(source: Collection, context: Context) -> Project | None:
    """Null where the caller has no access: the SDK then takes the source's entity for empty (failure C6)."""
    return source.project if context.sees(source.project) else None


@collection_field("defaultArtifactType")
def default_artifact_type(source: Collection, context: Context) -> ArtifactType:
    return context.world.make_type(source.project, source.type)


@collection_field("tags")
def tags(source: Collection, context: Context, after: str | None = None, first: int | None = None) -> Connection:
    return page(source.tags, first, after)


@collection_field("aliases")
def aliases(source: Collection, context: Context, after: str | None = None, first: int | None = None) -> Connection:
    return page(sorted(source.aliases.values(), key=lambda item: item.membership.index), first, after)


@collection_field("artifactMembership")
def artifact_membership(source: Collection, context: Context, alias_name: str | None = None) -> Membership | None:
    return artifacts.find(source, alias_name or artifacts.LATEST)


@collection_field("artifactMemberships")
def artifact_memberships(
    source: Collection,
    context: Context,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
    filters: str | None = None,
) -> Connection:
    return page(_versions(source, filters, order), first, after)


@collection_field("artifacts")
def versions(
    source: Collection,
    context: Context,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
    filters: str | None = None,
) -> Connection:
    versions = _versions(source, filters, order)
    return page(versions, first, after, node=lambda item: item.artifact, version=lambda item: item.version)


def _versions(source: Collection, filters: str | None, order: str | None) -> Sequence[Membership]:
    """The newest first, unless ordered: the SDK takes the first for the latest."""
    if not order and (not filters or json.loads(filters) == {"state": "COMMITTED"}):
        # The SDK's own filter. It holds for every version here: no need to look at all of a large collection.
        return source.memberships.newest_first()
    return search.memberships([source], filters, order or "-version_index")


rename_fields(
    "ArtifactCollectionMembership", versionIndex="index", artifactCollection="collection", aliases="alias_entries"
)
rename_fields(
    "ArtifactAlias", artifactCollectionName="membership.collection.name", artifactCollection="membership.collection"
)
fill_fields("ArtifactSequence", digestAlgorithm="MANIFEST_MD5")


@field("ArtifactSequence", "latestArtifact")
def latest_artifact(source: Collection, context: Context) -> ArtifactVersion | None:
    return source.memberships[-1].artifact if source.memberships else None


@field("Mutation", "updateArtifactSequence")
def update_sequence(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    return _update(context, _writable(world, context, input["artifact_sequence_id"]), input)


@field("Mutation", "updateArtifactPortfolio")
def update_portfolio(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    return _update(context, _writable(world, context, input["artifact_portfolio_id"]), input)


def _update(context: Context, collection: Collection, input: dict[str, Any]) -> dict[str, Any]:
    name = input.get("name")
    if name is not None and name != collection.name:
        if not name or len(name) > NAME_MAX or COLLECTION_FORBIDDEN.intersection(name):
            raise refuse("invalid-collection-name", collection=name)
        if name in collection.project.collections:
            raise Refusal(f"artifact collection '{name}' already exists", 409)
        del collection.project.collections[collection.name]
        collection.name = name
        collection.project.collections[name] = collection
    if input.get("description") is not None:
        collection.description = input["description"]
    collection.updated_at = now()
    return {"artifact_collection": collection}


@field("Mutation", "moveArtifactSequence")
def move_sequence(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    collection = _writable(world, context, input["artifact_sequence_id"])
    if collection.kind != "SEQUENCE":
        raise Refusal("only the type of a source collection can be changed", 400, "B5")
    name = input["destination_artifact_type_name"]
    world.make_type(collection.project, name)
    collection.type = name
    for membership in collection.memberships:
        membership.artifact.type = name
    return {"artifact_collection": collection}


@field("Mutation", "createArtifactType")
def create_artifact_type(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    project = context.visible_project(input["entity_name"], input["project_name"])
    if project is None:
        raise not_found(f"project '{input['project_name']}'")
    return {"artifact_type": world.make_type(project, input["name"], input.get("description"))}


@field("Mutation", "deleteArtifactSequence")
def delete_sequence(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    collection = _writable(world, context, input["artifact_sequence_id"])
    for membership in list(collection.memberships):
        artifacts.delete(world, context.user, membership.artifact, with_aliases=True)
    return _deleted(world, collection)


@field("Mutation", "deleteArtifactPortfolio")
def delete_portfolio(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    """The links go, their sources stay (failure B16). A protected alias in it needs an admin (failure B10)."""
    collection = _writable(world, context, input["artifact_portfolio_id"])
    for membership in list(collection.memberships):
        for alias in membership.aliases:
            if not access.moves_alias(context.user, collection.project, alias):
                raise refuse("alias-protected", alias=alias, registry=collection.project.registry_name)
    for membership in list(collection.memberships):
        artifacts.remove(world, membership)
    return _deleted(world, collection)


def _deleted(world: World, collection: Collection) -> dict[str, Any]:
    collection.project.collections.pop(collection.name, None)
    collection.state = "DELETED"
    world.forget(collection.number)
    return {"artifact_collection": collection}


@field("Mutation", "createArtifactCollectionTagAssignments")
def add_tags(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    collection = _named(context, input)
    before = {tag.name for tag in collection.tags}
    tags = [world.make_tag(collection.tags, item["tag_name"]) for item in input["tags"]]
    for tag in tags:
        if tag.name not in before:
            automations.notify_collection(world, "ADD_COLLECTION_TAG", collection, tag=tag.name)
    return {"tags": tags}


@field("Mutation", "deleteArtifactCollectionTagAssignments")
def delete_tags(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    collection = _named(context, input)
    gone = {item["tag_name"] for item in input["tags"]}
    for tag in [tag for tag in collection.tags if tag.name in gone]:
        collection.tags.remove(tag)
        automations.notify_collection(world, "REMOVE_COLLECTION_TAG", collection, tag=tag.name)
    return {"success": True}


def _named(context: Context, input: dict[str, Any]) -> Collection:
    project = context.visible_project(input["entity_name"], input["project_name"])
    collection = project.collections.get(input["artifact_collection_name"]) if project is not None else None
    if collection is None:
        raise not_found(f"artifact collection '{input['artifact_collection_name']}'")
    if not access.writes_project(context.user, collection.project):
        raise denied()
    return collection


def _writable(world: World, context: Context, identifier: str) -> Collection:
    collection = context.visible_collection(world.by_id(identifier, Collection))
    if collection is None:
        raise not_found("artifact collection")
    if not access.writes_project(context.user, collection.project):
        raise denied()
    return collection


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
        tuple(item["alias"] for item in input.get("aliases") or ()),
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
