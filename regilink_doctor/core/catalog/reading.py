"""A catalog from JSON: every complaint names the place in the file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NoReturn

from regilink_doctor.core.catalog.model import CatalogContents, Collection, Organization, Registry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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
        raise CatalogError(f"{path}: not a regular file")
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except ValueError as error:  # a null character
        raise CatalogError(f"{str(path)!r}: not the name of a file: {error}") from None
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
        raise CatalogError(f"version is {_brief(version)}, this regilink reads version {VERSION}")
    return CatalogContents(
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
        raise CatalogError(f'{reader.where}visibility is {_brief(visibility)}, not "organization" or "restricted"')
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
            raise CatalogError(f"{self.where}{key} is not a string")
        return _unicode(value, f"{self.where}{key}")

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.value.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise CatalogError(f"{self.where}{key} is not a list of strings")
        return tuple(_unicode(item, f"{self.where}{key}") for item in value)

    def items(self, key: str) -> list[_Reader]:
        value = self.value.get(key)
        if value is None:
            return []
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


def _brief(value: object) -> str:
    """A value for a message: one that is wrong can be as long as the file."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
