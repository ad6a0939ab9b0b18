"""What the targets make necessary to ask, and the conversation with one server.

It takes as few requests as can answer everything: two, on a current server.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import wraps
from itertools import islice
from typing import Any, Protocol, TypeVar

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.gateway import Gateway
from regilink_doctor.client.inventory import list_pages, listed, registries_page
from regilink_doctor.client.queries import Field, account_fields, ask, entity_names
from regilink_doctor.client.questions import (
    MEMBERS,
    CollectionQuestion,
    Questions,
    RegistryQuestion,
    VersionQuestion,
    field_alias,
    neighbour_fields,
    target_fields,
)
from regilink_doctor.core.judgement import Judgement, resolve_organization
from regilink_doctor.core.naming import (
    CORE_REGISTRY_DISPLAY,
    DEFAULT_PROJECT,
    LEGACY_REGISTRY,
    MIGRATED_SUFFIX,
    REGISTRY_PREFIX,
)
from regilink_doctor.core.organization_view import EntityFacts, OrganizationNames
from regilink_doctor.core.problems import LinkInput
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import is_known, is_registry_project, misspelled_prefix, parsed, registry_name
from regilink_doctor.doctor.facts import Account, ServerView, account_of, list_nodes

T = TypeVar("T")

MAX_PAGES = 10
"""Registries beyond the thousandth are not searched for suggestions."""


def _remember_result(method: Callable[[ServerQueries], T]) -> Callable[[ServerQueries], T]:
    """Ask only once; a failure is remembered and raised again."""
    name = method.__name__

    @wraps(method)
    def wrapper(self: ServerQueries) -> T:
        if name not in self._memory:
            try:
                self._memory[name] = method(self)
            except ServerConnectionError as fault:
                self._memory[name] = fault
        value = self._memory[name]
        if isinstance(value, ServerConnectionError):
            raise value
        return value  # type: ignore[no-any-return]

    return wrapper


class Asked(Protocol):
    """What is to be found out; asked for after the first request, when the account and the entities are known."""

    def default_run_entity(self) -> str | None:
        """The entity of a run of which no code says anything."""

    def links(self) -> Collection[LinkInput]:
        """Every link that is to be judged, as the SDK would send it."""

    def versions(self) -> Collection[VersionQuestion]:
        """Every version that is consumed."""

    def collections(self) -> Collection[CollectionQuestion]:
        """Every collection that is looked up."""

    def registries(self) -> Collection[RegistryQuestion]:
        """Every other registry that is looked up."""


class ServerQueries:
    """The conversation with one server.

    Args:
        gateway: the server.
        names: entities and what may be entities: the run's, those of the code, first parts of target paths.
        asked: what follows, once the account is known.
        is_brief: two requests are all: what could be meant instead of a name that is missing is taken from them.
    """

    def __init__(self, gateway: Gateway, names: Collection[str], asked: Asked, *, is_brief: bool = False) -> None:
        self.gateway = gateway
        self._is_brief = is_brief
        self.view = ServerView()
        self.features: frozenset[str] | None = None
        self._names = frozenset(name for name in names if name and is_known(name))
        self._asked = asked
        self._memory: dict[str, Any] = {}

    @_remember_result
    def account(self) -> Account | None:
        """The first request: the account, the entities, what the server can do. None: the server knows no such account.

        Raises:
            ServerConnectionError: no answer.
        """
        reply = ask(self.gateway, "RegilinkAccount", account_fields(self._names))
        features = (reply.data.get("serverInfo") or {}).get("features")
        if features is not None:
            self.features = frozenset(item["name"] for item in features if item and item.get("isEnabled"))
        account = account_of(reply.data.get("viewer"))
        if account is None:
            return None
        for team in account.teams:
            self.view.add_team(team)
        if account.organizations is not None:
            facts = EntityFacts(account.username, "personal", account.organizations)
            self.view.know_entity(account.username, facts)
        for name, alias in entity_names(self._names).items():
            self.view.add_entity(name, reply.data.get(alias))
        return account

    @property
    def known_account(self) -> Account | None:
        """The account, if it has been asked for and there was an answer. Sends nothing."""
        account = self._memory.get("account")
        return account if isinstance(account, Account) else None

    @_remember_result
    def look_up_links(self) -> bool:
        """The second request: every registry, collection and version that the targets are about, the account's kind.

        Raises:
            ServerConnectionError: no answer.
        """
        account = self.account()
        if account is None:
            return False
        entity = self._asked.default_run_entity()
        self._look_up_entities([entity] if entity else [])
        links, versions = self._asked.links(), self._asked.versions()
        collections = set(self._asked.collections())
        registries = {RegistryQuestion(item.organization, item.registry) for item in collections}
        registries |= set(self._asked.registries())
        for link in links:
            registry, collection = link_questions(link, self.view)
            registries |= registry
            collections |= collection
        fetched = (item for item in versions if is_registry_project(item.project))
        registries |= {RegistryQuestion(item.entity, registry_name(item.project)) for item in fetched}
        # A personal default entity is a person's; of a team's, its members have to tell.
        team = account.default_entity if account.default_entity != account.username else None
        questions = Questions(sorted(registries), sorted(collections), sorted(versions), team)
        shown = self._organizations_of(entity) if self._is_brief or not (links or versions or collections) else ()
        self._ask_targets(questions, account, shown[:1])
        if self._is_brief:
            return True
        sources = (self.view.version(item) for item in versions)
        self._look_up_entities(sorted({item.source[0] for item in sources if item is not None and item.source}))
        for names in shown[1:]:
            self._add_registries(names, pages=1)
        return True

    def all_registries(self, names: OrganizationNames) -> tuple[str, ...]:
        """The names of an organization's registries: for suggestions, when one that was named is missing.

        A failure leaves what is known: the suggestion is worth no more.
        """
        question = f"registries of {names.entity}"
        if question not in self._memory and not self._is_brief:
            self._memory[question] = True
            try:
                self._add_registries(names, pages=MAX_PAGES)
            except ServerConnectionError:
                pass
        return self.view.registry_names(names.entity)

    def look_around(self, missing: Sequence[CollectionQuestion]) -> None:
        """What there is instead of versions that are missing: one request for all of them. A failure leaves nothing."""
        if not missing or self._is_brief or "neighbours" in self._memory:
            return
        self._memory["neighbours"] = True
        try:
            reply = ask(self.gateway, "RegilinkNeighbours", neighbour_fields(missing))
        except ServerConnectionError:
            return
        for index, item in enumerate(missing):
            owner = (reply.data.get(f"names{index}") or {}).get("orgEntity") or {}
            names = tuple(node["name"] for node in list_nodes(owner.get("artifactCollections")) if node.get("name"))
            owner = (reply.data.get(f"there{index}") or {}).get("orgEntity") or {}
            self.view.add_neighbours(item, names, tuple(_version_names(owner.get("artifactMemberships"))))

    def _look_up_entities(self, names: Sequence[str]) -> None:
        """One more request, where a default entity, or the source of an artifact, is none of the account's teams."""
        unknown = [name for name in names if is_known(name) and not self.view.knows_entity(name)]
        if not unknown:
            return
        fields = [field for field in account_fields(unknown) if field.name == "entity"]
        reply = ask(self.gateway, "RegilinkEntities", fields)
        for name, alias in entity_names(unknown).items():
            self.view.add_entity(name, reply.data.get(alias))

    def _organizations_of(self, entity: str | None) -> tuple[OrganizationNames, ...]:
        facts = self.view.entity(entity) if entity else None
        return facts.organizations if facts else ()

    def _ask_targets(self, asked: Questions, account: Account, shown: Sequence[OrganizationNames]) -> None:
        fields: list[Field] = list(target_fields(asked))
        for names in shown:
            fields += registries_page(names.name, None)
        if not fields:
            return
        reply = ask(self.gateway, "RegilinkTargets", fields)
        self.view.not_known.update(reply.unknown)
        data = reply.data
        for index, registry in enumerate(asked.registries):
            owner = data.get(field_alias("registry", index)) or {}
            self.view.add_registry(registry.organization, registry.registry, owner.get("project"))
            self.view.add_grants(registry.organization, registry.registry, data.get(field_alias("roles", index)))
        for index, item in enumerate(asked.collections):
            owner = ((data.get(field_alias("collection", index)) or {}).get("orgEntity")) or {}
            kinds = [
                (node.get("type") or {}).get("name")
                for node in list_nodes(owner.get("artifactCollections"))
                if node.get("name") == item.collection
            ]
            self.view.add_collection(item.organization, item.registry, item.collection, next(iter(kinds), None))
        for index, version in enumerate(asked.versions):
            self.view.add_version(version, data.get(field_alias("version", index)))
        members = (data.get(MEMBERS) or {}).get("members") or ()
        kinds = [item.get("accountType") for item in members if item.get("username") == account.username]
        self.view.service_account = str(kinds[0]).upper() == "SERVICE" if kinds and kinds[0] else None
        for names in shown:
            self._add_page(names, listed(data).nodes)

    def _add_registries(self, names: OrganizationNames, *, pages: int) -> None:
        for page in islice(list_pages(self.gateway, registries_page, names.name), pages):
            self._add_page(names, page.nodes)

    def _add_page(self, names: OrganizationNames, nodes: Iterable[Mapping[str, Any]]) -> None:
        for node in nodes:
            self.view.add_registry(names.entity, registry_name(node["name"]), node)


def _version_names(connection: Any) -> list[str]:
    """`vN` and aliases of a page of versions, in the server's order."""
    names: list[str] = []
    for node in list_nodes(connection):
        if node.get("versionIndex") is not None:
            names.append(f"v{node['versionIndex']}")
        names += [item["alias"] for item in node.get("aliases") or () if item.get("alias")]
    return names


@record
class Lookup:
    """What the SDK makes of a name before it asks for it (`Api._artifact`).

    `entity` is the run's or the `Api`'s. For a registry `organization` is what the name or `WANDB_ORGANIZATION` says;
    else `owner` is the entity that the name says.
    """

    entity: str
    owner: str
    organization: str | None
    project: str
    name: str

    @property
    def registry(self) -> bool:
        """Whether the name is one of a registry."""
        return is_registry_project(self.project)


def lookup_of(text: str, entity: str, project: str | None, organization: str | None) -> Lookup | None:
    """What the SDK makes of a name; None when it cannot split it."""
    path = parsed(text)
    if path is None:
        return None
    path = path.with_defaults(project=project or DEFAULT_PROJECT)
    organization_name = path.prefix or organization or None
    return Lookup(entity, path.prefix or entity, organization_name, path.project or "", path.name)


def version_question(fetch: Lookup, view: ServerView) -> VersionQuestion | Judgement:
    """The version that a fetch asks for, or why it asks for none (failures D1, D4)."""
    if not fetch.registry:
        return VersionQuestion(fetch.owner, fetch.project, fetch.name)
    organization = resolve_organization(fetch.entity, fetch.organization, view)
    if not isinstance(organization, OrganizationNames):
        return organization
    return VersionQuestion(organization.entity, fetch.project, fetch.name)


def collection_question(fetch: Lookup, view: ServerView) -> CollectionQuestion | None:
    """The collection of a registry that a fetch is about; None for one of a project, and of an unknown organization."""
    names = resolve_organization(fetch.entity, fetch.organization, view) if fetch.registry else None
    if not isinstance(names, OrganizationNames):
        return None
    return CollectionQuestion(names.name, names.entity, registry_name(fetch.project), fetch.name.partition(":")[0])


def link_questions(link: LinkInput, view: ServerView) -> tuple[set[RegistryQuestion], set[CollectionQuestion]]:
    """What `judgement.judge` will ask about a link."""
    if link.registry:
        organization = resolve_organization(link.source_entity, link.organization, view)
        name = registry_name(link.project)
        if not isinstance(organization, OrganizationNames) or not is_known(name):
            return set(), set()
        registries = {RegistryQuestion(organization.entity, item) for item in _list_spellings(name)}
        collection = link.collection.partition(":")[0]
        if not is_known(collection) or not collection:
            return registries, set()
        return registries, {CollectionQuestion(organization.name, organization.entity, name, collection)}
    facts = view.entity(link.entity) if link.entity else None
    owners = [names.entity for names in facts.organizations] if facts else []
    return {RegistryQuestion(owner, name) for owner in owners for name in _suspect_registries(link)}, set()


def _list_spellings(name: str) -> Iterable[str]:
    """The registry, and the one that the App shows under this name (failure A10)."""
    yield name
    if shown := CORE_REGISTRY_DISPLAY.get(name.casefold()):
        yield shown


def _suspect_registries(link: LinkInput) -> Iterable[str]:
    """Registries that a project-level link may have meant: if one is there, the link is misplaced (A1, A14)."""
    if not is_known(link.project) or not link.project or link.project == REGISTRY_PREFIX:
        return
    yield link.project
    if link.project == LEGACY_REGISTRY and link.entity:
        yield link.entity + MIGRATED_SUFFIX
    meant = misspelled_prefix(link.project)
    if meant and is_registry_project(meant):
        yield registry_name(meant)
