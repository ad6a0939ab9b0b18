"""REG801."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class HostUnreachable(LiveRule):
    """No server answers at the address: the name, the connection, TLS or a proxy fails, each named.

    wandb tries for minutes and then hides the cause. The doctor looks at each step by itself; behind a proxy it looks
    at the proxy.
    """

    code = "REG801"
    name = "host-unreachable"
    severity = "error"
    rows = ("C19",)
    bad = ('doctor("wandb-registry-model/zoo", WANDB_BASE_URL="http://127.0.0.1:9")',)
    good = ('doctor("wandb-registry-model/zoo")',)
