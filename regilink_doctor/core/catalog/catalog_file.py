"""`regilink.catalog.json`: read, written and compared. Every complaint names the place in the file."""

from __future__ import annotations

import json
import os

from regilink_doctor.core import checked
from regilink_doctor.core.catalog.difference import find_changes
from regilink_doctor.core.catalog.model import CatalogContents, Collection, Organization, Registry
from regilink_doctor.core.files import write_whole
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.text import ShownAsTable, did_you_mean, quote_text, show_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Any, NoReturn

    from regilink_doctor.core.catalog.difference import Change


VERSION = 1
MAX_BYTES = 256 * 2**20
"""A larger file is no catalog: 20,000 collections make 3 MB."""


MAX_VERSIONS = 10_000_000
"""Of one collection."""


class CatalogError(ValueError):
    """The file is no catalog; the message names the place in it, `organizations[0].registries[2].name`."""


def read_catalog(path: str | Path) -> CatalogContents:
    """The contents of a catalog file.

    Raises:
        CatalogError: not JSON, not of this version or shape, or too large to be one.
        OSError: cannot be read.
    """
    import json

    if os.path.exists(path) and not os.path.isfile(path):  # to read a pipe or a device might never end
        raise CatalogError(f"{path}: not a plain file")
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except ValueError as error:  # a null character
        raise CatalogError(f"{quote_text(str(path))}: not the name of a file: {error}") from None
    if len(content) > MAX_BYTES:
        raise CatalogError(f"{path}: larger than {MAX_BYTES // 2**20} MiB")
    try:
        value = json.loads(content, parse_constant=_refuse_number)
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{path}: not JSON: {error}") from None
    try:
        return contents_of(value)
    except CatalogError as error:
        raise CatalogError(f"{path}: {error}") from None


def _refuse_number(text: str) -> NoReturn:
    """`NaN` and `Infinity` are not JSON, although Python reads them."""
    raise ValueError(f"{text} is not a number")


def contents_of(value: object) -> CatalogContents:
    """The contents of a parsed JSON value.

    Raises:
        CatalogError: not of this version or shape.
    """
    reader = _Reader(value, "")
    version = reader.value.get("version")
    if version.__class__ is not int or version != VERSION:
        raise CatalogError(f"version is {show_value(version)}, this regilink reads version {VERSION}")
    reader.refuse_other_keys(_KEYS)
    return CatalogContents(
        organizations=tuple(
            _organization(item) for item in reader.items("organizations", _ORGANIZATION, required=True)
        ),
        host=reader.text("host", None),
        complete=reader.flag("complete"),
        features=reader.texts("features"),
    )


def _organization(reader: _Reader) -> Organization:
    return Organization(
        name=reader.text("name"),
        entity=reader.text("entity"),
        teams=tuple(team.text("name") for team in reader.items("teams", ("name",))),
        registries=tuple(_registry(item) for item in reader.items("registries", _REGISTRY)),
    )


def _registry(reader: _Reader) -> Registry:
    visibility = reader.text("visibility") if "visibility" in reader.value else "organization"
    if visibility not in ("organization", "restricted"):
        raise CatalogError(f'{reader.where}visibility is {show_value(visibility)}, not "organization" or "restricted"')
    return Registry(
        name=reader.text("name"),
        visibility="restricted" if visibility == "restricted" else "organization",
        description=reader.text("description", None),
        types=None if reader.value.get("types") is None else reader.texts("types"),
        types_seen=reader.texts("types_seen"),
        protected_aliases=reader.texts("protected_aliases"),
        collections=None
        if reader.value.get("collections") is None
        else tuple(_collection(item) for item in reader.items("collections", _COLLECTION)),
    )


def _collection(reader: _Reader) -> Collection:
    return Collection(reader.text("name"), reader.text("type"), reader.texts("aliases"), reader.count("versions"))


_REQUIRED = object()
_KEYS = ("version", "host", "complete", "features", "organizations", "$schema")
_ORGANIZATION = ("name", "entity", "teams", "registries")
_REGISTRY = ("name", "visibility", "description", "types", "types_seen", "protected_aliases", "collections")
_COLLECTION = ("name", "type", "aliases", "versions")


class _Reader:
    """One JSON object, read with the path to it in every complaint."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise CatalogError(f"{where.rstrip('.') or 'the file'} is not an object")
        self.value: Mapping[str, Any] = value
        self.where = where

    def refuse_other_keys(self, keys: Sequence[str]) -> _Reader:
        if unknown := [key for key in self.value if key not in keys]:
            near = did_you_mean(unknown[0], keys)
            raise CatalogError(f"{self.where}{quote_text(unknown[0])} is not a key of a catalog{near}")
        return self

    def text(self, key: str, default: Any = _REQUIRED) -> Any:
        value = self.value.get(key)
        if value is None and default is not _REQUIRED:
            return default
        if not isinstance(value, str) or (default is _REQUIRED and not value):
            raise CatalogError(f"{self.where}{key} is not a string")
        return _unicode(value, f"{self.where}{key}")

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.value.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise CatalogError(f"{self.where}{key} is not a list of strings")
        return tuple(_unicode(item, f"{self.where}{key}") for item in value)

    def items(self, key: str, keys: Sequence[str], *, required: bool = False) -> list[_Reader]:
        value = self.value.get(key, None if required else [])
        if not isinstance(value, list):
            raise CatalogError(f"{self.where}{key} is not a list")
        return [
            _Reader(item, f"{self.where}{key}[{index}].").refuse_other_keys(keys) for index, item in enumerate(value)
        ]

    def flag(self, key: str) -> bool:
        value = self.value.get(key, False)
        if not isinstance(value, bool):
            raise CatalogError(f"{self.where}{key} is not true or false")
        return value

    def count(self, key: str) -> int:
        value = self.value.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise CatalogError(f"{self.where}{key} is not a whole number")
        if value > MAX_VERSIONS:
            raise CatalogError(f"{self.where}{key} is more than {MAX_VERSIONS}")
        return value


def _unicode(value: str, where: str) -> str:
    """The string, unless JSON spells half a character in it, which no file or terminal takes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise CatalogError(f"{where} is not valid Unicode") from None
    return value


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


@record
@checked
class Catalog(ShownAsTable, CatalogContents):
    """A catalog. `complete` says whether what it does not list is absent."""

    @classmethod
    @checked
    def load(cls, path: str | Path) -> Catalog:
        """Read a catalog file.

        Raises:
            CatalogError: not JSON, not of this version or shape, or too large to be one.
            OSError: cannot be read.
        """
        return cls(**vars(read_catalog(path)))

    @classmethod
    def from_json(cls, value: object) -> Catalog:
        """The catalog of a parsed JSON value.

        Raises:
            CatalogError: not of this version or shape.
        """
        return cls(**vars(contents_of(value)))

    def _table(self) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        """Caption, columns and rows for a notebook."""
        rows: list[tuple[str, ...]] = [
            (
                organization.name,
                registry.name,
                "every type" if registry.types is None else ", ".join(registry.types) or "nothing",
                "not asked for" if registry.collections is None else str(len(registry.collections)),
            )
            for organization in self.organizations
            for registry in organization.registries
        ]
        caption = f"{self.host or 'a W&B server'}: {'complete' if self.complete else 'not complete'}"
        return caption, ("organization", "registry", "accepts", "collections"), rows

    def to_json(self) -> dict[str, Any]:
        """The JSON value: everything sorted by name, so that the same organization always gives the same bytes."""
        return catalog_value(self)

    def save(self, path: str | Path) -> None:
        """Write the file whole or not at all.

        Raises:
            OSError: cannot be written.
        """
        write_catalog(self, path)

    def diff(self, newer: Catalog) -> tuple[Change, ...]:
        """What is different in `newer`, in words, by organization and name; empty when nothing is.

        What one of the two has not asked for (collections, for one) is not compared.
        """
        return tuple(find_changes(self, newer))

    def with_personal(self, names: Iterable[str]) -> Catalog:
        """The same, with `names` known as personal entities too."""
        return replace(self, personal_entities=self.personal_entities.union(names))
