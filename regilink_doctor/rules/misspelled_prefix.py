"""REG104."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import FORM, corrected_path, is_consumed, quoted, where_it_goes, wrong_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class MisspelledPrefix(Rule):
    """The registry prefix is misspelled: another case, an underscore, a space, an extra or missing letter.

    The SDK compares it letter by letter. With any other spelling the path is that of an ordinary project, which W&B
    creates silently.
    """

    code = "REG104"
    name = "misspelled-prefix"
    severity = "error"
    failures = ("A4",)
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "Wandb-Registry-model/zoo")',
        'run.link_artifact(artifact, "wandb_registry_model/zoo")',
        'run.link_artifact(artifact, "wandb-registery-model/zoo")',
        'run.link_artifact(artifact, " wandb-registry-model/zoo")',
        'run.use_artifact("wandb_registry_model/zoo:v0")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-My_Models/zoo")',
        'run.link_artifact(artifact, "wandb-artifacts/zoo")',
        'run.use_artifact("registry-of-models/zoo:v0")',
    )

    def explain(self, problem: Problem) -> Message:
        note = "W&B looks for a project of that name" if is_consumed(problem) else where_it_goes(problem)
        return Message(
            f'{quoted(wrong_part(problem))} misspells the registry prefix "wandb-registry-"',
            note,
            f"write {corrected_path(problem) if problem.intended else quoted(FORM)}",
        )
