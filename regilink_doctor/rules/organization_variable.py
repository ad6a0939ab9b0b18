"""REG703."""

from __future__ import annotations

from regilink_doctor.core.call_context import within
from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import FileFacts, SettingRule, Words
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Setting
    from regilink_doctor.core.findings import Finding


class OrganizationVariable(SettingRule):
    """`WANDB_ORGANIZATION` is empty, or names the team.

    It stands in for the organization of every registry path that has none. A team there gives `Unable to find
    organization for entity 'team-a'` with nothing wrong in the code; the empty text makes `api.registry()` look for an
    organization without a name. Write the organization's name as the App shows it, or leave the variable out.
    """

    code = "REG703"
    name = "organization-variable"
    severity = "warning"
    rows = ("A15",)
    bad = (
        'import os\nos.environ["WANDB_ENTITY"] = "team-a"\nos.environ["WANDB_ORGANIZATION"] = "team-a"',
        'import os\nos.environ["WANDB_ORGANIZATION"] = ""',
    )
    good = (
        'import os\nos.environ["WANDB_ENTITY"] = "team-a"\nos.environ["WANDB_ORGANIZATION"] = "Acme Inc"',
        'import os\nos.environ["WANDB_ORGANIZATION"] = os.environ["ORG"]',
    )

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Finding]:
        """See `SettingRule.check_setting`."""
        value = certain(setting.value)
        if setting.name != "WANDB_ORGANIZATION" or not setting.variable or value is None or facts.in_test:
            return
        if not value.strip():
            yield self.finding(
                setting.place,
                Words(
                    "WANDB_ORGANIZATION is empty: wandb.Api().registry() looks for an organization without a name",
                    "leave the variable out, or write the organization's name as the App shows it",
                ),
            )
            return
        if value in (facts.known.organization, *(name for pair in _organizations(facts) for name in pair)):
            return
        for other in facts.settings:
            if other.name != "WANDB_ENTITY" or certain(other.value) != value:
                continue
            if within(other.containers, setting.containers) or within(setting.containers, other.containers):
                yield self._team(setting, value, (Related("the entity is set here", other.place),))
                return
        if value in (*facts.known.teams, *facts.known.personal_entities):
            yield self._team(setting, value, ())

    def _team(self, setting: Setting, value: str, related: tuple[Related, ...]) -> Finding:
        return self.finding(
            setting.place,
            Words(
                f"{quoted(value)} is the entity, not the organization: a registry path without an organization fails",
                "leave the variable out: W&B finds the organization of the run's team by itself",
                related,
            ),
        )


def _organizations(facts: FileFacts) -> list[tuple[str, str]]:
    names = facts.directory.organization_names if facts.directory is not None else ()
    return [(each.name, each.entity) for each in names]
