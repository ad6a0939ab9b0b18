"""Which files there are, and which of them can matter: two looks at raw bytes, before anything is parsed.

Kept apart from all else because it must start fast: only `os`, and `subprocess` when a folder is asked for.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUFFIXES = (".py",)
"""The files that are read below a folder."""

MAX_BYTES = 8 * 2**20
"""No larger file is read. The largest hand-written module on record is a tenth of it."""

SPEAKS_OF_WANDB = (b"wandb", b"link_artifact", b"link_model")
"""The first gate: without one of these a file has nothing to do with W&B."""

CAN_LINK = (b"link_artifact", b"link_model", b".link(", b"registr", b"use_artifact", b"regilink:")
"""The second gate: without one of these no rule can have anything to say."""

SKIPPED_FOLDERS = frozenset(
    {
        ".eggs",
        ".git",
        ".hg",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "node_modules",
        "site-packages",
        "venv",
    }
)
"""Not entered where git does not tell what belongs to a project."""


class MissingPath(Exception):
    """A path that was asked for is not there, cannot be read or is too large."""


def files(paths: Iterable[str]) -> Iterator[str]:
    """The files to look at, each once, sorted within each path that was asked for.

    A file that is named is taken whatever its suffix; below a folder those with `SUFFIXES`, as git lists them (tracked,
    and untracked but not ignored), or all of them where there is no git.

    Raises:
        MissingPath: a path does not exist.
    """
    seen = set()
    for path in paths:
        if os.path.isdir(path):
            found: Iterable[str] = _below(path)
        elif os.path.exists(path):
            found = (path,)
        else:
            raise MissingPath(f"{path}: no such file or folder")
        for name in found:
            name = os.path.normpath(name)
            if name not in seen:
                seen.add(name)
                yield name


def read(path: str, *, named: bool = False) -> bytes | None:
    """The bytes of a file; None when git lists a file that is gone, or it is no plain file or too large.

    Raises:
        MissingPath: the same, for a file that was `named`.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            size = os.fstat(handle).st_size
            if size > MAX_BYTES:
                raise OSError(f"larger than {MAX_BYTES // 2**20} MiB")
            parts = []
            while part := os.read(handle, size + 1):
                parts.append(part)
                if sum(map(len, parts)) > MAX_BYTES:
                    raise OSError(f"larger than {MAX_BYTES // 2**20} MiB")
        finally:
            os.close(handle)
    except OSError as error:
        if named:
            raise MissingPath(f"{path}: {error.strerror or error}") from None
        return None
    return b"".join(parts)


def can_matter(content: bytes, *, any_use: bool = False) -> bool:
    """Whether a file is worth parsing; with `any_use`, whether it speaks of W&B at all."""
    if not any(word in content for word in SPEAKS_OF_WANDB):
        return False
    return any_use or any(word in content for word in CAN_LINK)


def _below(folder: str) -> list[str]:
    listed = _git(folder)
    return sorted(_walk(folder) if listed is None else listed)


def _git(folder: str) -> list[str] | None:
    """What git lists below `folder`; None where there is no git, no repository, or git does not trust its owner."""
    import subprocess

    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    command += [f"*{suffix}" for suffix in SUFFIXES]
    try:
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return None
    if done.returncode:
        return None
    return [os.path.join(folder, os.fsdecode(name)) for name in done.stdout.split(b"\0") if name]


def _walk(folder: str) -> Iterator[str]:
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in names:
            if name.endswith(SUFFIXES):
                yield os.path.join(root, name)
