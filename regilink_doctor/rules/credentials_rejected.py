"""REG803."""

from __future__ import annotations

from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.connection_messages import connection_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.message import Message
    from regilink_doctor.core.problems import Problem


class CredentialsRejected(Rule):
    """The server does not accept the API key, or it does not have the form of one.

    It belongs to another server, was deleted, or was not copied whole. Run `wandb login --relogin`.
    """

    code = "REG803"
    name = "credentials-rejected"
    severity = "error"
    failures = ("C18",)
    is_live = True
    example = "doctor.py"
    bad = (
        'doctor("wandb-registry-model/zoo", WANDB_API_KEY="abc")',
        'doctor("wandb-registry-model/zoo", WANDB_API_KEY="f" * 40)',
    )
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        return connection_message(problem)
