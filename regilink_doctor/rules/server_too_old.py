"""REG805."""

from __future__ import annotations

from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.connection_messages import connection_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.message import Message
    from regilink_doctor.core.problems import Problem


class ServerTooOld(Rule):
    """The server lacks what the registry needs.

    `api.registry()` and `api.registries()` raise RuntimeError on it. wandb takes every error of that question, even a
    time-out, for "too old"; the doctor asks the server itself. Its administrator can update it.
    """

    code = "REG805"
    name = "server-too-old"
    severity = "warning"
    failures = ("B13",)
    is_live = True
    example = "doctor.py"
    bad = ('world.features.clear()\ndoctor("wandb-registry-model/zoo")',)
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        return connection_message(problem)
