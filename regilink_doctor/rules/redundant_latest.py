"""REG503."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class RedundantLatest(Rule):
    """`aliases=["latest"]` when linking: W&B always gives it to the version that was linked last.

    That holds for an old model that is linked again, too: `latest` then means the old one. Programs that consume should
    pin an alias of your own.
    """

    code = "REG503"
    name = "redundant-latest"
    severity = "info"
    failures = ("B11",)
    watches = ("link.aliases",)
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["latest", "production"])',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.use_artifact("wandb-registry-model/zoo:latest")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            'the alias "latest" is redundant',
            "W&B moves it to whatever is linked last, even to an old version",
            "remove it, and give an alias of your own to what others should consume",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        for alias in link.aliases:
            if certain((alias,)) == "latest":
                yield self.report(string=alias, argument="aliases")
                return
