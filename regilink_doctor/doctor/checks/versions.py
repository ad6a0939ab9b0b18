"""Checks of consumed names: whether the version exists, for this account, with this type (part D of the index)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regilink_doctor.client.questions import CollectionQuestion, VersionQuestion
from regilink_doctor.core import rule_codes
from regilink_doctor.core.check_result import Status
from regilink_doctor.core.findings import Place
from regilink_doctor.core.judgement import Judgement
from regilink_doctor.core.naming import NAME_MAX, correct_alias
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.origin import Code, Origin
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import LinkInput, Problem, find_alias_problem
from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import Log, Site
from regilink_doctor.core.strings import StringValue
from regilink_doctor.core.target_path import is_known, parse, registry_name
from regilink_doctor.core.targets import EXISTENCE_LOOK_UPS, ConsumedName, LinkTarget, is_linked_before
from regilink_doctor.doctor.base import Check, Outcome, Subject, block_check, pass_check, report_problem, skip_check
from regilink_doctor.doctor.checks.target import OfTarget, target_of_subject
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.facts import Version
from regilink_doctor.doctor.server_queries import Lookup, collection_question, version_question
from regilink_doctor.doctor.wording import answer_of, list_names, may_be_hidden, quote_message, use_a_team
from regilink_doctor.rules.aliases import find_wrong
from regilink_doctor.rules.artifact_types import find_type_mismatch
from regilink_doctor.rules.consuming import find_wrong_scheme
from regilink_doctor.rules.judge import find_cause, judge_name
from regilink_doctor.rules.site_facts import find_creation
from regilink_doctor.rules.wording import close_alias, quoted

_Key = tuple[str, int | None, int]
"""File, cell and line."""


class ConsumedNameCheck(Check):
    """Whether the name that is consumed is well formed (D12, A3)."""

    name = "consumed-name"
    group = "Links"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """Every name that is consumed."""
        for item in context.consumed:
            yield Subject(item.shown, item.written_at, item)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """A scheme, or too many parts; skipped if a part of the name is unknown."""
        name = name_of(subject)
        if not name.is_known:
            what = " and ".join(f"`{item}`" for item in name.unknown_sources) or "{?}"
            return skip_check(say("{what} is known only when the program runs", what=what))
        if name.text.startswith("wandb-artifact://_id/"):
            return skip_check("the name is the id of a version, which is not looked up")
        if problem := find_wrong_scheme(name.text, name.call):
            return report_problem(problem)
        for wrong in _find_in_name(name)[:1]:
            return report_problem(wrong, status="fail" if wrong.severity == "error" else "warn")
        return pass_check(name.shown)


class ConsumedCheck(Check):
    """Whether the version that is consumed is there, for you, and has the type that the code says (D1 to D7)."""

    name = "consumed"
    group = "Links"
    requires = ("consumed-name", "account")

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The names of which every part is known."""
        for item in context.consumed:
            if item.is_known:
                yield Subject(item.shown, item.written_at, item)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Ask as the SDK would. What the name itself shows to be the cause is reported as that."""
        name = name_of(subject)
        outcome = self._look_up(context, name)
        in_name = _find_in_name(name) if outcome.status == "fail" else ()
        cause = find_cause(in_name, outcome.code, name.text)
        if cause is None and outcome.code == rule_codes.UNKNOWN_COLLECTION:
            cause = next(iter(in_name), None)
        return outcome if cause is None else report_problem(cause, notes=[outcome.message, outcome.note or ""])

    def _look_up(self, context: Context, name: ConsumedName) -> Outcome:
        context.queries.look_up_links()
        fetch = context.resolve_consumed(name)
        if fetch is None or not is_known(fetch.entity):
            return skip_check("the entity is known only when the program runs: give it with --entity")
        question = version_question(fetch, context.view)
        if isinstance(question, Judgement):
            return _report_unresolved(context, name, fetch, question)
        version, not_known = context.find(name, question), context.view.not_known
        if name.is_collection and version is None and "artifactCollections" in not_known:
            return skip_check("the server is too old to be asked for a collection")
        if not name.is_collection and "artifactCollectionMembership" in not_known:
            return skip_check("the server is too old to be asked for a version by its alias")
        if version is None:
            return _report_missing(context, name, fetch, question)
        restricted = _report_restricted(context, fetch, question) if not name.is_look_up else None
        return restricted or _report_version(name, question, version)


def name_of(subject: Subject) -> ConsumedName:
    """The name that a check looks at."""
    if not isinstance(subject.target, ConsumedName):
        raise LookupError("a check of consumed names without a name")
    return subject.target


def _find_in_name(name: ConsumedName) -> tuple[Problem, ...]:
    """What is wrong with a name in itself, infos left out."""
    problems = judge_name(LinkTarget(name.name), is_collection=name.is_collection)
    return tuple(problem for problem in problems if problem.severity != "info")


def _report_unresolved(context: Context, consumed: ConsumedName, fetch: Lookup, judgement: Judgement) -> Outcome:
    """The organization does not follow from the entity that asks: another one than that of a link (failure D4)."""
    facts = context.view.entity(fetch.entity)
    teams = [team.name for team in context.account.usable_teams]
    is_of_run = consumed.call != "" and not consumed.is_look_up and not consumed.call.startswith("wandb.Api")
    code, failure = judgement.rule or rule_codes.UNKNOWN_ORGANIZATION, judgement.failure or "D1"
    if facts is not None and facts.kind == "personal" and not fetch.organization:
        code, failure = rule_codes.DEFAULT_ENTITY_IN_API, "D4"
    names = facts.organizations if facts else ()
    lines = [
        say("write {code}", code=f'"{organization.entity}/{fetch.project}/{fetch.name}"') for organization in names
    ]
    # A wrong organization in the name stays wrong, whichever entity asks.
    if not fetch.organization:
        of_api = (say("write {code}", code=f'wandb.Api(overrides={{"entity": "{team}"}})') for team in teams[:1])
        of_run = [use_a_team(context.account, context.run_entity(consumed))]
        lines = [*(of_run if is_of_run else of_api), *lines]
    path = f"{fetch.organization}/{fetch.project}/{fetch.name}" if fetch.organization else ""
    problem = Problem(
        code, kind="unresolved", failure=failure, facts={"name": fetch.name, "entity": fetch.entity, "path": path}
    )
    return report_problem(problem, notes=[answer_of(judgement)], help="\n".join(lines) or None)


def _report_missing(context: Context, name: ConsumedName, fetch: Lookup, question: VersionQuestion) -> Outcome:
    collection, _, alias = question.name.partition(":")
    account, facts = context.account.username, {"name": question.name}
    if not fetch.registry:
        facts |= {"project": f"{question.entity}/{question.project}", "account": account}
        return report_problem(
            Problem(rule_codes.UNKNOWN_COLLECTION, kind="project", failure="D2", facts=facts),
            notes=[_not_found(question)],
        )
    registry = registry_name(question.project)
    wanted = collection_question(fetch, context.view)
    if wanted is None:
        raise LookupError("the organization was known a moment ago")
    names = OrganizationNames(wanted.display, wanted.organization)
    if context.view.registry(question.entity, registry) is None:
        if creation := find_creation(registry, name.site, context.source.calls, names):
            created_at = Code(creation.place).shown
            return skip_check(
                say(
                    "{place} creates the registry {name}: only a run shows what is in it",
                    place=created_at,
                    name=registry,
                )
            )
        registries = "\n".join(context.queries.all_registries(names))
        facts |= {"registry": registry, "registries": registries, "path": f"{question.project}/{question.name}"}
        place = {"project": question.project, "entity": question.entity}
        return report_problem(
            Problem(rule_codes.UNKNOWN_REGISTRY, failure="D1", facts=facts),
            status="warn" if name.may_be_missing else "fail",
            notes=[may_be_hidden(names.name), quote_message("project-not-found-under-entity", place)],
            more_help=[say('if "{registry}" is its name, ask its admin to let you in', registry=registry)],
        )
    if name.call in EXISTENCE_LOOK_UPS:
        return pass_check(say("{name} is not there, and the call returns False", name=name.shown))
    asking = [item.site for item in context.written_names if item.identity == name.identity and item.site is not None]
    if asking and all(is_linked_before(site, parse(name.text), context.link_sites) for site in asking):
        return skip_check(say("{name} is not there yet: the program links to it before", name=name.shown))
    context.queries.look_around(_all_missing(context))
    collections, versions = context.view.list_neighbors(wanted)
    facts |= {"registry": registry, "collection": collection}
    if versions or collection in collections:
        better = f"v{alias}" if f"v{alias}" in versions else close_alias(alias, versions)
        intended = f"{question.project}/{collection}:{better}" if better else ""
        facts |= {"alias": alias or "latest", "intended": intended, "versions": list_names(versions)}
        problem = Problem(rule_codes.UNKNOWN_COLLECTION, kind="alias", failure="D2", facts=facts)
    else:
        problem = Problem(
            rule_codes.UNKNOWN_COLLECTION, failure="D2", facts={**facts, "collections": "\n".join(collections)}
        )
    notes = [_not_found(question)] if not name.is_collection else []
    return report_problem(problem, status="warn" if name.may_be_missing else "fail", notes=notes)


def _all_missing(context: Context) -> list[CollectionQuestion]:
    """Every collection of a registry of which a version is missing, so that one request serves all."""
    questions: dict[CollectionQuestion, None] = {}
    for item in context.consumed:
        fetch = context.resolve_consumed(item)
        question = collection_question(fetch, context.view) if fetch is not None else None
        if question is not None and context.version(item) is None:
            questions[question] = None
    return list(questions)


def _report_restricted(context: Context, fetch: Lookup, question: VersionQuestion) -> Outcome | None:
    """A restricted viewer sees that it is there, and may not use or download it (failures B7, D7)."""
    registry = registry_name(question.project)
    facts = context.view.registry(question.entity, registry)
    best = context.account.best_role(context.view.list_grants(question.entity, registry))
    if not fetch.registry or best is None or best.role != "restricted_viewer" or (facts and facts.writable):
        return None
    ask_admin = say(
        "ask an admin of the registry {registry} for the role Viewer: registry, Settings, Registry members",
        registry=registry,
    )
    details = {"registry": registry, "role": "restricted viewer", "help": ask_admin}
    return report_problem(Problem(rule_codes.NO_WRITE_ACCESS, kind="consume", failure="D7", facts=details))


def _report_version(name: ConsumedName, question: VersionQuestion, version: Version) -> Outcome:
    collection, colon, alias = question.name.partition(":")
    # In another case it is the same project: fetching does not mind (failure A10).
    if version.collection and version.collection[1].casefold() != question.project.casefold():
        _, project, moved = version.collection
        new = f"{project}/{moved}{colon}{alias}"
        facts = {"name": f"{question.entity}/{question.project}/{question.name}", "new": quoted(new)}
        problem = Problem(rule_codes.LEGACY_MODEL_REGISTRY, kind="consumed", failure="A14", facts=facts)
        return report_problem(
            problem, status="warn", notes=[say("the team is migrated: W&B redirects to {new}", new=new)]
        )
    kind, actual = name.type_text, version.artifact_type
    asked = [kind] if kind and is_known(kind) else []
    if actual and (mismatch := find_type_mismatch(name.call, name.text, actual, asked)):
        words = quote_message("type-mismatch", {"type": kind or "", "actual": actual})
        return report_problem(replace(mismatch, failure="D6"), notes=[] if mismatch.kind else [words])
    parts = [f"{collection} v{version.index}" if version.index is not None else say("{name} there", name=collection)]
    parts += [say("type {type}", type=version.artifact_type)] if version.artifact_type else []
    parts += [say("aliases {aliases}", aliases=list_names(version.aliases))] if version.aliases else []
    return pass_check(join_phrases(", ", parts))


def _not_found(question: VersionQuestion) -> str:
    place = f"{question.entity}/{question.project}"
    return quote_message("membership-not-found", {"name": question.name, "project": place})


class SourceVisible(Check):
    """Whether you may see the project of the artifact that is linked on: the SDK links from there (C6)."""

    name = "source"
    group = "Links"
    requires = ("target-path", "account")

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The links of artifacts that were consumed by name."""
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


class LoggedAgain(Check):
    """Whether a version that is fetched and logged, itself or as a draft, comes from the run's own project (C15)."""

    name = "logged-again"
    group = "Links"
    requires = ("account",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The names of such versions."""
        for log, name in _find_logged_again(context):
            yield Subject(name.shown, Code(log.place))

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """REG614 where the project, or the entity, is another one."""
        log, name = next(
            (log, name)
            for log, name in _find_logged_again(context)
            if (name.shown, Code(log.place)) == (subject.shown, subject.origin)
        )
        context.queries.look_up_links()
        version = context.version(name)
        if version is None or version.source is None:
            return block_check("consumed", name.shown)
        named, in_project = (next(iter(part), None) for part in (log.entity, log.project))
        run = ConsumedName(name.name, named, in_project, place=log.place)
        entity, project = context.run_entity(run), context.project_of(run)
        is_open = not log.is_run_found or len(log.entity) > 1 or len(log.project) > 1
        if is_open or entity is None or project is None or not is_known(entity.value):
            return skip_check("the run's entity or project is known only when the program runs: give it with --project")
        source, there = "/".join(version.source), f"{entity.value}/{project}"
        if source == there:
            return pass_check(say("{name} was logged in {source}, as it is here", name=name.shown, source=source))
        kind = "draft" if isinstance(log, Log) and log.is_draft else ""
        facts = {"name": name.text, "source": source, "project": there}
        return report_problem(Problem(rule_codes.LOGGED_ELSEWHERE, kind=kind, facts=facts))


def _find_logged_again(context: Context) -> Iterator[tuple[Site, ConsumedName]]:
    """The calls that log what was fetched, each with the name by which it was."""
    for log in context.source.calls:
        if log.logs_fetched and log.artifact is not None:
            yield from ((log, name) for name in context.written_names if name.place == log.artifact.place)


CODE_ALONE = (
    rule_codes.ENTITY_IGNORED_IN_SWEEP,
    rule_codes.RUN_IN_REGISTRY,
    rule_codes.INVALID_ENTITY_OR_PROJECT,
    rule_codes.RESERVED_TYPE,
    rule_codes.INVALID_ARTIFACT_NAME,
    rule_codes.SOURCE_VERSION_IN_REGISTRY_NAME,
    rule_codes.UNSAVED_CHANGE,
    rule_codes.LINK_WHILE_OFFLINE,
    rule_codes.LINK_WHILE_DISABLED,
    rule_codes.LINK_AFTER_FINISH,
    rule_codes.SWALLOWED_LINK_ERROR,
    rule_codes.WRONG_CALL_SHAPE,
    rule_codes.ACTIVE_RUN_REUSED,
    rule_codes.DRAFT_PROPERTY,
)
"""The rules of what fails, does nothing or names another version, whatever the server says of the path."""

_OF_PATH, _OF_ALIAS = "REG1", "REG5"
"""Code prefixes of rules about what other checks judge as well: the paths and aliases of links."""

_NEED_NO_SERVER = (_OF_PATH, _OF_ALIAS, "REG6", rule_codes.INVALID_VISIBILITY)
"""Code prefixes of rules whose errors are certain without a server."""


class SourceCode(Check):
    """What stops a link in the code around it: an offline run, a finished run, a wrong argument (C1 to C13)."""

    name = "code"
    group = "Links"

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """What lint finds there; the same finding at several places once."""
        judged = [item for item in context.targets if item.method == "none" or item.path.is_path_object]
        absent = {place_key(target.place) for target in judged if target.place}
        judged_places = _find_judged_places(context)
        places: dict[tuple[str, str], list[Origin]] = {}
        for finding in context.source.findings:
            key = place_key(finding.place)
            is_reported = finding.code == rule_codes.WRONG_CALL_SHAPE and key in absent
            is_alone = finding.code in CODE_ALONE and finding.severity != "info"
            is_judged = any(finding.code.startswith(code) and key in found for code, found in judged_places.items())
            is_error = finding.severity == "error" and finding.code.startswith(_NEED_NO_SERVER)
            if not is_reported and not is_judged and (is_alone or is_error):
                places.setdefault((finding.name, finding.message), []).append(Code(finding.place))
        for (name, message), origins in places.items():
            yield Subject(name, origins[0], places=tuple(origins), problem=message)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Repeat the finding."""
        asked = (subject.shown, subject.problem)
        finding = next(item for item in context.source.findings if (item.name, item.message) == asked)
        status: Status = "fail" if finding.severity == "error" else "warn"
        return Outcome(status, finding.message, finding.code, finding.note, finding.help, finding.failures)


def _find_judged_places(context: Context) -> dict[str, set[_Key]]:
    """The places of paths and names, of aliases and of runs in sweeps that other checks judge, by the rules' prefix."""
    references = (*context.written_links, *context.written_names)
    aliases = [alias for link in context.written_links for alias in link.aliases if alias.literal is not None]
    paths = {place_key(reference.place) for reference in references if reference.place is not None}
    paths |= _find_places(reference.string for reference in references)
    swept = [link.site.init for link in context.written_links if link.site is not None and link.site.sweeps]
    starts = {place_key(init.place) for init in swept if init is not None}
    return {_OF_PATH: paths, _OF_ALIAS: _find_places(aliases), rule_codes.ENTITY_IGNORED_IN_SWEEP: starts}


def _find_places(strings: Iterable[StringValue]) -> set[_Key]:
    return {place_key(part.place) for string in strings for part in (string, *string.parts)}


def place_key(place: Place) -> _Key:
    """The file, cell and line of a place."""
    return place.path, place.cell, place.span.line


class Aliases(OfTarget):
    """Whether the link's aliases are valid, and whether you may set them (B10, B11, D5)."""

    name = "aliases"
    group = "Links"
    requires = ("role",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The targets that give aliases."""
        targets = ((item, target_of_subject(item)) for item in super().find_subjects(context))
        return [item for item, target in targets if target.aliases or target.has_unknown_aliases]

    def explain_judgement(self, context: Context, target: LinkTarget, link: LinkInput, judgement: Judgement) -> Outcome:
        """The worst of them."""
        organization, name = judgement.organization or "", registry_name(link.project)
        aliases = [alias for alias in target.aliases if alias.literal is not None]
        for string in aliases:
            if problem := _find_problem(string):
                return report_problem(problem, notes=[quote_message("invalid-aliases")])
        names = [alias.pattern for alias in aliases]
        protected = [alias for alias in names if alias in _protected_aliases_of(context, organization, name)]
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
        if problem := find_alias_problem(names):
            return report_problem(problem, status="warn")
        if target.has_unknown_aliases:
            return skip_check(
                "an alias of the link is known only when the program runs: pass the path as TARGET, and --alias"
            )
        return pass_check(say("the link moves {alias_names} to the new version", alias_names=", ".join(names)))


def _protected_aliases_of(context: Context, organization: str, registry: str) -> frozenset[str]:
    """The aliases that the configuration or the catalog calls protected; the server shows none (failure B10)."""
    filed = context.filed.catalog.registry(organization, registry) if context.filed else None
    return frozenset([*context.known.protected_aliases, *(filed.protected_aliases if filed else ())])


def _find_problem(alias: StringValue) -> Problem | None:
    """What is wrong with an alias itself."""
    wrong = find_wrong(alias)
    if wrong is None:
        return None
    shown = alias.pattern if len(alias.pattern) <= NAME_MAX else f"{alias.pattern[:20]}..."
    instead = "" if shown != alias.pattern else correct_alias(alias.pattern)
    return Problem(
        rule_codes.INVALID_ALIAS, failure="B11", facts={"alias": shown, "wrong": wrong[0], "instead": instead}
    )
