"""REG304."""

from __future__ import annotations

from regilink_doctor.core.message import Message
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
