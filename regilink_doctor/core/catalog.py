"""`regilink.catalog.json`: an organization as the server has it, without people, in a form made to be reviewed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from regilink_doctor.core.directory import EntityFacts, OrganizationNames, RegistryFacts
from regilink_doctor.core.naming import REGISTRY_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = 1
MAX_BYTES = 256 * 2**20
"""A larger file is no catalog: 20,000 collections make 3 MB."""

Visibility = Literal["organization", "restricted"]


class CatalogError(ValueError):
    """The file is no catalog; the message names the place in it, `organizations[0].registries[2].name`."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of a registry; `type` is the one type it takes."""

    name: str
    type: str
    aliases: tuple[str, ...] = ()
    versions: int = 0


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry; `name` is without the prefix.

    `types` None: every type is taken; `types_seen` is what has been used so far, which the server mixes up with what is
    allowed (row B4). `collections` None: not asked for.
    """

    name: str
    visibility: Visibility = "organization"
    description: str | None = None
    types: tuple[str, ...] | None = None
    types_seen: tuple[str, ...] = ()
    protected_aliases: tuple[str, ...] = ()
    collections: tuple[Collection, ...] | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization: its display `name`, its `entity`, the names of its teams, its registries."""

    name: str
    entity: str
    teams: tuple[str, ...] = ()
    registries: tuple[Registry, ...] = ()


@dataclass(frozen=True)
class Catalog:
    """Everything that is known of a host. It is a `Directory`: None proves absence only when `complete`.

    `complete` is true when somebody who sees every registry and team has pulled it.
    """

    organizations: tuple[Organization, ...] = ()
    host: str | None = None
    complete: bool = False
    features: tuple[str, ...] = ()
    personal_entities: frozenset[str] = field(default=frozenset(), compare=False)
    """Known from the configuration, never written to the file."""

    @classmethod
    def load(cls, path: str | Path) -> Catalog:
        """Read a catalog file.

        Raises:
            CatalogError: not JSON, not of this version or shape, or larger than `MAX_BYTES`.
            OSError: cannot be read.
        """
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
            return cls.from_json(value)
        except CatalogError as error:
            raise CatalogError(f"{path}: {error}") from None

    @classmethod
    def from_json(cls, value: object) -> Catalog:
        """The catalog of a parsed JSON value.

        Raises:
            CatalogError: not of this version or shape.
        """
        reader = _Reader(value, "")
        if (version := reader.value.get("version")) != VERSION:
            raise CatalogError(f"version is {version!r}, this regilink reads version {VERSION}")
        return cls(
            organizations=tuple(_organization(item) for item in reader.items("organizations")),
            host=reader.text("host", None),
            complete=reader.flag("complete"),
            features=reader.texts("features"),
        )

    def to_json(self) -> dict[str, Any]:
        """The JSON value: everything sorted by name, so that the same organization always gives the same bytes."""
        return {
            "version": VERSION,
            "host": self.host,
            "complete": self.complete,
            "features": sorted(self.features),
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
                for organization in sorted(self.organizations, key=lambda organization: organization.entity)
            ],
        }

    def save(self, path: str | Path) -> None:
        """Write the file at once or not at all: beside it first, then in its place.

        Raises:
            OSError: cannot be written.
        """
        import json
        import os
        import tempfile

        text = json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"
        folder = os.path.dirname(os.path.abspath(path))
        handle, temporary = tempfile.mkstemp(prefix=".regilink-", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise

    @property
    def organization_names(self) -> tuple[OrganizationNames, ...]:
        """See `Directory.organization_names`."""
        return tuple(OrganizationNames(item.name, item.entity) for item in self.organizations)

    def entity(self, name: str) -> EntityFacts | None:
        """See `Directory.entity`."""
        for organization in self.organizations:
            names = OrganizationNames(organization.name, organization.entity)
            if name in organization.teams:
                return EntityFacts(name, "team", (names,))
            if name == organization.entity:
                return EntityFacts(name, "organization", (names,))
        if name in self.personal_entities:
            return EntityFacts(name, "personal", self.organization_names)
        return None

    def registry(self, organization: str, name: str) -> RegistryFacts | None:
        """See `Directory.registry`."""
        found = self._registry(organization, name)
        return RegistryFacts(found.name, found.types, None, found.protected_aliases) if found else None

    def registry_names(self, organization: str) -> tuple[str, ...]:
        """See `Directory.registry_names`."""
        return tuple(
            registry.name for item in self.organizations if item.entity == organization for registry in item.registries
        )

    def collection_type(self, entity: str, project: str, collection: str) -> str | None:
        """See `Directory.collection_type`; a catalog knows those of registries only."""
        if not project.startswith(REGISTRY_PREFIX):
            return None
        registry = self._registry(entity, project.removeprefix(REGISTRY_PREFIX))
        for item in (registry.collections if registry else None) or ():
            if item.name == collection:
                return item.type
        return None

    def collection_names(self, organization: str, registry: str) -> tuple[str, ...] | None:
        """See `Directory.collection_names`."""
        found = self._registry(organization, registry)
        if found is None or found.collections is None:
            return None
        return tuple(item.name for item in found.collections)

    def _registry(self, organization: str, name: str) -> Registry | None:
        registries = [
            registry for item in self.organizations if item.entity == organization for registry in item.registries
        ]
        exact = (registry for registry in registries if registry.name == name)
        folded = (registry for registry in registries if registry.name.casefold() == name.casefold())
        return next(exact, None) or next(folded, None)


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
