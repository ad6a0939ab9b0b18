"""What a test has in hand: the world's verbs, the ledger, the assertions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import TracebackType

    from pytest_regilink.sdk import Sdk
    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.emulator import Emulator, World
    from regilink_doctor.emulator.faults import Fault
    from regilink_doctor.emulator.fence import BlockedAttempt, Fence
    from regilink_doctor.emulator.ledger import Consumption, Ledger
    from regilink_doctor.emulator.world.model import ArtifactVersion

VERBS = ("artifact", "collection", "member", "organization", "registry", "server", "service_account", "team", "user")


class UnfinishedRun(UserWarning):
    """A test has left a run open. It was finished, so that it does not become the run of the next test."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"the run {path} was left open; regilink has finished it (`with wandb.init(...)` does so itself)"
        )


class Regilink:
    """A fresh W&B server, and what the code has done to it.

    The world's verbs create or update what they name: `organization`, `team`, `user`, `service_account`, `registry`,
    `collection`, `member`, `artifact`, `server`. Who declares a team, a registry or an organization has said which
    there are: no further one is assumed then.
    """

    def __init__(self, emulator: Emulator, fence: Fence, sdk: Sdk) -> None:
        self.emulator = emulator
        self._fence = fence
        self._sdk = sdk
        self._blocked_before = len(fence.blocked)

    @property
    def world(self) -> World:
        """What is on the server."""
        return self.emulator.world

    @property
    def ledger(self) -> Ledger:
        """Every attempt to link, refused ones included, and what was consumed."""
        return self.emulator.ledger

    @property
    def links(self) -> tuple[LinkAttempt, ...]:
        """Every attempt to link, oldest first."""
        return self.ledger.links

    @property
    def blocked(self) -> tuple[BlockedAttempt, ...]:
        """Every attempt to reach a real W&B server that the fence has stopped."""
        return self._fence.blocked[self._blocked_before :]

    @property
    def environ(self) -> dict[str, str]:
        """The environment for a process that is not given ours."""
        return {**os.environ}

    def __getattr__(self, name: str) -> Any:
        if name not in VERBS:
            raise AttributeError(f"the regilink fixture has no {name!r}; the verbs are {', '.join(VERBS)}")
        self.world.assumes.discard(name)
        return getattr(self.world, name)

    def login(self, username: str) -> None:
        """Go on as another user, or as a service account, of the world.

        Raises:
            KeyError: there is none of this name.
        """
        os.environ["WANDB_API_KEY"] = self.world.users[username].key
        self._sdk.refresh()

    @property
    def fault(self) -> Callable[..., Fault]:
        """Let something go wrong from now on; see `Emulator.fault`."""
        return self.emulator.fault

    def assert_linked(
        self,
        path: object,
        *,
        type: str | None = None,
        aliases: Collection[str] | None = None,
        exact: bool = False,
    ) -> LinkAttempt:
        """See `pytest_regilink.assertions.assert_linked`."""
        __tracebackhide__ = True
        from pytest_regilink.assertions import assert_linked

        return assert_linked(self.links, path, type=type, aliases=aliases, exact=exact, assumed=self.world.assumed)

    def assert_not_linked(self, path: object = None) -> None:
        """See `pytest_regilink.assertions.assert_not_linked`."""
        __tracebackhide__ = True
        from pytest_regilink.assertions import assert_not_linked

        assert_not_linked(self.links, path, assumed=self.world.assumed)

    def assert_refused(self, path: object, *, code: str | None = None, failure: str | None = None) -> LinkAttempt:
        """See `pytest_regilink.assertions.assert_refused`."""
        __tracebackhide__ = True
        from pytest_regilink.assertions import assert_refused

        return assert_refused(self.links, path, code=code, failure=failure, assumed=self.world.assumed)

    def assert_consumed(self, name: object, *, how: str | None = None) -> Consumption:
        """See `pytest_regilink.assertions.assert_consumed`; an alias stands for the version that has it now."""
        __tracebackhide__ = True
        from pytest_regilink.assertions import assert_consumed
        from pytest_regilink.readiness import resolved

        return assert_consumed(self.ledger.consumed, resolved(self.world, name), how=how)

    def assert_registry_ready(self, source: object, *, registry: str | None = None) -> ArtifactVersion:
        """See `pytest_regilink.readiness.assert_registry_ready`."""
        __tracebackhide__ = True
        from pytest_regilink.readiness import assert_registry_ready

        return assert_registry_ready(self.world, source, registry=registry)

    def assert_target_path(self, path: object) -> None:
        """See `pytest_regilink.assertions.assert_target_path`."""
        __tracebackhide__ = True
        from pytest_regilink.assertions import assert_target_path

        assert_target_path(path)

    def assert_fails_loudly(self) -> Loudly:
        """For a `with` block: what runs in it raises, or exits with another status than 0, and links nothing.

        Raises:
            AssertionError: it went on as if nothing had happened, or linked all the same.
        """
        return Loudly(self)


class Loudly:
    """See `Regilink.assert_fails_loudly`."""

    def __init__(self, hand: Regilink) -> None:
        self._hand = hand
        self._before = len(hand.links)

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        __tracebackhide__ = True
        from pytest_regilink.assertions import assert_not_linked, story

        links, assumed = self._hand.links[self._before :], self._hand.world.assumed
        if error is None:
            raise AssertionError(story("the code went on as if nothing had happened", links, assumed))
        if isinstance(error, SystemExit) and error.code in (None, 0):
            raise AssertionError(story("the code ended with status 0", links, assumed)) from None
        if not isinstance(error, (Exception, SystemExit)):
            return False
        assert_not_linked(links, assumed=assumed)
        return True
