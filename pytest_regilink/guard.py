"""A guard against real W&B servers: name look-ups in this process, a proxy for the processes that it starts.

In this process `socket.getaddrinfo` is watched, which `requests`, `httpx`, `urllib3` and asyncio all use. Processes
that the test starts, `wandb-core` among them, find the proxy of the fence in their environment. An IP address, or a
program that is started with `env={}`, is not seen.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from pytest_regilink.sdk import SERVICE
from regilink_doctor.emulator import environ

if TYPE_CHECKING:
    from types import TracebackType

    from pytest_regilink.isolation import Isolation
    from regilink_doctor.emulator.fence import Fence

GRAPHQL_HOSTS = ("https://api.wandb.ai", "https://api.forge.coreweave.com")
"""The hosts of W&B's GraphQL endpoint: it moved with wandb 0.31."""


IMPATIENCE = {**environ.PATIENCE, "WANDB_TEST": "1", "WANDB_ERROR_REPORTING": "false"}
"""Against retries of what is refused: wandb-core retries for a week, the Python of wandb up to 0.27 for a year, and
only `WANDB_TEST` stops it (`sdk/lib/retry.py`). Error reports would reach for W&B a moment later, in the next test."""


class RealHostReached(ConnectionError):
    """The test tried to reach a real W&B server."""


class Guard:
    """Watches while the `with` block lasts."""

    def __init__(self, fence: Fence, isolation: Isolation) -> None:
        self._fence = fence
        self._isolation = isolation
        self._seen: list[str] = []
        self._before = len(fence.blocked)
        self._look_up = socket.getaddrinfo

    @property
    def reached(self) -> tuple[str, ...]:
        """Hosts and ports that the test tried to reach, each once."""
        by_proxy = [f"{each.host}:{each.port}" for each in self._fence.blocked[self._before :]]
        return tuple(dict.fromkeys([*self._seen, *by_proxy]))

    @property
    def verdict(self) -> str | None:
        """The message of the failure, None when nothing was tried."""
        if not self.reached:
            return None
        return (
            f"the test tried to reach a real W&B server: {', '.join(self.reached)}. The fixture `regilink` gives it an "
            "emulated one; code that asks the GraphQL endpoint with `requests` finds it through `regilink_responses`."
        )

    def __enter__(self) -> Guard:
        # A wandb-core that was started before knows nothing of the proxy. What else there is for wandb stays.
        kept = {name: value for name, value in os.environ.items() if name.startswith("WANDB_") and name != SERVICE}
        variables = {**IMPATIENCE, **kept, **environ.build_proxy_variables(self._fence.url)}
        self._room = self._isolation.enter_room("regilink_guard", variables)
        socket.getaddrinfo = self._check_host
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        socket.getaddrinfo = self._look_up
        self._isolation.leave_room(self._room)

    def _check_host(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and self._fence.is_real(name):
            self._seen.append(f"{name}:{port}")
            raise RealHostReached(f"{name} is a real W&B server: regilink_guard lets no test reach it")
        return self._look_up(host, port, *args, **kwargs)
