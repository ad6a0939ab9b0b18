"""What W&B does with a link, asked of whatever is known of W&B's side.

The same lines stand behind the linter's "wrong" (with a catalog), the emulator's "refused" and the doctor's "will
fail". Names may have unknown parts: what cannot be decided without them is `unknown`.
"""

from __future__ import annotations

from regilink_doctor.core import rule_codes
from regilink_doctor.core.naming import (
    CORE_REGISTRY_DISPLAY,
    LEGACY_REGISTRY,
    MIGRATED_SUFFIX,
    NAME_MAX,
    REGISTRY_FORBIDDEN,
    REGISTRY_NAME_MAX,
    REGISTRY_PREFIX,
)
from regilink_doctor.core.organization_view import EntityFacts, OrganizationNames, OrganizationView, RegistryFacts
from regilink_doctor.core.problems import LinkInput, Problem, find_colon, is_unfilled
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.target_path import (
    is_known,
    is_registry_project,
    misspelled_prefix,
    registry_name,
    second_prefix,
)
from regilink_doctor.core.text import find_misspelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.core.ledger import Outcome


@record
class Judgement:
    """What W&B does with a link, why, and the organization entity that it resolves to.

    `outcome` is `unknown` where W&B's behavior is undocumented or a part is not known. `problem` is None for a plain
    `linked`; `organization` is None for a project-level link.
    """

    outcome: Outcome
    problem: Problem | None = None
    organization: str | None = None

    @property
    def rule(self) -> str | None:
        """The code of the rule that explains the outcome."""
        return self.problem.rule if self.problem else None

    @property
    def failure(self) -> str | None:
        """The failure id of the problem."""
        return self.problem.failure if self.problem else None

    @property
    def is_bad(self) -> bool:
        """Whether W&B refuses the link, or puts it somewhere else than the path says."""
        return self.outcome in ("refused", "misplaced")


LINKED = Judgement("linked")
UNKNOWN = Judgement("unknown")


def judge(link: LinkInput, directory: OrganizationView, artifact_type: str | None = None) -> Judgement:
    """What W&B does with `link` of an artifact of `artifact_type` (None: not known).

    The order is that of the real thing: the SDK resolves the organization, then the server looks at the source's
    entity, the registry, the right to write, the type and the collection.
    """
    if not link.registry:
        return _judge_project(link, directory, artifact_type)
    organization = resolve_organization(link.source_entity, link.organization, directory)
    if isinstance(organization, Judgement):
        return organization
    judgement = judge_registry(
        directory, link.source_entity, organization.entity, link.project, link.collection, artifact_type
    )
    return replace(judgement, organization=organization.entity)


def resolve_organization(
    entity: str, organization: str | None, directory: OrganizationView
) -> OrganizationNames | Judgement:
    """The organization that the SDK links into, or its refusal (as in wandb's `_gqlutils._resolve_org_info`).

    Args:
        entity: the source artifact's entity.
        organization: the path's first part or `$WANDB_ORGANIZATION`, None when neither is given.
    """
    if not entity:
        return _refused(rule_codes.SOURCE_NOT_VISIBLE, "C6", "entity-name-required")
    if not is_known(entity) or (organization and not is_known(organization)):
        return UNKNOWN
    facts = directory.entity(entity)
    if facts is None:
        if directory.complete:
            return _refused(rule_codes.UNKNOWN_ENTITY, "B2", "unable-to-find-organization", entity=entity)
        if team := find_misspelled(entity, directory.team_names):
            similar = {"entity": entity, "team": team}
            return Judgement("unknown", Problem(rule_codes.UNKNOWN_ENTITY, failure="B2", facts=similar))
        return UNKNOWN
    if facts.kind != "personal":
        for names in facts.organizations:
            if not organization or organization in (names.name, names.entity):
                return names
        return _wrong_organization(facts, organization, directory)
    return _personal_organization(facts, organization)


def _wrong_organization(facts: EntityFacts, organization: str | None, directory: OrganizationView) -> Judgement:
    # A team or person named where the organization belongs is the mistake that most people write down (failure A12).
    named = directory.entity(organization) if organization else None
    code, failure = (
        (rule_codes.TEAM_AS_ORGANIZATION, "A12")
        if named is not None and named.kind != "organization"
        else (rule_codes.UNKNOWN_ORGANIZATION, "A13")
    )
    if not organization:
        code, failure = rule_codes.UNKNOWN_ENTITY, "B2"  # a team that belongs to no organization
    refused = _refused(code, failure, "unable-to-find-organization", entity=facts.name)
    if organization or refused.problem is None:
        return refused
    return replace(refused, problem=replace(refused.problem, kind="no-organization"))


def _personal_organization(facts: EntityFacts, organization: str | None) -> OrganizationNames | Judgement:
    entity = facts.name
    if not facts.organizations:
        return _refused(rule_codes.PERSONAL_ENTITY, "B1", "unable-to-find-organization", entity=entity)
    if organization:
        for names in facts.organizations:
            if organization in (names.name, names.entity):
                return names
        if len(facts.organizations) == 1:
            expected = facts.organizations[0].name
            return _refused(
                rule_codes.UNKNOWN_ORGANIZATION,
                "A12",
                "expecting-organization",
                expected=expected,
                organization=organization,
            )
        return _refused(
            rule_codes.UNKNOWN_ORGANIZATION, "A12", "personal-multiple-organizations-wrong", organization=organization
        )
    if len(facts.organizations) == 1:
        return facts.organizations[0]
    return _refused(rule_codes.PERSONAL_ENTITY, "B1", "personal-multiple-organizations", entity=entity)


def judge_registry(
    directory: OrganizationView,
    source_entity: str,
    organization: str,
    project: str,
    collection: str,
    artifact_type: str | None = None,
) -> Judgement:
    """What the server does with a link into the registry project `project` of an organization entity."""
    if judgement := judge_source(directory, source_entity, organization):
        return judgement
    name = registry_name(project)
    if not is_known(name):
        return UNKNOWN
    registry = directory.registry(organization, name)
    if registry is None:
        return _unknown_registry(directory, organization, project)
    if judgement := _judge_rights_and_type(registry, artifact_type):
        return judgement
    if not is_known(collection):
        return UNKNOWN
    if judgement := judge_collection(collection):
        return judgement
    existing = directory.collection_type(organization, REGISTRY_PREFIX + registry.name, collection)
    if judgement := _judge_collection_type(collection, existing, artifact_type):
        return judgement
    if registry.name != name:
        # Whether a link ignores the case, as consuming does, is undocumented (failure A10, [U]).
        return Judgement("unknown", Problem(rule_codes.REGISTRY_DISPLAY_NAME, failure="A10"))
    return LINKED


def judge_source(directory: OrganizationView, source_entity: str, organization: str) -> Judgement | None:
    """Only what a team of the organization has logged can be linked into its registries (failure B1)."""
    if not is_known(source_entity):
        return None
    facts = directory.entity(source_entity)
    if facts is None:
        return None
    if facts.kind == "team" and organization in (names.entity for names in facts.organizations):
        return None
    code, failure = {
        "personal": (rule_codes.PERSONAL_ENTITY, "B1"),
        "organization": (rule_codes.ORGANIZATION_AS_ENTITY, "B2"),
        "team": (rule_codes.UNKNOWN_ORGANIZATION, "B1"),
    }[facts.kind]
    return _refused(code, failure, "personal-entity-link")


def _unknown_registry(directory: OrganizationView, organization: str, project: str) -> Judgement:
    if not directory.complete:
        return Judgement("unknown", Problem(rule_codes.UNKNOWN_REGISTRY, failure="B3"))
    name = registry_name(project)
    shown = CORE_REGISTRY_DISPLAY.get(name.casefold())
    if shown and directory.registry(organization, shown) is not None:
        return _refused(rule_codes.REGISTRY_DISPLAY_NAME, "A10", "unknown-registry-create")
    if second_prefix(name):
        return _refused(rule_codes.DOUBLED_PREFIX, "A11", "unknown-registry-create")
    return _refused(rule_codes.UNKNOWN_REGISTRY, "B3", "unknown-registry-create")


def _judge_rights_and_type(registry: RegistryFacts, artifact_type: str | None) -> Judgement | None:
    if registry.writable is False:
        return _refused(rule_codes.NO_WRITE_ACCESS, "B7", "permission-denied")
    if (
        artifact_type is None
        or not is_known(artifact_type)
        or registry.types is None
        or artifact_type in registry.types
    ):
        return None
    return _refused(
        rule_codes.TYPE_NOT_ALLOWED,
        "B4",
        "type-not-allowed",
        type=artifact_type,
        registry=registry.name,
        allowed=", ".join(registry.types),
    )


def judge_collection(collection: str) -> Judgement | None:
    """The judgement of a name that W&B refuses, or accepts although it cannot be meant; None for others."""
    if not collection.strip():
        return _refused(rule_codes.EMPTY_NAME, "A5", "empty-collection-name")
    if ":" in collection:
        return _refused(rule_codes.VERSION_IN_TARGET, "A8", "version-in-target", collection=collection)
    if len(collection) > NAME_MAX:
        return Judgement("unknown", Problem(rule_codes.INVALID_NAME, failure="A10"))
    return _never_filled_in(collection)


def _judge_collection_type(collection: str, existing: str | None, artifact_type: str | None) -> Judgement | None:
    """What is wrong with the type of an artifact for a collection that has the type `existing` already."""
    if existing is None or artifact_type is None or existing == artifact_type:
        return None
    return _refused(
        rule_codes.COLLECTION_TYPE_CONFLICT,
        "B5",
        "collection-type-conflict",
        collection=collection,
        existing=existing,
        type=artifact_type,
    )


def _judge_project(link: LinkInput, directory: OrganizationView, artifact_type: str | None) -> Judgement:
    """A link into an ordinary project: W&B accepts it silently, so the question is what was meant."""
    entity, project, collection = link.entity or "", link.project, link.collection
    if not is_known(entity) or not is_known(project):
        return misplacement(project, collection, ()) or UNKNOWN
    facts = directory.entity(entity)
    if facts is None and directory.complete:
        failure = "A3" if is_registry_project(entity) or misspelled_prefix(entity) else "B2"
        return _refused(
            rule_codes.TOO_MANY_PARTS if failure == "A3" else rule_codes.UNKNOWN_ENTITY,
            failure,
            "unknown-entity",
            entity=entity,
        )
    if entity != link.source_entity and is_known(link.source_entity):
        return _refused(rule_codes.UNKNOWN_ENTITY, "B1", "personal-entity-link")
    if link.emptied:
        return Judgement("misplaced", Problem(rule_codes.EMPTY_NAME, failure="A5"))
    if not collection.strip():
        return _refused(rule_codes.EMPTY_NAME, "A5", "empty-collection-name")
    organizations = facts.organizations if facts else ()
    migrated = (directory.registry(names.entity, entity + MIGRATED_SUFFIX) for names in organizations)
    if project == LEGACY_REGISTRY and any(registry is not None for registry in migrated):
        return _refused(rule_codes.LEGACY_MODEL_REGISTRY, "A14", "legacy-registry-migrated")
    registries = tuple(name for names in organizations for name in directory.registry_names(names.entity))
    if judgement := misplacement(project, collection, registries):
        return judgement
    if not is_known(collection):
        return UNKNOWN
    if ":" in collection:
        return _refused(rule_codes.VERSION_IN_TARGET, "A8", "version-in-target", collection=collection)
    if any(letter in REGISTRY_FORBIDDEN for letter in project) or len(project) > REGISTRY_NAME_MAX + len(
        REGISTRY_PREFIX
    ):
        return Judgement("unknown", Problem(rule_codes.INVALID_NAME, failure="A10"))
    existing = directory.collection_type(entity, project, collection)
    return _judge_collection_type(collection, existing, artifact_type) or LINKED


def misplacement(project: str, collection: str, registries: Sequence[str]) -> Judgement | None:
    """Why an ordinary project is not where such a link was meant to go; None when nothing names a registry.

    Args:
        registries: names, without the prefix, of the registries of the entity's organization.
    """
    if project == REGISTRY_PREFIX:
        return Judgement("misplaced", Problem(rule_codes.EMPTY_NAME, failure="A6"))
    if "://" in collection:
        return Judgement("misplaced", Problem(rule_codes.URL_AS_TARGET, failure="A9"))
    if ":" in collection and find_colon(collection) is not None:
        return Judgement("misplaced", Problem(rule_codes.STRAY_SEPARATOR, failure="A17"))
    if collection.startswith(REGISTRY_PREFIX) and is_known(collection):
        # `wandb-registry-m/` arrives in the same shape as `wandb-registry-m`: the SDK drops the empty name.
        return Judgement("misplaced", Problem(rule_codes.MISSING_COLLECTION, failure="A2"))
    if misspelled_prefix(project) or (is_known(collection) and misspelled_prefix(collection)):
        return Judgement("misplaced", Problem(rule_codes.MISSPELLED_PREFIX, failure="A4"))
    if project.casefold() in (name.casefold() for name in registries):
        return Judgement("misplaced", Problem(rule_codes.MISSING_REGISTRY_PREFIX, failure="A1"))
    for name in (project, collection):
        if judgement := _never_filled_in(name):
            return judgement
    return None


def _never_filled_in(name: str) -> Judgement | None:
    """W&B accepts such a name, although it cannot be meant (failure A7)."""
    if name == "None":
        return Judgement("misplaced", Problem(rule_codes.NONE_IN_PATH, failure="A7"))
    return Judgement("misplaced", Problem(rule_codes.UNFILLED_PLACEHOLDER, failure="A7")) if is_unfilled(name) else None


def _refused(rule: str, failure: str, wandb_message: str, **facts: str) -> Judgement:
    return Judgement("refused", Problem(rule, failure=failure, wandb_message=wandb_message, facts=facts))
