"""REG810."""

from __future__ import annotations

from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.connection_messages import connection_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.message import Message
    from regilink_doctor.core.problems import Problem


class ServerError(Rule):
    """The server answers with an error of its own: too many requests, a failure, an answer that is cut or not JSON.

    Nothing is wrong with the code or the settings. Wait, look at W&B's status page, or ask the server's administrator.
    """

    code = "REG810"
    name = "server-error"
    severity = "error"
    failures = ()
    is_live = True
    example = "doctor.py"
    bad = (
        'server.fault("status", status=503)\ndoctor("wandb-registry-model/zoo")',
        'server.fault("truncate")\ndoctor("wandb-registry-model/zoo")',
    )
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        return connection_message(problem)
