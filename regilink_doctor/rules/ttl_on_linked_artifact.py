"""REG606."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.sites import Link
from regilink_doctor.rules.base import FileFacts, SiteRule, Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class TtlOnLinkedArtifact(SiteRule):
    """An artifact gets a time to live and is linked.

    Linking switches the time to live off, without a word since wandb 0.21: storage that was to last 30 days stays for
    ever. On what a link gives back, setting it raises ValueError. Set it on artifacts that are not linked.
    """

    code = "REG606"
    name = "ttl-on-linked-artifact"
    severity = "warning"
    rows = ("B15",)
    bad = (
        "from datetime import timedelta\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'artifact = wandb.Artifact("zoo", type="model")\n'
        "artifact.ttl = timedelta(days=30)\n"
        "run.log_artifact(artifact)\n"
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\nlinked.ttl = lifetime',
    )
    good = (
        'artifact.ttl = None\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'other = wandb.Artifact("raw", type="dataset")\n'
        "other.ttl = lifetime\n"
        "run.log_artifact(other)\n"
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'cache.ttl = 30\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        if not isinstance(site, Link) or site.context.expected:
            return
        related = (Related("linked here", site.place),)
        if site.linked_ttl is not None:
            yield self.finding(
                site.linked_ttl,
                Words(
                    "the time to live of a linked artifact cannot be set: it raises ValueError", "leave it out", related
                ),
                severity="error",
            )
        elif site.ttl is not None and site is _first(site, facts):
            yield self.finding(
                site.ttl,
                Words(
                    "linking this artifact switches its time to live off: it is kept for ever, and nothing says so",
                    "leave it out, or do not link the artifact",
                    related,
                ),
            )


def _first(site: Link, facts: FileFacts) -> Link:
    """The first link of the same artifact: its time to live is told once."""
    return next(other for other in facts.links if other.ttl == site.ttl)
