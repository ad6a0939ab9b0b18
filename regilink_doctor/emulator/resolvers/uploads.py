"""How a version comes to be: created, its files and manifest uploaded, committed."""

from __future__ import annotations

import json
import secrets
from typing import Any

from regilink_doctor.core.naming import DEFAULT_PROJECT
from regilink_doctor.emulator.resolvers.context import Connection, Context, field, page
from regilink_doctor.emulator.world import World, access, artifacts
from regilink_doctor.emulator.world.access import Refusal, denied, not_found
from regilink_doctor.emulator.world.model import ArtifactVersion, Manifest, StoredFile

REGIONS = ("default", "minio-local")
"""Storage regions that there are, as on a local W&B server."""


@field("Mutation", "createArtifact")
def create_artifact(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    # `wandb sync` of an offline run without an entity sends an empty one.
    owner = world.find_entity(input.get("entity_name") or me.default_entity)
    if owner is None or not access.sees_entity(me, owner):
        raise not_found(f"entity '{input.get('entity_name')}'")
    project_name = input.get("project_name") or DEFAULT_PROJECT
    project = world.find_project(owner.name, project_name)
    if project is None:
        if not access.writes_entity(me, owner):
            raise denied()
        project = world.make_project(owner, project_name, creator=me)
    name = input.get("artifact_collection_name") or next(iter(input.get("artifact_collection_names") or ()), None)
    if not name:
        raise Refusal("artifact collection name is required")
    if (region := input.get("storage_region")) not in (None, "", *REGIONS):
        raise Refusal(f"CreateArtifact invalid storageRegion: {region}")
    created = artifacts.create(
        world,
        me,
        project,
        name=name,
        type_name=input["artifact_type_name"],
        digest=input["digest"],
        run=project.runs.get(input.get("run_name") or ""),
        client_id=input.get("client_id"),
        aliases=tuple(each["alias"] for each in input.get("aliases") or ()),
        deduplicate=bool(input.get("enable_digest_deduplication")),
        distributed_id=input.get("distributed_id"),
    )
    if created.state == "PENDING":
        _describe(world, created, input)
    elif created.run is not None:
        run = project.runs.get(input.get("run_name") or "")
        if run is not None and created not in run.logged:
            run.logged.append(created)
    return {"artifact": created}


def _describe(world: World, created: ArtifactVersion, input: dict[str, Any]) -> None:
    for attribute in ("description", "metadata", "history_step"):
        # The same version may be created twice, by several processes: what the later call leaves out stays.
        if input.get(attribute) is not None:
            setattr(created, attribute, input[attribute])
    seconds = input.get("ttl_duration_seconds")
    if seconds is not None:
        created.ttl_seconds = seconds if seconds > 0 else None
    for tag in input.get("tags") or ():
        world.make_tag(created.tags, tag["tag_name"])


@field("Mutation", "createArtifactManifest")
def create_artifact_manifest(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    artifact = _pending(world, context, input["artifact_id"])
    file = world.make_upload(input["name"])
    manifest = Manifest(
        world.number(), artifact, input.get("type") or "FULL", input["digest"], file, input.get("base_artifact_id")
    )
    artifact.manifests.append(world.keep(manifest, manifest.number))
    return {"artifact_manifest": manifest}


@field("Mutation", "updateArtifactManifest")
def update_artifact_manifest(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    manifest = world.by_id(input["artifact_manifest_id"], Manifest)
    if manifest is None:
        raise not_found("artifact manifest")
    _pending(world, context, manifest.artifact.id)
    manifest.digest = input.get("digest") or manifest.digest
    manifest.base_artifact_id = input.get("base_artifact_id") or manifest.base_artifact_id
    return {"artifact_manifest": manifest}


@field("Mutation", "createArtifactFiles")
def create_artifact_files(world: World, context: Context, input: dict[str, Any]) -> dict[str, Connection]:
    """A file that the collection has already is not asked for again: its `uploadUrl` is null."""
    files = []
    for spec in input["artifact_files"]:
        artifact = _pending(world, context, spec["artifact_id"])
        file = _known_file(artifact, spec["name"], spec["md5"])
        if file is None:
            file = world.make_upload(spec["name"], spec["md5"], mimetype=spec.get("mimetype"), birth=artifact)
        artifact.files[spec["name"]] = file
        parts = [part["part_number"] for part in spec.get("upload_parts_input") or ()]
        files.append(_Upload(file, wanted=file.birth is artifact, parts=parts, number=file.number))
    return {"files": page(files, node=lambda each: each.as_node(context))}


class _Upload:
    """A file with what is to be done about it."""

    def __init__(self, file: StoredFile, *, wanted: bool, parts: list[int], number: int) -> None:
        self.file, self.wanted, self.parts, self.number = file, wanted, parts, number

    def as_node(self, context: Context) -> dict[str, Any]:
        file = self.file
        url = context.storage_url(file) if self.wanted else None
        several = None
        if url and self.parts:
            several = {
                "upload_id": file.blob,
                "upload_url_parts": [
                    {"part_number": each, "upload_url": url.replace(file.blob, f"{file.blob}.{each}", 1)}
                    for each in self.parts
                ],
            }
        return {
            "id": file.id,
            "name": file.name,
            "storage_path": f"wandb_artifacts/{file.blob}",
            "upload_url": url,
            "upload_headers": [],
            "upload_multipart_urls": several,
            "artifact": file.birth,
        }


def _known_file(artifact: ArtifactVersion, name: str, md5: str) -> StoredFile | None:
    return artifact.sequence.files.get(md5, {}).get(name)


@field("Mutation", "completeMultipartUploadArtifact")
def complete_multipart(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    """Put the parts together, in the order of their numbers."""
    key = input["upload_id"]
    numbers = sorted(part["part_number"] for part in input["completed_parts"])
    context.blobs.join_blobs(key, [f"{key}.{number}" for number in numbers])
    file = world.by_blob.get(key)
    blob = context.blobs.find_blob(key)
    if file is None or blob is None:
        raise not_found("upload")
    file.size = blob.body.size
    return {"digest": blob.md5}


@field("Mutation", "commitArtifact")
def commit_artifact(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    artifact = _pending(world, context, input["artifact_id"])
    manifest = _merged_manifest(world, context, artifact)
    artifacts.commit(world, artifact, manifest)
    return {"artifact": artifact}


def _merged_manifest(world: World, context: Context, artifact: ArtifactVersion) -> dict[str, Any] | None:
    """The manifest as it will be downloaded.

    Patches of a distributed version are put together, an incremental one is laid over that of its base: the server
    does that at the commit. The result is stored as one more, full manifest.
    """
    uploaded = [each for each in artifact.manifests if context.blobs.find_blob(each.file.blob) is not None]
    if not uploaded:
        if artifact.manifests:
            # A proxy can swallow uploads and answer 200; W&B's own words for it are not known.
            raise Refusal("the artifact's manifest has not been uploaded")
        return None
    if uploaded[-1].type == "FULL":
        artifact.manifests[:] = uploaded[-1:]
        return _read(context, uploaded[-1])
    merged: dict[str, Any] | None = None
    base = world.find_artifact(uploaded[-1].base_artifact_id) if uploaded[-1].type == "INCREMENTAL" else None
    layers = [base.manifests[-1]] if base is not None and base.manifests else []
    for layer in [*layers, *uploaded]:
        content = _read(context, layer)
        if merged is None:
            merged = content
        else:
            merged = {**content, "contents": {**merged.get("contents", {}), **content.get("contents", {})}}
    assert merged is not None
    _store(world, context, artifact, merged)
    return merged


def _store(world: World, context: Context, artifact: ArtifactVersion, merged: dict[str, Any]) -> None:
    content = json.dumps(merged).encode()
    file = StoredFile(world.number(), "wandb_manifest.json", secrets.token_urlsafe(18), size=len(content))
    context.blobs.add_blobs({file.blob: content})
    manifest = Manifest(world.number(), artifact, "FULL", artifact.digest, file)
    artifact.manifests[:] = [world.keep(manifest, manifest.number)]


def _read(context: Context, manifest: Manifest) -> dict[str, Any]:
    blob = context.blobs.find_blob(manifest.file.blob)
    if blob is None:
        return {}
    try:
        value = json.loads(b"".join(blob.body.read_chunks()))
    except ValueError:
        raise Refusal("the artifact's manifest is not JSON") from None
    return value if isinstance(value, dict) else {}


def _pending(world: World, context: Context, identifier: str) -> ArtifactVersion:
    context.need_user()
    artifact = world.find_artifact(identifier)
    if artifact is None:
        raise not_found("artifact")
    if not access.writes_project(context.user, artifact.sequence.project):
        raise denied()
    return artifact
