"""REG803."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class CredentialsRejected(LiveRule):
    """The server does not take the API key, or it has not the form of one.

    It belongs to another server, has been deleted, or was not copied whole. Run `wandb login --relogin`.
    """

    code = "REG803"
    name = "credentials-rejected"
    severity = "error"
    rows = ("C18",)
    bad = (
        'doctor("wandb-registry-model/zoo", WANDB_API_KEY="abc")',
        'doctor("wandb-registry-model/zoo", WANDB_API_KEY="f" * 40)',
    )
    good = ('doctor("wandb-registry-model/zoo")',)
