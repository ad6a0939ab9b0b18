"""TOML: `pyproject.toml`, `Pipfile`, and configurations of programs."""

from __future__ import annotations

import os
import re

from regilink_doctor.core.call_context import Container
from regilink_doctor.core.file_facts import Setting
from regilink_doctor.core.findings import Span
from regilink_doctor.lint.formats.parsed_file import ParsedFile
from regilink_doctor.lint.formats.requirement_lines import make, may_be_ours, read_specifiers, requirement
from regilink_doctor.lint.formats.settings import ENVIRONMENT_KEYS, may_matter, target_sites, worth_keeping
from regilink_doctor.lint.formats.toml_values import TomlValue, check, read_values
from regilink_doctor.lint.text.fragment import Fragment, text_of
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Requirement

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
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


def read(path: str, content: bytes) -> ParsedFile:
    """What a TOML file says.

    Raises:
        Unparsable: it is not TOML.
    """
    source = Source.decode(path, content, python=False)
    check(source.text)
    stretch = Fragment.whole(source)
    values = read_values(source.text)
    name = os.path.basename(path)
    requirements: tuple[Requirement, ...] = ()
    if name in ("pyproject.toml", "Pipfile", "pixi.toml", "uv.toml"):
        requirements = tuple(_requirements(stretch, values, pipfile=name == "Pipfile"))
    settings = worth_keeping(_settings(stretch, values))
    return ParsedFile((source,), tuple(target_sites(settings)), settings, requirements)


def _settings(stretch: Fragment, values: list[TomlValue]) -> Iterator[Setting]:
    for item in values:
        statement = stretch.span(*item.statement)
        keys = tuple(key for key in item.keys if not key.isdigit())
        if not keys:
            continue
        name = keys[-1]
        listed = item.keys[-1].isdigit()
        inside = (keys[-1] if listed else keys[-2]) if len(keys) > 1 else ""
        below = inside in ENVIRONMENT_KEYS or inside in ("env-vars", "environment-variables")
        if listed and name in ENVIRONMENT_KEYS and (pair := _assignment(stretch, item)):
            # pytest-env: env = ["WANDB_MODE=offline"]; `D:` in front of it sets a default.
            yield Setting(
                pair[0],
                stretch.place(pair[1], item.end),
                statement,
                "toml",
                True,
                (text_of(stretch, pair[1], item.end, pair[0]),),
                (*keys, pair[0]),
                _tables(keys[:-1]),
                only_default=stretch.text[item.start : item.start + 2] == "D:",
            )
            continue
        if not may_matter(keys, item.value):
            continue
        variable = below and not listed and bool(_VARIABLE.fullmatch(name))
        containers = _tables(keys[: -2 if variable else -1])
        yield Setting(
            name, item.place(stretch), statement, "toml", variable, (item.text(stretch, name),), keys, containers
        )


def _tables(keys: tuple[str, ...]) -> tuple[Container, ...]:
    # Tables may be opened again, so none has a span of its own.
    return tuple(Container("key", key, Span(1, 1, 1, 1)) for key in keys)


def _assignment(stretch: Fragment, item: TomlValue) -> tuple[str, int] | None:
    """The name in `X=value`, and where its value begins."""
    match = re.match(r"(?:[A-Z]:)*\s*([A-Z_][A-Z0-9_]*)\s*=\s*", stretch.text[item.start : item.end])
    return (match[1], item.start + match.end()) if match and item.exact else None


def _requirements(stretch: Fragment, values: list[TomlValue], *, pipfile: bool) -> Iterator[Requirement]:
    for item in values:
        statement = stretch.span(*item.statement)
        if item.keys[-1].isdigit():
            if match := _LISTS.fullmatch(".".join(item.keys[:-1])):
                found = requirement(stretch, item.start, item.end, statement, group=_group(match))
                if found is not None:
                    yield found
            continue
        # wandb = "0.16.0", or wandb = {version = "0.16.0", optional = true}
        keys = item.keys[:-1] if item.keys[-1] == "version" else item.keys
        match = _TABLES.fullmatch(".".join(keys[:-1])) if may_be_ours(keys[-1]) else None
        if match and (pipfile or keys[0] == "tool"):
            bare = "" if pipfile else "=="
            specifiers = read_specifiers(item.value, bare)
            yield make(keys[-1], item.place(stretch), statement, specifiers, _group(match))


def _group(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group), "")
