"""TOML: `pyproject.toml`, `Pipfile`, and configurations of programs.

The standard library's parser says whether a file is TOML at all but gives no positions. The reader below runs after it,
on valid TOML alone, so it can be simple.
"""

from __future__ import annotations

import os
import re

from regilink_doctor.lint.data import (
    Scalar,
    iterate_scalars,
)
from regilink_doctor.lint.data.toml import read_data
from regilink_doctor.lint.facts import FileFacts
from regilink_doctor.lint.facts.commands import find_commands
from regilink_doctor.lint.facts.requirements import make_requirement, may_be_ours, read_requirement, read_specifiers
from regilink_doctor.lint.facts.settings import find_settings
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.core.sites import Requirement

_LISTS = re.compile(
    r"""
      project \. dependencies
    | project \. optional-dependencies \. (?P<extra>[^.]+)
    | dependency-groups \. (?P<group>[^.]+)
    | build-system \. requires
    | tool \. uv \. (?P<uv>dev-dependencies|constraint-dependencies|override-dependencies)
    | tool \. pdm \. (?P<pdm>dev-dependencies \. [^.]+)
    | tool \. hatch \. envs \. (?P<hatch>[^.]+) \. (?:extra-)?dependencies
    | (?:tool \. pixi \. .*)? additional_dependencies
    """,
    re.VERBOSE,
)
"""Lists of requirements as pip writes them, by their keys joined with dots."""

_TABLES = re.compile(
    r"""
      tool \. poetry \. dependencies
    | tool \. poetry \. (?P<dev>dev-dependencies)
    | tool \. poetry \. group \. (?P<group>[^.]+) \. dependencies
    | tool \. pixi \. (?:feature \. (?P<feature>[^.]+) \. )? (?:pypi-)?dependencies
    | packages | (?P<pipfile>dev-packages)
    """,
    re.VERBOSE,
)
"""Tables of requirements, the package as the key."""


def read(path: str, content: bytes) -> FileFacts:
    """What a TOML file says.

    Raises:
        Unparsable: it is not TOML.
    """
    source = Source.decode(path, content, python=False)
    root = read_data(source)
    name = os.path.basename(path)
    requirements: tuple[Requirement, ...] = ()
    if name in ("pyproject.toml", "Pipfile", "pixi.toml", "uv.toml"):
        requirements = tuple(_find_requirements(iterate_scalars(root), pipfile=name == "Pipfile"))
    script = find_commands(root)
    script.settings[:0] = find_settings(root, "toml")
    return FileFacts.of(source, script, requirements)


def _find_requirements(scalars: Iterable[Scalar], *, pipfile: bool) -> Iterator[Requirement]:
    for item in scalars:
        written, keys = item.fragment, tuple(map(str, item.keys))
        if written is None:
            continue
        statement = item.place.span
        if isinstance(item.keys[-1], int):
            if match := _LISTS.fullmatch(".".join(keys[:-1])):
                found = read_requirement(written, 0, len(written.text), statement, group=_group_of(match))
                if found is not None:
                    yield found
            continue
        # wandb = "0.16.0", or wandb = {version = "0.16.0", optional = true}
        keys = keys[:-1] if keys[-1] == "version" else keys
        match = _TABLES.fullmatch(".".join(keys[:-1])) if keys and may_be_ours(keys[-1]) else None
        if match and (pipfile or keys[0] == "tool"):
            bare = "" if pipfile else "=="
            specifiers = read_specifiers(item.written, bare)
            yield make_requirement(keys[-1], item.place, statement, specifiers, _group_of(match))


def _group_of(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group), "")
