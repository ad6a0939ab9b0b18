"""The files that wandb reads settings and keys from, parsed as wandb does; a key that cannot be shown by accident."""

from __future__ import annotations

import configparser
import netrc
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

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

    It cannot be pickled or compared by order: a key in a report, a cache or a traceback is a leak (failure E2).
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


SECTION = "default"
"""The only section of a settings file that counts (`sdk/lib/settings_file.py`)."""

TOO_LARGE = 2**20

NOT_A_FILE = say("is not a plain file")


@record
class SettingsFile:
    """A settings file: its values, or why it could not be read."""

    path: Path
    values: Mapping[str, str]
    problem: str | None = None


def expand(path: str, environ: Mapping[str, str]) -> Path:
    """`path` with `~` replaced by the home of `environ`."""
    home = environ.get("USERPROFILE") if os.name == "nt" else environ.get("HOME")
    if home and (path == "~" or path.startswith(("~/", "~\\"))):
        return Path(home + path[1:])
    return Path(path).expanduser()


def shown(path: Path, cwd: Path, environ: Mapping[str, str]) -> str:
    """A path for people: below the current folder, below `~`, or whole."""
    for folder, prefix in ((cwd, ""), (expand("~", environ), "~/")):
        if path.is_relative_to(folder):
            return prefix + path.relative_to(folder).as_posix()
    return str(path)


def settings_files(cwd: Path, environ: Mapping[str, str]) -> tuple[SettingsFile, ...]:
    """The global file, then the workspace's, which wins.

    `WANDB_DIR` does not move the second: wandb reads the files before the environment (`wandb_setup._load_settings`).
    """
    folder = environ.get("WANDB_CONFIG_DIR")
    general = expand(folder, environ) if folder else expand("~/.config/wandb", environ)
    workspace = cwd / (".wandb" if os.path.exists(cwd / ".wandb") else "wandb")
    return _read(general / "settings"), _read(workspace / "settings")


def _read(path: Path) -> SettingsFile:
    parser = configparser.ConfigParser()
    try:
        if not path.exists():
            return SettingsFile(path, {})
        if not path.is_file():  # to read a pipe or a device might never end
            return SettingsFile(path, {}, NOT_A_FILE)
        if path.stat().st_size > TOO_LARGE:
            return SettingsFile(path, {}, say("is larger than a settings file can be"))
        parser.read(path)
        return SettingsFile(path, dict(parser.items(SECTION)))
    except configparser.NoSectionError:
        return SettingsFile(path, {})
    except (OSError, ValueError, configparser.Error) as error:
        # configparser quotes the line that it stumbles over, and a settings file may hold a key.
        return SettingsFile(path, {}, say("cannot be read ({name})", name=type(error).__name__))


def netrc_path(environ: Mapping[str, str]) -> Path:
    """Where wandb looks for keys: `NETRC`, else the first of `~/.netrc` and `~/_netrc` that is there."""
    if given := environ.get("NETRC"):
        return expand(given, environ)
    for name in ("~/.netrc", "~/_netrc"):
        if os.path.exists(path := expand(name, environ)):
            return path
    return expand("~/_netrc" if os.name == "nt" else "~/.netrc", environ)


def netrc_passwords(path: Path) -> tuple[str, ...]:
    """Every password of a netrc file; none of one that cannot be read."""
    try:
        if not path.is_file() or path.stat().st_size > TOO_LARGE:
            return ()
        hosts = netrc.netrc(str(path)).hosts.values()
    except (OSError, ValueError, netrc.NetrcParseError):
        return ()
    return tuple(password for _, _, password in hosts if password)


def netrc_password(path: Path, machines: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The password of the first of `machines` (or of `default`) in a netrc file, and why it could not be read.

    A missing file is no problem: both are None.
    """
    try:
        if path.exists() and not path.is_file():
            return None, NOT_A_FILE
        if path.stat().st_size > TOO_LARGE:
            return None, say("is larger than a netrc file can be")
        parsed = netrc.netrc(str(path))
    except FileNotFoundError:
        return None, None
    except netrc.NetrcParseError as error:
        return None, say("cannot be read: line {lineno} is not netrc", lineno=error.lineno)
    except (OSError, ValueError) as error:
        return None, say("cannot be read ({name})", name=type(error).__name__)
    for machine in machines:
        if machine and (found := parsed.authenticators(machine)):
            if found[2]:
                return found[2], None
            return None, say("has an entry for this host without a password")
    return None, None
