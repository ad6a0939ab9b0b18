"""REG111."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import corrected_path, is_consumed, quoted, shown_path, where_it_goes, wrong_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class StraySeparator(Rule):
    """An extra slash or space is before or after a name in a target path.

    `wandb-registry-model//zoo` makes an entity of the registry. `Run.link_artifact` drops a slash at the end, but in
    `Artifact.link` it moves every part by one. A space becomes part of the name. A slash at the start does no harm.
    """

    code = "REG111"
    name = "stray-separator"
    severity = "error"
    failures = ("A17",)
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model//zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo/")',
        'run.link_artifact(artifact, "wandb-registry-model /zoo")',
        'run.link_artifact(artifact, "/wandb-registry-model/zoo")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw images")',
    )

    def explain(self, problem: Problem) -> Message:
        whole, help_ = shown_path(problem), f"write {corrected_path(problem)}"
        if problem.kind == "blank":
            name = quoted(wrong_part(problem).strip())
            return Message(f"there is a space around {name}", "it becomes part of the name", help_)
        if problem.kind == "leading-slash":
            return Message(f"{whole} begins with a slash", "the SDK drops it", help_)
        if problem.kind == "trailing-slash" and is_consumed(problem):
            return Message(f"{whole} ends with a slash", "the SDK reads an empty name after it", help_)
        if problem.kind == "trailing-slash" and problem.severity == "error":
            note = where_it_goes(problem) or "Artifact.link moves every part by one"
            return Message(f"{whole} ends with a slash", note, help_)
        if problem.kind == "trailing-slash":
            return Message(f"{whole} ends with a slash", "it is dropped here, but not by Artifact.link", help_)
        return Message(f'{whole} has an empty part: "//"', where_it_goes(problem), help_)
