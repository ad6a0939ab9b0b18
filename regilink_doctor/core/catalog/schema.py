"""The JSON Schema of `regilink.catalog.json`, for editors and reviews."""

from __future__ import annotations

from typing import Any

from regilink_doctor.core.catalog.catalog_file import MAX_VERSIONS, VERSION


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _texts(description: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "description": description}


_NAME = {"type": "string", "minLength": 1}

_COLLECTION = _object(
    {
        "name": _NAME,
        "type": {**_NAME, "description": "the one type of artifact that it holds"},
        "aliases": _texts("every alias in it; empty when not asked for"),
        "versions": {
            "type": "integer",
            "minimum": 0,
            "maximum": MAX_VERSIONS,
            "description": "how many; 0 when not asked for",
        },
    },
    "name",
    "type",
)

_REGISTRY = _object(
    {
        "name": {**_NAME, "pattern": "^(?!wandb-registry-)", "description": "without the prefix wandb-registry-"},
        "visibility": {"enum": ["organization", "restricted"]},
        "description": {"type": ["string", "null"]},
        "types": {
            "type": ["array", "null"],
            "items": {"type": "string"},
            "uniqueItems": True,
            "description": "the types that it takes; null: all",
        },
        "types_seen": _texts("where all are taken: the types that have been used so far"),
        "protected_aliases": _texts("kept by hand: no server tells them"),
        "collections": {"type": ["array", "null"], "items": _COLLECTION, "description": "null: not asked for"},
    },
    "name",
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "regilink.catalog.json",
    "description": "An organization of W&B as it is on the server, saved by `regilink catalog pull`.",
    **_object(
        {
            "$schema": {"type": "string"},
            "version": {"const": VERSION},
            "host": {"type": ["string", "null"]},
            "complete": {
                "type": "boolean",
                "description": "pulled with an account that sees every registry: what is not in it does not exist",
            },
            "features": _texts("what the server says that it can do"),
            "organizations": {
                "type": "array",
                "items": _object(
                    {
                        "name": {**_NAME, "description": "the display name"},
                        "entity": _NAME,
                        "teams": {"type": "array", "items": _object({"name": _NAME}, "name")},
                        "registries": {"type": "array", "items": _REGISTRY},
                    },
                    "name",
                    "entity",
                ),
            },
        },
        "version",
        "organizations",
    ),
}
