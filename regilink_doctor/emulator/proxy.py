"""A forward proxy on the loopback interface that refuses some hosts and passes everything else on.

What it lets through goes straight to its host, or to the proxy that the machine had before. It never looks into TLS: a
tunnel is let through, or refused, by the name that CONNECT asks for.
"""

from __future__ import annotations

import base64
import selectors
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from regilink_doctor.core.records import field, record
from regilink_doctor.core.text import quote_text
from regilink_doctor.emulator.loopback import Handler, LoopbackServer

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

    def open_tunnel(self, host: str, port: int) -> socket.socket:
        """A connection on which everything reaches `host`.

        Raises:
            Unreachable: none can be made.
        """
        proxy = self._find_proxy("https", host, port)
        if proxy is None:
            return _open_connection(host, port)
        name, headers = _parse_proxy(proxy)
        connection = _open_connection(*name)
        try:
            target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", *(f"{k}: {v}" for k, v in headers.items())]
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
            status = _read_reply(connection)
        except OSError as error:
            connection.close()
            raise Unreachable(f"the proxy {name[0]}:{name[1]} broke off: {error}") from error
        if status[:1] != ["200"]:
            connection.close()
            raise Unreachable(f"the proxy {name[0]}:{name[1]} refused: {' '.join(status)}")
        return connection

    def open_plain_route(self, host: str, port: int) -> Route:
        """A connection for one request of plain HTTP.

        Raises:
            Unreachable: none can be made.
        """
        proxy = self._find_proxy("http", host, port)
        if proxy is None:
            return Route(_open_connection(host, port))
        name, headers = _parse_proxy(proxy)
        return Route(_open_connection(*name), by_proxy=True, headers=headers)

    def _find_proxy(self, scheme: str, host: str, port: int) -> str | None:
        proxy = self._proxies.get(scheme) or self._proxies.get("all")
        if not proxy or proxy_bypass_environment(f"{host}:{port}", self._proxies):
            return None
        return proxy


def _open_connection(host: str, port: int) -> socket.socket:
    try:
        connection = socket.create_connection((host, port), timeout=TIMEOUT)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"no connection to {host}:{port}: {error}") from error
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _parse_proxy(proxy: str) -> tuple[tuple[str, int], dict[str, str]]:
    """Address and headers of a proxy's URL."""
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if parts.scheme != "http" or not parts.hostname:
        raise Unreachable(f"regilink cannot forward requests to a {parts.scheme}:// proxy")
    headers = {}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(login.encode()).decode('ascii')}"
    return (parts.hostname, parts.port or 80), headers


def _read_reply(connection: socket.socket) -> list[str]:
    """Status and reason of a proxy's answer to CONNECT; no byte after its head is read."""
    head = b""
    connection.settimeout(TIMEOUT)
    while not head.endswith(b"\r\n\r\n") and len(head) < _HEAD:
        byte = connection.recv(1)
        if not byte:
            raise ConnectionResetError("it closed the connection")
        head += byte
    connection.settimeout(None)
    return head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)[1:]


_CHUNK = 1 << 16
_OF_THE_HOP = {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "upgrade"}

Gate = Callable[[str, int], str | None]
"""The answer to a request for this host and port; None lets it through."""


class Proxy(LoopbackServer):
    """Serves from `start` to `stop`; `explain_refusal` decides about each connection."""

    def __init__(self, gate: Gate, upstream: Upstream) -> None:
        self._gate = gate
        self.upstream = upstream
        super().__init__(_Handler, "regilink-proxy")

    def explain_refusal(self, host: str, port: int) -> str | None:
        """The answer to a request for this host and port; None lets it through, never the proxy itself."""
        if port == self.port and (host == "localhost" or host.startswith("127.")):
            return "This is the proxy itself"
        return self._gate(host, port)


class _Handler(Handler):
    rbufsize = 0  # what follows the head belongs to the other end
    server: Proxy

    def do_CONNECT(self) -> None:  # noqa: N802
        """A tunnel, as every https URL wants one."""
        self.close_connection = True
        target = _read_target(f"//{self.path}", 443)
        if target is None:
            self._send_text(400, "Bad Request", f"{quote_text(self.path)} is not a host and port")
        elif (refusal := self.server.explain_refusal(*target)) is not None:
            self._send_text(403, refusal, refusal)
        else:
            try:
                far = self.server.upstream.open_tunnel(*target)
            except Unreachable as error:
                self._send_text(502, "Bad Gateway", str(error))
                return
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._relay_tunnel(far)

    def _handle_plain(self) -> None:
        """One request of plain HTTP."""
        self.close_connection = True
        target = _read_target(self.path, 80) if self.path.startswith("http://") else None
        if target is None:
            self._send_text(400, "Bad Request", "this is a proxy: it needs a full http:// URL, or CONNECT")
        elif (refusal := self.server.explain_refusal(*target)) is not None:
            self._send_text(403, refusal, refusal)
        else:
            try:
                route = self.server.upstream.open_plain_route(*target)
                route.connection.sendall(self._make_head(route))
            except OSError as error:
                self._send_text(502, "Bad Gateway", str(error))
                return
            self._relay_tunnel(route.connection)

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_DELETE = do_PATCH = _handle_plain  # noqa: N815

    def _make_head(self, route: Route) -> bytes:
        """The request's head as the other end wants it: one request for one connection."""
        parts = urlsplit(self.path)
        asked = self.path if route.by_proxy else f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        passed_on = {name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_HOP}
        headers = {"Host": parts.netloc.rpartition("@")[2], **passed_on, **route.headers, "Connection": "close"}
        lines = [f"{self.command} {asked} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _relay_tunnel(self, far: socket.socket) -> None:
        self.server.watch_connection(far)
        try:
            _relay_bytes(self.connection, far)
        except OSError:
            pass  # one of the two is gone: closing the other one shows it
        finally:
            self.server.forget_connection(far)
            far.close()

    def _send_text(self, status: int, reason: str, text: str) -> None:
        """An answer of the proxy's own. Go shows the reason alone, `requests` both."""
        body = f"{text}\n".encode()
        head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        self.wfile.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode("latin-1") + body)


def _read_target(url: str, port: int) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        # A letter beyond ASCII may become one of another name on its way to the resolver (IDNA): no gate knows it then.
        is_usable = parts.hostname is not None and parts.hostname.isascii() and parts.port != 0
        return (parts.hostname or "", parts.port or port) if is_usable else None
    except ValueError:
        return None


def _relay_bytes(one: socket.socket, other: socket.socket) -> None:
    """Bytes both ways until both ends have said all."""
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while selector.get_map():
            for key, _ in selector.select():
                source: Any = key.fileobj
                if data := source.recv(_CHUNK):
                    key.data.sendall(data)
                else:
                    selector.unregister(source)
                    key.data.shutdown(socket.SHUT_WR)
