"""A guard against real W&B servers: at the look-up of a name in this process, by a proxy in those beside it.

In this process `socket.getaddrinfo` is watched, which `requests`, `httpx`, `urllib3` and asyncio all come by. Processes
that the test starts, `wandb-core` among them, find the proxy of the fence in their environment. What neither asks for a
name nor reads the environment cannot be seen: an address in numbers, a program started with `env={}`.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from pytest_regilink.environment import Environment
from pytest_regilink.sdk import SERVICE
from regilink_doctor.emulator import environ

if TYPE_CHECKING:
    from types import TracebackType

    from pytest_regilink.sdk import Sdk
    from regilink_doctor.emulator.fence import Fence

GRAPHQL_HOSTS = ("https://api.wandb.ai", "https://api.forge.coreweave.com")
"""Where code that asks W&B's GraphQL endpoint by itself asks: the host moved with wandb 0.31."""


IMPATIENCE = {**environ.PATIENCE, "WANDB_TEST": "1", "WANDB_ERROR_REPORTING": "false"}
"""What is refused would be tried again: for a week by wandb-core, for a year by the Python of wandb up to 0.27, which
knows this one variable alone against it (`sdk/lib/retry.py`). And it would be reported to W&B, a moment later: the next
test would be blamed for that."""


class RealHostReached(ConnectionError):
    """The test tried to reach a real W&B server."""


class Guard:
    """Watches while the `with` block lasts."""

    def __init__(self, fence: Fence, sdk: Sdk) -> None:
        self._fence = fence
        self._sdk = sdk
        self._seen: list[str] = []
        self._before = len(fence.blocked)
        self._environment = Environment()
        self._look_up = socket.getaddrinfo

    @property
    def reached(self) -> tuple[str, ...]:
        """What was tried, each host and port once."""
        by_proxy = [f"{each.host}:{each.port}" for each in self._fence.blocked[self._before :]]
        return tuple(dict.fromkeys([*self._seen, *by_proxy]))

    @property
    def verdict(self) -> str | None:
        """What to say about it, None when nothing was tried."""
        if not self.reached:
            return None
        return (
            f"the test tried to reach a real W&B server: {', '.join(self.reached)}. The fixture `regilink` gives it an "
            "emulated one; code that asks the GraphQL endpoint with `requests` finds it through `regilink_responses`."
        )

    def __enter__(self) -> Guard:
        # A wandb-core that was started before knows nothing of the proxy. What else there is for wandb stays.
        self._layer = self._sdk.enter()
        kept = {name: value for name, value in os.environ.items() if name.startswith("WANDB_") and name != SERVICE}
        service = {} if self._layer.service is None else {SERVICE: self._layer.service}
        self._environment.set({**IMPATIENCE, **kept, **environ.proxies(self._fence.url), **service})
        socket.getaddrinfo = self._watched
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        socket.getaddrinfo = self._look_up
        self._sdk.leave(self._layer)
        self._environment.restore()

    def _watched(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and self._fence.is_real(name):
            self._seen.append(f"{name}:{port}")
            raise RealHostReached(f"{name} is a real W&B server: regilink_guard lets no test reach it")
        return self._look_up(host, port, *args, **kwargs)
