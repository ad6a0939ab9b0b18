"""The files that wandb reads its settings and keys from, found and parsed as wandb does."""

from __future__ import annotations

import configparser
import netrc
import os
from collections.abc import Mapping
from pathlib import Path

from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import record

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
