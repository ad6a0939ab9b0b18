"""Projects: look-ups, and what is in them."""

from __future__ import annotations

from typing import Any

from regilink_doctor.emulator.ledger import Consumption
from regilink_doctor.emulator.resolvers.context import (
    Connection,
    Context,
    field,
    fill_fields,
    list_fields,
    page,
    rename_fields,
)
from regilink_doctor.emulator.world import World, access, artifacts, assume, registries, search
from regilink_doctor.emulator.world.access import Refusal, denied, not_found
from regilink_doctor.emulator.world.model import (
    ArtifactType,
    ArtifactVersion,
    Collection,
    Entity,
    Membership,
    Project,
    Run,
    User,
)


@field("Query", "project")
@field("Query", "model")
def project(
    world: World,
    context: Context,
    name: str | None = None,
    entity_name: str | None = None,
    id: str | None = None,
) -> Project | None:
    if id is not None:
        project = world.by_id(id, Project)
        return project if project is not None and context.sees(project) else None
    return context.visible_project(entity_name, name)


@field("Query", "models")
def models(
    world: World,
    context: Context,
    entity_name: str | None = None,
    after: str | None = None,
    first: int | None = None,
) -> Connection:
    owner = world.find_entity(entity_name or (context.user.default_entity if context.user else None))
    projects = [item for item in owner.projects.values() if context.sees(item)] if owner is not None else []
    return page(projects, first, after)


rename_fields("Project", entityName="entity.name", user="creator")
list_fields("Project", buckets=lambda source: list(source.runs.values()))
fill_fields("Project", isBenchmark=False, views="{}", repo=None, dockerImage=None)


@field("Project", "readOnly")
def read_only(source: Project, context: Context) -> bool:
    return not access.writes_project(context.user, source)


@field("Project", "artifact")
def artifact(
    source: Project, context: Context, name: str, enable_tracking: bool | None = None
) -> ArtifactVersion | None:
    """`collection:alias`, for the SDKs and calls that do not ask for the membership."""
    membership = artifacts.find_named(source, name) or assume.version(context.world, source, name)
    if membership is not None and enable_tracking:
        _note_fetch(membership, name, context)
    return membership.artifact if membership is not None else None


@field("Project", "artifactCollection")
def artifact_collection(source: Project, context: Context, name: str) -> Collection | None:
    return source.collections.get(name)


@field("Project", "artifactCollectionMembership")
def artifact_collection_membership(source: Project, context: Context, name: str) -> Membership | None:
    membership = artifacts.find_named(source, name) or assume.version(context.world, source, name)
    if membership is not None:
        _note_fetch(membership, name, context)
    return membership


def _note_fetch(membership: Membership, name: str, context: Context) -> None:
    user = context.user.username if context.user else None
    names = artifacts.note_asked_name(context.world, membership, name)
    context.world.ledger.add(Consumption(user, None, membership.full_name, "fetch", names))


@field("Project", "artifactCollections")
def artifact_collections(
    source: Project,
    context: Context,
    after: str | None = None,
    first: int | None = None,
    filters: str | None = None,
    order: str | None = None,
    collection_types: list[str] | None = None,
) -> Connection:
    listed = [item for item in source.collections.values() if not collection_types or item.kind in collection_types]
    return page(search.collections(listed, filters, order), first, after)


@field("Project", "artifactType")
def artifact_type(source: Project, context: Context, name: str) -> ArtifactType | None:
    return source.types.get(name)


@field("Project", "artifactTypes")
def artifact_types(
    source: Project,
    context: Context,
    after: str | None = None,
    first: int | None = None,
    include_all: bool | None = None,
) -> Connection:
    return page(list(source.types.values()), first, after)


@field("ArtifactType", "artifact")
def type_artifact(source: ArtifactType, context: Context, name: str) -> ArtifactVersion | None:
    version = artifact(source.project, context, name)
    return version if version is not None and version.type == source.name else None


@field("ArtifactType", "artifactSequence")
def type_sequence(source: ArtifactType, context: Context, name: str) -> Collection | None:
    collection = type_collection(source, context, name)
    return collection if collection is not None and collection.kind == "SEQUENCE" else None


@field("ArtifactType", "artifactCollection")
def type_collection(source: ArtifactType, context: Context, name: str) -> Collection | None:
    collection = source.project.collections.get(name)
    return collection if collection is not None and collection.type == source.name else None


@field("ArtifactType", "artifactCollections")
def type_collections(
    source: ArtifactType,
    context: Context,
    after: str | None = None,
    first: int | None = None,
    filters: str | None = None,
    order: str | None = None,
) -> Connection:
    return page(search.collections(_of_type(source), filters, order), first, after)


@field("ArtifactType", "artifactCollectionsCount")
def type_collections_count(source: ArtifactType, context: Context) -> int:
    return len(_of_type(source))


def _of_type(kind: ArtifactType) -> list[Collection]:
    return [item for item in kind.project.collections.values() if item.type == kind.name]


@field("Project", "bucket")
def bucket(
    source: Project, context: Context, name: str | None = None, desc: str | None = None, missing_ok: bool | None = None
) -> Run | None:
    run = source.runs.get(name or "")
    if run is None and not missing_ok:
        raise not_found(f"run '{name}'")
    return run


@field("Project", "run")
def run(source: Project, context: Context, name: str, desc: str | None = None) -> Run | None:
    run = source.runs.get(name)
    if run is None:
        raise not_found(f"run {source.entity.name}/{source.name}/{name}")
    return run


@field("Project", "runCount")
def run_count(source: Project, context: Context, filters: str | None = None) -> int:
    return len(search.runs(source.runs.values(), filters, None))


@field("Project", "runs")
def runs(
    source: Project,
    context: Context,
    filters: str | None = None,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
) -> Connection:
    return page(search.runs(source.runs.values(), filters, order), first, after)


@field("Mutation", "upsertModel")
def upsert_model(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    """Make or change a project; under an organization's entity that is a registry."""
    me = context.need_user()
    owner, name = _owner_and_name(world, me, input)
    types = [item["name"] for item in input.get("artifact_types") or ()]
    if owner.organization is not None and owner.kind == "organization":
        project, is_new = registries.upsert(
            world,
            me,
            owner.organization,
            name,
            access_word=input.get("access"),
            description=input.get("description"),
            allow_all=input.get("allow_all_artifact_types_in_registry"),
            types=types,
        )
        return {"project": project, "model": project, "inserted": is_new}
    if not access.writes_entity(me, owner):
        raise denied()
    is_new = world.find_project(owner.name, name) is None
    project = world.make_project(owner, name, input.get("access") or "PRIVATE", creator=me)
    project.description = input.get("description") or project.description
    project.access = input.get("access") or project.access
    return {"project": project, "model": project, "inserted": is_new}


def _owner_and_name(world: World, me: User, input: dict[str, Any]) -> tuple[Entity, str]:
    project = world.by_id(input.get("id"), Project)
    if project is not None:
        return project.entity, project.name
    owner = world.find_entity(input.get("entity_name") or me.default_entity)
    if owner is None or not access.sees_entity(me, owner):
        raise not_found(f"entity '{input.get('entity_name')}'")
    if not input.get("name"):
        raise Refusal("project name cannot be empty")
    return owner, input["name"]


@field("Mutation", "renameProject")
def rename_project(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    project = context.visible_project(input["entity_name"], input["old_project_name"])
    if project is None:
        raise not_found(f"project '{input['old_project_name']}'")
    registries.rename(world, me, project, input["new_project_name"])
    return {"project": project, "model": project, "inserted": False}


@field("Mutation", "deleteModel")
def delete_model(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    project = world.by_id(input["id"], Project)
    if project is None or not context.sees(project):
        raise not_found("project")
    registries.delete(world, context.user, project)
    return {"success": True}
