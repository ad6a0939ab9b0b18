"""REG503."""

from __future__ import annotations

from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, report_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class RedundantLatest(SiteRule):
    """`aliases=["latest"]` when linking: W&B gives it to the version that was linked last, asked or not.

    That holds for an old model that is linked again, too: `latest` then means the old one. Whoever reads should pin an
    alias of your own.
    """

    code = "REG503"
    name = "redundant-latest"
    severity = "info"
    rows = ("B11",)
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["latest", "production"])',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.use_artifact("wandb-registry-model/zoo:latest")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        for alias in site.aliases:
            if certain((alias,)) == "latest":
                place, related = report_place(site, alias.place, "aliases")
                yield self.finding(
                    place,
                    Words(
                        'W&B moves "latest" to whatever is linked last by itself, even to an old version',
                        "leave it out, and give an alias of your own to what others shall read",
                        related,
                    ),
                )
                return
