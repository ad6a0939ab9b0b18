"""The environment that sends an unchanged wandb to the emulator and nowhere else, and the folder that it works in."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

REMOVED = frozenset(
    {
        "WANDB_HTTP_PROXY",
        "WANDB_HTTPS_PROXY",
        "WANDB__PROXIES",
        "WANDB_IDENTITY_TOKEN_FILE",
        "WANDB_APP_URL",
        "WANDB_SERVICE",
    }
)
"""Variables that would lead wandb somewhere else, and that no value makes harmless."""

PATIENCE = {
    f"WANDB__{channel}_RETRY_{name}": value
    for channel in ("GRAPHQL", "FILE_TRANSFER", "FILE_STREAM")
    for name, value in (("MAX", "3"), ("WAIT_MIN_SECONDS", "0"), ("WAIT_MAX_SECONDS", "1"))
}
"""How often wandb-core tries again. Its own patience is a week, and hides the cause until then; here a request that
fails four times within seconds fails, and the error says why."""

NO_PROXY = "127.0.0.1,localhost,::1"


def build_variables(url: str, key: str, folder: Path, entity: str | None = None) -> dict[str, str]:
    """The variables to set for wandb.

    Args:
        url: the emulator's address.
        key: whose calls they are.
        folder: an empty folder of the emulator's; wandb's files go below it, and no real credentials are read.
        entity: `WANDB_ENTITY`, not set when None.

    They are to be set before the first `wandb.init` or `wandb.Api` of a process: wandb-core reads them once.
    """
    folders = {
        "WANDB_DIR": "runs",
        "WANDB_CACHE_DIR": "cache",
        "WANDB_DATA_DIR": "data",
        "WANDB_CONFIG_DIR": "config",
        "WANDB_ARTIFACT_DIR": "artifacts",
    }
    values = {
        "WANDB_BASE_URL": url,
        "WANDB_API_KEY": key,
        "WANDB_MODE": "online",
        "WANDB_ERROR_REPORTING": "false",
        "WANDB__DISABLE_STATS": "true",
        "WANDB__SAVE_REQUIREMENTS": "false",  # it reads the metadata of every installed package, in each run
        "WANDB_DISABLE_GIT": "true",
        "WANDB_DISABLE_CODE": "true",
        "WANDB_CONSOLE": "off",
        "WANDB_QUIET": "true",  # not SILENT, with which the commands of wandb print nothing
        **PATIENCE,
        "NETRC": str(folder / "netrc"),
        "NO_PROXY": NO_PROXY,
        "no_proxy": NO_PROXY,
    }
    for name, part in folders.items():
        path = folder / part
        path.mkdir(parents=True, exist_ok=True)
        values[name] = str(path)
    if entity is not None:
        values["WANDB_ENTITY"] = entity
    return values


def build_proxy_variables(url: str) -> dict[str, str]:
    """The variables that send everything but the loopback interface through the proxy at `url`."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {spelling: url for name in names for spelling in (name, name.lower())}


def within(outside: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """The environment `outside` with `variables` set, and without what would lead wandb somewhere else."""
    return {**{name: value for name, value in outside.items() if name not in REMOVED}, **variables}


try:
    import fcntl
except ImportError:  # Windows, where a file that a process holds open cannot be deleted
    fcntl = None  # type: ignore[assignment]

PREFIX = "regilink-"
_LOCK = "in-use.lock"


class Workspace:
    """A folder that exists from the first use to `remove_folder`.

    The process holds a lock on a file in it. The operating system drops the lock with the process, however that ends,
    so a folder whose lock is free has no owner.
    """

    def __init__(self) -> None:
        self._path: Path | None = None
        self._lock: IO[bytes] | None = None

    @property
    def path(self) -> Path:
        """The folder; created now if it does not exist."""
        if self._path is None:
            remove_abandoned()
            self._path = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._lock = _lock_file(self._path / _LOCK, create=True)
        return self._path

    def remove_folder(self) -> None:
        """Delete the folder. Does nothing when there is none."""
        if self._lock is not None:
            self._lock.close()  # first: Windows deletes no file that is open
            self._lock = None
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
            self._path = None


def remove_abandoned() -> None:
    """Delete this user's folders whose process has ended without deleting them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if fcntl is None:
                (folder / _LOCK).unlink()
                shutil.rmtree(folder, ignore_errors=True)
                continue
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            lock = _lock_file(folder / _LOCK, create=False)
        except OSError:
            continue  # no lock file: being created, or not an emulator's; in use; or somebody else was faster
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            lock.close()


def _lock_file(path: Path, *, create: bool) -> IO[bytes] | None:
    """The file, locked; None where files cannot be locked, or another process holds the lock."""
    file = path.open("wb" if create else "r+b")
    if fcntl is None:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
