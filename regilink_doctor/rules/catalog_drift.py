"""REG808."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class CatalogDrift(Rule):
    """The committed catalog differs from the server.

    A registry was renamed, its types have changed, a team has moved: what was right yesterday fails today. Pull the
    catalog again, look at the difference, and commit it.
    """

    code = "REG808"
    name = "catalog-drift"
    severity = "warning"
    failures = ("E3",)
    is_live = True
    example = "doctor.py"
    bad = ('doctor("wandb-registry-model/zoo", catalog={"model": ["model", "net"]})',)
    good = ('doctor("wandb-registry-model/zoo", catalog={"model": ["model"]})',)

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        path = facts.get("path", "the catalog")
        return Message(
            f"{path} differs from the server",
            facts.get("changes"),
            f"run: regilink catalog pull, look at the difference, and commit {path}",
        )
