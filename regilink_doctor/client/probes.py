"""The way to the server, step by step on raw sockets: name, connection, proxy, certificates.

wandb hides the cause of a failure (with nothing listening, 0.31.0 says that its service process is busy); the steps
tell which of them fails. Each is bounded in time.
"""

from __future__ import annotations

import base64
import socket
import ssl
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from regilink_doctor.client.connection_errors import cause_of
from regilink_doctor.client.route import Address, Route, is_bundle
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import record

T = TypeVar("T")

HEAD = 4096
"""Bytes of an answer that are read at the most."""


class ProbeFailed(Exception):
    """A step failed; `cause` is a key of `connection_errors.CAUSES`."""

    def __init__(self, cause: str, detail: str = "") -> None:
        self.cause = cause
        self.detail = detail
        super().__init__(f"{cause}: {detail}")


@record
class Trust:
    """Whether one bundle of certificates trusts the server: `cause` is None, or a key of `connection_errors.CAUSES`."""

    bundle: str
    cause: str | None = None
    detail: str = ""


class Probes:
    """The steps to one server, each of which needs the ones before."""

    def __init__(self, route: Route, *, timeout: float) -> None:
        self.route = route
        self.timeout = timeout
        self.addresses: tuple[str, ...] = ()
        self._infos: list[tuple[int, int, int, tuple[object, ...]]] = []

    def resolve(self) -> tuple[str, ...]:
        """The numbers behind the name that is connected to.

        Raises:
            ProbeFailed: the name is unknown, or nobody answers in time.
        """
        name, port = self.route.dialled.name, self.route.dialled.port

        def look_up() -> list[tuple[int, int, int, tuple[object, ...]]]:
            found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            return [(family, kind, protocol, where) for family, kind, protocol, _, where in found]

        self._infos = self._bounded(look_up, "dns-timeout")
        self.addresses = tuple(dict.fromkeys(str(info[3][0]) for info in self._infos))
        return self.addresses

    def connect(self) -> str:
        """The number that took a connection.

        Raises:
            ProbeFailed: none did.
        """
        connection = self._dial()
        with connection:
            return str(connection.getpeername()[0])

    def tunnel(self) -> str:
        """What the proxy says when it is asked for a way to a server with TLS: `200 ...`.

        Raises:
            ProbeFailed: it demands a login, refuses, or is no proxy.
        """
        with self._dial() as connection:
            return self._tunnel(connection)

    def trust(self) -> tuple[Trust, Trust | None]:
        """Whether the certificates of Python trust the server, and those of Go (None: they are in no file).

        Raises:
            ProbeFailed: the server does not answer with TLS.
        """
        python, go = self.route.python_bundle.value, self.route.go_bundle
        found: list[Trust] = []
        other = None
        if go is not None and Path(go.value).resolve() != Path(python).resolve():
            bundle = go.value
            other = threading.Thread(target=lambda: found.append(self._trust(bundle)), daemon=True)
            other.start()
        mine = self._trust(python)
        if other is not None:
            other.join(self.timeout + 1)
        if found:
            return mine, found[0]
        return mine, None if go is None or other is not None else Trust(go.value, mine.cause, mine.detail)

    def server_clock(self) -> float | None:
        """Seconds that this clock is ahead of the server's, asked without trust and without a key; None: not told."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with self._handshake(context) as connection:
                server = self.route.server
                connection.sendall(f"HEAD / HTTP/1.1\r\nHost: {server.name}\r\nConnection: close\r\n\r\n".encode())
                return skew_of(_header(_head(connection), "date"))
        except (OSError, ValueError, ProbeFailed):
            return None

    def _trust(self, bundle: str) -> Trust:
        path = Path(bundle)
        if not is_bundle(bundle):
            return Trust(bundle, "bundle", bundle)
        try:
            context = ssl.create_default_context(
                cafile=None if path.is_dir() else bundle, capath=bundle if path.is_dir() else None
            )
        except (ssl.SSLError, OSError):
            return Trust(bundle, "bundle", bundle)
        try:
            self._handshake(context).close()
        except ProbeFailed as failed:
            return Trust(bundle, failed.cause, failed.detail)
        except (OSError, ValueError) as error:
            cause, detail = cause_of(error)
            return Trust(
                bundle, cause, say("{timeout:g} seconds", timeout=self.timeout) if cause.endswith("timeout") else detail
            )
        return Trust(bundle)

    def _handshake(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        connection = self._dial()
        try:
            if self.route.proxy is not None:
                self._tunnel(connection)
            return context.wrap_socket(connection, server_hostname=self.route.server.name)
        except BaseException:
            connection.close()
            raise

    def _dial(self) -> socket.socket:
        """A connection, to the first of the numbers that takes one."""
        if not self._infos:
            self.resolve()
        deadline = time.monotonic() + self.timeout
        last: OSError | None = None
        for family, kind, protocol, where in self._infos:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(left)
            try:
                connection.connect(where)
            except OSError as error:
                connection.close()
                last = error
                continue
            connection.settimeout(max(deadline - time.monotonic(), 0.05))
            return connection
        if last is None or isinstance(last, TimeoutError):
            raise ProbeFailed("connect-timeout", f"{self.timeout:g} seconds")
        raise ProbeFailed(*cause_of(last))

    def _tunnel(self, connection: socket.socket) -> str:
        server = self.route.server
        lines = [f"CONNECT {server} HTTP/1.1", f"Host: {server}", *self._login()]
        try:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            head = _head(connection)
        except TimeoutError:
            raise ProbeFailed("proxy", f"it does not answer within {self.timeout:g} seconds") from None
        except OSError:
            raise ProbeFailed("proxy", "it closed the connection") from None
        version, _, status = head.partition("\r\n")[0].partition(" ")
        if not version.startswith("HTTP/"):
            raise ProbeFailed("proxy", "the server at this address is not a proxy")
        if status.startswith("407"):
            raise ProbeFailed("proxy-login")
        if not status.startswith("200"):
            raise ProbeFailed("proxy", f"it refuses to connect to {server} ({status.strip()[:60]})")
        return status

    def _login(self) -> list[str]:
        parts = urlsplit(self.route.proxy.value if self.route.proxy else "")
        if parts.username is None:
            return []
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return [f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}"]

    def _bounded(self, function: Callable[[], T], cause: str) -> T:
        """The result, given up after the time-out: nothing bounds a name look-up from inside."""
        outcome: list[T | Exception] = []

        def run() -> None:
            try:
                outcome.append(function())
            except Exception as error:
                outcome.append(error)

        worker = threading.Thread(target=run, daemon=True, name="regilink-probe")
        worker.start()
        worker.join(self.timeout)
        if not outcome:
            raise ProbeFailed(cause, f"{self.timeout:g} seconds")
        found = outcome[0]
        if isinstance(found, Exception):
            raise ProbeFailed(*cause_of(found))
        return found


def skew_of(date: str | None, now: float | None = None) -> float | None:
    """Seconds that this machine's clock is ahead of a `Date`; None where there is none that can be read."""
    if not date:
        return None
    try:
        there = parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):  # the server's header may say anything
        return None
    return (time.time() if now is None else now) - there


def _head(connection: socket.socket) -> str:
    """The head of an answer."""
    content = b""
    while b"\r\n\r\n" not in content and len(content) < HEAD:
        chunk = connection.recv(HEAD)
        if not chunk:
            break
        content += chunk
    return content.decode("latin-1")


def _header(head: str, name: str) -> str | None:
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == name:
            return value.strip()
    return None


__all__ = ["Address", "ProbeFailed", "Probes", "Trust", "skew_of"]
