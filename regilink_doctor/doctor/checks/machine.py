"""Checks of this machine: no request is made."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.client.hosts import without_login
from regilink_doctor.core import rule_codes
from regilink_doctor.core.origin import Origin, Variable
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.sdk_versions import LONG_KEYS, hides
from regilink_doctor.doctor.base import Check, Outcome, Subject, block_check, pass_check, report_problem, skip_check
from regilink_doctor.doctor.context import Context

_RULES = {
    "host": rule_codes.NOT_WANDB,
    "settings": rule_codes.NOT_WANDB,
    "mode": rule_codes.LINK_WHILE_OFFLINE,
    "project": rule_codes.INVALID_NAME,
    "proxy": rule_codes.HOST_UNREACHABLE,
}
"""The rule of a setting that wandb refuses."""


class WandbVersion(Check):
    """Which wandb the code would run with, and what that version hides (B14)."""

    name = "wandb"
    group = "Environment"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The one installation."""
        wandb = context.settings.wandb
        yield Subject(say("wandb {version}", version=wandb.version) if wandb.version else "wandb", wandb.origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Compare the version with those that hide failures."""
        wandb = context.settings.wandb
        if wandb.version is None and wandb.package is not None:
            return skip_check(
                say(
                    "the wandb in {environment} ({origin}) is broken: its version cannot be read; "
                    "pip install --force-reinstall wandb; the settings are read as the newest version would",
                    environment=wandb.environment,
                    origin=wandb.origin.shown,
                )
            )
        if wandb.version is None:
            return skip_check(
                say(
                    "not installed in {environment} ({origin}): the settings are those of the newest version that "
                    "regilink knows; pip install 'wandb>={version}', or name another Python with --python",
                    environment=wandb.environment,
                    origin=wandb.origin.shown,
                    version=LONG_KEYS,
                )
            )
        if effect := hides(wandb.version):
            facts = {"version": say("wandb {version}", version=wandb.version), "effect": effect}
            facts["help"] = f"pip install --upgrade 'wandb>={LONG_KEYS}'"
            return report_problem(Problem(rule_codes.SDK_TOO_OLD, failure="B14", facts=facts), status="warn")
        return pass_check(say("wandb {version}: a link that fails raises an exception", version=wandb.version))


class SettingsCheck(Check):
    """Whether wandb accepts its settings; it validates them before it does anything."""

    name = "settings"
    group = "Environment"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The settings with a problem; all of them in one row when there is none."""
        problems = context.settings.problems
        for each in problems:
            yield Subject(each.setting, each.origin)
        if not problems:
            yield Subject("settings")

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Say the problem."""
        settings = context.settings
        found = next((p for p in settings.problems if (p.setting, p.origin) == (subject.shown, subject.origin)), None)
        if found is None:
            return pass_check("wandb accepts every setting that it finds")
        # The address of a proxy is not shown: it may have a password in it.
        values = {"host": settings.host, "mode": settings.mode, "project": settings.project}
        value = values.get(found.setting)
        facts = {
            "value": without_login(value.value) if value else "",
            "origin": found.origin.shown,
            "wrong": found.what,
            "effect": found.effect,
            "help": found.help,
        }
        # A file with a wrong line is dropped with a line on the screen; a wrong variable stops wandb.
        return report_problem(
            Problem(_RULES[found.setting], kind="setting", failure="C19", facts=facts),
            status="warn" if found.setting == "settings" else "fail",
        )


class Mode(Check):
    """Whether wandb talks to a server at all (C1 to C5)."""

    name = "mode"
    group = "Environment"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The mode."""
        yield Subject(context.settings.mode.value, context.settings.mode.origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Warn of the modes in which nothing is linked."""
        settings = context.settings
        if settings.problem_of("mode"):
            return block_check("settings", "mode")
        if not settings.offline and not settings.disabled:
            return pass_check("online")
        rule = rule_codes.LINK_WHILE_OFFLINE if settings.offline else rule_codes.LINK_WHILE_DISABLED
        facts = {"mode": subject.shown, "online": _how_to_be_online(settings.mode.origin)}
        return report_problem(
            Problem(rule, kind="mode", facts=facts),
            status="warn",
            notes=[say("the rest of this report assumes the mode online")],
        )


class Credentials(Check):
    """Whether wandb finds an API key in the places where it looks for one (C18)."""

    name = "credentials"
    group = "Environment"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The key for the host."""
        yield Subject(context.gateway.shown, context.settings.credentials.origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """The key's presence and form; never the key."""
        credentials = context.settings.credentials
        # `wandb login` refuses an address without a scheme, which wandb accepts from its settings.
        host = {"host": f"{'' if '://' in subject.shown else 'https://'}{subject.shown}"}
        if credentials.two_ways:
            return report_problem(Problem(rule_codes.CREDENTIALS_MISSING, kind="two-ways"))
        if credentials.token_file is not None:
            token, origin = credentials.token_file.value, credentials.token_file.origin.shown
            return skip_check(
                say(
                    "wandb would log in with the identity token of {token} ({origin}), which regilink cannot use yet: "
                    "set WANDB_API_KEY for this check",
                    token=token,
                    origin=origin,
                )
            )
        if credentials.key is None:
            facts = {**host, "places": join_phrases(", ", credentials.looked_in)}
            return report_problem(Problem(rule_codes.CREDENTIALS_MISSING, facts=facts))
        if wrong := credentials.key.problem():
            facts = {**host, "origin": _show_origin(credentials.origin), "wrong": wrong}
            return report_problem(Problem(rule_codes.CREDENTIALS_REJECTED, kind="malformed", facts=facts))
        return pass_check(say("a key from {origin}", origin=_show_origin(credentials.origin)))


def _how_to_be_online(origin: Origin) -> str:
    return origin.how_to_unset() if isinstance(origin, Variable) else origin.how_to_set("online")


def _show_origin(origin: Origin | None) -> str:
    return origin.shown if origin is not None else "nowhere"
