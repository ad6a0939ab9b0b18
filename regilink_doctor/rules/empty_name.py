"""REG105."""

from __future__ import annotations

from regilink_doctor.rules.base import PathRule, ProblemInPath, Words
from regilink_doctor.rules.wording import quoted


class EmptyName(PathRule):
    """The registry or the collection in a target path is empty, or is whenever an environment variable is not set.

    The SDK drops empty parts and reads the rest again: `wandb-registry-model/` becomes a collection called
    `wandb-registry-model` in some project, `wandb-registry-/zoo` an ordinary project called `wandb-registry-`.
    Nothing is raised.
    """

    code = "REG105"
    name = "empty-name"
    severity = "error"
    rows = ("A5", "A6")
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/")',
        'run.link_artifact(artifact, "wandb-registry-/zoo")',
        'run.link_artifact(artifact, "")',
        'import os\ncollection = os.getenv("COLLECTION", "")\n'
        'run.link_artifact(artifact, f"wandb-registry-model/{collection}")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'import os\ncollection = os.environ["COLLECTION"]\n'
        'run.link_artifact(artifact, f"wandb-registry-model/{collection}")',
    )

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        there = f": it links to {told.destination}" if told.destination else ""
        what = {"registry": "no registry behind the prefix", "path": "nothing in it"}.get(
            told.problem.kind, "no collection"
        )
        defaults = list(told.text.empty_defaults(told.problem.start, told.problem.end))
        if defaults:
            variable = defaults[0].default_of
            return Words(
                f"the target path has {what} when {variable} is not given{there}",
                f"let it fail instead of defaulting to an empty text: os.environ[{quoted(variable or '')}]",
            )
        return Words(
            f"the target path {quoted(told.whole)} has {what}{there}, and no error tells you",
            'write "wandb-registry-REGISTRY/COLLECTION"',
        )
