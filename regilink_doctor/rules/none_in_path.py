"""REG113."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class NoneInPath(Rule):
    """The target path contains the word None, or does whenever an environment variable is not set.

    `f"{os.getenv('REGISTRY')}"` is `None` without the variable, and W&B uses that as a name. `os.environ["REGISTRY"]`
    fails at once.
    """

    code = "REG113"
    name = "none-in-path"
    severity = "error"
    failures = ("A7",)
    is_about_path = True
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

    def explain(self, problem: Problem) -> Message:
        part = problem.target.path.part_at(problem.start) if problem.target else None
        if isinstance(part, UnknownPart):
            return Message(
                f"{part.source} is None when the variable is not set",
                "the path then contains the word None",
                "use os.environ[...], which fails at once, or give a default",
            )
        return Message(
            f'{shown_path(problem)} has the word "None" as a name',
            "a variable was probably not set",
            "write the real name",
        )
