"""What a check is made of, and running one: on each of its subjects, unless a requirement was not met."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from typing import ClassVar

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.core import rule_codes
from regilink_doctor.core.check_result import CheckResult, Status
from regilink_doctor.core.origin import Origin
from regilink_doctor.core.phrases import join_phrases, rewrite_phrase, say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.targets import ConsumedName, LinkTarget
from regilink_doctor.core.text import mask_secrets
from regilink_doctor.doctor.context import Context
from regilink_doctor.rules import rule_for


@record
class Subject:
    """What a check looks at. `shown` names it in the report, `origin` is where it comes from.

    A check that requires another is stopped by the other's result for the same `target`, or for the same `entity`;
    where there is neither, by any of its results. `places` are all the places of a subject that is not a target, and
    `problem` tells those of one name and place apart.
    """

    shown: str
    origin: Origin | None = None
    target: LinkTarget | ConsumedName | None = None
    entity: str | None = None
    places: tuple[Origin, ...] = ()
    problem: str = ""


@record
class Outcome:
    """What a check found: the fields that `CheckResult` has of it."""

    status: Status
    message: str
    code: str | None = None
    note: str | None = None
    help: str | None = None
    failures: tuple[str, ...] = ()
    origin: Origin | None = None
    blocked_by: str = ""


GROUPS = (say("Environment"), say("Network"), say("Account"), say("Links"))
"""What the checks are about, in the order of the report."""


class Check:
    """A check. Its docstring says what it checks; the first line is its description on the doctor's page.

    `requires` are the names of checks that must not have failed, crashed or been skipped for the same subject. Without
    a `name` it is a base of checks. `opens_sockets`: it does not go through `requests`.
    """

    name: ClassVar[str] = ""
    group: ClassVar[str]
    requires: ClassVar[tuple[str, ...]] = ()
    opens_sockets: ClassVar[bool] = False

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """What there is to look at; nothing to look at means no result at all."""
        raise NotImplementedError

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """The finding.

        Raises:
            ServerConnectionError: the server did not answer; the runner makes a result of it.
        """
        raise NotImplementedError


def pass_check(message: str) -> Outcome:
    """All is well."""
    return Outcome("pass", message)


def skip_check(reason: str) -> Outcome:
    """Skipped, and why."""
    return Outcome("skip", reason)


def block_check(name: str, subject: str = "", verb: str = "") -> Outcome:
    """A skip because the check `name` failed."""
    about = f" ({subject})" if subject else ""
    return Outcome(
        "skip",
        say("skipped: `{name}`{about} {verb}", name=name, about=about, verb=verb or say("failed")),
        blocked_by=name,
    )


def report_problem(
    problem: Problem,
    *,
    status: Status = "fail",
    notes: Iterable[str] = (),
    help: str | None = None,
    more_help: Iterable[str] = (),
) -> Outcome:
    """A problem with the message of its rule.

    Args:
        problem: the problem.
        status: of the check.
        notes: what only the server or this machine shows; empty ones are left out.
        help: what to write, where the doctor knows it better than the rule: the teams that there are.
        more_help: further lines of the help.
    """
    rule = rule_for(problem.rule)
    message = rule.explain(problem)
    return Outcome(
        status,
        message.summary,
        rule.code,
        _join_lines([message.note, *notes]),
        _join_lines([help or message.help, *more_help]),
        (problem.failure,) if problem.failure else rule.failures,
    )


def _join_lines(lines: Iterable[str | None]) -> str | None:
    written = [line for line in lines if line]
    return join_phrases("\n", written) if written else None


def report_no_answer(fault: ServerConnectionError, *notes: str) -> Outcome:
    """The server did not answer, or not as it should: whatever asked it, what it asked about stays unknown."""
    return replace(report_problem(fault.problem, notes=notes), blocked_by="host")


def report_unreachable_host(context: Context) -> Outcome:
    """The settings name no address that a request could be sent to."""
    problem = context.settings.unreachable
    return block_check("settings", problem.setting if problem else "host")


def run_check(
    examination: Check, context: Context, before: Sequence[tuple[Subject, CheckResult]]
) -> list[tuple[Subject, CheckResult]]:
    """The results of one check.

    Args:
        examination: the check.
        context: what it may ask.
        before: the results of the checks before it, on which it may depend.
    """
    results: list[tuple[Subject, CheckResult]] = []
    try:
        subjects = list(examination.find_subjects(context))
    except Exception as error:  # a doctor does not fall over a check of its own: the result says so
        subject = Subject(examination.name)
        return [(subject, _build_result(examination, subject, _report_crash(error), 0, ()))]
    for subject in subjects:
        begun = time.monotonic()
        outcome = _find_blocker(examination, subject, before) or _run_guarded(examination, context, subject)
        places = context.places_of(subject.target) if subject.target is not None else subject.places
        result = _build_result(examination, subject, outcome, milliseconds_since(begun), places)
        results.append((subject, _mask_result(result)))
    return results


def _mask_result(check: CheckResult) -> CheckResult:
    """The result without any secret: the last guard, whatever a check may have quoted."""
    origin = check.origin.rewrite(mask_secrets) if check.origin is not None else None
    texts = (check.subject, check.message, check.note, check.help)
    if origin == check.origin and all(text is None or mask_secrets(text) == text for text in texts):
        return check
    subject, message, note, advice = (None if text is None else rewrite_phrase(text, mask_secrets) for text in texts)
    return replace(check, subject=subject or "", message=message or "", note=note, help=advice, origin=origin)


def _run_guarded(examination: Check, context: Context, subject: Subject) -> Outcome:
    try:
        return examination.run_check(context, subject)
    except ServerConnectionError as fault:
        return report_no_answer(fault)
    except Exception as error:
        return _report_crash(error)


def _report_crash(error: Exception) -> Outcome:
    """A check that broke. Only the exception's type and place: its text may quote anything."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else say("the check")
    facts = {"where": where, "error": type(error).__name__, "rest": say("the other checks have run")}
    return report_problem(Problem(rule_codes.INTERNAL_ERROR, facts=facts), status="crash")


def _find_blocker(
    examination: Check, subject: Subject, before: Sequence[tuple[Subject, CheckResult]]
) -> Outcome | None:
    """The reason not to look, when a requirement was not met."""
    for name in examination.requires:
        results = [(other, check) for other, check in before if check.name == name]
        same = [check for other, check in results if _is_same_subject(subject, other)]
        # Results for other targets or entities alone say nothing about this one.
        is_particular = (
            subject.entity is not None and bool(results) and all(item.entity or item.target for item, _ in results)
        )
        for check in same or ([] if is_particular else [check for _, check in results]):
            if check.status == "skip":
                # The cause, not the chain of what hangs on it.
                return Outcome("skip", check.message, blocked_by=check.blocked_by)
            if check.status in ("fail", "crash"):
                about = check.subject if check.subject not in (name, subject.shown) else ""
                blocked = block_check(name, about, say("failed") if check.status == "fail" else say("crashed"))
                return replace(blocked, blocked_by=check.blocked_by or name)
    return None


def _is_same_subject(subject: Subject, other: Subject) -> bool:
    if other.target is not None:
        return other.target == subject.target
    return other.entity is not None and other.entity == subject.entity


def _build_result(
    examination: Check, subject: Subject, outcome: Outcome, duration_ms: int, places: Sequence[Origin]
) -> CheckResult:
    return CheckResult(
        name=examination.name,
        status=outcome.status,
        subject=subject.shown,
        message=outcome.message,
        code=outcome.code,
        note=outcome.note,
        help=outcome.help,
        origin=outcome.origin or subject.origin,
        failures=outcome.failures,
        requires=examination.requires,
        duration_ms=duration_ms,
        also_at=tuple(places[1:]),
        blocked_by=outcome.blocked_by,
        group=examination.group,
    )


def milliseconds_since(begun: float) -> int:
    """Milliseconds since `time.monotonic()` was `begun`."""
    return round((time.monotonic() - begun) * 1000)
