"""Files of data: settings, commands and requirements in JSON, INI and TOML.

JSON may have comments and trailing commas, as editors and dev containers write it; INI is what `configparser` reads.
"""

from __future__ import annotations

import os
import re
from importlib import import_module

from regilink_doctor.lint.data import DataList, Scalar, Table, iterate_scalars
from regilink_doctor.lint.facts import FileFacts
from regilink_doctor.lint.facts.commands import find_commands
from regilink_doctor.lint.facts.requirements import (
    make_requirement,
    may_be_ours,
    read_requirement,
    read_setup_cfg,
    read_specifiers,
)
from regilink_doctor.lint.facts.settings import find_settings
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.core.sites import Requirement
    from regilink_doctor.lint.data import Data

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


_WITH_REQUIREMENTS = ("pyproject.toml", "Pipfile", "pixi.toml", "uv.toml")
_RESULTS = ("organizations", "findings", "sites", "checks", "links", "repositories", "runs")
"""Keys of regilink's catalogs and reports, and of SARIF."""


def read_table(path: str, content: bytes, kind: str) -> FileFacts:
    """What a file of data says.

    Raises:
        OtherFormat: it is in another format that has such a name, or has several values.
        Unparsable: it is not what its name promises.
    """
    source = Source.decode(path, content, python=False)
    root: Data | None = import_module(f"regilink_doctor.lint.data.{kind}").read_data(source)
    if kind == "json" and _is_report(root):
        return FileFacts(source)
    script = find_commands(root)
    script.settings[:0] = find_settings(root, kind)  # type: ignore[arg-type]
    name = os.path.basename(path)
    requirements: Iterable[Requirement] = ()
    if name == "setup.cfg":
        requirements = read_setup_cfg(Fragment.whole(source))
    elif name in _WITH_REQUIREMENTS:
        requirements = _find_requirements(iterate_scalars(root), pipfile=name == "Pipfile")
    return FileFacts.of(source, script, tuple(requirements))


def _is_report(root: Data | None) -> bool:
    """Whether a file is a catalog or a report, which repeats target paths and is not edited by hand."""
    return (
        isinstance(root, Table)
        and "version" in root.entries
        and any(isinstance(root.entries.get(key), DataList) for key in _RESULTS)
    )


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
