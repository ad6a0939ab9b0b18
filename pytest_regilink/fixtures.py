"""The fixtures. None is autouse: nothing changes for a test that does not ask.

The emulator, and with it graphql-core, is imported when the first test asks for it; wandb never.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.emulator import Emulator, World
    from regilink_doctor.emulator.ledger import Ledger

VERBS = ("collection", "member", "organization", "registry", "service_account", "team", "user")


class Regilink:
    """What a test has in hand: the world's verbs (`registry`, `team`, `user` …), the ledger, the assertions."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    @property
    def world(self) -> World:
        """What is on the emulated server."""
        return self.emulator.world

    @property
    def ledger(self) -> Ledger:
        """Every attempt to link, refused ones included."""
        return self.emulator.ledger

    def __getattr__(self, name: str) -> Any:
        if name in VERBS:
            return getattr(self.world, name)
        raise AttributeError(f"the regilink fixture has no {name!r}; verbs: {', '.join(VERBS)}")

    def assert_linked(
        self,
        path: object,
        *,
        type: str | None = None,
        aliases: Collection[str] | None = None,
    ) -> LinkAttempt:
        """See `pytest_regilink.assertions.assert_linked`."""
        from pytest_regilink.assertions import assert_linked

        return assert_linked(self.ledger.links, path, type=type, aliases=aliases)

    def assert_not_linked(self, path: object = None) -> None:
        """See `pytest_regilink.assertions.assert_not_linked`."""
        from pytest_regilink.assertions import assert_not_linked

        assert_not_linked(self.ledger.links, path)

    def assert_refused(self, path: object, *, code: str | None = None) -> LinkAttempt:
        """See `pytest_regilink.assertions.assert_refused`."""
        from pytest_regilink.assertions import assert_refused

        return assert_refused(self.ledger.links, path, code=code)


@pytest.fixture(scope="session")
def regilink_emulator() -> Iterator[Emulator]:
    """The emulated W&B server of the session, one for each worker of xdist."""
    from regilink_doctor.emulator import Emulator

    with Emulator() as emulator:
        yield emulator
        # wandb-core would keep on asking a server that is gone.
        _teardown()


@pytest.fixture
def regilink_world() -> World:
    """What the server begins with; override it in a conftest. `Acme Inc` with `team-a`, `alice`, `model`, `dataset`."""
    from regilink_doctor.emulator import World

    return World.default()


@pytest.fixture
def regilink(regilink_emulator: Emulator, regilink_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Regilink]:
    """A fresh world on the emulator, and an environment in which the real wandb finds it and nothing else."""
    regilink_emulator.reset(regilink_world)
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    for name, value in regilink_emulator.environ().items():
        monkeypatch.setenv(name, value)
    # wandb reads its environment once per process; 0.2 s, so only when it would read something else now.
    if _Seen.environment != (now := _wandb_environment()):
        _teardown()
    yield Regilink(regilink_emulator)
    _finish_open_run()
    if _wandb_environment() != now:
        _teardown()
    _Seen.environment = now if "wandb" in sys.modules else None


class _Seen:
    environment: dict[str, str] | None = None
    """What wandb has read in this process."""


def _wandb_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("WANDB_")}


def _teardown() -> None:
    if (wandb := sys.modules.get("wandb")) is not None:
        wandb.teardown()


def _finish_open_run() -> None:
    """A run that a test has left open must not become the run of the next one."""
    wandb = sys.modules.get("wandb")
    if wandb is not None and wandb.run is not None:
        wandb.finish()
