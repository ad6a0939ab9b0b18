"""REG103."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import (
    FORM,
    corrected_path,
    find_destination,
    is_consumed,
    quoted,
    shown_path,
    wrong_part,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class TooManyParts(Rule):
    """The target path has an extra `/`: the prefix is where the organization belongs, or the SDK cannot read it.

    A path has at most three parts, `ORGANIZATION/wandb-registry-NAME/COLLECTION`, and no name may contain a `/`. Names
    from elsewhere, such as `meta-llama/Llama-3`, often bring one. The artifact is uploaded before W&B looks at the
    path.
    """

    code = "REG103"
    name = "too-many-parts"
    severity = "error"
    failures = ("A3",)
    is_about_path = True
    fix_applicability = "unsafe"
    bad = (
        'model_id = "meta-llama/Llama-3"\nrun.link_artifact(artifact, f"wandb-registry-model/{model_id}")',
        'run.link_artifact(artifact, "wandb-registry/model/zoo")',
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo/v1")',
    )
    good = (
        'model_id = "meta-llama/Llama-3"\n'
        "run.link_artifact(artifact, f\"wandb-registry-model/{model_id.replace('/', '-')}\")",
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        whole, wrong, intended = shown_path(problem), wrong_part(problem), problem.intended
        if problem.kind == "prefix":
            return Message(
                f'{whole} has a "/" instead of the last "-" of the prefix',
                'W&B looks for an entity "wandb-registry"',
                f"write {corrected_path(problem)}",
            )
        if problem.kind == "organization":
            return Message(
                f"{whole} has {quoted(wrong)} before the registry",
                "only the organization can be there",
                f"write {FORM} alone",
            )
        if problem.kind == "parts":
            when = "" if is_consumed(problem) else ", after the upload"
            return Message(f"{whole} has more than three parts", f"the SDK raises ValueError{when}", f"write {FORM}")
        if is_consumed(problem):
            note = "the SDK takes its first part for the organization"
        else:
            there = find_destination(problem.target) if problem.target else None
            note = f"W&B reads it as the {there}, and refuses it" if there else "W&B refuses it"
        return Message(
            f'the collection in {whole} has a "/"',
            note,
            f"write {corrected_path(problem)}" if intended else 'replace each "/" with "-"',
        )
