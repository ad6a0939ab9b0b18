"""REG204."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import is_first_link, known_entity, registry_target
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class OrganizationAsEntity(Rule):
    """`entity=` names the organization. W&B creates no runs there: a run belongs to a team."""

    code = "REG204"
    name = "organization-as-entity"
    severity = "warning"
    failures = ("B2",)
    watches = ("link",)
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
        entity = (
            problem.facts.get("entity") or (problem.target.known_entity if problem.target else None) or "the entity"
        )
        unless = ", unless a team has the same name" if problem.kind == "configured" else ""
        return Message(
            f"{quoted(entity)} is the organization, not a team",
            f"W&B creates no runs there{unless}",
            'write wandb.init(entity="TEAM", ...) with a team of the organization',
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """By the configuration; with a catalog, the judgement reports it instead."""
        entity, target, configured = known_entity(link), registry_target(link), facts.configured
        if facts.view is not None or target is None or entity is None or entity in configured.teams:
            return
        if entity == configured.organization and link.init is not None and is_first_link(link, facts):
            related = (Related("linked here", link.place),)
            yield self.report(link.init.place, "configured", related=related, entity=entity)
