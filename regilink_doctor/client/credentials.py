"""An API key that cannot be shown by accident."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from regilink_doctor.client.files import netrc_password, netrc_path, shown
from regilink_doctor.client.hosts import FORGE, upstream, without_login
from regilink_doctor.client.installed import Version
from regilink_doctor.core.origin import File, Origin, Setting, Variable
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.records import record
from regilink_doctor.core.text import remember_secret

LENGTH = 40
"""Characters of a key without its prefix, at least (`sdk/lib/wbauth/validation.py`)."""

_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_SECRET = re.compile(r"[\w-]+")


class Key:
    """An API key. `repr`, `str` and formatting are masked; only `reveal` gives the secret, for the request itself.

    It cannot be pickled or compared by order: a key in a report, a cache or a traceback is a leak (row E2).
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret
        remember_secret(secret)

    def reveal(self) -> str:
        """The secret."""
        return self._secret

    def problem(self) -> str | None:
        """What the SDK finds wrong with the key's form before it sends anything; None when it would send it (C18)."""
        if _JWT.fullmatch(self._secret):
            return None
        _, dash, behind = self._secret.partition("-")
        secret = behind if dash else self._secret
        if not _SECRET.fullmatch(secret):
            return say("has characters that no key has")
        if len(secret) < LENGTH:
            return say("has {number} characters where a key has {length}", number=len(secret), length=LENGTH)
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and other._secret == self._secret

    def __hash__(self) -> int:
        return hash(("Key", self._secret))

    def __repr__(self) -> str:
        return "Key(masked)"

    def __str__(self) -> str:
        return "[key]"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")


BY_NETLOC: Version = (0, 23, 1)
"""Since then netrc is asked for `host:port`; before, `requests` asked for the bare host (`sdk/lib/wbnetrc.py`)."""

ENVIRONMENT_FIRST: Version = (0, 24, 0)
"""Since then the order is environment, netrc; before, environment, settings files, netrc (`sdk/lib/wbauth`)."""

FILES_AGAIN: Version = (0, 30, 0)
"""Since then an `api_key` of a settings file counts again, as the last (absent in 0.29.0, there in 0.30.0)."""


@record
class Credentials:
    """A key and its origin, or the places that have none.

    `token_file` is the identity token (`WANDB_IDENTITY_TOKEN_FILE`) that wandb would use instead of a key. `looked_in`
    are the places in the order of the installed wandb, each with what was wrong there, if something was. `two_ways`:
    both a key and an identity token are in the environment, which wandb refuses.
    """

    key: Key | None = None
    origin: Origin | None = None
    token_file: Setting[str] | None = None
    looked_in: tuple[str, ...] = ()
    two_ways: bool = False


def find_credentials(
    *, version: Version, host: str, file_key: Setting[str] | None, cwd: Path, environ: Mapping[str, str]
) -> Credentials:
    """The key that wandb of `version` would send to `host`.

    Args:
        file_key: `api_key` of a settings file, if one has it.
    """
    key = environ.get("WANDB_API_KEY") or ""
    token = environ.get("WANDB_IDENTITY_TOKEN_FILE") or ""
    if key and token and version >= ENVIRONMENT_FIRST:
        return Credentials(two_ways=True)
    looked: list[str] = []
    if key:
        return Credentials(Key(key), Variable("WANDB_API_KEY"))
    if token:
        return Credentials(token_file=Setting(token, Variable("WANDB_IDENTITY_TOKEN_FILE")))
    empty = say(" (set, but empty)") if "WANDB_API_KEY" in environ else ""
    looked.append(say("environment WANDB_API_KEY{empty}", empty=empty))
    # Set but empty, the variable hides the settings files of those versions.
    if version < ENVIRONMENT_FIRST and "WANDB_API_KEY" not in environ:
        if file_key and file_key.value:
            return Credentials(Key(file_key.value), file_key.origin)
        looked.append(say("settings files"))
    path = netrc_path(environ)
    machines = _machines(host, version)
    password, problem = netrc_password(path, machines)
    source = shown(path, cwd, environ)
    if password:
        return Credentials(Key(password), File(source))
    looked.append(
        join_phrases(" ", [source, problem])
        if problem
        else say("{source} (machine {machine})", source=source, machine=without_login(machines[0]))
    )
    if version >= FILES_AGAIN:
        if file_key and file_key.value and "WANDB_API_KEY" not in environ:
            return Credentials(Key(file_key.value), file_key.origin)
        looked.append(say("settings files"))
    return Credentials(looked_in=tuple(looked))


def _machines(host: str, version: Version) -> tuple[str, ...]:
    """The names that wandb asks a netrc file for, in order."""
    try:
        parts = urlsplit(host)
    except ValueError:
        return ("",)
    if version < BY_NETLOC:
        return (parts.hostname or "",)
    behind = upstream(host) if version >= FORGE else None
    return (parts.netloc, behind) if behind and behind != parts.netloc else (parts.netloc,)
