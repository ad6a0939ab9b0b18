"""Paths as they are shown, and files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat

_TESTS = frozenset({"test", "tests"})
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def to_slashes(path: str) -> str:
    """The path with slashes; a backslash is the separator of Windows alone, elsewhere it is a letter of a name."""
    return path if os.sep == "/" else path.replace(os.sep, "/")


def relative_path(path: str, start: str = ".") -> str:
    """The path from `start`, with slashes; as it is, made absolute, where none leads there (another drive)."""
    try:
        return to_slashes(os.path.relpath(path, start))
    except ValueError:
        return absolute_path(path)


def absolute_path(path: str) -> str:
    """The absolute path with slashes, also on Windows; `posixpath` joins more to it."""
    return to_slashes(os.path.abspath(path))


def real_path(path: str) -> str:
    """The path with links resolved; only made absolute where Windows fails: a disk in memory or a very long name."""
    try:
        return os.path.realpath(path)
    except OSError:
        return os.path.abspath(path)


def show_path(path: str) -> str:
    """A path as places show it: from the current folder, where it is below that."""
    shown = relative_path(path)
    return to_slashes(path) if shown.startswith("..") else shown


def is_test_path(path: str) -> bool:
    """Whether a file is a test, by its name or a folder of its path."""
    *folders, name = to_slashes(path).split("/")
    return (
        name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py" or not _TESTS.isdisjoint(folders)
    )


def read_plain(path: str, limit: int) -> bytes | None:
    """The first bytes of a plain file; None for what is not one, or cannot be read.

    Opening a pipe waits for a writer, and a device may have no end: a folder can hold either under any name.
    """
    try:
        handle = os.open(path, _READ)
    except (OSError, ValueError):  # a null character
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with open(handle, "rb", closefd=False) as file:
            return file.read(limit)
    except OSError:
        return None
    finally:
        os.close(handle)


def write_whole(path: str, content: bytes, mode: int) -> None:
    """Put new bytes in the place of a file, all or none of them, whatever comes in between; a link stays a link.

    What is not a plain file (`/dev/stdout`, a pipe) is written to as it is: there is nothing to put in its place. A
    file with several hard links, or with an owner that cannot be given to another file, is written in place, because a
    new file would be another one: only there can a crash leave it half written.

    Raises:
        OSError: it cannot be written.
    """
    import tempfile

    if path.endswith(("/", os.sep)):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if os.path.exists(path) and not os.path.isfile(path):
        with open(_open_without_waiting(path), "wb") as file:
            file.write(content)
        return
    real = real_path(path)
    before = os.stat(real) if os.path.exists(real) else None
    handle, temporary = tempfile.mkstemp(prefix=".regilink-", dir=os.path.dirname(real))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, mode)
        if before is not None and (before.st_nlink > 1 or not _give(temporary, before)):
            # The bytes are on the disk already, so that it cannot be full now.
            with open(real, "r+b") as file:
                file.write(content)
                file.truncate()
            os.unlink(temporary)
            return
        os.replace(temporary, real)
    except BaseException:
        try:
            os.unlink(temporary)
        except FileNotFoundError:  # Ctrl-C came when it was in its place
            pass
        raise


def _open_without_waiting(path: str) -> int:
    """The handle of what is not a plain file; a pipe would be waited for until something reads it."""
    try:
        handle = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "nothing reads this pipe", path) from None
        raise
    if hasattr(os, "set_blocking"):
        os.set_blocking(handle, True)
    return handle


def _give(path: str, owner: os.stat_result) -> bool:
    """Whether a new file has the owner of another one, or could be given to them."""
    own = os.stat(path)
    if (own.st_uid, own.st_gid) == (owner.st_uid, owner.st_gid):
        return True
    try:
        os.chown(path, owner.st_uid, owner.st_gid)
        os.chmod(path, owner.st_mode & 0o7777)  # changing the owner takes special bits away
    except (OSError, AttributeError):
        return False
    return True
