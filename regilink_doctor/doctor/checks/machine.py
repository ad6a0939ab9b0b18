"""Checks of this machine, and of what code and environment override: no request is made."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from regilink_doctor.client.hosts import HostRefused, normal_host, suggested_host, without_login
from regilink_doctor.core import rule_codes
from regilink_doctor.core.judgement import Judgement, resolve_organization
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.origin import Argument, Code, Configured, Origin, Setting, Variable
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import replace
from regilink_doctor.core.sdk_versions import LONG_KEYS, hides
from regilink_doctor.core.target_path import is_known, parse
from regilink_doctor.core.targets import LinkTarget, as_string, target_of
from regilink_doctor.doctor.base import Check, Outcome, Subject, block_check, pass_check, report_problem, skip_check
from regilink_doctor.doctor.checks.target import target_of_subject
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.wording import answer_of, list_names

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
        """The settings with a problem; all of them in one result when there is none."""
        problems = context.settings.problems
        for item in problems:
            yield Subject(item.setting, item.origin)
        if not problems:
            yield Subject("settings")

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Say the problem."""
        settings = context.settings
        refusal = next((p for p in settings.problems if (p.setting, p.origin) == (subject.shown, subject.origin)), None)
        if refusal is None:
            return pass_check("wandb accepts every setting that it finds")
        # The address of a proxy is not shown: it may have a password in it.
        values = {"host": settings.host, "mode": settings.mode, "project": settings.project}
        value = values.get(refusal.setting)
        facts = {
            "value": without_login(value.value) if value else "",
            "origin": refusal.origin.setting if value else refusal.origin.shown,
            "wrong": refusal.what,
            "effect": refusal.effect,
            "help": refusal.help,
        }
        # A file with a wrong line is dropped with a line on the screen; a wrong variable stops wandb.
        return report_problem(
            Problem(_RULES[refusal.setting], kind="setting", failure="C19", facts=facts),
            status="warn" if refusal.setting == "settings" else "fail",
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
        origin = settings.mode.origin
        online = origin.how_to_unset() if isinstance(origin, Variable) else origin.how_to_set("online")
        facts = {"mode": subject.shown, "online": online}
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
        # The address of the server that the settings mean: `wandb login` refuses one that wandb refuses.
        host = {"host": suggested_host(subject.shown, context.settings.wandb.number)}
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


def _show_origin(origin: Origin | None) -> str:
    return origin.shown if origin is not None else "nowhere"


class CodeAndEnvironment(Check):
    """Where the code and the environment differ, and which of the two wins (A15, B2)."""

    name = "code-and-environment"
    group = "Environment"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """Each place in the code that says something else than the environment, and sweeps, which drop what it says."""
        for item in find_differences(context).values():
            yield Subject(item.shown, item.entity_origin, item)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Say both. Neither is wrong: in a sweep, what the code says is lost."""
        target = target_of_subject(subject)
        sweep = context.settings.sweep
        if sweep is not None and target.entity_text:
            facts = {"entity": target.entity_text, "place": _show_line(target), "sweep": sweep.origin.shown}
            problem = Problem(rule_codes.ENTITY_IGNORED_IN_SWEEP, kind="environment", facts=facts)
            return report_problem(problem, status="warn")
        return pass_check(describe_difference(context, target))


class Expected(Check):
    """What only regilink's configuration says: wandb does not read it (C19, B2)."""

    name = "configuration"
    group = "Environment"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The host, where the configuration alone names it."""
        host = context.settings.host
        if isinstance(host.origin, Configured) and host.value != context.settings.default_host:
            yield Subject(host.value, host.origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Say what to set, so that wandb goes there, too."""
        settings, host = context.settings, context.gateway.shown
        facts = {"host": host, "origin": settings.host.origin.setting, "default": settings.default_host}
        return report_problem(
            Problem(rule_codes.NOT_WANDB, kind="configured", facts=facts),
            status="warn",
            notes=[say("the rest of this report is about {host}", host=host)],
        )


class ServerInCode(Check):
    """Whether the code itself names another server than the environment: wandb goes there (C19)."""

    name = "server-in-code"
    group = "Environment"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """Each other address that the code gives to wandb, with all its places."""
        places: dict[str, list[Origin]] = {}
        for address in context.source.servers:
            if address.literal is None or _normal(context, address.literal) != context.settings.host.value:
                places.setdefault(address.display, []).append(Code(address.place, variables=address.variables_read))
        for shown, origins in places.items():
            yield Subject(shown, origins[0], places=tuple(origins))

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Say that this report is about another server."""
        address = next(item for item in context.source.servers if item.display == subject.shown)
        asked = context.gateway.shown
        if address.literal is None:
            what = list_names(dict.fromkeys(f"`{part.source}`" for _, part in address.unknown_parts))
            return skip_check(
                say(
                    "the server ({what}) is known only when the program runs: the rest of this report is about {asked}",
                    what=what,
                    asked=asked,
                )
            )
        facts = {"host": without_login(address.literal), "asked": asked}
        return report_problem(Problem(rule_codes.NOT_WANDB, kind="in-code", failure="C19", facts=facts), status="warn")


def _normal(context: Context, address: str) -> str:
    """The address as wandb would use it; as it is written where wandb refuses it."""
    with suppress(HostRefused):
        return normal_host(address, context.settings.wandb.number)
    return address


def find_differences(context: Context) -> dict[tuple[object, ...], LinkTarget]:
    """The first target for each thing that the code says and the environment says otherwise."""
    targets: dict[tuple[object, ...], LinkTarget] = {}
    for target in context.targets:
        if target.place is None or not target.is_known:
            continue
        if (context.settings.sweep is not None and target.entity_text) or describe_difference(context, target):
            targets.setdefault((target.entity_text, target.project_text, target.entity_origin), target)
    return targets


def describe_difference(context: Context, target: LinkTarget) -> str:
    """What code and environment say differently, and what counts; empty where they agree."""
    settings = context.settings
    said = []
    for what, code, setting in (
        ("entity", None if target.is_entity_set_outside else target.entity_text, settings.entity),
        ("project", target.project_text, settings.project),
    ):
        if code and setting is not None and is_known(code) and code != setting.value:
            wins = setting.origin.shown if isinstance(setting.origin, Argument) else say("the code")
            said.append(
                say(
                    "{place} says {what} {code}, {origin} says {given}: {wins} wins",
                    place=_show_line(target),
                    what=what,
                    code=code,
                    origin=setting.origin.shown,
                    given=setting.value,
                    wins=wins,
                )
            )
    prefix = parse(target.text).prefix if context.links_registry(target) else None
    setting = settings.organization
    if prefix and setting is not None and setting.value and setting.value != prefix:
        where, other = target.written_at.shown, setting.origin.shown
        said.append(
            say(
                "{where} says organization {prefix}, {other} says {given}: the path wins",
                where=where,
                prefix=prefix,
                other=other,
                given=setting.value,
            )
        )
    return join_phrases("; ", said) if said else ""


def _show_line(target: LinkTarget) -> str:
    """The line that gives the run's entity and project."""
    origin = target.entity_origin
    return origin.line if isinstance(origin, Code) else origin.shown


class OrganizationVariable(Check):
    """Whether `WANDB_ORGANIZATION` fits: it decides for every path that names no organization (A15)."""

    name = "organization-variable"
    group = "Account"
    requires = ("account",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The variable, where it is set."""
        setting = context.settings.organization
        if setting is not None:
            yield Subject(setting.value, setting.origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Whether the run's entity belongs to it."""
        origin = subject.origin or Variable("WANDB_ORGANIZATION")
        if not subject.shown:
            return report_problem(
                Problem(rule_codes.ORGANIZATION_VARIABLE, kind="empty", failure="A15"),
                status="warn",
                notes=[say("the SDK would answer: \"Organization '' not found.\"")],
                help=origin.how_to_unset(),
            )
        context.queries.look_up_links()
        entities = self._find_entities(context)
        if not entities:
            return skip_check("no link of a known team leaves its organization to this variable")
        for entity in entities:
            judgement = resolve_organization(entity, subject.shown, context.view)
            if isinstance(judgement, Judgement):
                return self._report_wrong(context, Setting(subject.shown, origin), entity, judgement)
        return pass_check(
            say(
                "{subject} ({origin}) is the organization of {entities}",
                subject=subject.shown,
                origin=origin.shown,
                entities=list_names(entities),
            )
        )

    def _find_entities(self, context: Context) -> list[str]:
        """The teams that the variable decides for: of the links that name no organization."""
        shorthand = [item for item in context.targets if context.links_registry(item) and not parse(item.text).prefix]
        names = [link.source_entity for item in shorthand if (link := context.link_of(item)) is not None]
        if not context.targets and (own := context.run_entity()) is not None:
            names.append(own.value)
        entities = [(name, context.view.entity(name)) for name in dict.fromkeys(names)]
        return [name for name, facts in entities if facts and facts.kind == "team" and facts.organizations]

    def _report_wrong(self, context: Context, setting: Setting[str], entity: str, judgement: Judgement) -> Outcome:
        facts = context.view.entity(entity)
        if facts is None:
            raise LookupError("the entity was known a moment ago")
        names = facts.organizations[0]
        details = [answer_of(judgement)]
        choices = f"{setting.origin.how_to_unset()}\nor: {setting.origin.how_to_set(names.name)}"
        if setting.value == entity:
            problem = Problem(rule_codes.ORGANIZATION_VARIABLE, failure="A15", facts={"value": setting.value})
            return report_problem(problem, notes=details, help=choices)
        target = replace(target_of(f"{setting.value}/{REGISTRY_PREFIX}model/zoo"), entity=as_string(entity))
        problem = Problem(
            judgement.rule or rule_codes.UNKNOWN_ORGANIZATION, failure="A13", target=target, view=context.view
        )
        return report_problem(problem, notes=details, help=choices)
