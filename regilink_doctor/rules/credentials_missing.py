"""REG802."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class CredentialsMissing(LiveRule):
    """No API key is found for the host.

    wandb looks into `WANDB_API_KEY`, its settings and `~/.netrc`, where a key belongs to one host. Where it finds none
    it asks, or stops where nobody can answer. Run `wandb login --host ADDRESS`, or set the variable in CI.
    """

    code = "REG802"
    name = "credentials-missing"
    severity = "error"
    rows = ("C18",)
    bad = ('doctor("wandb-registry-model/zoo", WANDB_API_KEY="")',)
    good = ('doctor("wandb-registry-model/zoo")',)
