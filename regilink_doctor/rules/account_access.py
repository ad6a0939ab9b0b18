"""Rules about what the account may do, and what the organization has, which the doctor checks."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.phrases import join_phrases, say
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
    failures = ("B7", "B8", "D7")
    is_live = True
    example = "doctor.py"
    bad = ('world.member("alice", registry="model", role="viewer")\ndoctor("wandb-registry-model/zoo")',)
    good = ('world.member("alice", registry="model", role="member")\ndoctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        registry = problem.facts.get("registry", "")
        if not registry and problem.target is not None:
            registry = parse(problem.target.path.pattern).registry or ""
        what = say("the registry {registry}", registry=quoted(registry)) if registry else say("this project")
        doing = say("read from") if problem.kind == "consume" else say("link to")
        role = say(" (your role is {role})", role=problem.facts["role"]) if problem.facts.get("role") else ""
        return Message(
            say("your role or seat does not let you {doing} {what}{role}", doing=doing, what=what, role=role),
            "W&B refuses it with: permission denied",
            problem.facts.get("help", say("ask an admin of the registry for the role Member, in the W&B App")),
        )


class SourceNotVisible(Rule):
    """The version that is linked again was logged in a project that your account cannot see.

    The server then hides the entity of that project, and the SDK says `Entity name is required to resolve org
    entity name.` Link the version from an account of the team that logged it.
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
            say("the source of {name} is in a project that you may not see", name=quoted(name))
            if name
            else "you may not see the source",
            "W&B hides its entity, and the SDK finds no organization",
            problem.facts.get("help", say("link it from an account of the team that has logged it")),
        )


class ServiceAccount(Rule):
    """The run of a service account goes to a team that it cannot write to, or to another team than intended.

    A service account of a team writes to that team alone; one of the organization writes to its default team,
    unless `WANDB_ENTITY` names another. Set `WANDB_ENTITY` to the team.
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
            say(
                "the service account {account} cannot log to {entity}",
                account=facts.get("account", ""),
                entity=facts.get("entity", say("this entity")),
            ),
            say("it belongs to {team}", team=facts["team"]) if facts.get("team") else None,
            facts.get("help", say("set WANDB_ENTITY to the team of the service account")),
        )


class WriteProbeFailed(Rule):
    """The other checks pass, and the test link of `--write-probe` fails.

    Seats, quotas and policies of the organization only show when something is linked. `regilink doctor
    --write-probe` logs an artifact of a few bytes, links it, consumes it and deletes everything again.
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
        rest = say("not deleted: {left}", left=", ".join(left)) if left else say("the probe then deleted everything")
        clean_up = [say("delete in the W&B App: {name}", name=name) for name in left]
        if problem.kind == "left-behind":
            return Message(
                "the link works, but the write probe could not delete everything", rest, join_phrases("\n", clean_up)
            )
        return Message(
            say("everything looks right, but the write probe could not {step}", step=facts["step"]),
            say("{error}; {rest}", error=facts["error"], rest=rest),
            join_phrases("\n", [say("for the cause, paste the error into: regilink explain -"), *clean_up]),
        )


class CatalogDrift(Rule):
    """The committed catalog differs from the server.

    A registry was renamed, its types have changed, or a team has moved, so lint checks paths against outdated
    names. Pull the catalog again, look at the difference, and commit it.
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
        path = facts.get("path", say("the catalog"))
        return Message(
            say("{path} differs from the server", path=path),
            facts.get("changes"),
            say("run: regilink catalog pull, look at the difference, and commit {path}", path=path),
        )
