"""REG511."""

from __future__ import annotations

from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class ExistsHidesErrors(SiteRule):
    """`artifact_exists` of a registry name: False for what is missing, forbidden or asked with a wrong key alike.

    A program that links when it hears False links again and again where it only lacks the right to look. Fetch the
    artifact and look at the error, or use `regilink verify`.
    """

    code = "REG511"
    name = "exists-hides-errors"
    severity = "info"
    pedantic = True
    rows = ("D16",)
    bad = ('wandb.Api().artifact_exists("wandb-registry-model/zoo:production")',)
    good = (
        'wandb.Api().artifact_exists("team-a/project/zoo:v0")',
        'wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:production")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        method = site.call.rpartition(".")[2]
        for text in site.arguments.strings.get("name", ()):
            if registry_path(text):
                yield self.finding(
                    site.place,
                    Words(
                        f"{method} says False of {quoted(text.pattern)} when it is missing, when you may not see it, "
                        "and when the key is wrong",
                        "fetch it and tell the errors apart, or use regilink verify",
                    ),
                    target=text.display,
                )
                return
