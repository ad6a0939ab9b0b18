"""The way to the server: its name and port, the proxy in between, and the certificates that are trusted.

Everything follows from the program's environment, not from that of this process: the two may differ.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

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
    if packages is not None and os.path.isfile(found := packages / "certifi" / "cacert.pem"):
        return Setting(str(found), Default("certifi", "REQUESTS_CA_BUNDLE"))
    import requests.certs

    return Setting(requests.certs.where(), Default(say("certifi of regilink"), "REQUESTS_CA_BUNDLE"))  # type: ignore[attr-defined]


def _go_bundle(environ: Mapping[str, str]) -> Setting[str] | None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if value := environ.get(name):
            return Setting(value, Variable(name))
    found = next((path for path in GO_BUNDLES if os.path.isfile(path)), None)
    return (
        Setting(found, Default(say("the system"), "SSL_CERT_FILE"))
        if found and sys.platform.startswith("linux")
        else None
    )
