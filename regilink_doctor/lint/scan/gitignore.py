"""`.gitignore` where there is no git to ask: in an image without it, in an unpacked archive.

The patterns mean what gitignore(5) says; a test holds them against `git check-ignore`.
"""

from __future__ import annotations

import os
import re


class Ignored:
    """The patterns of one `.gitignore`; `outer` are those of the folders above it, which it can take back."""

    def __init__(self, folder: str, outer: Ignored | None, content: str) -> None:
        self._folder = folder
        self._outer = outer
        self._rules = [rule for line in content.split("\n") if (rule := _rule(line.removesuffix("\r"))) is not None]

    def match(self, path: str, *, folder: bool) -> bool:
        """Whether a file or folder is ignored; the folders above it have been asked before."""
        return self._verdict(path, folder) or False

    def _verdict(self, path: str, folder: bool) -> bool | None:
        inside = os.path.relpath(path, self._folder).replace(os.sep, "/")
        for pattern, folders_only, ignores in reversed(self._rules):
            if (folder or not folders_only) and pattern.fullmatch(inside):
                return ignores
        return self._outer._verdict(path, folder) if self._outer else None


def read_ignored(folder: str, outer: Ignored | None) -> Ignored | None:
    """`outer`, and what the `.gitignore` of a folder adds to it."""
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="surrogateescape") as file:
            return Ignored(folder, outer, file.read())
    except OSError:
        return outer


def _rule(line: str) -> tuple[re.Pattern[str], bool, bool] | None:
    """A line as pattern, "folders only", and whether it ignores or takes back."""
    while line.endswith(" ") and not line.endswith("\\ "):
        line = line[:-1]
    if not line or line.startswith("#"):
        return None
    takes_back = line.startswith("!")
    line = line.removeprefix("!")
    folders_only = line.endswith("/")
    line = line.removesuffix("/")
    anchored = "/" in line
    line = line.removeprefix("/")
    if not line:
        return None
    return re.compile(("" if anchored else "(?:.*/)?") + _expression(line), re.DOTALL), folders_only, not takes_back


def _expression(pattern: str) -> str:
    parts = []
    at = 0
    while at < len(pattern):
        rest = pattern[at:]
        if rest.startswith("**/") and (at == 0 or pattern[at - 1] == "/"):
            parts.append("(?:.*/)?")
            at += 3
        elif rest == "**" and (at == 0 or pattern[at - 1] == "/"):
            parts.append(".*")
            at += 2
        elif rest[0] == "*":
            parts.append("[^/]*")
            at += 1
        elif rest[0] == "?":
            parts.append("[^/]")
            at += 1
        elif rest[0] == "[" and (end := pattern.find("]", at + 2)) > 0:
            inside = pattern[at + 1 : end]
            sign = "^/" if inside[0] in "!^" else ""
            kept = inside[1:] if sign else inside
            parts.append(f"[{sign}{kept.replace(chr(92), chr(92) * 2).replace('[', chr(92) + '[')}]")
            at = end + 1
        elif rest[0] == "\\" and len(rest) > 1:
            parts.append(re.escape(rest[1]))
            at += 2
        else:
            parts.append(re.escape(rest[0]))
            at += 1
    return "".join(parts)
