"""REG806."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class SourceNotVisible(LiveRule):
    """The artifact that is linked on comes from a project that you may not see.

    The server then hides its entity, and the SDK says `Entity name is required to resolve org entity name.` Link it as
    somebody of the team that has logged it.
    """

    code = "REG806"
    name = "source-not-visible"
    severity = "error"
    rows = ("C6",)
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
