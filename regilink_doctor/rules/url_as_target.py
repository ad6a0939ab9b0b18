"""REG108."""

from __future__ import annotations

from regilink_doctor.rules.base import PathRule, ProblemInPath, Words
from regilink_doctor.rules.wording import quoted


class UrlAsTarget(PathRule):
    """A URL or URI was given as the target path.

    Its `:` makes the SDK take the whole text for the name of a collection in the run's own project. Nothing is raised.
    """

    code = "REG108"
    name = "url-as-target"
    severity = "error"
    rows = ("A9",)
    bad = (
        'run.link_artifact(artifact, "https://wandb.ai/orgs/acme/registry/model")',
        'run.link_artifact(artifact, "wandb-artifact:///acme/wandb-registry-model/zoo:v1")',
    )
    good = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        there = f": it links to {told.destination}" if told.destination else ""
        meant = told.problem.intended
        return Words(
            f"a URL is no target path{there}",
            f"write {quoted(meant)}" if meant else 'write "wandb-registry-REGISTRY/COLLECTION"',
        )
