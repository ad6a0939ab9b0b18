"""Which address wandb talks to: its default by version, what it refuses, what it rewrites."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from regilink_doctor.client.installed import Version
from regilink_doctor.core.phrases import say

OLD_DEFAULT = "https://api.wandb.ai"
NEW_DEFAULT = "https://api.forge.coreweave.com"
"""Since wandb 0.31.0 (`sdk/lib/urls.py`)."""

FORGE: Version = (0, 31, 0)

_FORGE_HOSTS = {"forge.coreweave.com": "api.wandb.ai", "qa.forge.coreweave.com": "api.qa.wandb.ai"}
_FORGE_API_PATH = "/api/wandb"
_WANDB_AI = re.compile(r".*wandb\.ai[^\.]*$")


class HostRefused(ValueError):
    """wandb refuses the address when it starts; the message says why, without a capital letter or a full stop."""


def default_host(version: Version) -> str:
    """The server that wandb of this version talks to when nobody names one."""
    return NEW_DEFAULT if version >= FORGE else OLD_DEFAULT


def normal_host(url: str, version: Version) -> str:
    """`url` as wandb would use it (`Settings.validate_base_url`).

    Raises:
        HostRefused: wandb does not take it.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or any(letter.isspace() for letter in url):
        raise HostRefused(say("is not an address: write http:// or https:// and the name of a server"))
    if version >= FORGE and parts.hostname in _FORGE_HOSTS:
        if parts.scheme != "https" or parts.port is not None or parts.path.rstrip("/") != _FORGE_API_PATH:
            raise HostRefused(say("is the address of the W&B App, not of the API"))
        url = f"https://api.{parts.hostname}"
    if _WANDB_AI.match(url):
        if "api." not in url:
            raise HostRefused(say("is the address of the W&B App, not of the API"))
        if not url.startswith("https"):
            raise HostRefused(say("is not secure: wandb wants https:// here"))
    return url.rstrip("/")


def suggested_host(url: str, version: Version) -> str:
    """The address to write instead of one that wandb refuses."""
    bare = without_login(url.strip())
    scheme = "http" if _is_local(bare.partition(":")[0]) else "https"
    try:
        return normal_host(bare if "://" in bare else f"{scheme}://{bare}", version)
    except HostRefused:
        return default_host(version)


def upstream(url: str) -> str | None:
    """The W&B host behind a CoreWeave Forge address, whose key in netrc serves too (`forge_upstream_url`)."""
    name = urlsplit(url).hostname
    for forge, api in _FORGE_HOSTS.items():
        if name in (forge, f"api.{forge}", api):
            return api
    return None


def is_on_server(address: str, host: str) -> bool:
    """Whether an address of the W&B App belongs to the server at `host`.

    On this machine the port tells servers apart; elsewhere the App and the API of one server may have different ports.
    """
    name, other = _bare_name(address), _bare_name(host)
    if _is_local(name) and _is_local(other):
        return _port_of(address) == _port_of(host)
    return name == other


def _is_local(name: str) -> bool:
    return name in ("localhost", "::1") or name.startswith("127.")


def _port_of(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return None


def _bare_name(url: str) -> str:
    """The name of a server without `www.` or `api.`; empty where it cannot be read."""
    try:
        name = (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("api.")
    except ValueError:
        return ""
    return _FORGE_HOSTS.get(name, name).removeprefix("api.")


def login_of(url: str) -> tuple[str, ...]:
    """What must not be shown of an address: the password before the server's name, as written and as meant."""
    login = url.rpartition("://")[2].partition("/")[0].rpartition("@")[0]
    password = login.partition(":")[2]
    return tuple(dict.fromkeys([password, unquote(password)])) if password else ()


def without_login(url: str) -> str:
    """`url` as it can be shown: without the login before the server's name, and without a query, which may be a key."""
    head, slashes, rest = url.partition("?")[0].partition("#")[0].rpartition("://")
    server, slash, path = rest.partition("/")
    return f"{head}{slashes}{server.rpartition('@')[2]}{slash}{path}"


def server_of(url: str) -> str:
    """The name and port in an address; the address itself where they cannot be read."""
    try:
        return urlsplit(url).netloc or url
    except ValueError:
        return url
