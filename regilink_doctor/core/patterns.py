"""Patterns of paths, as the configuration writes them: `exclude`, `per-file-ignores`.

A pattern without a slash is the name of a file or of any folder above it; one with a slash is a path from the folder of
the configuration. A folder stands for everything below it; `*` crosses slashes, as in ruff.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Patterns:
    """Patterns, the folder that they count from, and the one above which nothing is looked at.

    Plain names cost a look-up; `fnmatch` comes with the first `*`.
    """

    __slots__ = ("_folders", "_names", "_paths", "_root", "_wild")

    def __init__(self, patterns: Iterable[str], root: str = ".", *, start: str = "") -> None:
        given = [_tidy(pattern) for pattern in patterns]
        wild = [pattern for pattern in given if any(sign in pattern for sign in "*?[")]
        plain = [pattern for pattern in given if pattern not in wild]
        self._names = frozenset(pattern for pattern in plain if "/" not in pattern)
        self._paths = frozenset(pattern for pattern in plain if "/" in pattern)
        self._wild = tuple(wild)
        self._root = root
        self._folders: dict[str, bool] = {"": False, _slashes(start): False}

    def __bool__(self) -> bool:
        return bool(self._names or self._paths or self._wild)

    def match(self, path: str) -> bool:
        """Whether a pattern names the path, or a folder that it is in. `path` is relative to the current folder."""
        return not self.unmatched((path,))

    def unmatched(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that no pattern names."""
        if self._paths or self._wild:
            return [path for path in paths if not self._named(path)]
        apart = self._names.isdisjoint  # a first look: most paths of a tree have none of the names in them
        return [path for path in paths if apart(path.split(os.sep)) or not self._named(path)]

    def _named(self, path: str) -> bool:
        folder, _, name = (path if os.sep == "/" else path.replace(os.sep, "/")).rpartition("/")
        inside = self._folders.get(folder)
        if inside is None:
            inside = self._folders[folder] = self._folder(_slashes(folder))
        return inside or self._hit(name, folder)

    def _folder(self, folder: str) -> bool:
        """Whether a folder, or one above it, is named."""
        known = self._folders.get(folder)
        if known is None:
            above, _, name = folder.rpartition("/")
            known = name not in ("", ".", "..") and (self._hit(name, above) or self._folder(above))
            self._folders[folder] = known
        return known

    def _hit(self, name: str, folder: str) -> bool:
        if name in self._names:
            return True
        if not self._paths and not self._wild:
            return False
        full = os.path.join(folder, name)
        if self._root != ".":
            full = os.path.relpath(full, self._root)
        full = full.replace(os.sep, "/")
        return full in self._paths or any(_fits(pattern, name, full) for pattern in self._wild)


def _slashes(path: str) -> str:
    """The path as patterns see it: relative to the current folder, with slashes, `.` as nothing."""
    if path[:1] == "/" or os.path.isabs(path):
        path = os.path.relpath(path)
    return "" if path == "." else path if os.sep == "/" else path.replace(os.sep, "/")


def _tidy(pattern: str) -> str:
    pattern = pattern.replace(os.sep, "/").removeprefix("./")
    return pattern.removesuffix("/**").removesuffix("/") or pattern


def _fits(pattern: str, name: str, full: str) -> bool:
    from fnmatch import fnmatchcase

    if "/" not in pattern:
        return fnmatchcase(name, pattern)
    return fnmatchcase(full, pattern) or (pattern.startswith("**/") and fnmatchcase(full, pattern[3:]))
