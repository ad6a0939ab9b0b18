"""The temporary folder of an emulator. What a killed process has left is removed when the next one needs a folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where a file that a process holds open cannot be deleted
    fcntl = None  # type: ignore[assignment]

PREFIX = "regilink-"
_LOCK = "in-use.lock"


class Workspace:
    """A folder that exists from the first use to `remove_folder`.

    The process holds a lock on a file in it. The operating system drops the lock with the process, however that ends,
    so a folder whose lock is free belongs to nobody.
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
