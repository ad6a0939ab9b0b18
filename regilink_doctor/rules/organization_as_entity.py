"""REG204."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.rules.phrases import known_entity, quoted
from regilink_doctor.rules.rule import DirectoryRule, Words

if TYPE_CHECKING:
    from regilink_doctor.core.directory import Directory
    from regilink_doctor.core.link_rules import Judgement
    from regilink_doctor.core.sites import Site, Text


class OrganizationAsEntity(DirectoryRule):
    """`entity=` names the organization. W&B makes no runs there: a run belongs to a team."""

    code = "REG204"
    name = "organization-as-entity"
    severity = "warning"
    rows = ("B2",)
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

    def words(self, site: Site, text: Text, judgement: Judgement, directory: Directory) -> Words:
        """See `DirectoryRule.words`."""
        return Words(
            f"{quoted(known_entity(site) or '')} is the organization: W&B makes no runs there, and links nothing of it",
            'write wandb.init(entity="TEAM", ...) with a team of the organization',
        )
