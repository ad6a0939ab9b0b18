"""REG000."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class UnparsableFile(Rule):
    """The file cannot be read in its language, for Python by the interpreter that runs regilink.

    Nothing in it was checked. Fix the syntax, run regilink under the Python that the file is written for, or exclude
    the file.
    """

    code = "REG000"
    name = "unparsable-file"
    severity = "error"
    bad = ("import wandb\nrun.link_artifact(artifact, 'wandb-registry-model/zoo'",)
    good = ("run.link_artifact(artifact, 'wandb-registry-model/zoo')",)

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        is_python = facts["language"] == "Python"
        return Message(
            f"this {facts['part']} cannot be read as {facts['language']}: {facts['reason']}",
            f"nothing in this {facts['part']} was checked",
            "fix the syntax, or run regilink under the Python that the file is written for"
            if is_python
            else "fix the syntax, or exclude the file with --extend-exclude",
        )
