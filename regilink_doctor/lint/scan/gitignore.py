"""`.gitignore` where there is no git to ask: in an image without it, in an unpacked archive.

The patterns mean what gitignore(5) says; a test holds them against `git check-ignore`. As git does, `?` and a set take
one byte, so paths are matched as bytes. No pattern is an error, and none takes longer than pattern times path.
"""

from __future__ import annotations

import os

from regilink_doctor.core.patterns import Glob, parse_glob, parse_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_BYTES = 1 << 20
"""A larger `.gitignore` is not read."""


class Ignored:
    """The patterns of one `.gitignore`; `outer` are those of the folders above it, which it can take back."""

    def __init__(self, folder: str, outer: Ignored | None, content: str) -> None:
        self._prefix = "" if folder in ("", ".") else f"{folder}/"
        self._outer = outer
        self._names: dict[str, list[int]] = {}
        """The rules that are a plain name, by that name: a list of thousands of them costs a look-up."""
        self._others: list[int] = []
        self._rules: list[_Rule] = []
        for line in content.removeprefix("\ufeff").split("\n"):
            rule = _parse_rule(line.removesuffix("\r"))
            if rule is None:
                continue
            if rule.name is not None:
                self._names.setdefault(rule.name, []).append(len(self._rules))
            else:
                self._others.append(len(self._rules))
            self._rules.append(rule)

    def match(self, path: str, *, folder: bool) -> bool:
        """Whether a file or folder is ignored; the folders above it have been asked before."""
        return self._verdict(_as_bytes(path), folder) or False

    def _verdict(self, path: str, folder: bool) -> bool | None:
        inside = path[len(_as_bytes(self._prefix)) :]
        segments = inside.split("/")
        named = [number for number in self._names.get(segments[-1], ()) if folder or not self._rules[number].folders]
        last = max(named, default=-1)
        # The last rule that matches decides.
        for number in reversed(self._others):
            if number < last:
                break
            rule = self._rules[number]
            if (folder or not rule.folders) and rule.match(segments):
                last = number
                break
        if last >= 0:
            return self._rules[last].ignores
        return self._outer._verdict(path, folder) if self._outer else None


class _Rule:
    """A line: a plain name, a pattern for the name (of one segment), or patterns for the path from the folder."""

    __slots__ = ("anchored", "folders", "ignores", "name", "patterns")

    def __init__(self, pattern: str, *, ignores: bool, folders: bool, anchored: bool) -> None:
        self.ignores = ignores
        self.folders = folders
        self.anchored = anchored
        plain = not anchored and not any(sign in pattern for sign in "*?[\\")
        self.name = _as_bytes(pattern) if plain else None
        self.patterns = [] if plain else [_parse_path(meant, anchored=anchored) for meant in _spell_out(pattern)]

    def match(self, path: Sequence[str]) -> bool:
        path = path if self.anchored else path[-1:]
        return any(_match_segments(segments, path) for segments in self.patterns)


def _spell_out(pattern: str) -> list[str]:
    """The patterns that have the meaning of one with `**` after letters, and in which each `**` stands for folders.

    Git compares the letters before the first sign, and then takes the rest for a pattern of its own: `a/b**/c` means
    `a/bc` and `a/b*/**/c`.
    """
    end = next((at for at, letter in enumerate(pattern) if letter in "*?[\\"), len(pattern))
    letters, signs = pattern[:end], pattern[end:]
    if not signs.startswith("**") or letters[-1:] in ("", "/"):
        return [pattern]
    after = signs.lstrip("*")
    if not after:
        return [f"{letters}*", f"{letters}*/**"]
    if after.startswith("\\/"):
        return [f"{letters}*/**/{after[2:]}"]
    return [letters + after[1:], f"{letters}*/**{after}"] if after.startswith("/") else [pattern]


def _parse_path(pattern: str, *, anchored: bool) -> list[Glob | None]:
    """A glob for each folder of the path; None for `**`, any number of folders."""
    segments: list[Glob | None] = []
    for segment in _split_pattern(pattern):
        glob = None if anchored and len(segment) > 1 and not segment.strip("*") else _glob(segment)
        if glob is not None or not segments or segments[-1] is not None:
            segments.append(glob)
    if segments[-1] is None:
        segments.append(_glob("*"))  # `a/**` is what is in `a`, not `a` itself
    return segments


def _split_pattern(pattern: str) -> list[str]:
    r"""The pattern of each folder; a slash in a set, `[a/]`, is a letter of the set. Before `\/`, `**` is not empty."""
    segments: list[str] = []
    start = at = 0
    while at < len(pattern):
        letter = pattern[at]
        escaped = pattern[at + 1 : at + 2] if letter == "\\" else ""
        if "/" in (letter, escaped):
            segments.append(pattern[start:at])
            segments += ["*"] if escaped and at - start > 1 and not segments[-1].strip("*") else []
            start = at + 1 + len(escaped)
        elif letter == "[" and (parsed := parse_set(pattern, at + 1, as_git=True)) is not None:
            at = parsed[1]
            continue
        at += 1 + len(escaped)
    return [*segments, pattern[start:]]


def _match_segments(patterns: Sequence[Glob | None], path: Sequence[str]) -> bool:
    """The same two positions as in `Glob.match`, over the folders of a path."""
    i = j = 0
    star = mark = -1
    while j < len(path):
        glob = patterns[i] if i < len(patterns) else None
        if i < len(patterns) and glob is None:
            star, mark = i, j
            i += 1
        elif glob is not None and glob.match(path[j]):
            i += 1
            j += 1
        elif star >= 0:
            mark += 1
            i, j = star + 1, mark
        else:
            return False
    return all(glob is None for glob in patterns[i:])


def read_ignored(folder: str, outer: Ignored | None, read: Callable[[str, int], bytes]) -> Ignored | None:
    """`outer`, and what the `.gitignore` of a folder adds to it; one that is not a plain file adds nothing.

    `read` gives the bytes of a plain file that is not larger than a limit.
    """
    try:
        content = read(os.path.join(folder, ".gitignore"), MAX_BYTES)
    except OSError:
        return outer
    return Ignored(folder, outer, content.decode("utf-8", "surrogateescape"))


def _parse_rule(line: str) -> _Rule | None:
    whole = line.partition("\0")[0]
    line = whole.rstrip(" ")
    if (len(line) - len(line.rstrip("\\"))) % 2:
        line = whole[: len(line) + 1]  # the first space is escaped
    if not line or line.startswith("#"):
        return None
    takes_back = line.startswith("!")
    line = line.removeprefix("!")
    folders = line.endswith("/")
    line = line.removesuffix("/")
    anchored = "/" in line
    line = line.removeprefix("/")
    return _Rule(line, ignores=not takes_back, folders=folders, anchored=anchored) if line else None


def _glob(segment: str) -> Glob:
    return parse_glob(_as_bytes(segment), as_git=True)


def _as_bytes(path: str) -> str:
    """A letter for each byte of the path in UTF-8."""
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("latin-1")
