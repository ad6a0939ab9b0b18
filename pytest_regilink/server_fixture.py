"""What a test has in hand, the class `Regilink`: the world's verbs, what was linked and consumed, the assertions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_regilink import assertions, lookups
from regilink_doctor.core import checked, rule_codes
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.phrases import counted
from regilink_doctor.core.text import as_list, did_you_mean
from regilink_doctor.rules.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Collection as Names
    from types import TracebackType
    from typing import Literal

    from pytest_regilink.conditions import Conditions
    from pytest_regilink.isolation import Isolation, Room
    from regilink_doctor.core.catalog import Visibility
    from regilink_doctor.core.ledger import Assumed, LinkAttempt, Triggered
    from regilink_doctor.emulator import Emulator, World
    from regilink_doctor.emulator.faults import Fault
    from regilink_doctor.emulator.fence import Fence
    from regilink_doctor.emulator.ledger import Consumption, Ledger, ServedRequest
    from regilink_doctor.emulator.world.model import (
        ArtifactVersion,
        Automation,
        Collection,
        Entity,
        Membership,
        Organization,
        OrganizationRole,
        Project,
        RegistryRole,
        Run,
        SlackChannel,
        User,
    )

    Content = str | bytes | Path
    """What a file holds: a text, bytes, or the path of a file to copy."""


class UnfinishedRun(UserWarning):
    """A test has left a run open. It was finished, so that it does not become the run of the next test."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"the run {path} was left open; regilink has finished it (`with wandb.init(...)` does so itself)"
        )


@checked
class Regilink:
    """A fresh W&B server, and what the code under test did to it.

    The verbs create or update what they name: `organization`, `team`, `user`, `service_account`, `registry`,
    `collection`, `member`, `artifact`, `published`, `automation`, `slack_channel`, `server`. Who declares a team, a
    registry or an organization says which there are: no further one is assumed to exist then.
    """

    def __init__(
        self, emulator: Emulator, fence: Fence, isolation: Isolation, room: Room, conditions: Conditions
    ) -> None:
        self.emulator = emulator
        self.conditions = conditions
        """The arguments of the mark."""
        self._fence = fence
        self._isolation = isolation
        self._room = room
        self._rooms_before: list[Room] = []
        self._blocked_before = len(fence.blocked)
        self.declared_faults: list[Fault] = []
        """The faults of the test: those that no request met are reported at its end."""
        self.blocks: list[FailsLoudly] = []
        """What `assert_fails_loudly` returned: without `with` it checks nothing, which is reported at the end."""
        self._link_claims: list[Callable[[], None]] = []
        self._consume_claims: list[Callable[[], None]] = []
        """What was asserted not to have happened, and the test has not looked at since: checked again at the end."""

    def __repr__(self) -> str:
        ledger = self.emulator.ledger
        consumed = sum(item.failed is None for item in ledger.consumed)
        return f"<Regilink at {self.emulator.url}: {counted(len(ledger), 'link')}, {consumed} consumed>"

    def __enter__(self) -> Regilink:
        """Let the code of the block find this server, where a test has several."""
        self._rooms_before.append(self._isolation.active_room)
        self._isolation.activate_room(self._room)
        return self

    def __exit__(self, *_: object) -> None:
        self._isolation.activate_room(self._rooms_before.pop())

    # What is on the server, and what was done to it.

    @property
    def world(self) -> World:
        """What is on the server."""
        return self.emulator.world

    @property
    def ledger(self) -> Ledger:
        """Every attempt to link, refused ones included, and what was consumed."""
        self._link_claims.clear()
        self._consume_claims.clear()
        return self.emulator.ledger

    @property
    def links(self) -> tuple[LinkAttempt, ...]:
        """Every attempt to link, oldest first."""
        self._link_claims.clear()
        return self.emulator.ledger.links

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run on the server, oldest first."""
        with self.world.lock:
            projects = [project for entity in self.world.entities.values() for project in entity.projects.values()]
            return tuple(sorted((run for item in projects for run in item.runs.values()), key=lambda run: run.number))

    @property
    def artifacts(self) -> tuple[ArtifactVersion, ...]:
        """Every committed version of a source artifact, oldest first."""
        with self.world.lock:
            return tuple(item for item in self.world.artifacts.values() if item.state == "COMMITTED")

    @property
    def requests(self) -> tuple[ServedRequest, ...]:
        """Every request that reached the server, oldest first: `operation`, `variables`, `status`, `user`."""
        return self.emulator.ledger.requests

    @property
    def blocked(self) -> tuple[str, ...]:
        """The real W&B servers that were asked for and not reached, `host:port`, each once."""
        by_proxy = [f"{attempt.host}:{attempt.port}" for attempt in self._fence.blocked[self._blocked_before :]]
        here = self._room.watch.reached if self._room.watch is not None else ()
        return tuple(dict.fromkeys([*here, *by_proxy]))

    @property
    def environ(self) -> dict[str, str]:
        """The environment for a process that does not inherit it."""
        return {**os.environ}

    def registry_at(self, path: str) -> Membership:
        """The version that is at `wandb-registry-model/zoo:production` now; without a version, the latest.

        Raises:
            LookupError: there is none; the message says what there is.
        """
        self._link_claims.clear()
        pattern = assertions.read_destination(path)
        membership = assertions.find_membership(self.world, pattern)
        if membership is None:
            raise LookupError(f"there is no {pattern}{lookups.describe_absence(self.world, pattern)}")
        return membership

    # Verbs: what there is on the server.

    def organization(
        self,
        name: str,
        entity: str | None = None,
        *,
        personal_entities_disabled: bool | None = None,
        advanced_search: bool | None = None,
    ) -> Organization:
        """An organization: its display name, and the entity that owns its registries (made from the name by default).

        The first one replaces the placeholder that regilink begins with, and has its teams and registries.

        Raises:
            ValueError: the entity's name is taken.
        """
        if "organization" in self.world.assumes:
            self.world.assumes.discard("organization")
            lookups.replace_placeholder(self.world, name, entity)
        return self.world.organization(
            name,
            entity,
            personal_entities_disabled=personal_entities_disabled,
            advanced_search=advanced_search,
        )

    def team(
        self, name: str, *, organization: str | Literal[False] | None = None, members: Iterable[str] | None = None
    ) -> Entity:
        """A team, with the current user in it, or these `members`; `organization=False`: it belongs to none.

        Raises:
            ValueError: the name is taken by another kind of entity. LookupError: there is no such member.
        """
        self.world.assumes.discard("team")
        team = self.world.team(name, organization=organization)
        for username in [self.current_user.username] if members is None else members:
            if username not in team.members:
                self.member(username, team=name)
        return team

    def user(
        self,
        username: str,
        *,
        key: str | None = None,
        email: str | None = None,
        teams: Iterable[str] = (),
        organizations: Iterable[str] | None = None,
        role: OrganizationRole | None = None,
        default_entity: str | None = None,
        admin: bool | None = None,
    ) -> User:
        """A user with a personal entity of the same name, in these teams. `login` makes it the current one.

        Raises:
            LookupError: there is no such team.
        """
        for team in teams:
            self._check_entity(team)
        return self.world.user(
            username,
            key=key or (None if username in self.world.users else self._isolation.issue_key()),
            email=email,
            teams=teams,
            organizations=organizations,
            role=role,
            default_entity=default_entity,
            admin=admin,
        )

    def service_account(self, name: str, team: str, *, key: str | None = None) -> User:
        """A service account of a team: it writes there alone, and has no personal entity.

        Raises:
            LookupError: there is no such team.
        """
        self._check_entity(team)
        return self.world.service_account(name, team, key=key or self._isolation.issue_key())

    def registry(
        self,
        name: str,
        types: Sequence[str] | None = None,
        visibility: Visibility = "organization",
        *,
        description: str | None = None,
        protected_aliases: Iterable[str] = (),
        default_role: RegistryRole | None = None,
        organization: str | None = None,
    ) -> Project:
        """A registry; `name` goes without the prefix, `types` None accepts every type.

        Raises:
            ValueError: the name carries the prefix.
        """
        self.world.assumes.discard("registry")
        return self.world.registry(
            name,
            types,
            visibility,
            description=description,
            protected_aliases=protected_aliases,
            default_role=default_role,
            organization=organization,
        )

    def collection(
        self,
        name: str,
        *,
        registry: str,
        type: str = "model",
        aliases: str | Iterable[str] = (),
        versions: int = 0,
        organization: str | None = None,
    ) -> Collection:
        """A collection of a registry, with so many versions without content; the last one carries the aliases.

        Raises:
            LookupError: there is no such registry.
        """
        self._check_registry(registry, organization)
        return self.world.collection(
            name,
            registry=registry,
            type=type,
            aliases=aliases,
            versions=versions,
            organization=organization,
        )

    def member(
        self,
        username: str,
        *,
        team: str | None = None,
        registry: str | None = None,
        organization: str | None = None,
        role: str | None = None,
    ) -> None:
        """Give a user a role (`member`) in a team, in a registry, or (neither given) in an organization.

        Raises:
            LookupError: there is no such user, team or registry.
        """
        self._find_user(username)
        if team is not None:
            self._check_entity(team)
        if registry is not None:
            self._check_registry(registry, organization)
        self.world.member(username, team=team, registry=registry, organization=organization, role=role)

    def artifact(
        self,
        name: str,
        *,
        entity: str | None = None,
        project: str = "uncategorized",
        type: str = "model",
        files: Mapping[str, Content] | None = None,
        aliases: str | Iterable[str] = (),
    ) -> ArtifactVersion:
        """A new version of a source artifact, as if a run of that entity (the default one) had logged it.

        Raises:
            LookupError: there is no such entity. ValueError: the name has another type.
        """
        entity = entity or self.current_user.default_entity or ""
        self._check_entity(entity)
        return self.world.artifact(
            name, entity=entity, project=project, type=type, files=_read_files(files), aliases=aliases
        )

    def published(
        self,
        full_name: str,
        *,
        type: str | None = None,
        files: Mapping[str, Content] | None = None,
        metadata: Mapping[str, object] | None = None,
        aliases: str | Iterable[str] = (),
    ) -> Membership:
        """A version in a registry, for code that consumes it: `wandb-registry-model/zoo:production`.

        The registry is made when it is not there. An alias in the name is set on the version. Without `files` it
        has a note, because the SDK cannot give the path of a version without any.

        Raises:
            ValueError: the name is not that of a registry's version.
        """
        return lookups.publish_version(self.world, full_name, type, _read_files(files), metadata, as_list(aliases))

    def automation(
        self,
        name: str,
        *,
        registry: str,
        collection: str | None = None,
        on: str = "link",
        alias: str | None = None,
        webhook: str | None = None,
        organization: str | None = None,
    ) -> Automation:
        """An automation of a registry or one of its collections, for `assert_triggered`; see `World.automation`.

        Raises:
            LookupError: there is no such registry. ValueError: there is no such event.
        """
        self._check_registry(registry, organization)
        return self.world.automation(
            name,
            registry=registry,
            collection=collection,
            on=on,
            alias=alias,
            webhook=webhook,
            organization=organization,
        )

    def slack_channel(self, channel: str, *, entity: str | None = None, workspace: str = "workspace") -> SlackChannel:
        """A channel of Slack that automations of the entity (the default one) can write to; nothing is sent.

        Raises:
            LookupError: there is no such entity.
        """
        entity = entity or self.current_user.default_entity or ""
        self._check_entity(entity)
        return self.world.slack_channel(channel, entity=entity, workspace=workspace)

    def server(self, version: str | None = None, *, without: Iterable[str] = ()) -> None:
        """Let the server be W&B Server of this version (None: the newest), without some features.

        Raises:
            ValueError: there is no such version or feature.
        """
        self.world.server(version, without=without)

    # The user, and what goes wrong.

    @property
    def current_user(self) -> User:
        """Whose key the code uses now."""
        user = self.world.user_of_key(os.environ.get("WANDB_API_KEY", ""))
        return user or next(iter(self.world.users.values()))

    def login(self, username: str) -> None:
        """Go on as another user, or as a service account.

        Raises:
            LookupError: there is none of this name.
        """
        os.environ["WANDB_API_KEY"] = self._find_user(username).key
        self._isolation.refresh_wandb()

    def fault(
        self,
        kind: str,
        operation: str | None = None,
        count: int | None = None,
        share: float | None = None,
        *,
        status: int | None = None,
        seconds: float | None = None,
        message: str | None = None,
        executed: bool | None = None,
    ) -> Fault:
        """Inject a fault from now on, see `Emulator.fault`. A fault that no request meets fails the test.

        Raises:
            ValueError: there is no such kind of fault, or no such operation.
        """
        fault = self.emulator.fault(
            kind, operation, count, share, status=status, seconds=seconds, message=message, executed=executed
        )
        self.declared_faults.append(fault)
        return fault

    # Assertions.

    def assert_linked(
        self,
        path: object,
        *,
        type: str | None = None,
        aliases: str | Names[str] | None = None,
        exact: bool = False,
        now: bool = False,
    ) -> LinkAttempt:
        """A link went to `path`, of this type and with at least these aliases; the last one is returned.

        With `exact` it was the only one, with these aliases and no others. With `now` the version is still there, and
        its aliases are those that it has at this moment, with which it is returned.

        Raises:
            AssertionError: none did; the message shows what was attempted, and why it was refused.
        """
        __tracebackhide__ = True
        if exact:
            self._check_processes()
        return assertions.assert_linked(
            self.links,
            self._resolve_entity(path),
            type=type,
            aliases=aliases,
            exact=exact,
            now=self.world if now else None,
            assumed=self._assumed,
            reason=self._explain_silence(),
        )

    def assert_not_linked(self, path: object = None, *, now: bool = False) -> None:
        """No link went to `path`; without a path, none went anywhere. With `now`: nothing is there at this moment.

        Without `now` this holds to the end of the test: a later link fails it there, unless the test has looked at its
        links, or at what is in a registry, since.

        Raises:
            AssertionError: one did; or it would hold whatever the code does: there is no such registry, wandb is or was
                a mock, a process was started with an environment that does not lead to the server.
        """
        __tracebackhide__ = True
        pattern = None if path is None else self._require_reachable(path)
        lookups.check_not_mocked(self._room.mocks, of_links=True)
        if not now:

            def check_links() -> None:
                self._check_processes()
                assertions.assert_not_linked(self.emulator.ledger.links, pattern, assumed=self._assumed)

            check_links()
            self._link_claims.append(check_links)
            return
        self._check_processes()
        for membership in lookups.find_linked(self.world, pattern):
            raise assertions.link_error(f"{quoted(membership.full_name)} is linked at this moment", self.links)

    def assert_refused(self, path: object, *, code: str | None = None, failure: str | None = None) -> LinkAttempt:
        """A link to `path` was refused, for the rule `code` or the failure id `failure`; the last one is returned.

        Raises:
            AssertionError: none was.
        """
        __tracebackhide__ = True
        return assertions.assert_refused(
            self.links,
            self._resolve_entity(path),
            code=code,
            failure=failure,
            assumed=self._assumed,
            reason=self._explain_silence(),
        )

    def assert_consumed(self, name: object, *, how: str | None = None) -> Consumption:
        """A version was consumed by this name, as the code gave it; `how`: `fetch`, `use` or `download`.

        A use or a download counts for each name by which its version was fetched. A version that the code took from a
        list counts for all names that it had then.

        Raises:
            AssertionError: it was not; the message shows what was consumed.
        """
        __tracebackhide__ = True
        self._consume_claims.clear()
        path = self._resolve_entity(name)
        reason = lookups.explain_environment(self._room.mocks)
        return assertions.assert_consumed(self.emulator.ledger.consumed, path, how=how, reason=reason)

    def assert_not_consumed(self, name: object = None, *, how: str | None = None) -> None:
        """Nothing was consumed by this name; without a name, nothing was. This holds to the end of the test.

        Raises:
            AssertionError: a version was; or it would hold whatever the code does, as with `assert_not_linked`.
        """
        __tracebackhide__ = True
        pattern = None if name is None else self._require_reachable(name)
        lookups.check_not_mocked(self._room.mocks)
        if pattern is not None:
            lookups.check_consumable(self.world, pattern, self.emulator.ledger.consumed)

        def check_reads() -> None:
            self._check_processes()
            assertions.assert_not_consumed(self.emulator.ledger.consumed, pattern, how=how)

        check_reads()
        self._consume_claims.append(check_reads)

    def check_claims(self) -> str | None:
        """What has happened after the test had asserted that it had not; None: nothing."""
        for claim in (*self._link_claims, *self._consume_claims):
            try:
                claim()
            except assertions.ImpossibleAssertion as error:
                return str(error)
            except AssertionError as error:
                help_text = "wait for processes and threads before it, or assert afterwards what they have done"
                return f"{str(error).splitlines()[0]}, after an assertion that nothing was: {help_text}"
        return None

    def assert_logged(
        self, name: str, *, type: str | None = None, aliases: str | Names[str] | None = None
    ) -> ArtifactVersion:
        """A run logged an artifact of this name: `zoo`, `project/zoo` or `entity/project/zoo`, and `:v0` where wanted.

        Raises:
            AssertionError: none did; the message shows what was logged.
        """
        __tracebackhide__ = True
        return assertions.assert_logged(self.runs, name, type=type, aliases=aliases, reason=self._explain_silence())

    def assert_triggered(self, name: str, *, path: object = None) -> Triggered:
        """The automation `name` ran; with `path`, for a version there. The last time is returned.

        Raises:
            AssertionError: it did not, or there is none of this name; the message shows what it waits for.
        """
        __tracebackhide__ = True
        pattern = None if path is None else self._require_reachable(path)
        self._link_claims.clear()
        return assertions.assert_triggered(self.world, name, path=pattern, reason=self._explain_silence())

    def assert_registry_ready(self, source: object, *, registry: str | None = None) -> ArtifactVersion:
        """The version `source` can be linked to a registry: it is committed, and in a team of an organization.

        Args:
            source: the SDK's artifact, or `entity/project/name:version` (`latest` without a version).
            registry: also to this one (its name without the prefix): it is there and accepts the type.

        Raises:
            AssertionError: it cannot; the message says why.
        """
        __tracebackhide__ = True
        return assertions.assert_registry_ready(self.world, source, registry=registry)

    def assert_target_path(self, path: object) -> None:
        """`path` is a target path in a registry with nothing wrong in it.

        Raises:
            AssertionError: it is not; the message says what is wrong.
        """
        __tracebackhide__ = True
        assertions.assert_target_path(path)

    def assert_map(
        self,
        *paths: str | os.PathLike[str],
        maps: Iterable[str | os.PathLike[str]] = (),
        catalog: str | os.PathLike[str] | None = None,
        repository: str | None = None,
        allow_unknown: bool = False,
    ) -> None:
        """What the code consumes from a registry is linked somewhere: see `pytest_regilink.assertions.assert_map`.

        Raises:
            AssertionError: something is not so; the message says what and where.
        """
        __tracebackhide__ = True
        assertions.assert_map(*paths, maps=maps, catalog=catalog, repository=repository, allow_unknown=allow_unknown)

    def assert_fails_loudly(self, *, because: str | None = None) -> FailsLoudly:
        """A `with` block whose code W&B refuses, which raises or exits with another status than 0, and links nothing.

        Only what comes of W&B counts: a refused link, a fault that was met, an exception of wandb. `because`: the rule
        or the failure id of the refusal.

        Raises:
            AssertionError: it went on as if nothing had happened, linked something, or failed for another reason.
        """
        block = FailsLoudly(self, because)
        self.blocks.append(block)
        return block

    # Details.

    @property
    def _assumed(self) -> tuple[Assumed, ...]:
        return self.world.assumed

    def _find_user(self, username: str) -> User:
        user = self.world.users.get(username)
        if user is None:
            names = ", ".join(self.world.users)
            raise LookupError(
                f"there is no user {quoted(username)}{did_you_mean(username, self.world.users) or '.'} "
                f"There are: {names}"
            )
        return user

    def _check_entity(self, name: str) -> None:
        if name not in self.world.entities:
            names = ", ".join(item.name for item in self.world.entities.values() if item.kind != "organization")
            near = did_you_mean(name, self.world.entities)
            raise LookupError(
                f"there is no team or user {quoted(name)}{near or '.'} There are: {names}; "
                f"regilink.team({quoted(name)}) makes one"
            )

    def _check_registry(self, name: str, organization: str | None) -> None:
        if name.startswith(REGISTRY_PREFIX):
            raise ValueError(f"a registry is named without the prefix: {quoted(name.removeprefix(REGISTRY_PREFIX))}")
        registries = lookups.registries_of(self.world, organization)
        if name not in registries:
            near = did_you_mean(name, registries)
            raise LookupError(
                f"there is no registry {quoted(name)}{near or '.'} There are: {', '.join(registries) or 'none'}; "
                f"regilink.registry({quoted(name)}) makes one"
            )

    def _resolve_entity(self, path: object) -> object:
        """The path with the organization's entity in place of its display name: the ledger has entities."""
        return lookups.resolve_entity(self.world, path)

    def _require_reachable(self, path: object) -> assertions.PathPattern:
        return lookups.check_reachable(self.world, self._resolve_entity(path), self.emulator.ledger.links)

    @property
    def led_away(self) -> tuple[str, ...]:
        """The programs that the code started with an environment that does not lead to this server, each once."""
        return self._room.watch.led_away if self._room.watch is not None else ()

    def _check_processes(self) -> None:
        """Refuse to say that nothing was done where a process of the test may have done it at another server.

        Raises:
            ImpossibleAssertion: there is such a process.
        """
        __tracebackhide__ = True
        if self.led_away:
            raise assertions.ImpossibleAssertion(
                f"{', '.join(self.led_away)} was started with an environment of its own, which does not lead to the "
                "emulator: what it does there is not seen. Let its environment include regilink.environ"
            )

    def _explain_silence(self) -> str:
        silence = lookups.explain_silence(self.runs, self._room.mocks)
        if failed := [item for item in self.emulator.ledger.consumed if item.failed]:
            silence += f" Before that it could not read {failed[-1].name}."
        if self.led_away and not self.runs:
            programs = ", ".join(self.led_away)
            silence += f" {programs} was started with an environment of its own, which does not lead to the emulator."
        if self.blocked:
            silence += f" Blocked: {', '.join(self.blocked)}."
        return silence


class FailsLoudly:
    """The `with` block of `Regilink.assert_fails_loudly`."""

    def __init__(self, regilink: Regilink, because: str | None) -> None:
        self._regilink = regilink
        self._because = because
        if because is not None:
            (assertions.read_code if because.startswith("REG") else assertions.read_failure)(because)
        self._before = self._reads_before = self._hits_before = self._requests_before = 0
        self.is_entered = False

    def __enter__(self) -> None:
        """Begin."""
        self.is_entered = True
        self._before = len(self._regilink.emulator.ledger.links)
        self._reads_before = len(self._regilink.emulator.ledger.consumed)
        self._hits_before = self._count_hits()
        self._requests_before = len(self._regilink.emulator.ledger.requests)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        __tracebackhide__ = True
        from regilink_doctor.workflows.explain.where_it_happens import explain_raised

        links, assumed = self._regilink.emulator.ledger.links[self._before :], self._regilink.world.assumed
        # A call with wrong arguments never reached W&B.
        refused = [item for item in links if item.verdict == "refused" and item.code != rule_codes.WRONG_CALL_SHAPE]
        cause = f"{assertions.describe_refusal(refused[-1])}; " if refused else ""
        if error is None:
            if not cause:
                was_met = self._count_hits() > self._hits_before
                cause = "a fault was met: " if was_met else "W&B refused nothing: " if links else "nothing was linked: "
            reason = self._regilink._explain_silence()
            raise assertions.link_error(f"{cause}the code went on as if nothing had happened", links, assumed, reason)
        if isinstance(error, SystemExit) and error.code in (None, 0):
            raise assertions.link_error(f"{cause}the code ended with status 0", links, assumed)
        if not isinstance(error, (Exception, SystemExit)):
            return False
        is_own = isinstance(error, _MISTAKES) and trace is not None and trace.tb_next is None
        reads = self._regilink.emulator.ledger.consumed[self._reads_before :]
        # A read that was refused before others, or before a link, is one that the code went on without.
        was_refused = bool(refused) or bool(not links and reads and reads[-1].failed is not None)
        was_met = was_refused or self._count_hits() > self._hits_before
        if is_own or not (was_met or _is_refusal(error) or (self._because is not None and explain_raised(error))):
            shown = f"{type(error).__name__}: {error}".splitlines()[0]
            was_called = links or len(self._regilink.emulator.ledger.requests) > self._requests_before
            called = "W&B refused nothing" if was_called else "nothing of W&B was called"
            raised = "raised by the test itself" if is_own and was_met else called
            known = explain_raised(error) if not is_own and self._because is None else None
            hint = f' (because="{known.failures[0]}" expects it)' if known is not None and known.failures else ""
            raise AssertionError(f"{cause}the block failed for another reason, {raised}: {shown}{hint}") from error
        assertions.assert_not_linked(links, assumed=assumed)
        if self._because is not None and not self._is_because(error, refused):
            actual = ", ".join(part for attempt in refused for part in (attempt.code, attempt.failure) if part)
            cause = f"the block failed for {actual or type(error).__name__}, not for {self._because}"
            detail = f"{assertions.describe_refusal(refused[-1])}; " if refused else ""
            raise assertions.link_error(f"{detail}{cause}", links, assumed)
        return True

    def _count_hits(self) -> int:
        return sum(fault.hits for fault in self._regilink.emulator.faults)

    def _is_because(self, error: BaseException, refused: Sequence[LinkAttempt]) -> bool:
        if any(self._because in (attempt.code, attempt.failure) for attempt in refused):
            return True
        from regilink_doctor.workflows.explain import classify

        explanation = classify(error)
        return not refused and self._because in (*explanation.codes, *explanation.failures)


_MISTAKES = (AssertionError, AttributeError, ImportError, NameError, TypeError)
"""Errors that a mistake in the test raises in its own lines; one that the code under test raises counts."""


_REFUSING = ("CommError", "WandbApiFailedError")
"""wandb's exceptions for a request that the server refused or did not answer."""


def _is_refusal(error: BaseException) -> bool:
    """Whether W&B, or wandb in its place, refuses a path, a right, a type, a version, the key or the mode.

    A mistake in calling wandb does not count: a wrong argument, a call without a run, a file that is not there.
    """
    from regilink_doctor.workflows.explain import classify
    from regilink_doctor.workflows.explain.where_it_happens import is_wandb_error, list_causes

    if any(kind.__name__ in _REFUSING for cause in list_causes(error) for kind in type(cause).__mro__):
        return True
    failure = next(iter(classify(error).failures), "") if is_wandb_error(error) else ""
    return failure in ("C1", "C3", "C18") or (failure[:1] in ("A", "B", "D") and failure != "A18")


def _read_files(files: Mapping[str, Content] | None) -> dict[str, bytes] | None:
    """The bytes of each file."""
    if files is None:
        return None
    contents = {}
    for name, content in files.items():
        if isinstance(content, Path):
            contents[name] = content.read_bytes()
        elif isinstance(content, (str, bytes)):
            contents[name] = content.encode() if isinstance(content, str) else content
        else:
            raise TypeError(f"files[{name!r}] is {content!r}: a file holds a string, bytes, or the content of a Path")
    return contents
