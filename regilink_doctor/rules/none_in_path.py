"""REG113."""

from __future__ import annotations

from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.rules.base import PathRule, ProblemInPath, Words
from regilink_doctor.rules.wording import quoted


class NoneInPath(PathRule):
    """The target path has the word None in it, or has whenever an environment variable is not set.

    `f"{os.getenv('REGISTRY')}"` is `None` without the variable, and W&B takes that for a name. `os.environ["REGISTRY"]`
    fails at once.
    """

    code = "REG113"
    name = "none-in-path"
    severity = "error"
    rows = ("A7",)
    bad = (
        "import os\nrun.link_artifact(artifact, f\"wandb-registry-{os.getenv('REGISTRY')}/zoo\")",
        'import os\nregistry = os.environ.get("REGISTRY")\n'
        'run.link_artifact(artifact, f"wandb-registry-{registry}/zoo")',
        'run.link_artifact(artifact, "wandb-registry-None/zoo")',
    )
    good = (
        "import os\nrun.link_artifact(artifact, f\"wandb-registry-{os.environ['REGISTRY']}/zoo\")",
        "import os\nrun.link_artifact(artifact, f\"wandb-registry-{os.getenv('REGISTRY', 'model')}/zoo\")",
        'import os\nrun.link_artifact(artifact, "wandb-registry-model/" + os.getenv("COLLECTION"))',
    )

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        part = told.text.part_at(told.problem.start)
        if isinstance(part, UnknownPart):
            return Words(
                f"{part.source} is None when the variable is not set, and the path then has the word None in it",
                "use os.environ[...], which fails at once, or give a default",
            )
        return Words(
            f'{quoted(told.whole)} has the word "None" for a name: a variable was not set', "write the real name"
        )
