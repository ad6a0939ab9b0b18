"""`regilink.catalog.json`: an organization as the server has it, without people, in a form made to be reviewed."""

from regilink_doctor.core.catalog.catalog_file import MAX_BYTES, VERSION, Catalog, CatalogError
from regilink_doctor.core.catalog.difference import Change
from regilink_doctor.core.catalog.model import Collection, Depth, Organization, Registry, Visibility, Writers

__all__ = [
    "MAX_BYTES",
    "VERSION",
    "Catalog",
    "CatalogError",
    "Change",
    "Collection",
    "Depth",
    "Organization",
    "Registry",
    "Visibility",
    "Writers",
]
