"""REG105."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import FORM, quoted, shown_path, where_it_goes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class EmptyName(Rule):
    """The registry or collection in a target path is empty, or is whenever a variable is not set.

    The SDK drops empty parts and reads the rest again: `wandb-registry-model/` becomes a collection called
    `wandb-registry-model` in some project, `wandb-registry-/zoo` an ordinary project called `wandb-registry-`. Nothing
    is raised.
    """

    code = "REG105"
    name = "empty-name"
    severity = "error"
    failures = ("A5", "A6")
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/")',
        'run.link_artifact(artifact, "wandb-registry-/zoo")',
        'run.link_artifact(artifact, "")',
        'run.link_artifact(artifact, ":v3")',
        'import os\ncollection = os.getenv("COLLECTION", "")\n'
        'run.link_artifact(artifact, f"wandb-registry-model/{collection}")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'import os\ncollection = os.environ["COLLECTION"]\n'
        'run.link_artifact(artifact, f"wandb-registry-model/{collection}")',
    )

    def explain(self, problem: Problem) -> Message:
        what = {"registry": "no registry after the prefix", "path": "no name in it"}.get(problem.kind, "no collection")
        path = problem.target.path if problem.target else None
        default = next(path.empty_defaults(problem.start, problem.end), None) if path else None
        if default is not None:
            variable = default.default_of or ""
            return Message(
                f"the target path has {what} when {variable} is not set",
                where_it_goes(problem),
                f"let it fail instead of using an empty default: os.environ[{quoted(variable)}]",
            )
        is_version = path is not None and path.pattern.startswith(":")
        note = "there is no collection before the version" if is_version else where_it_goes(problem)
        return Message(f"the target path {shown_path(problem)} has {what}", note, f'write "{FORM}"')
