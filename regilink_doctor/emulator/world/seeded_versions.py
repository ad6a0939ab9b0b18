"""Versions that are there before anything ran."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping

from regilink_doctor.emulator.world import artifacts
from regilink_doctor.emulator.world.files import Manifest, StoredFile
from regilink_doctor.emulator.world.ids import encode
from regilink_doctor.emulator.world.projects import ArtifactVersion, Collection
from regilink_doctor.emulator.world.state import State

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
    artifacts.commit(state, artifact, manifest)
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
        artifacts.add(state, collection, seed_version(state, sequence, files))
