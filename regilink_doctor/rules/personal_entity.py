"""REG203."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.rules.phrases import known_entity, quoted
from regilink_doctor.rules.rule import DirectoryRule, Words

if TYPE_CHECKING:
    from regilink_doctor.core.directory import Directory
    from regilink_doctor.core.link_rules import Judgement
    from regilink_doctor.core.sites import Site, Text


class PersonalEntity(DirectoryRule):
    """The run belongs to a person and not to a team.

    W&B refuses to link what a personal entity has logged, after the upload. It cannot be moved: it has to be logged
    again under a team.
    """

    code = "REG203"
    name = "personal-entity"
    severity = "error"
    rows = ("B1", "C20")
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

    def words(self, site: Site, text: Text, judgement: Judgement, directory: Directory) -> Words:
        """See `DirectoryRule.words`."""
        return Words(
            f"{quoted(known_entity(site) or '')} is a personal entity: W&B refuses to link what it has logged",
            'write wandb.init(entity="TEAM", ...) with a team of the organization',
        )
