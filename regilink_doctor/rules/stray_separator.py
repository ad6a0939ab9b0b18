"""REG111."""

from __future__ import annotations

from regilink_doctor.rules.base import PathRule, ProblemInPath, Words
from regilink_doctor.rules.wording import quoted


class StraySeparator(PathRule):
    """A slash or a blank too many around a name in a target path.

    `wandb-registry-model//zoo` makes an entity of the registry. A slash at the end is dropped by
    `Run.link_artifact`, but moves every part by one in `Artifact.link`. A blank becomes part of the name. A slash
    at the start does no harm.
    """

    code = "REG111"
    name = "stray-separator"
    severity = "error"
    rows = ("A17",)
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model//zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo/")',
        'run.link_artifact(artifact, "wandb-registry-model /zoo")',
        'run.link_artifact(artifact, "/wandb-registry-model/zoo")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw images")',
    )

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        whole = quoted(told.whole)
        if told.problem.kind == "blank":
            return Words(
                f"the blank around {quoted(told.wrong.strip())} becomes part of the name",
                f"write {quoted(told.problem.intended or '')}",
            )
        if told.problem.kind == "leading-slash":
            return Words(f"the slash at the start of {whole} is dropped", "leave it out")
        if told.problem.kind == "trailing-slash":
            if told.problem.severity == "error":
                there = f": it links to {told.destination}" if told.destination else ""
                return Words(f"the slash at the end of {whole} moves every part by one{there}", "leave it out")
            return Words(f"the slash at the end of {whole} is dropped here, but not by Artifact.link", "leave it out")
        there = f": it links to {told.destination}" if told.destination else ""
        return Words(f'"//" in {whole} leaves a part empty{there}', 'write one "/"')
