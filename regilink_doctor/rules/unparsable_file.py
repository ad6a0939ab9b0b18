"""REG000."""

from __future__ import annotations

from regilink_doctor.rules.base import Rule


class UnparsableFile(Rule):
    """The file cannot be read as the Python of the interpreter that runs regilink.

    Nothing in it has been checked. Mend the syntax, run regilink under the Python that the file is written for, or
    leave the file out.
    """

    code = "REG000"
    name = "unparsable-file"
    severity = "error"
    bad = ("import wandb\nrun.link_artifact(artifact, 'wandb-registry-model/zoo'",)
    good = ("run.link_artifact(artifact, 'wandb-registry-model/zoo')",)
