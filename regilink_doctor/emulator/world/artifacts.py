"""Artifact versions: created, filled, committed, found by name, aliased, deleted, seeded."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from regilink_doctor.core.naming import NAME_MAX, is_version
from regilink_doctor.emulator.world import access, automations
from regilink_doctor.emulator.world.access import Refusal, denied, refuse
from regilink_doctor.emulator.world.model import (
    Alias,
    ArtifactVersion,
    Collection,
    Manifest,
    Membership,
    Project,
    Promise,
    Run,
    StoredFile,
    User,
    as_timestamp,
    encode,
    now,
    reserve_numbers,
)
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
        raise refuse("sequence-of-other-type", artifact=name, existing=sequence.type, type=type_name)
    if sequence is not None and sequence.kind != "SEQUENCE":
        raise Refusal(f"'{name}' is a collection of links; an artifact cannot be logged into it", 409, "B5")
    sequence = sequence or state.make_collection(project, name, "SEQUENCE", type_name)
    pending = state.artifact_of_client.get(client_id or "")
    if pending is not None and pending.sequence is sequence and pending.state == "PENDING":
        return pending
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
    if distributed_id:
        state.distributed[sequence.number, distributed_id] = artifact
    return artifact


def _distributed(state: State, sequence: Collection, distributed_id: str) -> ArtifactVersion | None:
    shared = state.distributed.get((sequence.number, distributed_id))
    return shared if shared is not None and shared.state == "PENDING" else None


def _same_content(sequence: Collection, digest: str) -> Membership | None:
    same = sequence.by_digest.get(digest)
    return same[-1] if same else None


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
    membership = _place(state, collection, artifact, collection.next_index, now())
    collection.next_index += 1
    collection.updated_at = now()
    automations.notify_version(state, "CREATE_ARTIFACT" if collection.kind == "SEQUENCE" else "LINK_MODEL", membership)
    set_alias(state, membership, LATEST)
    return membership


def _place(
    state: State,
    collection: Collection,
    artifact: ArtifactVersion,
    index: int,
    created_at: str,
    number: int | None = None,
) -> Membership:
    membership = Membership(number or state.number(), collection, artifact, index, created_at=created_at)
    state.keep(membership, membership.number)
    collection.memberships.put(membership)
    collection.by_digest.setdefault(artifact.digest, []).append(membership)
    artifact.memberships.append(membership)
    return membership


def remove(state: State, membership: Membership) -> None:
    """Take the artifact out of the collection. Its number is never used again; `latest` goes to the newest left."""
    collection = membership.collection
    if collection.kind == "PORTFOLIO":
        automations.notify_version(state, "UNLINK_ARTIFACT", membership)
    had_latest = LATEST in collection.aliases and collection.aliases[LATEST].membership is membership
    collection.memberships.remove(membership)
    collection.by_digest[membership.artifact.digest].remove(membership)
    for alias in membership.aliases:
        del collection.aliases[alias]
    membership.artifact.memberships.remove(membership)
    membership.alias_entries.clear()
    collection.updated_at = now()
    state.forget(membership.number)
    if had_latest and collection.memberships:
        set_alias(state, collection.memberships[-1], LATEST)


def set_alias(state: State, membership: Membership, alias: str) -> None:
    """Point the alias at this version. It leaves the version that had it (failure B11: without notice)."""
    aliases = membership.collection.aliases
    old = aliases.get(alias)
    if old is not None:
        if old.membership is membership:
            return
        old.membership.alias_entries.remove(old)
    entry = aliases[alias] = Alias(state.number(), alias, membership)
    membership.alias_entries.append(state.keep(entry, entry.number))
    membership.artifact.updated_at = now()
    automations.notify_version(state, "ADD_ARTIFACT_ALIAS", membership, alias=alias)


def drop_alias(membership: Membership, alias: str) -> None:
    """Take the alias away; nothing happens when it is not there."""
    entry = membership.collection.aliases.get(alias)
    if entry is not None and entry.membership is membership:
        del membership.collection.aliases[alias]
        membership.alias_entries.remove(entry)
    membership.artifact.updated_at = now()


def find(collection: Collection, alias: str) -> Membership | None:
    """The version that `alias` or `vN` names."""
    if is_version(alias):
        return collection.memberships.find(int(alias[1:]))
    entry = collection.aliases.get(alias)
    return entry.membership if entry is not None else None


def find_named(project: Project, name: str) -> Membership | None:
    """The version that `collection:alias` names; without an alias, the latest (failure D3)."""
    collection_name, _, alias = name.partition(":")
    collection = project.collections.get(collection_name)
    return find(collection, alias or LATEST) if collection is not None else None


def note_asked_name(state: State, membership: Membership, name: str) -> tuple[str, ...]:
    """Remember that a version was asked for as `collection:alias`; its full names with the alias and the number."""
    alias = name.partition(":")[2] or LATEST
    names = dict.fromkeys((f"{membership.collection.path}:{alias}", membership.full_name))
    state.asked_for.setdefault(membership.artifact.number, {}).update(names)
    return tuple(names)


def list_asked_names(state: State, artifact: ArtifactVersion, project: Project | None = None) -> tuple[str, ...]:
    """The full names by which a version was asked for, in `project` if given.

    Code that takes a version from a list asks for it by no name: then these are all that it has now.
    """
    places = [item for item in artifact.memberships if project in (None, item.collection.project)]
    asked = state.asked_for.get(artifact.number, {})
    if names := [name for name in asked if any(name.startswith(f"{item.collection.path}:") for item in places)]:
        return tuple(names)
    return tuple(f"{item.collection.path}:{name}" for item in places for name in (item.version, *item.aliases))


def membership_in(artifact: ArtifactVersion, project: Project, name: str) -> Membership | None:
    """The artifact's place in the collection `name` of `project`."""
    for membership in artifact.memberships:
        if membership.collection.project is project and membership.collection.name == name:
            return membership
    return None


def check_alias(user: User | None, project: Project, alias: str) -> None:
    """Refuse an invalid alias, and one that `user` may not move.

    Raises:
        Refusal: failure B11, B7 or B10.
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
    aliased = [name for item in artifact.memberships for name in item.aliases]
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
    uploaded: dict[str, dict[str, StoredFile]] = {}
    for file in artifact.files.values():
        uploaded.setdefault(file.digest or "", {})[file.name] = file
    files: dict[str, StoredFile] = {}
    for name, entry in entries.items():
        size = int(entry.get("size") or 0)
        if entry.get("ref") is not None:
            file = StoredFile(state.number(), name, "", entry.get("digest"), size=size, ref=entry["ref"])
            files[name] = state.keep(file, file.number)
        elif (stored := _find_stored(state, artifact, uploaded, name, entry)) is not None:
            files[name] = stored
            state.files_by_digest.setdefault(stored.digest or "", []).append((artifact, stored))
            artifact.sequence.files.setdefault(stored.digest or "", {})[name] = stored
    artifact.files = files
    artifact.file_count = len(entries)
    artifact.size = sum(int(entry.get("size") or 0) for entry in entries.values())


def _find_stored(
    state: State,
    artifact: ArtifactVersion,
    uploaded: dict[str, dict[str, StoredFile]],
    name: str,
    entry: dict[str, Any],
) -> StoredFile | None:
    """The bytes of an entry: uploaded now, by the version it names, or by an older one; if possible of that name."""
    birth = state.find_artifact(entry.get("birthArtifactID"))
    sequences = [artifact.sequence] if birth is None else [birth.sequence, artifact.sequence]
    for files in (uploaded, *(sequence.files for sequence in sequences)):
        if same := files.get(entry.get("digest") or ""):
            return same.get(name) or next(reversed(same.values()))
    return None


SEED_PROJECT = "seed"

NOTE = {"regilink-stub.txt": b"regilink made this version: what it contains is not known here.\n"}
"""The file of a version of which only the name is known. The SDK makes no folder for a version without files."""

MAX_SEEDED = 1_000_000
"""Versions that a collection can begin with."""


def seed_version(state: State, sequence: Collection, files: Mapping[str, bytes] | None = None) -> ArtifactVersion:
    """Add a committed version with these files to a source collection, as if a run had logged it."""
    artifact = _draft_version(state.number(), sequence)
    commit(state, artifact, _register_version(state, artifact, files or {}))
    return artifact


def _draft_version(number: int, sequence: Collection) -> ArtifactVersion:
    return ArtifactVersion(number, encode("Artifact", number), sequence, sequence.type, digest=f"{number:032x}")


def _register_version(state: State, artifact: ArtifactVersion, contents: Mapping[str, bytes]) -> dict[str, Any]:
    """Let the version be found, and store its files and its manifest; the manifest is returned."""
    state.artifacts[artifact.id] = state.keep(artifact, artifact.number)
    for name, content in contents.items():
        digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode("ascii")
        file = StoredFile(state.number(), name, secrets.token_urlsafe(18), digest, size=len(content), birth=artifact)
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
    file = StoredFile(state.number(), "wandb_manifest.json", secrets.token_urlsafe(18), size=len(text))
    state.contents[file.blob] = text
    artifact.manifests.append(Manifest(state.number(), artifact, "FULL", artifact.digest, file))
    return manifest


def seed_versions(state: State, collection: Collection, count: int) -> None:
    """Add `count` versions to a registry's collection, logged into the project `seed` of its first team.

    Each has a note as its only file. Only the last is created now, the others when a query reads them.

    Raises:
        ValueError: `count` is not a number of versions.
    """
    if not isinstance(count, int) or count > MAX_SEEDED:
        raise ValueError(f"{str(count)[:20]} is not a number of versions from 0 to {MAX_SEEDED}")
    if count <= 0:
        return
    organization = collection.project.entity.organization
    owner = next(iter(organization.teams.values()), None) if organization is not None else None
    project = state.make_project(owner or collection.project.entity, SEED_PROJECT)
    name = "".join(letter if letter.isalnum() else "-" for letter in collection.name)
    sequence = state.make_collection(project, f"{name}-{collection.number}", "SEQUENCE", collection.type)
    seeds = _Seeds(state, sequence, collection, count)
    for changed, promise in ((sequence, seeds.promise_sources()), (collection, seeds.promise_links())):
        changed.memberships.promise(range(changed.next_index, changed.next_index + count), promise)
        changed.next_index += count
    for changed in (sequence, collection):
        set_alias(state, changed.memberships[-1], LATEST)


class _Seeds:
    """Versions of a source collection and their links, which are created when a query reads them.

    Their numbers are reserved, so that a version that is only outlined has its id and digest already.
    """

    def __init__(self, state: State, sequence: Collection, collection: Collection, count: int) -> None:
        self._state, self._sequence, self._collection = state, sequence, collection
        self._first, self._begin = reserve_numbers(), sequence.next_index
        self._distance = collection.next_index - sequence.next_index
        self._start = datetime.now(timezone.utc) - timedelta(microseconds=self._begin + count)

    def promise_sources(self) -> Promise:
        return Promise(lambda index: self._create_pair(index)[0], self._outline_in(self._sequence, 0))

    def promise_links(self) -> Promise:
        distance = self._distance
        return Promise(
            lambda index: self._create_pair(index - distance)[1], self._outline_in(self._collection, distance)
        )

    def _number(self, index: int) -> int:
        """The artifact's; its source and its link have the next two."""
        return self._first + 3 * (index - self._begin)

    def _created_at(self, index: int) -> str:
        return as_timestamp(self._start + timedelta(microseconds=index))

    def _create_pair(self, index: int) -> tuple[Membership, Membership]:
        """The version in its source collection, and its link."""
        number = self._number(index)
        artifact = _draft_version(number, self._sequence)
        settle_contents(self._state, artifact, _register_version(self._state, artifact, NOTE))
        created_at = self._created_at(index)
        _commit_seed(artifact, index, created_at)
        source = _place(self._state, self._sequence, artifact, index, created_at, number + 1)
        link = _place(self._state, self._collection, artifact, index + self._distance, created_at, number + 2)
        return source, link

    def _outline_in(self, collection: Collection, distance: int) -> Callable[[int], Membership]:
        artifact = _draft_version(self._first, self._sequence)
        artifact.size, artifact.file_count = sum(map(len, NOTE.values())), len(NOTE)
        membership = Membership(self._first, collection, artifact, 0)

        def outline(index: int) -> Membership:
            if membership.index == index and artifact.index is not None:
                return membership  # a search asks for each value in turn
            number = self._number(index - distance)
            artifact.number, artifact.id, artifact.digest = number, encode("Artifact", number), f"{number:032x}"
            membership.number, membership.index = number + (1 if collection is self._sequence else 2), index
            membership.created_at = self._created_at(index - distance)
            _commit_seed(artifact, index - distance, membership.created_at)
            return membership

        return outline


def _commit_seed(artifact: ArtifactVersion, index: int, created_at: str) -> None:
    artifact.state, artifact.index, artifact.commit_hash = "COMMITTED", index, artifact.digest
    artifact.created_at = created_at
