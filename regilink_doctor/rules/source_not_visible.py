"""REG806."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class SourceNotVisible(Rule):
    """The artifact that is linked on comes from a project that you may not see.

    The server then hides its entity, and the SDK says `Entity name is required to resolve org entity name.` Link it
    from an account of the team that has logged it.
    """

    code = "REG806"
    name = "source-not-visible"
    severity = "error"
    failures = ("C6",)
    is_live = True
    example = "doctor.py"
    bad = (
        "world = World()\n"
        'world.organization("Acme Inc", entity="acme")\n'
        'world.team("team-z")\n'
        'world.team("team-a")\n'
        'world.user("alice", teams=["team-a"])\n'
        'world.registry("model", types=["model"])\n'
        'world.registry("staging", types=["model"])\n'
        'world.collection("zoo", registry="staging", versions=1)  # logged by the first team\n'
        'doctor("wandb-registry-model/zoo", source="wandb-registry-staging/zoo:v0")',
    )
    good = (
        "world = World()\n"
        'world.organization("Acme Inc", entity="acme")\n'
        'world.team("team-a")\n'
        'world.team("team-z")\n'
        'world.user("alice", teams=["team-a"])\n'
        'world.registry("model", types=["model"])\n'
        'world.registry("staging", types=["model"])\n'
        'world.collection("zoo", registry="staging", versions=1)  # logged by the first team\n'
        'doctor("wandb-registry-model/zoo", source="wandb-registry-staging/zoo:v0")',
    )

    def explain(self, problem: Problem) -> Message:
        name = problem.facts.get("name")
        return Message(
            f"the source of {quoted(name)} is in a project that you may not see"
            if name
            else "you may not see the source",
            "W&B hides its entity, and the SDK finds no organization",
            problem.facts.get("help", "link it from an account of the team that has logged it"),
        )
