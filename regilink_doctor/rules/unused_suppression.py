"""REG001."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class UnusedSuppression(Rule):
    """A `# regilink: ignore[...]` or a `# noqa: REG...` suppresses nothing.

    It will hide the next mistake on that line. Remove the code from the comment, or the whole comment.
    """

    code = "REG001"
    name = "unused-suppression"
    severity = "warning"
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")  # regilink: ignore[REG102]',)
    good = ('run.link_artifact(artifact, "wandb-registry-model")  # regilink: ignore[REG102] a portfolio',)

    def explain(self, problem: Problem) -> Message:
        return Message(
            f"{problem.facts['code']} suppresses nothing here", help=f"remove {problem.facts['code']} from the comment"
        )
