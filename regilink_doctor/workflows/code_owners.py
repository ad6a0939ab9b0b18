"""CODEOWNERS: who owns a file, as GitHub and GitLab read it."""

from __future__ import annotations

import os
import re

from regilink_doctor.lint.scan.files import read_plain
from regilink_doctor.lint.scan.gitignore import Ignored

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""The first one that is there counts."""

MAX_BYTES = 3 * 2**20
"""GitHub reads no larger file."""

_COMMENT = re.compile(r"(?:^|\s)#.*")
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?:\s+(?P<owners>.*))?$")
"""The heading of a section of GitLab: `[Name]`, `^[Name][2] @owner`."""


class _Pattern:
    """A pattern: as in `.gitignore`, but `docs/*` means the files in `docs` and not those in folders below it."""

    def __init__(self, pattern: str) -> None:
        self._rule = Ignored("", None, pattern)
        self._is_shallow = pattern.endswith("/*") and not pattern.endswith("**/*")

    def match(self, path: str) -> bool:
        """Whether it names a file, or a folder that the file is in."""
        folders = path.split("/")
        parents = () if self._is_shallow else ("/".join(folders[:end]) for end in range(1, len(folders)))
        return self._rule.match(path, folder=False) or any(self._rule.match(parent, folder=True) for parent in parents)


class CodeOwners:
    """The owners of files. In each section of GitLab the last line that matches decides; GitHub has one section."""

    def __init__(self, content: str = "") -> None:
        self._sections: dict[str, list[tuple[_Pattern, str]]] = {}
        section, inherited = "", ""
        for line in content.removeprefix("\ufeff").splitlines():
            text = _COMMENT.sub("", line).strip()
            if heading := _SECTION.match(text):
                section, inherited = heading["name"].casefold(), " ".join((heading["owners"] or "").split())
                continue
            if not text or text.startswith(("[", "^[")):  # neither reads ranges of letters
                continue
            pattern, owners = _split_pattern(text)
            names = " ".join(owners.split()) or inherited
            if pattern.startswith("!"):  # GitLab: nobody owns these; GitHub reads no such line
                pattern, names = pattern[1:], ""
            self._sections.setdefault(section, []).append((_Pattern(pattern), names))

    def find(self, path: str) -> str:
        """The owners of a file, separated by spaces; empty where nothing names any."""
        owners: list[str] = []
        for rules in self._sections.values():
            match = next((names for pattern, names in reversed(rules) if pattern.match(path)), "")
            owners += match.split()
        return " ".join(dict.fromkeys(owners))


def _split_pattern(line: str) -> tuple[str, str]:
    """The pattern, in which a space has a backslash before it, and the rest of the line."""
    position = 0
    while position < len(line) and (not line[position].isspace() or line[position - 1] == "\\"):
        position += 1
    return line[:position], line[position:]


def read_code_owners(root: str) -> CodeOwners:
    """The owners of the files of a repository."""
    for place in PLACES:
        try:
            content = read_plain(os.path.join(root, place), MAX_BYTES)
        except OSError:
            continue
        return CodeOwners(content.decode("utf-8", "replace"))
    return CodeOwners()
