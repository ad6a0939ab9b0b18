"""Checks of what the environment and settings files say beside the code (A15, B2)."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.core import rule_codes
from regilink_doctor.core.judgement import Judgement, resolve_organization
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.origin import Argument, Code, Configured, Setting, Variable
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import is_known, parse
from regilink_doctor.core.targets import LinkTarget, as_string, target_of
from regilink_doctor.doctor.base import Check, Outcome, Subject, pass_check, report_problem, skip_check
from regilink_doctor.doctor.checks.target import target_of_subject
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.wording import answer_of, list_names


class CodeAndEnvironment(Check):
    """Where the code and the environment differ, and which of the two wins (A15, B2)."""

    name = "code-and-environment"
    group = "Environment"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """Each place in the code that says something else than the environment, and sweeps, which drop what it says."""
        for each in find_differences(context).values():
            yield Subject(each.shown, each.entity_origin, each)

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
        facts = {"host": host, "origin": settings.host.origin.shown, "default": settings.default_host}
        return report_problem(
            Problem(rule_codes.NOT_WANDB, kind="configured", facts=facts),
            status="warn",
            notes=[say("the rest of this report is about {host}", host=host)],
        )


def find_differences(context: Context) -> dict[tuple[object, ...], LinkTarget]:
    """The first target for each thing that the code says and the environment says otherwise."""
    found: dict[tuple[object, ...], LinkTarget] = {}
    for target in context.targets:
        if target.place is None or not target.is_known:
            continue
        if (context.settings.sweep is not None and target.entity_text) or describe_difference(context, target):
            found.setdefault((target.entity_text, target.project_text, target.entity_origin), target)
    return found


def describe_difference(context: Context, target: LinkTarget) -> str:
    """What code and environment say differently, and what counts; empty where they agree."""
    settings = context.settings
    said = []
    for what, code, given in (
        ("entity", target.entity_text, settings.entity),
        ("project", target.project_text, settings.project),
    ):
        if code and given is not None and is_known(code) and code != given.value:
            wins = given.origin.shown if isinstance(given.origin, Argument) else say("the code")
            said.append(
                say(
                    "{place} says {what} {code}, {origin} says {given}: {wins} wins",
                    place=_show_line(target),
                    what=what,
                    code=code,
                    origin=given.origin.shown,
                    given=given.value,
                    wins=wins,
                )
            )
    prefix = parse(target.text).prefix if context.links_registry(target) else None
    given = settings.organization
    if prefix and given is not None and given.value and given.value != prefix:
        where, other = target.written_at.shown, given.origin.shown
        said.append(
            say(
                "{where} says organization {prefix}, {other} says {given}: the path wins",
                where=where,
                prefix=prefix,
                other=other,
                given=given.value,
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
        given = context.settings.organization
        if given is not None:
            yield Subject(given.value, given.origin)

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
            found = resolve_organization(entity, subject.shown, context.view)
            if isinstance(found, Judgement):
                return self._report_wrong(context, Setting(subject.shown, origin), entity, found)
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
        shorthand = [each for each in context.targets if context.links_registry(each) and not parse(each.text).prefix]
        names = [link.source_entity for each in shorthand if (link := context.link_of(each)) is not None]
        if not context.targets and (own := context.run_entity()) is not None:
            names.append(own.value)
        known = [(name, context.view.entity(name)) for name in dict.fromkeys(names)]
        return [name for name, facts in known if facts and facts.kind == "team" and facts.organizations]

    def _report_wrong(self, context: Context, given: Setting[str], entity: str, found: Judgement) -> Outcome:
        facts = context.view.entity(entity)
        if facts is None:
            raise LookupError("the entity was known a moment ago")
        names = facts.organizations[0]
        details = [answer_of(found)]
        choices = f"{given.origin.how_to_unset()}\nor: {given.origin.how_to_set(names.name)}"
        if given.value == entity:
            problem = Problem(rule_codes.ORGANIZATION_VARIABLE, failure="A15", facts={"value": given.value})
            return report_problem(problem, notes=details, help=choices)
        target = replace(target_of(f"{given.value}/{REGISTRY_PREFIX}model/zoo"), entity=as_string(entity))
        problem = Problem(
            found.rule or rule_codes.UNKNOWN_ORGANIZATION, failure="A13", target=target, view=context.view
        )
        return report_problem(problem, notes=details, help=choices)
