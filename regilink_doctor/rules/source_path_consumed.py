"""REG510."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.naming import LEGACY_REGISTRY
from regilink_doctor.core.target_path import is_known, parsed
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import links
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class SourcePathConsumed(SiteRule):
    """An artifact is read by the path of its project, in a file that links to a registry.

    Access and lineage then go through the team's project, and the code stops working for other teams. What is in a
    registry is meant to be read by the registry's name.
    """

    code = "REG510"
    name = "source-path-consumed"
    severity = "info"
    pedantic = True
    rows = ("D17",)
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("team-a/training/zoo:v3")',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("wandb-registry-model/zoo:v3")',
        'run.use_artifact("team-a/training/zoo:v3")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("raw-images:v3")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        link = next(links(facts), None)
        for text in site.target if link is not None else ():
            path = parsed(text.pattern)
            if path is None:
                continue
            project = path.project or ""
            if not path.prefix or path.is_registry or project == LEGACY_REGISTRY or not is_known(path.prefix + project):
                continue
            yield self.finding(
                site.argument or site.place,
                Words(
                    f"{quoted(text.pattern)} is a path of the project {quoted(project)}: other teams cannot read it",
                    "read it by the name that it has in the registry, if it is linked there",
                    (Related("this file links to a registry here", link.place),) if link else (),
                ),
                target=text.display,
            )
