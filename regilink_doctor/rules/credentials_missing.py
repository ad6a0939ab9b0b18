"""REG802."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class CredentialsMissing(Rule):
    """No API key is found for the host.

    wandb looks into `WANDB_API_KEY`, its settings and `~/.netrc`, where a key belongs to one host. Where it finds none
    it asks, or stops where there is no terminal. Run `wandb login --host ADDRESS`, or set the variable in CI.
    """

    code = "REG802"
    name = "credentials-missing"
    severity = "error"
    failures = ("C18",)
    is_live = True
    example = "doctor.py"
    bad = ('doctor("wandb-registry-model/zoo", WANDB_API_KEY="")',)
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(f"there is no API key for {facts.get('host', 'the host')}", facts.get("note"), facts.get("help"))
