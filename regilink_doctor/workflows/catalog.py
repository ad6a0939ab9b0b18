"""The catalog of an organization: pulled from the server, compared with it, kept as a file that is committed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from regilink_doctor.client import inventory
from regilink_doctor.core import checked
from regilink_doctor.core.catalog import Catalog, Collection, Depth, Organization, Registry, Visibility, Writers
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import is_registry_project, registry_name
from regilink_doctor.core.text import as_list, quote_text
from regilink_doctor.doctor.facts import VISIBILITY, WRITING, grants_of, list_nodes, registry_of
from regilink_doctor.workflows.server_session import ServerAccess, ServerSession, Unanswered, answered

if TYPE_CHECKING:
    from regilink_doctor.config import Config
    from regilink_doctor.core.organization_view import OrganizationNames
    from regilink_doctor.core.origin import Setting

Progress = Callable[[str, int, "int | None"], None]


@checked
def pull_catalog(
    organizations: str | Iterable[str] = (),
    *,
    collections: Depth = "names",
    complete: bool | None = None,
    before: Catalog | None = None,
    skip_missing: bool = False,
    with_writers: bool = False,
    progress: Progress | None = None,
    config: Config | None = None,
    host: str | Setting[str] | None = None,
    cwd: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    python: str | Path | None = None,
    timeout: float = 30.0,
) -> Catalog:
    """The catalog as the server shows it to this account. Reads only; about people it asks only `with_writers`.

    Args:
        organizations: display names or entities, or one as a string; without any, that of the entity that runs have.
        collections: none of them, their names and types, or also their aliases and numbers of versions.
        complete: whether this account sees every registry and team; None: only what the server says of it.
        before: the catalog as it was: its protected aliases are kept, for no server tells them (failure B10).
        skip_missing: leave out organizations that are not there, instead of an error.
        with_writers: also who can link to each registry, which is never written to a file.
        progress: called with what is read, how much of it is done, and of how much.
        config: names the host and the entity where wandb would find none.
        host: see `ServerAccess`, as the next four.
        cwd: the folder that the program would be started in.
        environ: its environment.
        python: whose wandb counts.
        timeout: seconds for each request.

    Raises:
        Unanswered: the server did not answer as W&B does, nobody is logged in, or there is no such organization.
    """
    with answered():
        access = ServerAccess(host, cwd, environ, python, timeout, config)
        asked = ServerSession(access, more=(inventory.ADMINISTRATOR,))
        reader = _Reader(asked, collections, before, progress or (lambda *_: None), with_writers=with_writers)
        chosen = _chosen(as_list(organizations), asked, skip_missing=skip_missing)
        return Catalog(
            organizations=tuple(map(reader.organization, chosen)),
            host=_shared_host(asked.gateway.shown),
            complete=bool((asked.data.get("me") or {}).get("admin")) if complete is None else complete,
            features=_features(asked.data),
        )


class _Reader:
    """Reads organizations, one after another; of a page only what the catalog keeps is remembered."""

    def __init__(
        self, asked: ServerSession, depth: Depth, before: Catalog | None, progress: Progress, *, with_writers: bool
    ) -> None:
        self._with_writers = with_writers
        self._gateway = asked.gateway
        self._account = asked.account
        self._depth = depth
        self._before = before
        self._progress = progress

    def organization(self, names: OrganizationNames) -> Organization:
        protected: dict[str, tuple[str, ...]] = {}
        if self._before is not None:
            protected = {
                entry.name: entry.protected_aliases
                for item in self._before.organizations
                if item.entity == names.entity
                for entry in item.registries
            }
        entries = list(self._registries(names))
        collections = self._collections(names) if self._depth != "none" else None
        teams = {team.name for team in self._account.teams if team.organization == names}
        writers: dict[str, Writers] = {}
        visibilities = {entry.name: entry.visibility for entry in entries}
        for name, project in inventory.list_members(
            self._gateway, names.entity, list(visibilities), with_users=self._with_writers
        ):
            teams.update(member["team"]["name"] for member in project.get("teamMembers") or () if member["team"])
            if self._with_writers and project.get("members") is not None:
                writers[name] = _writers_of(project, self._account.username, visibilities[name])
        return Organization(
            names.name,
            names.entity,
            tuple(sorted(teams)),
            tuple(
                replace(
                    entry,
                    protected_aliases=protected.get(entry.name, ()),
                    collections=None if collections is None else tuple(collections[entry.name].values()),
                    writers=writers.get(entry.name),
                )
                for entry in entries
            ),
        )

    def _registries(self, names: OrganizationNames) -> Iterator[Registry]:
        for node in self._list_nodes("registries", inventory.registries_page, names):
            if (registry := _registry_of(node)) is not None:
                yield registry

    def _collections(self, names: OrganizationNames) -> defaultdict[str, dict[str, Collection]]:
        found: defaultdict[str, dict[str, Collection]] = defaultdict(dict)
        for node in self._list_nodes("collections", inventory.collections_page, names):
            registry, name = _place(node, node.get("name"))
            kind = (node.get("type") or {}).get("name")
            if registry and name and kind:
                found[registry][name] = Collection(name, kind)
        if self._depth == "full":
            self._add_versions(names, found)
        return found

    def _add_versions(self, names: OrganizationNames, found: Mapping[str, dict[str, Collection]]) -> None:
        for node in self._list_nodes("versions", inventory.versions_page, names):
            node_of_collection = node.get("artifactCollection") or {}
            registry, name = _place(node_of_collection, node_of_collection.get("name"))
            collection = found.get(registry, {}).get(name)
            if collection is not None:
                aliases = (str(entry["alias"]) for entry in node.get("aliases") or () if entry.get("alias"))
                every = tuple(sorted({*collection.aliases, *aliases}))
                last_link = max(collection.last_link, str(node.get("createdAt") or ""))
                found[registry][name] = replace(
                    collection, aliases=every, versions=collection.versions + 1, last_link=last_link
                )

    def _list_nodes(
        self, kind: str, document: inventory.PageDocument, names: OrganizationNames
    ) -> Iterator[Mapping[str, Any]]:
        """What a list has on all its pages; how far it has got is reported."""
        what, done = f"{kind} of {names.name}", 0
        self._progress(what, done, None)
        for page in inventory.list_pages(self._gateway, document, names.name):
            done += len(page.nodes)
            self._progress(what, done, page.total)
            yield from page.nodes


def _writers_of(project: Mapping[str, Any], username: str, visibility: Visibility) -> Writers:
    """The members whose role lets them link, and `username` where the server says that this account may."""
    grants = [grant for grant in grants_of(project) if grant.role in WRITING]
    users = {grant.user for grant in grants if grant.user}
    if project.get("readOnly") is False:
        users.add(username)
    teams = {grant.team for grant in grants if grant.team}
    return Writers(tuple(sorted(teams)), tuple(sorted(users)), visibility)


def _registry_of(node: Mapping[str, Any]) -> Registry | None:
    facts = registry_of(node)
    if facts is None:
        return None
    seen = (
        ()
        if facts.types is not None
        else tuple(sorted(entry["name"] for entry in list_nodes(node.get("artifactTypes"))))
    )
    return Registry(
        facts.name,
        "restricted" if VISIBILITY.get(str(node.get("access"))) == "restricted" else "organization",
        node.get("description") or None,
        facts.types,
        seen,
    )


def _place(node: Mapping[str, Any], name: object) -> tuple[str, str]:
    """The registry and the name of a collection; empty strings where the server hides its project."""
    project = str((node.get("project") or {}).get("name") or "")
    return (registry_name(project), str(name or "")) if is_registry_project(project) else ("", "")


def _chosen(wanted: Sequence[str], asked: ServerSession, *, skip_missing: bool) -> tuple[OrganizationNames, ...]:
    every = asked.every_organization()
    listed = ", ".join(f"{entry.name} (entity {entry.entity})" for entry in every) or "none"
    if not wanted and not asked.organizations:
        raise Unanswered(
            "the entity of this account's runs belongs to no organization",
            f"say which: --organization NAME; the account's organizations: {listed}",
        )
    organizations = list(asked.organizations) if not wanted else []
    for name in wanted:
        names = next((entry for entry in every if name in (entry.name, entry.entity)), None)
        if names is not None:
            organizations.append(names)
        elif not skip_missing:
            who = asked.account.username
            raise Unanswered(
                f"no organization {quote_text(name)} is shown to {who}", f"the account's organizations: {listed}"
            )
    return tuple(dict.fromkeys(organizations))


def _features(data: Mapping[str, Any]) -> tuple[str, ...]:
    features = (data.get("serverInfo") or {}).get("features") or ()
    return tuple(sorted(entry["name"] for entry in features if entry and entry.get("isEnabled")))


def _shared_host(host: str) -> str | None:
    """The address as a committed file can name it; None for one that is another machine for every reader."""
    name = urlsplit(host).hostname or ""
    try:
        loopback = ip_address(name).is_loopback
    except ValueError:
        loopback = name == "localhost"
    return None if loopback else host
