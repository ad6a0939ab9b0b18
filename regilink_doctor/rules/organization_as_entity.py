"""REG204."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import (
    certain,
    entities_of,
    is_first_link,
    is_organization_like,
    known_entity,
    registry_path,
    registry_paths,
    registry_target,
    variable_of,
)
from regilink_doctor.rules.wording import entity_of, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Setting
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link, Site
    from regilink_doctor.rules.base import FileFacts, Report


class OrganizationAsEntity(Rule):
    """`entity=` or `WANDB_ENTITY` names the organization. W&B creates no runs there: a run belongs to a team.

    Without a catalog it is reported where the path has the same name as its organization and that ends in `-org`, as
    the names do that W&B gives to organizations.
    """

    code = "REG204"
    name = "organization-as-entity"
    severity = "warning"
    failures = ("B2",)
    watches = (
        "link",
        "consume",
        "setting",
    )
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
                f"{quoted(entity)} is the run's entity and the path's organization",
                "W&B creates no runs in an organization; if it is a team, the path must not begin with it",
                'write the team as the entity: wandb.init(entity="TEAM", ...) or WANDB_ENTITY=TEAM',
            )
        unless = ", unless a team has the same name" if problem.kind == "configured" else ""
        return Message(
            f"{quoted(entity)} is the organization, not a team",
            f"W&B creates no runs there{unless}",
            'write wandb.init(entity="TEAM", ...) with a team of the organization',
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """By the configuration or by the path; with a catalog, the judgement reports it instead."""
        yield from self.check_site(link, facts)
        entity, target, configured = known_entity(link), registry_target(link), facts.configured
        if facts.view is not None or target is None or entity is None or entity in configured.teams:
            return
        if entity == configured.organization and link.init is not None and is_first_link(link, facts):
            related = (Related("linked here", link.place),)
            yield self.report(link.init.place, "configured", related=related, entity=entity)

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """A run whose entity is the organization of a path that it uses."""
        entities = entities_of(site)
        entity = certain(entities)
        if entity is None or not self._may_be_organization(entity, facts) or site.context.expected:
            return
        paths = (path for target in site.target if (path := registry_path(target)))
        first = next((path for path in paths if path.prefix == entity), None)
        if first is None or any(entity == _organization_of(other) for other in _sites_before(site, facts)):
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
        if variable_of(setting) != "WANDB_ENTITY" or entity is None or not self._may_be_organization(entity, facts):
            return
        for path in registry_paths(facts):
            if (parts := registry_path(path)) and parts.prefix == entity:
                related = (Related("the organization of this path", path.place),)
                yield self.report(setting.place, "same-name", related=related, entity=entity)
                return

    @staticmethod
    def _may_be_organization(entity: str, facts: FileFacts) -> bool:
        is_team = entity in (*facts.configured.teams, *facts.configured.personal_entities)
        return is_organization_like(entity) and not is_team and facts.view is None and not facts.in_test


def _sites_before(site: Site, facts: FileFacts) -> Iterator[Site]:
    """The earlier calls of the file with the same run: its entity is reported once."""
    for other in facts.sites:
        if other is site:
            return
        if other.inits == site.inits:
            yield other


def _organization_of(site: Site) -> str | None:
    return next((path.prefix for target in site.target if (path := registry_path(target))), None)
