"""What a check is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.core.check_result import Status
from regilink_doctor.core.origin import Origin
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import record
from regilink_doctor.core.targets import ConsumedName, LinkTarget
from regilink_doctor.doctor.context import Context
from regilink_doctor.rules import rule_for


@record
class Subject:
    """What a check looks at. `shown` names it in the report, `origin` is where it comes from.

    A check that requires another is stopped by the other's row of the same `target`, or of the same `entity`; where
    there is neither, by any of its rows.
    """

    shown: str
    origin: Origin | None = None
    target: LinkTarget | ConsumedName | None = None
    entity: str | None = None


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
        """What there is to look at; nothing to look at means no row at all."""
        raise NotImplementedError

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """The finding.

        Raises:
            ServerConnectionError: the server did not answer; the runner makes a row of it.
        """
        raise NotImplementedError


def pass_check(message: str) -> Outcome:
    """All is well."""
    return Outcome("pass", message)


def skip_check(reason: str) -> Outcome:
    """Not looked at, and why."""
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
    """A problem in the words of its rule.

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
    """The server did not answer, or not as it should."""
    return report_problem(fault.problem, notes=notes)


def report_unreachable_host(context: Context) -> Outcome:
    """The settings name no address that a request could be sent to."""
    problem = context.settings.unreachable
    return block_check("settings", problem.setting if problem else "host")
