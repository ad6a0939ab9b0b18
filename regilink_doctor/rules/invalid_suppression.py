"""REG003."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class InvalidSuppression(Rule):
    """A `# regilink: ...` comment names an unknown rule, or has the wrong form.

    It suppresses nothing. `regilink rules` lists the codes.
    """

    code = "REG003"
    name = "invalid-suppression"
    severity = "warning"
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")  # regilink: ignore[REG1002]',)
    good = ('run.link_artifact(artifact, "wandb-registry-model")  # regilink: ignore[REG102]',)

    def explain(self, problem: Problem) -> Message:
        return Message(
            f"this comment suppresses nothing: {problem.facts['reason']}",
            help="write # regilink: ignore[REG101] and a reason; `regilink rules` lists the codes",
        )
