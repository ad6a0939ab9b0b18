"""Assertions about a ledger, usable without the plugin. A failure shows what was attempted instead.

Paths are texts, `TargetPath`, or anything else whose `str` is a path: `wandb-registry-model/zoo`, with or without the
organization's entity in front.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.core.target_path import parse, problems
from regilink_doctor.report.ledger import render

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from regilink_doctor.core.ledger import LinkAttempt


def assert_linked(
    attempts: Iterable[LinkAttempt],
    path: object,
    *,
    type: str | None = None,
    aliases: Collection[str] | None = None,
) -> LinkAttempt:
    """A link went to `path`: the last one that did, of this type and with at least these aliases where they are given.

    Raises:
        AssertionError: none did; the message shows those that were attempted.
    """
    tried = tuple(attempts)
    there = [attempt for attempt in tried if attempt.destination and _same(attempt.destination, path)]
    for attempt in reversed(there):
        if type in (None, attempt.source_type) and set(aliases or ()) <= set(attempt.aliases):
            return attempt
    if not there:
        raise AssertionError(_story(f"nothing was linked to {str(path)!r}", tried))
    last = there[-1]
    if type not in (None, last.source_type):
        raise AssertionError(_story(f"linked to {str(path)!r} with type {last.source_type!r}, not {type!r}", tried))
    missing = sorted(set(aliases or ()) - set(last.aliases))
    raise AssertionError(_story(f"linked to {str(path)!r} without the aliases {missing}, with {last.aliases}", tried))


def assert_not_linked(attempts: Iterable[LinkAttempt], path: object = None) -> None:
    """No link went to `path`; without one, no link went anywhere.

    Raises:
        AssertionError: one did.
    """
    tried = tuple(attempts)
    if any(attempt.destination and (path is None or _same(attempt.destination, path)) for attempt in tried):
        what = "something was linked" if path is None else f"something was linked to {str(path)!r}"
        raise AssertionError(_story(what, tried))


def assert_refused(attempts: Iterable[LinkAttempt], path: object, *, code: str | None = None) -> LinkAttempt:
    """A link to `path` was refused, for the rule `code` where it is given; the last one.

    Raises:
        AssertionError: none was.
    """
    tried = tuple(attempts)
    for attempt in reversed(tried):
        asked = f"{attempt.entity}/{attempt.project}/{attempt.collection}"
        if attempt.verdict == "refused" and _same(asked, path) and code in (None, attempt.code):
            return attempt
    reason = f" for {code}" if code else ""
    raise AssertionError(_story(f"no link to {str(path)!r} was refused{reason}", tried))


def assert_target_path(path: object) -> None:
    """`path` is a target path in a registry, with nothing wrong in its text.

    Raises:
        AssertionError: it is not.
    """
    text = str(path)
    found = problems(text)
    if found:
        raise AssertionError(f"{text!r} is no target path: {', '.join(problem.code for problem in found)}")
    if not parse(text).is_registry:
        raise AssertionError(f"{text!r} goes to a project, not to a registry")


def _same(destination: str, path: object) -> bool:
    """Whether `entity/project/collection` is the place that a path, with or without its entity, names."""
    return destination == str(path) or destination.split("/", 1)[1] == str(path)


def _story(what: str, attempts: Sequence[LinkAttempt]) -> str:
    if not attempts:
        return f"{what}: no link was attempted at all (in offline or disabled mode nothing reaches the server)"
    return "\n".join([f"{what}. Attempted:", *render(attempts, colour=False)])
