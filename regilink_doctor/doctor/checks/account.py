"""Checks of the server and the account. One request feeds them all."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.client.connection_errors import REJECTED, TOO_OLD, ServerConnectionError
from regilink_doctor.client.credentials import Key
from regilink_doctor.core import rule_codes
from regilink_doctor.core.origin import Code
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import Problem
from regilink_doctor.doctor.base import (
    Check,
    Outcome,
    Subject,
    pass_check,
    report_no_answer,
    report_problem,
    report_unreachable_host,
    skip_check,
)
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.wording import list_names

SEARCH = "ARTIFACT_REGISTRY_SEARCH"
"""Without this feature `wandb.Api().registry()` and `registries()` raise (failure B13)."""


class Host(Check):
    """Whether a W&B server answers at the address (C19)."""

    name = "host"
    group = "Network"
    requires = ("connection", "proxy", "tls")

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The address."""
        yield Subject(context.gateway.shown, context.settings.host.origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Make the first request."""
        if context.settings.unreachable is not None:
            return report_unreachable_host(context)
        try:
            context.queries.account()
        except ServerConnectionError as fault:
            if fault.code not in (REJECTED, TOO_OLD):
                return report_no_answer(fault)
        return pass_check(
            say("{subject} answered in {number} ms", subject=subject.shown, number=context.gateway.elapsed_ms)
        )


class AccountCheck(Check):
    """Whose key it is, and whether the server accepts it (C18)."""

    name = "account"
    group = "Account"
    requires = ("host", "credentials")

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The key's owner."""
        yield Subject("account", context.settings.credentials.origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Read the first answer."""
        host, origin = context.gateway.shown, context.settings.credentials.origin
        source = origin.shown if origin is not None else "nowhere"
        try:
            account = context.queries.account()
        except ServerConnectionError as fault:
            return report_no_answer(fault)
        if account is None:
            facts = {"host": host, "origin": source}
            return report_problem(Problem(rule_codes.CREDENTIALS_REJECTED, kind="unknown-key", facts=facts))
        teams = list_names(team.name for team in account.teams if team.name != account.username) or "none"
        return pass_check(say("you are {username}; teams: {teams}", username=account.username, teams=teams))


class KeyInCode(Check):
    """Whether the code itself gives wandb another key: it then works with the account of that one (C18)."""

    name = "key-in-code"
    group = "Account"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """Each line that gives a key, but for that of this report."""
        own = context.settings.credentials.key
        others = [key for key in context.source.keys if own is None or key.literal is None or Key(key.literal) != own]
        for origin in dict.fromkeys(Code(key.place, variables=key.variables_read) for key in others):
            yield Subject(origin.line, origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Say that this report is about another account."""
        origin = context.settings.credentials.origin
        asked = origin.shown if origin is not None else say("this machine")
        return skip_check(
            say("the code gives wandb a key of its own: this report is about the account of {asked}", asked=asked)
        )


class ServiceAccount(Check):
    """Whether the key is a person's or a service account's, which works in its own team (B9)."""

    name = "service-account"
    group = "Account"
    requires = ("account",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The account."""
        account = context.queries.known_account
        yield Subject(account.username if account else "service-account")

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Read the second answer: the members of the default team tell."""
        account = context.account
        context.queries.look_up_links()
        if account.default_entity == account.username:
            return pass_check(say("{username} is a person's account", username=account.username))
        kind = context.view.service_account
        if kind is None:
            return skip_check(
                say(
                    "the server does not say whether {username} is a person or a service account",
                    username=account.username,
                )
            )
        if not kind:
            return pass_check(say("{username} is a person's account", username=account.username))
        return pass_check(
            say(
                "{username} is a service account of {default_entity}: its runs belong there",
                username=account.username,
                default_entity=account.default_entity,
            )
        )


class Server(Check):
    """Whether the server has the features that registries need (B13)."""

    name = "server"
    group = "Account"
    requires = ("account",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The server."""
        yield Subject(context.gateway.shown)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Look for the features that registries need."""
        features = context.queries.features
        if features is not None and SEARCH in features:
            return pass_check("the server can list registries and link into them")
        facts = {"host": subject.shown, "feature": SEARCH if features is not None else ""}
        return report_problem(Problem(rule_codes.SERVER_TOO_OLD, kind="features", facts=facts), status="warn")
