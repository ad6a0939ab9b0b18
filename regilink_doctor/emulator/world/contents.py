"""What is in a version, read from its manifest when it is committed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from regilink_doctor.emulator.world.files import StoredFile
from regilink_doctor.emulator.world.projects import ArtifactVersion
from regilink_doctor.emulator.world.state import State


def settle(state: State, artifact: ArtifactVersion, manifest: dict[str, Any]) -> None:
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
        elif (known := _known(state, artifact, name, entry)) is not None:
            files[name] = known
    artifact.files = files
    artifact.file_count = len(entries)
    artifact.size = sum(int(entry.get("size") or 0) for entry in entries.values())


def _known(state: State, artifact: ArtifactVersion, name: str, entry: dict[str, Any]) -> StoredFile | None:
    digest = entry.get("digest")
    for version in _places(state, artifact, entry.get("birthArtifactID")):
        file = version.files.get(name)
        if file is not None and file.digest == digest:
            return file
        for file in version.files.values():
            if file.digest == digest and file.ref is None:
                return file
    return None


def _places(state: State, artifact: ArtifactVersion, birth: str | None) -> Iterator[ArtifactVersion]:
    yield artifact
    first = state.find_artifact(birth)
    if first is not None:
        yield first
    for membership in reversed(artifact.sequence.memberships):
        yield membership.artifact
