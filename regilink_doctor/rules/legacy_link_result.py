"""REG608."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.sdk_versions import LONG_KEYS, RAISES, RETURNS, number
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class LegacyLinkResult(Rule):
    """The result of a link is used, and the project pins a wandb whose link returns None.

    Before 0.19.11 `link_artifact` never returns anything; up to 0.21.1 it returns None whenever the link failed, which
    it only prints. `linked.version` is an AttributeError then. Require `wandb>=0.22.3`.
    """

    code = "REG608"
    name = "legacy-link-result"
    severity = "warning"
    failures = ("B14",)
    watches = ("link.context.result_used",)
    pinned = "0.18.7"
    bad = ('linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\nprint(linked.version)',)
    good = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        version = problem.facts["version"]
        never = number(version) < number(RETURNS)
        return Message(
            "the result of a link is used, which may be None",
            f"link_artifact of wandb {version} "
            + ("never returns anything" if never else "returns None when the link failed"),
            f"require wandb>={LONG_KEYS}, where a link returns the artifact or raises",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        version = facts.wandb_version
        if version is None or number(version) >= number(RAISES) or not link.context.result_used:
            return
        if "**" in link.arguments.names or "target_path" not in link.arguments.names:
            return  # a function of the project's own that links returns what it likes
        yield self.report(link.place, version=version)
