"""What lies in storage: files of artifacts and runs, and manifests. The bytes are in the blob store, by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regilink_doctor.core.records import field, record
from regilink_doctor.emulator.world.ids import encode, now

if TYPE_CHECKING:
    from regilink_doctor.emulator.world.projects import ArtifactVersion
    from regilink_doctor.emulator.world.runs import Run

ManifestType = Literal["FULL", "INCREMENTAL", "PATCH"]


@record(frozen=False)
class StoredFile:
    """One file. `digest` is base64 of its MD5, as in a manifest. `blob` is its key in the blob store.

    `birth` is the version that first had these bytes: later versions share its blob. `ref` is the URI of a reference:
    then nothing is stored.
    """

    number: int
    name: str
    blob: str
    digest: str | None = None
    mimetype: str | None = None
    size: int = 0
    birth: ArtifactVersion | None = None
    run: Run | None = None
    ref: str | None = None
    updated_at: str = field(default_factory=now)

    @property
    def id(self) -> str:
        return encode("File", self.number)


@record(frozen=False)
class Manifest:
    """A manifest of a version; its JSON lies in the blob store."""

    number: int
    artifact: ArtifactVersion
    type: ManifestType
    digest: str
    file: StoredFile
    base_artifact_id: str | None = None

    @property
    def id(self) -> str:
        return encode("ArtifactManifest", self.number)
