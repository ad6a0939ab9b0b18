"""The fence: code under test reaches the emulator, and no W&B server that is real.

It is an environment and a proxy. What reads neither cannot be stopped: a program that opens sockets itself or drops
the environment (`env={}`, `trust_env = False`), and servers on this machine. A server that code gives to wandb
(`Settings(base_url=...)`, `login(host=...)`) is fenced off from that moment, where the recorder watches the code.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from threading import Lock
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from regilink_doctor.core.records import record
from regilink_doctor.emulator import environ
from regilink_doctor.emulator.emulator import Emulator
from regilink_doctor.emulator.loopback import Service, is_loopback
from regilink_doctor.emulator.proxy import Proxy, Upstream

REAL_HOSTS = (
    "wandb.ai",  # the API up to wandb 0.30, the App, Weave's traces
    "forge.coreweave.com",  # the API from wandb 0.31 on (`sdk/lib/urls.py`), the App
    "wandb.io",  # dedicated cloud
    "o151352.ingest.sentry.io",  # the SDK's crash reports up to 0.29 (`analytics/sentry.py`)
    "o151352.ingest.us.sentry.io",
)
"""W&B's own names; every name below one is meant too.

Signed URLs of storage lead to hosts that the world shares (storage.googleapis.com). They are not fenced: a data
set may be there, and only W&B hands out signed URLs.
"""


@record
class BlockedAttempt:
    """A connection to a real W&B server that was refused. `ordinal` counts them from 1."""

    ordinal: int
    host: str
    port: int


class Fence(Service):
    """Keeps W&B's servers, and those of `hosts`, out of reach for as long as the `with` block lasts.

    >>> with Emulator() as emulator, Fence(emulator) as fence:
    ...     variables = fence.environ()
    ...     fence.blocked
    ()
    >>> variables["HTTPS_PROXY"] == fence.url
    True

    Args:
        emulator: where wandb is to go instead.
        hosts: more names or URLs of real servers: the user's own, where W&B is self-hosted.
        outside: the environment before: its `WANDB_BASE_URL` is a real server too, and its proxies lead on to
            everything that is not fenced off.
    """

    def __init__(
        self, emulator: Emulator, hosts: Iterable[str] = (), *, outside: Mapping[str, str] | None = None
    ) -> None:
        outside = os.environ if outside is None else outside
        named = [*hosts, outside.get("WANDB_BASE_URL", "")]
        self._hosts = (*REAL_HOSTS, *(name for item in named if (name := _host_name(item)) and not is_loopback(name)))
        self._configured = tuple(url for url in named if url)
        self._added: dict[str, None] = {}
        self.emulators: set[str] = set()
        """The addresses of further emulators: they are not real servers either."""
        self._emulator = emulator
        self._upstream = Upstream(outside)
        self._proxy: Proxy | None = None
        self._lock = Lock()
        self._blocked: list[BlockedAttempt] = []

    @property
    def url(self) -> str:
        """The proxy's address.

        Raises:
            RuntimeError: the fence is not up.
        """
        if self._proxy is None:
            raise RuntimeError("the fence is not up: use it in a `with` block, or call start() first")
        return self._proxy.url

    @property
    def blocked(self) -> tuple[BlockedAttempt, ...]:
        """Every connection that was refused, oldest first."""
        with self._lock:
            return tuple(self._blocked)

    def start(self) -> None:
        """Begin to serve. Does nothing the second time."""
        if self._proxy is None:
            self._proxy = Proxy(self._decide_host, self._upstream)
            self._proxy.start()

    def stop(self) -> None:
        """Stop serving; what is still open is cut. What was refused is still known."""
        if self._proxy is not None:
            self._proxy.stop()
            self._proxy = None

    def environ(self, user: str | None = None) -> dict[str, str]:
        """The variables to set: those of `Emulator.environ`, and the way through the proxy.

        `environ.REMOVED` names those to drop; `environ.within` does both for a whole environment.
        """
        return {**self._emulator.environ(user), **environ.build_proxy_variables(self.url)}

    def is_real(self, host: str) -> bool:
        """Whether the name is one of a real W&B server."""
        name = _normalize_name(host)
        named = (_host_name(url) for url in (*self._emulator.ledger.servers, *self._added))
        hosts = (*self._hosts, *(item for item in named if item and not is_loopback(item)))
        return any(name == real or name.endswith(f".{real}") for real in hosts)

    def is_real_address(self, host: str, port: object) -> bool:
        """Whether a host and a port are those of a W&B server: real ones, or configured on this machine."""
        if not is_loopback(host):
            return self.is_real(host)
        urls = (*self._configured, *self._added, *self._emulator.ledger.servers)
        return port in {_read_port(url) for url in urls if self._is_other_local_server(url)}

    def is_used_by(self, variables: Mapping[str, str]) -> bool:
        """Whether a process with these variables finds the proxy, and goes past it to no real server."""
        proxies = {variables[name] for name in ("HTTPS_PROXY", "https_proxy") if name in variables}
        exceptions = [{"no": variables[name]} for name in ("NO_PROXY", "no_proxy") if name in variables]
        addresses = [name for host in self._hosts for name in (host, f"api.{host}")]
        is_bypassed = any(proxy_bypass_environment(name, no_proxy) for name in addresses for no_proxy in exceptions)
        return proxies == {self.url} and not is_bypassed

    def is_emulator(self, variables: Mapping[str, str]) -> bool:
        """Whether these variables lead wandb to the emulator, or to a further one."""
        url = variables.get("WANDB_BASE_URL", "").rstrip("/")
        return url in (self._emulator.url, *self.emulators)

    def add_server(self, url: str) -> None:
        """Fence this server off too, until `remove_servers`: code has given it to wandb."""
        self._added.setdefault(url)

    def remove_servers(self) -> None:
        """Forget the servers of `add_server`."""
        self._added.clear()

    @property
    def other_servers(self) -> tuple[str, ...]:
        """Servers on this machine, not the emulator, that code gave to wandb: no proxy keeps it from them."""
        return tuple(url for url in self._emulator.ledger.servers if self._is_other_local_server(url))

    def _is_other_local_server(self, url: str) -> bool:
        """Whether a server is on this machine and not an emulator, under whichever of this machine's names."""
        emulators = {_read_port(item) for item in (self._emulator.url, *self.emulators)}
        return is_loopback(_host_name(url) or "") and _read_port(url) not in emulators

    def _decide_host(self, host: str, port: int) -> str | None:
        if not self.is_real(host):
            return None
        with self._lock:
            self._blocked.append(BlockedAttempt(len(self._blocked) + 1, host, port))
        return f"Blocked by regilink: {host} is a real W&B server; the emulator is at {self._emulator.url}"


def _read_port(url: str) -> int | None:
    """The port of a URL, or that of its scheme."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        return parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None


def _host_name(url: str) -> str | None:
    """The name of a server in a URL, or in a bare name."""
    try:
        name = urlsplit(url if "://" in url else f"//{url}").hostname
    except ValueError:
        return None
    return _normalize_name(name) if name else None


def _normalize_name(name: str) -> str:
    """A name as DNS is asked for it: `api.ｗandb。ai` is `api.wandb.ai` too."""  # noqa: RUF002
    try:
        return name.rstrip(".").encode("idna").decode("ascii").casefold()
    except UnicodeError:
        return name.rstrip(".").casefold()
