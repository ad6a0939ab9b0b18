"""REG109."""

from __future__ import annotations

from regilink_doctor.rules.phrases import quoted
from regilink_doctor.rules.rule import PathRule, Told, Words


class DoubledPrefix(PathRule):
    """The registry prefix is there twice, usually because a variable already had it.

    `Registry.full_name` of the SDK has the prefix, `Registry.name` has not.
    """

    code = "REG109"
    name = "doubled-prefix"
    severity = "error"
    rows = ("A11",)
    bad = ('REGISTRY = "wandb-registry-model"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY}/zoo")',)
    good = ('REGISTRY = "wandb-registry-model"\nrun.link_artifact(artifact, f"{REGISTRY}/zoo")',)

    def words(self, told: Told) -> Words:
        """See `PathRule.words`."""
        registry = told.whole.partition("wandb-registry-")[2].partition("/")[0]
        return Words(
            f'{quoted(told.whole)} has the prefix "wandb-registry-" twice: W&B looks for a registry {quoted(registry)}',
            f"write {quoted(told.whole.replace('wandb-registry-wandb-registry-', 'wandb-registry-'))}",
        )
