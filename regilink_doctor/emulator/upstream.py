"""Where a request goes that the fence lets through: straight, or by the proxy that the machine had before."""

from __future__ import annotations

import base64
import socket
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from regilink_doctor.core.records import field, record

TIMEOUT = 30.0
"""Seconds until a connection has to be there."""

_HEAD = 1 << 16


class Unreachable(OSError):
    """No connection; the message says why."""


@record
class Route:
    """A connection, and how to speak on it.

    `by_proxy` tells that the other end wants whole URLs; `headers` are for it alone.
    """

    connection: socket.socket
    by_proxy: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class Upstream:
    """The way out, as `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` of an environment describe it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        # A name in lower case wins, as in urllib and curl.
        names = sorted(environ, key=str.islower)
        self._proxies = {
            name.lower().removesuffix("_proxy"): environ[name] for name in names if name.lower().endswith("_proxy")
        }

    def tunnel(self, host: str, port: int) -> socket.socket:
        """A connection on which everything reaches `host`.

        Raises:
            Unreachable: none can be made.
        """
        proxy = self._proxy("https", host, port)
        if proxy is None:
            return _connect(host, port)
        name, headers = _parse(proxy)
        connection = _connect(*name)
        try:
            target = f"{_bracketed(host)}:{port}"
            lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", *(f"{k}: {v}" for k, v in headers.items())]
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
            status = _reply(connection)
        except OSError as error:
            connection.close()
            raise Unreachable(f"the proxy {name[0]}:{name[1]} broke off: {error}") from error
        if status[:1] != ["200"]:
            connection.close()
            raise Unreachable(f"the proxy {name[0]}:{name[1]} refused: {' '.join(status)}")
        return connection

    def plain(self, host: str, port: int) -> Route:
        """A connection for one request of plain HTTP.

        Raises:
            Unreachable: none can be made.
        """
        proxy = self._proxy("http", host, port)
        if proxy is None:
            return Route(_connect(host, port))
        name, headers = _parse(proxy)
        return Route(_connect(*name), by_proxy=True, headers=headers)

    def _proxy(self, scheme: str, host: str, port: int) -> str | None:
        proxy = self._proxies.get(scheme) or self._proxies.get("all")
        if not proxy or proxy_bypass_environment(f"{host}:{port}", self._proxies):
            return None
        return proxy


def _connect(host: str, port: int) -> socket.socket:
    try:
        connection = socket.create_connection((host, port), timeout=TIMEOUT)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"no connection to {host}:{port}: {error}") from error
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _parse(proxy: str) -> tuple[tuple[str, int], dict[str, str]]:
    """Address and headers of a proxy's URL."""
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if parts.scheme != "http" or not parts.hostname:
        raise Unreachable(f"the fence cannot pass anything on to a proxy of the kind {parts.scheme}://")
    headers = {}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(login.encode()).decode('ascii')}"
    return (parts.hostname, parts.port or 80), headers


def _reply(connection: socket.socket) -> list[str]:
    """Status and reason of a proxy's answer to CONNECT; not a byte behind its head is read."""
    head = b""
    connection.settimeout(TIMEOUT)
    while not head.endswith(b"\r\n\r\n") and len(head) < _HEAD:
        byte = connection.recv(1)
        if not byte:
            raise ConnectionResetError("it closed the connection")
        head += byte
    connection.settimeout(None)
    return head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)[1:]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
