"""Rules about the entity of the run that links, and about the organization before the registry."""

from __future__ import annotations

from functools import lru_cache

from regilink_doctor.core.findings import Edit, Fix, Message, Related, Span
from regilink_doctor.core.phrases import say
from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known, parse, parsed
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import (
    active_init,
    agent_function,
    agents_in,
    agents_of,
    certain,
    entities_of,
    first_registry_link,
    has_common_entity,
    inits_by_function,
    inits_of,
    intended_registry_target,
    is_first_link,
    is_for_names_alone,
    is_organization_like,
    known_entity,
    names_its_entity,
    registry_path,
    registry_path_by_prefix,
    registry_target,
    sweep_entity,
    sweeps_of,
)
from regilink_doctor.rules.wording import drop_organization, entity_of, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from regilink_doctor.core.findings import Severity
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Init, Link, Setting, Site
    from regilink_doctor.core.strings import KnownPart, StringValue
    from regilink_doctor.rules.base import FileFacts, Replacement, Report


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
        if problem.kind == "configured":
            entity, default = quoted(problem.facts["entity"]), quoted(problem.facts["default"])
            return Message(
                say(
                    "only {origin} names the entity {entity}, which wandb does not read",
                    origin=problem.facts["origin"],
                    entity=entity,
                ),
                say(
                    "where the code has no entity=, the run belongs to {default}, the account's default entity",
                    default=default,
                ),
                say(
                    "write wandb.init(entity={entity}, ...), or set WANDB_ENTITY={value}",
                    entity=entity,
                    value=problem.facts["entity"],
                ),
            )
        if problem.kind == "run":
            return Message(
                "neither the code nor the settings name the entity of the run",
                say(
                    "each account's default decides, here {entity}; "
                    "from a personal entity, W&B refuses links to a registry",
                    entity=quoted(problem.facts["entity"]),
                ),
                "write wandb.init(entity=...), or set WANDB_ENTITY for all users (--entity tries one here)",
            )
        call = problem.facts["call"]
        if problem.kind == "sweep":
            return Message(
                "this sweep runs in each account's default entity",
                say(
                    "where that is a personal entity, W&B refuses the link to {path}",
                    path=quoted(problem.facts["path"]),
                ),
                'write wandb.sweep(..., entity="TEAM"): in a sweep, W&B drops the entity of wandb.init',
            )
        return Message(
            say("{call} without entity= logs to each account's default entity", call=call),
            say("where that is a personal entity, W&B refuses the link to {path}", path=quoted(problem.facts["path"])),
            say('write init_kwargs={"wandb": {"entity": "TEAM"}}, or set WANDB_ENTITY in .env or CI')
            if call == "Accelerator.init_trackers"
            else say('write {call}(entity="TEAM", ...), or set WANDB_ENTITY in .env or CI', call=call),
        )

    def may_report_sites(self, facts: FileFacts) -> bool:
        if facts.in_test or facts.configured.entity:
            return False
        if all(_init_without_entity(link, facts) is None for link in facts.links):
            return False
        return not (facts.sets("WANDB_ENTITY", at_start=True) or facts.once(has_common_entity))

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """Reported once, at the `wandb.init`, with the first link as the second place."""
        init = _init_without_entity(link, facts)
        target = intended_registry_target(link) if init is not None else None
        if target is None or init is None or facts.once(_first_links_without_entity).get(id(init), link) is not link:
            return
        agents = agents_of(init, facts)
        if agents:
            yield from self._check_sweep(link, agents, _correct_registry_path(target.pattern), facts)
            return
        others = facts.once(agents_in)
        if init.context.function is not None and (
            any(sweep_entity(agent, facts) != "" for agent in others) or facts.is_run_by_agent
        ):
            return  # an agent of a sweep may call the function
        yield self.report(
            init.place,
            related=(Related("linked here", link.place),),
            fix=_add_entity(init, facts.configured.teams),
            call=init.call,
            path=_correct_registry_path(target.pattern),
        )

    def _check_sweep(self, link: Link, agents: list[Site], path: str, facts: FileFacts) -> Iterator[Report]:
        """The run of a sweep belongs to the sweep's entity."""
        if all(sweep_entity(agent, facts) == "" for agent in agents):
            related = (Related("linked here", link.place),)
            yield self.report(facts.once(sweeps_of)[0].place, "sweep", related=related, call="wandb.sweep", path=path)


@lru_cache(maxsize=1024)
def _correct_registry_path(path: str) -> str:
    """The path of the registry that is linked to once its mistakes are corrected."""
    if (parts := parsed(path)) is not None and parts.is_registry:
        return path
    from regilink_doctor.rules.judge import correct_path

    return correct_path(path) or path


def _add_entity(init: Site, teams: tuple[str, ...]) -> Fix | None:
    """`entity="TEAM"` before the other arguments, where the configuration knows one team."""
    arguments = init.arguments
    if arguments.opening is None or len(teams) != 1:
        return None
    separator = ", " if arguments.names else ""
    before = min((place.span for place, _ in arguments.keywords.values()), default=arguments.opening.span)
    at = Span(before.line, before.column, before.line, before.column)
    edit = Edit(at, f"entity={quoted(teams[0])}{separator}")
    return Fix(say("add entity={team}", team=quoted(teams[0])), "unsafe", (edit,))


def _first_links_without_entity(facts: FileFacts) -> dict[int, Link]:
    """The first link to a registry of each run whose start leaves the entity out, by the identity of that call."""
    first: dict[int, Link] = {}
    for link in facts.links:
        init = _init_without_entity(link, facts)
        if init is not None and id(init) not in first and intended_registry_target(link) is not None:
            first[id(init)] = link
    return first


def _init_without_entity(link: Link, facts: FileFacts) -> Site | None:
    """The start of the link's run, if every run that it can use leaves the entity out."""
    if names_its_entity(link):
        return None
    inits = inits_of(link)
    if not inits and not link.is_run_passed and (link.call != "wandb.Artifact.link" or _is_of_the_active_run(link)):
        only = active_init(link, facts)
        inits = (only,) if only else ()
    are_here = all(init.place.path == link.place.path for init in inits)
    return inits[0] if inits and are_here and all(_leaves_entity_out(init) for init in inits) else None


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


def _place_by_run(link: Link) -> dict[str, Any]:
    """Where a report about the run of a link is: at its start; of one in another file at the link."""
    init = link.owner.init
    start = init.place if init is not None else link.place
    if start.path == link.place.path:
        return {"at": start, "related": (Related("linked here", link.place),)}
    return {"at": link.place, "related": (Related("the run's entity is given here", start),)}


_OF_THE_RUN = (
    "run.entity",
    "wandb.run.entity",
    "self.run.entity",
    "artifact.entity",
    "artifact.source_entity",
    "api.default_entity",
    "self.api.default_entity",
    "wandb.Api().default_entity",
)
"""Expressions that are the run's entity, whatever it is."""


class TeamAsOrganization(Rule):
    """The target path begins with a team or a person where only the organization can be.

    W&B says `Unable to find organization for entity 'team-a'`, which names the run's entity and not the mistake.
    Nothing is needed before `wandb-registry-`: W&B finds the organization of the run's team automatically. Without a
    catalog this is a warning, where the path begins with the run's own entity or with a team of the configuration: a
    team and its organization can share a name.
    """

    code = "REG202"
    name = "team-as-organization"
    severity = "warning"
    failures = ("A12",)
    watches = ("link", "consume", "WANDB_ENTITY")
    needs_catalog = True
    bad = (
        'run.link_artifact(artifact, "team-a/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, f"{run.entity}/wandb-registry-model/zoo")',
        "import os, wandb\n"
        'ENTITY = os.environ["WANDB_ENTITY"]\n'
        "run = wandb.init(entity=ENTITY)\n"
        'run.link_artifact(wandb.Artifact("zoo", type="model"), f"{ENTITY}/wandb-registry-model/zoo")',
        "import os, wandb\n"
        "run = wandb.init(project='p')\n"
        "run.use_artifact(f\"{os.environ['WANDB_ENTITY']}/wandb-registry-model/zoo:v0\")",
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "Acme Inc/wandb-registry-model/zoo")',
        "import os, wandb\n"
        'ENTITY = os.environ["WANDB_ENTITY"]\n'
        "run = wandb.init(entity=ENTITY)\n"
        'run.link_artifact(wandb.Artifact("zoo", type="model"), f"{ENTITY}-org/wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        path = parse(problem.target.path.pattern) if problem.target else parse(problem.facts.get("path", ""))
        organization = problem.facts.get("prefix") or path.prefix or ""
        instead = say(
            "write {code}: W&B finds the organization automatically", code=quoted(f"{path.project}/{path.name}")
        )
        if problem.kind == "same-as-entity":
            return Message(
                say(
                    "{source} is the run's entity, not the organization",
                    source=problem.facts.get("source") or quoted(organization),
                ),
                "unless both have the same name, W&B finds no organization",
                instead,
            )
        return Message(
            say("{organization} is not an organization", organization=quoted(organization)),
            "W&B finds none for the run's entity",
            instead,
        )

    def replacement_for(self, problem: Problem) -> Replacement | None:
        return drop_organization(problem.target.path) if problem.target else None

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        """`WANDB_ENTITY`, where the file has a path that begins with the same name."""
        entity = certain(setting.value)
        path = facts.once(registry_path_by_prefix).get(entity) if entity else None
        if entity is None or path is None or facts.in_test or is_organization_like(entity):
            return
        if not self._is_organization(entity, facts):
            related = (Related("the run's entity is set here", setting.place),)
            yield self.report(path.place, "same-as-entity", related=related, prefix=entity, path=path.pattern)

    def may_report_sites(self, facts: FileFacts) -> bool:
        return not facts.in_test and facts.once(_may_name_owners)

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """What a catalog can judge of a link, the judgement reports."""
        if site.context.expected:
            return
        targets = [target.fill_empty_defaults() for target in site.target]
        owned = [(target, path.prefix) for target in targets if (path := registry_path(target)) and path.prefix]
        if not owned or any(self._is_organization(organization, facts) for _, organization in owned):
            return
        places = [self._same_entity(site, target, organization, facts) for target, organization in owned]
        target, organization = owned[0]
        related = places[0]
        # One of several values may be the organization; by its name the entity may be (REG204).
        if related is None or None in places or (related and is_organization_like(organization)):
            return
        yield self.report(
            None,
            "same-as-entity",
            string=target,
            end=len(organization),
            related=related,
            fix=_drop_entity(site, target, len(organization) + 1),
            prefix=organization,
            path=target.pattern,
            source=_last_choice(part) if isinstance(part := target.part_at(0), UnknownPart) else "",
        )

    @staticmethod
    def _is_organization(organization: str, facts: FileFacts) -> bool:
        """The name is one of an organization, or a catalog can tell what it is."""
        if organization == facts.configured.organization:
            return True
        return facts.view is not None and is_known(organization)

    @staticmethod
    def _same_entity(
        site: Site, target: StringValue, organization: str, facts: FileFacts
    ) -> tuple[Related, ...] | None:
        """Where the same entity is given to the run, if the path begins with it; None if nothing tells."""
        if organization in (*facts.configured.teams, *facts.configured.personal_entities):
            return ()
        part = target.part_at(0)
        # Also `os.getenv("WANDB_ORG") or os.getenv("WANDB_ENTITY")`: the entity is what is left of it.
        is_entity = isinstance(part, UnknownPart) and part.variables[-1:] == ("WANDB_ENTITY",)
        if isinstance(part, UnknownPart) and " or " in part.source:
            sources = [other.source for entity in entities_of(site) for _, other in entity.unknown_parts]
            is_entity = is_entity or _last_choice(part) in sources
        if isinstance(part, UnknownPart):
            if organization != UNKNOWN_NAME or (_is_named_organization(part) and not is_entity):
                return None
            if part.kind == "run-entity" or part.source in _OF_THE_RUN:
                return ()
        for entity in [entity.fill_empty_defaults() for entity in entities_of(site)]:
            same = entity.literal == organization
            if isinstance(part, UnknownPart) and not same:
                same = len(entity.parts) == 1 and _is_same_value(part, entity.parts[0])
            if same:
                return (Related("the run's entity is given here", entity.place),)
        inits = site.inits or facts.inits
        leaves_out = all(not init.entity for init in inits)
        return () if isinstance(part, UnknownPart) and is_entity and _reads_variable(part) and leaves_out else None


def _is_named_organization(part: UnknownPart) -> bool:
    """Whether a value is called an organization: `os.environ["WANDB_ORG"]`, `args.organization`."""
    written = " ".join((part.source, *part.names, *part.variables)).lower()
    words = "".join(letter if letter.isalnum() else " " for letter in written).split()
    return not {"org", "organization", "organisation"}.isdisjoint(words)


def _is_same_value(part: UnknownPart, other: KnownPart | UnknownPart) -> bool:
    """Whether both are the same unknown value: a variable, attribute or item that is read twice."""
    if not isinstance(other, UnknownPart):
        return False
    if part.place == other.place:
        return True
    same_variable = _reads_variable(part) and part.variables[-1:] == other.variables
    return same_variable or (_last_choice(part) == other.source and "(" not in other.source)


def _may_name_owners(facts: FileFacts) -> bool:
    """Whether any target path of the file may begin with an organization: it has three parts."""
    return any(string.pattern.count("/") > 1 for site in facts.sites for string in site.target)


def _last_choice(part: UnknownPart) -> str:
    """What is left where the values before are not given: `args.entity` of `args.organization or args.entity`."""
    return part.source.rpartition(" or ")[2]


def _reads_variable(part: UnknownPart) -> bool:
    """Whether a part is one variable of the environment: another name can also be what is left of several values."""
    is_constant = part.source.isidentifier() and part.source.isupper()
    return bool(part.variables) and (is_constant or "environ" in part.source or "getenv" in part.source)


def _drop_entity(link: Site, target: StringValue, end: int) -> Fix | None:
    place = target.exact_piece(0, end)
    if place is None or (place.path, place.cell) != (link.place.path, link.place.cell):
        return None
    return Fix("remove the entity", "unsafe", (Edit(place.span, ""),))


class PersonalEntity(Rule):
    """The run belongs to a person and not to a team.

    W&B refuses to link what a personal entity has logged, after the upload. The artifact cannot be moved: it has to be
    logged again under a team. Personal entities are known from `personal-entities` of the configuration.
    """

    code = "REG203"
    name = "personal-entity"
    severity = "error"
    failures = ("B1", "C20")
    is_about_run = True
    watches = ("link", "WANDB_ENTITY")
    needs_catalog = True
    bad = (
        "import wandb\n"
        'run = wandb.init(entity="alice", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        entity = entity_of(problem)
        return Message(
            say("{entity} is a personal entity", entity=quoted(entity)),
            "W&B refuses to link what it has logged",
            'write the team: wandb.init(entity="TEAM", ...), or WANDB_ENTITY=TEAM',
        )

    def may_report_sites(self, facts: FileFacts) -> bool:
        return facts.view is None and bool(facts.configured.personal_entities)

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """By the configuration; with a catalog, the judgement reports it instead."""
        personal = facts.configured.personal_entities
        entity = known_entity(link)
        if entity not in personal or registry_target(link) is None:
            return
        if link.owner.init is not None and is_first_link(link, facts):
            yield self.report(**_place_by_run(link), entity=entity or "")

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        """Only a warning, as not every run links."""
        entity = certain(setting.value)
        if entity in facts.configured.personal_entities and not facts.in_test:
            yield self.report(setting.place, severity="warning", entity=entity or "")


class OrganizationAsEntity(Rule):
    """`entity=` or `WANDB_ENTITY` names the organization. W&B creates no runs there: a run belongs to a team.

    Without a catalog it is reported where the path names the same organization and the name ends in `-org`, as the
    names that W&B gives to organizations do.
    """

    code = "REG204"
    name = "organization-as-entity"
    severity = "warning"
    failures = ("B2",)
    is_about_run = True
    watches = ("link", "consume", "WANDB_ENTITY")
    needs_catalog = True
    bad = (
        "import wandb\n"
        'run = wandb.init(entity="acme", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        entity = entity_of(problem)
        if problem.kind == "same-name":
            return Message(
                say("{entity} is the run's entity and the path's organization", entity=quoted(entity)),
                "W&B creates no runs in an organization; if it is a team, the path must not begin with it",
                'write the team as the entity: wandb.init(entity="TEAM", ...) or WANDB_ENTITY=TEAM',
            )
        unless = say(", unless a team has the same name") if problem.kind == "configured" else ""
        return Message(
            say("{entity} is the organization, not a team", entity=quoted(entity)),
            say("W&B creates no runs there{unless}", unless=unless),
            'write wandb.init(entity="TEAM", ...) with a team of the organization',
        )

    def may_report_sites(self, facts: FileFacts) -> bool:
        return facts.view is None and (facts.configured.organization is not None or facts.once(_may_name_owners))

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """By the configuration or by the path; with a catalog, the judgement reports it instead."""
        yield from self.check_site(link, facts)
        configured = facts.configured
        entity = configured.organization
        if entity is None or entity != known_entity(link) or entity in configured.teams:
            return
        if registry_target(link) is None:
            return
        if link.owner.init is not None and is_first_link(link, facts):
            yield self.report(**_place_by_run(link), kind="configured", entity=entity)

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """A run whose entity is the organization of a path that it uses."""
        organizations = [path.prefix for target in site.target if (path := registry_path(target)) and path.prefix]
        if not organizations:
            return
        entities = entities_of(site)
        entity = certain(entities)
        if entity not in organizations or not self._may_be_organization(entity, facts) or site.context.expected:
            return
        runs = tuple(map(id, site.inits))
        if facts.once(_first_sites)[runs, entity] is not site:
            return
        yield self.report(
            entities[0].place if entities[0].place.path == site.place.path else site.place,
            "same-name",
            related=(Related("the organization of this path", site.place),),
            entity=entity,
        )

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        """`WANDB_ENTITY`, where the file has a path of an organization with the same name."""
        entity = certain(setting.value)
        if entity is None or not self._may_be_organization(entity, facts):
            return
        path = facts.once(registry_path_by_prefix).get(entity)
        if path is not None and not is_for_names_alone(setting, facts):
            related = (Related("the organization of this path", path.place),)
            yield self.report(setting.place, "same-name", related=related, entity=entity)

    @staticmethod
    def _may_be_organization(entity: str, facts: FileFacts) -> bool:
        is_team = entity in (*facts.configured.teams, *facts.configured.personal_entities)
        return is_organization_like(entity) and not is_team and facts.view is None and not facts.in_test


def _first_sites(facts: FileFacts) -> dict[tuple[tuple[int, ...], str | None], Site]:
    """The first call of each run with a path of each organization: the entity of a run is reported once."""
    return {(tuple(map(id, site.inits)), _organization_of(site)): site for site in reversed(facts.sites)}


def _organization_of(site: Site) -> str | None:
    return next((path.prefix for target in site.target if (path := registry_path(target))), None)


_SWEPT_FUNCTION = (
    "import wandb\n"
    "def train():\n"
    '    with wandb.init(entity="team-a", project="p") as run:\n'
    '        run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")\n'
)
"""The examples of the rule that follows run it in a sweep."""


class EntityIgnoredInSweep(Rule):
    """`wandb.init(entity=...)` in what a sweep runs, a function or a program: W&B drops it and uses the sweep's entity.

    All that is printed is `Ignoring entity 'team-a' when running a sweep.` The artifact belongs to the entity of the
    sweep; where that is personal, the link is refused. Give the entity to `wandb.sweep` or `wandb.agent`, or write it
    into the file of the sweep. For a file that names none this is an info: `wandb sweep --entity` may give it.
    """

    code = "REG205"
    name = "entity-ignored-in-sweep"
    severity = "warning"
    failures = ("B2",)
    watches = ("wandb.agent", "init")
    bad = (
        f'{_SWEPT_FUNCTION}sweep = wandb.sweep({{"method": "random"}}, project="p")\n'
        "wandb.agent(sweep, function=train)",
    )
    good = (
        f'{_SWEPT_FUNCTION}sweep = wandb.sweep({{"method": "random"}}, entity="team-a", project="p")\n'
        "wandb.agent(sweep, function=train)",
        f'{_SWEPT_FUNCTION}wandb.agent("team-a/p/abc123", function=train)',
    )

    def explain(self, problem: Problem) -> Message:
        entity = quoted(problem.facts["entity"])
        if problem.kind == "environment":
            return Message(
                say(
                    "{place} says entity={entity}, and {sweep} is set",
                    place=problem.facts["place"],
                    entity=entity,
                    sweep=problem.facts["sweep"],
                ),
                "in a sweep, wandb.init drops entity= and project=: the run belongs to the sweep's entity",
                say(
                    "start the sweep under it: wandb sweep --entity {entity} sweep.yaml", entity=problem.facts["entity"]
                ),
            )
        if problem.kind == "run":
            return Message(
                "neither the code nor the settings name the entity of the sweep",
                say(
                    "wandb.init drops entity= in a sweep; each account's default decides, here {entity}", entity=entity
                ),
                "write wandb.sweep(..., entity=...), or entity: in the file of the sweep",
            )
        if problem.kind == "file":
            file, owner = problem.facts["file"], problem.facts["owner"]
            return Message(
                say("entity={entity} is dropped in a sweep", entity=entity),
                say("{file} names the entity {owner}, which its runs belong to", file=file, owner=owner)
                if owner
                else say("{file} names no entity, and each account's default decides", file=file),
                say("write entity: {entity} in {file}", entity=problem.facts["entity"], file=file),
            )
        return Message(
            say("entity={entity} is dropped here", entity=entity),
            say(
                "wandb.agent runs {function}() in a sweep, whose runs belong to the sweep's entity",
                function=problem.facts["function"],
            ),
            say("write wandb.sweep(..., entity={entity}), or entity={entity} in wandb.agent", entity=entity),
        )

    def check_init(self, init: Init, facts: FileFacts) -> Iterator[Report]:
        """Looks for the file of a sweep that runs the program; its entity may be given on the command line."""
        entity = certain(init.entity) if init.call == "wandb.init" else None
        link = facts.once(first_registry_link) if entity else None
        for sweep in link.sweeps if link is not None else ():
            if sweep.entity is not None and sweep.entity.place.path != sweep.place.path:
                continue
            owner = certain((sweep.entity,)) if sweep.entity is not None else ""
            if owner is None or owner == entity or (not owner and facts.sets("WANDB_ENTITY")):
                continue
            related = (Related("the sweep runs the program", sweep.place),)
            severity: Severity = "warning" if owner else "info"
            file = sweep.place.path
            yield self.report(
                init.place, "file", related=related, severity=severity, entity=entity or "", file=file, owner=owner
            )
            return

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Looks at the `wandb.agent` and finds the run of the function that it starts."""
        function = agent_function(site)
        if function is None or facts.once(first_registry_link) is None:
            return
        owner = sweep_entity(site, facts)
        for init in facts.once(inits_by_function).get(function, ()) if owner is not None else ():
            entity = certain(init.entity) if init.call == "wandb.init" else None
            if entity is None or owner == entity:
                continue
            related = (Related("the sweep is started here", site.place),)
            yield self.report(init.place, related=related, entity=entity, function=function)
