"""What a resolver knows besides its arguments, and how it is registered."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

from regilink_doctor.core.records import record
from regilink_doctor.emulator.blobs import BlobStore
from regilink_doctor.emulator.world import World, access, assume
from regilink_doctor.emulator.world.model import Collection, Project, StoredFile, User
from regilink_doctor.emulator.world.refusal import Refusal, refuse


@cache
def snake(name: str) -> str:
    """`artifactID` -> `artifact_id`, `hexMD5` -> `hex_md5`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


Resolver = Callable[..., Any]
F = TypeVar("F", bound=Resolver)

RESOLVERS: dict[tuple[str, str], Resolver] = {}
"""(type, field) -> function of (source, context, **arguments in snake case)."""

NOTED = frozenset({"linkArtifact"})
"""Fields that note a refusal themselves before they raise it: an attempt to link is in the ledger."""


def field(kind: str, name: str) -> Callable[[F], F]:
    """Make the decorated function the resolver of field `name` of type `kind`."""

    def register(function: F) -> F:
        RESOLVERS[kind, name] = function
        return function

    return register


@record
class Context:
    """One request: the world it asks about, and who asks."""

    world: World
    user: User | None
    blobs: BlobStore
    base_url: str
    refusal: Refusal | None = None
    """What the world is to answer whatever is asked (`faults`)."""

    def need_user(self) -> User:
        """The user.

        Raises:
            Refusal: nobody is logged in.
        """
        if self.user is None:
            raise refuse("api-key-invalid")
        return self.user

    def sees(self, project: Project) -> bool:
        """Whether the user sees the project."""
        return access.sees_project(self.user, project)

    def visible_project(self, entity: str | None, name: str | None) -> Project | None:
        """The project, if the user sees it. A team's migrated `model-registry` leads to its successor (row A14)."""
        owner = entity or (self.user.default_entity if self.user else None)
        assume.registry(self.world, owner, name)
        assume.project(self.world, self.user, owner, name)
        project = self.world.find_project(owner, name or "uncategorized")
        if name == "model-registry" and owner is not None:
            project = self.world.migrated_registry(owner) or project
        return project if project is not None and self.sees(project) else None

    def visible_collection(self, collection: Collection | None) -> Collection | None:
        """The collection, if the user sees its project."""
        return collection if collection is not None and self.sees(collection.project) else None

    def storage_url(self, file: StoredFile) -> str:
        """The signed URL of a file, for both directions. A reference leads where it leads."""
        if file.ref is not None:
            return file.ref
        folder = "wandb_artifacts" if file.birth is not None else "wandb_files"
        return f"{self.base_url}/storage/{folder}/{file.blob}/{quote(file.name)}"
