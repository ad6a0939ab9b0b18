"""REG701."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.sdk_versions import OLDEST, hides, newest
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Requirement
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.rules.base import FileFacts, Report


class SdkTooOld(Rule):
    """The wandb that is required or installed hides that a link has failed, or cannot link to a registry.

    Up to 0.21.1 the error is printed, `link_artifact` returns None and the exit status is 0. Reported for versions that
    are pinned (`==`, a lock file) or bounded (`<`, `~=`), where the project links to a registry; never for `>=`.
    """

    code = "REG701"
    name = "sdk-too-old"
    severity = "warning"
    failures = ("B14", "D8", "F3", "F9")
    watches = ("requirement",)
    example = "requirements.txt"
    bad = ("wandb==0.18.7", "wandb>=0.16,<0.20", "wandb~=0.19.1")
    good = ("wandb>=0.16", "wandb", "wandb==0.31.0", "wandb>=0.18,<0.30", "wandb-osh==0.1")

    def explain(self, problem: Problem) -> Message:
        return Message(f"{problem.facts['version']} hides failures", problem.facts["effect"], problem.facts["help"])

    def check_requirement(self, requirement: Requirement, facts: FileFacts) -> Iterator[Report]:
        version = newest(requirement) if requirement.package == "wandb" else None
        if version is None:
            return
        effect = hides(version)
        if effect is None or not facts.links_around:
            return
        bound = f"up to {requirement.upper}" if requirement.inclusive else f"below {requirement.upper}"
        instead = f"wandb>={OLDEST}"
        yield self.report(
            requirement.place,
            version=f"wandb {requirement.exact or bound}",
            effect=effect,
            help=f"require {instead}, and lock again" if requirement.locked else f"write {instead}",
        )
