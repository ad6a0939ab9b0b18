"""A catalog as JSON, sorted, and as a file, written at once or not at all."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from regilink_doctor.core.atomic_write import write_whole
from regilink_doctor.core.catalog.reading import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from regilink_doctor.core.catalog.model import Catalog, Registry


def text_of(catalog: Catalog) -> str:
    """The content of the file: two blanks of indentation, names as they are written, one line feed at the end."""
    return json.dumps(value_of(catalog), indent=2, ensure_ascii=False) + "\n"


def save(catalog: Catalog, path: str | Path) -> None:
    """See `Catalog.save`."""
    write_whole(os.fspath(path), text_of(catalog).encode(), 0o644)


def value_of(catalog: Catalog) -> dict[str, Any]:
    """See `Catalog.to_json`."""
    return {
        "version": VERSION,
        "host": catalog.host,
        "complete": catalog.complete,
        "features": sorted(catalog.features),
        "organizations": [
            {
                "name": organization.name,
                "entity": organization.entity,
                "teams": [{"name": name} for name in sorted(organization.teams)],
                "registries": [
                    _registry_json(registry)
                    for registry in sorted(organization.registries, key=lambda registry: registry.name)
                ],
            }
            for organization in sorted(catalog.organizations, key=lambda organization: organization.entity)
        ],
    }


def _registry_json(registry: Registry) -> dict[str, Any]:
    collections = registry.collections
    return {
        "name": registry.name,
        "visibility": registry.visibility,
        "description": registry.description,
        "types": None if registry.types is None else sorted(registry.types),
        "types_seen": sorted(registry.types_seen),
        "protected_aliases": sorted(registry.protected_aliases),
        "collections": None
        if collections is None
        else [
            {"name": item.name, "type": item.type, "aliases": sorted(item.aliases), "versions": item.versions}
            for item in sorted(collections, key=lambda item: item.name)
        ],
    }
