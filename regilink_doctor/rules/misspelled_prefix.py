"""REG104."""

from __future__ import annotations

from regilink_doctor.rules.phrases import quoted
from regilink_doctor.rules.rule import PathRule, Told, Words


class MisspelledPrefix(PathRule):
    """The registry prefix is misspelled: another case, an underscore, a blank, a letter too many or too few.

    The SDK compares it letter by letter. With any other spelling the path is that of an ordinary project, which W&B
    makes without a word.
    """

    code = "REG104"
    name = "misspelled-prefix"
    severity = "error"
    rows = ("A4",)
    bad = (
        'run.link_artifact(artifact, "Wandb-Registry-model/zoo")',
        'run.link_artifact(artifact, "wandb_registry_model/zoo")',
        'run.link_artifact(artifact, "wandb-registery-model/zoo")',
        'run.link_artifact(artifact, " wandb-registry-model/zoo")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-My_Models/zoo")',
        'run.link_artifact(artifact, "wandb-artifacts/zoo")',
    )

    def words(self, told: Told) -> Words:
        """See `PathRule.words`."""
        there = f": it links to {told.destination}" if told.destination else ""
        return Words(
            f'{quoted(told.wrong)} is not the registry prefix "wandb-registry-" to the letter{there}',
            f"write {quoted(told.problem.meant or '')}",
        )
