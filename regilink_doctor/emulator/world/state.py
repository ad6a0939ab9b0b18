"""The state of a world: who and what there is, look-ups, and the one lock."""

from __future__ import annotations

import secrets
from secrets import token_hex
from threading import RLock
from typing import Any, Literal, TypeVar

from regilink_doctor.core.naming import MIGRATED_SUFFIX, REGISTRY_PREFIX
from regilink_doctor.emulator.ledger import Consumption, Ledger
from regilink_doctor.emulator.world.access import not_found
from regilink_doctor.emulator.world.features import NEWEST, Version
from regilink_doctor.emulator.world.model import (
    ArtifactType,
    ArtifactVersion,
    Automation,
    Collection,
    Entity,
    Kind,
    Organization,
    Project,
    Run,
    SlackChannel,
    StoredFile,
    Tag,
    User,
    Webhook,
    decode,
    next_number,
    now,
)

T = TypeVar("T")

Assumable = Literal["organization", "team", "person", "registry", "run"]
"""What may be made because the code names it (`world.assume`)."""


class State:
    """Everything a world knows. Whoever reads or writes more than one thing holds `lock` (it is re-entrant)."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.ledger = Ledger()
        self.token = token_hex(8)
        """Tells this world from the one before, for processes that outlive it."""
        self.retired_keys: set[str] = set()
        """Keys of earlier worlds: no user has them, not even `anybody`."""
        self.features: set[str] = set(NEWEST)
        self.server_version: Version | None = None
        """None: the newest server, as in W&B's cloud."""
        self.assumes: set[Assumable] = set()
        self.assumed_kind: Kind = "team"
        self.assumed_types: tuple[str, ...] | None = None
        self.persons: set[str] = set()
        """Names that are not assumed to be teams': those of persons."""
        self.made_by_code: set[str] = set()
        """Names of registries that the code creates itself: they are not assumed to exist."""
        self.anybody: User | None = None
        """The user of unknown keys: in a dry run, a program may log in with a real one."""
        self.stubs: set[str] | None = None
        """Names, `collection:alias`, that the code itself fetches, and that are made on the spot when they are
        not there. None: nothing is made. wandb looks up more by itself, before it logs a version."""
        self.stand_ins: dict[str, str] = {}
        """Full names of versions that stand in for what a known collection does not have -> what was asked for."""
        self.organizations: dict[str, Organization] = {}
        self.entities: dict[str, Entity] = {}
        self.users: dict[str, User] = {}
        self.artifacts: dict[str, ArtifactVersion] = {}
        self.artifact_of_client: dict[str, ArtifactVersion] = {}
        self.contents: dict[str, bytes] = {}
        self.downloads: dict[str, Consumption] = {}
        """Location of a manifest or file whose address was given out -> what its reader does with the version."""
        self.asked_for: dict[int, dict[str, None]] = {}
        """Number of a version -> the names by which it was fetched, with the alias and with the number."""
        self.by_blob: dict[str, StoredFile] = {}
        self.files_by_digest: dict[str, list[tuple[ArtifactVersion, StoredFile]]] = {}
        self.distributed: dict[tuple[int, str], ArtifactVersion] = {}
        """Number of the sequence and distributed id -> the version that several processes log together."""
        self.automations: dict[int, Automation] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.slack_channels: dict[int, SlackChannel] = {}
        self.run_of_id: dict[str, Run] = {}
        """Deleted runs too: to delete one again changes nothing."""
        self._user_of_key: dict[str, User] = {}
        self._objects: dict[int, object] = {}

    # Numbers and ids.

    def number(self) -> int:
        """The next number. Unique over all kinds of things."""
        return next_number()

    def keep(self, thing: T, number: int) -> T:
        """Remember `thing` under its number, for `by_id`."""
        self._objects[number] = thing
        return thing

    def by_id(self, text: str | None, kind: type[T]) -> T | None:
        """What an id of GraphQL stands for, None when it is none of that kind."""
        decoded = decode(text) if text else None
        thing = self._objects.get(decoded[1]) if decoded else None
        return thing if isinstance(thing, kind) else None

    def forget(self, number: int) -> None:
        """Forget a thing that was deleted."""
        self._objects.pop(number, None)

    # People.

    def user_of_key(self, key: str) -> User | None:
        """Whose API key it is. None: W&B refuses the key (failure C18)."""
        return self._user_of_key.get(key) or (None if key in self.retired_keys else self.anybody)

    def admit_key(self, key: str, user: User) -> None:
        """Let `key` stand for `user`."""
        self._user_of_key[key] = user

    def drop_key(self, key: str) -> None:
        """Refuse `key` from now on."""
        self._user_of_key.pop(key, None)

    def find_user(self, name: str) -> User | None:
        """The user of this name or e-mail address."""
        return self.users.get(name) or next((item for item in self.users.values() if item.email == name), None)

    # Entities and projects.

    def find_entity(self, name: str | None) -> Entity | None:
        """The entity of this exact name."""
        return self.entities.get(name) if name else None

    def find_project(self, entity: str | None, name: str | None) -> Project | None:
        """The project. A registry's name is found in any case, as W&B does when fetching (failure A10)."""
        owner = self.find_entity(entity)
        if owner is None or not name:
            return None
        if (project := owner.projects.get(name)) is not None:
            return project
        if owner.kind != "organization":
            return None
        wanted = name.casefold()
        return next((item for key, item in owner.projects.items() if key.casefold() == wanted), None)

    def migrated_registry(self, team: str) -> Project | None:
        """What has become of the team's `model-registry`, None while it is still open (failure A14)."""
        owner = self.find_entity(team)
        if owner is None or owner.kind != "team" or owner.organization is None:
            return None
        return owner.organization.entity.projects.get(f"{REGISTRY_PREFIX}{team}{MIGRATED_SUFFIX}")

    def find_run(self, entity: str | None, project: str | None, name: str | None) -> Run | None:
        """The run of this id."""
        owner = self.find_project(entity, project)
        return owner.runs.get(name) if owner and name else None

    def make_project(self, entity: Entity, name: str, access: str = "PRIVATE", creator: User | None = None) -> Project:
        """The project, made when it is not there."""
        project = self.find_project(entity.name, name)
        if project is None:
            project = Project(self.number(), name, entity, access=access, creator=creator)
            self.keep(project, project.number)
            entity.projects[name] = project
        return project

    def need_registry(self, name: str, organization: Organization) -> Project:
        """The registry (name without prefix).

        Raises:
            Refusal: there is none.
        """
        project = self.find_project(organization.entity.name, REGISTRY_PREFIX + name)
        if project is None:
            raise not_found(f"registry '{name}'")
        return project

    # Types, tags, artifacts.

    def make_type(self, project: Project, name: str, description: str | None = None) -> ArtifactType:
        """The project's artifact type, made when it is not there."""
        kind = project.types.get(name)
        if kind is None:
            kind = ArtifactType(self.number(), name, project, description)
            project.types[name] = self.keep(kind, kind.number)
        return kind

    def make_tag(self, tags: list[Tag], name: str) -> Tag:
        """The tag of this name in `tags`, added when it is not there."""
        for tag in tags:
            if tag.name == name:
                return tag
        tag = Tag(self.number(), name)
        tags.append(tag)
        return tag

    def make_collection(self, project: Project, name: str, kind: str, type_name: str) -> Collection:
        """The collection, made when it is not there."""
        collection = project.collections.get(name)
        if collection is None:
            collection = Collection(
                self.number(), name, project, "SEQUENCE" if kind == "SEQUENCE" else "PORTFOLIO", type_name
            )
            project.collections[name] = self.keep(collection, collection.number)
            self.make_type(project, type_name)
            project.updated_at = now()
        return collection

    def make_webhook(self, entity: Entity, name: str, url: str) -> Webhook:
        """An address that automations of the entity call."""
        webhook = Webhook(self.number(), name, entity, url)
        self.webhooks[webhook.number] = self.keep(webhook, webhook.number)
        return webhook

    def make_upload(self, name: str, digest: str | None = None, **values: Any) -> StoredFile:
        """A file that is to be uploaded: its key takes the bytes from now on."""
        file = StoredFile(self.number(), name, secrets.token_urlsafe(18), digest, **values)
        self.by_blob[file.blob] = self.keep(file, file.number)
        return file

    def find_artifact(self, identifier: str | None) -> ArtifactVersion | None:
        """The version of this id, or of this client id."""
        if not identifier:
            return None
        return self.artifacts.get(identifier) or self.artifact_of_client.get(identifier)
