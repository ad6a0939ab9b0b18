"""REG402."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class CollectionTypeConflict(Rule):
    """The collection already has another type. The first link sets it for all users, and it cannot be changed."""

    code = "REG402"
    name = "collection-type-conflict"
    severity = "error"
    failures = ("B5",)
    needs_catalog = True
    bad = (
        'artifact = wandb.Artifact("raw", type="model")\n'
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw_images")',
    )
    good = (
        'artifact = wandb.Artifact("raw", type="dataset")\n'
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw_images")',
        'artifact = wandb.Artifact("raw", type="model")\n'
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/models")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        existing = quoted(facts.get("existing", ""))
        collection, artifact_type = quoted(facts.get("collection", "")), quoted(facts.get("type", ""))
        return Message(
            f"the collection {collection} has the type {existing}, not {artifact_type}",
            "the first link decided it, and it cannot be changed",
            f"link to another collection, or write wandb.Artifact(..., type={existing})",
        )

    def related_to(self, problem: Problem) -> tuple[Related, ...]:
        site = problem.target.site if problem.target else None
        return (Related("the type is given here", site.artifact.place),) if site and site.artifact else ()
