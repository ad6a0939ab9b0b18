"""REG112."""

from __future__ import annotations

from regilink_doctor.core.naming import LEGACY_REGISTRY
from regilink_doctor.rules.phrases import quoted
from regilink_doctor.rules.rule import PathRule, Told, Words


class LegacyModelRegistry(PathRule):
    """The target path goes to the legacy model registry, the project `model-registry` of a team.

    Where a team has been migrated, W&B refuses to write there. Where it has not, the model stays visible to the team
    alone. Its successor is the registry `model` of the organization.
    """

    code = "REG112"
    name = "legacy-model-registry"
    severity = "warning"
    rows = ("A14",)
    bad = (
        'run.link_artifact(artifact, "team-a/model-registry/zoo")',
        'run.link_artifact(artifact, "model-registry/zoo")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/model-registry")',
    )

    def words(self, told: Told) -> Words:
        """See `PathRule.words`."""
        last = told.whole.rpartition("/")[2]
        collection = last if last != LEGACY_REGISTRY else "COLLECTION"
        return Words(
            f"{quoted(told.whole)} is the legacy model registry: closed once the team is migrated, and never seen "
            "outside the team",
            f"write {quoted(f'wandb-registry-model/{collection}')}",
        )
