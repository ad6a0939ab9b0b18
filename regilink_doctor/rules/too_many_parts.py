"""REG103."""

from __future__ import annotations

from regilink_doctor.rules.base import PathRule, ProblemInPath, Words
from regilink_doctor.rules.wording import quoted


class TooManyParts(PathRule):
    """There is a `/` too many: the prefix ends up where the organization belongs, or the SDK cannot read the path.

    A path has at most three parts, `ORGANIZATION/wandb-registry-NAME/COLLECTION`, and neither name may have a `/`. It
    often comes with a name from elsewhere, such as `meta-llama/Llama-3`. The artifact is uploaded before the path is
    looked at.
    """

    code = "REG103"
    name = "too-many-parts"
    severity = "error"
    rows = ("A3",)
    applicability = "unsafe"
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

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        whole, meant = quoted(told.whole), told.problem.intended
        if told.problem.kind == "prefix":
            return Words(
                f'{whole} has a "/" where the prefix has its last "-": W&B looks for an entity "wandb-registry"',
                f"write {quoted(meant or '')} instead of {quoted(told.wrong)}",
            )
        if told.problem.kind == "organization":
            return Words(
                f"{whole} has {quoted(told.wrong)} in front of the registry, where only an organization can stand",
                "write wandb-registry-REGISTRY/COLLECTION, without anything in front",
            )
        if told.problem.kind == "parts":
            return Words(
                f"{whole} has more than three parts: the SDK raises ValueError, after the upload",
                "write wandb-registry-REGISTRY/COLLECTION",
            )
        reads = f": it links to {told.destination}" if told.destination else ""
        return Words(
            f'the collection in {whole} has a "/"{reads}, which W&B refuses',
            f"write {quoted(meant)} for the collection" if meant else 'replace each "/" in the collection by "-"',
        )
