"""Writes `docs/json.md` from the JSON Schemas of what regilink prints: `python tools/make_json_page.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from regilink_doctor.report.schemas import SCHEMAS

PAGE = Path(__file__).parents[1] / "docs" / "json.md"
INTRODUCTION = """\
# JSON outputs

Every JSON output of regilink has a schema: `regilink schema NAME` prints it as JSON Schema, for editors and validators.
This page shows the same in short. A key with `?` may be missing, all others are always there, and there are no others.
New keys may come; the meaning of one does not change without a new `version`. Lines and columns count from 1, columns
in code points; the end of a place is exclusive.

Formats for other tools (SARIF, JUnit, Code Quality of GitLab, rdjson) are described in [lint](lint.md) and
[doctor](doctor.md).
"""


def make_page() -> str:
    """The whole page. The schema of the configuration has a page of its own."""
    sections = [
        f"## {name}\n\n`{command}`\n\n```text\n{_describe(make(), '')}\n```\n"
        for name, (command, make) in SCHEMAS.items()
        if name != "config"
    ]
    return "\n".join([INTRODUCTION, *sections])


def _describe(schema: dict[str, Any], indent: str) -> str:
    """What a value may be, as JSON with the kinds of values in the places of values."""
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_describe(item, indent) for item in schema["anyOf"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " | ".join(_describe_kind(kind, schema, indent) for kind in kinds)


def _describe_kind(kind: str, schema: dict[str, Any], indent: str) -> str:
    if kind == "array":
        return f"[{_describe(schema['items'], indent)}, ...]"
    if kind != "object":
        return {"boolean": "true | false"}.get(kind, kind)
    if "properties" not in schema:
        more = schema.get("additionalProperties")
        return f"{{string: {_describe(more, indent)}, ...}}" if more else "object"
    inner = indent + "  "
    lines = []
    for name, item in schema["properties"].items():
        mark = "" if name in schema["required"] else "?"
        if "description" in item:
            lines.append(f"{inner}// {item['description']}")
        lines.append(f'{inner}"{name}"{mark}: {_describe(item, inner)},')
    return "\n".join(["{", *lines, f"{indent}}}"])


if __name__ == "__main__":
    PAGE.write_text(make_page(), encoding="utf-8")
