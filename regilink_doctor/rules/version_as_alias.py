"""REG502."""

from __future__ import annotations

from regilink_doctor.core.naming import is_version
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, report_place
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class VersionAsAlias(SiteRule):
    """An alias that looks like a version: `v3`.

    W&B numbers the versions of a collection itself, and keeps the number among the aliases. With a second one of that
    form the version cannot be read any more: `Expected at most one version alias`.
    """

    code = "REG502"
    name = "version-as-alias"
    severity = "warning"
    rows = ("B11",)
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["v3"])',
        'run.log_artifact(artifact, aliases=["best", "v12"])',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["1.3.0", "v3-beta", "production"])',
        'run.use_artifact("wandb-registry-model/zoo:v3")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[f"v{major}"])',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        for alias in site.aliases:
            name = certain((alias,))
            if name is not None and is_version(name):
                place, related = report_place(site, alias.place, "aliases")
                yield self.finding(
                    place,
                    Words(
                        f"{quoted(name)} is how W&B writes a version: as an alias it stands beside the number that the "
                        "version gets, and reading it back fails",
                        f"leave it out, or write something like {quoted(name[1:] + '.0')}",
                        related,
                    ),
                )
