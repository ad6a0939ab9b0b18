"""The JSON Schema of `[tool.regilink]`, made from the table of keys.

`validate-pyproject` finds it by its entry point.
"""

from __future__ import annotations

from typing import Any

from regilink_doctor.config import FORMATS, KEYS, SEVERITIES, VERSION

_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}}
_CODES: dict[str, Any] = {"type": "array", "items": {"type": "string", "pattern": "^(ALL|REG[0-9]{0,3})$"}}
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
    "ignores": {"type": "object", "additionalProperties": _CODES},
    "registries": {
        "type": "object",
        "propertyNames": {"not": {"pattern": "^wandb-registry-"}},
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
