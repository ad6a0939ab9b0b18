"""The way to the server: its name and port, the proxy in between, trusted certificates; and probes of each step.

Everything follows from the program's environment, not from that of this process: the two may differ.
"""

from __future__ import annotations

import base64
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from regilink_doctor.client.connection_errors import cause_of
from regilink_doctor.client.hosts import without_login
from regilink_doctor.core.origin import Default, Setting, Variable
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import record

PORTS = {"http": 80, "https": 443}

GO_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Go looks on Linux, in this order (`crypto/x509/root_linux.go`)."""


@record
class Address:
    """A name and a port to connect to."""

    name: str
    port: int

    def __str__(self) -> str:
        return f"{self.name}:{self.port}"


@record
class Route:
    """How to reach the server. `proxy` is the proxy's address (with a login, if it has one), `None` for none.

    `python_bundle` and `go_bundle` are the files (or folders) of certificates that `requests` and wandb's Go process
    would trust, each with its origin. `go_bundle` is None where the system keeps them in no file.
    """

    server: Address
    secure: bool
    proxy: Setting[str] | None
    python_bundle: Setting[str]
    go_bundle: Setting[str] | None

    @property
    def dialled(self) -> Address:
        """What is connected to first: behind a proxy, the proxy."""
        return address_of(self.proxy.value) if self.proxy is not None else self.server

    @property
    def proxy_shown(self) -> str:
        """The proxy's address without a login."""
        return without_login(self.proxy.value) if self.proxy is not None else ""

    @property
    def proxies(self) -> dict[str, str]:
        """The proxy, in the form of `requests`."""
        return {"http": self.proxy.value, "https": self.proxy.value} if self.proxy is not None else {}


def is_proxy_address(url: str) -> bool:
    """Whether a proxy can be reached there: a scheme, a name, a port that there is."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        return bool(parts.scheme and parts.hostname) and parts.port != 0 and not any(map(str.isspace, url))
    except ValueError:
        return False


def is_bundle(path: str) -> bool:
    """Whether certificates can be read there: a pipe or a device would never end."""
    try:
        return os.path.isfile(path) or os.path.isdir(path)
    except (OSError, ValueError):
        return False


def address_of(url: str) -> Address:
    """The name and port of an address.

    Raises:
        ValueError: it has none.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return Address(parts.hostname or "", parts.port or PORTS.get(parts.scheme, 80))


def route_to(
    host: str, environ: Mapping[str, str], *, proxy: Setting[str] | None = None, packages: Path | None = None
) -> Route:
    """The way to `host`.

    Args:
        host: the server's address.
        environ: the program's environment.
        proxy: what wandb's own settings say (`https_proxy`); it wins, and `NO_PROXY` does not count for it.
        packages: the folder of the program's packages, where its certifi is.

    Raises:
        ValueError: `host` is no address.
    """
    return Route(
        server=address_of(host),
        secure=urlsplit(host).scheme == "https",
        proxy=proxy or _proxy(host, environ),
        python_bundle=_python_bundle(environ, packages),
        go_bundle=_go_bundle(environ),
    )


def _proxy(host: str, environ: Mapping[str, str]) -> Setting[str] | None:
    scheme = urlsplit(host).scheme
    if bypassed(address_of(host), environ.get("no_proxy") or environ.get("NO_PROXY") or ""):
        return None
    for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"):
        if value := environ.get(name):
            return Setting(value if "://" in value else f"http://{value}", Variable(name))
    if environ is os.environ and sys.platform in ("darwin", "win32") and (value := getproxies().get(scheme)):
        # The system's settings have exceptions of their own, which Python asks for by the name alone.
        if not proxy_bypass(address_of(host).name):
            return Setting(value, Default(say("the system's settings")))
    return None


def bypassed(server: Address, no_proxy: str) -> bool:
    """Whether `NO_PROXY` names the server: `*`, a name and all below it, a number, a network, with or without a port.

    So do Python and Go; only on loopback they differ (Go never asks a proxy for it).
    """
    for entry in no_proxy.replace(",", " ").split():
        name, _, port = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", "")
        if port and port != str(server.port):
            continue
        if name == "*" or f".{server.name}".endswith(f".{name.lstrip('.')}") or _in_network(server.name, name):
            return True
    return False


def _in_network(name: str, network: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(name) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _python_bundle(environ: Mapping[str, str], packages: Path | None) -> Setting[str]:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if value := environ.get(name):
            return Setting(value, Variable(name))
    if packages is not None and os.path.isfile(bundle := packages / "certifi" / "cacert.pem"):
        return Setting(str(bundle), Default("certifi", "REQUESTS_CA_BUNDLE"))
    import requests.certs

    return Setting(requests.certs.where(), Default(say("certifi of regilink"), "REQUESTS_CA_BUNDLE"))  # type: ignore[attr-defined]


def _go_bundle(environ: Mapping[str, str]) -> Setting[str] | None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if value := environ.get(name):
            return Setting(value, Variable(name))
    bundle = next((path for path in GO_BUNDLES if os.path.isfile(path)), None)
    return (
        Setting(bundle, Default(say("the system"), "SSL_CERT_FILE"))
        if bundle and sys.platform.startswith("linux")
        else None
    )


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
            ProbeFailed: the name is unknown, or there is no answer in time.
        """
        name, port = self.route.dialled.name, self.route.dialled.port

        def look_up() -> list[tuple[int, int, int, tuple[object, ...]]]:
            addresses = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            return [(family, kind, protocol, where) for family, kind, protocol, _, where in addresses]

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
        """Seconds that this clock is ahead of the server's, asked without trust and without a key; None: unknown."""
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
        result = outcome[0]
        if isinstance(result, Exception):
            raise ProbeFailed(*cause_of(result))
        return result


def skew_of(date: str | None, now: float | None = None) -> float | None:
    """Seconds that this machine's clock is ahead of a `Date`; None where there is none that can be read."""
    if not date:
        return None
    try:
        server_time = parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):  # the server's header may say anything
        return None
    return (time.time() if now is None else now) - server_time


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
