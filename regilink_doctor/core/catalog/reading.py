"""A catalog from JSON: every complaint names the place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regilink_doctor.core.catalog.model import Catalog, Collection, Organization, Registry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = 1
MAX_BYTES = 256 * 2**20
"""A larger file is no catalog: 20,000 collections make 3 MB."""


class CatalogError(ValueError):
    """The file is no catalog; the message names the place in it, `organizations[0].registries[2].name`."""


def load(path: str | Path) -> Catalog:
    """See `Catalog.load`."""
    import json

    with open(path, "rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise CatalogError(f"{path}: larger than {MAX_BYTES // 2**20} MiB")
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{path}: not JSON: {error}") from None
    try:
        return catalog_of(value)
    except CatalogError as error:
        raise CatalogError(f"{path}: {error}") from None


def catalog_of(value: object) -> Catalog:
    """See `Catalog.from_json`."""
    reader = _Reader(value, "")
    if (version := reader.value.get("version")) != VERSION:
        raise CatalogError(f"version is {version!r}, this regilink reads version {VERSION}")
    return Catalog(
        organizations=tuple(_organization(item) for item in reader.items("organizations")),
        host=reader.text("host", None),
        complete=reader.flag("complete"),
        features=reader.texts("features"),
    )


def _organization(reader: _Reader) -> Organization:
    return Organization(
        name=reader.text("name"),
        entity=reader.text("entity"),
        teams=tuple(team.text("name") for team in reader.items("teams")),
        registries=tuple(_registry(item) for item in reader.items("registries")),
    )


def _registry(reader: _Reader) -> Registry:
    visibility = reader.text("visibility", "organization")
    if visibility not in ("organization", "restricted"):
        raise CatalogError(f'{reader.where}visibility is {visibility!r}, not "organization" or "restricted"')
    return Registry(
        name=reader.text("name"),
        visibility="restricted" if visibility == "restricted" else "organization",
        description=reader.text("description", None),
        types=None if reader.value.get("types") is None else reader.texts("types"),
        types_seen=reader.texts("types_seen"),
        protected_aliases=reader.texts("protected_aliases"),
        collections=None
        if reader.value.get("collections") is None
        else tuple(_collection(item) for item in reader.items("collections")),
    )


def _collection(reader: _Reader) -> Collection:
    return Collection(reader.text("name"), reader.text("type"), reader.texts("aliases"), reader.count("versions"))


_REQUIRED = object()


class _Reader:
    """One JSON object, read with the path to it in every complaint."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise CatalogError(f"{where.rstrip('.') or 'the file'} is not an object")
        self.value: Mapping[str, Any] = value
        self.where = where

    def text(self, key: str, default: Any = _REQUIRED) -> Any:
        value = self.value.get(key)
        if value is None and default is not _REQUIRED:
            return default
        if not isinstance(value, str) or (default is _REQUIRED and not value):
            raise CatalogError(f"{self.where}{key} is not a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.value.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise CatalogError(f"{self.where}{key} is not a list of texts")
        return tuple(value)

    def items(self, key: str) -> list[_Reader]:
        value = self.value.get(key) or []
        if not isinstance(value, list):
            raise CatalogError(f"{self.where}{key} is not a list")
        return [_Reader(item, f"{self.where}{key}[{index}].") for index, item in enumerate(value)]

    def flag(self, key: str) -> bool:
        value = self.value.get(key, False)
        if not isinstance(value, bool):
            raise CatalogError(f"{self.where}{key} is not true or false")
        return value

    def count(self, key: str) -> int:
        value = self.value.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise CatalogError(f"{self.where}{key} is not a whole number")
        return value
