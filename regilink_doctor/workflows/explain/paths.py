"""A target path or a full name: its parts, where a link would really go, what is wrong, what to write."""

from __future__ import annotations

from regilink_doctor.core import rule_codes, wandb_messages
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.naming import (
    CORE_REGISTRY_DISPLAY,
    CORE_REGISTRY_TYPES,
    REGISTRY_PREFIX,
    find_near_registry,
    is_version,
)
from regilink_doctor.core.origin import quote_for_shell
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import Problem, SdkRefusal, sdk_link
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.target_path import UNKNOWN_NAME, TargetPath, parsed
from regilink_doctor.core.targets import target_of
from regilink_doctor.rules import rule_for, wording
from regilink_doctor.rules.judge import correct_path, judge_target
from regilink_doctor.workflows.explain.explanation import Explanation, Wrong, causes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.catalog.model import Collection, Organization, Registry
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.target_path import LinkMethod
    from regilink_doctor.core.targets import LinkTarget
    from regilink_doctor.workflows.explain.explanation import Kind

CALLS: tuple[LinkMethod, ...] = ("Run.link_artifact", "Artifact.link")


@record
class PathFacts:
    """What lint says of a path, and the path with every clear mistake fixed (None: something is still wrong)."""

    wrong: tuple[Wrong, ...]
    fixed: str | None
    failures: tuple[str, ...]
    certain: bool
    """At least one of the problems is an error."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in the order of the path."""
        return tuple(dict.fromkeys(one.code for one in self.wrong))


def explain_path(text: str, kind: Kind, view: OrganizationView | None = None) -> Explanation:
    """A target path as it is, or a full name (a path with `:version`), which is for reading."""
    path = parsed(text)
    if path is not None and path.version == "":  # no name of a version: what the link would make of the colon counts
        kind = "target-path"
    is_full_name = kind == "full-name" and path is not None
    return _explain(
        text, kind, target_of(text.removesuffix(f":{path.version}") if is_full_name and path else text), view
    )


def explain_known_link(target: LinkTarget, view: OrganizationView | None = None) -> Explanation:
    """The path of a link in code, known whole, with what the code tells beside it: the call, and the run's entity."""
    return _explain(target.text, "target-path", target, view)


def _explain(text: str, kind: Kind, target: LinkTarget, view: OrganizationView | None) -> Explanation:
    linked, path = target.text, parsed(text)
    facts = examine(target, view)
    if kind == "full-name" and view is not None and not facts.wrong and (missing := _find_missing(path, view)):
        facts = PathFacts((_wrong_of(missing),), facts.fixed, _failures_of(missing), view.complete)
    failures = facts.failures or _failures_of_project_link(linked)
    title = say("the full name of a version in a registry, for reading")
    if kind == "full-name" and (path is None or not path.is_registry):
        title = say("the full name of a version in a project, not in a registry; for reading")
    elif kind == "target-path":
        title = (
            say("a target path")
            if path is not None and path.is_registry
            else say("a target path, but not of a registry")
        )
    organization = path.prefix or None if path is not None and path.is_registry else None
    explanation = Explanation(
        kind,
        title,
        target=_target(linked, kind, facts),
        organization=organization,
        registry=path.registry if path is not None else None,
        collection=(path.collection or None) if path is not None else None,
        version_or_alias=path.version if path is not None else None,
        codes=facts.codes,
        failures=failures,
        notes=_notes(linked, path, facts, view),
        parts=parts_of(path, target.known_entity),
        goes=find_destinations(target),
        wrong=facts.wrong,
        write=_list_corrections(text, linked, kind, facts, view),
        causes=causes_of(failures, target=text) if facts.wrong or not (path and path.is_registry) else (),
    )
    if view is None:
        return explanation
    explanation = replace(explanation, in_catalog=tuple(describe_known(view, explanation)))
    is_elsewhere = bool(organization) and not _is_listed(organization or "", view)
    return replace(explanation, notes=(_ask_server(linked),)) if is_elsewhere and explanation.notes else explanation


def examine(target: LinkTarget, view: OrganizationView | None = None) -> PathFacts:
    """What lint finds in the path of a link."""
    text = target.text
    problems = judge_target(target, view)
    wrong = tuple(_wrong_of(problem) for problem in problems)
    ids = [failure for problem in problems for failure in _failures_of(problem)]
    certain = any(problem.severity == "error" for problem in problems)
    fixed = correct_path(text, view)
    if view is not None and fixed is not None and (problem := _find_unlisted(parsed(fixed), view)):
        fixed = without_organization(fixed) if problem.rule == rule_codes.TEAM_AS_ORGANIZATION else None
        if not wrong:
            wrong, certain, ids = (_wrong_of(problem),), view.complete, [*_failures_of(problem)]
    failures = tuple(dict.fromkeys(failure for failure in ids if FAILURES[failure].is_possible_in("link")))
    return PathFacts(wrong, fixed, failures, certain)


def _failures_of(problem: Problem) -> tuple[str, ...]:
    return (problem.failure,) if problem.failure else rule_for(problem.rule).failures


def _find_unlisted(path: TargetPath | None, view: OrganizationView) -> Problem | None:
    """A team before the registry, or a registry that no organization has: whose run it is, a path does not tell."""
    if path is None or not path.registry:
        return None
    if path.prefix and not _is_listed(path.prefix, view) and view.entity(path.prefix) is not None:
        return Problem(rule_codes.TEAM_AS_ORGANIZATION, failure="A12", facts={"path": str(path)})
    names = [
        name
        for organization in view.organization_names
        if path.prefix in (None, "", organization.name, organization.entity)
        for name in view.registry_names(organization.entity)
    ]
    if not names or path.registry.casefold() in (name.casefold() for name in names):
        return None
    facts = {
        "path": str(path),
        "registry": path.registry,
        "registries": "\n".join(names),
        "outcome": "refused" if view.complete else "unknown",
    }
    return Problem(rule_codes.UNKNOWN_REGISTRY, facts=facts)


def _is_listed(organization: str, view: OrganizationView) -> bool:
    names = view.organization_names
    return not names or any(organization in (pair.name, pair.entity) for pair in names)


def _find_missing(path: TargetPath | None, view: OrganizationView) -> Problem | None:
    """The collection or alias of a full name that the catalog lists nowhere; None where it does not list them."""
    registries = list(_find_registries(view, path.registry, path.prefix)) if path is not None and path.registry else []
    collections = [item for _, registry in registries for item in registry.collections or ()]
    if path is None or not registries or any(registry.collections is None for _, registry in registries):
        return None
    named = [item for item in collections if item.name == path.collection]
    if not named:
        names = "\n".join(item.name for item in collections)
        facts = {"registry": path.registry or "", "collection": path.collection, "collections": names}
        return Problem(rule_codes.UNKNOWN_COLLECTION, failure="D2", facts=facts)
    aliases = tuple(alias for item in named for alias in item.aliases)
    # Numbers of versions are not listed: any of them may be there.
    if not path.version or not aliases or path.version in (*aliases, "latest") or is_version(path.version):
        return None
    facts = {
        "collection": path.collection,
        "alias": path.version,
        "versions": wording.listed(aliases),
        "intended": wording.close_alias(path.version, aliases) or "",
    }
    return Problem(rule_codes.UNKNOWN_COLLECTION, kind="alias", failure="D2", facts=facts)


def _find_registries(
    view: OrganizationView, name: str, organization: str | None
) -> Iterator[tuple[Organization, Registry]]:
    """The registries of a catalog that a path can name, each with its organization."""
    from regilink_doctor.core.catalog.model import CatalogContents

    for owner in view.organizations if isinstance(view, CatalogContents) else ():
        if organization in (None, "", owner.name, owner.entity):
            yield from ((owner, item) for item in owner.registries if item.name.casefold() == name.casefold())


def _wrong_of(problem: Problem) -> Wrong:
    message = rule_for(problem.rule).explain(problem)
    return Wrong(problem.rule, message.summary, message.note, message.help)


def find_destinations(target: LinkTarget) -> tuple[str, ...]:
    """Where the call puts an artifact; without a call each of the two, in one line where they agree."""
    calls = CALLS if target.site is None else (target.method,)
    places = {call: _destination(replace(target, method=call)) for call in calls}
    if len(set(places.values())) == 1:
        return tuple(places.values())[:1]
    return tuple(join_phrases(": ", [call, where]) for call, where in places.items())


def describe_known(view: OrganizationView, explanation: Explanation) -> Iterator[str]:
    """What the catalog has of the organization, the registry and the collection of a path, a line for each."""
    owner, name, collection = explanation.organization, explanation.registry, explanation.collection
    if not view.organization_names:
        yield say("no organization")
        return
    if owner and not _is_listed(owner, view):
        if view.entity(owner) is None:
            listed = wording.listed(pair.name for pair in view.organization_names)
            yield say(
                "no organization {name}; it has {organizations}", name=wording.quoted(owner), organizations=listed
            )
        return
    for organization, registry in _find_registries(view, name, owner) if name else ():
        shown, shown_owner = wording.quoted(registry.name), wording.quoted(organization.name)
        if registry.types is None:
            yield say("registry {name} of {owner}, which takes every type", name=shown, owner=shown_owner)
        else:
            types = wording.listed(registry.types)
            yield say(
                "registry {name} of {owner}, which takes the types {types}", name=shown, owner=shown_owner, types=types
            )
        if collection is not None and registry.collections is not None:
            yield _describe_collection(collection, registry.collections, explanation)


def _describe_collection(name: str, collections: tuple[Collection, ...], explanation: Explanation) -> str:
    known = next((item for item in collections if item.name == name), None)
    if known is None and explanation.kind == "full-name":
        return say("no collection {name}: nothing can be read from it", name=wording.quoted(name))
    if known is None:
        return say("no collection {name}: a first link makes it", name=wording.quoted(name))
    line = say("collection {name} of the type {type}", name=wording.quoted(name), type=wording.quoted(known.type))
    if known.aliases:  # none are listed where they were not asked for
        return say("{line}, with the aliases {aliases}", line=line, aliases=wording.listed(known.aliases))
    return line


def parts_of(path: TargetPath | None, entity: str | None = None) -> tuple[tuple[str, str], ...]:
    """The table of a path's parts, as the SDK reads it; `entity` is the run's, where it is known."""
    if path is None:
        return ()
    if path.is_registry:
        shown = [
            (say("organization"), path.prefix or say("(not given: W&B takes that of the run's entity)")),
            (say("registry"), path.registry or ""),
        ]
    else:
        shown = [
            (say("entity"), path.prefix or entity or say("(not given: the run's)")),
            (say("project"), path.project or say("(not given: the run's)")),
        ]
    shown.append((say("collection"), path.collection or say("(empty)")))
    if path.version is not None:
        shown.append((say("version or alias"), path.version or say("(empty)")))
    return tuple(shown)


def without_organization(text: str) -> str:
    """A registry path without what stands in front of the registry; any other text as it is."""
    path = parsed(text)
    return f"{path.project}/{path.name}" if path is not None and path.is_registry else text


def _destination(target: LinkTarget) -> str:
    link = sdk_link(target.text, target.method, UNKNOWN_NAME, UNKNOWN_NAME, {})
    if isinstance(link, SdkRefusal):
        said = wandb_messages.fill_message(link.problem.wandb_message or "", **link.problem.facts)
        return say("nowhere: {exception}: {said} (raised after the upload)", exception=link.exception, said=said)
    if not link.registry:
        place = wording.find_destination(target) or say("a project of the run's entity")
        return say("{place}, not a registry", place=place)
    registry = wording.quoted(link.project.removeprefix(REGISTRY_PREFIX))
    owner = wording.quoted(link.organization) if link.organization else say("that the run's entity belongs to")
    name = (
        say("collection {collection}", collection=wording.quoted(link.collection))
        if link.collection
        else say("a collection without a name")
    )
    return say(
        "{name} of the registry {registry} of the organization {owner}", name=name, registry=registry, owner=owner
    )


def _failures_of_project_link(text: str) -> tuple[str, ...]:
    """A path that lint leaves alone, because a link between projects is legal, and that explain is asked about."""
    path = parsed(text)
    if path is None or path.is_registry:
        return ()
    return ("A1",) if path.project else ("A2",)


def _target(linked: str, kind: Kind, facts: PathFacts) -> str | None:
    path = parsed(linked)
    if facts.wrong:
        return facts.fixed
    if path is None or not path.is_registry:
        return None
    return without_organization(linked) if kind == "full-name" else linked


def _notes(linked: str, path: TargetPath | None, facts: PathFacts, view: OrganizationView | None) -> tuple[str, ...]:
    if facts.wrong or path is None or not path.is_registry:
        return ()
    well_formed = say("well formed; {asks}", asks=_ask_server(linked))
    near = find_near_registry(path.registry or "") if view is None else None  # a catalog lists the registries
    if near is None:
        return (well_formed,)
    own = say('"{name}" must be a registry of your own; the one of W&B is "{near}"', name=path.registry, near=near)
    return (own, well_formed)


def _ask_server(linked: str) -> str:
    return say(
        "`regilink doctor {linked}` asks the server whether the registry exists and accepts it",
        linked=quote_for_shell(linked),
    )


def _list_corrections(
    text: str, linked: str, kind: Kind, facts: PathFacts, view: OrganizationView | None
) -> tuple[str, ...]:
    path = parsed(linked)
    owner = path.prefix if path is not None else None
    target = _target(linked, kind, facts)
    if target is not None and kind == "full-name":
        is_readable = rule_codes.UNKNOWN_COLLECTION not in facts.codes
        is_readable &= view is None or not owner or _is_listed(owner, view)
        return (
            *((say("to read it: {text}", text=wording.quoted(text)),) if is_readable else ()),
            say(
                "to link to it: target_path={target} (W&B numbers the versions, aliases go into aliases=)",
                target=wording.quoted(target),
            ),
        )
    if target is not None and facts.wrong:
        return (f"target_path={wording.quoted(target)}",)
    if facts.wrong or path is None or path.is_registry:
        return ()
    return _registry_was_meant(path)


def _registry_was_meant(path: TargetPath) -> tuple[str, ...]:
    name = CORE_REGISTRY_DISPLAY.get((path.project or "").casefold(), path.project or "REGISTRY")
    if (near := find_near_registry(name)) is not None:
        return (
            say(
                "target_path={path}, if a registry is meant",
                path=wording.quoted(f"{REGISTRY_PREFIX}{near}/{path.name}"),
            ),
        )
    meant = wording.quoted(f"{REGISTRY_PREFIX}{name}/{path.name or 'COLLECTION'}")
    if name in CORE_REGISTRY_TYPES:
        return (f"target_path={meant}",)
    return (say("target_path={path}, if a registry is meant", path=meant),)
