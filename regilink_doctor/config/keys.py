"""The keys of the configuration, once: the reader, the JSON Schema and the documentation are made from this table."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["codes", "texts", "text", "flag", "format", "severity", "ignores", "registries", "version", "url"]


def _list_formats() -> tuple[str, ...]:
    """The modules in the folder of the formats are the formats; none is loaded. The default comes first."""
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "report", "formats")
    names = sorted(name[:-3].replace("_", "-") for name in os.listdir(folder) if name.endswith(".py"))
    return ("full", *(name for name in names if name not in ("--init--", "full")))


FORMATS = _list_formats()
"""How findings can be shown: the values of `--output-format`."""

SEVERITIES = ("info", "warning", "error")
"""How serious a finding can be, the least first."""

VERSION = r"^\d+(\.\d+)+([a-z.+-][\w.+-]*)?$"
"""What a version looks like."""

DEFAULT_EXCLUDE = (
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "node_modules",
    "site-packages",
    "venv",
    "**/wandb/run-*",
    "**/wandb/offline-run-*",
)
"""What is skipped below a folder: it holds no code of the project."""


class Key:
    """One key: its name, the kind of its value, what it says, an example in TOML."""

    __slots__ = ("example", "kind", "name", "what")

    def __init__(self, name: str, kind: Kind, what: str, example: str) -> None:
        self.name = name
        self.kind = kind
        self.what = what
        self.example = example


KEYS = (
    Key("select", "codes", "The rules to apply, as codes or code prefixes; by default all.", '["REG1"]'),
    Key("ignore", "codes", "Rules to ignore; a longer code prefix overrides `select`.", '["REG201"]'),
    Key(
        "extend-select",
        "codes",
        "Rules to add to `select`; rules that are off by default by their whole code.",
        '["REG102"]',
    ),
    Key("per-file-ignores", "ignores", "Rules to ignore in some files.", '{ "tests/*" = ["REG201"] }'),
    Key("exclude", "texts", "Files and folders to skip instead of the default ones.", '["vendored"]'),
    Key("extend-exclude", "texts", "Files and folders to skip as well.", '["examples/broken"]'),
    Key("pedantic", "flag", "Apply the rules that are off by default.", "true"),
    Key("output-format", "format", "How findings are shown.", '"concise"'),
    Key("min-severity", "severity", "Findings below this severity are not shown and do not count.", '"warning"'),
    Key("catalog", "text", "The file that `regilink catalog pull` wrote.", '"regilink.catalog.json"'),
    Key("targets", "texts", "Target paths that `regilink doctor` checks.", '["wandb-registry-model/zoo"]'),
    Key("host", "text", "The W&B server that `regilink doctor` asks.", '"https://wandb.example.com"'),
    Key("organization", "text", "The organization, by either of its names.", '"acme"'),
    Key("entity", "text", "The entity of runs for which the code names none.", '"team-a"'),
    Key("teams", "texts", "Teams of the organization.", '["team-a", "team-b"]'),
    Key("personal-entities", "texts", "Entities that belong to a person: they cannot link to a registry.", '["alice"]'),
    Key("protected-aliases", "texts", "Aliases that only a registry admin can move.", '["production"]'),
    Key(
        "registries",
        "registries",
        "The registries, without `wandb-registry-`, each with the artifact types that it accepts; `[]` for all types.",
        '{ model = ["model"], raw = [] }',
    ),
    Key("wandb-version", "version", "The version of wandb that the project runs with.", '"0.21.4"'),
    Key(
        "docs-url",
        "url",
        "Where findings point for their rules: a copy of the site.",
        '"https://docs.example.com/regilink/"',
    ),
    Key("extend", "text", "Another configuration file; its keys apply where this file has none.", '"../regilink.toml"'),
)
