"""The lines to write or run, so that each check ends with something that can be pasted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regilink_doctor.core import wandb_messages
from regilink_doctor.core.judgement import Judgement
from regilink_doctor.core.origin import Configured, Default, Setting, set_variable
from regilink_doctor.doctor.facts import Account

MOST = 5
"""Names that a line lists at the most."""


def list_names(names: Iterable[str]) -> str:
    """`a, b, c and 3 more`."""
    found = list(names)
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    return ", ".join(found[:MOST]) + more


def entity_line(team: str, given: Setting[str] | None) -> str:
    """The line that makes `team` the run's entity, in the place where the present one comes from."""
    if given is not None and not isinstance(given.origin, (Configured, Default)):
        return given.origin.how_to_set(team)
    return f'wandb.init(entity="{team}", ...)   or: {set_variable("WANDB_ENTITY", team)}'


def use_a_team(account: Account, given: Setting[str] | None, meant: str | None = None) -> str:
    """What to write so that the run belongs to a team: one line for each team of the account, the likeliest first."""
    names = [team.name for team in account.usable_teams]
    if not names:
        return (
            "ask an admin of your organization to take you into a team, or make one in the App; "
            'then: wandb.init(entity="THE-TEAM", ...)'
        )
    names.sort(key=lambda name: (name != meant, name != account.default_entity))
    lines = [entity_line(name, given) for name in names[:MOST]]
    if len(names) > MOST:
        lines.append(f"(and {len(names) - MOST} more teams)")
    return "\n".join(lines)


def answer_of(judgement: Judgement) -> str:
    """What the SDK or the server would say about a link that it refuses."""
    problem = judgement.problem
    return quote_message(problem.wandb_message, problem.facts) if problem is not None and problem.wandb_message else ""


def quote_message(wandb_message: str, facts: Mapping[str, str] = {}) -> str:
    """What the SDK or the server would say, where its wording is known."""
    wording = wandb_messages.find_message(wandb_message)
    if not wording.known:
        return "W&B would refuse the link (its wording is undocumented)"
    speaker = "the SDK" if wording.speaker == "sdk" else "W&B"
    return f'{speaker} would answer: "{wandb_messages.fill_message(wandb_message, **facts)}"'
