"""REG001."""

from __future__ import annotations

from regilink_doctor.rules.base import Rule


class UnusedSuppression(Rule):
    """A `# regilink: ignore[...]` or a `# noqa: REG...` that suppresses nothing.

    It will hide the next mistake on that line. Take the code out of it, or the whole comment.
    """

    code = "REG001"
    name = "unused-suppression"
    severity = "warning"
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")  # regilink: ignore[REG102]',)
    good = ('run.link_artifact(artifact, "wandb-registry-model")  # regilink: ignore[REG102] a portfolio',)
