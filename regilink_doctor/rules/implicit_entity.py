"""REG201."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix, Related, Span
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import (
    active_init,
    agents_of,
    certain,
    intended_registry_target,
    names_its_entity,
    sweep_entity,
    sweeps_of,
)
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link, Site
    from regilink_doctor.rules.base import FileFacts, Report


_MODULE_FUNCTIONS = ("wandb.use_artifact", "wandb.log_artifact")


class ImplicitEntity(Rule):
    """The program links to a registry, and its `wandb.init` leaves the entity to each account's default.

    Only what a team of the organization has logged can be linked to a registry. Where the default is the person's own
    entity, W&B refuses with "linking is only allowed within the same team or to a collection in your organization's
    registry", after the training. Pass `entity=`, or set `WANDB_ENTITY` where every user gets it (`.env`, CI).
    """

    code = "REG201"
    name = "implicit-entity"
    severity = "warning"
    failures = ("B1", "B2")
    watches = ("link",)
    bad = (
        "import wandb\n"
        'run = wandb.init(project="quickstart")\n'
        'artifact = wandb.Artifact("zoo", type="model")\n'
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="quickstart")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'run = wandb.init(project="quickstart")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "candidates/zoo")',
        "import wandb\n"
        'source = wandb.Api().artifact("team-a/training/zoo:best")\n'
        'with wandb.init(project="promotion") as run:\n'
        '    run.link_artifact(source, "wandb-registry-model/zoo")',
        "import os, wandb\n"
        'os.environ.setdefault("WANDB_ENTITY", "team-a")\n'
        'run = wandb.init(project="quickstart")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        call = problem.facts["call"]
        if problem.kind == "sweep":
            return Message(
                "this sweep runs in each account's default entity",
                f"where that is a personal entity, W&B refuses the link to {quoted(problem.facts['path'])}",
                'write wandb.sweep(..., entity="TEAM"): in a sweep, W&B drops the entity of wandb.init',
            )
        return Message(
            f"{call} without entity= logs to each account's default entity",
            f"where that is a personal entity, W&B refuses the link to {quoted(problem.facts['path'])}",
            f'write {call}(entity="TEAM", ...), or set WANDB_ENTITY in .env or CI',
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """Reported once, at the `wandb.init`, with the first link as the second place."""
        target = intended_registry_target(link)
        init = _init_without_entity(link, facts)
        if target is None or init is None or facts.in_test or facts.configured.entity or facts.sets("WANDB_ENTITY"):
            return
        links = (other for other in facts.links if intended_registry_target(other))
        first = next(other for other in links if _init_without_entity(other, facts) is init)
        if first is not link:
            return
        agents = agents_of(init, facts)
        if agents:
            yield from self._check_sweep(link, agents, target.pattern, facts)
            return
        yield self.report(
            init.place,
            related=(Related("linked here", link.place),),
            fix=_add_entity(init, facts.configured.teams),
            call=init.call,
            path=target.pattern,
        )

    def _check_sweep(self, link: Link, agents: list[Site], path: str, facts: FileFacts) -> Iterator[Report]:
        """The run of a sweep belongs to the sweep's entity."""
        if all(sweep_entity(agent, facts) == "" for agent in agents):
            related = (Related("linked here", link.place),)
            yield self.report(sweeps_of(facts)[0].place, "sweep", related=related, call="wandb.sweep", path=path)


def _add_entity(init: Site, teams: tuple[str, ...]) -> Fix | None:
    """`entity="TEAM"` before the other arguments, where the configuration knows one team."""
    arguments = init.arguments
    if arguments.opening is None or len(teams) != 1:
        return None
    separator = ", " if arguments.names else ""
    before = min((place.span for place, _ in arguments.keywords.values()), default=arguments.opening.span)
    at = Span(before.line, before.column, before.line, before.column)
    edit = Edit(at, f"entity={quoted(teams[0])}{separator}")
    return Fix(f"add entity={quoted(teams[0])}", "unsafe", (edit,))


def _init_without_entity(link: Link, facts: FileFacts) -> Site | None:
    """The start of the link's run, if every run that it can use leaves the entity out."""
    if names_its_entity(link):
        return None
    inits = link.inits or ((link.init,) if link.init else ())
    if not inits and (link.call != "wandb.Artifact.link" or _is_of_the_active_run(link)):
        only = active_init(link, facts)
        inits = (only,) if only else ()
    return inits[0] if inits and all(_leaves_entity_out(init) for init in inits) else None


def _is_of_the_active_run(link: Link) -> bool:
    """The artifact went through `wandb.use_artifact` or `wandb.log_artifact`, which use the active run."""
    return any(site is not None and site.call in _MODULE_FUNCTIONS for site in (link.artifact, link.logged))


def _leaves_entity_out(init: Site) -> bool:
    arguments = init.arguments
    if "**" in arguments.names or arguments.unread:
        return False
    if init.entity:
        return certain(init.entity) == ""
    return "entity" not in arguments.names or arguments.constants.get("entity", "") is None
