"""REG606."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class TtlOnLinkedArtifact(Rule):
    """An artifact gets a time to live and is linked.

    Linking switches the time to live off, silently since wandb 0.21: storage that was to last 30 days stays forever. On
    what a link returns, setting it raises ValueError. Set it on artifacts that are not linked.
    """

    code = "REG606"
    name = "ttl-on-linked-artifact"
    severity = "warning"
    failures = ("B15",)
    watches = ("link",)
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

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "linked":
            return Message("a linked artifact cannot have a time to live", "setting it raises ValueError", "remove it")
        return Message(
            "linking this artifact switches its time to live off, silently",
            "it is kept forever",
            "remove it, or do not link the artifact",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        if link.context.expected:
            return
        related = (Related("linked here", link.place),)
        if link.linked_ttl is not None:
            yield self.report(link.linked_ttl, "linked", severity="error", related=related)
        elif link.ttl is not None and link is _first_link(link, facts):
            yield self.report(link.ttl, related=related)


def _first_link(link: Link, facts: FileFacts) -> Link:
    """The first link of the same artifact: its time to live is reported once."""
    return next(other for other in facts.links if other.ttl == link.ttl)
