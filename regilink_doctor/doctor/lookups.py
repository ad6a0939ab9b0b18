"""Which questions follow from which targets: what `link_rules.judge` and a fetch will need to know."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.client.questions import CollectionQuestion, RegistryQuestion, VersionQuestion
from regilink_doctor.core.judgement import Judgement, resolve_organization
from regilink_doctor.core.naming import (
    CORE_REGISTRY_DISPLAY,
    DEFAULT_PROJECT,
    LEGACY_REGISTRY,
    MIGRATED_SUFFIX,
    REGISTRY_PREFIX,
)
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.problems import LinkInput
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import is_known, is_registry_project, misspelled_prefix, parsed, registry_name
from regilink_doctor.doctor.server_view import ServerView


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
    given = path.prefix or organization or None
    return Lookup(entity, path.prefix or entity, given, path.project or "", path.name)


def version_question(fetch: Lookup, view: ServerView) -> VersionQuestion | Judgement:
    """The version that a fetch asks for, or why it asks for none (rows D1, D4)."""
    if not fetch.registry:
        return VersionQuestion(fetch.owner, fetch.project, fetch.name)
    found = resolve_organization(fetch.entity, fetch.organization, view)
    if not isinstance(found, OrganizationNames):
        return found
    return VersionQuestion(found.entity, fetch.project, fetch.name)


def link_questions(link: LinkInput, view: ServerView) -> tuple[set[RegistryQuestion], set[CollectionQuestion]]:
    """What `link_rules.judge` will ask about a link."""
    if link.registry:
        found = resolve_organization(link.source_entity, link.organization, view)
        name = registry_name(link.project)
        if not isinstance(found, OrganizationNames) or not is_known(name):
            return set(), set()
        registries = {RegistryQuestion(found.entity, each) for each in _list_spellings(name)}
        collection = link.collection.partition(":")[0]
        if not is_known(collection) or not collection:
            return registries, set()
        return registries, {CollectionQuestion(found.name, found.entity, name, collection)}
    facts = view.entity(link.entity) if link.entity else None
    owners = [names.entity for names in facts.organizations] if facts else []
    return {RegistryQuestion(owner, name) for owner in owners for name in _suspect_registries(link)}, set()


def _list_spellings(name: str) -> Iterable[str]:
    """The registry, and the one that the App shows under this name (row A10)."""
    yield name
    if shown := CORE_REGISTRY_DISPLAY.get(name.casefold()):
        yield shown


def _suspect_registries(link: LinkInput) -> Iterable[str]:
    """Registries that a project-level link may have meant: if one is there, the link is misplaced (rows A1, A14)."""
    if not is_known(link.project) or not link.project or link.project == REGISTRY_PREFIX:
        return
    yield link.project
    if link.project == LEGACY_REGISTRY and link.entity:
        yield link.entity + MIGRATED_SUFFIX
    meant = misspelled_prefix(link.project)
    if meant and is_registry_project(meant):
        yield registry_name(meant)
