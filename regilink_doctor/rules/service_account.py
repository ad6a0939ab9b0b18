"""REG807."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class ServiceAccount(Rule):
    """A service account logs where it cannot, or not where it was meant to.

    One of a team writes in that team alone; one of the organization goes to its default team, unless `WANDB_ENTITY`
    names another. Set `WANDB_ENTITY` to the team.
    """

    code = "REG807"
    name = "service-account"
    severity = "error"
    failures = ("B9",)
    is_live = True
    example = "doctor.py"
    bad = (
        'world.team("team-b")\n'
        'world.service_account("robot", "team-a")\n'
        'doctor("wandb-registry-model/zoo", user="robot", WANDB_ENTITY="team-b")',
    )
    good = (
        'world.service_account("robot", "team-a")\n'
        'doctor("wandb-registry-model/zoo", user="robot", WANDB_ENTITY="team-a")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            f"the service account {facts.get('account', '')} cannot log to {facts.get('entity', 'this entity')}",
            f"it belongs to {facts['team']}" if facts.get("team") else None,
            facts.get("help", "set WANDB_ENTITY to the team of the service account"),
        )
