"""Everything that an organization has, page by page: registries, teams, collections, versions.

As in `queries`, every field is one that a released wandb asks for on the same type: `FetchRegistries`,
`RegistryTeamMembers`, `RegistryUserMembers`, `RegistryCollections`, `RegistryVersions`. Users are asked for only
where a caller wants the members of registries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from regilink_doctor.client.gateway import Gateway
from regilink_doctor.client.queries import NAME, PAGE, READ_ONLY, REGISTRY, Argument, Field, ask, edges
from regilink_doctor.client.questions import ALIASES, TYPE
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import record, replace

COLLECTIONS_PAGE = 500
"""A collection is a hundred bytes; wandb itself asks for up to 1000 aliases at once."""

MEMBERS_PAGE = 50
"""Registries in one request for their members."""

MAX_PAGES = 4_000
"""Two million versions. A server that always says that there is more is not followed further."""

MAX_EMPTY_PAGES = 10
"""In a row: entries that are hidden from the account can leave a page empty."""

_PAGE_INFO = Field("pageInfo", (Field("endCursor"), Field("hasNextPage", kind="flag", required=True)), required=True)
_PROJECT = Field("project", (NAME,))
_REGISTRIES_ONLY = Argument("projectFilters", json.dumps({"name": {"$regex": f"^{REGISTRY_PREFIX}"}}), "JSONString")


@record
class Page:
    """One page of a list; `total` counts the whole list, None where the server does not say.

    `cursor` is where the next page begins; `has_next` whether there is one.
    """

    nodes: Sequence[Mapping[str, Any]]
    total: int | None
    cursor: str | None
    has_next: bool


PageDocument = Callable[[str, "str | None"], tuple[Field, ...]]
"""The display name of an organization, and where the page begins -> the fields to ask for."""

ADMINISTRATOR = Field("viewer", (Field("admin", kind="flag"),), alias="me", optional=True, extra=True)
"""`GetViewer`: an administrator of the server sees everything on it."""


def registries_page(display: str, cursor: str | None) -> tuple[Field, ...]:
    """The document of a page of the registries of an organization: `REGISTRY`, and a description."""
    return _page_fields(display, Field("projects"), (*REGISTRY, Field("description")), PAGE, cursor)


def collections_page(display: str, cursor: str | None) -> tuple[Field, ...]:
    """The document of a page of the collections of all registries of the organization: name, type, project."""
    connection = Field("artifactCollections", (Field("totalCount", kind="number"),), (_REGISTRIES_ONLY,))
    node = (NAME, TYPE, _PROJECT)
    return _page_fields(display, connection, node, COLLECTIONS_PAGE, cursor)


def versions_page(display: str, cursor: str | None) -> tuple[Field, ...]:
    """The document of a page of the versions in all its registries: aliases, and the collection that each is in."""
    node = (ALIASES, Field("createdAt", optional=True), Field("artifactCollection", (NAME, _PROJECT)))
    connection = Field("artifactMemberships", (), (_REGISTRIES_ONLY,))
    return _page_fields(display, connection, node, COLLECTIONS_PAGE, cursor)


def list_members(
    gateway: Gateway, entity: str, names: Sequence[str], *, with_users: bool = False
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each registry of `names` that the account may ask about, with its `teamMembers` and `members`.

    Raises:
        ServerConnectionError: no usable answer.
    """
    for start in range(0, len(names), MEMBERS_PAGE):
        some = names[start : start + MEMBERS_PAGE]
        data = ask(gateway, "RegilinkTeams", members_fields(entity, some, with_users=with_users)).data
        for index, name in enumerate(some):
            if project := data.get(f"registry{index}"):
                yield name, project


def members_fields(entity: str, names: Sequence[str], *, with_users: bool = False) -> tuple[Field, ...]:
    """The teams of each of the registries `names` of an organization entity; with users, the roles too."""
    role = (Field("role", (NAME,)),) if with_users else ()
    members: tuple[Field, ...] = (Field("teamMembers", (Field("team", (NAME,)), *role), many=True),)
    if with_users:
        members = (*members, READ_ONLY, Field("members", (Field("username"), *role), optional=True, many=True))
    return tuple(_project(f"registry{index}", entity, name, members) for index, name in enumerate(names))


def _project(alias: str, entity: str, registry: str, fields: tuple[Field, ...]) -> Field:
    arguments = (Argument("name", REGISTRY_PREFIX + registry, "String!"), Argument("entityName", entity, "String!"))
    return Field("project", fields, arguments, alias=alias, optional=True, extra=True)


def _page_fields(
    display: str, connection: Field, node: tuple[Field, ...], first: int, cursor: str | None
) -> tuple[Field, ...]:
    arguments = [*connection.arguments, Argument("first", first)]
    if cursor:
        arguments.append(Argument("after", cursor, "String"))
    listed = (*connection.fields, _PAGE_INFO, edges(*node))
    asked = replace(connection, fields=listed, arguments=tuple(arguments), alias="listed")
    return (Field("organization", (Field("orgEntity", (asked,)),), (Argument("name", display, "String!"),)),)


def list_pages(gateway: Gateway, document: PageDocument, display: str) -> Iterator[Page]:
    """Every page of a list of the organization of this display name; `document` is one of the three above.

    Raises:
        ServerConnectionError: no usable answer, or the list does not end: a page is never taken for the last one
            because the server went wrong.
    """
    cursor: str | None = None
    seen: set[str] = set()
    empty = 0
    for _ in range(MAX_PAGES):
        page = listed(ask(gateway, "RegilinkInventory", document(display, cursor)).data)
        yield page
        if not page.has_next:
            return
        empty = 0 if page.nodes else empty + 1
        cursor = page.cursor
        if not cursor or cursor in seen or empty > MAX_EMPTY_PAGES:
            raise gateway.fault("other-api", "it says that a list has more pages, but the next one is not a new one")
        seen.add(cursor)
    raise gateway.fault("other-api", f"a list has more than {MAX_PAGES} pages")


def listed(data: Mapping[str, Any]) -> Page:
    """The page in a checked answer to one of the documents above; an empty one where it is not shown."""
    connection = ((data["organization"] or {}).get("orgEntity") or {}).get("listed")
    if connection is None:
        return Page((), None, None, False)
    nodes = [edge["node"] for edge in connection["edges"] if edge["node"]]
    info = connection["pageInfo"]
    return Page(nodes, connection.get("totalCount"), info["endCursor"], info["hasNextPage"])
