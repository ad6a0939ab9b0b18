"""REG106."""

from __future__ import annotations

from regilink_doctor.rules.phrases import quoted
from regilink_doctor.rules.rule import PathRule, Told, Words


class UnfilledPlaceholder(PathRule):
    """A placeholder was left in: `<registry_name>`, `[REGISTRY-NAME]`, or `{REGISTRY_NAME}` without the f.

    The SDK takes every one of them for a name.
    """

    code = "REG106"
    name = "unfilled-placeholder"
    severity = "error"
    rows = ("A7",)
    bad = (
        'REGISTRY_NAME = "<registry_name>"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY_NAME}/zoo")',
        'run.link_artifact(artifact, "wandb-registry-{REGISTRY_NAME}/{COLLECTION_NAME}")',
        'run.link_artifact(artifact, "wandb-registry-[REGISTRY-NAME]/zoo")',
        'run.link_artifact(artifact, "your-team/wandb-registry-model/zoo")',
    )
    good = (
        'REGISTRY_NAME = "model"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY_NAME}/zoo")',
        'run.link_artifact(artifact, "wandb-registry-{}/{}".format("model", "zoo"))',
        'run.link_artifact(artifact, "wandb-registry-${registry}/zoo")',
        'run.link_artifact(artifact, "my-team/wandb-registry-model/zoo")',
    )

    def words(self, told: Told) -> Words:
        """See `PathRule.words`."""
        name = told.wrong
        if name.startswith("{"):
            return Words(
                f"{quoted(name)} is taken as it stands: the text is no f-string",
                f"write an f in front of the quotes, or replace {quoted(name)} by the name itself",
            )
        return Words(f"{quoted(name)} was never filled in", f"replace {quoted(name)} by the real name")
