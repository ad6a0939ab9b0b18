"""Artifact versions: what they are, and what changes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from regilink_doctor.core.ledger import AliasChange
from regilink_doctor.emulator.ledger import Consumption
from regilink_doctor.emulator.resolvers.context import (
    Connection,
    Context,
    field,
    fill_fields,
    list_fields,
    page,
    read_fields,
    rename_fields,
)
from regilink_doctor.emulator.world import World, access, artifacts, automations
from regilink_doctor.emulator.world.access import Refusal, denied, not_found, refuse
from regilink_doctor.emulator.world.model import (
    Alias,
    ArtifactType,
    ArtifactVersion,
    Manifest,
    Membership,
    Run,
    User,
    now,
)

NO_TTL = -2
"""`ttlDurationSeconds` of a version that never expires (`sdk/artifacts/_gqlutils.py` and `artifact_ttl.py`)."""


@field("Query", "artifact")
def artifact(world: World, context: Context, id: str) -> ArtifactVersion | None:
    version = world.find_artifact(id)
    return version if version is not None and visible(context, version) else None


def visible(context: Context, artifact: ArtifactVersion) -> bool:
    """Whether the user sees the version, at its source or by a link."""
    places = [artifact.sequence.project, *(item.collection.project for item in artifact.memberships)]
    return any(context.sees(project) for project in places)


def usable(context: Context, artifact: ArtifactVersion) -> bool:
    """Whether the user may use and download the version (failures B7, D7)."""
    places = [artifact.sequence.project, *(item.collection.project for item in artifact.memberships)]
    return any(access.downloads(context.user, project) for project in places)


def describe_download(context: Context, artifact: ArtifactVersion) -> Consumption:
    """What is noted when a file of the version, or its manifest, is read."""
    user = context.user.username if context.user else None
    names = artifacts.list_asked_names(context.world, artifact)
    return Consumption(user, None, artifact.source_name, "download", names)


read_fields(
    "Artifact",
    usedCount=lambda source: len(source.used_by),
    ttlDurationSeconds=lambda source: NO_TTL if source.ttl_seconds is None else source.ttl_seconds,
    ttlIsInherited=lambda source: source.ttl_seconds is None,
)
list_fields("Artifact", artifactCollections=lambda source: [item.collection for item in source.memberships])
rename_fields("Artifact", versionIndex="index", artifactSequence="sequence")
fill_fields("Artifact", digestAlgorithm="MANIFEST_MD5", labels=None)


@field("Artifact", "aliases")
def aliases(source: ArtifactVersion, context: Context) -> list[Alias]:
    return [
        alias for item in source.memberships if context.sees(item.collection.project) for alias in item.alias_entries
    ]


@field("Artifact", "artifactType")
def artifact_type(source: ArtifactVersion, context: Context) -> ArtifactType:
    return context.world.make_type(source.sequence.project, source.type)


@field("Artifact", "artifactMemberships")
def artifact_memberships(
    source: ArtifactVersion, context: Context, first: int | None = None, after: str | None = None
) -> Connection:
    memberships = [item for item in source.memberships if context.sees(item.collection.project)]
    return page(memberships, first, after)


@field("Artifact", "createdBy")
def created_by(source: ArtifactVersion, context: Context) -> Run | User | None:
    """Hidden from who does not see the project (failure D11)."""
    if not context.sees(source.sequence.project):
        return None
    return source.run or source.user


@field("Artifact", "usedBy")
def used_by(
    source: ArtifactVersion, context: Context, first: int | None = None, after: str | None = None
) -> Connection:
    return page([item for item in source.used_by if context.sees(item.project)], first, after)


@field("Artifact", "currentManifest")
def current_manifest(source: ArtifactVersion, context: Context) -> Manifest | None:
    """The newest manifest. To read its file, and not only its address, is the first step of every download."""
    if not usable(context, source):
        raise refuse("permission-denied-on-artifact", artifact=source.source_name)
    if not source.manifests:
        return None
    manifest = source.manifests[-1]
    context.world.downloads[manifest.file.location] = describe_download(context, source)
    return manifest


@field("Mutation", "updateArtifact")
def update_artifact(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    version = _need_writable_version(world, context, input["artifact_id"])
    if input.get("description") is not None:
        version.description = input["description"]
    if input.get("metadata") is not None:
        version.metadata = input["metadata"]
    if input.get("ttl_duration_seconds") is not None:
        seconds = input["ttl_duration_seconds"]
        version.ttl_seconds = seconds if seconds > 0 else None
    for tag in input.get("tags_to_add") or ():
        world.make_tag(version.tags, tag["tag_name"])
        for membership in version.memberships:
            automations.notify_version(world, "ADD_ARTIFACT_TAG", membership, tag=tag["tag_name"])
    gone = {tag["tag_name"] for tag in input.get("tags_to_delete") or ()}
    for removed in [item for item in version.tags if item.name in gone]:
        version.tags.remove(removed)
        for membership in version.memberships:
            automations.notify_version(world, "REMOVE_ARTIFACT_TAG", membership, tag=removed.name)
    if input.get("aliases") is not None:
        _replace_aliases(world, context, version, input["aliases"])
    version.updated_at = now()
    return {"artifact": version}


def _replace_aliases(world: World, context: Context, version: ArtifactVersion, wanted: list[dict[str, str]]) -> None:
    """The list of SDKs before 0.22: the aliases in the named collections become exactly these."""
    for name in {item["artifact_collection_name"] for item in wanted}:
        names = [item["alias"] for item in wanted if item["artifact_collection_name"] == name]
        for membership in version.memberships:
            if membership.collection.name != name:
                continue
            for alias in names:
                with _note_change(world, membership, alias):
                    artifacts.check_alias(context.user, membership.collection.project, alias)
                    artifacts.set_alias(world, membership, alias)
            for old in [alias for alias in membership.aliases if alias not in names]:
                with _note_change(world, membership, old):
                    artifacts.drop_alias(membership, old)


@contextmanager
def _note_change(world: World, membership: Membership, alias: str) -> Iterator[None]:
    """Note in the ledger what a block does to an alias of a registry, refusals included."""
    collection, refused = membership.collection, None
    before = collection.aliases.get(alias)
    try:
        yield
    except Refusal as refusal:
        refused = refusal.message
        raise
    finally:
        after = collection.aliases.get(alias)
        if collection.project.is_registry and (refused or before is not after):
            old, new = (entry.membership.version if entry is not None else None for entry in (before, after))
            world.ledger.add(AliasChange(collection.path, alias, old, new, refused))


@field("Mutation", "addAliases")
def add_aliases(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    version = _need_version(world, context, input["artifact_id"])
    for item in input["aliases"]:
        membership = _place(context, version, item)
        with _note_change(world, membership, item["alias"]):
            artifacts.check_alias(context.user, membership.collection.project, item["alias"])
            artifacts.set_alias(world, membership, item["alias"])
    return {"success": True}


@field("Mutation", "deleteAliases")
def delete_aliases(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    version = _need_version(world, context, input["artifact_id"])
    for item in input["aliases"]:
        membership = _place(context, version, item)
        project = membership.collection.project
        with _note_change(world, membership, item["alias"]):
            if not access.writes_project(context.user, project):
                raise denied()
            if not access.moves_alias(context.user, project, item["alias"]):
                raise refuse("alias-protected", alias=item["alias"], registry=project.registry_name)
            artifacts.drop_alias(membership, item["alias"])
    return {"success": True}


def _place(context: Context, version: ArtifactVersion, where: dict[str, str]) -> Any:
    project = context.visible_project(where["entity_name"], where["project_name"])
    name = where["artifact_collection_name"]
    membership = artifacts.membership_in(version, project, name) if project is not None else None
    if membership is None:
        raise not_found(f"artifact collection '{name}'")
    return membership


@field("Mutation", "deleteArtifact")
def delete_artifact(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    version = _need_version(world, context, input["artifact_id"])
    artifacts.delete(world, context.user, version, with_aliases=bool(input.get("delete_aliases")))
    return {"artifact": version}


@field("Mutation", "useArtifact")
def use_artifact(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    version = _need_version(world, context, input["artifact_id"])
    place = _find_place(version, input)
    name = place.full_name if place is not None else version.source_name
    if not (usable(context, version) if place is None else access.downloads(context.user, place.collection.project)):
        raise refuse("permission-denied-on-artifact", artifact=name)
    if version.state != "COMMITTED":
        raise Refusal("artifact is not committed yet", 400, "C9")
    run = world.find_run(input.get("entity_name"), input.get("project_name"), input.get("run_name"))
    if run is not None:
        if not access.writes_project(context.user, run.project):
            raise denied()
        if version not in run.used:
            run.used.append(version)
            version.used_by.append(run)
    user = context.user.username if context.user else None
    names = artifacts.list_asked_names(world, version, place.collection.project if place is not None else None)
    world.ledger.add(Consumption(user, run.path if run else None, name, "use", names))
    return {"artifact": version}


def _find_place(version: ArtifactVersion, input: dict[str, Any]) -> Membership | None:
    """Where the version was asked for, in the project that the SDK names (a link); None from SDKs before 0.19.9."""
    wanted = input.get("artifact_entity_name"), input.get("artifact_project_name")
    for membership in version.memberships:
        project = membership.collection.project
        if (project.entity.name, project.name) == wanted:
            return membership
    return None


def _need_version(world: World, context: Context, identifier: str) -> ArtifactVersion:
    context.need_user()
    version = world.find_artifact(identifier)
    if version is None or version.state == "DELETED" or not visible(context, version):
        raise not_found("artifact")
    return version


def _need_writable_version(world: World, context: Context, identifier: str) -> ArtifactVersion:
    version = _need_version(world, context, identifier)
    if not access.writes_project(context.user, version.sequence.project):
        raise denied()
    return version
