"""A diagnosis: the results of all checks, which links could be checked at all, and what is ready to paste."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from regilink_doctor.client.settings import Settings
from regilink_doctor.core.check_result import CheckResult, Status
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.organization_view import NOTHING_CONFIGURED, ConfiguredOrganization, OrganizationNames
from regilink_doctor.core.origin import Origin, Setting
from regilink_doctor.core.phrases import counted, rewrite_phrase, say
from regilink_doctor.core.records import field, record, replace
from regilink_doctor.core.target_path import is_known, parsed
from regilink_doctor.core.targets import ConsumedName, LinkTarget
from regilink_doctor.core.text import ShownAsTable, mask_secrets
from regilink_doctor.doctor.base import Check, Subject, milliseconds_since, run_check
from regilink_doctor.doctor.checks import find_checks
from regilink_doctor.doctor.checks.machine import (
    describe_difference,
    find_differences,
)
from regilink_doctor.doctor.context import NO_SOURCE, Context, Filed, SourceFacts
from regilink_doctor.doctor.wording import name_destination
from regilink_doctor.rules.judge import correct_path

if TYPE_CHECKING:
    from regilink_doctor.doctor.probe.run import Prober


DECISIVE = ("target-path", "destination", "organization", "registry", "consumed-name", "consumed")
"""The checks without which nothing is known of a link, or of a name that is consumed."""

OF_THE_LINK = ("entity", "entity-access", "organization-variable", "source", *DECISIVE)
"""A link that one of these checks has stopped is judged: it fails. Any other that stops it leaves it unknown."""

Results = Sequence[tuple[Subject, CheckResult]]


@record
class UnknownLink:
    """A link, or with `is_consumed` a name that is consumed, that could not be checked, and why.

    `expressions` are the ones whose values are known only when the program runs.
    """

    target: str
    origin: Origin
    reason: str
    expressions: tuple[str, ...] = ()
    is_consumed: bool = False


@record
class LinkSummary:
    """What came of the links and of the names that are consumed, each place counted once.

    `links` and `names` count those that were checked. `elsewhere` are the links that go to a project, not to a
    registry, and of which no check reports a problem: the place of each, and where it goes. `unread` has a sentence
    for each file of the source that could not be read, `skipped` has those in another format than their name promises.
    `files` counts those that were looked through for links, None where the links were given.
    """

    links: int = 0
    names: int = 0
    unknown: tuple[UnknownLink, ...] = ()
    elsewhere: tuple[tuple[Origin, str], ...] = ()
    unread: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    files: int | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything was checked that there is."""
        return not self.unknown and not self.unread and not self.skipped

    @property
    def checked(self) -> int:
        """How many were checked."""
        return self.links + self.names

    @property
    def is_nothing_checked(self) -> bool:
        """Whether there was something to check, and none of it could be."""
        return bool(self.unknown or self.unread) and not self.checked


def summarize_links(context: Context, results: Results) -> LinkSummary:
    """The summary of every place that links or consumes."""
    unknown: list[UnknownLink] = []
    counts = []
    for references in (context.written_links, context.written_names):
        stopped = [_find_unknown(item, results) for item in _by_place(references)]
        unknown += [item for item in stopped if item is not None]
        counts.append(sum(item is None for item in stopped))
    return LinkSummary(counts[0], counts[1], tuple(unknown), tuple(_find_other_links(context, results)))


def _by_place(references: Iterable[LinkTarget | ConsumedName]) -> list[list[LinkTarget | ConsumedName]]:
    """Those that are written at the same place: the alternatives of one call."""
    places: dict[str, list[LinkTarget | ConsumedName]] = {}
    for number, reference in enumerate(references):
        # Two arguments of the command line have the same origin, and are two.
        key = reference.written_at.shown if reference.place is not None else f"{number}"
        places.setdefault(key, []).append(reference)
    return list(places.values())


def _find_unknown(alternatives: Sequence[LinkTarget | ConsumedName], results: Results) -> UnknownLink | None:
    """The first of the alternatives that could not be checked; None when all of them were."""
    for reference in alternatives:
        for subject, check in results:
            if check.name not in DECISIVE or check.status != "skip" or subject.target is None:
                continue
            if subject.target.identity == reference.identity and check.blocked_by not in OF_THE_LINK:
                return UnknownLink(
                    mask_secrets(reference.shown),
                    reference.written_at.rewrite(mask_secrets),
                    check.message,
                    tuple(map(mask_secrets, reference.unknown_sources)),
                    isinstance(reference, ConsumedName),
                )
    return None


def _find_other_links(context: Context, results: Results) -> Iterator[tuple[Origin, str]]:
    reported = {
        subject.target.identity for subject, check in results if subject.target and check.status in ("warn", "fail")
    }
    for target in context.written_links:
        link = context.link_of(target)
        if link is not None and not link.registry and target.identity not in reported:
            yield target.written_at, rewrite_phrase(name_destination(link), mask_secrets)


EXAMPLE = "my-collection"
"""A collection that the first link makes."""


@record
class Ready:
    """`teams` with the organization of each, `targets` as they are to be written, `entity` for `wandb.init`."""

    teams: tuple[tuple[str, OrganizationNames], ...]
    targets: tuple[str, ...]
    entity: str | None


def prepare_answer(context: Context) -> Ready:
    """What can be pasted: the targets that were asked about, else one for each registry that the account sees."""
    account = context.account
    entities = [context.run_entity(target) for target in context.targets or (None,)]
    entity = next((item for item in entities if item is not None and is_known(item.value)), None)
    written = [item.text for item in context.targets if item.is_known and context.links_registry(item)]
    # What was warned of is not offered: the path is shown as it was intended, or not at all.
    targets = [path for item in written if (path := correct_path(item)) is not None]
    if not written and entity is not None:
        facts = context.view.entity(entity.value)
        for names in facts.organizations if facts else ():
            targets += [f"{REGISTRY_PREFIX}{name}/{EXAMPLE}" for name in context.view.registry_names(names.entity)]
    teams = tuple((team.name, team.organization) for team in account.teams if team.organization is not None)
    return Ready(teams, tuple(dict.fromkeys(targets)), entity.value if entity else None)


def names_of(context: Context) -> tuple[tuple[str, str], ...]:
    """(kind, name), the kinds in the order in which a name that is several things is called."""
    names = dict.fromkeys((kind, name) for kind, name in _list_names(context) if name and is_known(name))
    return tuple(names)


def _list_names(context: Context) -> Iterator[tuple[str, str]]:
    settings, route = context.settings, context.settings.route
    if route is not None and settings.host.value != settings.default_host:
        yield "host", route.server.name
    if context.probes is not None:
        yield from (("number", number) for number in context.probes.addresses)
    if route is not None and route.proxy is not None:
        yield "proxy", route.dialled.name
    account = context.queries.known_account
    if account is not None:
        yield "user", account.username
        for team in account.teams:
            yield "team", team.name
    for names in context.view.organization_names:
        yield "organization", names.name
        yield "organization", names.entity
    for setting, kind in ((settings.entity, "entity"), (settings.project, "project")):
        if setting is not None:
            yield kind, setting.value
    if settings.organization is not None:
        yield "organization", settings.organization.value
    yield from context.view.seen_names()
    for target in context.targets:
        yield from _of_path(target.text)
        yield "entity", target.entity_text or ""
        yield "project", target.project_text or ""
        yield "type", target.type_text or ""
        for alias in target.alias_names:
            yield "alias", alias
    for item in context.consumed:
        yield from _of_path(item.text)
        yield "entity", item.entity_text or ""
        yield "project", item.project_text or ""
        yield "type", item.type_text or ""
    for written in (*context.written_links, *context.written_names):
        if written.place is not None:
            yield "file", written.place.path
    if context.filed is not None:
        yield "file", context.filed.path
    yield "folder", settings.wandb.environment
    yield "folder", str(Path.home())


def _of_path(text: str) -> Iterator[tuple[str, str]]:
    path = parsed(text)
    if path is None:
        yield "target", text
        return
    yield "collection", path.collection
    if path.registry:
        yield "registry", path.registry
    elif path.project:
        yield "project", path.project
    yield "organization" if path.is_registry else "entity", path.prefix or ""


WAY_TO_WORK = ("host", "account")
"""Without these nothing could be found out about targets."""

ExitStatus = Literal[0, 1, 2]


@record
class Diagnosis(ShownAsTable):
    """What was found.

    `checks` are the results, in order. `found` has the settings with their origins (the key masked), `differences` what
    code and environment say differently. `unusable`: the server does not answer as W&B does. `links` is what could
    be checked of them.
    `names` are those of people, teams and things in it, each with its kind, for a report that hides them. `ready` is
    there when nothing failed: teams and target paths to paste. `requests` counts what was sent.
    """

    checks: tuple[CheckResult, ...]
    found: tuple[tuple[str, Setting[str]], ...]
    targets: tuple[LinkTarget, ...]
    ready: Ready | None = None
    requests: int = 0
    elapsed_ms: int = 0
    differences: tuple[str, ...] = ()
    unusable: bool = False
    links: LinkSummary = LinkSummary()
    names: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def of(self, *statuses: Status) -> tuple[CheckResult, ...]:
        """The results of these statuses."""
        return tuple(check for check in self.checks if check.status in statuses)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of what is wrong, without repetition, in order."""
        return tuple(dict.fromkeys(check.code for check in self.checks if check.code))

    def exit_status(self, *, strict: bool = False, allow_unknown: bool = False) -> ExitStatus:
        """0 nothing failed, 1 something did (with `strict` a warning too), 2 a check crashed or none could work.

        2 also where the server does not answer as W&B does (nothing that it says can be relied on), and where no link
        could be checked although there are some, unless `allow_unknown`.
        """
        is_unknown = self.links.is_nothing_checked and not allow_unknown
        has_no_way = any(check.name in WAY_TO_WORK and check.status in ("skip", "fail") for check in self.checks)
        if self.of("crash") or self.unusable or has_no_way or is_unknown:
            return 2
        return 1 if self.of("fail") or (strict and self.of("warn")) else 0

    def _table(self) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        """Caption, columns and rows for a notebook."""
        problems = self.of("crash", "fail", "warn")
        rows: list[tuple[str, ...]] = [
            (check.status, check.name, check.code or "", check.subject, check.message, check.help or "")
            for check in problems
        ]
        caption = f"{counted(len(self.checks), 'check')}, {counted(len(problems), 'problem')}"
        return caption, ("status", "check", "rule", "subject", say("what is wrong"), say("what to do")), rows


def run_diagnosis(
    settings: Settings,
    targets: Collection[LinkTarget] = (),
    consumed: Collection[ConsumedName] = (),
    *,
    known: ConfiguredOrganization = NOTHING_CONFIGURED,
    filed: Filed | None = None,
    prober: Prober | None = None,
    timeout: float = 10.0,
    probe: bool = True,
    watcher: Watcher | None = None,
    checks: Sequence[type[Check]] | None = None,
    source: SourceFacts = NO_SOURCE,
) -> Diagnosis:
    """Run every check.

    Args:
        settings: see `client.settings.read_settings`.
        targets: what is to be linked; none: machine and account alone.
        consumed: the full names that are consumed.
        known: what the configuration says beside the targets.
        filed: the committed catalog.
        prober: for the write probe; without one nothing is written.
        timeout: seconds for each request.
        probe: whether to check the way to the server step by step, on sockets; False: with two requests only.
        watcher: notified before each check and of its result.
        checks: those to run; None: all of them.
        source: what else the source of the targets says.
    """
    begun = time.monotonic()
    context = Context(
        settings,
        targets,
        consumed,
        timeout=timeout,
        known=known,
        filed=filed,
        prober=prober,
        is_brief=not probe,
        source=source,
    )
    kinds = [kind for kind in (find_checks() if checks is None else checks) if probe or not kind.opens_sockets]
    results = _drop_confirmed_warnings(_run_checks(kinds, context, watcher))
    checks_done = tuple(_join_same(check for _, check in results))
    good = not any(check.status in ("fail", "crash") for check in checks_done)
    account_known = any(check.name == "account" and check.status == "pass" for check in checks_done)
    return Diagnosis(
        checks=checks_done,
        found=_describe_settings(settings, context, account_known),
        targets=context.targets,
        differences=tuple(
            rewrite_phrase(words, mask_secrets)
            for item in find_differences(context).values()
            if (words := describe_difference(context, item))
        ),
        names=names_of(context),
        ready=prepare_answer(context) if good and account_known else None,
        unusable=context.gateway.is_unusable,
        links=summarize_links(context, results),
        requests=context.gateway.requests,
        elapsed_ms=milliseconds_since(begun),
    )


def _run_checks(
    kinds: Iterable[type[Check]], context: Context, watcher: Watcher | None
) -> list[tuple[Subject, CheckResult]]:
    """The results of the checks, each of which may depend on those before it."""
    results: list[tuple[Subject, CheckResult]] = []
    for kind in kinds:
        if watcher is not None:
            watcher.begin_check(kind.name)
        found = run_check(kind(), context, results)
        results += found
        if watcher is not None:
            for _, check in found:
                watcher.end_check(check)
    return results


def _drop_confirmed_warnings(results: Results) -> list[tuple[Subject, CheckResult]]:
    """The results without warnings that a later check of the same target reports as a failure: the server decides."""
    failures = {(check.code, check.subject) for _, check in results if check.status == "fail"}
    return [pair for pair in results if pair[1].status != "warn" or (pair[1].code, pair[1].subject) not in failures]


def _join_same(checks: Iterable[CheckResult]) -> Iterable[CheckResult]:
    """The results, one for those that say the same of the same name, with all places: runs may differ only there."""
    first: dict[tuple[object, ...], CheckResult] = {}
    for number, check in enumerate(checks):
        is_problem = check.status in ("fail", "warn")
        words = (check.name, check.status, check.subject, check.message, check.note, check.help)
        same = first.setdefault(words if is_problem else (number,), check)
        if same is not check:
            places = dict.fromkeys([*same.also_at, *([check.origin] if check.origin else []), *check.also_at])
            first[words] = replace(same, also_at=tuple(place for place in places if place != same.origin))
    return first.values()


class Watcher(Protocol):
    """Who looks on while the checks run."""

    def begin_check(self, name: str) -> None:
        """A check begins."""

    def end_check(self, check: CheckResult) -> None:
        """A check has a result."""


def _describe_settings(
    settings: Settings, context: Context, account_known: bool
) -> tuple[tuple[str, Setting[str]], ...]:
    """What each setting is, and where it comes from."""
    wandb, credentials = settings.wandb, settings.credentials
    version = wandb.version or say("not installed")
    entity = settings.entity
    if entity is None and account_known:
        entity = context.run_entity()
    rows = [
        (
            "wandb",
            Setting(say("{version} in {environment}", version=version, environment=wandb.environment), wandb.origin),
        ),
        (say("host"), Setting(context.gateway.shown, settings.host.origin)),
        (say("key"), Setting(say("found"), credentials.origin) if credentials.origin else None),
        (say("identity token"), credentials.token_file),
        (say("entity"), entity),
        (say("project"), settings.project),
        (say("organization"), settings.organization),
        (say("mode"), settings.mode),
    ]
    return tuple(
        (name, Setting(rewrite_phrase(item.value, mask_secrets), item.origin.rewrite(mask_secrets)))
        for name, item in rows
        if item
    )
