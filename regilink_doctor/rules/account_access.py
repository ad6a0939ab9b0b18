"""Rules about what the account may do, and what the organization has, which the doctor checks."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.target_path import parse
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class NoWriteAccess(Rule):
    """Your role or seat does not let you link to this registry, or read from it.

    Linking needs the role Member or Admin in the registry; a Viewer reads, a Restricted Viewer does not even read.
    Roles differ from one registry to the next. A catalog knows no roles: `regilink doctor` asks the server. An admin of
    the registry gives the role, in the W&B App.
    """

    code = "REG304"
    name = "no-write-access"
    severity = "error"
    failures = (
        "B7",
        "B8",
        "D7",
    )
    is_live = True
    example = "doctor.py"
    bad = ('world.member("alice", registry="model", role="viewer")\ndoctor("wandb-registry-model/zoo")',)
    good = ('world.member("alice", registry="model", role="member")\ndoctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        registry = problem.facts.get("registry", "")
        if not registry and problem.target is not None:
            registry = parse(problem.target.path.pattern).registry or ""
        what = f"the registry {quoted(registry)}" if registry else "this project"
        doing = "read from" if problem.kind == "consume" else "link to"
        role = f" (your role is {problem.facts['role']})" if problem.facts.get("role") else ""
        return Message(
            f"your role or seat does not let you {doing} {what}{role}",
            "W&B refuses it with: permission denied",
            problem.facts.get("help", "ask an admin of the registry for the role Member, in the W&B App"),
        )


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
        facts = problem.facts
        left = facts["left"].split("\n") if facts["left"] else []
        rest = f"not deleted: {', '.join(left)}" if left else "the probe then deleted everything"
        clean_up = [f"delete in the W&B App: {name}" for name in left]
        if problem.kind == "left-behind":
            return Message("the link works, but the write probe could not delete everything", rest, "\n".join(clean_up))
        return Message(
            f"everything looks right, but the write probe could not {facts['step']}",
            f"{facts['error']}; {rest}",
            "\n".join(["for the cause, paste the error into: regilink explain -", *clean_up]),
        )


class CatalogDrift(Rule):
    """The committed catalog differs from the server.

    A registry was renamed, its types have changed, a team has moved: what was right yesterday fails today. Pull the
    catalog again, look at the difference, and commit it.
    """

    code = "REG808"
    name = "catalog-drift"
    severity = "warning"
    failures = ("E3",)
    is_live = True
    example = "doctor.py"
    bad = ('doctor("wandb-registry-model/zoo", catalog={"model": ["model", "net"]})',)
    good = ('doctor("wandb-registry-model/zoo", catalog={"model": ["model"]})',)

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        path = facts.get("path", "the catalog")
        return Message(
            f"{path} differs from the server",
            facts.get("changes"),
            f"run: regilink catalog pull, look at the difference, and commit {path}",
        )
