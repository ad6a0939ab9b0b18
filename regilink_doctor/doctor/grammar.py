"""What is wrong with a path in itself, in the words that lint has for it."""

from __future__ import annotations

from regilink_doctor.core.check_result import Status
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.sites import Link
from regilink_doctor.core.target_path import problems
from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.doctor.base import Outcome
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.base import PathRule, ProblemInPath
from regilink_doctor.rules.wording import destination as rule_destination

_ORDER = ("error", "warning", "info")


def path_outcome(target: LinkTarget) -> Outcome | None:
    """The worst problem of the path, None when it is a good one. An info is a matter of taste and stays out.

    Of the legacy registry the check `destination` knows more: whether it was migrated, and where to (row A14).
    """
    found = problems(target.text, trailing_slash_fails=target.method == "Artifact.link")
    found = tuple(each for each in found if each.severity != "info" and each.rule != "REG112")
    if not found:
        return None
    worst = min(found, key=lambda each: (_ORDER.index(each.severity), each.start))
    return _told(target, worst)


def _told(target: LinkTarget, problem: Problem) -> Outcome:
    place, text = target.path.place, target.path
    entity = (target.entity,) if target.entity is not None else ()
    site = Link(f"wandb.{target.method}", place, place.span, target=(text,), entity=entity)
    said = rule_for(problem.rule)
    if not isinstance(said, PathRule):
        raise TypeError(f"{problem.rule} is no rule about paths")
    wrong = target.text[problem.start : problem.end]
    told = ProblemInPath(site, text, problem, target.shown, wrong, rule_destination(site, text))
    words = said.words(told)
    status: Status = "fail" if problem.severity == "error" else "warn"
    return Outcome(status, words.message, problem.rule, _with_line(words.help, target, problem), said.rows)


def _with_line(words: str | None, target: LinkTarget, problem: Problem) -> str | None:
    """The help, and the whole path as it is to be written where that is clear."""
    if problem.intended is None:
        return words
    meant = target.text[: problem.start] + problem.intended + target.text[problem.end :]
    if problems(meant):
        return words
    if words is not None and f'"{meant}"' in words:
        return words
    kept = [] if words in (None, f'write "{problem.intended}"') else [words]
    return "\n".join([*kept, f'write: target_path="{meant}"'])
