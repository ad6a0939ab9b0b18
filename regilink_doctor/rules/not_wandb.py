"""REG804."""

from __future__ import annotations

from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.connection_messages import connection_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.message import Message
    from regilink_doctor.core.problems import Problem


class NotWandb(Rule):
    """What answers is not a W&B server: a login page, a redirect, a page that is not found.

    Often the address is the W&B App's (`https://wandb.ai`) and not the API's, or a proxy answers instead. The doctor
    shows what it got.
    """

    code = "REG804"
    name = "not-wandb"
    severity = "error"
    failures = ("C19",)
    is_live = True
    example = "doctor.py"
    bad = (
        'doctor("wandb-registry-model/zoo", WANDB_BASE_URL="https://wandb.ai")',
        'server.fault("garbage")\ndoctor("wandb-registry-model/zoo")',
    )
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        return connection_message(problem)
