"""The fixture `regilink_guard`: no real W&B server is reached.

This process and its forks are watched by audit events (`HostWatch`). A process that the test starts, `wandb-core` among
them, finds the proxy of the fence in its environment. What neither sees is listed in `docs/pytest.md`.
"""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pytest_regilink.isolation import HostWatch
from pytest_regilink.sdk import SERVICE
from regilink_doctor.emulator import environ, recorder

if TYPE_CHECKING:
    from types import TracebackType

    from pytest_regilink.isolation import Isolation
    from regilink_doctor.emulator.fence import Fence

GRAPHQL_HOSTS = ("https://api.wandb.ai", "https://api.forge.coreweave.com")
"""The hosts of W&B's GraphQL endpoint: it moved with wandb 0.31."""


IMPATIENCE = {**environ.PATIENCE, "WANDB_TEST": "1", "WANDB_ERROR_REPORTING": "false"}
"""Against retries of what is refused: wandb-core retries for a week, the Python of wandb up to 0.27 for a year, and
only `WANDB_TEST` stops it (`sdk/lib/retry.py`). Error reports would reach for W&B a moment later, in the next test."""


class UnwatchedProcess(UserWarning):
    """A test with `regilink_guard` started a process whose connections the guard does not see."""

    def __init__(self, command: str) -> None:
        super().__init__(f"{command} was started with variables that lead past the proxy: the guard does not see it")


class Guard:
    """Watches while the `with` block lasts."""

    def __init__(self, fence: Fence, isolation: Isolation) -> None:
        self._fence = fence
        self._isolation = isolation
        self._before = len(fence.blocked)
        self._folder = TemporaryDirectory(prefix="regilink-guard-", ignore_cleanup_errors=True)
        """For the key and the settings that the code writes, so that the user's own are neither read nor changed."""
        self.watch = HostWatch(fence)

    @property
    def reached(self) -> tuple[str, ...]:
        """Hosts and ports that the test tried to reach, each once."""
        by_proxy = [f"{item.host}:{item.port}" for item in self._fence.blocked[self._before :]]
        return tuple(dict.fromkeys([*self.watch.reached, *by_proxy]))

    @property
    def verdict(self) -> str | None:
        """The message of the failure, None when nothing was tried."""
        if not self.reached:
            return None
        return (
            f"the test tried to reach a real W&B server: {', '.join(self.reached)}. The fixture `regilink` gives it an "
            "emulated one; code that asks the GraphQL endpoint with `requests` finds it through `regilink_responses`."
        )

    def forget_reached(self) -> None:
        """Forget what was reached: for a test that means to reach it."""
        self._before = len(self._fence.blocked)
        self.watch.stop()
        self.watch = HostWatch(self._fence)
        self.watch.start()

    def __enter__(self) -> Guard:
        # A wandb-core that was started before knows nothing of the proxy. What else there is for wandb stays.
        own = {name: value for name, value in os.environ.items() if name.startswith("WANDB_") and name != SERVICE}
        variables = {
            "WANDB_CONFIG_DIR": os.path.join(self._folder.name, "config"),
            **IMPATIENCE,
            **own,
            **environ.build_proxy_variables(self._fence.url),
            "NETRC": self._find_netrc(),
        }
        self._room = self._isolation.enter_room("regilink_guard", variables)
        recorder.start_recording(self._note_call)
        self.watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.watch.stop()
        recorder.stop_recording(self._note_call)
        self._isolation.leave_room(self._room)
        self._fence.remove_servers()
        self._folder.cleanup()

    def _find_netrc(self) -> str:
        """That of the server that the test has, too; else one of the guard's own."""
        has_server = self._isolation.active_room.emulator is not None
        return os.environ["NETRC"] if has_server else os.path.join(self._folder.name, "netrc")

    def _note_call(self, call: recorder.LinkCall) -> None:
        """A server that code gives to wandb is a real one from now on; the emulator's address is none."""
        if call.call == recorder.SERVER and call.host and call.host.rstrip("/") not in self._isolation.servers:
            self._fence.add_server(call.host)
