"""What a resolver knows besides its arguments, how it is registered, and pages of lists with their cursors."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Any, TypeVar
from urllib.parse import quote

from regilink_doctor.core.records import record
from regilink_doctor.emulator.storage import BlobStore
from regilink_doctor.emulator.world import World, access, assume
from regilink_doctor.emulator.world.access import Refusal, refuse
from regilink_doctor.emulator.world.model import Collection, Project, StoredFile, User

Resolver = Callable[..., Any]
F = TypeVar("F", bound=Resolver)

RESOLVERS: dict[tuple[str, str], Resolver] = {}
"""(type, field) -> function of (source, context, **arguments in snake case)."""

NOTED = frozenset({"linkArtifact"})
"""Fields that note a refusal themselves before they raise it: an attempt to link is in the ledger."""


_OF_DOCTOR = "RegilinkTargets"
"""The operation with which the doctor asks for registries, also for those that a link to a project may have meant:
no code need name them, so none is assumed."""


def field(kind: str, name: str) -> Callable[[F], F]:
    """Make the decorated function the resolver of field `name` of type `kind`."""

    def register(function: F) -> F:
        RESOLVERS[kind, name] = function
        return function

    return register


def read_fields(kind: str, **readers: Callable[[Any], Any]) -> None:
    """Let fields be what functions return of the model alone: the same for every user."""
    for name, read in readers.items():
        field(kind, name)(lambda source, context, read=read: read(source))


def rename_fields(kind: str, **paths: str) -> None:
    """Let fields be attributes of the model that are called otherwise there, such as `project.number`."""
    read_fields(kind, **{name: attrgetter(path) for name, path in paths.items()})


def list_fields(kind: str, **readers: Callable[[Any], Sequence[Any]]) -> None:
    """Let fields be pages of what functions of the model list."""
    for name, read in readers.items():
        field(kind, name)(lambda source, context, first=None, after=None, read=read: page(read(source), first, after))


def fill_fields(kind: str, **values: object) -> None:
    """Let fields have the same value in every world."""
    for name, value in values.items():
        field(kind, name)(lambda source, context, value=value: value)


@record
class Context:
    """One request: the world it asks about, and who asks."""

    world: World
    user: User | None
    blobs: BlobStore
    base_url: str
    refusal: Refusal | None = None
    """What the world is to answer whatever is asked (`faults`)."""
    operation: str | None = None
    """The name of the GraphQL operation."""

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
        """The project, if the user sees it. A team's migrated `model-registry` leads to its successor (failure A14)."""
        owner = entity or (self.user.default_entity if self.user else None)
        if self.operation != _OF_DOCTOR:
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
        return f"{self.base_url}/storage/{file.location}/{quote(file.name)}"


@record
class Edge:
    """One item. `version` is set where GraphQL's edge has one."""

    node: Any
    cursor: str
    version: str | None = None


@record
class PageInfo:
    """Where the page ends, and whether there is more."""

    end_cursor: str | None
    has_next_page: bool


@record
class Connection:
    """A page. `total_count` counts the whole list."""

    edges: list[Edge]
    page_info: PageInfo
    total_count: int


class Joined(Sequence[Any]):
    """Several lists as one, of which only the items of a page are read."""

    def __init__(self, parts: Sequence[Sequence[Any]]) -> None:
        self._parts = parts
        self._ends = list(accumulate(map(len, parts)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, place: Any) -> Any:
        if not 0 <= place < len(self):
            raise IndexError(place)
        number = bisect_right(self._ends, place)
        return self._parts[number][place - (self._ends[number - 1] if number else 0)]


def page(
    items: Sequence[Any],
    first: int | None = None,
    after: str | None = None,
    *,
    node: Callable[[Any], Any] = lambda item: item,
    version: Callable[[Any], str | None] = lambda item: None,
) -> Connection:
    """The items that follow the cursor `after`, at most `first` of them.

    A cursor names its item by number and, should that be gone, by its place in the list.
    """
    start = _start(items, after)
    stop = len(items) if first is None or first < 0 else min(len(items), start + first)
    edges = [
        Edge(node(items[index]), _cursor(items[index], index), version(items[index])) for index in range(start, stop)
    ]
    end = edges[-1].cursor if edges else None
    return Connection(edges, PageInfo(end, stop < len(items)), len(items))


def _cursor(item: Any, index: int) -> str:
    return base64.b64encode(f"{index}:{getattr(item, 'number', '')}".encode("ascii")).decode("ascii")


def _start(items: Sequence[Any], after: str | None) -> int:
    if not after:
        return 0
    try:
        place, _, number = base64.b64decode(after).decode("ascii").partition(":")
        if number:
            index = int(place)
            if index < len(items) and items[index].number == int(number):
                return index + 1
            for index, item in enumerate(items):
                if item.number == int(number):
                    return index + 1
            return int(place)
        return int(place) + 1
    except (binascii.Error, ValueError, AttributeError):
        return 0
