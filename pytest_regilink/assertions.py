"""Assertions about what a program has linked and consumed, usable without the plugin.

Each takes the links of a ledger (`emulator.ledger.links`) and a place: a text with or without the organization's entity
in front (`*` stands for any letters), a `TargetPath`, or the SDK's own artifact object. A failure shows everything that
was attempted instead, and why it was refused.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_regilink.link_matcher import place
from regilink_doctor.core.target_path import parse, problems
from regilink_doctor.report.ledger import render, taken_on_trust

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from regilink_doctor.core.ledger import Assumed, LinkAttempt
    from regilink_doctor.emulator.ledger import Consumption

__tracebackhide__ = True


def assert_linked(
    attempts: Iterable[LinkAttempt],
    path: object,
    *,
    type: str | None = None,
    aliases: Collection[str] | None = None,
    exact: bool = False,
    assumed: Sequence[Assumed] = (),
) -> LinkAttempt:
    """A link went to `path`: the last one that did, of this type and with at least these aliases where they are given.

    With `exact` it was the only one there, and has these aliases and no others.

    Raises:
        AssertionError: none did; the message shows those that were attempted.
    """
    __tracebackhide__ = True
    tried, there = tuple(attempts), place(path)
    found = [attempt for attempt in tried if there.got(attempt)]
    if exact and len(found) > 1:
        raise AssertionError(story(f"linked to {str(there)!r} {len(found)} times, not once", tried, assumed))
    for attempt in reversed(found):
        if (
            type in (None, attempt.source_type)
            and not _lacking(attempt, aliases)
            and not _more(attempt, aliases, exact)
        ):
            return attempt
    if not found:
        raise AssertionError(story(f"nothing was linked to {str(there)!r}", tried, assumed))
    last = found[-1]
    if type not in (None, last.source_type):
        what = f"linked to {str(there)!r} with type {last.source_type!r}, not {type!r}"
    elif lacking := _lacking(last, aliases):
        what = f"linked to {str(there)!r} without {_named(lacking)}; it has {_named(last.aliases)}"
    else:
        what = f"linked to {str(there)!r} also with {_named(_more(last, aliases, exact))}"
    raise AssertionError(story(what, tried, assumed))


def assert_not_linked(attempts: Iterable[LinkAttempt], path: object = None, *, assumed: Sequence[Assumed] = ()) -> None:
    """No link went to `path`; without one, no link went anywhere.

    Raises:
        AssertionError: one did.
    """
    __tracebackhide__ = True
    tried = tuple(attempts)
    there = None if path is None else place(path)
    if any(attempt.destination and (there is None or there.got(attempt)) for attempt in tried):
        what = "something was linked" if there is None else f"something was linked to {str(there)!r}"
        raise AssertionError(story(what, tried, assumed))


def assert_refused(
    attempts: Iterable[LinkAttempt],
    path: object,
    *,
    code: str | None = None,
    failure: str | None = None,
    assumed: Sequence[Assumed] = (),
) -> LinkAttempt:
    """A link to `path` was refused, for the rule `code` or the entry `failure` of the failure index; the last one.

    Raises:
        AssertionError: none was.
    """
    __tracebackhide__ = True
    tried, there = tuple(attempts), place(path)
    refused = [attempt for attempt in tried if attempt.verdict == "refused" and there.was_asked_for(attempt)]
    for attempt in reversed(refused):
        if code in (None, attempt.code) and failure in (None, attempt.failure):
            return attempt
    wanted = " and ".join(each for each in (code, f"failure {failure}" if failure else None) if each)
    if refused:
        what = f"the link to {str(there)!r} was refused, but not for {wanted}"
    else:
        what = f"no link to {str(there)!r} was refused"
    raise AssertionError(story(what, tried, assumed))


def assert_consumed(consumed: Iterable[Consumption], name: object, *, how: str | None = None) -> Consumption:
    """A version was fetched, used or downloaded (`how`: `fetch`, `use`, `download`); the last time.

    Raises:
        AssertionError: it was not; the message shows what was.
    """
    __tracebackhide__ = True
    entries, wanted = tuple(consumed), place(name)
    for entry in reversed(entries):
        path, _, version = entry.name.rpartition(":")
        if wanted.covers(path) and wanted.version in (None, version) and how in (None, entry.how):
            return entry
    verb = {"fetch": "fetched", "use": "used", "download": "downloaded"}.get(how or "", "consumed")
    lines = [f"{str(wanted)!r} was not {verb}"]
    if entries:
        lines += ["What was:", *(f"{each.how:<9} {each.name}" for each in entries)]
    else:
        lines[0] += ": nothing was consumed at all"
    raise AssertionError("\n".join(lines))


def assert_target_path(path: object) -> None:
    """`path` is a target path in a registry, with nothing wrong in its text.

    Raises:
        AssertionError: it is not.
    """
    __tracebackhide__ = True
    text = str(path)
    found = problems(text)
    if found:
        raise AssertionError(f"{text!r} is no target path: {', '.join(problem.rule for problem in found)}")
    if not parse(text).is_registry:
        raise AssertionError(f"{text!r} goes to a project, not to a registry (the prefix is `wandb-registry-`)")


def story(what: str, attempts: Sequence[LinkAttempt], assumed: Sequence[Assumed] = ()) -> str:
    """What is wrong, and everything that was attempted."""
    if attempts:
        lines = [f"{what}. Attempted:", *render(attempts, colour=False)]
    else:
        mode = os.environ.get("WANDB_MODE")
        shown = f" (WANDB_MODE is {mode!r})" if mode not in (None, "", "online") else ""
        lines = [
            f"{what}: no link was attempted at all{shown}.",
            "Either the code never came to its link, or it ran in offline or disabled mode, where nothing reaches a",
            "server.",
        ]
    return "\n".join([*lines, *taken_on_trust(assumed)])


def _lacking(attempt: LinkAttempt, aliases: Collection[str] | None) -> list[str]:
    return sorted(set(aliases or ()) - set(attempt.aliases))


def _more(attempt: LinkAttempt, aliases: Collection[str] | None, exact: bool) -> list[str]:
    return sorted(set(attempt.aliases) - set(aliases)) if exact and aliases is not None else []


def _named(aliases: Collection[str]) -> str:
    if not aliases:
        return "no alias"
    return ("the alias " if len(aliases) == 1 else "the aliases ") + ", ".join(repr(alias) for alias in aliases)
