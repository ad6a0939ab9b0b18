"""Checks of each target path in itself, and of links that are no registry links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from regilink_doctor.core import rule_codes
from regilink_doctor.core.judgement import Judgement
from regilink_doctor.core.naming import LEGACY_REGISTRY, MIGRATED_SUFFIX, REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import LinkInput, Problem
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import is_known, parse
from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.doctor.base import Check, Outcome, Subject, pass_check, report_problem, skip_check
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.wording import (
    answer_of,
    describe_unknown_entity,
    name_destination,
    problem_of_link,
    worst_in_path,
)

UNDOCUMENTED = say("what W&B does with this link is undocumented")

NOT_PAIRED = say(
    "which entity and type go with the path is known only when the program runs: give it as TARGET, with --entity and "
    "--type"
)


class TargetPathCheck(Check):
    """Whether the path is well formed: prefix, number of parts, names, placeholders (A1 to A17)."""

    name = "target-path"
    group = "Links"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """Every target."""
        for target in context.targets:
            yield Subject(target.shown, target.written_at, target)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """The problems of the target path; skipped if a part of it is unknown."""
        target = target_of_subject(subject)
        if not target.is_known:
            what = " and ".join(f"`{item}`" for item in target.unknown_sources) or "{?}"
            reasons = "; ".join(target.string.unknown_reasons)
            why = f" ({reasons})" if reasons else ""
            return skip_check(
                say(
                    "{what} is known only when the program runs{why}: pass the whole path as TARGET", what=what, why=why
                )
            )
        problem = worst_in_path(context, target)
        if problem is None:
            return pass_check(_describe_reading(target))
        return report_problem(problem, status="fail" if problem.severity == "error" else "warn")


class OfTarget(Check):
    """A check of each known target on the server."""

    registry_links: ClassVar[bool] = True

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The targets of this kind whose path is known, with their entity."""
        for target in context.targets:
            if target.is_known and context.links_registry(target) == self.registry_links:
                entity = context.run_entity(target)
                yield Subject(target.shown, target.written_at, target, entity.value if entity else None)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Judge the link, once the entity is known."""
        target = target_of_subject(subject)
        entity = context.run_entity(target)
        if entity is None or not is_known(entity.value):
            return skip_check(describe_unknown_entity(target))
        link = context.sdk_link(target)
        if not isinstance(link, LinkInput):
            return skip_check("see `target-path`")
        judgement = context.judge_target(target)
        outcome = self.explain_judgement(context, target, link, judgement)
        is_open = judgement.is_bad and outcome.status != "pass" and context.may_be_well(target)
        return skip_check(NOT_PAIRED) if is_open else outcome

    def explain_judgement(self, context: Context, target: LinkTarget, link: LinkInput, judgement: Judgement) -> Outcome:
        """What to say of the judgement."""
        raise NotImplementedError


class Destination(OfTarget):
    """Where a link goes that is not a registry link: W&B accepts it silently (A1, A2, A4, A14)."""

    name = "destination"
    group = "Links"
    requires = ("target-path", "account")
    registry_links = False

    def explain_judgement(self, context: Context, target: LinkTarget, link: LinkInput, judgement: Judgement) -> Outcome:
        """Misplaced, refused, or an ordinary project-level link."""
        if link.project == LEGACY_REGISTRY and judgement.outcome in ("refused", "linked"):
            return _check_legacy_registry(context, target, link, judgement)
        if judgement.is_bad:
            problem = problem_of_link(context, target, judgement)
            return report_problem(problem, notes=[answer_of(judgement)])
        if judgement.outcome == "unknown":
            return skip_check(UNDOCUMENTED)
        if target.place is None:  # an argument, or `targets` of the configuration: a registry is meant
            problem = Problem(rule_codes.MISSING_REGISTRY_PREFIX, failure="A1", target=target, view=context.view)
            place = say("it goes into {place}", place=name_destination(link))
            return report_problem(problem, status="warn", notes=[place])
        return pass_check(say("not a registry link: it goes into {place}", place=name_destination(link)))


def _check_legacy_registry(context: Context, target: LinkTarget, link: LinkInput, judgement: Judgement) -> Outcome:
    """The legacy model registry: closed where it was migrated, elsewhere a project of the team (A14)."""
    entity = link.entity or link.source_entity
    moved = entity + MIGRATED_SUFFIX
    facts = context.view.entity(entity)
    owners = [names for names in (facts.organizations if facts else ()) if context.view.registry(names.entity, moved)]
    problem = problem_of_link(context, target, judgement)
    if judgement.outcome == "linked":
        problem = replace(problem, rule=rule_codes.LEGACY_MODEL_REGISTRY, failure="A14")
        return report_problem(problem, status="warn", notes=[say("here it is a project of {entity}", entity=entity)])
    if problem.rule != rule_codes.LEGACY_MODEL_REGISTRY or not owners:
        return report_problem(problem, notes=[answer_of(judgement)])
    return report_problem(
        problem,
        notes=[
            say("it was migrated into the registry {moved} of {name}", moved=moved, name=owners[0].name),
            answer_of(judgement),
        ],
        help=say("write {code}", code=f'"{REGISTRY_PREFIX}{moved}/{link.collection}"'),
    )


def target_of_subject(subject: Subject) -> LinkTarget:
    """The target that a check looks at."""
    if not isinstance(subject.target, LinkTarget):
        raise LookupError("a check of targets without a target")
    return subject.target


def _describe_reading(target: LinkTarget) -> str:
    path = parse(target.text)
    if path.is_registry:
        return say("registry {registry}, collection {collection}", registry=path.registry, collection=path.collection)
    return say("not a registry path")
