"""Run the user's own command, unchanged, against the emulator, and report what it would have done at W&B."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from regilink_doctor.client.settings import Settings, read_settings
from regilink_doctor.core import checked
from regilink_doctor.core.catalog import Catalog
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.origin import Argument, Setting
from regilink_doctor.core.phrases import say
from regilink_doctor.core.text import as_list, remember_arguments, remember_environment
from regilink_doctor.emulator import Emulator, Fence, World, recorder
from regilink_doctor.emulator.environ import within
from regilink_doctor.workflows.commands import run_command
from regilink_doctor.workflows.dry_run import collect
from regilink_doctor.workflows.dry_run.collect import find_organization, read_scripts
from regilink_doctor.workflows.dry_run.outcome import ArtifactMade, Consumed, DryRun, Link, RunMade
from regilink_doctor.workflows.lint import LintResult

__all__ = ["KEEP", "ArtifactMade", "Consumed", "DryRun", "Link", "RunMade", "dry_run"]

KEEP = 2 * 2**30
"""Bytes of uploads that are kept, in case the command downloads them again."""

ORGANIZATION, TEAM, USER = "your-default-organization", "your-default-team", "you"
"""Stand-ins for unknown names. They are placeholders, so that no advice names them."""

_QUIET = ("WANDB_QUIET", "WANDB_CONSOLE", "WANDB_MODE")
"""What the emulator sets for tests. A dry run keeps the user's values, so that offline stays offline."""


@checked
def dry_run(
    command: Sequence[str | Path],
    *,
    catalog: Catalog | None = None,
    entity: str | None = None,
    personal_entities: str | Iterable[str] = (),
    stub_artifacts: bool = False,
    allow_no_links: bool = False,
    keep_going: bool = False,
    hosts: str | Iterable[str] = (),
    keep: int | None = KEEP,
    cwd: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    stdout: IO[bytes] | int | None = None,
) -> DryRun:
    """What `command` would have done at W&B: it runs unchanged, but wandb talks to an emulator.

    Args:
        command: the program and its arguments.
        catalog: the organization; None: teams and registries exist as the code names them.
        entity: that of runs for which neither code nor settings name one; None: a stand-in.
        personal_entities: entities that are a person's, and that no team is assumed for; a catalog names its own.
        stub_artifacts: create an empty version of every consumed artifact that does not exist.
        allow_no_links: accept a command that links nothing.
        keep_going: a refused link returns as if it had been accepted, so that one run shows every link.
        hosts: more servers that the command must not reach, such as your own.
        keep: bytes of uploads that are kept in all, None for any number.
        cwd: the folder to run in; None: the current one. `environ` and `stdout` are those of this process, too.

    Raises:
        ImportError: graphql-core is not installed. OSError: the command cannot be started. ValueError: it is empty.
    """
    words = _read_words(command)
    outside = dict(os.environ if environ is None else environ)
    remember_environment(outside)
    remember_arguments(words)
    folder = Path(cwd or Path.cwd()).absolute()
    settings = _read_settings(folder, outside, entity)
    scripts = read_scripts(words, folder) if catalog is None else None
    world = _world(catalog, scripts, as_list(personal_entities), stub_artifacts=stub_artifacts)
    hosts = (settings.host.value, *as_list(hosts), (catalog.host if catalog is not None else None) or "")
    with Emulator(world, keep=keep) as emulator, Fence(emulator, hosts, outside=outside) as fence:
        variables = _build_variables(emulator, fence, settings, outside, keep_going=keep_going)
        emulator.load_graphql()  # while the command comes up
        end = run_command(words, within(outside, variables), cwd=folder, stdout=stdout)
        with world.lock:
            return DryRun(
                argv=tuple(words),
                status=end.status,
                interrupted=end.is_interrupted,
                left_running=end.has_left_running,
                world=_origin(catalog, scripts),
                entity=settings.entity.value if settings.entity is not None else TEAM,
                entity_source=settings.entity.origin.shown if settings.entity is not None else None,
                assumed=world.assumed,
                runs=collect.runs(world),
                refused_runs=world.ledger.refused_runs,
                unsent_runs=collect.list_unsent_runs(world, folder),
                artifacts=collect.artifacts(world),
                links=collect.links(world, world.ledger.links, folder, words, outside),
                consumed=collect.consumed(world, world.ledger.reads, folder),
                blocked_hosts=tuple(sorted(Counter(request.host for request in fence.blocked).items())),
                other_servers=fence.other_servers,
                alias_changes=collect.alias_changes(world.ledger.alias_changes),
                triggered=world.ledger.triggered,
                unsupported=world.ledger.unsupported,
                stub_artifacts=stub_artifacts,
                allow_no_links=allow_no_links,
                mode=settings.mode.value,
            )


def _read_words(command: Sequence[str | Path]) -> list[str]:
    if not command:
        raise ValueError("dry_run(): command is empty: give a program and its arguments")
    return [os.fspath(word) for word in command]


def _read_settings(folder: Path, outside: Mapping[str, str], entity: str | None) -> Settings:
    arguments = {"entity": Setting(entity, Argument("--entity"))} if entity else {}
    return read_settings(cwd=folder, environ=outside, arguments=arguments)


def _build_variables(
    emulator: Emulator, fence: Fence, settings: Settings, outside: Mapping[str, str], *, keep_going: bool
) -> dict[str, str]:
    """The variables of the command: those of the emulator and its recorder, and what the user's settings files say.

    wandb does not find these files, because the fence gives it a folder of its own.
    """
    variables = {name: value for name, value in fence.environ().items() if name not in _QUIET}
    if settings.mode.value == "disabled" and "WANDB_MODE" not in outside:
        variables["WANDB_MODE"] = "disabled"
    for name, value in (("WANDB_ENTITY", settings.entity), ("WANDB_PROJECT", settings.project)):
        if value is not None:
            variables[name] = value.value
    return {**variables, **recorder.build_environ(emulator.folder, emulator.url, outside, keep_going=keep_going)}


def _world(
    catalog: Catalog | None, scripts: LintResult | None, personal_entities: Sequence[str], *, stub_artifacts: bool
) -> World:
    persons = sorted(personal_entities if catalog is None else catalog.personal_entities) or [USER]
    if catalog is None:
        world = World(assume=True)
        world.organization(ORGANIZATION, entity=ORGANIZATION)
        world.user(persons[0])
        world.registry("model", types=["model"])
        world.registry("dataset", types=["dataset"])
    else:
        world = World.from_catalog(catalog, user=persons[0])
        # An incomplete one has only the teams of the account that pulled it, and those that a registry names.
        world.assumes.add("person" if catalog.complete else "team")
    person = next(iter(world.users.values()))
    world.persons.update(persons)
    world.assumes.add("run")  # no catalog has runs
    # Where code names no entity, the account's default decides, which is unknown here: a team stands in for it.
    world.team(TEAM, organization=next(iter(world.organizations), None))
    world.member(person.username, team=TEAM)
    person.default_entity = TEAM
    world.stubs = set() if stub_artifacts else None
    # A program that logs in with a key of its own must get in, and the key must not matter.
    world.anybody = person
    organization = find_organization(scripts) if scripts is not None else None
    if organization is not None:
        # wandb asks once which organization a team belongs to: before a later link may name it.
        world.assume_target(f"{organization}/{REGISTRY_PREFIX}model/any")
    return world


def _origin(catalog: Catalog | None, scripts: LintResult | None) -> str:
    if catalog is None:
        origin = say("no catalog: teams and registries are taken from the code")
        unread = [*scripts.failures, *scripts.unread, *scripts.skipped] if scripts is not None else []
        if not unread:
            return origin
        return say("{origin}, which could not be read in {places}", origin=origin, places=", ".join(unread))
    return say("the catalog of {names}", names=", ".join(item.name for item in catalog.organizations))
