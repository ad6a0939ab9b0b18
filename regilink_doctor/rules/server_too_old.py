"""REG805."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class ServerTooOld(LiveRule):
    """The server lacks what the registry needs.

    `api.registry()` and `api.registries()` raise RuntimeError on it. wandb takes every error of that question, even a
    time-out, for "too old"; the doctor asks the server itself. Whoever runs the server can update it.
    """

    code = "REG805"
    name = "server-too-old"
    severity = "warning"
    rows = ("B13",)
    bad = ('world.features.clear()\ndoctor("wandb-registry-model/zoo")',)
    good = ('doctor("wandb-registry-model/zoo")',)
