"""Artifact versions: created, filled, committed, found by name, aliased, deleted, seeded."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from regilink_doctor.core.naming import NAME_MAX, is_version
from regilink_doctor.emulator.world import access
from regilink_doctor.emulator.world.model import (
    Alias,
    ArtifactVersion,
    Collection,
    Manifest,
    Membership,
    Project,
    Run,
    StoredFile,
    User,
    encode,
    now,
)
from regilink_doctor.emulator.world.refusal import Refusal, denied, refuse
from regilink_doctor.emulator.world.state import State

LATEST = "latest"


def create(
    state: State,
    user: User | None,
    project: Project,
    *,
    name: str,
    type_name: str,
    digest: str,
    run: Run | None = None,
    client_id: str | None = None,
    aliases: tuple[str, ...] = (),
    deduplicate: bool = True,
    distributed_id: str | None = None,
) -> ArtifactVersion:
    """A new version, still pending; or the committed one with the same digest, if that is the newest of its name.

    A distributed id joins the parts of one version that several processes log.

    Raises:
        Refusal: no write access (B2), or the name has another type (B5).
    """
    if not access.writes_project(user, project):
        raise denied()
    sequence = project.collections.get(name)
    if sequence is not None and sequence.type != type_name:
        raise Refusal(
            f"artifact collection '{name}' already exists with type '{sequence.type}'; "
            f"cannot create another with type '{type_name}'",
            409,
            "B5",
        )
    if sequence is not None and sequence.kind != "SEQUENCE":
        raise Refusal(f"'{name}' is a collection of links; an artifact cannot be logged into it", 409, "B5")
    sequence = sequence or state.make_collection(project, name, "SEQUENCE", type_name)
    if distributed_id and (shared := _distributed(state, sequence, distributed_id)) is not None:
        return shared
    if deduplicate and not distributed_id and (same := _same_content(sequence, digest)) is not None:
        for alias in aliases:
            set_alias(state, same, alias)
        if client_id:
            state.artifact_of_client[client_id] = same.artifact
        return same.artifact
    number = state.number()
    artifact = ArtifactVersion(
        number,
        encode("Artifact", number),
        sequence,
        type_name,
        digest,
        client_id=client_id,
        run=run,
        user=user,
        aliases_wanted=aliases,
        distributed_id=distributed_id,
    )
    state.artifacts[artifact.id] = state.keep(artifact, number)
    if client_id:
        state.artifact_of_client[client_id] = artifact
    return artifact


def _distributed(state: State, sequence: Collection, distributed_id: str) -> ArtifactVersion | None:
    for each in state.artifacts.values():
        if each.sequence is sequence and each.distributed_id == distributed_id and each.state == "PENDING":
            return each
    return None


def _same_content(sequence: Collection, digest: str) -> Membership | None:
    for membership in reversed(sequence.memberships):
        if membership.artifact.digest == digest:
            return membership
    return None


def commit(state: State, artifact: ArtifactVersion, manifest: dict[str, Any] | None) -> None:
    """Make the version visible: it gets its number, its files, its aliases and `latest`.

    `manifest` is the parsed manifest, for what is in it.
    """
    if artifact.state == "COMMITTED":
        return
    settle_contents(state, artifact, manifest or {})
    artifact.state = "COMMITTED"
    membership = add(state, artifact.sequence, artifact)
    artifact.index = membership.index
    artifact.commit_hash = f"{artifact.number:032x}"
    for alias in artifact.aliases_wanted:
        set_alias(state, membership, alias)
    if artifact.run is not None and artifact not in artifact.run.logged:
        artifact.run.logged.append(artifact)


def add(state: State, collection: Collection, artifact: ArtifactVersion) -> Membership:
    """Put the artifact into the collection, with the next number there and the alias `latest`."""
    membership = Membership(state.number(), collection, artifact, collection.next_index)
    state.keep(membership, membership.number)
    collection.next_index += 1
    collection.updated_at = now()
    collection.memberships.append(membership)
    artifact.memberships.append(membership)
    set_alias(state, membership, LATEST)
    return membership


def remove(state: State, membership: Membership) -> None:
    """Take the artifact out of the collection. Its number is never used again; `latest` goes to the newest left."""
    collection = membership.collection
    had_latest = any(alias.alias == LATEST for alias in membership.aliases)
    collection.memberships.remove(membership)
    membership.artifact.memberships.remove(membership)
    membership.aliases.clear()
    collection.updated_at = now()
    state.forget(membership.number)
    if had_latest and collection.memberships:
        set_alias(state, collection.memberships[-1], LATEST)


def set_alias(state: State, membership: Membership, alias: str) -> None:
    """Point the alias at this version. It leaves the version that had it (row B11: without notice)."""
    for other in membership.collection.memberships:
        if other is membership and any(each.alias == alias for each in other.aliases):
            return
        other.aliases[:] = [each for each in other.aliases if each.alias != alias]
    entry = Alias(state.number(), alias, membership)
    membership.aliases.append(state.keep(entry, entry.number))
    membership.artifact.updated_at = now()


def drop_alias(membership: Membership, alias: str) -> None:
    """Take the alias away; nothing happens when it is not there."""
    membership.aliases[:] = [each for each in membership.aliases if each.alias != alias]
    membership.artifact.updated_at = now()


def find(collection: Collection, alias: str) -> Membership | None:
    """The version that `alias` or `vN` names."""
    if is_version(alias):
        index = int(alias[1:])
        return next((each for each in collection.memberships if each.index == index), None)
    for membership in collection.memberships:
        if any(each.alias == alias for each in membership.aliases):
            return membership
    return None


def find_named(project: Project, name: str) -> Membership | None:
    """The version that `collection:alias` names; without an alias, the latest (row D3)."""
    collection_name, _, alias = name.partition(":")
    collection = project.collections.get(collection_name)
    return find(collection, alias or LATEST) if collection is not None else None


def membership_in(artifact: ArtifactVersion, project: Project, name: str) -> Membership | None:
    """The artifact's place in the collection `name` of `project`."""
    for membership in artifact.memberships:
        if membership.collection.project is project and membership.collection.name == name:
            return membership
    return None


def check_alias(user: User | None, project: Project, alias: str) -> None:
    """Refuse an alias that is no alias, or that `user` may not move.

    Raises:
        Refusal: row B11, B7 or B10.
    """
    if not alias or "/" in alias or ":" in alias:
        raise refuse("alias-refused", alias=alias)
    if len(alias) > NAME_MAX:
        raise refuse("alias-too-long", alias=alias)
    if not access.writes_project(user, project):
        raise denied()
    if not access.moves_alias(user, project, alias):
        raise refuse("alias-protected", alias=alias, registry=project.registry_name)


def delete(state: State, user: User | None, artifact: ArtifactVersion, *, with_aliases: bool) -> None:
    """Delete the version and every link to it.

    Raises:
        Refusal: no write access; or it has aliases other than `latest`, and they are not to be deleted.
    """
    if not access.writes_project(user, artifact.sequence.project):
        raise denied()
    aliased = [alias.alias for each in artifact.memberships for alias in each.aliases]
    if aliased and not with_aliases:
        raise Refusal("cannot delete an artifact that has aliases; set deleteAliases to delete them too", 400)
    for membership in list(artifact.memberships):
        remove(state, membership)
    artifact.state = "DELETED"
    artifact.updated_at = now()


def settle_contents(state: State, artifact: ArtifactVersion, manifest: dict[str, Any]) -> None:
    """Make the version's files those of the manifest: uploaded ones, ones of older versions, references.

    Unchanged files of an older version are not uploaded again: the manifest names the version that first had them.
    """
    entries: dict[str, Any] = manifest.get("contents") or {}
    files: dict[str, StoredFile] = {}
    for name, entry in entries.items():
        size = int(entry.get("size") or 0)
        if entry.get("ref") is not None:
            file = StoredFile(state.number(), name, "", entry.get("digest"), size=size, ref=entry["ref"])
            files[name] = state.keep(file, file.number)
        elif (known := _find_stored(state, artifact, name, entry)) is not None:
            files[name] = known
    artifact.files = files
    artifact.file_count = len(entries)
    artifact.size = sum(int(entry.get("size") or 0) for entry in entries.values())


def _find_stored(state: State, artifact: ArtifactVersion, name: str, entry: dict[str, Any]) -> StoredFile | None:
    digest = entry.get("digest")
    for version in _candidate_versions(state, artifact, entry.get("birthArtifactID")):
        file = version.files.get(name)
        if file is not None and file.digest == digest:
            return file
        for file in version.files.values():
            if file.digest == digest and file.ref is None:
                return file
    return None


def _candidate_versions(state: State, artifact: ArtifactVersion, birth: str | None) -> Iterator[ArtifactVersion]:
    yield artifact
    first = state.find_artifact(birth)
    if first is not None:
        yield first
    for membership in reversed(artifact.sequence.memberships):
        yield membership.artifact


SEED_PROJECT = "seed"


def seed_version(state: State, sequence: Collection, files: Mapping[str, bytes] | None = None) -> ArtifactVersion:
    """Add a committed version with these files to a source collection, as if a run had logged it."""
    number = state.number()
    artifact = ArtifactVersion(number, encode("Artifact", number), sequence, sequence.type, digest=f"{number:032x}")
    state.artifacts[artifact.id] = state.keep(artifact, number)
    for name, content in (files or {}).items():
        digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode("ascii")
        file = StoredFile(state.number(), name, f"seed-{state.number()}", digest, size=len(content), birth=artifact)
        state.contents[file.blob] = content
        artifact.files[name] = state.keep(file, file.number)
    entries = {
        file.name: {"digest": file.digest, "birthArtifactID": artifact.id, "size": file.size}
        for file in artifact.files.values()
    }
    manifest = {
        "version": 1,
        "storagePolicy": "wandb-storage-policy-v1",
        "storagePolicyConfig": {"storageLayout": "V2"},
        "contents": entries,
    }
    text = json.dumps(manifest).encode()
    file = StoredFile(state.number(), "wandb_manifest.json", f"seed-{number}", size=len(text))
    state.contents[file.blob] = text
    artifact.manifests.append(Manifest(state.number(), artifact, "FULL", artifact.digest, file))
    commit(state, artifact, manifest)
    return artifact


def seed_versions(state: State, collection: Collection, count: int, files: Mapping[str, bytes] | None = None) -> None:
    """Add `count` versions to a registry's collection, logged into the project `seed` of its first team.

    They are empty, if no `files` are given.
    """
    if count <= 0:
        return
    organization = collection.project.entity.organization
    owner = next(iter(organization.teams.values()), None) if organization is not None else None
    source = state.make_project(owner or collection.project.entity, SEED_PROJECT)
    name = "".join(letter if letter.isalnum() else "-" for letter in collection.name)
    sequence = state.make_collection(source, f"{name}-{collection.number}", "SEQUENCE", collection.type)
    for _ in range(count):
        add(state, collection, seed_version(state, sequence, files))
