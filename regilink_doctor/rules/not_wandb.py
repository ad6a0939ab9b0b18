"""REG804."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class NotWandb(LiveRule):
    """What answers is not a W&B server: a login page, a redirect, a page that is not found.

    Often the address is the App's (`https://wandb.ai`) and not the API's, or a proxy answers in its place. The doctor
    says what it got.
    """

    code = "REG804"
    name = "not-wandb"
    severity = "error"
    rows = ("C19",)
    bad = (
        'doctor("wandb-registry-model/zoo", WANDB_BASE_URL="https://wandb.ai")',
        'server.fault("garbage")\ndoctor("wandb-registry-model/zoo")',
    )
    good = ('doctor("wandb-registry-model/zoo")',)
