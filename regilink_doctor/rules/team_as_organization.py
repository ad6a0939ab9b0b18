"""REG202."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.core.target_path import parse
from regilink_doctor.rules.phrases import quoted
from regilink_doctor.rules.rule import DirectoryRule, Words

if TYPE_CHECKING:
    from regilink_doctor.core.directory import Directory
    from regilink_doctor.core.link_rules import Judgement
    from regilink_doctor.core.sites import Site, Text


class TeamAsOrganization(DirectoryRule):
    """The target path begins with a team or a person where only the organization can stand.

    W&B says `Unable to find organization for entity 'team-a'`, which names the run's entity and not the mistake.
    Nothing is needed in front of `wandb-registry-`: W&B finds the organization of the run's team by itself.
    """

    code = "REG202"
    name = "team-as-organization"
    severity = "error"
    rows = ("A12",)
    bad = ('run.link_artifact(artifact, "team-a/wandb-registry-model/zoo")',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "Acme Inc/wandb-registry-model/zoo")',
    )

    def words(self, site: Site, text: Text, judgement: Judgement, directory: Directory) -> Words:
        """See `DirectoryRule.words`."""
        path = parse(text.pattern)
        rest = f"{path.project}/{path.name}"
        return Words(
            f"{quoted(path.prefix or '')} is no organization: W&B will say that it finds none for the run's entity",
            f"write {quoted(rest)}: the organization of the run's team is found by itself",
        )
