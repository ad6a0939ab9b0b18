"""Everything that an organization has, page by page: registries, teams, collections, versions.

As in `queries`, every field is one that a released wandb asks for on the same type: `FetchRegistries`,
`RegistryTeamMembers`, `RegistryCollections`, `RegistryVersions`. Nothing is asked about people.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from regilink_doctor.client.document import Argument, Field
from regilink_doctor.client.gateway import Gateway
from regilink_doctor.client.queries import PAGE, REGISTRY, ask
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import record, replace

COLLECTIONS_PAGE = 500
"""A collection is a hundred bytes; wandb itself asks for up to 1000 aliases at once."""

TEAMS_PAGE = 50
"""Registries in one request for their teams."""

MAX_PAGES = 10_000
"""A server that always says that there is more is not followed further."""

_PAGE_INFO = Field("pageInfo", (Field("endCursor"), Field("hasNextPage")))
_PROJECT = Field("project", (Field("name"),))
_REGISTRIES_ONLY = Argument("projectFilters", json.dumps({"name": {"$regex": f"^{REGISTRY_PREFIX}"}}), "JSONString")


@record
class Page:
    """One page of a list; `total` counts the whole list, None where the server does not say."""

    nodes: Sequence[Mapping[str, Any]]
    total: int | None


ADMINISTRATOR = Field("viewer", (Field("admin"),), alias="me", optional=True, extra=True)
"""`GetViewer`: an administrator of the server sees everything on it."""


def registries(gateway: Gateway, display: str) -> Iterator[Page]:
    """The registries of the organization of this display name, as `queries.REGISTRY`, with their descriptions.

    Raises:
        ServerFault: no usable answer.
    """
    return _pages(gateway, partial(registries_page, display))


def collections(gateway: Gateway, display: str) -> Iterator[Page]:
    """The collections of all registries of the organization: name, type, project.

    Raises:
        ServerFault: no usable answer.
    """
    return _pages(gateway, partial(collections_page, display))


def versions(gateway: Gateway, display: str) -> Iterator[Page]:
    """The versions in all registries of the organization: aliases, and the collection that each is in.

    Raises:
        ServerFault: no usable answer.
    """
    return _pages(gateway, partial(versions_page, display))


def registries_page(display: str, cursor: str | None) -> tuple[Field, ...]:
    """The document of one page of registries."""
    return _page_fields(display, Field("projects"), (*REGISTRY, Field("description")), PAGE, cursor)


def collections_page(display: str, cursor: str | None) -> tuple[Field, ...]:
    """The document of one page of collections."""
    node = (Field("name"), Field("defaultArtifactType", (Field("name"),), alias="type"), _PROJECT)
    connection = Field("artifactCollections", (Field("totalCount"),), (_REGISTRIES_ONLY,))
    return _page_fields(display, connection, node, COLLECTIONS_PAGE, cursor)


def versions_page(display: str, cursor: str | None) -> tuple[Field, ...]:
    """The document of one page of versions."""
    node = (Field("aliases", (Field("alias"),)), Field("artifactCollection", (Field("name"), _PROJECT)))
    connection = Field("artifactMemberships", (), (_REGISTRIES_ONLY,))
    return _page_fields(display, connection, node, COLLECTIONS_PAGE, cursor)


def registry_teams(gateway: Gateway, entity: str, names: Sequence[str]) -> Iterator[str]:
    """The teams that have a role in one of the registries `names` of an organization entity.

    Raises:
        ServerFault: no usable answer.
    """
    for start in range(0, len(names), TEAMS_PAGE):
        fields = teams_fields(entity, names[start : start + TEAMS_PAGE])
        for project in ask(gateway, "RegilinkTeams", fields).data.values():
            for each in (project or {}).get("teamMembers") or ():
                if name := (each.get("team") or {}).get("name"):
                    yield name


def teams_fields(entity: str, names: Sequence[str]) -> tuple[Field, ...]:
    """The teams of each of the registries `names` of an organization entity."""
    return tuple(_teams(f"registry{index}", entity, name) for index, name in enumerate(names))


def _teams(alias: str, entity: str, name: str) -> Field:
    arguments = (Argument("name", REGISTRY_PREFIX + name, "String!"), Argument("entityName", entity, "String!"))
    team = Field("teamMembers", (Field("team", (Field("name"),)),))
    return Field("project", (team,), arguments, alias=alias, optional=True, extra=True)


def _page_fields(
    display: str, connection: Field, node: tuple[Field, ...], first: int, cursor: str | None
) -> tuple[Field, ...]:
    arguments = [*connection.arguments, Argument("first", first)]
    if cursor:
        arguments.append(Argument("after", cursor, "String"))
    listed = (*connection.fields, _PAGE_INFO, Field("edges", (Field("node", node),)))
    asked = replace(connection, fields=listed, arguments=tuple(arguments), alias="listed")
    return (Field("organization", (Field("orgEntity", (asked,)),), (Argument("name", display, "String!"),)),)


def _pages(gateway: Gateway, document: Callable[[str | None], tuple[Field, ...]]) -> Iterator[Page]:
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        data = ask(gateway, "RegilinkInventory", document(cursor)).data
        found = ((data.get("organization") or {}).get("orgEntity") or {}).get("listed") or {}
        edges = found.get("edges") or ()
        yield Page([edge["node"] for edge in edges if edge and edge.get("node")], found.get("totalCount"))
        info = found.get("pageInfo") or {}
        after = info.get("endCursor") if info.get("hasNextPage") else None
        if not after or after == cursor:
            return
        cursor = after
