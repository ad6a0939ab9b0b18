"""The names in a diagnosis, by kind: what a report without names has to hide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from regilink_doctor.core.target_path import is_known, parsed
from regilink_doctor.doctor.context import Context


def names_of(context: Context) -> tuple[tuple[str, str], ...]:
    """(kind, name), the kinds in the order in which a name that is several things is called."""
    found = dict.fromkeys((kind, name) for kind, name in _list_names(context) if name and is_known(name))
    return tuple(found)


def _list_names(context: Context) -> Iterator[tuple[str, str]]:
    settings, route = context.settings, context.settings.route
    if route is not None and settings.host.value != settings.default_host:
        yield "host", route.server.name
    if context.probes is not None:
        yield from (("number", number) for number in context.probes.addresses)
    if route is not None and route.proxy is not None:
        yield "proxy", route.dialled.name
    account = context.queries.known_account
    if account is not None:
        yield "user", account.username
        for team in account.teams:
            yield "team", team.name
    for names in context.directory.organization_names:
        yield "organization", names.name
        yield "organization", names.entity
    for given, kind in ((settings.entity, "entity"), (settings.project, "project")):
        if given is not None:
            yield kind, given.value
    if settings.organization is not None:
        yield "organization", settings.organization.value
    yield from context.directory.seen_names()
    for target in context.targets:
        yield from _of_path(target.text)
        yield "entity", target.entity_text or ""
        yield "project", target.project_text or ""
        yield "type", target.type_text or ""
        for alias in target.alias_names:
            yield "alias", alias
    for each in context.consumed:
        yield from _of_path(each.text)
        yield "entity", each.entity_text or ""
        yield "project", each.project_text or ""
        yield "type", each.type_text or ""
    for written in (*context.written_links, *context.written_names):
        if written.place is not None:
            yield "file", written.place.path
    if context.filed is not None:
        yield "file", context.filed.path
    yield "folder", settings.wandb.environment
    yield "folder", str(Path.home())


def _of_path(text: str) -> Iterator[tuple[str, str]]:
    path = parsed(text)
    if path is None:
        yield "target", text
        return
    yield "collection", path.collection
    if path.registry:
        yield "registry", path.registry
    elif path.project:
        yield "project", path.project
    yield "organization" if path.is_registry else "entity", path.prefix or ""
