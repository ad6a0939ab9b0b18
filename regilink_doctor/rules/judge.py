"""What is wrong with a link target: the one judge of lint, doctor, explain, dry-run and the pytest plugin.

The grammar finds problems in the path. A catalog, a server or the emulator's world, through `core.judgement.judge`,
decides which of them are errors, and finds what no path shows. Together they report an error exactly when W&B refuses
or misplaces the link. `to_finding` makes findings of what rules report: place, second place, severity, fix, no secrets.
"""

from __future__ import annotations

from regilink_doctor.core.files import to_slashes
from regilink_doctor.core.findings import Edit, Finding, Fix, Place, Related
from regilink_doctor.core.naming import CORE_REGISTRY_TYPES, LEGACY_REGISTRY, REGISTRY_PREFIX
from regilink_doctor.core.organization_view import NOTHING_CONFIGURED
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import (
    Problem,
    SdkRefusal,
    find_alias_problem,
    find_call_problem,
    find_colon,
    find_problems,
    find_type_problem,
    find_unfilled,
    find_unfilled_variable,
    find_variables,
    read_type_error,
    sdk_link,
)
from regilink_doctor.core.records import replace
from regilink_doctor.core.rule_codes import (
    LEGACY_MODEL_REGISTRY,
    LINK_WHILE_DISABLED,
    LINK_WHILE_OFFLINE,
    MISSING_REGISTRY_PREFIX,
    PROTECTED_ALIAS,
    TEAM_AS_ORGANIZATION,
    UNFILLED_PLACEHOLDER,
    UNKNOWN_ENTITY,
    UNKNOWN_ORGANIZATION,
    UNKNOWN_REGISTRY,
    VERSION_IN_TARGET,
    WRONG_CALL_SHAPE,
)
from regilink_doctor.core.strings import KnownPart, UnknownPart, may_be_none
from regilink_doctor.core.target_path import (
    UNKNOWN_NAME,
    is_known,
    is_registry_project,
    parsed,
    read_pasted,
    registry_name,
)
from regilink_doctor.core.targets import (
    COLLECTION_CALLS,
    LINK_METHODS,
    LinkTarget,
    as_string,
    consumed_targets,
    link_targets,
    target_of,
)
from regilink_doctor.core.text import mask_secrets
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.base import Report
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import only_suggestion, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from regilink_doctor.core.findings import Message, Severity
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.core.organization_view import ConfiguredOrganization, OrganizationView
    from regilink_doctor.core.sites import FileFact, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.core.target_path import LinkMethod
    from regilink_doctor.rules.base import Rule

    Judged = dict[tuple[int, LinkMethod], tuple[StringValue, bool]]
    """Whether paths have any problem, by their identities; each is kept, or another could get its identity."""


MAX_CORRECTIONS = 4
"""Rounds of correcting a path: each removes one problem of a segment, and may show the next."""

_EXAMPLES = ("example", "sample", "template", "tmpl", "dist", "skeleton", ".env.default")
"""Words in the name of a file, or of its folder (`configs.example`), that waits to be copied and filled in."""

NAME_RULES = frozenset({"REG102", "REG103", "REG104", "REG105", "REG109", "REG110", "REG111", "REG113"})
"""What is wrong with a target path in the same way as with a name that is consumed."""


def report_targets(
    site: Site, view: OrganizationView | None, configured: ConfiguredOrganization, judged: Judged
) -> Iterator[Report]:
    """Reports on all the target paths that a link site can have, each problem once.

    None inside `pytest.raises`, where the problem is what the test is about. `judged` is kept for all sites of a file.
    """
    if site.context.expected:
        return iter(())
    method = LINK_METHODS.get(site.call, "Run.link_artifact")
    registries = (*configured.registries,)
    if view is None and not any(_is_wrong(path, method, registries, judged) for path in site.target):
        return iter(())  # only a view shows more, and most targets are well
    return _drop_same([*_report_links(site, view, configured)])


def _is_wrong(path: StringValue, method: LinkMethod, registries: tuple[str, ...], judged: Judged) -> bool:
    """Whether a path may have a problem; of one that many sites have, as loops over one list do, this is asked once."""
    key = id(path), method
    if key not in judged:
        judged[key] = path, "$" in path.pattern or "%" in path.pattern or bool(_find_in_path(path, method, registries))
    return judged[key][1]


def _report_links(site: Site, view: OrganizationView | None, configured: ConfiguredOrganization) -> Iterator[Report]:
    replaced = _find_replaced(site)
    for target in link_targets(site):
        if target.path in replaced:
            continue
        if find_call_problem(target.method, target.text) is not None or target.path.is_path_object:
            # At the call: no part of the path is to blame.
            at = site.argument if target.path.is_path_object else None
            yield Report(judge_target(target, view, configured)[0], at)
            if target.method != "none" or target.path.is_path_object:
                return
            target = replace(target, method="Run.link_artifact")  # what is meant, which has the same path
        for problem in judge_target(target, view, configured):
            yield Report(problem, string=target.path, related=rule_for(problem.rule).related_to(problem))


def _drop_same(reports: list[Report]) -> Iterator[Report]:
    """The reports, once where several are the same: a part of a string may have no place of its own."""
    if len(reports) < 2:
        return iter(reports)
    first: dict[object, Report] = {}
    for report in reports:
        problem, string = report.problem, report.string
        key: object = problem.rule
        if string is not None:
            key = problem.rule, problem.kind, string.place_of(problem.start, max(problem.end, problem.start + 1))
        first.setdefault(key, report)
    return iter(first.values())


def report_names(
    site: Site, view: OrganizationView | None, configured: ConfiguredOrganization = NOTHING_CONFIGURED
) -> Iterator[Report]:
    """Reports on the names that a call consumes: they are judged by the same grammar as target paths."""
    if site.context.expected:
        return iter(())
    replaced = _find_replaced(site)
    registries = known_registries(view, configured)
    targets = [name for name in consumed_targets(site) if name.path not in replaced]
    problems = [(name, item) for name in targets for item in judge_name(name, registries)]
    if view is not None:
        problems += [(name, item) for name in targets for item in _judge_organization(name, view)]
    return _drop_same([Report(item, string=name.path) for name, item in problems])


def _judge_organization(name: LinkTarget, view: OrganizationView) -> Iterator[Problem]:
    """Whether the organization before a registry's name that is consumed is that of the entity that is known to ask."""
    from regilink_doctor.core.judgement import Judgement, resolve_organization

    path = registry_path(name.path)
    if path is None or not path.prefix or name.path.is_default or not name.known_entity:
        return
    judgement = resolve_organization(name.known_entity, path.prefix, view)
    if isinstance(judgement, Judgement) and judgement.rule in (TEAM_AS_ORGANIZATION, UNKNOWN_ORGANIZATION):
        for problem in _problem_of(judgement, name, view):
            yield replace(problem, facts={**problem.facts, "call": "consume"})


def _find_replaced(site: Site) -> list[StringValue]:
    """The defaults of variables that a `.env` sets: the program is not meant to run with them."""
    sourced = [
        (string, part)
        for string in site.target
        for part in string.parts
        if isinstance(part, KnownPart) and (part.read_from or part.default_of)
    ]
    if not sourced:
        return []  # most sites
    in_dotenv = {part.read_from for _, part in sourced if part.read_from and "/.env" in f"/{part.place.path}"}
    return [string for string, part in sourced if part.default_of in in_dotenv]


def known_registries(
    view: OrganizationView | None, configured: ConfiguredOrganization = NOTHING_CONFIGURED
) -> tuple[str, ...]:
    """The names of all registries that a catalog has, else of those in the configuration."""
    if view is None:
        return tuple(configured.registries)
    return tuple(name for organization in view.organization_names for name in view.registry_names(organization.entity))


def judge_name(
    name: LinkTarget,
    known_names: tuple[str, ...] = (),
    *,
    means_registry: bool = False,
    is_collection: bool = False,
) -> Iterator[Problem]:
    """The problems of a name that is consumed, given as the path of a target.

    What was never filled in of one that source consumes is reported by REG106 itself, as of every other argument.

    Args:
        name: the name.
        known_names: registries, for the name that a message shows; none: the one in the name stays.
        means_registry: it can only be a name in a registry, whatever its project is called.
        is_collection: it is the path of a collection, also where no call says so.
    """
    string = name.path
    if (problem := find_type_problem(string)) is not None:
        yield replace(problem, target=name)
        return
    path = string.pattern.partition(":")[0]
    if not path or "://" in string.pattern:
        return
    if name.site is None:
        yield from (replace(problem, target=name) for problem in find_unfilled(string, is_sent=True))
    if path != string.pattern and (is_collection or (name.site is not None and name.site.call in COLLECTION_CALLS)):
        facts = {"name": string.pattern, "call": "consume"}
        yield Problem(VERSION_IN_TARGET, len(path), len(string.pattern), facts=facts, target=name)
        return
    if (colon := find_colon(string.pattern, is_consumed=True)) is not None:
        yield replace(colon, target=name, facts={"call": "consume"})
        return
    none_at = _find_unset(string)
    project = path.strip("/").rpartition("/")[0].rpartition("/")[2]
    registries = (project,) if means_registry and project else ()
    found = find_problems(path, trailing_slash_fails=True, none_at=none_at, registries=registries)
    in_path = [
        problem
        for problem in found
        if (problem.rule in NAME_RULES and not _is_artifact_of_project(name, problem))
        or (problem.rule == "REG101" and (means_registry or _lacks_word(name, problem)))
    ]
    corrected = ""
    if in_path:
        corrected = (
            write_registry(_write_intended(path, in_path, NAME_RULES), known_names) + string.pattern[len(path) :]
        )
    for problem in in_path:
        yield _weaken(name, replace(problem, target=name, facts={"call": "consume"}, corrected=corrected))
    version, start = string.pattern[len(path) + 1 :], len(path) + 1
    if version == "None":
        yield _weaken(name, Problem("REG113", start, len(string.pattern), target=name, facts={"call": "consume"}))
    elif version == UNKNOWN_NAME and _is_unset_variable(string, start):
        yield Problem("REG113", start, start + 1, "warning", "hole", target=name, facts={"call": "consume"})


def _find_unset(string: StringValue) -> list[int]:
    """The offsets of parts that become the word None where they are not given; of options only in a registry path."""
    if len(string.parts) < 2:
        return []  # None itself as a path raises at once
    is_registry = REGISTRY_PREFIX in string.pattern
    unset = [(offset, part) for offset, part in string.unknown_parts if may_be_none(part)]
    return [offset for offset, part in unset if part.kind == "environment" or is_registry]


def _is_unset_variable(string: StringValue, offset: int) -> bool:
    """Whether a part is a variable of the environment without a default; who runs a program gives it a version."""
    part = string.part_at(offset)
    return isinstance(part, UnknownPart) and part.kind == "environment"


def _is_artifact_of_project(name: LinkTarget, problem: Problem) -> bool:
    """Whether an artifact is only called like a registry: `team-a/p/wandb-registry-export:v1`."""
    registry = registry_name(name.text[problem.start : problem.end])
    if problem.rule != "REG102" or registry in CORE_REGISTRY_TYPES:
        return False
    project = name.text[: problem.start].strip("/")
    own = name.site.run_project if name.site is not None else ()
    return "/" in project or any(string.pattern == project for string in own)


def _lacks_word(name: LinkTarget, problem: Problem) -> bool:
    """Whether the project of a name that is consumed lacks the first word of the prefix: `registry-model/zoo`."""
    project = name.text[problem.start : problem.end].casefold().replace("_", "-").rstrip("s")
    is_meant = problem.kind == "entity" or project in ("registry-model", "registry-dataset")
    return is_meant and not _is_own_project(name, problem)


def judge_target(
    target: LinkTarget, view: OrganizationView | None = None, configured: ConfiguredOrganization = NOTHING_CONFIGURED
) -> tuple[Problem, ...]:
    """The problems of a link target, in the order of the path; each carries the target and the view for its message."""
    in_path = _problems_in_path(target, view, configured)
    if view is None and not in_path:
        return ()  # only a view shows more, and most targets are well
    judgement = judge_link(target, view)
    is_certain = any(problem.severity == "error" for problem in in_path)
    raised = None
    if judgement is not None and judgement.is_bad and not is_certain:
        raised = find_cause(in_path, judgement.rule, target.path.pattern)
    weighed = [_weigh(problem, judgement, is_raised=problem is raised) for problem in in_path]
    if judgement is not None and view is not None and not is_certain and raised is None:
        weighed += _problem_of(judgement, target, view)
    corrected = None
    if weighed:
        names = _registries(target, view) or tuple(configured.registries)
        corrected = write_registry(_write_intended(target.path.pattern, weighed), names)
        settled = judge_link(replace(target, path=as_string(corrected)), view) if view is not None else None
        if settled is not None and settled.rule == UNKNOWN_ORGANIZATION:  # W&B finds the organization automatically
            corrected = corrected[corrected.index(REGISTRY_PREFIX) :]
    if any(problem.rule == UNKNOWN_ENTITY for problem in weighed):  # then nothing is linked to a project
        weighed = [problem for problem in weighed if problem.rule != MISSING_REGISTRY_PREFIX]
    return tuple(replace(problem, target=target, view=view, corrected=corrected) for problem in weighed)


def _write_intended(path: str, in_path: Iterable[Problem], rules: Collection[str] | None = None) -> str:
    """The path with everything written that was clearly intended; each round removes one problem of a segment.

    Where the collection is missing, `COLLECTION` stands for it.

    `rules` are those whose problems count after the first round; None: all.
    """
    for _ in range(MAX_CORRECTIONS):
        corrections = [problem for problem in in_path if problem.intended is not None]
        if not corrections:
            break
        path = _apply_corrections(path, corrections)
        in_path = find_problems(path, trailing_slash_fails=True)
        in_path = [problem for problem in in_path if rules is None or problem.rule in rules]
    if any(problem.rule == "REG102" for problem in in_path):
        registry, colon, version = path.partition(":")
        organization, *between = registry.strip("/").split("/")
        registry = f"{organization}/{between[-1]}" if len(between) > 1 else registry
        return f"{registry}/COLLECTION{colon}{version}"
    empty = next((problem for problem in in_path if problem.rule == "REG105" and problem.kind == "collection"), None)
    return path if empty is None else f"{path[: empty.start]}/COLLECTION{path[empty.end :]}"


def write_registry(path: str, names: tuple[str, ...]) -> str:
    """The path with the one of the known registries that was clearly intended, where it names none of them."""
    name = registry.registry if names and (registry := parsed(path)) is not None else None
    if not name or not is_known(name) or name.casefold() in {known.casefold() for known in names}:
        return path
    intended = only_suggestion(name, names)
    prefixed = f"{REGISTRY_PREFIX}{name}/"
    return path if intended is None else path.replace(prefixed, f"{REGISTRY_PREFIX}{intended}/", 1)


def judge_link(target: LinkTarget, view: OrganizationView | None) -> Judgement | None:
    """What W&B does with a link whose every part is written down; None where that cannot be told.

    What the SDK itself refuses is certain without a view of the organization.
    """
    if target.path.is_default:
        return None  # a default may be another string in the end
    if (problem := find_type_problem(target.path)) is not None:
        from regilink_doctor.core.judgement import Judgement

        return Judgement("refused", problem)
    link = sdk_link(
        target.path.pattern,
        target.method,
        target.known_entity or UNKNOWN_NAME,
        target.known_project or UNKNOWN_NAME,
        {},
    )
    if view is None and not isinstance(link, SdkRefusal):
        return None
    from regilink_doctor.core.judgement import Judgement, judge

    if isinstance(link, SdkRefusal):
        return Judgement("refused", link.problem)
    return judge(link, view, target.known_type) if view is not None else None


def explain_outcome(target: LinkTarget, view: OrganizationView | None, rule: str | None) -> Message | None:
    """The message for a link that W&B refused or misplaced; `rule` is the code that its ledger gives."""
    in_path = judge_target(target, view)
    cause = find_cause(in_path, rule, target.text) if rule is not None else next(iter(in_path), None)
    return rule_for(cause.rule).explain(cause) if cause is not None else None


def explain_attempt(attempt: LinkAttempt, view: OrganizationView | None) -> Message | None:
    """The message for an attempt that W&B refused or misplaced: its rule's, else the failure index's; else None.

    Also for one that it accepted into the legacy model registry, which it closes once a team is migrated, for one
    whose aliases are not as meant, and for one into a registry under a name that lint warns about.
    """
    if attempt.verdict == "linked" and attempt.project != LEGACY_REGISTRY:
        is_in_registry = attempt.requested is not None and is_registry_project(attempt.project or "")
        warnings = judge_target(target_of(attempt.requested or "")) if is_in_registry else ()
        of_path = next((problem for problem in warnings if problem.severity == "warning"), None)
        warning = find_alias_problem(attempt.aliases) or of_path
        return rule_for(warning.rule).explain(warning) if warning is not None else None
    path = attempt.requested
    if path is None:
        path = "/".join(part for part in (attempt.project, attempt.collection) if part)
    entity, _, rest = (attempt.run or "").partition("/")
    project = rest.partition("/")[0]
    target = target_of(path, entity=entity or None, project=project or None, artifact_type=attempt.source_type)
    beyond = _find_problem_beyond_path(attempt, view)
    message = rule_for(beyond.rule).explain(beyond) if beyond else explain_outcome(target, view, attempt.code)
    from regilink_doctor.core.failures import FAILURES
    from regilink_doctor.core.findings import Message

    if message is None and (failure := FAILURES.get(attempt.failure or "")) is not None:
        message = Message(failure.title, help=failure.help)
    if message is None or attempt.code not in _UNSENT:
        return message
    # Without the entity: that of a run that sends nothing need not be on the server.
    problems = judge_target(replace(target, entity=None), view)
    wrong = next((problem for problem in problems if rule_for(problem.rule).is_about_path), None)
    if wrong is None:
        return message
    note = say("the path is wrong, too: {summary}", summary=rule_for(wrong.rule).explain(wrong).summary)
    return Message(message.summary, join_phrases("; ", [message.note, note]) if message.note else note, message.help)


_UNSENT = (LINK_WHILE_DISABLED, LINK_WHILE_OFFLINE)
"""Codes of attempts in runs that send nothing: W&B has not judged the path."""


def _find_problem_beyond_path(attempt: LinkAttempt, view: OrganizationView | None) -> Problem | None:
    """What was wrong with a refused link beside its path: a protected alias, None, `link_model` with a slash."""
    if attempt.code == PROTECTED_ALIAS and view is not None:
        registry = view.registry(attempt.entity or "", registry_name(attempt.project or ""))
        protected = registry.protected_aliases if registry is not None else ()
        refused = [alias for alias in attempt.aliases if alias in protected]
        return Problem(PROTECTED_ALIAS, facts={"alias": refused[0]}) if refused else None
    if attempt.code == LINK_WHILE_DISABLED:
        return Problem(LINK_WHILE_DISABLED, kind="emulated")
    wrong = read_type_error(attempt.message or "") if attempt.code == WRONG_CALL_SHAPE else None
    if wrong is not None:
        what, name = wrong
        is_none = what == "path" and name == "NoneType"
        facts = {"type": name, "path": (attempt.requested or "") if name.endswith("Path") else ""}
        return Problem(WRONG_CALL_SHAPE, kind="none" if is_none else f"{what}-type", facts=facts)
    if attempt.code == LEGACY_MODEL_REGISTRY and attempt.source is None and attempt.requested:
        # Nothing was logged: `link_model` refuses the name before.
        return Problem(LEGACY_MODEL_REGISTRY, target=target_of(attempt.requested, "Run.link_model"))
    return None


def correct_path(
    path: str, view: OrganizationView | None = None, configured: ConfiguredOrganization = NOTHING_CONFIGURED
) -> str | None:
    """The path with everything written that was clearly intended; None when something wrong is left."""
    for _ in range(MAX_CORRECTIONS):
        wrong = judge_target(target_of(path), view, configured)
        if not wrong:
            return path
        corrections = [problem for problem in wrong if problem.intended is not None]
        if not corrections:
            return None
        path = _apply_corrections(path, corrections)
    return None


def _apply_corrections(path: str, corrections: Iterable[Problem]) -> str:
    """The path with what was intended written for each problem, but for those that overlap with a longer one.

    Before a project is its entity, which no path of a registry begins with: it goes with the project.
    """
    first = len(path) + 1
    for problem in sorted(corrections, key=lambda problem: (problem.start, problem.end), reverse=True):
        if problem.end <= first:
            start = 0 if problem.rule == MISSING_REGISTRY_PREFIX else problem.start
            path = path[:start] + (problem.intended or "") + path[problem.end :]
            first = start
    return path


_SLASHES_AFTER = {UNKNOWN_REGISTRY: 1, TEAM_AS_ORGANIZATION: 2, UNKNOWN_ORGANIZATION: 2}
"""Rules about a name in a path: how many slashes come after that name."""


def find_cause(in_path: tuple[Problem, ...], rule: str | None, path: str) -> Problem | None:
    """The problem that a judgement is about: that of the same rule, or that of the name that W&B does not know.

    If the rule is about the path, the worst.
    """
    same = next((problem for problem in in_path if problem.rule == rule), None)
    if same is not None or rule is None:
        return same
    if in_path and rule_for(rule).is_about_path:
        return next((problem for problem in in_path if problem.severity == "error"), in_path[0])
    of_names = (item for item in in_path if item.severity != "info" and "/" not in path[item.start : item.end])
    return next((item for item in of_names if path.count("/", item.start) == _SLASHES_AFTER.get(rule)), None)


def _weigh(problem: Problem, judgement: Judgement | None, *, is_raised: bool) -> Problem:
    if is_raised:
        return replace(problem, severity="error")
    if judgement is not None and judgement.outcome == "linked" and problem.severity == "error":
        return replace(problem, severity="warning")
    return problem


def _problems_in_path(
    target: LinkTarget, view: OrganizationView | None, configured: ConfiguredOrganization
) -> tuple[Problem, ...]:
    in_path = _find_in_path(target.path, target.method, (*_registries(target, view), *configured.registries))
    if target.site is None or target.site.kind == "link":
        in_path += tuple(_find_variables(target))
    return tuple(
        _weaken(target, problem)
        for problem in in_path
        if not _is_own_project(target, problem) and not _is_left_out_entity(target, problem)
    )


def _find_in_path(path: StringValue, method: LinkMethod, registries: tuple[str, ...]) -> tuple[Problem, ...]:
    """What is wrong with a path wherever it is used; `registries` are known to exist."""
    pattern = path.pattern
    if (problem := find_type_problem(path) or find_call_problem(method, pattern)) is not None:
        return (problem,)
    if is_known(pattern) and (pasted := read_pasted(pattern)):
        return (Problem("REG108", 0, len(pattern), intended=pasted.target),)
    unknown = [] if is_known(pattern) else list(path.unknown_parts)
    return find_problems(
        pattern,
        trailing_slash_fails=method == "Artifact.link",
        none_at=_find_unset(path) if unknown else (),
        versions_at=[offset for offset, part in unknown if part.has_version],
        named_registry=_is_named_registry(path),
        registries=registries,
    )


def _find_variables(target: LinkTarget) -> Iterator[Problem]:
    """A variable in a path: Python reads none, and a path that is in no file is sent to W&B as it is."""
    if target.path.is_path_object:
        return
    where = find_unfilled_variable(target.path) if target.site is not None else next(find_variables(target.text), None)
    if where is not None:
        yield Problem(UNFILLED_PLACEHOLDER, *where, failure="A7")


def _is_named_registry(path: StringValue) -> bool:
    """Whether the names that hold a path without the prefix say that it is a path of a registry."""
    pattern = path.pattern
    if pattern.startswith(REGISTRY_PREFIX):
        return False
    project_end = pattern.rfind("/") if "/" in pattern else len(pattern)
    names = path.names_at(0, project_end) or path.names_at(0, len(pattern))
    return any("registry" in name.lower() for name in names)


def _is_left_out_entity(target: LinkTarget, problem: Problem) -> bool:
    """Whether a path begins with a slash only where the run's entity is not set: with it, the path is REG202's."""
    if problem.kind != "leading-slash":
        return False
    entities = target.site.run_entity if target.site is not None else ()
    own = {name for entity in entities for part in entity.parts for name in part.variables} | {"WANDB_ENTITY"}
    return any(not own.isdisjoint(part.variables) for part in target.path.empty_defaults(0, 0))


def _is_own_project(target: LinkTarget, problem: Problem) -> bool:
    """Whether a project is only called like a registry, and is the one of the run or of the artifact."""
    if problem.rule != "REG101" or problem.kind == "known" or target.site is None:
        return False
    project = target.text[problem.start : problem.end]
    own = {string.pattern for string in target.site.run_project}
    source = target.site.artifact
    if source is not None and source.kind == "consume":
        own |= {path.project for name in source.target if (path := parsed(name.pattern)) and path.project}
    return project in own


def _weaken(target: LinkTarget, problem: Problem) -> Problem:
    """A name that is empty, or None, only when something is not given is a warning (failures A5 to A7)."""
    is_default = False
    if problem.rule == "REG105":
        is_default = any(target.path.empty_defaults(problem.start, problem.end))
    elif problem.rule == "REG113":
        part = target.path.part_at(problem.start)
        is_default = isinstance(part, KnownPart) and part.default_of is not None
    return replace(problem, severity="warning") if is_default else problem


def _registries(target: LinkTarget, view: OrganizationView | None) -> tuple[str, ...]:
    if view is None:
        return ()
    if not target.known_entity and len(view.organization_names) == 1:
        return known_registries(view)
    entity = view.entity(target.known_entity or "")
    if entity is None:
        return ()
    return tuple(name for names in entity.organizations for name in view.registry_names(names.entity))


def _problem_of(judgement: Judgement, target: LinkTarget, view: OrganizationView) -> Iterator[Problem]:
    """The problem that only the organization shows, its part of the path, and what was intended there."""
    problem = judgement.problem
    if problem is None or judgement.outcome == "linked":
        return
    rule = rule_for(problem.rule)
    if rule.is_about_path:
        return
    severity: Severity = "info" if rule.severity == "info" else "warning"
    if judgement.is_bad:
        severity = "error"
    facts = {"outcome": judgement.outcome, "organization": judgement.organization or "", **problem.facts}
    problem = replace(problem, severity=severity, facts=facts, target=target, view=view)
    if replacement := rule.replacement_for(problem):
        start, end, intended = replacement.start, replacement.end, replacement.content
        yield replace(problem, start=start, end=end, intended=intended)
    else:
        yield replace(problem, start=0, end=len(target.path.pattern))


def to_finding(report: Report, item: Site | FileFact) -> Finding:
    """The finding of a report about a call site, setting, requirement or command."""
    problem = report.problem
    rule = rule_for(problem.rule)
    message = rule.explain(problem).rewrite(mask_secrets)
    place, written = _find_places(report, item)
    through = getattr(item, "through", ())
    target = report.string if report.string is not None and not report.argument else _target_of(item)
    finding = Finding(
        rule.code,
        rule.name,
        problem.severity,
        message.summary,
        place,
        message.help,
        report.fix or _fix(rule, problem, report.string, place),
        (
            *report.related,
            *([Related("the value is set here", written)] if written is not None else _find_parts(report, place)),
            *([Related("consumed here" if item.kind == "consume" else "linked here", through[-1])] if through else ()),
        ),
        target=mask_secrets(target.display) if target is not None else None,
        note=message.note,
        failures=(problem.failure,) if problem.failure in rule.failures else rule.failures,
        through=through,
    )
    if written is None or written.path.endswith((".py", ".ipynb")):
        return finding
    fix = _fix(rule, problem, report.string, written)
    at_value = replace(
        finding,
        place=written,
        fix=fix if fix is not None and fix.applicability == "safe" else None,
        related=(*(item for item in report.related if item.place != written), Related("the value is used here", place)),
    )
    return replace(finding, at_value=at_value)


def is_of_caller(report: Report, site: Site) -> bool:
    """Whether what is reported of a call of a function of another file is the caller's, and not that function's own.

    What the function writes itself is reported in its own file. A problem of the whole call is that of the caller where
    it passes the whole target; one of the type where it passes a part of the target, the type or the artifact; one of
    the run where the function does not start that itself.
    """
    if site.is_hidden_in_callee or report.problem.rule == "REG603":  # the run that has ended is the caller's
        return True
    files = {place.path for place in site.through}
    if report.at is not None and report.at != site.place:
        return report.at.path == site.place.path
    if report.string is not None:
        start, end = report.problem.start, report.problem.end
        return report.string.place_of(start, max(end, start + 1)).path not in files
    rule = rule_for(report.problem.rule)
    if rule.is_about_run and site.init is not None:
        return site.init.place.path not in files
    are_passed = [part.place.path not in files for text in site.target for part in text.parts]
    if not rule.is_about_type:
        return all(are_passed)
    types = (part.place.path not in files for text in site.artifact_type for part in text.parts)
    return any(are_passed) or any(types) or (site.artifact is not None and site.artifact.place.path not in files)


def is_in_example(report: Report) -> bool:
    """Whether a placeholder is in a file that waits to be copied; a folder `examples` has what is used in place."""
    if report.problem.rule != UNFILLED_PLACEHOLDER or report.string is None:
        return False
    start, end = report.problem.start, report.problem.end
    *folders, name = to_slashes(report.string.place_of(start, max(end, start + 1)).path).split("/")
    names = [name, *(folder for folder in folders if "." in folder or "template" in folder)]
    return any(word in part for part in names for word in _EXAMPLES)


def finding_at(place: Place, problem: Problem) -> Finding:
    """The finding of a problem that is at no call site: a file that cannot be read, a comment that is wrong."""
    rule = rule_for(problem.rule)
    message = rule.explain(problem).rewrite(mask_secrets)
    return Finding(
        rule.code,
        rule.name,
        rule.severity,
        message.summary,
        place,
        message.help,
        note=message.note,
        failures=rule.failures,
    )


def _target_of(item: Site | FileFact) -> StringValue | None:
    """The one target of a call site."""
    targets = getattr(item, "target", ())
    return targets[0] if isinstance(targets, tuple) and len(targets) == 1 else None


def _find_places(report: Report, item: Site | FileFact) -> tuple[Place, Place | None]:
    """Where to report: in the call; and where the string is written, if that is elsewhere."""
    if report.at is not None:
        return report.at, None
    string = report.string
    if string is None:
        return item.place, None
    start, end = report.problem.start, report.problem.end
    written = string.place_of(start, max(end, start + 1))
    span, argument = item.statement, getattr(item, "argument", None)
    inside = span.line <= written.span.line and written.span.end_line <= span.end_line
    # An argument of `functools.partial` is written before the statement of the call.
    inside = inside or (argument is not None and argument.span.contains(written.span))
    if inside and (written.path, written.cell) == (item.place.path, item.place.cell):
        return written, None
    is_in_table = item.kind == "target" and written.path == item.place.path
    if is_in_table or item.kind in ("setting", "requirement", "command"):
        return written, None
    return _passed_at(item, report.argument), written


def _find_parts(report: Report, place: Place) -> Iterator[Related]:
    """Where parts of what is wrong are written in other files."""
    if report.string is None or report.at is not None or len(report.string.parts) < 2:
        return
    start, end = report.problem.start, report.problem.end
    places = [part.place for part in report.string.cut(start, max(end, start + 1)) if part.place.path != place.path]
    for part in {(part.path, part.span.line): part for part in places}.values():
        yield Related("a part of the value is set here", part)


def _passed_at(item: Site | FileFact, argument: str) -> Place:
    """Where a call passes an argument, the target if none is named."""
    if argument:
        keywords = item.arguments.keywords if hasattr(item, "arguments") else {}
        return keywords.get(argument, (item.place, item.place))[1]
    return getattr(item, "argument", None) or item.place


def _fix(rule: Rule, problem: Problem, string: StringValue | None, reported: Place) -> Fix | None:
    """What was intended, written over what is wrong: only where that is written in the file of the finding."""
    if string is None or problem.intended is None:
        return None
    place = string.exact_piece(problem.start, problem.end)
    if place is None or (place.path, place.cell) != (reported.path, reported.cell):
        return None
    what = say("replace with {intended}", intended=quoted(problem.intended)) if problem.intended else say("remove it")
    safety = rule.fix_safety(problem)
    return Fix(what, safety, (Edit(place.span, problem.intended),)) if safety else None
