"""Questions about the world on the emulated server, for the fixture and its assertions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_regilink.assertions import (
    ImpossibleAssertion,
    PathPattern,
    find_consumed_name,
    find_membership,
    matches_pattern,
    read_destination,
)
from regilink_doctor.core.naming import CORE_REGISTRY_TYPES, REGISTRY_PREFIX, is_version
from regilink_doctor.core.text import did_you_mean
from regilink_doctor.emulator.world import artifacts
from regilink_doctor.rules.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.emulator.ledger import Consumption
    from regilink_doctor.emulator.world import World
    from regilink_doctor.emulator.world.model import Membership, Run


def registries_of(world: World, organization: str | None = None) -> list[str]:
    """The names of the registries, without the prefix: of one organization, or of all."""
    return [
        project.registry_name
        for owner in world.organizations.values()
        if organization in (None, owner.name, owner.entity.name)
        for project in owner.entity.projects.values()
        if project.is_registry
    ]


def resolve_entity(world: World, path: object) -> object:
    """The path with the organization's entity in place of its display name."""
    text = str(path) if not isinstance(path, str) and type(path).__name__ == "TargetPath" else path
    if not isinstance(text, str):
        return path
    first, slash, rest = text.partition("/")
    organization = world.organizations.get(first)
    return f"{organization.entity.name}{slash}{rest}" if organization is not None and slash else path


def check_reachable(world: World, path: object, attempts: Sequence[LinkAttempt]) -> PathPattern:
    """The pattern of a place that links can reach, or that the code has named.

    Raises:
        ImpossibleAssertion: the entity or the registry does not exist: nothing can be there, whatever the code does.
    """
    __tracebackhide__ = True
    pattern = read_destination(path)
    if any(pattern.was_requested(attempt) for attempt in attempts):
        return pattern
    names = registries_of(world)
    registry = (pattern.registry or "").removeprefix(REGISTRY_PREFIX)
    if registry and not any(matches_pattern(name.casefold(), registry.casefold()) for name in names):
        near = did_you_mean(registry.replace("*", ""), names)
        if near or "registry" not in world.assumes:
            makes = "" if near or "*" in registry else f": regilink.registry({quoted(registry)}) makes one"
            raise ImpossibleAssertion(
                f"there is no registry {quoted(registry)} on the server, nothing can be linked to it{near}{makes}"
            )
    _check_entity(world, pattern)
    return pattern


def _check_entity(world: World, pattern: PathPattern) -> None:
    __tracebackhide__ = True
    name = pattern.entity
    if not name:
        return
    entity = world.entities.get(name)
    if entity is None:
        near = did_you_mean(name, [*world.entities, *world.organizations])
        if near or not world.assumes & {"organization", "team"}:
            raise ImpossibleAssertion(f"there is no entity {quoted(name)} on the server{near}")
    elif pattern.registry and entity.kind != "organization":
        kind = "team" if entity.kind == "team" else "user"
        path = pattern.path.partition("/")[2]
        raise ImpossibleAssertion(f'{quoted(name)} is a {kind}, registries belong to the organization: write "{path}"')


def check_consumable(world: World, pattern: PathPattern, consumed: Sequence[Consumption]) -> None:
    """Refuse the name of a version that is not there, where the collection or one with a similar name is.

    Raises:
        ImpossibleAssertion: nobody could consume it, and the code has not tried.
    """
    __tracebackhide__ = True
    if "*" in pattern.path or pattern.is_registry or find_membership(world, pattern) is not None:
        return
    if any(find_consumed_name(pattern, entry) for entry in consumed):
        return
    linked = list(find_linked(world, None))
    if beside := [item.version for item in linked if pattern.matches_name(item.collection.path)]:
        raise ImpossibleAssertion(
            f"there is no version {quoted(str(pattern))} on the server; there are: {', '.join(beside)}"
        )
    if near := did_you_mean(pattern.path, {item.collection.path.partition("/")[2] for item in linked}):
        raise ImpossibleAssertion(f"there is no collection {quoted(pattern.path)} on the server{near}")


def check_not_mocked(mocks: Sequence[tuple[str, object]], *, of_links: bool = False) -> None:
    """Refuse to say that nothing was done, or with `of_links` nothing linked, where a mock has done it.

    Raises:
        ImpossibleAssertion: the code has, or has called, a mock in place of wandb.
    """
    __tracebackhide__ = True
    if sentence := describe_mock(mocks, of_links=of_links):
        raise ImpossibleAssertion(f"{sentence}: nothing reaches the server, whatever the code does")


def describe_mock(mocks: Sequence[tuple[str, object]], *, of_links: bool = False) -> str | None:
    """A mock that is in place of wandb, or one of the earlier `mocks` that the code called.

    With `of_links` only one that can hide a link.
    """
    others = _WITHOUT_LINKS if of_links else ()
    if name := next((name for name, _ in find_mocks() if name not in others), None):
        return f"{name} is a mock"
    called = (name for name, mock in mocks if name not in others if getattr(mock, "mock_calls", ()))
    return f"{name} was a mock when the code called it" if (name := next(called, None)) else None


_WITHOUT_LINKS = ("wandb.Artifact.download",)
"""Calls that cannot hide a link: what they return, the path of a folder, links nothing."""

_MOCKED: tuple[str, ...] = ("init", "Api", "Artifact", "Run", "Run.link_artifact", "Run.use_artifact")
_MOCKED += ("Run.link_model", "Run.log_artifact", "Artifact.link", "Artifact.download", "Api.artifact")


def find_mocks() -> Iterator[tuple[str, object]]:
    """What of wandb is a mock now: the module in a module of the code, a function, a class or a method."""
    import sys

    for name, module in tuple(sys.modules.items()):
        if _is_mock(value := getattr(module, "__dict__", {}).get("wandb")):
            own_name = name.rpartition(".")[2]
            if not own_name.startswith(("test_", "conftest")) and not own_name.endswith("_test"):
                yield f"{name}.wandb", value
    wandb = sys.modules.get("wandb")
    if _is_mock(wandb):
        yield "wandb", wandb
        return
    for name in _MOCKED:
        owner, _, method = name.rpartition(".")
        if _is_mock(value := getattr(getattr(wandb, owner, None) if owner else wandb, method, None)):
            yield f"wandb.{name}", value


def _is_mock(value: object) -> bool:
    """Whether it is a mock that stands for wandb; one that calls wandb itself (`wraps`, `side_effect`) is not."""
    if not type(value).__module__.startswith("unittest.mock"):
        return False
    called = getattr(value, "_mock_wraps", None) or getattr(value, "side_effect", None)
    return str(getattr(called, "__module__", "")).partition(".")[0] != "wandb"


def find_linked(world: World, pattern: PathPattern | None) -> Iterator[Membership]:
    """The versions that are linked now, at `pattern` or anywhere."""
    with world.lock:
        collections = [
            collection
            for entity in world.entities.values()
            for project in entity.projects.values()
            for collection in project.collections.values()
            if collection.kind == "PORTFOLIO" and (pattern is None or pattern.matches_name(collection.path))
        ]
        for collection in collections:
            for membership in collection.memberships:
                if pattern is None or pattern.version in (None, membership.version, *membership.aliases):
                    yield membership


def describe_absence(world: World, pattern: PathPattern) -> str:
    """What there is instead of a version that is not there."""
    paths = [item.full_name for item in find_linked(world, None)]
    near = did_you_mean(str(pattern), [path.partition("/")[2] for path in paths])
    return near or (f"; there are: {', '.join(paths)}" if paths else "; nothing was linked")


def explain_environment(mocks: Sequence[tuple[str, object]], *, of_links: bool = False) -> str | None:
    """Why nothing of wandb reaches the server, or with `of_links` no link: a mock or the mode."""
    import os

    if sentence := describe_mock(mocks, of_links=of_links):
        return f"{sentence}: the real SDK never ran. Remove the mock, the fixture takes its place."
    mode = os.environ.get("WANDB_MODE")
    if mode in ("disabled", "dryrun", "offline"):
        return f"WANDB_MODE is {quoted(mode)}: nothing reaches a server in this mode."
    if os.environ.get("WANDB_DISABLED", "").casefold() in ("true", "1", "yes"):
        return "WANDB_DISABLED is set: nothing reaches a server in this mode."
    return None


def explain_silence(runs: Sequence[Run], mocks: Sequence[tuple[str, object]]) -> str:
    """Why no link reached the server: the mode, a mock, no run, or a run that only logged."""
    if (reason := explain_environment(mocks, of_links=True)) is not None:
        return reason
    if not runs:
        how = "the code did not reach wandb.init, or it ran with mode offline or disabled"
        return f"No run began: {how}, or in a fixture that was set up for another test, without this server."
    logged = [version.source_name for run in runs for version in run.logged]
    if logged:
        return f"A run logged {', '.join(logged[:3])} but linked nothing: the code did not reach its link."
    return f"The run {runs[-1].path} began, but logged and linked nothing."


def publish_version(
    world: World,
    full_name: str,
    type: str | None,
    files: Mapping[str, bytes] | None,
    metadata: Mapping[str, object] | None,
    aliases: Iterable[str],
) -> Membership:
    """Add a version with this content to a registry's collection.

    Raises:
        ValueError: the name is not that of a registry's version, or the collection has another type.
    """
    pattern = read_destination(resolve_entity(world, full_name))
    project_name = pattern.registry
    if project_name is None or pattern.is_registry:
        raise ValueError(
            f'{quoted(full_name)} is not a version in a registry: write "{REGISTRY_PREFIX}model/zoo:production"'
        )
    registry, name = project_name.removeprefix(REGISTRY_PREFIX), pattern.path.rpartition("/")[2]
    with world.lock:
        owners = [item for item in world.organizations.values() if pattern.entity in (None, item.entity.name)]
        if not owners:
            wanted = str(pattern.entity)
            raise ValueError(f"there is no organization {quoted(wanted)}{did_you_mean(wanted, world.entities)}")
        owner = owners[0]
        project = world.find_project(owner.entity.name, project_name) or world.registry(
            registry, organization=owner.name
        )
        existing = project.collections.get(name)
        kind = type or (existing.type if existing is not None else CORE_REGISTRY_TYPES.get(registry, "model"))
        collection = world.collection(name, registry=registry, type=kind, organization=owner.name)
        if collection.type != kind:
            raise ValueError(f"{collection.path} holds the type {quoted(collection.type)}, not {quoted(kind)}")
        team = next(iter(owner.teams), None) or next(iter(world.users))
        version = world.artifact(
            name, entity=team, project="published", type=kind, files=artifacts.NOTE if files is None else files
        )
        version.metadata = json.dumps(dict(metadata)) if metadata is not None else version.metadata
        wanted = f"v{collection.next_index}"
        if pattern.version is not None and is_version(pattern.version) and pattern.version != wanted:
            raise ValueError(f"the next version of {collection.path} is {wanted}, not {pattern.version}")
        membership = artifacts.add(world, collection, version)
        for alias in aliases:
            artifacts.set_alias(world, membership, alias)
        if pattern.version is not None and not is_version(pattern.version) and pattern.version != artifacts.LATEST:
            artifacts.set_alias(world, membership, pattern.version)
        return membership


def replace_placeholder(world: World, name: str, entity: str | None) -> None:
    """Give the organization that regilink began with this name and entity: its teams and registries stay."""
    with world.lock:
        organization = next(iter(world.organizations.values()), None)
        if organization is None or name in world.organizations:
            return
        owner = entity or name.lower().replace(" ", "-")
        if owner in world.entities and world.entities[owner] is not organization.entity:
            return
        del world.organizations[organization.name], world.entities[organization.entity.name]
        organization.name, organization.entity.name = name, owner
        organization.assumed = organization.entity.assumed = False
        world.organizations[name], world.entities[owner] = organization, organization.entity
