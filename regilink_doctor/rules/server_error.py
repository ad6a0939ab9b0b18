"""REG810."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class ServerError(LiveRule):
    """The server answers with an error of its own: too many requests, a fault, an answer that is cut or no JSON.

    Nothing of the code or the settings is wrong. Wait, look at W&B's status page, or ask whoever runs the server.
    """

    code = "REG810"
    name = "server-error"
    severity = "error"
    rows = ()
    bad = (
        'server.fault("status", status=503)\ndoctor("wandb-registry-model/zoo")',
        'server.fault("truncate")\ndoctor("wandb-registry-model/zoo")',
    )
    good = ('doctor("wandb-registry-model/zoo")',)
