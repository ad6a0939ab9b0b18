"""REG701."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.core.sdk_versions import OLDEST, hides, number
from regilink_doctor.rules.rule import FileFacts, RequirementRule, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.declared import Requirement
    from regilink_doctor.core.findings import Finding


class SdkTooOld(RequirementRule):
    """The wandb that is required or installed hides that a link has failed, or cannot link to a registry.

    Up to 0.21.1 the error is printed, `link_artifact` returns None and the exit status is 0. Told for versions that
    are pinned (`==`, a lock file) or kept down (`<`, `~=`), where the project links to a registry; never for `>=`.
    """

    code = "REG701"
    name = "sdk-too-old"
    severity = "warning"
    rows = ("B14", "D8")
    example = "requirements.txt"
    bad = ("wandb==0.18.7", "wandb>=0.16,<0.20", "wandb~=0.19.1")
    good = ("wandb>=0.16", "wandb", "wandb==0.31.0", "wandb>=0.18,<0.30", "wandb-osh==0.1")

    def check_requirement(self, requirement: Requirement, facts: FileFacts) -> Iterator[Finding]:
        """See `RequirementRule.check_requirement`."""
        if requirement.package != "wandb":
            return
        if requirement.exact is not None:
            newest, what = requirement.exact, f"wandb {requirement.exact}"
        elif requirement.upper is not None:
            newest = requirement.upper if requirement.inclusive else _before(requirement.upper)
            what = (
                f"wandb below {requirement.upper}" if not requirement.inclusive else f"wandb up to {requirement.upper}"
            )
        else:
            return
        effect = hides(newest)
        if effect is None or not facts.links_around:
            return
        instead = f"wandb>={OLDEST}"
        yield self.finding(
            requirement.place,
            Words(
                f"{what} hides failures: {effect}",
                f"require {instead}, and lock again" if requirement.locked else f"write {instead}",
            ),
        )


def _before(version: str) -> str:
    """A version just below: `0.20` allows 0.19.99."""
    parts = list(number(version))
    while parts and parts[-1] == 0:
        parts.pop()
    if not parts:
        return "0"
    return ".".join(map(str, [*parts[:-1], parts[-1] - 1, 999]))
