"""Glob patterns, matched in time that grows like pattern times text, and the lists of them in the configuration.

`re`, `fnmatch` and `pathspec` backtrack: ten stars and forty letters take them seconds. A glob needs no backtracking
beyond its last star, so two positions are enough (`Glob.match`).
"""

from __future__ import annotations

import os

from regilink_doctor.core.files import relative_path, to_slashes
from regilink_doctor.core.text import compose_letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    Element: TypeAlias = "str | CharacterSet"

STAR = ""
"""The token for any number of characters; the others are a character or a set of characters."""

_CLASSES: dict[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "blank": lambda character: character in " \t",
    "cntrl": lambda character: character < " " or character == "\x7f",
    "digit": str.isdigit,
    "graph": lambda character: "!" <= character <= "~",
    "lower": str.islower,
    "print": lambda character: " " <= character <= "~",
    "punct": lambda character: "!" <= character <= "~" and not character.isalnum(),
    "space": str.isspace,
    "upper": str.isupper,
    "xdigit": lambda character: character in "0123456789abcdefABCDEF",
}


class CharacterSet:
    """What `[a-z]` matches: ranges, each with its first and last character, and classes such as `[:digit:]`."""

    __slots__ = ("classes", "negated", "never", "ranges")

    def __init__(
        self, ranges: Iterable[tuple[str, str]], classes: Iterable[str] = (), *, negated: bool = False, never: str = ""
    ) -> None:
        self.ranges = tuple(ranges)
        self.classes = tuple(classes)
        self.negated = negated
        self.never = never

    def __contains__(self, character: str) -> bool:
        if character in self.never:
            return False
        inside = any(first <= character <= last for first, last in self.ranges)
        # git knows no letter beyond ASCII: `[[:alpha:]]` is not an é
        inside = inside or (character.isascii() and any(_CLASSES[name](character) for name in self.classes))
        return inside != self.negated


class Glob:
    """A pattern as tokens; None in their place if it can match nothing."""

    __slots__ = ("_exact", "_least", "_suffix", "_tokens")

    def __init__(self, tokens: Iterable[Element] | None) -> None:
        self._tokens = tuple(tokens) if tokens is not None else None
        self._least = sum(token is not STAR for token in self._tokens or ())
        plain = self._tokens is not None and all(isinstance(token, str) for token in self._tokens)
        stars = sum(token is STAR for token in self._tokens or ())
        text = "".join(self._tokens or ()) if plain else ""  # type: ignore[arg-type]
        self._exact = text if plain and not stars else None
        self._suffix = text if plain and stars == 1 and self._tokens and self._tokens[0] is STAR else None

    def match(self, text: str) -> bool:
        """Whether the pattern matches the whole string."""
        if self._exact is not None:
            return text == self._exact
        if self._suffix is not None:
            return text.endswith(self._suffix)
        tokens = self._tokens
        if tokens is None or len(text) < self._least:
            return False
        i = j = 0
        star = mark = -1
        count, size = len(tokens), len(text)
        while j < size:
            if i < count and tokens[i] is STAR:
                star, mark = i, j
                i += 1
            elif i < count and text[j] in tokens[i]:
                i += 1
                j += 1
            elif star >= 0:
                # Only the last star has to take one character more: what is before it has matched already.
                mark += 1
                i, j = star + 1, mark
            else:
                return False
        return all(token is STAR for token in tokens[i:])


def parse_glob(pattern: str, *, as_git: bool = False) -> Glob:
    """The glob of a pattern.

    Args:
        pattern: `*`, `?` and `[…]` are special, as in `fnmatch`: a `[` that is not closed is a plain character.
        as_git: a backslash takes the special meaning from the next character, `[…]` is as in `wildmatch.c`, and a `[`
            that is not closed matches nothing.
    """
    tokens: list[Element] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            if not tokens or tokens[-1] is not STAR:
                tokens.append(STAR)
        elif character == "?":
            tokens.append(CharacterSet((), negated=True, never="/" if as_git else ""))
        elif character == "[":
            parsed_set = parse_set(pattern, at, as_git=as_git)
            if parsed_set is not None:
                characters, at = parsed_set
                tokens.append(characters)
            elif as_git:
                return Glob(None)
            else:
                tokens.append("[")
        elif character == "\\" and as_git:
            if at == len(pattern):
                return Glob(None)
            tokens.append(pattern[at])
            at += 1
        else:
            tokens.append(character)
    return Glob(tokens)


def parse_set(pattern: str, at: int, *, as_git: bool) -> tuple[CharacterSet, int] | None:
    """The set that begins at `at`, after its bracket, and where the pattern goes on; None if it is not closed.

    As in git, the first character of a range counts by itself, so that `[z-a]` is `z`.
    """
    negated = pattern[at : at + 1] in ("!", "^") if as_git else pattern[at : at + 1] == "!"
    at += bool(negated)
    if pattern.find("]", at + 1) < 0:
        return None
    ranges: list[tuple[str, str]] = []
    classes: list[str] = []
    before = ""
    first = True
    while at < len(pattern):
        character = pattern[at]
        if character == "]" and not first:
            return CharacterSet(ranges, classes, negated=negated, never="/" if as_git else ""), at + 1
        first = False
        ranged = character == "-" and before != "" and pattern[at + 1 : at + 2] not in ("", "]")
        if as_git and not ranged and pattern.startswith("[:", at):
            end = pattern.find("]", at)
            if end < 0:
                return None
            if end > at + 2 and pattern[end - 1] == ":":
                name = pattern[at + 2 : end - 1]
                if name not in _CLASSES:
                    return None
                classes.append(name)
                before, at = "", end + 1
                continue
        at += ranged
        if as_git and pattern[at] == "\\":
            at += 1
            if at == len(pattern):
                return None
        ranges.append((before or pattern[at], pattern[at]) if ranged else (pattern[at], pattern[at]))
        before = "" if ranged else pattern[at]
        at += 1
    return None


class Patterns:
    """The patterns of `exclude` or `per-file-ignores`, and the folder that they count from.

    A pattern without a slash is the name of a file or of any folder above it; one with a slash is a path from the
    folder of the configuration. A folder matches everything below it; `*` crosses slashes, as in ruff. Backslashes
    count as slashes, and a letter with an accent as one letter, so that a configuration means the same on every system.

    Plain names, nearly all there are, cost a look-up; `start` is the folder at which and above which nothing counts.
    """

    __slots__ = ("_anywhere", "_folders", "_globs", "_names", "_paths", "_root")

    def __init__(self, patterns: Iterable[str], root: str = ".", *, start: str = "") -> None:
        tidy = [_tidy(pattern) for pattern in patterns]
        wild = [pattern for pattern in tidy if any(sign in pattern for sign in "*?[")]
        plain = [pattern for pattern in tidy if pattern not in wild]
        self._names = frozenset(pattern for pattern in plain if "/" not in pattern)
        self._paths = frozenset(pattern for pattern in plain if "/" in pattern)
        self._globs = tuple(
            (parse_glob(variant), "/" in pattern)
            for pattern in wild  # `**/a` is also `a`, at the root
            for variant in dict.fromkeys((pattern, pattern.removeprefix("**/")))
        )
        self._anywhere = None if self._paths else _literals_of(wild)
        self._root = root
        self._folders: dict[str, tuple[bool, str]] = {}
        """For each folder whether it is named, or one above it, and its path from the root."""
        for folder in {"", _from_here(start)}:
            self._folders[folder] = (False, self._from_root(folder))

    def __bool__(self) -> bool:
        return bool(self._names or self._paths or self._globs)

    def match(self, path: str) -> bool:
        """Whether a pattern names the path, or a folder that it is in. `path` is relative to the current folder."""
        folder, _, name = _from_here(path).rpartition("/")
        inside, base = self._folders.get(folder) or self._look_up(folder)
        return inside or self._hits(name, base)

    def unmatched(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that no pattern names."""
        if self._anywhere is None or os.sep != "/":
            return [path for path in paths if not self.match(path)]
        # A first look: most paths of a tree have none of the names in them.
        apart, literals = self._names.isdisjoint, self._anywhere

        def may_match(path: str) -> bool:
            return not apart(path.split("/")) or any(literal in path for literal in literals)

        return [path for path in paths if not may_match(compose_letters(path)) or not self.match(path)]

    def _look_up(self, folder: str) -> tuple[bool, str]:
        waiting = []
        while (answer := self._folders.get(folder)) is None:
            waiting.append(folder)
            folder = folder.rpartition("/")[0]
        for inner in reversed(waiting):
            named, base = answer
            name = inner.rpartition("/")[2]
            named = name not in ("", ".", "..") and (named or self._hits(name, base))
            answer = self._folders[inner] = (named, self._from_root(inner))
        return answer

    def _from_root(self, folder: str) -> str:
        """The path of a folder from the root, with a slash at its end unless it is the root."""
        path = folder or "."
        if self._root != ".":
            path = relative_path(path, self._root)
        return "" if path == "." else f"{path}/"

    def _hits(self, name: str, base: str) -> bool:
        name = compose_letters(name)
        if name in self._names:
            return True
        if not self._paths and not self._globs:
            return False
        full = compose_letters(base) + name
        return full in self._paths or any(glob.match(full if slash else name) for glob, slash in self._globs)


def _from_here(path: str) -> str:
    """The path as patterns see it: relative to the current folder, with slashes, the current folder as nothing."""
    path = to_slashes(path)
    if path[:1] == "/" or os.path.isabs(path):
        path = relative_path(path)
    while path.startswith("./"):
        path = path[2:]
    return "" if path == "." else path


def _tidy(pattern: str) -> str:
    pattern = compose_letters(pattern.replace("\\", "/"))
    while pattern.startswith("./"):
        pattern = pattern[2:]
    return pattern.removesuffix("/**").removesuffix("/") or pattern


def _literals_of(wild: Iterable[str]) -> tuple[str, ...] | None:
    """For each pattern a piece that every path has which it names; None where one has none of some length."""
    literals = []
    for pattern in wild:
        if "/" in pattern and not pattern.startswith("**/"):
            return None  # it counts from the root, which a path need not show
        runs = pattern.removeprefix("**/").replace("?", "*").replace("[", "*").split("*")
        literal = runs[0] if "[" in pattern else max(runs, key=len)
        if len(literal) < 3:
            return None
        literals.append(literal)
    return tuple(literals)
