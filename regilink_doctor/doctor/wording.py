"""The lines to write or run, so that each check ends with something that can be pasted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regilink_doctor.core import rule_codes, wandb_messages
from regilink_doctor.core.judgement import Judgement
from regilink_doctor.core.origin import Configured, Default, Setting, set_variable
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import LinkInput, Problem, placeholder
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import show_unknown
from regilink_doctor.core.targets import LinkTarget, as_string
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.facts import Account
from regilink_doctor.rules.judge import find_cause, judge_target
from regilink_doctor.rules.wording import quoted

MOST = 5
"""The highest number of names that a line lists."""


def list_names(names: Iterable[str]) -> str:
    """`a, b, c and 3 more`."""
    listed = list(names)
    shown = ", ".join(listed[:MOST])
    return say("{names} and {number} more", names=shown, number=len(listed) - MOST) if len(listed) > MOST else shown


def describe_unknown_entity(target: LinkTarget) -> str:
    """Why the entity of a target's run is unknown, with the expression that has it."""
    unknown = target.entity.unknown_parts if target.entity is not None else ()
    sources = list_names(dict.fromkeys(f"`{part.source}`" for _, part in unknown))
    if not sources:
        return say("the run's entity is known only when the program runs: give it with --entity")
    return say(
        "the run's entity ({sources}) is known only when the program runs: give it with --entity", sources=sources
    )


def entity_line(team: str, setting: Setting[str] | None) -> str:
    """The line that makes `team` the run's entity, in the place where the present one comes from."""
    if setting is not None and not isinstance(setting.origin, (Configured, Default)):
        return setting.origin.how_to_set(team)
    return f'wandb.init(entity="{team}", ...)   or: {set_variable("WANDB_ENTITY", team)}'


def use_a_team(account: Account, setting: Setting[str] | None, meant: str | None = None) -> str:
    """What to write so that the run belongs to a team: one line for each team of the account, the likeliest first.

    Empty where the teams are the stand-ins of a dry run: the rule itself says what to write.
    """
    names = [team.name for team in account.usable_teams if placeholder(team.name) is None]
    if not names and account.usable_teams:
        return ""
    if not names:
        return say(
            "ask an admin of your organization to take you into a team, or make one in the W&B App; "
            'then: wandb.init(entity="THE-TEAM", ...)'
        )
    names.sort(key=lambda name: (name != meant, name != account.default_entity))
    lines = [entity_line(name, setting) for name in names[:MOST]]
    if len(names) > MOST:
        lines.append(say("(and {number} more teams)", number=len(names) - MOST))
    return join_phrases("\n", lines)


def answer_of(judgement: Judgement) -> str:
    """What the SDK or the server would say about a link that it refuses."""
    problem = judgement.problem
    return quote_message(problem.wandb_message, problem.facts) if problem is not None and problem.wandb_message else ""


def quote_message(wandb_message: str, facts: Mapping[str, str] = {}) -> str:
    """What the SDK or the server would say, where its wording is known."""
    wording = wandb_messages.find_message(wandb_message)
    if not wording.known:
        return say("W&B would refuse the link (its wording is undocumented)")
    speaker = say("the SDK") if wording.speaker == "sdk" else "W&B"
    return say(
        '{speaker} would answer: "{text}"',
        speaker=speaker,
        text=wandb_messages.fill_message(wandb_message, **facts),
    )


_ORDER = ("error", "warning", "info")


def worst_in_path(context: Context, target: LinkTarget) -> Problem | None:
    """The worst problem of the path itself, None when it is a good one. An info is left out.

    Of the legacy registry the check `destination` knows more: whether it was migrated, and where to (A14); of a path
    that begins with the word registry, whether there is such an entity.
    """
    problems = [
        item
        for item in judge_target(_with_known_facts(context, target))
        if item.severity == "error" or (item.severity == "warning" and not _is_known_better(item))
    ]
    return min(problems, key=lambda item: (_ORDER.index(item.severity), item.start), default=None)


def _is_known_better(problem: Problem) -> bool:
    return problem.rule == rule_codes.LEGACY_MODEL_REGISTRY or (
        problem.rule == rule_codes.MISSING_REGISTRY_PREFIX and problem.kind == "entity"
    )


def may_be_hidden(organization: str) -> str:
    """The note on a registry that the server does not show."""
    return say(
        "it is missing in {where}, or restricted and not shown to you (W&B does not tell which)", where=organization
    )


def problem_of_link(context: Context, target: LinkTarget, judgement: Judgement) -> Problem:
    """The problem behind a judgement, as lint would report it if it knew what the server knows."""
    resolved = _with_known_facts(context, target)
    problem = judgement.problem or Problem(judgement.rule or rule_codes.INTERNAL_ERROR)
    cause = find_cause(judge_target(resolved, context.view), problem.rule, target.text)
    organization = {"organization": judgement.organization} if judgement.organization else {}
    own = cause or replace(problem, target=resolved, view=context.view)
    return replace(own, facts={**organization, **problem.facts, **own.facts}, failure=problem.failure or own.failure)


def _with_known_facts(context: Context, target: LinkTarget) -> LinkTarget:
    """The target with the entity that its run would have, and the artifact's type, where they are known."""
    entity, artifact_type = context.run_entity(target), context.type_of(target)
    known_type = target.artifact_type if artifact_type is None else as_string(artifact_type)
    known_entity = target.entity if entity is None else as_string(entity.value)
    return replace(target, entity=known_entity, artifact_type=known_type)


def name_destination(link: LinkInput) -> str:
    """Where a project-level link goes: `collection "zoo" of the project "model" of team-a`."""
    collection, project = quoted(show_unknown(link.collection)), quoted(show_unknown(link.project))
    return say(
        "collection {collection} of the project {project} of {entity}",
        collection=collection,
        project=project,
        entity=show_unknown(link.entity or ""),
    )
