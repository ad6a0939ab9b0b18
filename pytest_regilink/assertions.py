"""Assertions about what a program linked and consumed. They need a ledger (`emulator.ledger.links`) alone.

A path is a string with or without the organization's entity (`*` matches any characters), a `TargetPath`, or an
artifact of the SDK: a linked artifact means its version in the registry, a source artifact means itself, wherever it
was linked. A registry alone, `wandb-registry-model`, means everything in it.

What can never be true is refused with `ImpossibleAssertion`: a path that no link can have, a rule that does not exist.
"""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from regilink_doctor.core import rule_codes
from regilink_doctor.core.naming import REGISTRY_PREFIX, is_version
from regilink_doctor.core.problems import LinkInput, Problem, find_problems, find_unfilled
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.target_path import TargetPath, is_registry_project, parse
from regilink_doctor.core.targets import as_string
from regilink_doctor.core.text import did_you_mean
from regilink_doctor.report.dry_run import render_assumed, render_links, render_message
from regilink_doctor.rules.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from regilink_doctor.core.ledger import Assumed, LinkAttempt, Triggered
    from regilink_doctor.emulator import World
    from regilink_doctor.emulator.ledger import Consumption
    from regilink_doctor.emulator.world.model import ArtifactVersion, Membership, Run

__tracebackhide__ = True

HOW = {"fetch": "fetched", "use": "used", "download": "downloaded"}
"""How a version can be consumed, and the participle for messages."""


class ImpossibleAssertion(AssertionError, ValueError):
    """The assertion was given something that can never be true, so that it would prove nothing."""


@record
class PathPattern:
    """What an assertion is about: a registry, a collection, or a version in it.

    `path` has or lacks the entity, and may contain `*`. `version` is a version or an alias. With `is_source` it is the
    version as it was logged, wherever it was linked to.
    """

    path: str
    version: str | None = None
    is_source: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.version}" if self.version else self.path

    @property
    def is_registry(self) -> bool:
        """Whether it means a whole registry."""
        return is_registry_project(self.path.rpartition("/")[2]) and self.path.count("/") < 2

    @property
    def registry(self) -> str | None:
        """The name of its registry with the prefix, which may contain `*`; None for a project."""
        parts = self.path.split("/")
        project = parts[-1] if self.is_registry else parts[-2] if len(parts) > 1 else ""
        return project if is_registry_project(project) else None

    @property
    def entity(self) -> str | None:
        """Its first part, where it names an entity."""
        parts = self.path.split("/")
        return parts[0] if len(parts) == (2 if self.is_registry else 3) and "*" not in parts[0] else None

    def matches_name(self, name: str | None) -> bool:
        """Whether `entity/project/collection` is meant."""
        if not name:
            return False
        wanted = f"{self.path}/*" if self.is_registry else self.path
        candidates = (name, name.partition("/")[2])
        return wanted in candidates or ("*" in wanted and any(matches_pattern(each, wanted) for each in candidates))

    def is_destination(self, attempt: LinkAttempt, latest: Collection[str] = ("latest",)) -> bool:
        """Whether the link went here. At that moment, the version that is linked is `latest`."""
        if attempt.destination is None:
            return False
        if self.is_source:
            return attempt.source == str(self)
        if self.version not in (None, attempt.version, *attempt.aliases, *latest):
            return False
        return self.matches_name(attempt.destination) or self.path == attempt.requested

    def was_requested(self, attempt: LinkAttempt) -> bool:
        """Whether the link was to go here."""
        if self.is_source:
            return attempt.source == str(self)
        asked = "/".join(part or "" for part in (attempt.entity, attempt.project, attempt.collection))
        # The SDK refuses some paths before anything reaches a server: then the string is all that is known.
        return attempt.requested in (str(self), self.path) or any(
            self.matches_name(name) for name in (asked, attempt.requested, f"/{attempt.requested}")
        )


def read_pattern(path: object) -> PathPattern:
    """The pattern of a string, a `TargetPath` or an artifact of the SDK, whether a link can have it or not.

    Raises:
        ImpossibleAssertion: an artifact that was never logged is nowhere; nothing else is a path.
    """
    __tracebackhide__ = True
    if isinstance(path, PathPattern):
        return path
    if (qualified := _qualified_name(path)) is not None:
        name, _, version = qualified.rpartition(":")
        return PathPattern(name or version, version if name else None, is_source=not getattr(path, "is_link", False))
    if not isinstance(path, (str, TargetPath)):
        raise ImpossibleAssertion(f"{path!r} is not a path: give a string, a TargetPath or an artifact of wandb")
    text = str(path)
    head, slash, name = text.rpartition("/")
    name, colon, version = name.partition(":")
    if not text.strip() or (colon and not version):
        raise ImpossibleAssertion(f"{quoted(text)} is not a path: no link can have it")
    return PathPattern(f"{head}{slash}{name}", version if colon else None)


def read_destination(path: object) -> PathPattern:
    """The pattern of a place where a link can go.

    Raises:
        ImpossibleAssertion: no link can go there.
    """
    __tracebackhide__ = True
    pattern = read_pattern(path)
    parts = pattern.path.split("/")
    if unfilled := next(find_unfilled(as_string(str(pattern)), is_sent=True), None):
        why = f"{quoted(unfilled.facts['wrong'])} was never filled in [{unfilled.rule}]"
        raise ImpossibleAssertion(f"no link can have the path {quoted(str(pattern))}: {why}")
    if pattern.is_registry and parts[-1] != REGISTRY_PREFIX:
        return pattern
    if pattern.path == "*" or pattern.is_source:
        return pattern
    if any(part.removeprefix(REGISTRY_PREFIX).startswith((".*", ".+")) for part in parts):
        raise ImpossibleAssertion(
            f"{quoted(str(pattern))} is a regular expression: in a path, * alone matches any characters"
        )
    if len(parts) == 1:
        raise ImpossibleAssertion(
            f'no link can have the path {quoted(str(pattern))}: write "{REGISTRY_PREFIX}NAME/{parts[0]}"'
        )
    wrong = [problem for problem in find_problems(pattern.path.replace("*", "x")) if problem.rule != "REG101"]
    if wrong or len(parts) > 3:
        codes = f" [{wrong[0].rule}]" if wrong else ""
        raise ImpossibleAssertion(f"no link can have the path {quoted(str(pattern))}{codes}")
    return pattern


def assert_linked(
    attempts: Iterable[LinkAttempt],
    path: object,
    *,
    type: str | None = None,
    aliases: str | Collection[str] | None = None,
    exact: bool = False,
    now: World | None = None,
    assumed: Sequence[Assumed] = (),
    reason: str | None = None,
) -> LinkAttempt:
    """Return the last link that went to `path`, of this type and with at least these aliases where they are given.

    With `exact` it was the only one there, and has these aliases and no others. With `now` the version is still there,
    and its aliases are those of this moment. A link to a project, which is in no registry, does not count. `reason`
    says why there may be no link.

    Raises:
        AssertionError: there is none; the message shows those that were attempted.
    """
    __tracebackhide__ = True
    tried, pattern, wanted = tuple(attempts), read_destination(path), read_aliases(aliases)
    current = [_update_aliases(attempt, now) for attempt in tried] if now is not None else tried
    latest = ("latest",) if now is None else ()  # now it is an alias like others
    matching = [attempt for attempt in current if pattern.is_destination(attempt, latest)]
    if not matching:
        raise link_error(describe_miss(pattern, tried), tried, assumed, reason)
    if exact and len(matching) > 1:
        raise link_error(f"linked to {quoted(str(pattern))} {len(matching)} times, not once", tried, assumed)
    fitting = [
        attempt
        for attempt in matching
        if type in (None, attempt.source_type)
        and not _list_missing_aliases(attempt, wanted, latest)
        and not _list_extra_aliases(attempt, wanted, exact)
    ]
    if any(attempt.verdict == "linked" for attempt in fitting):
        if now is not None and _find_linked_version(fitting[-1], now) is None:
            raise link_error(f"{_name_version(fitting[-1])} was linked, but it is not there now", tried, assumed)
        return fitting[-1]
    if fitting:
        raise link_error(f"{_describe_misplaced(fitting[-1])}{_suggest_path(pattern, fitting[-1])}", tried, assumed)
    last = matching[-1]
    where = f"{_describe_place(last)}linked to {quoted(str(pattern))}"
    if now is not None:
        where = f"{_describe_place(last)}{_name_version(last)} is there now"
    if type not in (None, last.source_type):
        raise link_error(
            f"{where} with type {quoted(last.source_type or '')}, not {quoted(type or '')}", tried, assumed
        )
    if missing := _list_missing_aliases(last, wanted, latest):
        summary = f"{where} without {_list_aliases(missing)}; it has {_list_aliases(last.aliases)}"
        moment = " (when it was linked; now=True is about this moment)" if now is None else ""
        raise link_error(f"{summary}{moment}", tried, assumed)
    raise link_error(f"{where} also with {_list_aliases(_list_extra_aliases(last, wanted, exact))}", tried, assumed)


def _name_version(attempt: LinkAttempt) -> str:
    return f"{attempt.destination}:{attempt.version}"


def _find_linked_version(attempt: LinkAttempt, world: World) -> Membership | None:
    """The version that was linked, where it is in its collection at this moment."""
    if attempt.destination is None or attempt.version is None:
        return None
    return find_membership(world, PathPattern(attempt.destination, attempt.version))


def _update_aliases(attempt: LinkAttempt, world: World) -> LinkAttempt:
    """The attempt with the aliases that its version has at this moment."""
    membership = _find_linked_version(attempt, world)
    if membership is None:
        return attempt
    return replace(attempt, aliases=membership.aliases)


def assert_not_linked(attempts: Iterable[LinkAttempt], path: object = None, *, assumed: Sequence[Assumed] = ()) -> None:
    """No link went to `path`; without a path, no link went anywhere.

    Raises:
        AssertionError: one did.
    """
    __tracebackhide__ = True
    tried = tuple(attempts)
    pattern = None if path is None else read_destination(path)
    for attempt in tried:
        if attempt.destination and (pattern is None or pattern.is_destination(attempt)):
            summary = f"{_describe_place(attempt)}something was linked to {quoted(str(pattern or attempt.destination))}"
            if pattern is not None and pattern.is_registry:
                summary += f": {quoted(attempt.destination)}"
            raise link_error(summary, tried, assumed)


def assert_refused(
    attempts: Iterable[LinkAttempt],
    path: object,
    *,
    code: str | None = None,
    failure: str | None = None,
    assumed: Sequence[Assumed] = (),
    reason: str | None = None,
) -> LinkAttempt:
    """Return the last link to `path` that was refused, for the rule `code` and the failure id `failure` where given.

    `path` may be one that the SDK refuses: it is compared with the string in the code.

    Raises:
        AssertionError: none was.
    """
    __tracebackhide__ = True
    tried, pattern = tuple(attempts), read_pattern(path)
    code, failure = read_code(code), read_failure(failure)
    refused = [each for each in tried if each.verdict == "refused" and pattern.was_requested(each)]
    for attempt in reversed(refused):
        if code in (None, attempt.code) and failure in (None, attempt.failure):
            return attempt
    wanted = " and ".join(part for part in (code, failure) if part)
    if refused:
        last = refused[-1]
        actual = ", ".join(part for part in (last.code, last.failure) if part) or last.message or "no known reason"
        where = f"{_describe_place(last)}the link to {quoted(str(pattern))}"
        raise link_error(f"{where} was refused for {actual}, not for {wanted}", tried, assumed)
    linked = next((each for each in tried if each.destination and pattern.was_requested(each)), None)
    if linked is not None:
        raise link_error(
            f"{_describe_place(linked)}the link to {quoted(str(pattern))} was not refused: it is {linked.verdict}",
            tried,
            assumed,
        )
    raise link_error(f"no link to {quoted(str(pattern))} was refused", tried, assumed, reason)


def assert_consumed(
    consumed: Iterable[Consumption], name: object, *, how: str | None = None, reason: str | None = None
) -> Consumption:
    """Return the last time that a version was consumed (`how`: `fetch`, `use`, `download`). Failures do not count.

    Raises:
        AssertionError: it was not; the message shows what was.
    """
    __tracebackhide__ = True
    entries, pattern, how = tuple(consumed), read_destination(name), read_how(how)
    for entry in reversed(entries):
        if how in (None, entry.how) and entry.failed is None and find_consumed_name(pattern, entry):
            return entry
    failed = next((each for each in reversed(entries) if each.failed and find_consumed_name(pattern, each)), None)
    lines = [f"{quoted(str(pattern))} was not {HOW.get(how or '', 'consumed')}"]
    if failed is not None:
        lines[0] += f": {(failed.failed or '').splitlines()[0]}"
    elif not entries:
        lines[0] += ": nothing was consumed at all"
        lines += [reason] if reason else []
    elif ways := _describe_ways(entry for entry in entries if find_consumed_name(pattern, entry)):
        lines[0] += f": it was {ways}"
    elif others := dict.fromkeys(entry.asked_for[0] for entry in entries if entry.failed is None):
        lines[0] += f": {', '.join(map(quoted, list(others)[:3]))} {'was' if len(others) == 1 else 'were'}"
    if entries:
        lines += ["Consumed:", *(_describe_consumption(each) for each in entries)]
    raise AssertionError("\n".join(lines))


def assert_not_consumed(consumed: Iterable[Consumption], name: object = None, *, how: str | None = None) -> None:
    """No version of this name was consumed; without a name, nothing was. Failed attempts do not count.

    Raises:
        AssertionError: one was.
    """
    __tracebackhide__ = True
    pattern, how = None if name is None else read_destination(name), read_how(how)
    entries = [entry for entry in consumed if how in (None, entry.how) and entry.failed is None]
    for entry in entries:
        if (asked := find_consumed_name(pattern, entry)) is not None:
            ways = _describe_ways(other for other in entries if other.name == entry.name)
            known_as = f", as {entry.name}" if asked != entry.name else ""
            raise AssertionError(f"{quoted(asked)} was {ways}{known_as}")


def assert_logged(
    runs: Iterable[Run],
    name: object,
    *,
    type: str | None = None,
    aliases: str | Collection[str] | None = None,
    reason: str | None = None,
) -> ArtifactVersion:
    """Return the last version of this name that one of the runs logged: `zoo`, `project/zoo`, `entity/project/zoo`.

    Raises:
        AssertionError: there is none; the message shows what was logged.
        ImpossibleAssertion: the name is a registry's, where no run logs.
    """
    __tracebackhide__ = True
    pattern, wanted = read_pattern(name), read_aliases(aliases) or frozenset()
    if pattern.registry:
        raise ImpossibleAssertion(
            f"{quoted(str(pattern))} is in a registry, a run logs to its project: use assert_linked"
        )
    logged = [version for run in runs for version in run.logged]
    named = [version for version in logged if _is_logged_as(pattern, version)]
    for version in reversed(named):
        if type in (None, version.type) and wanted <= _list_own_aliases(version):
            return version
    details = f" of type {quoted(type)}" if type else ""
    details += f" with {_list_aliases(sorted(wanted))}" if wanted else ""
    lines = [f"no run logged {quoted(str(pattern))}{details}"]
    if named:
        last = named[-1]
        own = _list_own_aliases(last)
        actual = f"has {_list_aliases(sorted(own))}" if type in (None, last.type) else f"is of type {quoted(last.type)}"
        lines[0] += f": {last.source_name} {actual}"
    if logged:
        lines += ["Logged:", *(f"{version.type} {version.source_name}" for version in logged)]
    elif reason:
        lines.append(reason)
    raise AssertionError("\n".join(lines))


def _is_logged_as(pattern: PathPattern, version: ArtifactVersion) -> bool:
    path = version.sequence.path
    names = (path, path.partition("/")[2], path.rpartition("/")[2])
    if pattern.version not in (None, f"v{version.index}", *_list_own_aliases(version)):
        return False
    return pattern.path in names or ("*" in pattern.path and any(matches_pattern(name, pattern.path) for name in names))


def _list_own_aliases(version: ArtifactVersion) -> set[str]:
    """Its aliases where it was logged."""
    own = (item for item in version.memberships if item.collection is version.sequence)
    return {name for item in own for name in item.aliases}


def assert_triggered(world: World, name: str, *, path: object = None, reason: str | None = None) -> Triggered:
    """Return the last time that the automation `name` ran; with `path`, for a version there.

    Raises:
        AssertionError: it did not, or there is none of this name; the message shows what it waits for.
    """
    __tracebackhide__ = True
    pattern = None if path is None else read_destination(path)
    with world.lock:
        automations = [automation for automation in world.automations.values() if automation.name == name]
        names = dict.fromkeys(automation.name for automation in world.automations.values())
    ran = [entry for entry in world.ledger.triggered if entry.automation == name]
    for entry in reversed(ran):
        if pattern is None or _is_subject(pattern, entry):
            return entry
    if not automations and not ran:
        near = did_you_mean(name, names) or "."
        makes = "" if names else f"; regilink.automation({quoted(name)}, ...) makes one"
        raise ImpossibleAssertion(
            f"there is no automation {quoted(name)}{near} There are: {', '.join(names) or 'none'}{makes}"
        )
    summary = (
        f"the automation {quoted(name)} did not run{f' for {quoted(str(pattern))}' if pattern is not None else ''}"
    )
    if ran:
        summary += f": it ran for {', '.join(dict.fromkeys(entry.subject for entry in ran))}"
    elif automations:
        automation = automations[-1]
        disabled = "" if automation.enabled else ", but it is disabled"
        summary += f": it waits for {automation.event} in {automation.place}, filter {automation.filter}{disabled}"
    raise link_error(summary, world.ledger.links, world.assumed, reason)


def _is_subject(pattern: PathPattern, entry: Triggered) -> bool:
    name, _, version = entry.subject.rpartition(":")
    return pattern.matches_name(name or version) and pattern.version in (None, version, entry.alias)


def find_membership(world: World, pattern: PathPattern) -> Membership | None:
    """The version in its collection; without a version the latest. A path without an entity is a registry's."""
    from regilink_doctor.emulator.world import artifacts

    parts = pattern.path.split("/")
    entity, project_name, name = parts if len(parts) == 3 else (None, parts[0], "/".join(parts[1:]))
    organization = next(iter(world.organizations.values()), None)
    project = world.find_project(entity or (organization.entity.name if organization else None), project_name)
    collection = project.collections.get(name) if project is not None else None
    return artifacts.find(collection, pattern.version or artifacts.LATEST) if collection is not None else None


def assert_registry_ready(world: World, source: object, *, registry: str | None = None) -> ArtifactVersion:
    """Return the version `source`, which can be linked to a registry, or to this one.

    Raises:
        AssertionError: it cannot; the message says why.
    """
    __tracebackhide__ = True
    pattern = read_pattern(source)
    membership = find_membership(world, pattern)
    if membership is None and pattern.path.count("/") < 2 and pattern.registry is None:
        raise ImpossibleAssertion(f'{quoted(str(pattern))} is not a full name: write "ENTITY/PROJECT/{pattern.path}"')
    if membership is None:
        with world.lock:
            names = [other.source_name for other in world.artifacts.values()]
        near = did_you_mean(str(pattern), names) or f"; there are: {', '.join(names[-3:]) or 'no artifacts'}"
        raise AssertionError(f"{quoted(str(pattern))} is not on the server{near}")
    version = membership.artifact
    if version.state != "COMMITTED":
        raise AssertionError(f"{version.source_name} is not committed: `run.log_artifact(artifact).wait()` first")
    entity = version.sequence.project.entity
    if entity.kind != "team":
        rule = rule_codes.PERSONAL_ENTITY if entity.kind == "personal" else rule_codes.ORGANIZATION_AS_ENTITY
        raise _not_ready(version, Problem(rule, facts={"entity": entity.name}))
    if entity.organization is None:
        problem = Problem(rule_codes.UNKNOWN_ENTITY, kind="no-organization", facts={"entity": entity.name})
        raise _not_ready(version, problem)
    if registry is not None:
        _check_accepted(world, version, registry)
    return version


def assert_target_path(path: object) -> None:
    """`path` is a target path in a registry with nothing wrong in it.

    Raises:
        AssertionError: it is not; the message says what is wrong.
    """
    __tracebackhide__ = True
    text = str(path)
    from regilink_doctor.core.organization_view import ConfiguredOrganization
    from regilink_doctor.core.targets import target_of
    from regilink_doctor.rules import rule_for
    from regilink_doctor.rules.judge import judge_target

    # Whatever the first part is called, a registry is meant.
    project = text.strip("/").rpartition("/")[0].rpartition("/")[2]
    wrong = judge_target(target_of(text), configured=ConfiguredOrganization(registries={project: ()}))
    if wrong:
        codes = ", ".join(problem.rule for problem in wrong)
        lines = [line for problem in wrong for line in render_message(rule_for(problem.rule).explain(problem))]
        raise AssertionError("\n  ".join([f"{quoted(text)} is not a target path [{codes}]: {lines[0]}", *lines[1:]]))
    if not parse(text).is_registry:
        raise AssertionError(f'{quoted(text)} names no registry: write "{REGISTRY_PREFIX}REGISTRY/{text}"')


CONTRACT_RULES = (
    rule_codes.CONSUMED_NEVER_PRODUCED,
    rule_codes.CONFLICTING_PRODUCER_TYPES,
    rule_codes.ALIAS_NEVER_SET,
    rule_codes.ORGANIZATION_MISMATCH,
)
"""What breaks between the teams: no producer, two types, an alias that nothing sets, another organization."""


def assert_map(
    *paths: str | os.PathLike[str],
    maps: Iterable[str | os.PathLike[str]] = (),
    catalog: str | os.PathLike[str] | None = None,
    repository: str | None = None,
    allow_unknown: bool = False,
) -> None:
    """What the code consumes from a registry is linked somewhere: with its alias, in its organization, as one type.

    Args:
        paths: files and folders of this repository; none: the current folder.
        maps: maps of other repositories, as `regilink map --output-format json` writes them.
        catalog: `regilink.catalog.json`.
        repository: the name of this one; an older map of it among `maps` does not count.
        allow_unknown: accept consumers whose names the source does not show, and maps with files that were not read.

    Raises:
        AssertionError: something is not so; the message says what and where.
        ImpossibleAssertion: the code consumes nothing from a registry, so nothing would be proven.
    """
    __tracebackhide__ = True
    from regilink_doctor.config import Config
    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.core.link_map import LinkMap
    from regilink_doctor.report.link_map import describe_use, finding_lines
    from regilink_doctor.workflows.link_map import find_map_problems, map_paths
    from regilink_doctor.workflows.link_map_file import merge_maps

    view = Catalog.load(os.fspath(catalog)) if catalog is not None else None
    config = Config()
    result = map_paths([os.fspath(path) for path in paths] or ["."], catalog=view, config=config, repository=repository)
    if unread := [*result.lint.failures, *result.lint.unread]:
        raise ImpossibleAssertion("\n  ".join(["the source cannot be read: " + unread[0], *unread[1:]]))
    own = result.link_map
    if not any(use.kind == "consume" for use in own.uses):
        raise ImpossibleAssertion("the code consumes nothing from a registry, so this would prove nothing")
    others, _ = merge_maps([os.fspath(path) for path in maps])
    foreign = [use for use in others.uses if use.repository not in own.repositories]
    whole = LinkMap([*own.uses, *foreign], [*own.repositories, *others.repositories], view, is_merged=bool(foreign))
    lines = [
        line
        for item in find_map_problems(whole, config.selection)
        if item.finding.code in CONTRACT_RULES and item.repository in own.repositories
        for line in finding_lines(item, many=False)
    ]
    if not allow_unknown:
        unknown = (use for use in own.unknown if use.kind == "consume")
        lines += [f"{describe_use(use, many=False)}: the source does not show what this consumes" for use in unknown]
        leads = tuple(f"{name}/" for name in own.repositories)  # of an older map, as `merge_maps` writes them
        unread = [item for item in (*others.unread, *others.skipped) if not item.startswith(leads)]
        unread += own.skipped
        lines += [f"{sentence}; what this file links is not in the map" for sentence in unread]
    if lines:
        raise AssertionError("\n  ".join(["the map does not fit: " + lines[0], *lines[1:]]))


def read_aliases(aliases: str | Collection[str] | None) -> frozenset[str] | None:
    """The aliases; a string is one.

    Raises:
        ImpossibleAssertion: W&B has no such alias.
    """
    __tracebackhide__ = True
    if aliases is None:
        return None
    names = frozenset([aliases] if isinstance(aliases, str) else aliases)
    for name in names:
        if not isinstance(name, str) or not name or "/" in name or ":" in name:
            raise ImpossibleAssertion(f"{name!r} is not an alias: no version can have it")
        if is_version(name):
            raise ImpossibleAssertion(f'{name!r} is a version\'s number, never found as an alias: write "PATH:{name}"')
    return names


def read_code(code: str | None) -> str | None:
    """The code of a rule.

    Raises:
        ImpossibleAssertion: there is no such rule.
    """
    __tracebackhide__ = True
    if code is None:
        return None
    from regilink_doctor.rules.index import RULES
    from regilink_doctor.rules.selection import no_such_rule

    if code not in RULES:
        raise ImpossibleAssertion(no_such_rule(str(code)))
    return code


def read_failure(failure: str | None) -> str | None:
    """A failure id.

    Raises:
        ImpossibleAssertion: it is not in the failure index.
    """
    __tracebackhide__ = True
    if failure is None:
        return None
    from regilink_doctor.core.failures import FAILURES

    if failure not in FAILURES:
        near = did_you_mean(str(failure), FAILURES) or ': its ids are like "B3"'
        raise ImpossibleAssertion(f"there is no failure {quoted(failure)} in the failure index{near}")
    return failure


def read_how(how: str | None) -> str | None:
    """A way to consume.

    Raises:
        ImpossibleAssertion: nothing is consumed that way.
    """
    __tracebackhide__ = True
    if how is not None and how not in HOW:
        raise ImpossibleAssertion(
            f"how={how!r}: a version is consumed by {', '.join(map(quoted, HOW))}{did_you_mean(str(how), HOW)}"
        )
    return how


def find_consumed_name(pattern: PathPattern | None, entry: Consumption) -> str | None:
    """The name by which the version that is meant was asked for; a source is also found by what it is."""
    if pattern is None or (pattern.is_source and entry.name == str(pattern)):
        return entry.asked_for[0]
    for name in entry.asked_for:
        path, _, version = name.rpartition(":")
        if pattern.matches_name(path or version) and pattern.version in (None, version):
            return name
    return None


def describe_miss(pattern: PathPattern, attempts: Sequence[LinkAttempt]) -> str:
    """Why nothing is at `pattern`: what became of the last link, with its place, its rule and what to write."""
    if not attempts:
        return f"nothing was linked to {quoted(str(pattern))}: no link was attempted at all"
    # The link that was meant; else what W&B refused is the likeliest cause, before links that went elsewhere.
    requested = [attempt for attempt in attempts if pattern.was_requested(attempt)]
    failed = [attempt for attempt in attempts if attempt.verdict == "refused"]
    last = (requested or failed or attempts)[-1]
    if last.verdict == "refused":
        refusal = f"refused{_describe_cause(last)}" if requested else _describe_refused_link(last)
        return f"{_describe_place(last)}nothing was linked to {quoted(str(pattern))}: {refusal}"
    if last.verdict == "misplaced":
        return f"{_describe_misplaced(last)}{_suggest_path(pattern, last)}"
    linked = f"linked to {quoted(last.destination or '')}"
    return f"{_describe_place(last)}{linked}, nothing was linked to {quoted(str(pattern))}"


def _describe_misplaced(attempt: LinkAttempt) -> str:
    """Where a link went that does not count: to a project, or where it is not known that W&B would put it."""
    if attempt.verdict == "unknown":
        asked, place = quoted(attempt.requested or ""), quoted(attempt.destination or "")
        where = f"{_describe_place(attempt)}whether W&B links {asked} to {place} is undocumented"
        return where + _describe_codes(attempt)
    project = (attempt.destination or "").split("/")[1:2]
    where = f'{_describe_place(attempt)}linked to project "{"".join(project)}"'
    return f"{where}, not to a registry{_describe_codes(attempt)}"


def _suggest_path(pattern: PathPattern, attempt: LinkAttempt) -> str:
    """What to write: the pattern, where code can name it; else the project of the link as a registry."""
    if pattern.is_source or "*" in pattern.path or pattern.is_registry:
        return ""
    linked = (attempt.destination or "").partition("/")[2]
    if attempt.verdict == "unknown":
        return "" if (attempt.requested or "").endswith(linked) else f': write "{linked}"'
    return f': write "{pattern.path if pattern.registry else REGISTRY_PREFIX + linked}"'


def describe_refusal(attempt: LinkAttempt) -> str:
    """Where a link was refused, for which rule, in W&B's words."""
    return f"{_describe_place(attempt)}{_describe_refused_link(attempt)}"


def _describe_refused_link(attempt: LinkAttempt) -> str:
    path = attempt.requested or "/".join(filter(None, (attempt.entity, attempt.project, attempt.collection)))
    return f"the link to {quoted(path)} was refused{_describe_cause(attempt)}"


def _describe_cause(attempt: LinkAttempt) -> str:
    message = (attempt.message or "").strip().splitlines()
    return _describe_codes(attempt) + (f": {message[0]}" if message else "")


def _describe_codes(attempt: LinkAttempt) -> str:
    codes = ", ".join(part for part in (attempt.code, attempt.failure) if part)
    return f" [{codes}]" if codes else ""


def link_error(
    summary: str, attempts: Sequence[LinkAttempt], assumed: Sequence[Assumed] = (), reason: str | None = None
) -> AssertionError:
    """An error that says what is wrong, and shows everything that was attempted."""
    return AssertionError(describe_links(summary, attempts, assumed, reason))


def describe_links(
    summary: str, attempts: Sequence[LinkAttempt], assumed: Sequence[Assumed] = (), reason: str | None = None
) -> str:
    """A summary line, and below it everything that was attempted, or why nothing was."""
    if attempts:
        lines = [summary, "Attempted links:", *render_links(attempts, colour=False)]
    elif reason is not None:
        lines = [summary, reason]
    else:
        mode = os.environ.get("WANDB_MODE")
        shown = f" (WANDB_MODE is {quoted(mode)})" if mode not in (None, "", "online") else ""
        lines = [f"{summary}{shown}", "The code did not reach its link, or it ran in offline or disabled mode."]
    return "\n".join([*lines, *render_assumed(assumed)])


def _check_accepted(world: World, version: ArtifactVersion, registry: str) -> None:
    __tracebackhide__ = True
    from regilink_doctor.core.targets import target_of
    from regilink_doctor.emulator.world.world_view import WorldView

    entity = version.sequence.project.entity
    link = LinkInput(entity.name, None, None, REGISTRY_PREFIX + registry.removeprefix(REGISTRY_PREFIX), "any")
    judgement = world.link(link, type=version.type)
    if judgement.outcome != "linked" and judgement.problem is not None:
        view = WorldView(world)
        # For the message alone: a collection of this name may be there and accept less than the registry.
        path = f"{link.project}/{version.sequence.name}"
        target = target_of(path, entity=entity.name, artifact_type=version.type)
        facts = {"organization": judgement.organization or "", **judgement.problem.facts}
        raise _not_ready(version, replace(judgement.problem, target=target, view=view, facts=facts), registry)


def _not_ready(version: ArtifactVersion, problem: Problem, registry: str = "") -> AssertionError:
    """What is wrong, in the words of the rule."""
    from regilink_doctor.rules import rule_for

    where = f"to the registry {quoted(registry)}" if registry else "to a registry"
    reason, *rest = render_message(rule_for(problem.rule).explain(problem))
    summary = (
        f"{version.source_name}, of type {quoted(version.type)}, cannot be linked {where} [{problem.rule}]: {reason}"
    )
    return AssertionError("\n  ".join([summary, *rest]))


def matches_pattern(name: str, pattern: str) -> bool:
    """Whether the name has the form of the pattern, in which `*` matches any characters."""
    # `[` and `?` are characters of names.
    return fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))


def _qualified_name(artifact: object) -> str | None:
    """The full name of an artifact of the SDK, known by its module: wandb is not imported for it. None for others."""
    if type(artifact).__module__.partition(".")[0] != "wandb":
        return None
    try:
        return str(artifact.qualified_name)  # type: ignore[attr-defined]
    except Exception as error:
        raise ImpossibleAssertion(f"{artifact!r} was not logged, so it is nowhere yet: {error}") from error


def _describe_place(attempt: LinkAttempt) -> str:
    if attempt.place is None:
        return ""
    file, _, line = attempt.place.rpartition(":")
    return f"{os.path.basename(file)}:{line}: "


def _list_missing_aliases(attempt: LinkAttempt, aliases: frozenset[str] | None, latest: Collection[str]) -> list[str]:
    return sorted((aliases or frozenset()) - {*attempt.aliases, *latest})


def _list_extra_aliases(attempt: LinkAttempt, aliases: frozenset[str] | None, exact: bool) -> list[str]:
    return sorted(set(attempt.aliases) - aliases - {"latest"}) if exact and aliases is not None else []


def _list_aliases(aliases: Collection[str]) -> str:
    if not aliases:
        return "no alias"
    return ("the alias " if len(aliases) == 1 else "the aliases ") + ", ".join(map(quoted, aliases))


def _describe_ways(entries: Iterable[Consumption]) -> str:
    return " and ".join(dict.fromkeys(HOW[entry.how] for entry in entries if entry.failed is None))


def _describe_consumption(entry: Consumption) -> str:
    names = [name for name in entry.names if name != entry.name]
    details = f"  (asked for as {', '.join(names)})" if names else ""
    details += f"  (failed: {entry.failed.splitlines()[0]})" if entry.failed else ""
    return f"{entry.how:<9} {entry.name}{details}"
