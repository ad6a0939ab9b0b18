"""Who and what there is: people, projects, runs and files, as plain objects that hold each other."""

from __future__ import annotations

import base64
import binascii
import itertools
import json
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from typing import Any, Literal

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import field, record

_NUMBERS = itertools.count(1)
_RESERVED = itertools.count(1 << 16)


def next_number() -> int:
    """The next number from 1 on, over all worlds of the process.

    Not of one world alone: the SDK keeps artifacts by their id for minutes (`artifact_instance_cache`), so that in
    the next world another artifact of the same id would be taken for the old one.
    """
    return next(_NUMBERS)


def reserve_numbers() -> int:
    """The first of 2**24 numbers that nothing else gets, for versions that are created later."""
    return next(_RESERVED) << 24


def encode(kind: str, number: int) -> str:
    """The id that GraphQL shows for number `number` of type `kind`."""
    return base64.b64encode(f"{kind}:{number}".encode("ascii")).decode("ascii")


def decode(text: str) -> tuple[str, int] | None:
    """The type and number of an id, or None when `text` is not such an id."""
    try:
        kind, _, number = base64.b64decode(text, validate=True).decode("ascii").rpartition(":")
        return kind, int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def now() -> str:
    """The time as W&B writes it: UTC, ISO 8601, microseconds, `Z`."""
    return as_timestamp(datetime.now(timezone.utc))


def as_timestamp(moment: datetime) -> str:
    """A time in UTC as W&B writes it."""
    # Twice as fast as strftime: a world of twenty thousand collections asks half a million times.
    return moment.isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


OrganizationRole = Literal["admin", "member", "viewer"]
TeamRole = Literal["admin", "member", "viewer"]
RegistryRole = Literal["admin", "member", "viewer", "restricted_viewer"]
Kind = Literal["team", "personal", "organization"]

RANK: dict[str, int] = {"restricted_viewer": 1, "viewer": 2, "member": 3, "admin": 4}
"""Registry roles from least to most (docs, failure B7)."""


class _Numbered:
    """What GraphQL identifies by an id. `id_kind` is the type in the id, where it is not the name of the class."""

    number: int
    id_kind = ""

    @property
    def id(self) -> str:
        """The id that GraphQL shows."""
        return encode(self.id_kind or type(self).__name__, self.number)


@record(frozen=False)
class Organization(_Numbered):
    """An organization: its display name, and the entity that owns its registries (failure A13)."""

    number: int
    name: str
    entity: Entity
    members: dict[str, OrganizationRole] = field(default_factory=dict)
    teams: dict[str, Entity] = field(default_factory=dict)
    personal_entities_disabled: bool = False
    advanced_search: bool = False
    observer_role: bool = True
    assumed: bool = False


@record(frozen=False)
class Entity(_Numbered):
    """A name that owns projects: a team, a person or an organization."""

    number: int
    name: str
    kind: Kind
    organization: Organization | None = None
    user: User | None = None
    members: dict[str, TeamRole] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    assumed: bool = False
    created_at: str = field(default_factory=now)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"


@record(frozen=False)
class Invite(_Numbered):
    """An invitation into a team that has not been taken yet."""

    number: int
    email: str | None
    user: User | None
    role: TeamRole
    created_at: str = field(default_factory=now)


@record(frozen=False)
class ApiKey(_Numbered):
    """One key of a user. The first key of a user is the one that `Emulator.environ` hands out."""

    number: int
    secret: str
    description: str | None = None


@record(frozen=False)
class User(_Numbered):
    """A person, or a service account (failure B9: no personal entity of its own, writes to `parent_team`)."""

    number: int
    username: str
    email: str | None
    entity: Entity | None
    default_entity: str | None
    keys: list[ApiKey] = field(default_factory=list)
    name: str = ""
    admin: bool = False
    service_team: str | None = None
    created_at: str = field(default_factory=now)

    def __repr__(self) -> str:
        return f"<user {self.username}>"

    @property
    def key(self) -> str:
        """The first API key: 40 characters unless the world sets another."""
        return self.keys[0].secret

    @property
    def is_service_account(self) -> bool:
        return self.service_team is not None


CollectionKind = Literal["SEQUENCE", "PORTFOLIO"]
ArtifactState = Literal["PENDING", "COMMITTED", "DELETED"]


@record(frozen=False)
class ArtifactType(_Numbered):
    """A type of artifacts, known to one project."""

    number: int
    name: str
    project: Project
    description: str | None = None
    created_at: str = field(default_factory=now)


@record(frozen=False)
class Project(_Numbered):
    """A project. With the prefix `wandb-registry-` and an organization's entity it is a registry.

    `types` are the types seen so far; they are a whitelist only when `allow_all_types` is False (the trap of
    failure B4). `access` is W&B's word: `PRIVATE` (organization), `RESTRICTED`, `ENTITY_READ`, `USER_READ` ...
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
    sweeps: dict[str, Sweep] = field(default_factory=dict)
    deleted_runs: set[str] = field(default_factory=set)
    creator: User | None = None
    assumed: bool = False
    paused: bool = False
    created_at: str = field(default_factory=now)
    updated_at: str | None = None

    def __repr__(self) -> str:
        return f"<project {self.entity.name}/{self.name}>"

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
class Collection(_Numbered):
    """A name with numbered versions: of a source (`SEQUENCE`), or of links (`PORTFOLIO`, made by the first link)."""

    id_kind = "ArtifactCollection"
    number: int
    name: str
    project: Project
    kind: CollectionKind
    type: str
    description: str | None = None
    tags: list[Tag] = field(default_factory=list)
    memberships: Memberships = field(default_factory=lambda: Memberships())
    aliases: dict[str, Alias] = field(default_factory=dict)
    by_digest: dict[str, list[Membership]] = field(default_factory=dict)
    """Digest of a version -> its places here, oldest first."""
    files: dict[str, dict[str, StoredFile]] = field(default_factory=dict)
    """Digest of a file -> name -> the file, over all versions of a source."""
    next_index: int = 0
    state: Literal["READY", "DELETED"] = "READY"
    assumed: bool = False
    created_at: str = field(default_factory=now)
    updated_at: str | None = None

    def __repr__(self) -> str:
        return f"<collection {self.path}>"

    @property
    def path(self) -> str:
        return f"{self.project.entity.name}/{self.project.name}/{self.name}"


@record
class Promise:
    """Versions that are created when a query reads them.

    `outline` gives a version as it will be, for a search. It is registered nowhere, and good until the next call.
    """

    create: Callable[[int], Membership]
    outline: Callable[[int], Membership]


class Memberships(Sequence["Membership"]):
    """The versions of a collection by their numbers, oldest first.

    A number may be promised. A catalog can have a hundred thousand versions, and a test looks at one or two.
    """

    def __init__(self) -> None:
        self._items: dict[int, Membership | Promise] = {}
        self._order: list[int] = []
        """The numbers, ascending: a page of a large collection must not read all of it."""

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Membership]:
        return map(self._need, list(self._order))

    def __reversed__(self) -> Iterator[Membership]:
        return map(self._need, reversed(list(self._order)))

    def __getitem__(self, place: Any) -> Any:
        indexes = self._order[place]
        return [self._need(index) for index in indexes] if isinstance(indexes, list) else self._need(indexes)

    def newest_first(self) -> Sequence[Membership]:
        """The same in reverse, without creating what no query reads."""
        return _NewestFirst(self)

    def find(self, index: int) -> Membership | None:
        """The version of this number."""
        return self._need(index) if index in self._items else None

    def indexes(self) -> Sequence[int]:
        """The numbers, ascending."""
        return self._order

    def outline(self, index: int) -> Membership:
        """The version of this number, to read its values at once. A promised one is not created."""
        item = self._items[index]
        return item.outline(index) if isinstance(item, Promise) else item

    def put(self, membership: Membership) -> None:
        """Add a version, or create one that was promised."""
        if membership.index not in self._items:
            insort(self._order, membership.index)
        self._items[membership.index] = membership

    def promise(self, indexes: range, promise: Promise) -> None:
        """Add the versions of these numbers, which are higher than all that exist."""
        self._items.update(dict.fromkeys(indexes, promise))
        self._order.extend(indexes)

    def remove(self, membership: Membership) -> None:
        """Take a version out."""
        del self._items[membership.index]
        del self._order[bisect_left(self._order, membership.index)]

    def clear(self) -> None:
        """Take all out."""
        self._items.clear()
        self._order.clear()

    def _need(self, index: int) -> Membership:
        item = self._items[index]
        if isinstance(item, Promise):
            item = self._items[index] = item.create(index)
        return item


class _NewestFirst(Sequence["Membership"]):
    def __init__(self, versions: Memberships) -> None:
        self._versions = versions

    def __len__(self) -> int:
        return len(self._versions)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[index] for index in range(*place.indices(len(self)))]
        return self._versions[~place]


@record(frozen=False)
class Tag(_Numbered):
    """A tag of a collection or version."""

    number: int
    name: str
    tag_category_name: str | None = None


@record(frozen=False)
class Alias(_Numbered):
    """A name that points at one version of one collection, and moves."""

    id_kind = "ArtifactAlias"
    number: int
    alias: str
    membership: Membership


@record(frozen=False)
class Membership(_Numbered):
    """One artifact in one collection, with its version number there (failure B12: source and link count apart)."""

    id_kind = "ArtifactCollectionMembership"
    number: int
    collection: Collection
    artifact: ArtifactVersion
    index: int
    alias_entries: list[Alias] = field(default_factory=list)
    created_at: str = field(default_factory=now)

    def __repr__(self) -> str:
        return f"<version {self.full_name}>"

    @property
    def version(self) -> str:
        return f"v{self.index}"

    @property
    def full_name(self) -> str:
        return f"{self.collection.path}:{self.version}"

    @property
    def aliases(self) -> tuple[str, ...]:
        """Their names, as in `LinkAttempt.aliases`."""
        return tuple(entry.alias for entry in self.alias_entries)


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

    def __repr__(self) -> str:
        return f"<artifact {self.source_name} of type {self.type}>"

    @property
    def source_name(self) -> str:
        """`entity/project/collection:vN` of the source."""
        version = f":v{self.index}" if self.index is not None else ""
        return f"{self.sequence.path}{version}"


_MOODS = ("amber", "brisk", "calm", "daring", "eager", "fabled", "gentle", "hardy", "ivory", "jolly")
_THINGS = ("dawn", "field", "grove", "harbor", "island", "lake", "meadow", "pine", "river", "sky")


def display_name(number: int) -> str:
    """A name such as `calm-river-7`, the same for the same number."""
    return f"{_MOODS[number % 10]}-{_THINGS[(number // 10) % 10]}-{number}"


@record(frozen=False)
class Run:
    """One run. `name` is its id in paths, `id` that of GraphQL, as wandb's launch agent composes it.

    History, events and log are lines as they were sent.
    """

    number: int
    name: str
    project: Project
    display_name: str
    user: User | None = None
    state: str = "running"
    description: str | None = None
    notes: str | None = None
    config: str = "{}"
    summary: str = "{}"
    tags: list[str] = field(default_factory=list)
    group: str | None = None
    job_type: str | None = None
    commit: str | None = None
    host: str | None = None
    program: str | None = None
    sweep: str | None = None
    stopped: bool = False
    exit_code: int | None = None
    forked_from: Run | None = None
    forked_at: float = 0
    history: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    shared: dict[tuple[str, str], dict[int, int]] = field(default_factory=dict)
    """Of `mode="shared"`: file and writer -> where the lines are that the writer has counted."""
    files: dict[str, StoredFile] = field(default_factory=dict)
    logged: list[ArtifactVersion] = field(default_factory=list)
    used: list[ArtifactVersion] = field(default_factory=list)
    created_at: str = field(default_factory=now)
    heartbeat_at: str = field(default_factory=now)
    id: str = ""
    assumed: bool = False
    untouched: bool = False
    """Of an assumed run: nothing has resumed it."""

    def __repr__(self) -> str:
        return f"<run {self.path}, {self.state}>"

    @property
    def path(self) -> str:
        return f"{self.project.entity.name}/{self.project.name}/{self.name}"

    def stream(self, message: dict[str, Any], writer: str | None = None) -> None:
        """Take one file-stream message (`core/internal/filestream/filestreamrequest.go`).

        Lines go at the offset they are sent with, so that a repeated request changes nothing. Of a run with
        `mode="shared"` every process is a `writer`, which counts its own lines and knows its own summary alone.
        """
        streams = {"wandb-history.jsonl": self.history, "wandb-events.jsonl": self.events, "output.log": self.log}
        for name, part in (message.get("files") or {}).items():
            content, offset = list(part.get("content") or ()), int(part.get("offset") or 0)
            if (lines := streams.get(name)) is not None:
                places = self.shared.setdefault((name, writer), {}) if writer is not None else None
                _place(lines, offset, content, places)
            elif name == "wandb-summary.json" and content:
                shared = json.loads(self.summary or "{}") if writer is not None else {}
                self.summary = json.dumps({**shared, **json.loads(content[-1])}) if shared else content[-1]
        self.heartbeat_at = now()
        if message.get("complete"):
            self.exit_code = int(message.get("exitcode") or 0)
            self.state = "finished" if self.exit_code == 0 else "failed"
        elif message.get("preempting"):
            self.state = "preempting"

    def history_rows(self) -> list[dict[str, Any]]:
        """The history as data, a dictionary for each step, in the order of the steps.

        Nested metrics have dotted keys. A fork has its parent's steps before its own. A step that is written again, by
        a run that uses an id again, replaces the old one.
        """
        steps: dict[float, dict[str, Any]] = {}
        if self.forked_from is not None:
            parent = self.forked_from.history_rows()
            steps = {row["_step"]: row for row in parent if row["_step"] <= self.forked_at}
        for index, line in enumerate(self.history):
            row: dict[str, Any] = dict(_flatten(json.loads(line)))
            if self.shared:
                row["_step"] = index  # each writer counts its own steps
            steps[row.setdefault("_step", index)] = row
        return [steps[step] for step in sorted(steps)]


def _flatten(row: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """`{"a": {"b": 1}}` as `a.b`; media, which name their type, stay as they are."""
    for name, value in row.items():
        if isinstance(value, dict) and value and "_type" not in value:
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _place(lines: list[str], offset: int, content: list[str], places: dict[int, int] | None) -> None:
    """Put the content into the lines; `places` are those of one writer's lines among those of all writers."""
    if places is not None:
        for index, line in enumerate(content, offset):
            place = places.setdefault(index, len(lines))
            lines[place : place + 1] = [line]
        return
    if offset > len(lines):
        lines.extend([""] * (offset - len(lines)))
    lines[offset : offset + len(content)] = content


ManifestType = Literal["FULL", "INCREMENTAL", "PATCH"]


@record(frozen=False)
class StoredFile(_Numbered):
    """One file. `digest` is base64 of its MD5, as in a manifest. `blob` is its key in the blob store.

    `birth` is the version that first had these bytes: later versions share its blob. `ref` is the URI of a reference:
    then nothing is stored.
    """

    id_kind = "File"
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
    def location(self) -> str:
        """Where its signed URL leads: a folder and the key of the blob."""
        return f"{'wandb_files' if self.birth is None else 'wandb_artifacts'}/{self.blob}"


@record(frozen=False)
class Manifest(_Numbered):
    """A manifest of a version; its JSON is in the blob store."""

    id_kind = "ArtifactManifest"
    number: int
    artifact: ArtifactVersion
    type: ManifestType
    digest: str
    file: StoredFile
    base_artifact_id: str | None = None


@record(frozen=False)
class Sweep(_Numbered):
    """A search over parameters. `config` is its configuration as it was sent; `name` is its id in paths."""

    number: int
    name: str
    project: Project
    config: str
    creator: User | None = None
    state: str = "PENDING"
    description: str | None = None
    display_name: str | None = None
    controller: str | None = None
    scheduler: str | None = None
    controller_run_name: str | None = None
    runs: dict[str, SweepRun] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    created_at: str = field(default_factory=now)
    updated_at: str | None = None
    heartbeat_at: str | None = None


@record(frozen=False)
class SweepRun:
    """A run of a sweep, from the moment it is handed out. `run` is None until it has begun.

    `place` has the position of each parameter in its distribution. A prior run is older than the sweep.
    """

    name: str
    values: dict[str, Any]
    place: dict[tuple[str, ...], float] = field(default_factory=dict)
    agent: Agent | None = None
    run: Run | None = None
    is_prior: bool = False


@record(frozen=False)
class Agent(_Numbered):
    """A process that asks a sweep what to run."""

    number: int
    name: str
    sweep: Sweep
    host: str
    state: str = "RUNNING"
    runs: list[SweepRun] = field(default_factory=list)
    created_at: str = field(default_factory=now)
    heartbeat_at: str | None = None


@record(frozen=False)
class Automation(_Numbered):
    """What is to be done when something happens in a scope. `filter` is kept as it was sent.

    `settings` are those of the action; `met_by` the numbers of the runs whose metric has met the condition.
    """

    id_kind = "Trigger"
    number: int
    name: str
    scope: Project | Collection | Entity
    event: str
    filter: str
    action: str
    settings: dict[str, Any]
    description: str | None = None
    enabled: bool = True
    creator: User | None = None
    met_by: set[int] = field(default_factory=set)
    created_at: str = field(default_factory=now)
    updated_at: str | None = None

    @property
    def place(self) -> str:
        """Where it waits, as `entity/project/collection` or a part of it."""
        if isinstance(self.scope, Collection):
            return self.scope.path
        return self.scope.name if isinstance(self.scope, Entity) else f"{self.scope.entity.name}/{self.scope.name}"


@record(frozen=False)
class Webhook(_Numbered):
    """An address of an entity that automations call."""

    id_kind = "Integration"
    number: int
    name: str
    entity: Entity
    url_endpoint: str


@record(frozen=False)
class SlackChannel(_Numbered):
    """A channel that automations of an entity write to. `team_name` is the Slack workspace, as W&B names it."""

    id_kind = "Integration"
    number: int
    entity: Entity
    channel_name: str
    team_name: str
