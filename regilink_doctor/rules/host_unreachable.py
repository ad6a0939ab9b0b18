"""REG801."""

from __future__ import annotations

from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.connection_messages import connection_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.message import Message
    from regilink_doctor.core.problems import Problem


class HostUnreachable(Rule):
    """No server answers at the address: the name, the connection, TLS or a proxy fails, each named.

    wandb tries for minutes and then hides the cause. The doctor checks each step; behind a proxy it checks the proxy.
    """

    code = "REG801"
    name = "host-unreachable"
    severity = "error"
    failures = ("C19",)
    is_live = True
    example = "doctor.py"
    bad = ('doctor("wandb-registry-model/zoo", WANDB_BASE_URL="http://127.0.0.1:9")',)
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        return connection_message(problem)
