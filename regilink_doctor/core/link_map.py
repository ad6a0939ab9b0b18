"""The link map: which code links to which collection of a registry, which code consumes it, and in which repository.

The map of one repository and the merged map of many are the same thing: uses, grouped by the collection that they name.
"""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter

from regilink_doctor.core.naming import is_version
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import cached_property, record
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known, is_registry_project, parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Literal

    from regilink_doctor.core.catalog import Catalog, Collection, Writers
    from regilink_doctor.core.problems import Problem

    UseKind = Literal["link", "consume", "name"]
    """`name`: a value in a configuration file that may be either, or one that a program only asks about."""

    Key = tuple[str, str, str]
    """Organization (empty where nothing tells it), registry, collection."""


@record
class Use:
    """A place that links to a registry (a producer), consumes from one, or names a collection in a configuration file.

    `target` is the string as the program passes it, with unknown parts. `artifact` is what a producer links: the name
    of the artifact that it makes, or the full name of the one that it consumed. `aliases` are those that a link sets;
    of a consumer the alias or version that it asks for, none where it asks for no one. `owner` is from CODEOWNERS.
    `ignored` are the codes of the rules that a comment silences here.
    """

    repository: str
    path: str
    line: int
    column: int
    kind: UseKind
    target: str
    cell: int = 0
    """In a notebook, counted from 1."""
    call: str = ""
    """The canonical name of the call; empty for a value in a configuration file or a CI job."""
    artifact: str = ""
    organization: str = ""
    """Of the target path; where it has none, the one that the catalog or the configuration gives for the entity."""
    entity: str = ""
    type: str = ""
    aliases: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    """Aliases that the file of a consumer sets on what it consumed: `artifact.aliases.append("prod")`."""
    moves: tuple[str, ...] = ()
    """Those of `sets` that certainly go to this artifact: its variable is assigned once, and saved."""
    owner: str = ""
    ignored: tuple[str, ...] = ()
    is_test: bool = False
    """It is in a test, which links to nothing that others consume, and names what nothing else has to have."""

    @property
    def place(self) -> str:
        """The place for people: `train.py:12`, in a notebook `nb.ipynb:cell 3:2`."""
        cell = f":cell {self.cell}" if self.cell else ""
        return f"{self.path}{cell}:{self.line}"

    @property
    def program(self) -> tuple[str, str]:
        """The file, among all repositories."""
        return (self.repository, self.path)

    @property
    def has_unknown_alias(self) -> bool:
        """Whether it sets aliases that source does not tell."""
        return any(not is_known(alias) for alias in self.set_aliases)

    @property
    def set_aliases(self) -> tuple[str, ...]:
        """The aliases that it sets: those of a link, and those that are set on what was consumed."""
        return (*self.aliases, *self.sets) if self.kind == "link" else self.sets

    @cached_property
    def names(self) -> tuple[str, str]:
        """Registry and collection, unknown parts included; empty where the target is not a registry path."""
        path = parsed(self.target)
        return (path.registry or "", path.collection) if path is not None else ("", "")

    @property
    def is_resolved(self) -> bool:
        """Whether registry and collection are known."""
        return all(name and is_known(name) for name in self.names)

    @property
    def can_be_registry(self) -> bool:
        """Whether the target, unknown parts included, can name a collection of a registry."""
        return can_be_registry_path(self.target)


_order_of = attrgetter(
    *("repository", "path", "line", "column", "cell", "kind", "target", "call", "artifact", "organization", "entity"),
    *("type", "aliases", "sets", "moves", "owner", "ignored", "is_test"),
)
"""All fields of a use: what is left in the order of a set would change from run to run."""


@record
class ServerState:
    """What a catalog or the server has of a collection."""

    type: str
    aliases: tuple[str, ...] = ()
    versions: int = 0
    last_link: str = ""
    """The time in ISO 8601; empty where the catalog does not say."""


@record
class MappedCollection:
    """A collection with the code that links to it, that consumes it, and that only names it, each sorted."""

    organization: str
    registry: str
    collection: str
    producers: tuple[Use, ...] = ()
    consumers: tuple[Use, ...] = ()
    named: tuple[Use, ...] = ()
    server: ServerState | None = None
    drift: tuple[str, ...] = ()
    """How code and server differ, in words; empty where nothing is known of the server."""

    @property
    def key(self) -> Key:
        """What identifies it."""
        return (self.organization, self.registry, self.collection)

    @property
    def shown(self) -> str:
        """The path for people: `acme/wandb-registry-model/zoo`."""
        return f"{self.organization}/{self.path}" if self.organization else self.path

    @property
    def path(self) -> str:
        """The target path without the organization."""
        return f"wandb-registry-{self.registry}/{self.collection}"

    @property
    def compared_names(self) -> tuple[str, str]:
        """Registry and collection as W&B compares them: it seems to find a registry whatever the case of its name."""
        return (self.registry.casefold(), self.collection)

    @property
    def uses(self) -> tuple[Use, ...]:
        """Producers, consumers, and places that may be either."""
        return (*self.producers, *self.consumers, *self.named)


@record
class MapReport:
    """A problem that the map shows, at a use; `related` are other uses, each with a sentence, that explain it."""

    problem: Problem
    use: Use
    related: tuple[tuple[str, Use], ...] = ()


class LinkMap:
    """Uses, grouped by the collection that they name.

    A path without an organization is that of the one organization that other code names with the same registry and
    collection; where there is none or more than one it stays without.

    Args:
        uses: of one repository or of many.
        repositories: those that were looked at, with uses or without.
        catalog: what is on the server.
        is_live: the catalog was read from the server now, so that the registries in it are whole.
        is_merged: it is the map of all repositories: what is not in it is not done anywhere.
        unread: a sentence for each file that could not be read: what it links or consumes is missing.
        skipped: the files that are not in the format of their name, each with the reason.
    """

    def __init__(
        self,
        uses: Iterable[Use],
        repositories: Iterable[str] = (),
        catalog: Catalog | None = None,
        *,
        is_live: bool = False,
        is_merged: bool = False,
        unread: Iterable[str] = (),
        skipped: Iterable[str] = (),
    ) -> None:
        self.unread = tuple(unread)
        self.skipped = tuple(skipped)
        self.catalog = catalog
        self.is_live = is_live
        self.is_merged = is_merged
        self.repositories = tuple(sorted(set(repositories)))
        resolved: list[Use] = []
        unknown: list[Use] = []
        outside: list[Use] = []
        tests: list[Use] = []
        for use in sorted(set(uses), key=_order_of):
            if use.is_test:
                tests.append(use)
            else:
                (resolved if use.is_resolved else unknown if use.can_be_registry else outside).append(use)
        self.tests = tuple(tests)
        """The uses in tests: they are listed, but are not part of the graph."""
        self.unknown = tuple(unknown)
        self.outside = tuple(outside)
        """The links that do not name a collection of a registry: they go to a project, or W&B refuses them."""
        self.collections = tuple(self._group_uses(resolved))

    def _group_uses(self, uses: Iterable[Use]) -> Iterator[MappedCollection]:
        by_path: defaultdict[tuple[str, str], defaultdict[str, list[Use]]] = defaultdict(lambda: defaultdict(list))
        for use in uses:
            by_path[use.names][use.organization].append(use)
        groups: dict[Key, list[Use]] = {}
        for (registry, collection), by_organization in by_path.items():
            organizations = [name for name in by_organization if name]
            if len(organizations) == 1 and "" in by_organization:
                group = by_organization[organizations[0]] + by_organization.pop("")
                by_organization[organizations[0]] = sorted(group, key=_order_of)
            for organization, group in by_organization.items():
                groups[organization, registry, collection] = group
        for key in sorted(groups):
            group = groups[key]
            producers = tuple(use for use in group if use.kind == "link")
            server = self._find_on_server(key)
            yield MappedCollection(
                *key,
                producers=producers,
                consumers=tuple(use for use in group if use.kind == "consume"),
                named=tuple(use for use in group if use.kind == "name"),
                server=server,
                drift=tuple(self._describe_drift(key, producers, server)),
            )

    def _describe_drift(self, key: Key, producers: Sequence[Use], server: ServerState | None) -> Iterator[str]:
        """How what code links differs from what the server has."""
        if server is None:
            if producers and self._is_absent(key):
                yield say("code links to it, the server does not have it")
            elif self.catalog is not None:
                yield from self._describe_gap(self._complete_key(key), self.catalog)
            return
        types = sorted({use.type for use in producers if use.type and is_known(use.type)} - {server.type})
        if types:
            yield say("code links {types}, the server has {type}", types=", ".join(types), type=server.type)
        set_aliases = {alias for use in producers for alias in use.aliases if is_moving_alias(alias)}
        if self.knows_aliases and (missing := sorted(set_aliases.difference(server.aliases))):
            names = ", ".join(missing)
            yield (
                say("code sets {aliases}, no version on the server has them", aliases=names)
                if missing[1:]
                else say("code sets {alias}, no version on the server has it", alias=names)
            )

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """All uses, those with unknown targets at the end."""
        return (*(use for item in self.collections for use in item.uses), *self.unknown)

    @cached_property
    def by_path(self) -> Mapping[tuple[str, str], tuple[MappedCollection, ...]]:
        """The collections by their compared names: one for each organization and spelling."""
        groups: defaultdict[tuple[str, str], list[MappedCollection]] = defaultdict(list)
        for item in self.collections:
            groups[item.compared_names].append(item)
        return {key: tuple(items) for key, items in groups.items()}

    def find_namesakes(self, collection: MappedCollection) -> tuple[MappedCollection, ...]:
        """The collections that may be this one: those of the same names whose organization is the same, or unknown."""
        return tuple(
            item
            for item in self.by_path[collection.compared_names]
            if item.organization == collection.organization or not item.organization or not collection.organization
        )

    def can_be_unknown(self, kind: str, collection: MappedCollection) -> bool:
        """Whether a link (or consumer) with an unknown target may be one of this collection."""
        return any(can_name(target, collection.path) for target in self._unknown_targets.get(kind, ()))

    @cached_property
    def _unknown_targets(self) -> Mapping[str, tuple[str, ...]]:
        """The unknown targets by the kind of use, each once: the least is known of the shortest."""
        by_kind = {
            kind: {use.target for use in self.unknown if use.kind in (kind, "name")} for kind in ("link", "consume")
        }
        return {kind: tuple(sorted(targets, key=len)) for kind, targets in by_kind.items()}

    @cached_property
    def _on_server(self) -> Mapping[Key, Collection]:
        """Every collection of the catalog, under both names of its organization."""
        listed: dict[Key, Collection] = {}
        for organization in self.catalog.organizations if self.catalog is not None else ():
            for registry in organization.registries:
                for item in registry.collections or ():
                    for name in (organization.name, organization.entity):
                        listed[name, registry.name.casefold(), item.name] = item
        return listed

    def _find_on_server(self, key: Key) -> ServerState | None:
        organization, registry, name = self._complete_key(key)
        item = self._on_server.get((organization, registry.casefold(), name))
        if item is None:
            return None
        return ServerState(item.type, tuple(sorted(item.aliases)), item.versions, item.last_link)

    @cached_property
    def writers(self) -> Mapping[tuple[str, str], Writers]:
        """The teams and users that can link to each registry of the map, by organization and name of the registry."""
        organizations = self.catalog.organizations if self.catalog is not None else ()
        listed = {
            (name, registry.name.casefold()): registry.writers
            for organization in organizations
            for registry in organization.registries
            for name in (organization.name, organization.entity)
            if registry.writers is not None
        }
        registries = dict.fromkeys((item.organization, item.registry) for item in self.collections)
        keys = ((key, self._complete_key((key[0], key[1].casefold(), ""))[:2]) for key in registries)
        return {key: listed[complete] for key, complete in keys if complete in listed}

    def _complete_key(self, key: Key) -> Key:
        """The key with the only organization of the catalog where the map knows none."""
        organizations = self.catalog.organizations if self.catalog is not None else ()
        return (organizations[0].entity, *key[1:]) if not key[0] and len(organizations) == 1 else key

    def is_absent(self, collection: MappedCollection) -> bool:
        """Whether a complete catalog, or the server, proves that the collection does not exist."""
        return collection.server is None and self._is_absent(collection.key)

    def _describe_gap(self, key: Key, catalog: Catalog) -> Iterator[str]:
        """Why a collection could not be compared with what is on the server."""
        organization, registry, _ = key
        facts = next((item for item in catalog.organizations if organization in (item.name, item.entity)), None)
        if facts is None and organization:
            yield say("not compared: nothing is known of the organization {name}", name=organization)
        elif facts is not None and registry.casefold() not in {item.name.casefold() for item in facts.registries}:
            yield say("not compared: the registry {name} is missing, or not shown to the account", name=registry)

    def _is_absent(self, key: Key) -> bool:
        if self.catalog is None:
            return False
        organization = self._complete_key(key)[0]
        facts = next((item for item in self.catalog.organizations if organization in (item.name, item.entity)), None)
        registries = facts.registries if facts is not None else ()
        registry = next((item for item in registries if item.name.casefold() == key[1].casefold()), None)
        if registry is None:  # an account may not see every registry
            return facts is not None and self.catalog.complete
        return registry.collections is not None and (self.catalog.complete or self.is_live)

    @property
    def knows_aliases(self) -> bool:
        """Whether every alias of a collection of the catalog is listed."""
        return self.catalog is not None and self.catalog.depth == "full" and (self.catalog.complete or self.is_live)


def can_be_registry_path(target: str) -> bool:
    """Whether a string, unknown parts included, can name a collection of a registry."""
    if not target or "://" in target:
        return False
    path = parsed(target)
    if path is None:
        return False
    if path.project is not None:
        if is_known(path.project):
            return is_registry_project(path.project) and bool(path.collection)
        start = path.project.partition(UNKNOWN_NAME)[0]
        return start.startswith("wandb-registry-") or "wandb-registry-".startswith(start)
    # A name without a slash: its unknown part may have one.
    return path.collection.startswith(UNKNOWN_NAME)


def can_name(target: str, path: str) -> bool:
    """Whether a target with unknown parts, each of any length, can be `path`, with or without an organization."""
    target = target.partition(":")[0]
    if target.count("/") > 1:
        target = target.partition("/")[2]
    first, *rest = target.split(UNKNOWN_NAME)
    if not rest or not path.startswith(first) or not path.endswith(rest[-1]):
        return False
    position = len(first)
    for piece in rest[:-1]:
        position = path.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return position <= len(path) - len(rest[-1])


def alias_asked_for(target: str) -> tuple[str, ...]:
    """The alias or version in a full name."""
    path = parsed(target)
    return (path.version,) if path is not None and path.version else ()


def is_moving_alias(alias: str) -> bool:
    """Whether an alias is set by code: neither a version nor `latest`, which the server moves."""
    return is_known(alias) and alias != "latest" and not is_version(alias)


def fold_name(name: str) -> str:
    """What two spellings of a name have in common."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
