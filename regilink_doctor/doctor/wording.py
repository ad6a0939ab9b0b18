"""Which problem a check reports for a link: the one that lint would report if it knew what the server knows."""

from __future__ import annotations

from regilink_doctor.core import rule_codes
from regilink_doctor.core.judgement import Judgement
from regilink_doctor.core.problems import LinkInput, Problem
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import show_unknown
from regilink_doctor.core.targets import LinkTarget, as_string
from regilink_doctor.doctor.context import Context
from regilink_doctor.rules.judge import judge_target
from regilink_doctor.rules.wording import quoted

_ORDER = ("error", "warning", "info")


def worst_in_path(context: Context, target: LinkTarget) -> Problem | None:
    """The worst problem of the path itself, None when it is a good one. An info is left out.

    Of the legacy registry the check `destination` knows more: whether it was migrated, and where to (A14).
    """
    problems = [
        each
        for each in judge_target(_with_entity(context, target))
        if each.severity != "info" and each.rule != rule_codes.LEGACY_MODEL_REGISTRY
    ]
    return min(problems, key=lambda each: (_ORDER.index(each.severity), each.start), default=None)


def problem_of_link(context: Context, target: LinkTarget, judgement: Judgement) -> Problem:
    """The problem behind a judgement, as lint would report it if it knew what the server knows."""
    known = _with_entity(context, target)
    problem = judgement.problem or Problem(judgement.rule or rule_codes.INTERNAL_ERROR)
    same = (each for each in judge_target(known, context.directory) if each.rule == problem.rule)
    organization = {"organization": judgement.organization} if judgement.organization else {}
    made = next(same, replace(problem, target=known, view=context.directory))
    return replace(made, facts={**organization, **problem.facts, **made.facts}, failure=problem.failure or made.failure)


def _with_entity(context: Context, target: LinkTarget) -> LinkTarget:
    """The target with the entity that its run would have, where that is known."""
    entity = context.run_entity(target)
    return replace(target, entity=as_string(entity.value)) if entity is not None else target


def name_destination(link: LinkInput) -> str:
    """Where a project-level link goes: `collection "zoo" of the project "model" of team-a`."""
    collection, project = quoted(show_unknown(link.collection)), quoted(show_unknown(link.project))
    return f"collection {collection} of the project {project} of {show_unknown(link.entity or '')}"
