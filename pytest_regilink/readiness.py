"""Whether a source version is ready to be linked to a registry: where it lies, of what type, committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_regilink.link_matcher import Place, place
from regilink_doctor.core import wandb_messages
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.target_path import LinkInput
from regilink_doctor.emulator.world import artifacts

if TYPE_CHECKING:
    from regilink_doctor.emulator.world import World
    from regilink_doctor.emulator.world.model import ArtifactVersion, Membership


def assert_registry_ready(world: World, source: object, *, registry: str | None = None) -> ArtifactVersion:
    """The version `source` can be linked to a registry: committed, and in a team of the registry's organization.

    Args:
        world: what is on the server.
        source: the SDK's artifact, or `entity/project/name:version` (`latest` without a version).
        registry: also to this one (its name without the prefix): it is there and takes the type.

    Raises:
        AssertionError: it cannot; the message says why.
    """
    __tracebackhide__ = True
    version = _find(world, source)
    if version.state != "COMMITTED":
        raise AssertionError(f"{version.source_name} is not committed: `run.log_artifact(artifact).wait()` first")
    entity = version.sequence.project.entity
    if entity.kind != "team":
        raise AssertionError(
            f"{version.source_name} is in the {entity.kind} entity {entity.name!r}; only what a team has logged can be "
            "linked: give `wandb.init` your team as `entity` [REG203]"
        )
    if entity.organization is None:
        raise AssertionError(f"the team {entity.name!r} of {version.source_name} belongs to no organization [REG207]")
    if registry is not None:
        link = LinkInput(entity.name, None, None, REGISTRY_PREFIX + registry, "any")
        judgement = world.link(link, type=version.type)
        if judgement.outcome != "linked":
            problem = judgement.problem
            words: str = judgement.outcome
            if problem is not None and problem.wandb_message:
                words = wandb_messages.fill_message(problem.wandb_message, **problem.facts)
            raise AssertionError(
                f"{version.source_name}, of type {version.type!r}, cannot go to the registry {registry!r}: {words} "
                f"[{judgement.rule}]"
            )
    return version


def resolved(world: World, name: object) -> object:
    """The name with the number of the version in place of an alias, where there is such a version."""
    wanted = place(name)
    if wanted.version is None or (found := _membership(world, wanted)) is None:
        return name
    return f"{wanted.path}:{found.version}"


def _find(world: World, source: object) -> ArtifactVersion:
    try:
        wanted = place(source)
    except TypeError as error:
        raise AssertionError(str(error)) from None
    found = _membership(world, wanted)
    if found is None:
        raise AssertionError(f"{wanted} is not on the server: it was never logged, or not under this name")
    return found.artifact


def _membership(world: World, wanted: Place) -> Membership | None:
    """The version in its collection. A path without an entity is one of the first organization's registries."""
    entity, project_name, name = wanted.path.split("/") if wanted.path.count("/") == 2 else (None, *_halves(wanted))
    organization = next(iter(world.organizations.values()), None)
    project = world.find_project(entity or (organization.entity.name if organization else None), project_name)
    collection = project.collections.get(name) if project is not None else None
    return artifacts.find(collection, wanted.version or artifacts.LATEST) if collection is not None else None


def _halves(wanted: Place) -> tuple[str, str]:
    project, _, name = wanted.path.partition("/")
    return project, name
