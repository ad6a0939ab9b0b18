"""Checks of the names that are fetched: is the version there, for this account, of this type (section D)."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.client.questions import CollectionQuestion, VersionQuestion
from regilink_doctor.core.judgement import Judgement, resolve_organization
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.phrasing import close_to
from regilink_doctor.core.target_path import is_known, registry_name
from regilink_doctor.core.targets import ConsumedName
from regilink_doctor.doctor.advice import answer, answer_of, listed
from regilink_doctor.doctor.base import Check, Outcome, Subject, passed, skipped
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.facts import Version
from regilink_doctor.doctor.lookups import Lookup, version_question


class ConsumedNameCheck(Check):
    """Whether the name that is consumed is well formed (D12, A3)."""

    name = "consumed-name"
    group = "Links"

    def subjects(self, context: Context) -> Iterable[Subject]:
        """Every name that is fetched."""
        for each in context.consumed:
            yield Subject(each.shown, each.origin, each)

    def look(self, context: Context, subject: Subject) -> Outcome:
        """A scheme, or too many parts; a part that nobody knows makes it a skip."""
        name = name_of(subject)
        if not name.is_known:
            what = " and ".join(f"`{each}`" for each in name.unknown_sources) or "{?}"
            return skipped(f"{what} is known only when the program runs")
        scheme, mark, rest = name.text.partition("://")
        if mark:
            path = rest.lstrip("/")
            if scheme == "registry":  # Weave's form, without the prefix
                organization, _, below = path.partition("/")
                path = f"{organization}/{REGISTRY_PREFIX}{below}"
            return Outcome(
                "fail",
                f"{scheme}:// does not belong here: the SDK takes everything before the colon for the name of an "
                "artifact of the run's project, and finds none",
                "REG509",
                f'write: "{path}"',
                ("D12",),
            )
        if name.text.partition(":")[0].count("/") > 2:
            return Outcome(
                "fail",
                f'"{name.text}" has more than three parts; ' + answer("invalid-artifact-path", {"path": name.text}),
                "REG103",
                "write [ORGANIZATION/]wandb-registry-REGISTRY/COLLECTION:ALIAS",
                ("A3",),
            )
        return passed(name.shown)


class ConsumedCheck(Check):
    """Whether the version that is consumed is there, for you, and has the type that the code says (D1 to D7)."""

    name = "consumed"
    group = "Links"
    requires = ("consumed-name", "account")

    def subjects(self, context: Context) -> Iterable[Subject]:
        """The names of which every part is known."""
        for each in context.consumed:
            if each.is_known:
                yield Subject(each.shown, each.origin, each)

    def look(self, context: Context, subject: Subject) -> Outcome:
        """Ask as the SDK would."""
        name = name_of(subject)
        context.enquiry.links_looked_up()
        fetch = context.fetch(name)
        if fetch is None or not is_known(fetch.entity):
            return skipped("the entity is known only when the program runs: give it with --entity")
        question = version_question(fetch, context.directory)
        if isinstance(question, Judgement):
            return _unresolved(context, fetch, question)
        version = context.directory.version(question)
        if "artifactCollectionMembership" in context.directory.not_known:
            return skipped("the server is too old to be asked for a version by its alias")
        if version is None:
            return _missing(context, fetch, question)
        return _restricted(context, fetch, question) or _found(name, question, version)


def name_of(subject: Subject) -> ConsumedName:
    """The name that a row is about."""
    if not isinstance(subject.target, ConsumedName):
        raise LookupError("a check of fetched names without a name")
    return subject.target


def _unresolved(context: Context, fetch: Lookup, judgement: Judgement) -> Outcome:
    """The organization does not follow from the entity that asks: another one than that of a link (row D4)."""
    facts = context.directory.entity(fetch.entity)
    teams = [team.name for team in context.account.usable_teams]
    code, row = judgement.rule or "REG303", judgement.failure or "D1"
    if facts is not None and facts.kind == "personal" and not fetch.organization:
        code, row = "REG208", "D4"
    lines = [f'write: wandb.Api(overrides={{"entity": "{team}"}})' for team in teams[:1]]
    names = facts.organizations if facts else ()
    lines += [f'write: "{each.entity}/{fetch.project}/{fetch.name}"' for each in names]
    return Outcome(
        "fail",
        f"the organization does not follow from {fetch.entity}; {answer_of(judgement)}",
        code,
        "\n".join(lines) or "name an entity of the organization with --entity or WANDB_ENTITY",
        (row,),
    )


def _missing(context: Context, fetch: Lookup, question: VersionQuestion) -> Outcome:
    collection, _, alias = question.name.partition(":")
    if not fetch.registry:
        return Outcome(
            "fail",
            f"there is no {question.name} in {question.entity}/{question.project}, or it is not shown to "
            f"{context.account.username}; {_not_found(question)}",
            "REG305",
            "check the name on the artifact's page in the App (tab Overview, Full Name)",
            ("D2", "D1"),
        )
    registry = registry_name(question.project)
    names = resolve_organization(fetch.entity, fetch.organization, context.directory)
    if not isinstance(names, OrganizationNames):
        raise LookupError("the organization was known a moment ago")
    if context.directory.registry(question.entity, registry) is None:
        meant = close_to(registry, context.enquiry.all_registries(names))
        return Outcome(
            "fail",
            f'the registry "{registry}" is missing in {names.name}, or restricted and not shown to you (W&B does not '
            f"tell which); {_no_project(question)}",
            "REG301",
            f'write: "{REGISTRY_PREFIX}{meant}/{question.name}"'
            if meant
            else f'if "{registry}" is its name, ask its admin to let you in',
            ("D1", "B3"),
        )
    wanted = CollectionQuestion(names.name, names.entity, registry, collection)
    context.enquiry.look_around(_all_missing(context))
    collections, versions = context.directory.neighbours(wanted)
    if versions or collection in collections:
        better = f"v{alias}" if f"v{alias}" in versions else close_to(alias, versions)
        what = f"the collection {collection} of the registry {registry} has no version or alias {alias or 'latest'}"
        lines = [f'write: "{REGISTRY_PREFIX}{registry}/{collection}:{better}"'] if better else []
        lines += [f"it has: {listed(versions)}"] if versions else ["nothing is linked into it yet"]
    else:
        near = close_to(collection, collections)
        what = f"the registry {registry} has no collection {collection}"
        lines = [f'write: "{REGISTRY_PREFIX}{registry}/{near}{":" + alias if alias else ""}"'] if near else []
        lines += [f"its collections: {listed(collections)}"] if collections else ["nothing is linked into it yet"]
    return Outcome("fail", f"{what}; {_not_found(question)}", "REG305", "\n".join(lines), ("D2",))


def _all_missing(context: Context) -> list[CollectionQuestion]:
    """Every collection of a registry of which a version is missing, so that one request serves all."""
    found: dict[CollectionQuestion, None] = {}
    for each in context.consumed:
        fetch = context.fetch(each)
        if fetch is None or not fetch.registry:
            continue
        question = version_question(fetch, context.directory)
        names = resolve_organization(fetch.entity, fetch.organization, context.directory)
        if isinstance(question, Judgement) or not isinstance(names, OrganizationNames):
            continue
        if context.directory.version(question) is None:
            collection = question.name.partition(":")[0]
            found[CollectionQuestion(names.name, names.entity, registry_name(question.project), collection)] = None
    return list(found)


def _restricted(context: Context, fetch: Lookup, question: VersionQuestion) -> Outcome | None:
    """A restricted viewer sees that it is there, and may not use or download it (rows B7, D7)."""
    registry = registry_name(question.project)
    facts = context.directory.registry(question.entity, registry)
    best = context.account.best_role(context.directory.grants(question.entity, registry))
    if not fetch.registry or best is None or best.role != "restricted_viewer" or (facts and facts.writable):
        return None
    return Outcome(
        "fail",
        f"you are a restricted viewer of the registry {registry}: it is shown to you, but use_artifact and download "
        f"are refused; {answer('permission-denied')}",
        "REG304",
        f"ask an admin of the registry {registry} for the role Viewer: registry, Settings, Registry members",
        ("D7", "B7"),
    )


def _found(name: ConsumedName, question: VersionQuestion, version: Version) -> Outcome:
    collection, colon, alias = question.name.partition(":")
    # In another case it is the same project: fetching does not mind (row A10).
    if version.collection and version.collection[1].casefold() != question.project.casefold():
        _, project, moved = version.collection
        new = f"{project}/{moved}{colon}{alias}"
        return Outcome(
            "warn",
            f"{question.entity}/{question.project} was migrated, and W&B redirects this fetch to {new}: the old name "
            "will stop working",
            "REG112",
            f'write: "{new}"',
            ("A14",),
        )
    given = name.type_text
    if given and is_known(given) and version.artifact_type and given != version.artifact_type:
        words = {"type": given, "actual": version.artifact_type}
        return Outcome(
            "fail",
            f'{question.name} is of type {version.artifact_type}, not "{given}": {answer("type-mismatch", words)}',
            "REG406",
            f'write: type="{version.artifact_type}", or leave it out',
            ("D6",),
        )
    which = f"v{version.index}" if version.index is not None else "there"
    kind = f", type {version.artifact_type}" if version.artifact_type else ""
    also = f", aliases {listed(version.aliases)}" if version.aliases else ""
    return passed(f"{collection} {which}{kind}{also}")


def _not_found(question: VersionQuestion) -> str:
    place = f"{question.entity}/{question.project}"
    return answer("membership-not-found", {"name": question.name, "project": place})


def _no_project(question: VersionQuestion) -> str:
    return answer("project-not-found-under-entity", {"project": question.project, "entity": question.entity})
