"""REG809."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class WriteProbeFailed(Rule):
    """Everything looks right, and a real link does not come back.

    Seats, quotas and policies of the organization only show when something is linked. `regilink doctor --write-probe`
    logs an artifact of a few bytes, links it, reads it and removes everything again.
    """

    code = "REG809"
    name = "write-probe-failed"
    severity = "error"
    failures = ("E4",)
    is_live = True
    example = "doctor.py"
    bad = ('server.fault("refuse", operation="linkArtifact")\ndoctor("wandb-registry-model/zoo", write_probe=True)',)
    good = ('doctor("wandb-registry-model/zoo", write_probe=True)',)

    def explain(self, problem: Problem) -> Message:
        return Message(
            "a real link did not come back",
            problem.facts.get("error"),
            problem.facts.get("help", "ask an admin of W&B"),
        )
