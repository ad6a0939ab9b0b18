"""Requirements in commands: `pip install wandb==0.16.0`, also as `python -m pip`, `uv pip` and `uv add`."""

from __future__ import annotations

import re

from regilink_doctor.lint.formats.requirement_lines import make, may_be_ours, read_specifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.core.file_facts import Command, Requirement

_INSTALLS = re.compile(r"(?:.* )?(?:pip3? install|uv add|poetry add|pdm add|conda install|mamba install)(?: |$)")
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?P<specifiers>[=<>!~@^].*)?")
_MOST_WORDS = 8
"""Of `uv run python -m pip install` and its like."""


def pip_requirements(commands: Iterable[Command]) -> Iterator[Requirement]:
    """What the commands install."""
    for command in commands:
        words = [word.literal or "" for word in command.words]
        for index in range(1, min(len(words), _MOST_WORDS)):
            if not _INSTALLS.fullmatch(" ".join(words[: index + 1]) + " "):
                continue
            for word in command.words[index + 1 :]:
                match = _REQUIREMENT.fullmatch(word.literal or "") if may_be_ours(word.literal or "") else None
                if match and not (match["specifiers"] or "").startswith("@"):
                    specifiers = read_specifiers(match["specifiers"] or "", "")
                    yield make(match["name"], word.place, command.statement, specifiers, "install")
            break
