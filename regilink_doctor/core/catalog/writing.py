"""A catalog as JSON, sorted, and as a file, written at once or not at all."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from regilink_doctor.core.atomic_write import write_whole
from regilink_doctor.core.catalog.reading import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from regilink_doctor.core.catalog.model import CatalogContents, Registry


def render_catalog(catalog: CatalogContents) -> str:
    """The content of the file: two spaces of indentation, names as they are written, one line feed at the end."""
    return json.dumps(catalog_value(catalog), indent=2, ensure_ascii=False) + "\n"


def write_catalog(catalog: CatalogContents, path: str | Path) -> None:
    """Write the file whole or not at all.

    Raises:
        OSError: cannot be written.
    """
    write_whole(os.fspath(path), render_catalog(catalog).encode(), 0o644)


def catalog_value(catalog: CatalogContents) -> dict[str, Any]:
    """The JSON value: everything sorted by name, so that the same organization always gives the same bytes."""
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
