"""REG101."""

from __future__ import annotations

from regilink_doctor.rules.base import PathRule, ProblemInPath, Words
from regilink_doctor.rules.wording import quoted


class MissingRegistryPrefix(PathRule):
    """The target path speaks of a registry but lacks the prefix `wandb-registry-`.

    W&B takes it without a word: it makes a project of that name under the run's entity, and a collection in it, where
    nobody looks. Only a path whose project begins with `wandb-registry-` goes to a registry.

    A path speaks of a registry when its project is called so (`Production-registry`), when a variable or key that it
    comes from is, or when the catalog has a registry of that name. Links between projects are legal and left alone.
    """

    code = "REG101"
    name = "missing-registry-prefix"
    severity = "warning"
    rows = ("A1",)
    applicability = "unsafe"
    bad = (
        'REGISTRY = "model"\nrun.link_artifact(artifact, f"{REGISTRY}/zoo")',
        'run.link_artifact(artifact, "team-a/Production-registry/zoo")',
    )
    good = (
        'REGISTRY = "model"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY}/zoo")',
        'run.link_artifact(artifact, "candidates/zoo")',
        'run.link_artifact(artifact, "team-a/candidates/zoo")',
    )

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        there = f": it links to {told.destination}" if told.destination else ""
        message = f'{quoted(told.whole)} does not begin with "wandb-registry-", so it goes to no registry{there}'
        if told.problem.intended is None:
            return Words(message, 'write "wandb-registry-REGISTRY/COLLECTION"')
        meant = f"{told.problem.intended}/{told.whole.rpartition('/')[2]}"
        return Words(message, f"write {quoted(meant)}, or ignore this if the project is meant")
