"""Which questions follow from which targets, and as few requests as can answer them: two, on a current server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import Any, TypeVar

from regilink_doctor.client.faults import ServerFault
from regilink_doctor.client.gateway import Gateway
from regilink_doctor.client.queries import (
    MAX_PAGES,
    CollectionQuestion,
    RegistryQuestion,
    account_fields,
    ask,
    collection_alias,
    entity_names,
    registries_fields,
    registry_alias,
    target_fields,
)
from regilink_doctor.core.directory import EntityFacts, OrganizationNames
from regilink_doctor.core.link_rules import resolve_organization
from regilink_doctor.core.naming import CORE_REGISTRY_DISPLAY, LEGACY_REGISTRY, MIGRATED_SUFFIX, REGISTRY_PREFIX
from regilink_doctor.core.target_path import HOLE, LinkInput, is_registry_project, misspelled_prefix, registry_name
from regilink_doctor.doctor.facts import Account, LiveDirectory, account_of, entity_of, nodes, registry_of

T = TypeVar("T")


def _once(method: Callable[[Enquiry], T]) -> Callable[[Enquiry], T]:
    """Ask only once; a failure is remembered and raised again."""
    name = method.__name__

    @wraps(method)
    def wrapper(self: Enquiry) -> T:
        if name not in self._memory:
            try:
                self._memory[name] = method(self)
            except ServerFault as fault:
                self._memory[name] = fault
        value = self._memory[name]
        if isinstance(value, ServerFault):
            raise value
        return value  # type: ignore[no-any-return]

    return wrapper


class Enquiry:
    """The conversation with one server.

    Args:
        gateway: the server.
        names: entities and what may be entities: the run's, those of the code, first parts of target paths.
        links: given the account, every link that is to be judged, as the SDK would send it.
    """

    def __init__(
        self,
        gateway: Gateway,
        names: Collection[str],
        links: Callable[[Account], Collection[LinkInput]],
        run_entity: Callable[[Account], str | None],
    ) -> None:
        self.gateway = gateway
        self.directory = LiveDirectory()
        self.features: frozenset[str] | None = None
        self._names = frozenset(name for name in names if name and HOLE not in name)
        self._links = links
        self._run_entity = run_entity
        self._memory: dict[str, Any] = {}

    @_once
    def account(self) -> Account | None:
        """The first request: who asks, the entities, what the server can do. None: the server knows nobody.

        Raises:
            ServerFault: no answer.
        """
        reply = ask(self.gateway, "RegilinkAccount", account_fields(self._names))
        features = (reply.data.get("serverInfo") or {}).get("features")
        if features is not None:
            self.features = frozenset(each["name"] for each in features if each and each.get("isEnabled"))
        account = account_of(reply.data.get("viewer"))
        if account is None:
            return None
        for team in account.teams:
            if team.organization is not None:
                self.directory.add_entity(team.name, EntityFacts(team.name, "team", (team.organization,)))
        if account.organizations is not None:
            self.directory.add_entity(
                account.username, EntityFacts(account.username, "personal", account.organizations)
            )
        for name, alias in entity_names(self._names).items():
            self.directory.add_entity(name, entity_of(name, reply.data.get(alias)))
        return account

    @property
    def known_account(self) -> Account | None:
        """The account, if it has been asked for and there was an answer. Sends nothing."""
        known = self._memory.get("account")
        return known if isinstance(known, Account) else None

    @_once
    def links_looked_up(self) -> bool:
        """The second request: every registry and collection that the links are about.

        Raises:
            ServerFault: no answer.
        """
        account = self.account()
        if account is None:
            return False
        self._look_up_entity(self._run_entity(account))
        links = self._links(account)
        registries: set[RegistryQuestion] = set()
        collections: set[CollectionQuestion] = set()
        for link in links:
            registry, collection = self._questions(link)
            registries |= registry
            collections |= collection
        self._ask_targets(sorted(registries), sorted(collections))
        if not links:
            for names in self._organizations(self._run_entity(account)):
                self._list(names, pages=1)
        return True

    def all_registries(self, names: OrganizationNames) -> tuple[str, ...]:
        """The names of an organization's registries: for suggestions, when one that was named is missing.

        A failure leaves what is known: the suggestion is worth no more.
        """
        known = f"registries of {names.entity}"
        if known not in self._memory:
            self._memory[known] = True
            try:
                self._list(names, pages=MAX_PAGES)
            except ServerFault:
                pass
        return self.directory.registry_names(names.entity)

    def _look_up_entity(self, name: str | None) -> None:
        """One more request, where the default entity is neither the account's own nor one of its teams."""
        if name is None or HOLE in name or self.directory.knows_entity(name):
            return
        fields = [field for field in account_fields([name]) if field.name == "entity"]
        reply = ask(self.gateway, "RegilinkEntity", fields)
        self.directory.add_entity(name, entity_of(name, reply.data.get(entity_names([name])[name])))

    def _questions(self, link: LinkInput) -> tuple[set[RegistryQuestion], set[CollectionQuestion]]:
        """What `link_rules.judge` will ask about a link."""
        if link.registry:
            found = resolve_organization(link.source_entity, link.organization, self.directory)
            name = registry_name(link.project)
            if not isinstance(found, OrganizationNames) or HOLE in name:
                return set(), set()
            registries = {RegistryQuestion(found.entity, each) for each in _spellings(name)}
            collection = link.collection.partition(":")[0]
            if HOLE in collection or not collection:
                return registries, set()
            return registries, {CollectionQuestion(found.name, found.entity, name, collection)}
        owners = [names.entity for names in self._organizations(link.entity)]
        return {RegistryQuestion(owner, name) for owner in owners for name in _suspected(link)}, set()

    def _organizations(self, entity: str | None) -> tuple[OrganizationNames, ...]:
        facts = self.directory.entity(entity) if entity else None
        return facts.organizations if facts else ()

    def _ask_targets(self, registries: list[RegistryQuestion], collections: list[CollectionQuestion]) -> None:
        if not registries and not collections:
            return
        reply = ask(self.gateway, "RegilinkTargets", target_fields(registries, collections))
        for index, registry in enumerate(registries):
            owner = reply.data.get(registry_alias(index)) or {}
            self.directory.add_registry(registry.organization, registry.registry, registry_of(owner.get("project")))
        for index, each in enumerate(collections):
            owner = ((reply.data.get(collection_alias(index)) or {}).get("orgEntity")) or {}
            kinds = [
                (node.get("type") or {}).get("name")
                for node in nodes(owner.get("artifactCollections"))
                if node.get("name") == each.collection
            ]
            self.directory.add_collection(each.organization, each.registry, each.collection, next(iter(kinds), None))

    def _list(self, names: OrganizationNames, *, pages: int) -> None:
        cursor: str | None = None
        for _ in range(pages):
            reply = ask(self.gateway, "RegilinkRegistries", registries_fields(names.name, cursor))
            owner = (reply.data.get("organization") or {}).get("orgEntity") or {}
            projects = owner.get("projects") or {}
            for node in nodes(projects):
                if (found := registry_of(node)) is not None:
                    self.directory.add_registry(names.entity, found.name, found)
            page = projects.get("pageInfo") or {}
            cursor = page.get("endCursor")
            if not page.get("hasNextPage") or not cursor:
                return


def _spellings(name: str) -> Iterable[str]:
    """The registry, and the one that the App shows under this name (row A10)."""
    yield name
    if shown := CORE_REGISTRY_DISPLAY.get(name.casefold()):
        yield shown


def _suspected(link: LinkInput) -> Iterable[str]:
    """Registries that a project-level link may have meant: if one is there, the link is misplaced (rows A1, A14)."""
    if HOLE in link.project or not link.project or link.project == REGISTRY_PREFIX:
        return
    yield link.project
    if link.project == LEGACY_REGISTRY and link.entity:
        yield link.entity + MIGRATED_SUFFIX
    meant = misspelled_prefix(link.project)
    if meant and is_registry_project(meant):
        yield registry_name(meant)
