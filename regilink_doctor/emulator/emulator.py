"""The emulator: world, app and server in one object."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection
from pathlib import Path

from regilink_doctor.core import checked
from regilink_doctor.emulator import environ
from regilink_doctor.emulator.app import App
from regilink_doctor.emulator.environ import Workspace
from regilink_doctor.emulator.faults import Fault, Faults
from regilink_doctor.emulator.ledger import Ledger
from regilink_doctor.emulator.loopback import HOST, Service
from regilink_doctor.emulator.recorder import LinkCall
from regilink_doctor.emulator.server import Server
from regilink_doctor.emulator.world import World


@checked
class Emulator(Service):
    """A W&B server on the loopback interface, for as long as the `with` block lasts.

    >>> with Emulator() as emulator:
    ...     variables = emulator.environ()
    >>> variables["WANDB_BASE_URL"] == emulator.url
    True

    Args:
        world: what is on it, or a function that makes it, which `reset` calls again; the default one.
        keep: bytes of uploads that are kept in all, None for any number. Of an upload beyond it only the size is
            known, and downloading it fails.
        port: on which it listens; 0 for a free one.
        host: the address at which it listens. Beyond the loopback interface, the routes below `/_regilink` want a key.
        allow_hosts: further names by which clients may call it.

    Raises:
        OSError: the port is taken, or not for everybody.
    """

    @checked
    def __init__(
        self,
        world: World | Callable[[], World] | None = None,
        *,
        keep: int | None = None,
        port: int = 0,
        host: str = HOST,
        allow_hosts: Collection[str] = (),
    ) -> None:
        self._workspace = Workspace()
        self.app = App(world, self._workspace)
        self.app.blobs.limit = keep
        self._server = Server(self.app, port, host, allow_hosts)
        self.app.after_reset(self._server.expire_connections)

    @property
    def url(self) -> str:
        """The address, for `WANDB_BASE_URL`."""
        return self._server.url

    @property
    def world(self) -> World:
        """What is on the server now."""
        return self.app.world

    @property
    def ledger(self) -> Ledger:
        """What was attempted since the start or the last reset."""
        return self.app.world.ledger

    @property
    def folder(self) -> Path:
        """A temporary folder for wandb's files; gone after `stop`."""
        return self._workspace.path

    def start(self) -> None:
        """Begin to serve. Does nothing the second time.

        Raises:
            RuntimeError: it has been stopped.
        """
        self._server.start()

    def load_graphql(self) -> None:
        """Load in a thread what the first question would wait for: while the caller waits for something else."""
        self.app.load_graphql()

    def stop(self) -> None:
        """Stop serving and remove the temporary folder. Does nothing the second time.

        A wandb of this process that uses the server is torn down: a run that is open ends, and the next one reads the
        environment again, so that another emulator can follow in the same notebook.
        """
        _tear_down_wandb(self.url)
        self._server.stop()
        self.app.close()
        self._workspace.remove_folder()

    def reset(self, world: World | None = None) -> None:
        """Start again with `world` (the one of the start), an empty ledger, no stored bytes, no faults; same address.

        Raises:
            ValueError: no world is given, and the emulator began with a `World`, which is no longer as it was then.
        """
        self.app.reset(world)

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
        """Let requests go wrong from now on, until `reset` or `faults.clear()`.

        The arguments are those of `faults.Fault`, `kind` one of `faults.KINDS`. The result tells in `hits` how many
        requests have met it.

        Raises:
            FaultError: there is no such fault, or no such operation.
        """
        from regilink_doctor.emulator.execution import check_operation

        check_operation(operation)
        return self.app.faults.add_fault(Fault(kind, operation, count, share, status, seconds, message, executed))

    @property
    def faults(self) -> Faults:
        """Which requests go wrong now."""
        return self.app.faults

    def observe(self, call: LinkCall) -> None:
        """Take what `emulator.recorder` saw of a call that links: its text, and what the SDK itself refused."""
        self.app.record_call(call)

    def environ(self, user: str | None = None) -> dict[str, str]:
        """The variables to set for wandb, as `user` (the first one).

        Raises:
            KeyError: no such user. ValueError: the world has no users.
        """
        users = self.world.users
        if user is None:
            first = next(iter(users.values()), None)
            if first is None:
                raise ValueError("the world has no user: World.user(...) makes one")
            return environ.build_variables(self.url, first.key, self.folder)
        return environ.build_variables(self.url, users[user].key, self.folder)


def _tear_down_wandb(url: str) -> None:
    """End a wandb of this process that uses a server: it would ask it in every later run, too."""
    singleton = getattr(sys.modules.get("wandb.sdk.wandb_setup"), "_singleton", None)
    settings = getattr(singleton, "settings_if_loaded", None)
    if getattr(settings, "base_url", None) == url and getattr(singleton, "_pid", None) == os.getpid():
        sys.modules["wandb"].teardown()
