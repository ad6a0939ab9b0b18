"""A link map as JSON: written collection by collection, and read again, so that maps can be merged."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from regilink_doctor.core.files import is_test_path
from regilink_doctor.core.link_map import LinkMap, Use
from regilink_doctor.core.target_path import UNKNOWN_NAME, show_unknown
from regilink_doctor.core.text import show_value

if TYPE_CHECKING:
    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.core.link_map import ServerState

VERSION = 1
MAX_BYTES = 256 * 2**20
"""A larger file is not a map: 20,000 collections make 30 MB."""


class MapFileError(ValueError):
    """The file is not a map; the message says where."""


def use_value(use: Use) -> dict[str, Any]:
    """The JSON value of a use."""
    return {
        "repository": use.repository,
        "path": use.path,
        "line": use.line,
        "column": use.column,
        "cell": use.cell or None,
        "kind": use.kind,
        "call": use.call,
        "target": show_unknown(use.target),
        "artifact": show_unknown(use.artifact) or None,
        "organization": use.organization or None,
        "entity": show_unknown(use.entity) or None,
        "type": show_unknown(use.type) or None,
        "aliases": [show_unknown(alias) for alias in use.aliases],
        "sets": [show_unknown(alias) for alias in use.sets],
        "moves": list(use.moves),
        "owner": use.owner or None,
        "ignored": list(use.ignored),
    }


def merge_maps(
    paths: Sequence[str], catalog: Catalog | None = None, *, is_live: bool = False
) -> tuple[LinkMap, list[str]]:
    """The maps of several repositories as one, and sentences about what is odd; one file is in memory at a time.

    Raises:
        MapFileError: a file is not a map.
        OSError: a file cannot be read.
    """
    uses: set[Use] = set()
    seen: dict[str, str] = {}
    notes: list[str] = []
    shared: dict[str, str] = {}
    rest: dict[str, dict[str, None]] = {"unread": {}, "skipped": {}}
    for path in sorted(set(paths)):
        repositories, found, places = _read_map(path, shared)
        lead = f"{repositories[0]}/" if len(repositories) == 1 else ""
        for key, sentences in places.items():
            rest[key] |= dict.fromkeys(f"{lead}{sentence}" for sentence in sentences)
        for repository in repositories:
            if repository in seen:
                notes.append(f"{path}: {repository} is in {seen[repository]}, too: the uses of both are in the map")
            seen.setdefault(repository, path)
        uses.update(found)
    return LinkMap(uses, seen, catalog, is_live=is_live, is_merged=True, **rest), notes


def _read_map(path: str, shared: dict[str, str]) -> tuple[list[str], list[Use], dict[str, list[str]]]:
    if os.path.exists(path) and not os.path.isfile(path):  # to read a pipe or a device might never end
        raise MapFileError(f"{path}: not a plain file")
    with open(path, "rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise MapFileError(f"{path}: larger than {MAX_BYTES // 2**20} MiB")
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MapFileError(f"{path}: not JSON: {error}") from None
    try:
        if not isinstance(value, dict) or "collections" not in value:
            raise MapFileError('it has no "collections": `regilink map --output-format json` writes maps')
        if value.get("version") != VERSION:
            raise MapFileError(f"version is {show_value(value.get('version'))}, this regilink reads version {VERSION}")
        repositories = [_text(item, "repositories") for item in _list(value, "repositories", "")]
        uses = [_read_use(item, where, shared) for where, item in _find_uses(value)]
        # Maps of older versions lack one or both.
        places = {
            key: [_text(item, key) for item in _list({key: [], **value}, key, "")] for key in ("unread", "skipped")
        }
        return repositories, uses, places
    except MapFileError as error:
        raise MapFileError(f"{path}: {error}") from None


def _find_uses(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each use with its place in the file; what a use does not say is taken from the collection that has it."""
    for number, collection in enumerate(_list(value, "collections", "")):
        where = f"collections[{number}]"
        if not isinstance(collection, dict):
            raise MapFileError(f"{where}: not an object")
        names = (_text(collection.get(name), f"{where}.{name}") for name in ("organization", "registry", "collection"))
        organization, registry, name = names
        target = f"wandb-registry-{registry}/{name}"
        for side, kind in (("producers", "link"), ("consumers", "consume"), ("named", "name")):
            defaults = {"kind": kind, "organization": organization, "target": target}
            for index, item in enumerate(_list({"named": [], **collection}, side, where)):
                yield f"{where}.{side}[{index}]", _complete(item, f"{where}.{side}[{index}]", defaults)
    for index, item in enumerate(_list(value, "unknown", "")):
        yield f"unknown[{index}]", _complete(item, f"unknown[{index}]", {"kind": "link", "target": "{?}"})
    for name in ("outside", "tests"):
        for index, item in enumerate(_list({name: [], **value}, name, "")):
            yield f"{name}[{index}]", _complete(item, f"{name}[{index}]", {"kind": "link", "is_test": name == "tests"})


def _complete(value: object, where: str, defaults: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MapFileError(f"{where}: not an object")
    return {"column": 1, "aliases": [], "sets": [], "moves": [], "ignored": [], **defaults, **value}


def _list(value: dict[str, Any], name: str, where: str) -> list[Any]:
    items = value.get(name)
    if not isinstance(items, list):
        raise MapFileError(f"{where}.{name}: not a list".lstrip("."))
    return items


def _text(value: object, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MapFileError(f"{where}: not a string")
    return value


def _number(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise MapFileError(f"{where}: not a number")
    return value


def _read_use(value: dict[str, Any], where: str, shared: dict[str, str]) -> Use:
    """The use; strings that occur again and again are kept once (`shared`)."""

    def text(name: str) -> str:
        string = _text(value.get(name), f"{where}.{name}").replace("{?}", UNKNOWN_NAME)
        return shared.setdefault(string, string)

    def texts(name: str) -> tuple[str, ...]:
        items = (_text(item, f"{where}.{name}").replace("{?}", UNKNOWN_NAME) for item in _list(value, name, where))
        return tuple(shared.setdefault(item, item) for item in items)

    kind = value.get("kind")
    if kind not in ("link", "consume", "name"):
        raise MapFileError(f"{where}.kind: not link, consume or name")
    return Use(
        repository=text("repository"),
        path=text("path"),
        line=_number(value.get("line"), f"{where}.line"),
        column=_number(value.get("column"), f"{where}.column"),
        kind=kind,
        target=text("target"),
        cell=_number(value.get("cell") or 0, f"{where}.cell"),
        call=text("call"),
        artifact=text("artifact"),
        organization=text("organization"),
        entity=text("entity"),
        type=text("type"),
        aliases=texts("aliases"),
        sets=texts("sets"),
        moves=texts("moves"),
        owner=text("owner"),
        ignored=texts("ignored"),
        is_test=bool(value.get("is_test", False)) or is_test_path(text("path")),
    )


def render_map(link_map: LinkMap, findings: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The JSON of a map in pieces, one for each collection: a map of thousands is never one string."""
    yield f'{{\n  "version": {VERSION},\n  "repositories": {json.dumps(list(link_map.repositories))},\n'
    collections = (
        {
            "organization": item.organization or None,
            "registry": item.registry,
            "collection": item.collection,
            "producers": [use_value(use) for use in item.producers],
            "consumers": [use_value(use) for use in item.consumers],
            "named": [use_value(use) for use in item.named],
            "server": _server_value(item.server),
            "drift": list(item.drift),
        }
        for item in link_map.collections
    )
    yield from _render_list("collections", collections)
    yield ",\n"
    registries = (
        {
            "organization": organization or None,
            "registry": registry,
            "teams": list(writers.teams),
            "users": list(writers.users),
            "visibility": writers.visibility,
        }
        for (organization, registry), writers in link_map.writers.items()
    )
    yield from _render_list("registries", registries)
    yield ",\n"
    yield from _render_list("unknown", map(use_value, link_map.unknown))
    yield ",\n"
    yield from _render_list("outside", map(use_value, link_map.outside))
    yield ",\n"
    yield from _render_list("tests", map(use_value, link_map.tests))
    yield f',\n  "unread": {json.dumps(list(link_map.unread))}'
    yield f',\n  "skipped": {json.dumps(list(link_map.skipped))},\n'
    yield from _render_list("findings", findings)
    yield "\n}\n"


def _server_value(server: ServerState | None) -> dict[str, Any] | None:
    if server is None:
        return None
    return {
        "type": server.type,
        "aliases": list(server.aliases),
        "versions": server.versions,
        "last_link": server.last_link or None,
    }


def _render_list(name: str, values: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield f'  "{name}": ['
    empty = True
    for value in values:
        yield ("\n    " if empty else ",\n    ") + json.dumps(value)
        empty = False
    yield "]" if empty else "\n  ]"
