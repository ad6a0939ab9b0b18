"""Files of artifacts and runs."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Sequence
from posixpath import normpath
from typing import Any

from regilink_doctor.emulator.resolvers.artifacts import usable
from regilink_doctor.emulator.resolvers.context import Connection, Context, field, page
from regilink_doctor.emulator.world import World, access
from regilink_doctor.emulator.world.access import denied, not_found, refuse
from regilink_doctor.emulator.world.model import ArtifactVersion, Membership, Run, StoredFile


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
        name = f"{source.collection.path}:{source.version}"
        raise refuse("permission-denied-on-artifact", artifact=name)
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
    names = [each["name"] for each in entries or ()]
    return page(_named(_files(context, source), names), first, after)


def _files(context: Context, artifact: ArtifactVersion) -> list[StoredFile]:
    """The files in the order of their names. References are in the manifest alone."""
    if not usable(context, artifact):
        raise refuse("permission-denied-on-artifact", artifact=artifact.source_name)
    return [_AsNamed(name, file) for name, file in sorted(artifact.files.items())]  # type: ignore[misc]


class _AsNamed:
    """A stored file under the name it has in one version: the same bytes may have several."""

    def __init__(self, name: str, file: StoredFile) -> None:
        self.name, self.file = name, file
        self.number = f"{file.number}"

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self.file, attribute)


def _named(files: Sequence[Any], names: Iterable[str | None] | None) -> list[Any]:
    wanted = {name for name in names or () if name}
    return [each for each in files if not wanted or each.name in wanted]


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


@field("FileConnection", "uploadHeaders")
@field("File", "uploadHeaders")
def upload_headers(source: Any, context: Context) -> list[str]:
    return []


@field("File", "storagePath")
def storage_path(source: Any, context: Context) -> str:
    return source["storage_path"] if isinstance(source, dict) else f"wandb_artifacts/{source.blob}"


@field("File", "sizeBytes")
def size_bytes(source: Any, context: Context) -> int:
    return int(_get(source, "size") or 0)


@field("File", "mimetype")
def mimetype(source: Any, context: Context) -> str | None:
    known = _get(source, "mimetype")
    return known or mimetypes.guess_type(_get(source, "name"))[0]


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
    found: ArtifactVersion | None = source["artifact"] if isinstance(source, dict) else source.birth
    return found


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
    found = _named(_uploaded(source, context), [normpath(name) for name in names or () if name])
    if pattern:
        # SQL's LIKE: `%` any text, `_` one character.
        expression = re.escape(pattern).replace("%", ".*").replace("_", ".")
        found = [each for each in found if re.fullmatch(expression, each.name, re.DOTALL)]
    return page(found, first, after)


def _uploaded(run: Run, context: Context) -> list[StoredFile]:
    """What has arrived. An asked-for upload that never came is no file, but can be asked for by name."""
    return [each for each in run.files.values() if context.blobs.find_blob(each.blob) is not None]


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
