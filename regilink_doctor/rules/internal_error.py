"""REG002."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class InternalError(Rule):
    """A rule crashed on the file. This is a bug in regilink, not in the file.

    The other rules have run. Please report it with the line that is named.
    """

    code = "REG002"
    name = "internal-error"
    severity = "error"

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        summary = f"regilink failed here ({facts['where']}: {facts['error']})"
        return Message(summary, facts["rest"], "please report it, with this line")
