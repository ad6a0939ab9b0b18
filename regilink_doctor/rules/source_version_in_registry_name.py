"""REG505."""

from __future__ import annotations

from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import registry_path, report_place
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class SourceVersionInRegistryName(SiteRule):
    """A registry name is built with the version that the artifact has in its own project.

    Each collection of a registry counts from `v0`. `artifact.version` is the source's number, so the name finds another
    version, or none, and nothing warns. A link gives back the version in the registry: use its `version` or
    `qualified_name`.
    """

    code = "REG505"
    name = "source-version-in-registry-name"
    severity = "warning"
    rows = ("B12",)
    bad = (
        'logged = run.log_artifact(artifact).wait()\nrun.use_artifact(f"wandb-registry-model/zoo:{logged.version}")',
        'source = wandb.Api().artifact("team-a/p/zoo:latest")\n'
        'wandb.Api().artifact("acme/wandb-registry-model/zoo:" + source.version)',
    )
    good = (
        'linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        'run.use_artifact(f"wandb-registry-model/zoo:{linked.version}")',
        'logged = run.log_artifact(artifact).wait()\nrun.use_artifact(f"team-a/p/zoo:{logged.version}")',
        'run.use_artifact(f"wandb-registry-model/zoo:{config.version}")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        for text in site.target:
            if registry_path(text) is None:
                continue
            colon = text.pattern.find(":")
            for offset, hole in text.holes:
                if hole.kind == "source-version" and 0 <= colon < offset:
                    place, related = report_place(site, text.place_of(offset, offset + 1))
                    yield self.finding(
                        place,
                        Words(
                            f"{hole.source} counts the versions of the source's own project: in "
                            f"{quoted(text.pattern[:colon])} that number is another version, or none",
                            "use the version of what link_artifact returns, or an alias",
                            related,
                        ),
                        target=text.display,
                    )
