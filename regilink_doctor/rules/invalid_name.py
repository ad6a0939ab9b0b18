"""REG110."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import NAME_MAX, REGISTRY_NAME_MAX
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import corrected_path, quoted, shown_path, wrong_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class InvalidName(Rule):
    r"""No registry or collection can have this name.

    A registry's name has at most 113 characters and none of `/ \ # ? % :` or a line break; a collection's at most 128.
    A quote that was left at an end of a name becomes part of it (a warning).
    Spaces are legal and must not be percent-encoded: `wandb-registry-Golden Datasets/raw images`.
    """

    code = "REG110"
    name = "invalid-name"
    severity = "error"
    failures = ("A10",)
    is_about_path = True
    fix_applicability = "unsafe"
    bad = (
        'run.link_artifact(artifact, "wandb-registry-Golden%20Datasets/raw")',
        'run.link_artifact(artifact, "wandb-registry-a#b/zoo")',
        "run.link_artifact(artifact, 'wandb-registry-model/zoo\"')",
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw images")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo#1")',
    )

    def explain(self, problem: Problem) -> Message:
        wrong = wrong_part(problem)
        if problem.kind == "quote":
            return Message(
                f"{shown_path(problem)} has a quote in it",
                "it becomes part of the name",
                f"write {corrected_path(problem)}",
            )
        if problem.kind == "percent-encoding":
            return Message(
                f"{shown_path(problem)} is percent-encoded",
                "no registry's name has a %",
                "write the name as the W&B App shows it, with its spaces",
            )
        if problem.kind == "character":
            return Message(
                f"a registry's name cannot have a {quoted(wrong)}: {shown_path(problem)}",
                help="write the registry's name as the W&B App shows it",
            )
        what, most = ("registry", REGISTRY_NAME_MAX) if problem.kind == "registry-length" else ("collection", NAME_MAX)
        return Message(
            f"the {what}'s name has {len(wrong)} characters, W&B allows {most}", help=f"shorten it to {most} characters"
        )
