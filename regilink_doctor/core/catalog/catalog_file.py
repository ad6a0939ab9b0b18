"""`regilink.catalog.json` as an object: read, written and compared."""

from __future__ import annotations

from regilink_doctor.core.catalog.difference import find_changes
from regilink_doctor.core.catalog.model import CatalogContents
from regilink_doctor.core.catalog.reading import contents_of, read_catalog
from regilink_doctor.core.catalog.writing import catalog_value, write_catalog
from regilink_doctor.core.records import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any

    from regilink_doctor.core.catalog.difference import Change


@record
class Catalog(CatalogContents):
    """A catalog. `complete` says whether what it does not list is absent."""

    @classmethod
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
