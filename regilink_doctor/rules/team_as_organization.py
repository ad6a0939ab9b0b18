"""REG202."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix, Related
from regilink_doctor.core.message import Message
from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known, parse
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import (
    certain,
    entities_of,
    is_organization_like,
    registry_path,
    registry_paths,
    variable_of,
)
from regilink_doctor.rules.wording import drop_organization, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Setting
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import KnownPart, StringValue
    from regilink_doctor.rules.base import FileFacts, Replacement, Report

_OF_THE_RUN = ("run.entity", "wandb.run.entity", "self.run.entity", "artifact.entity", "artifact.source_entity")
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
    watches = (
        "link",
        "consume",
        "setting",
    )
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
        instead = f"write {quoted(f'{path.project}/{path.name}')}: W&B finds the organization automatically"
        if problem.kind == "same-as-entity":
            return Message(
                f"{problem.facts.get('source') or quoted(organization)} is the run's entity, not the organization",
                "unless both have the same name, W&B finds no organization",
                instead,
            )
        return Message(f"{quoted(organization)} is not an organization", "W&B finds none for the run's entity", instead)

    def replacement_for(self, problem: Problem) -> Replacement | None:
        return drop_organization(problem.target.path) if problem.target else None

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        """`WANDB_ENTITY`, where the file has a path that begins with the same name."""
        entity = certain(setting.value)
        if variable_of(setting) != "WANDB_ENTITY" or not entity or facts.in_test or is_organization_like(entity):
            return
        if self._is_organization(entity, facts):
            return
        path = next((path for path in registry_paths(facts) if parse(path.pattern).prefix == entity), None)
        if path is not None:
            related = (Related("the run's entity is set here", setting.place),)
            yield self.report(path.place, "same-as-entity", related=related, prefix=entity, path=path.pattern)

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """What a catalog can judge of a link, the judgement reports."""
        if site.context.expected or facts.in_test:
            return
        owned = [(target, path.prefix) for target in site.target if (path := registry_path(target)) and path.prefix]
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
            source=part.source if isinstance(part := target.part_at(0), UnknownPart) else "",
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
        if isinstance(part, UnknownPart):
            if organization != UNKNOWN_NAME:
                return None
            if part.source in _OF_THE_RUN:
                return ()
        for entity in entities_of(site):
            same = certain((entity,)) == organization
            if isinstance(part, UnknownPart) and not same:
                same = len(entity.parts) == 1 and _is_same_value(part, entity.parts[0])
            if same:
                return (Related("the run's entity is given here", entity.place),)
        inits = site.inits or facts.inits
        leaves_out = all(not init.entity for init in inits)
        is_entity = isinstance(part, UnknownPart) and part.variables == ("WANDB_ENTITY",) and _reads_variable(part)
        return () if is_entity and leaves_out else None


def _is_same_value(part: UnknownPart, other: KnownPart | UnknownPart) -> bool:
    """Whether both are the same unknown value: a variable, attribute or item that is read twice."""
    if not isinstance(other, UnknownPart):
        return False
    if part.place == other.place:
        return True
    same_variable = _reads_variable(part) and part.variables == other.variables
    return same_variable or (part.source == other.source and "(" not in part.source)


def _reads_variable(part: UnknownPart) -> bool:
    """Whether a part is one variable of the environment: another name can also be what is left of several values."""
    is_constant = part.source.isidentifier() and part.source.isupper()
    return bool(part.variables) and (is_constant or "environ" in part.source or "getenv" in part.source)


def _drop_entity(link: Site, target: StringValue, end: int) -> Fix | None:
    place = target.exact_piece(0, end)
    if place is None or (place.path, place.cell) != (link.place.path, link.place.cell):
        return None
    return Fix("remove the entity", "unsafe", (Edit(place.span, ""),))
