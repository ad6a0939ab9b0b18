"""REG809."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class WriteProbeFailed(LiveRule):
    """Everything looks right, and a real link does not come back.

    Seats, quotas and policies of the organization show themselves only when something is linked. `regilink doctor
    --write-probe` logs an artifact of a few bytes, links it, reads it and takes everything away again.
    """

    code = "REG809"
    name = "write-probe-failed"
    severity = "error"
    rows = ("E4",)
    bad = ('server.fault("refuse", operation="linkArtifact")\ndoctor("wandb-registry-model/zoo", write_probe=True)',)
    good = ('doctor("wandb-registry-model/zoo", write_probe=True)',)
