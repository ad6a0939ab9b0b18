"""REG003."""

from __future__ import annotations

from regilink_doctor.rules.base import Rule


class InvalidSuppression(Rule):
    """A `# regilink: ...` comment that names an unknown rule, or has the wrong form.

    It suppresses nothing. `regilink rules` lists the codes.
    """

    code = "REG003"
    name = "invalid-suppression"
    severity = "warning"
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")  # regilink: ignore[REG1002]',)
    good = ('run.link_artifact(artifact, "wandb-registry-model")  # regilink: ignore[REG102]',)
