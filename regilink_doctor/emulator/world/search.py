"""W&B's search: filters in the manner of MongoDB as JSON, and orders such as `-created_at`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar

from regilink_doctor.emulator.world.access import Refusal
from regilink_doctor.emulator.world.model import (
    Automation,
    Collection,
    Membership,
    Memberships,
    Project,
    Run,
    Sweep,
)

T = TypeVar("T")
Getter = Callable[[T, str], Any]
ValueOf = Callable[[str], Any]
Test = Callable[[ValueOf], bool]


def projects(items: Iterable[Project], filters: str | None, order: str | None) -> list[Project]:
    """Registries and projects; the oldest first unless ordered."""
    return _search(items, filters, order, _project_value)


def collections(items: Iterable[Collection], filters: str | None, order: str | None) -> list[Collection]:
    """Collections; the oldest first unless ordered."""
    return _search(items, filters, order, _collection_value)


def memberships(items: Iterable[Collection], filters: str | None, order: str | None) -> Sequence[Membership]:
    """Versions in collections; in the order they were linked unless ordered. One that is promised is not created."""
    alias = _required_alias(filters)
    if alias is None:
        places = [(item.memberships, index) for item in items for index in item.memberships.indexes()]
    else:  # no need to look at the hundred thousand versions that do not have it
        entries = [item.aliases[alias].membership for item in items if alias in item.aliases]
        places = [(entry.collection.memberships, entry.index) for entry in entries]
    return _Selected(_search(places, filters, order, _place_value))


class _Selected(Sequence[Membership]):
    """Versions that a search has selected: created, if they are only promised, when they are read."""

    def __init__(self, places: list[tuple[Memberships, int]]) -> None:
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        versions, index = self._places[place]
        return versions.find(index)


def _place_value(place: tuple[Memberships, int], name: str) -> Any:
    versions, index = place
    return read_version(versions.outline(index), name)


def _required_alias(filters: str | None) -> str | None:
    """The alias that a version must have, where the filter says so at its top."""
    query = json.loads(filters) if filters and '"alias"' in filters else {}
    wanted = query.get("alias") if isinstance(query, dict) else None
    if isinstance(wanted, dict) and wanted.keys() == {"$eq"}:
        wanted = wanted["$eq"]
    return wanted if isinstance(wanted, str) else None


def runs(items: Iterable[Run], filters: str | None, order: str | None) -> list[Run]:
    """Runs of a project."""
    return _search(items, filters, order, _run_value)


def automations(items: Iterable[Automation], filters: str | None, order: str | None) -> list[Automation]:
    """Automations of an entity."""
    return _search(items, filters, order, _plain)


def sweeps(items: Iterable[Sweep], filters: str | None) -> list[Sweep]:
    """Sweeps of a project."""
    return _search(items, filters, None, _plain)


def _search(items: Iterable[T], filters: str | None, order: str | None, getter: Getter[T]) -> list[T]:
    try:
        query = json.loads(filters) if filters else {}
    except ValueError:
        raise Refusal(f"invalid filter: {filters}") from None
    holds = _read_filter(query) if query else None
    result = [item for item in items if holds is None or holds(partial(getter, item))]
    for part in reversed([part.strip() for part in (order or "").split(",") if part.strip()]):
        name = part.lstrip("+-")
        result.sort(key=lambda item: _sortable(getter(item, name)), reverse=part.startswith("-"))
    return result


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    return (1, value) if isinstance(value, (int, float)) else (2, str(value))


def matches(query: Any, value_of: ValueOf) -> bool:
    """Whether the filter holds. `value_of` gives the value of a field by its name.

    Raises:
        Refusal: an operator that does not exist.
    """
    return _read_filter(query)(value_of)


def _read_filter(query: Any) -> Test:
    """The filter as a function: it may be asked of a hundred thousand versions."""
    if not isinstance(query, dict):
        raise Refusal("invalid filter: not an object")
    return _every([_read_part(name, condition) for name, condition in query.items()])


def _read_part(name: str, condition: Any) -> Test:
    if name in ("$and", "$or", "$nor"):
        tests = [_read_filter(part) for part in condition]
        if name == "$and":
            return _every(tests)
        if name == "$or":
            return lambda value_of: not tests or any(test(value_of) for test in tests)
        return lambda value_of: not any(test(value_of) for test in tests)
    if name == "$not":
        negated = _read_filter(condition)
        return lambda value_of: not negated(value_of)
    if name.startswith("$"):
        raise Refusal(f"invalid filter: unknown operator '{name}'")
    check = _read_condition(condition)
    return lambda value_of: check(value_of(name))


def _every(tests: Sequence[Callable[[T], bool]]) -> Callable[[T], bool]:
    return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)


def _read_condition(condition: Any) -> Callable[[Any], bool]:
    """What the value of a field has to be."""
    if not isinstance(condition, dict) or not any(str(key).startswith("$") for key in condition):
        return lambda value: _equals(value, condition)
    return _every([_read_operator(name, operand) for name, operand in condition.items()])


def _read_operator(name: str, operand: Any) -> Callable[[Any], bool]:
    if name == "$not":
        negated = _read_condition(operand)
        return lambda value: not negated(value)
    if name == "$exists":
        return lambda value: (value is not None) == bool(operand)
    if name == "$ne":
        return lambda value: not _equals(value, operand)
    if name == "$in":
        return lambda value: any(_equals(value, item) for item in operand)
    if name == "$nin":
        return lambda value: not any(_equals(value, item) for item in operand)
    test = _TESTS.get(name)
    if test is None:
        raise Refusal(f"invalid filter: unknown operator '{name}'")

    def holds(value: Any) -> bool:
        if not isinstance(value, list):
            return value is not None and _compare(test, value, operand)
        return any(item is not None and _compare(test, item, operand) for item in value)

    return holds


def _compare(test: Callable[[Any, Any], bool], value: Any, operand: Any) -> bool:
    try:
        return test(value, operand)
    except (TypeError, re.error):
        return False


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, operand: bool(value == operand),
    "$gt": lambda value, operand: bool(value > operand),
    "$gte": lambda value, operand: bool(value >= operand),
    "$lt": lambda value, operand: bool(value < operand),
    "$lte": lambda value, operand: bool(value <= operand),
    "$regex": lambda value, operand: re.search(str(operand), str(value)) is not None,
    "$contains": lambda value, operand: operand in value,
}


def _equals(value: Any, operand: Any) -> bool:
    if isinstance(value, list) and not isinstance(operand, list):
        return operand in value
    return bool(value == operand)


def _project_value(project: Project, name: str) -> Any:
    if name in ("id", "project_id"):
        return [project.id, project.internal_id, project.number]
    if name == "entity_id":
        return [project.entity.id, project.entity.number]
    return _plain(project, name)


def _collection_value(collection: Collection, name: str) -> Any:
    if name in ("id", "collection_id", "artifact_collection_id"):
        return [collection.id, collection.number]
    if name in ("collection_name", "artifact_collection_name"):
        return collection.name
    if name in ("tag", "tags"):
        return [tag.name for tag in collection.tags]
    return _plain(collection, name)


def read_version(membership: Membership, name: str) -> Any:
    """The value that a filter calls `name`."""
    artifact = membership.artifact
    if name in ("version_index", "versionIndex"):
        return membership.index
    if name == "version":
        return [membership.version, membership.index]
    if name in ("id", "artifact_id"):
        return [artifact.id, artifact.number]
    if name in ("tag", "tags"):
        return [tag.name for tag in artifact.tags]
    if name in ("alias", "aliases"):
        return list(membership.aliases)
    if name in ("created_at", "createdAt", "artifact_created_at"):
        return artifact.created_at
    if name in ("linked_at", "acm_created_at"):
        return membership.created_at
    if name in ("size", "artifact_size"):
        return artifact.size
    if name.startswith(("metadata", "artifact_metadata")):
        return _inside(json.loads(artifact.metadata or "{}"), name.split(".")[1:])
    return _plain(artifact, name)


def _run_value(run: Run, name: str) -> Any:
    plain = {"username": run.user.username if run.user else None, "displayName": run.display_name}
    plain |= {"jobType": run.job_type, "createdAt": run.created_at, "heartbeatAt": run.heartbeat_at}
    if name in plain:
        return plain[name]
    head, *rest = name.split(".")
    if head == "config":
        return _inside(json.loads(run.config or "{}"), rest)
    if head in ("summary_metrics", "summaryMetrics", "summary"):
        return _inside(json.loads(run.summary or "{}"), rest)
    return _plain(run, name)


def _inside(value: Any, path: Sequence[str]) -> Any:
    for part in path:
        if not isinstance(value, dict):
            return None
        if part in value:
            value = value[part]
        elif part != "value":
            # A configuration's values lie one level down: {"lr": {"value": 0.1}}.
            inner = value.get("value")
            value = inner.get(part) if isinstance(inner, dict) else None
    return value["value"] if isinstance(value, dict) and set(value) <= {"value", "desc"} and "value" in value else value


def _plain(thing: Any, name: str) -> Any:
    return getattr(thing, snake(name), None)


@lru_cache(maxsize=256)
def snake(name: str) -> str:
    """`artifactID` -> `artifact_id`, `hexMD5` -> `hex_md5`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
