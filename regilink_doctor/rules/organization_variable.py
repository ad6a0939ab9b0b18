"""REG703."""

from __future__ import annotations

from regilink_doctor.core.call_context import within
from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Setting
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.rules.base import FileFacts, Report


class OrganizationVariable(Rule):
    """`WANDB_ORGANIZATION` is empty, or names the team.

    It is used as the organization of every registry path that names none. A team there gives `Unable to find
    organization for entity 'team-a'` with nothing wrong in the code; an empty value makes `api.registry()` look for an
    organization without a name. Write the organization's name as the W&B App shows it, or remove the variable.
    """

    code = "REG703"
    name = "organization-variable"
    severity = "warning"
    failures = ("A15",)
    watches = ("setting",)
    bad = (
        'import os\nos.environ["WANDB_ENTITY"] = "team-a"\nos.environ["WANDB_ORGANIZATION"] = "team-a"',
        'import os\nos.environ["WANDB_ORGANIZATION"] = ""',
    )
    good = (
        'import os\nos.environ["WANDB_ENTITY"] = "team-a"\nos.environ["WANDB_ORGANIZATION"] = "Acme Inc"',
        'import os\nos.environ["WANDB_ORGANIZATION"] = os.environ["ORG"]',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "empty":
            return Message(
                "WANDB_ORGANIZATION is empty",
                "wandb.Api().registry() looks for an organization without a name",
                "remove the variable, or write the organization's name as the W&B App shows it",
            )
        return Message(
            f"{quoted(problem.facts['value'])} is the entity, not the organization",
            "every registry path without an organization fails",
            "remove the variable: W&B finds the organization of the run's team automatically",
        )

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        value = certain(setting.value)
        if setting.name != "WANDB_ORGANIZATION" or not setting.variable or value is None or facts.in_test:
            return
        if not value.strip():
            yield self.report(setting.place, "empty")
            return
        if value in (facts.configured.organization, *_organization_names(facts)):
            return
        for other in facts.settings_named("WANDB_ENTITY")[:100]:  # a file with more is written by a program
            if certain(other.value) != value:
                continue
            if within(other.containers, setting.containers) or within(setting.containers, other.containers):
                yield self.report(setting.place, related=(Related("the entity is set here", other.place),), value=value)
                return
        if value in (*facts.configured.teams, *facts.configured.personal_entities):
            yield self.report(setting.place, value=value)


def _organization_names(facts: FileFacts) -> list[str]:
    names = facts.view.organization_names if facts.view is not None else ()
    return [name for pair in names for name in (pair.name, pair.entity)]
