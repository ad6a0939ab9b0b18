"""The keys of `[tool.regilink]`, once, and the JSON Schema that is made of them; the reader uses this table, too.

`validate-pyproject` finds it by its entry point.
"""

from __future__ import annotations

from typing import Any, Literal

from regilink_doctor.config import FORMATS, SEVERITIES

Kind = Literal[
    "codes", "texts", "text", "flag", "format", "severity", "ignores", "registries", "version", "versions", "url"
]


_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}}
_CODES: dict[str, Any] = {"type": "array", "items": {"type": "string", "pattern": "^(ALL|REG[0-9]{0,3})$"}}
VERSION = r"^\d+(\.\d+)+([a-z.+-][\w.+-]*)?$"
"""What a version looks like."""


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
    Key("lang", "text", "The language of messages for people: `en` or `ja`; by default that of the locale.", '"ja"'),
    Key("min-severity", "severity", "Findings below this severity are not shown and do not count.", '"warning"'),
    Key("catalog", "text", "The file that `regilink catalog pull` wrote.", '"regilink.catalog.json"'),
    Key("targets", "texts", "Target paths that `regilink doctor` checks.", '["wandb-registry-model/zoo"]'),
    Key(
        "host",
        "text",
        "The W&B server that regilink asks where neither an option nor wandb's settings name one.",
        '"https://wandb.example.com"',
    ),
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
    Key("required-version", "versions", "The versions of regilink that the configuration is for.", '">=0.1,<1"'),
    Key("cache-dir", "text", "Where `regilink lint` keeps the reports of unchanged files.", '".regilink_cache"'),
    Key("extend", "text", "Another configuration file; its keys apply where this file has none.", '"../regilink.toml"'),
)


_KINDS: dict[str, dict[str, Any]] = {
    "codes": _CODES,
    "texts": _TEXTS,
    "text": {"type": "string", "minLength": 1},
    "version": {"type": "string", "pattern": VERSION},
    "versions": {"type": "string", "minLength": 1},
    "url": {"type": "string", "pattern": '^(https?|file)://[^ "<>?#]+$'},
    "flag": {"type": "boolean"},
    "format": {"type": "string", "enum": list(FORMATS)},
    "severity": {"type": "string", "enum": list(SEVERITIES)},
    "ignores": {"type": "object", "propertyNames": {"minLength": 1}, "additionalProperties": _CODES},
    "registries": {
        "type": "object",
        "propertyNames": {"minLength": 1, "not": {"pattern": "^wandb-registry-"}},
        "additionalProperties": _TEXTS,
    },
}


def json_schema() -> dict[str, Any]:
    """The schema, draft 7: what `validate-pyproject` reads."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://regilink.invalid/regilink.schema.json",
        "title": "The configuration of regilink",
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: {**_KINDS[key.kind], "description": key.what} for key in KEYS},
    }


def validate_pyproject_schema(tool_name: str = "regilink") -> dict[str, Any]:
    """For the entry point `validate_pyproject.tool_schema`."""
    return json_schema()
