"""Versions that are there before anything ran."""

from __future__ import annotations

import json

from regilink_doctor.emulator.world import artifacts
from regilink_doctor.emulator.world.files import Manifest, StoredFile
from regilink_doctor.emulator.world.ids import encode
from regilink_doctor.emulator.world.projects import ArtifactVersion, Collection
from regilink_doctor.emulator.world.state import State

SEED_PROJECT = "seed"
EMPTY_MANIFEST = json.dumps(
    {
        "version": 1,
        "storagePolicy": "wandb-storage-policy-v1",
        "storagePolicyConfig": {"storageLayout": "V2"},
        "contents": {},
    }
).encode()


def seed_versions(state: State, collection: Collection, count: int) -> None:
    """Add `count` empty versions to a registry's collection, logged into the project `seed` of its first team."""
    if count <= 0:
        return
    organization = collection.project.entity.organization
    owner = next(iter(organization.teams.values()), None) if organization is not None else None
    source = state.make_project(owner or collection.project.entity, SEED_PROJECT)
    name = "".join(letter if letter.isalnum() else "-" for letter in collection.name)
    sequence = state.make_collection(source, f"{name}-{collection.number}", "SEQUENCE", collection.type)
    for _ in range(count):
        number = state.number()
        artifact = ArtifactVersion(
            number, encode("Artifact", number), sequence, collection.type, digest=f"{number:032x}"
        )
        state.artifacts[artifact.id] = state.keep(artifact, number)
        blob = f"seed-{number}"
        state.contents[blob] = EMPTY_MANIFEST
        file = StoredFile(state.number(), "wandb_manifest.json", blob, size=len(EMPTY_MANIFEST))
        artifact.manifests.append(Manifest(state.number(), artifact, "FULL", artifact.digest, file))
        artifacts.commit(state, artifact, {"contents": {}})
        artifacts.add(state, collection, artifact)
