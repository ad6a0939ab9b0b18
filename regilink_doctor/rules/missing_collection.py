"""REG102."""

from __future__ import annotations

from regilink_doctor.rules.base import PathRule, ProblemInPath, Words
from regilink_doctor.rules.wording import quoted


class MissingCollection(PathRule):
    """The target path names a registry and no collection.

    The SDK takes the last part of a path for the collection, so `wandb-registry-model` alone becomes a collection
    of that name in the run's own project. Nothing is raised, and the result looks right:
    `…/wandb-registry-model:v0`.
    """

    code = "REG102"
    name = "missing-collection"
    severity = "error"
    rows = ("A2",)
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model")',
        'run.link_artifact(artifact, target_path="acme/wandb-registry-model")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'suffix = input()\nrun.link_artifact(artifact, f"wandb-registry-model{suffix}")',
    )

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        there = f": it links to {told.destination}, and no error tells you" if told.destination else ""
        return Words(
            f"{quoted(told.whole)} names a registry but no collection{there}",
            f"write {quoted(told.whole + '/COLLECTION')}",
        )
