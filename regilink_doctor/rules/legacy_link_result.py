"""REG608."""

from __future__ import annotations

from regilink_doctor.core.sdk_versions import RAISES, RETURNS, number
from regilink_doctor.rules.base import FileFacts, SiteRule, Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class LegacyLinkResult(SiteRule):
    """The result of a link is used, and the project pins a wandb whose link returns None.

    Before 0.19.11 `link_artifact` never returns anything; up to 0.21.1 it returns None whenever the link failed, which
    it only prints. `linked.version` is an AttributeError then. Require `wandb>=0.21.4`.
    """

    code = "REG608"
    name = "legacy-link-result"
    severity = "warning"
    rows = ("B14",)
    pinned = "0.18.7"
    bad = ('linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\nprint(linked.version)',)
    good = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        version = facts.wandb_version
        if version is None or number(version) >= number(RAISES) or not site.context.result_used:
            return
        if "**" in site.arguments.names or "target_path" not in site.arguments.names:
            return  # a function of the project's own that links gives back what it likes
        when = "never returns anything" if number(version) < number(RETURNS) else "returns None when the link failed"
        yield self.finding(
            site.place,
            Words(
                f"the project has wandb {version}, whose link_artifact {when}: its result is used here",
                "require wandb>=0.21.4, where a link returns the artifact or raises",
            ),
            target=site.target[0].display if site.target else None,
        )
