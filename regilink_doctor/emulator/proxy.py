"""A forward proxy on the loopback interface that refuses some hosts and passes everything else on.

It never looks into TLS: a tunnel is let through, or refused, by the name that CONNECT asks for.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from regilink_doctor.emulator.loopback import LoopbackServer
from regilink_doctor.emulator.upstream import Route, Unreachable, Upstream

_CHUNK = 1 << 16
_OF_THE_HOP = {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "upgrade"}

Gate = Callable[[str, int], str | None]
"""What to say to whoever asks for this host and port; None lets it through."""


class Proxy(LoopbackServer):
    """Serves from `start` to `stop`; `gate` decides about each connection."""

    def __init__(self, gate: Gate, upstream: Upstream) -> None:
        self._gate = gate
        self.upstream = upstream
        super().__init__(_Handler, "regilink-proxy")

    def gate(self, host: str, port: int) -> str | None:
        """What to say to whoever asks for this host and port; itself is never let through, it would go round."""
        if port == self.port and (host == "localhost" or host.startswith("127.")):
            return "This is the proxy itself"
        return self._gate(host, port)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rbufsize = 0  # what follows the head belongs to the other end
    wbufsize = 0
    disable_nagle_algorithm = True
    server: Proxy

    def do_CONNECT(self) -> None:
        """A tunnel, as every https URL wants one."""
        self.close_connection = True
        target = _target(f"//{self.path}", 443)
        if target is None:
            self._say(400, "Bad Request", f"{self.path!r} is no host and port")
        elif (refusal := self.server.gate(*target)) is not None:
            self._say(403, refusal, refusal)
        else:
            try:
                far = self.server.upstream.tunnel(*target)
            except Unreachable as error:
                self._say(502, "Bad Gateway", str(error))
                return
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._relay(far)

    def _plain(self) -> None:
        """One request of plain HTTP."""
        self.close_connection = True
        target = _target(self.path, 80) if self.path.startswith("http://") else None
        if target is None:
            self._say(400, "Bad Request", "this is a proxy: it wants a whole http:// URL, or CONNECT")
        elif (refusal := self.server.gate(*target)) is not None:
            self._say(403, refusal, refusal)
        else:
            try:
                route = self.server.upstream.plain(*target)
                route.connection.sendall(self._head(route))
            except OSError as error:
                self._say(502, "Bad Gateway", str(error))
                return
            self._relay(route.connection)

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_DELETE = do_PATCH = _plain  # noqa: N815

    def _head(self, route: Route) -> bytes:
        """The request's head as the other end wants it: one request for one connection."""
        parts = urlsplit(self.path)
        asked = self.path if route.by_proxy else f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        kept = {name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_HOP}
        headers = {"Host": parts.netloc.rpartition("@")[2], **kept, **route.headers, "Connection": "close"}
        lines = [f"{self.command} {asked} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _relay(self, far: socket.socket) -> None:
        self.server.watch(far)
        try:
            _relay(self.connection, far)
        except OSError:
            pass  # one of the two is gone, and the other is told so by being closed
        finally:
            self.server.forget(far)
            far.close()

    def _say(self, status: int, reason: str, text: str) -> None:
        """An answer of the proxy's own. Go shows the reason alone, `requests` both."""
        body = f"{text}\n".encode()
        head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        self.wfile.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode("latin-1") + body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _target(url: str, port: int) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        # A letter beyond ASCII may become one of another name on its way to the resolver (IDNA): no gate knows it then.
        known = parts.hostname is not None and parts.hostname.isascii() and parts.port != 0
        return (parts.hostname or "", parts.port or port) if known else None
    except ValueError:
        return None


def _relay(one: socket.socket, other: socket.socket) -> None:
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
