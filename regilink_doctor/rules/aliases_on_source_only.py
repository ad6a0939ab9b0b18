"""REG504."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import registry_text
from regilink_doctor.rules.wording import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class AliasesOnSourceOnly(SiteRule):
    """The artifact is logged with aliases and linked without.

    Aliases belong to one collection. Those of `log_artifact` stay in the project; in the registry nobody finds the
    version by them. Give them to the link as well, where they are meant for its readers.
    """

    code = "REG504"
    name = "aliases-on-source-only"
    severity = "info"
    rows = ("B11",)
    bad = (
        'run.log_artifact(artifact, aliases=["production"])\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
    )
    good = (
        'run.log_artifact(artifact, aliases=["production"])\n'
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.log_artifact(artifact, aliases=["latest"])\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.log_artifact(artifact, aliases=["best"])\nrun.link_artifact(artifact, "candidates/zoo")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        made, text = site.artifact, registry_text(site)
        # `run.log_artifact("file", …)` makes the artifact and logs it.
        logged = made if site.logged is None and made is not None and made.kind == "log" else site.logged
        if logged is None or text is None or {"aliases", "**"} & site.arguments.names:
            return
        names = [alias.literal for alias in logged.aliases if alias.literal and alias.literal != "latest"]
        if not names:
            return
        yield self.finding(
            site.place,
            Words(
                f'{listed(names)} stays on the source: the version in the registry gets no alias but "latest"',
                f"write aliases=[{listed(names)}] here as well, if the registry's readers shall use it",
                (Related("the aliases are given here", logged.place),),
            ),
            target=text.display,
        )
