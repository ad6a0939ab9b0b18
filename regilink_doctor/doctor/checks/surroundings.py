"""Checks of a link's surroundings: the artifact that was fetched to be linked, and the aliases that it gets."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.client.questions import VersionQuestion
from regilink_doctor.core import rule_codes
from regilink_doctor.core.judgement import Judgement
from regilink_doctor.core.naming import NAME_MAX, is_version
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import LinkInput, Problem
from regilink_doctor.core.strings import StringValue
from regilink_doctor.core.target_path import is_known, registry_name
from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.doctor.base import Check, Outcome, Subject, block_check, pass_check, report_problem, skip_check
from regilink_doctor.doctor.checks.target import OfTarget, target_of_subject
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.lookups import version_question
from regilink_doctor.doctor.wording import quote_message
from regilink_doctor.rules.aliases import correct_alias, find_wrong


class SourceVisible(Check):
    """Whether you may see the project of the artifact that is linked on: the SDK links from there (C6)."""

    name = "source"
    group = "Links"
    requires = ("target-path", "account")

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The links of artifacts that were fetched by a name."""
        for target in context.targets:
            if target.consumed is not None and target.is_known:
                yield Subject(target.shown, target.written_at, target)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """REG806 where the source's project is not shown."""
        target = target_of_subject(subject)
        context.queries.look_up_links()
        name = target.consumed
        fetch = context.resolve_consumed(name) if name is not None else None
        if name is None or fetch is None or not is_known(fetch.entity):
            return skip_check("the name of the artifact is known only when the program runs")
        question = version_question(fetch, context.view)
        version = context.view.version(question) if isinstance(question, VersionQuestion) else None
        if version is None:
            return block_check("consumed", name.shown)
        if version.source is not None:
            return pass_check(
                say(
                    "{name} was logged in {source}, which you may see", name=name.shown, source="/".join(version.source)
                )
            )
        problem = Problem(rule_codes.SOURCE_NOT_VISIBLE, failure="C6", facts={"name": name.shown})
        details = [say("it was logged in a project that {username} may not see", username=context.account.username)]
        return report_problem(problem, notes=[*details, quote_message("entity-name-required")])


class Aliases(OfTarget):
    """Whether the link's aliases are valid, and whether you may set them (B10, B11, D5)."""

    name = "aliases"
    group = "Links"
    requires = ("role",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The targets that give aliases."""
        return [each for each in super().find_subjects(context) if target_of_subject(each).alias_names]

    def explain_judgement(self, context: Context, target: LinkTarget, made: LinkInput, judgement: Judgement) -> Outcome:
        """The worst of them."""
        organization, name = judgement.organization or "", registry_name(made.project)
        for string in target.aliases:
            if problem := _find_problem(string):
                return report_problem(problem, notes=[quote_message("invalid-aliases")])
        protected = [
            alias for alias in target.alias_names if alias in _protected_aliases_of(context, organization, name)
        ]
        best = context.account.best_role(context.view.list_grants(organization, name))
        if protected and (best is None or best.role != "admin"):
            role = (
                say("you are {role}", role=best.role.replace("_", " "))
                if best
                else say("the server does not say that you are one")
            )
            facts = {"alias": protected[0], "registry": name}
            details = [role, quote_message("alias-protected", facts)]
            return report_problem(
                Problem(rule_codes.PROTECTED_ALIAS, failure="B10", facts=facts), status="warn", notes=details
            )
        for alias in target.alias_names:
            if is_version(alias):
                return report_problem(
                    Problem(rule_codes.VERSION_AS_ALIAS, failure="B11", facts={"alias": alias}), status="warn"
                )
        return pass_check(
            say("the link moves {alias_names} to the new version", alias_names=", ".join(target.alias_names))
        )


def _protected_aliases_of(context: Context, organization: str, registry: str) -> frozenset[str]:
    """The aliases that the configuration or the catalog calls protected: the server tells nobody (row B10)."""
    filed = context.filed.catalog.registry(organization, registry) if context.filed else None
    return frozenset([*context.known.protected_aliases, *(filed.protected_aliases if filed else ())])


def _find_problem(alias: StringValue) -> Problem | None:
    """What is wrong with an alias itself."""
    wrong = find_wrong(alias)
    if wrong is None:
        return None
    shown = alias.pattern if len(alias.pattern) <= NAME_MAX else f"{alias.pattern[:20]}..."
    instead = "" if shown != alias.pattern else correct_alias(alias)
    return Problem(
        rule_codes.INVALID_ALIAS, failure="B11", facts={"alias": shown, "wrong": wrong[0], "instead": instead}
    )
