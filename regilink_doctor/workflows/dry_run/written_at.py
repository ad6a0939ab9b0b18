"""Where the target path of a link is written, when the call takes it from somewhere else: the line to change."""

from __future__ import annotations

import os
from itertools import pairwise

from regilink_doctor.core.strings import KnownPart
from regilink_doctor.core.target_path import parsed
from regilink_doctor.workflows.lint import lint_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.core.sites import Site

MOST = 3
"""Places of one text that are told."""


def find_organization(command: Sequence[str], folder: Path) -> str | None:
    """The organization that the target paths of a command's scripts name, if they agree on one."""
    words = [word for word in command if word.endswith(".py")]
    words += [f"{after.replace('.', os.sep)}.py" for word, after in pairwise(command) if word == "-m"]
    files = [str(folder / word) for word in words if (folder / word).is_file()]
    sites = lint_paths(files, all_sites=True).sites if files else []
    paths = [
        parsed(text.literal)
        for each in sites
        if each.site.kind == "link"
        for text in each.site.target
        if text.literal is not None
    ]
    names = {path.prefix for path in paths if path is not None and path.is_registry and path.prefix}
    return names.pop() if len(names) == 1 else None


class WrittenAt:
    """Asks the linter, once for each file that has linked."""

    def __init__(self) -> None:
        self._sites: dict[str, list[Site]] = {}

    def of(self, attempt: LinkAttempt) -> tuple[str, ...]:
        """`file:line` of each part of the path as the code gave it; none where it stands in the call, or is not known.

        A path that is right is none to be changed, whatever else was wrong with the link.
        """
        file, _, line = (attempt.place or "").rpartition(":")
        if attempt.requested is None or not (attempt.code or "").startswith(("REG1", "REG30")) or not line.isdigit():
            return ()
        for site in self._of_file(file):
            if site.statement.line <= int(line) <= site.statement.end_line:
                for text in site.target:
                    if text.literal == attempt.requested:
                        places = [part.place for part in text.parts if isinstance(part, KnownPart)]
                        lines = dict.fromkeys((place.path, place.span.line) for place in places)
                        inside = [(file, number) for number in range(site.statement.line, site.statement.end_line + 1)]
                        return tuple(f"{path}:{number}" for path, number in lines if (path, number) not in inside)[
                            :MOST
                        ]
        return ()

    def _of_file(self, file: str) -> list[Site]:
        if file not in self._sites:
            found = lint_paths([file], all_sites=True).sites if file.endswith(".py") and os.path.isfile(file) else []
            self._sites[file] = [each.site for each in found if each.site.kind == "link"]
        return self._sites[file]
