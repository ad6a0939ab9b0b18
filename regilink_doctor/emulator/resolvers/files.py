"""Files of artifacts and runs, and their uploads."""

from __future__ import annotations

import json
import mimetypes
import re
import secrets
from collections.abc import Iterable, Sequence
from posixpath import normpath
from typing import Any

from regilink_doctor.core.naming import DEFAULT_PROJECT
from regilink_doctor.emulator.resolvers.artifacts import describe_download, usable
from regilink_doctor.emulator.resolvers.context import Connection, Context, field, fill_fields, page
from regilink_doctor.emulator.world import World, access, artifacts
from regilink_doctor.emulator.world.access import Refusal, denied, not_found, refuse
from regilink_doctor.emulator.world.model import ArtifactVersion, Manifest, Membership, Run, StoredFile


@field("Artifact", "files")
def artifact_files(
    source: ArtifactVersion,
    context: Context,
    names: list[str] | None = None,
    after: str | None = None,
    first: int | None = None,
) -> Connection:
    return page(_named(_files(context, source), names), first, after)


@field("ArtifactCollectionMembership", "files")
def membership_files(
    source: Membership,
    context: Context,
    names: list[str] | None = None,
    after: str | None = None,
    first: int | None = None,
) -> Connection:
    if not access.downloads(context.user, source.collection.project):
        raise refuse("permission-denied-on-artifact", artifact=source.full_name)
    return page(_named(_files(context, source.artifact), names), first, after)


@field("Artifact", "filesByManifestEntries")
def files_by_manifest_entries(
    source: ArtifactVersion,
    context: Context,
    storage_layout: str,
    manifest_version: str,
    entries: list[dict[str, Any]] | None = None,
    storage_region: str | None = None,
    after: str | None = None,
    first: int | None = None,
) -> Connection:
    names = [item["name"] for item in entries or ()]
    return page(_named(_files(context, source), names), first, after)


def _files(context: Context, artifact: ArtifactVersion) -> list[StoredFile]:
    """The files in the order of their names. References are in the manifest alone."""
    if not usable(context, artifact):
        raise refuse("permission-denied-on-artifact", artifact=artifact.source_name)
    files: list[Any] = [_AsNamed(name, file, artifact) for name, file in sorted(artifact.files.items())]
    context.world.downloads |= dict.fromkeys((file.location for file in files), describe_download(context, artifact))
    return files


class _AsNamed:
    """A stored file under the name it has in one version: the same bytes may have several, and so have versions."""

    def __init__(self, name: str, file: StoredFile, artifact: ArtifactVersion) -> None:
        self.name, self.file = name, file
        self.number = f"{file.number}"
        self.location = f"version-{artifact.number}/{file.blob}"

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self.file, attribute)


def _named(files: Sequence[Any], names: Iterable[str | None] | None) -> list[Any]:
    wanted = {name for name in names or () if name}
    return [item for item in files if not wanted or item.name in wanted]


@field("File", "displayName")
def display_name(source: Any, context: Context) -> str:
    return _get(source, "name")  # type: ignore[no-any-return]


@field("File", "url")
@field("File", "directUrl")
@field("File", "uploadUrl")
def url(source: Any, context: Context, upload: bool | None = None) -> str | None:
    if isinstance(source, dict):
        return source.get("upload_url")
    return context.storage_url(source)


fill_fields("FileConnection", uploadHeaders=[])
fill_fields("File", uploadHeaders=[])


@field("File", "storagePath")
def storage_path(source: Any, context: Context) -> str:
    return source["storage_path"] if isinstance(source, dict) else f"wandb_artifacts/{source.blob}"


@field("File", "sizeBytes")
def size_bytes(source: Any, context: Context) -> int:
    return int(_get(source, "size") or 0)


@field("File", "mimetype")
def mimetype(source: Any, context: Context) -> str | None:
    mimetype = _get(source, "mimetype")
    return mimetype or mimetypes.guess_type(_get(source, "name"))[0]


@field("File", "md5")
def md5(source: Any, context: Context) -> str | None:
    """For files of runs in base64, for `wandb.Api().run().files()`."""
    return _get(source, "digest")  # type: ignore[no-any-return]


@field("File", "uploadMultipartUrls")
def upload_multipart_urls(source: Any, context: Context) -> dict[str, Any] | None:
    """Only in the answer to `createArtifactFiles` that asked for parts."""
    return source["upload_multipart_urls"] if isinstance(source, dict) else None


@field("File", "artifact")
def file_artifact(source: Any, context: Context) -> ArtifactVersion | None:
    version: ArtifactVersion | None = source["artifact"] if isinstance(source, dict) else source.birth
    return version


def _get(source: Any, name: str) -> Any:
    return source.get(name) if isinstance(source, dict) else getattr(source, name)


@field("Run", "files")
def run_files(
    source: Run,
    context: Context,
    names: list[str | None] | None = None,
    after: str | None = None,
    first: int | None = None,
    pattern: str | None = None,
) -> Connection:
    # `wandb verify` asks for "./name", and wandb uploads "name".
    uploaded = _named(_uploaded(source, context), [normpath(name) for name in names or () if name])
    if pattern:
        # SQL's LIKE: `%` any text, `_` one character.
        expression = re.escape(pattern).replace("%", ".*").replace("_", ".")
        uploaded = [item for item in uploaded if re.fullmatch(expression, item.name, re.DOTALL)]
    return page(uploaded, first, after)


def _uploaded(run: Run, context: Context) -> list[StoredFile]:
    """The files that have arrived. An announced upload that never came is not listed, but can be queried by name."""
    return [item for item in run.files.values() if context.blobs.find_blob(item.blob) is not None]


@field("Run", "fileCount")
def file_count(source: Run, context: Context) -> int:
    return len(_uploaded(source, context))


@field("Mutation", "createRunFiles")
def create_run_files(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    run = _run(world, context, input)
    files = []
    for name in input["files"]:
        file = run.files.get(name)
        if file is None:
            file = run.files[name] = world.make_upload(name, run=run)
        files.append(file)
    return {"run_id": run.id, "upload_headers": [], "files": files}


@field("Mutation", "markRunFilesUploaded")
def mark_run_files_uploaded(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    _run(world, context, input)
    return {"success": True}


def _run(world: World, context: Context, input: dict[str, Any]) -> Run:
    me = context.need_user()
    entity = input.get("entity_name") or me.default_entity
    run = world.find_run(entity, input.get("project_name"), input.get("run_name"))
    if run is None or not context.sees(run.project):
        raise not_found(f"run {entity}/{input.get('project_name')}/{input.get('run_name')}")
    if not access.writes_project(me, run.project):
        raise denied()
    return run


@field("Mutation", "deleteFiles")
def delete_files(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    for identifier in input["files"]:
        file = world.by_id(identifier, StoredFile)
        if file is None or file.run is None:
            raise not_found("file")
        if not access.writes_project(context.user, file.run.project):
            raise denied()
        file.run.files.pop(file.name, None)
        world.by_blob.pop(file.blob, None)
        world.forget(file.number)
    return {"success": True}


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
        aliases=tuple(item["alias"] for item in input.get("aliases") or ()),
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
        file = artifact.sequence.files.get(spec["md5"], {}).get(spec["name"])
        if file is None:
            file = world.make_upload(spec["name"], spec["md5"], mimetype=spec.get("mimetype"), birth=artifact)
        artifact.files[spec["name"]] = file
        parts = [part["part_number"] for part in spec.get("upload_parts_input") or ()]
        files.append(_Upload(file, wanted=file.birth is artifact, parts=parts, number=file.number))
    return {"files": page(files, node=lambda item: item.as_node(context))}


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
                    {"part_number": item, "upload_url": url.replace(file.blob, f"{file.blob}.{item}", 1)}
                    for item in self.parts
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
    uploaded = [item for item in artifact.manifests if context.blobs.find_blob(item.file.blob) is not None]
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
