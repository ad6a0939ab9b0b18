"""What is wrong with a target path itself, in the words of its rule."""

from __future__ import annotations

from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.doctor.base import Outcome
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.judge import judge_target

_ORDER = ("error", "warning", "info")


def path_outcome(target: LinkTarget) -> Outcome | None:
    """The worst problem of the path, None when it is a good one. An info is left out.

    Of the legacy registry the check `destination` knows more: whether it was migrated, and where to (failure A14).
    """
    wrong = [problem for problem in judge_target(target) if problem.severity != "info" and problem.rule != "REG112"]
    if not wrong:
        return None
    worst = min(wrong, key=lambda problem: (_ORDER.index(problem.severity), problem.start))
    rule = rule_for(worst.rule)
    message = rule.explain(worst)
    text = f"{message.summary}: {message.note}" if message.note else message.summary
    return Outcome("fail" if worst.severity == "error" else "warn", text, rule.code, message.help, rule.failures)
