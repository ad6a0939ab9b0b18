"""No real W&B server is reached: the fixture `regilink_guard`, and what is refused before a test's server is up.

This process and its forks are watched by audit events (`HostWatch`). A process that the test starts, `wandb-core` among
them, finds the proxy of the fence in its environment. What neither sees is listed in `docs/pytest.md`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from pytest_regilink.isolation import HostWatch
from pytest_regilink.options import EARLY, SERVER_FIXTURES
from pytest_regilink.sdk import SERVICE
from regilink_doctor.core.files import relative_path
from regilink_doctor.emulator import environ, recorder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from pytest_regilink.isolation import Isolation
    from regilink_doctor.emulator.fence import Fence

GRAPHQL_HOSTS = ("https://api.wandb.ai", "https://api.forge.coreweave.com")
"""The hosts of W&B's GraphQL endpoint: it moved with wandb 0.31."""


IMPATIENCE = {**environ.PATIENCE, "WANDB_TEST": "1", "WANDB_ERROR_REPORTING": "false"}
"""Against retries of what is refused: wandb-core retries for a week, the Python of wandb up to 0.27 for a year, and
only `WANDB_TEST` stops it (`sdk/lib/retry.py`). Error reports would reach for W&B a moment later, in the next test."""


class UnwatchedProcess(UserWarning):
    """A test started a process whose connections regilink does not see."""

    def __init__(self, command: str) -> None:
        super().__init__(f"{command} was started with variables that lead past the proxy: regilink does not see it")


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


class EarlyWatch:
    """Refuses a run or a link that begins before the server of its test is up: both would be real.

    A run of a fixture of the whole session that only `autouse` brings is not about the test; what it links is refused.
    """

    def __init__(self, item: pytest.Item, isolation: Isolation) -> None:
        self._item = item
        self._isolation = isolation
        self._fixtures: list[tuple[str, str]] = []
        """Name and scope of those that are being set up, the innermost last."""
        self._refusal = ""

    def __enter__(self) -> None:
        self._item.config.stash[EARLY] = self
        recorder.start_recording(self._refuse_call)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        recorder.stop_recording(self._refuse_call)
        del self._item.config.stash[EARLY]
        if kind is None and self._refusal:  # in a thread, or the code went on
            pytest.fail(self._refusal, pytrace=False)

    @contextmanager
    def within(self, name: str, scope: str) -> Iterator[None]:
        """Note that a fixture is being set up."""
        self._fixtures.append((name, scope))
        try:
            yield
        finally:
            self._fixtures.pop()

    def _refuse_call(self, call: recorder.LinkCall) -> None:
        if self._isolation.active_room.emulator is not None or call.ended or call.mode != "online":
            return
        is_run = call.call == recorder.RUN
        if is_run and self._fixtures and not any(map(self._is_asked_for, self._fixtures)):
            return
        # A draft cannot be linked without a run, which is refused where it is not offline.
        if is_run or call.call == "Run.link_artifact" or (call.call == "Artifact.link" and call.source):
            self._refusal = self._describe_call(call)
            pytest.fail(self._refusal, pytrace=False)

    def _is_asked_for(self, fixture: tuple[str, str]) -> bool:
        """Whether the test, or a fixture that it uses, names the fixture; always, below the scope of the session."""
        name, scope = fixture
        if scope not in ("session", "package"):
            return True
        info = getattr(self._item, "_fixtureinfo", None)
        definitions = getattr(info, "name2fixturedefs", {})
        names = list(getattr(info, "argnames", ()))
        names += [str(name) for mark in self._item.iter_markers("usefixtures") for name in mark.args]
        for asked in names:  # grows by what each fixture asks for
            names += [other for user in definitions.get(asked, ()) for other in user.argnames if other not in names]
        return name in names

    def _describe_call(self, call: recorder.LinkCall) -> str:
        action = "began a run" if call.call == recorder.RUN else "linked an artifact"
        place = f"{relative_path(call.place, str(self._item.config.rootpath))}: " if call.place else ""
        if not self._fixtures:
            return f"{place}the test {action} before its server was up, so on the real one: make the server first"
        name, scope = self._fixtures[-1]
        server = "regilink" if scope == "function" else f"regilink_{'session' if scope == 'package' else scope}"
        # pytest makes fixtures of `setup_module`, `setUpClass` and the like, with names of its own.
        is_xunit = "xunit_" in name or "unittest_" in name
        who = f"the setup of the {scope}" if is_xunit else f"the fixture {name}"
        names = getattr(self._item, "fixturenames", ())
        other = next(name for name in names if name in SERVER_FIXTURES)
        also = "" if server in names else f", and the test, too, in place of {other}"
        ask = f"make it a fixture that asks for {server}" if is_xunit else f"let it ask for {server}"
        return f"{place}{who} {action} before the server of the test was up, so on the real one: {ask}{also}"
