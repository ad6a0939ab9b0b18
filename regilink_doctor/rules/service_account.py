"""REG807."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class ServiceAccount(LiveRule):
    """A service account logs where it cannot, or not where it was meant to.

    One of a team writes in that team alone; one of the organization goes to its default team, unless `WANDB_ENTITY`
    says another. Set `WANDB_ENTITY` to the team.
    """

    code = "REG807"
    name = "service-account"
    severity = "error"
    rows = ("B9",)
    bad = (
        'world.team("team-b")\n'
        'world.service_account("robot", "team-a")\n'
        'doctor("wandb-registry-model/zoo", user="robot", WANDB_ENTITY="team-b")',
    )
    good = (
        'world.service_account("robot", "team-a")\n'
        'doctor("wandb-registry-model/zoo", user="robot", WANDB_ENTITY="team-a")',
    )
