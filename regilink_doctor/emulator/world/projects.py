"""Projects, registries (projects with W&B's prefix), collections, artifact versions and links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import field, record
from regilink_doctor.emulator.world.ids import encode, now

if TYPE_CHECKING:
    from regilink_doctor.emulator.world.files import Manifest, StoredFile
    from regilink_doctor.emulator.world.people import Entity, RegistryRole, User
    from regilink_doctor.emulator.world.runs import Run

CollectionKind = Literal["SEQUENCE", "PORTFOLIO"]
ArtifactState = Literal["PENDING", "COMMITTED", "DELETED"]


@record(frozen=False)
class ArtifactType:
    """A type of artifacts, known to one project."""

    number: int
    name: str
    project: Project
    description: str | None = None
    created_at: str = field(default_factory=now)

    @property
    def id(self) -> str:
        return encode("ArtifactType", self.number)


@record(frozen=False)
class Project:
    """A project. With the prefix `wandb-registry-` and an organization's entity it is a registry.

    `types` are the types seen so far; they are a whitelist only when `allow_all_types` is False (the trap of
    row B4). `access` is W&B's word: `PRIVATE` (organization), `RESTRICTED`, `ENTITY_READ`, `USER_READ` ...
    """

    number: int
    name: str
    entity: Entity
    access: str = "PRIVATE"
    description: str | None = None
    allow_all_types: bool = True
    types: dict[str, ArtifactType] = field(default_factory=dict)
    members: dict[str, RegistryRole] = field(default_factory=dict)
    team_members: dict[str, RegistryRole] = field(default_factory=dict)
    default_role: RegistryRole = "member"
    protected_aliases: set[str] = field(default_factory=set)
    collections: dict[str, Collection] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    creator: User | None = None
    assumed: bool = False
    paused: bool = False
    created_at: str = field(default_factory=now)
    updated_at: str | None = None

    @property
    def id(self) -> str:
        return encode("Project", self.number)

    @property
    def internal_id(self) -> str:
        return encode("ProjectInternalId", self.number)

    @property
    def is_registry(self) -> bool:
        return self.entity.kind == "organization" and self.name.startswith(REGISTRY_PREFIX)

    @property
    def registry_name(self) -> str:
        """The name without the prefix."""
        return self.name.removeprefix(REGISTRY_PREFIX)


@record(frozen=False)
class Collection:
    """A name with numbered versions: of a source (`SEQUENCE`), or of links (`PORTFOLIO`, made by the first link)."""

    number: int
    name: str
    project: Project
    kind: CollectionKind
    type: str
    description: str | None = None
    tags: list[Tag] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    next_index: int = 0
    state: Literal["READY", "DELETED"] = "READY"
    assumed: bool = False
    created_at: str = field(default_factory=now)
    updated_at: str | None = None

    @property
    def id(self) -> str:
        return encode("ArtifactCollection", self.number)

    @property
    def path(self) -> str:
        return f"{self.project.entity.name}/{self.project.name}/{self.name}"


@record(frozen=False)
class Tag:
    """A tag of a collection or version."""

    number: int
    name: str
    tag_category_name: str | None = None

    @property
    def id(self) -> str:
        return encode("Tag", self.number)


@record(frozen=False)
class Alias:
    """A name that points at one version of one collection, and moves."""

    number: int
    alias: str
    membership: Membership

    @property
    def id(self) -> str:
        return encode("ArtifactAlias", self.number)


@record(frozen=False)
class Membership:
    """One artifact in one collection, with its version number there (row B12: source and link count apart)."""

    number: int
    collection: Collection
    artifact: ArtifactVersion
    index: int | None
    aliases: list[Alias] = field(default_factory=list)
    created_at: str = field(default_factory=now)

    @property
    def id(self) -> str:
        return encode("ArtifactCollectionMembership", self.number)

    @property
    def version(self) -> str:
        return f"v{self.index}"


@record(frozen=False)
class ArtifactVersion:
    """One version as it was logged. It belongs to one sequence, and to any number of portfolios by links."""

    number: int
    id: str
    sequence: Collection
    type: str
    digest: str
    client_id: str | None = None
    state: ArtifactState = "PENDING"
    index: int | None = None
    description: str | None = None
    metadata: str | None = None
    ttl_seconds: int | None = None
    history_step: int | None = None
    commit_hash: str | None = None
    tags: list[Tag] = field(default_factory=list)
    aliases_wanted: tuple[str, ...] = ()
    distributed_id: str | None = None
    run: Run | None = None
    user: User | None = None
    used_by: list[Run] = field(default_factory=list)
    files: dict[str, StoredFile] = field(default_factory=dict)
    manifests: list[Manifest] = field(default_factory=list)
    size: int = 0
    file_count: int = 0
    memberships: list[Membership] = field(default_factory=list)
    created_at: str = field(default_factory=now)
    updated_at: str | None = None

    @property
    def source_name(self) -> str:
        """`entity/project/collection:vN` of the source."""
        version = f":v{self.index}" if self.index is not None else ""
        return f"{self.sequence.path}{version}"
