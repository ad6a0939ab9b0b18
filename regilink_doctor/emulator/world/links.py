"""Links: what `linkArtifact` and `unlinkArtifact` do, and the attempt that the ledger keeps of each."""

from __future__ import annotations

from regilink_doctor.core import judgement as judging
from regilink_doctor.core import rule_codes, wandb_messages
from regilink_doctor.core.failures import find_failure
from regilink_doctor.core.judgement import Judgement
from regilink_doctor.core.ledger import LinkAttempt
from regilink_doctor.core.naming import LEGACY_REGISTRY
from regilink_doctor.core.problems import LinkInput, Problem
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import is_registry_project
from regilink_doctor.emulator.world import access, artifacts, assume
from regilink_doctor.emulator.world.access import Refusal, denied, refuse
from regilink_doctor.emulator.world.model import (
    ArtifactVersion,
    Collection,
    Entity,
    Membership,
    Project,
    User,
)
from regilink_doctor.emulator.world.state import State
from regilink_doctor.emulator.world.world_view import WorldView


@record
class LinkRequest:
    """A link as the server receives it: the organization is resolved, the path is in three parts."""

    artifact: ArtifactVersion
    entity: str
    project: str
    collection: str
    aliases: tuple[str, ...] = ()


def judge(state: State, link: LinkInput, artifact_type: str | None, user: User | None) -> Judgement:
    """What becomes of a link as the SDK sends it; nothing is changed."""
    judgement = judging.judge(link, WorldView(state, user), artifact_type)
    return judgement if link.registry else _with_rights(state, user, link, judgement)


def judge_request(state: State, user: User | None, request: LinkRequest) -> Judgement:
    """What becomes of a link as the server receives it: the same rules, after the SDK's part."""
    if _paused(state, request):
        return Judgement("refused", Problem("", failure="B17", wandb_message="legacy-registry-paused"))
    directory = WorldView(state, user)
    artifact = request.artifact
    source_entity = artifact.sequence.project.entity.name
    target = state.find_entity(request.entity)
    if target is not None and target.kind == "organization" and is_registry_project(request.project):
        return judging.judge_registry(
            directory, source_entity, request.entity, request.project, request.collection, artifact.type
        )
    plain = LinkInput(source_entity, request.entity, None, request.project, request.collection)
    return _with_rights(state, user, plain, judging.judge(plain, directory, artifact.type))


def _with_rights(state: State, user: User | None, link: LinkInput, judgement: Judgement) -> Judgement:
    """The judgement on a project-level link, with the user's rights in the project; a catalog knows none."""
    owner = state.find_entity(link.entity)
    if user is None or owner is None or judgement.outcome == "refused":
        return judgement
    project = state.find_project(link.entity, link.project)
    may = access.writes_entity(user, owner) if project is None else access.writes_project(user, project)
    return (
        judgement
        if may
        else Judgement("refused", Problem(rule_codes.NO_WRITE_ACCESS, failure="B7", wandb_message="permission-denied"))
    )


def _paused(state: State, request: LinkRequest) -> bool:
    """While a team's legacy registry is migrated, neither it nor its successor takes anything (failure B17)."""
    successor = state.migrated_registry(request.entity) if request.project == LEGACY_REGISTRY else None
    target = successor or state.find_project(request.entity, request.project)
    return target is not None and target.paused


def link(state: State, user: User | None, request: LinkRequest, refusal: Refusal | None = None) -> Membership:
    """Link, and note the attempt. With a `refusal` that is the answer, whatever the rules say.

    Raises:
        Refusal: with W&B's message; the attempt is in the ledger, too.
    """
    assume.registry(state, request.entity, request.project)
    judgement = judge_request(state, user, request)
    if refusal is not None:
        judgement = Judgement("refused", Problem(_code(refusal.failure) or "", failure=refusal.failure))
        _note(state, user, request, judgement, message=refusal.message)
        raise refusal
    try:
        if judgement.outcome == "refused":
            raise _as_refusal(judgement)
        membership = _perform(state, user, request)
    except Refusal as error:
        if judgement.outcome != "refused":
            judgement = Judgement("refused", Problem(_code(error.failure) or "", failure=error.failure))
        _note(state, user, request, judgement, message=error.message)
        raise
    _note(state, user, request, judgement, membership=membership)
    return membership


def _code(failure: str | None) -> str | None:
    """The likeliest code of an entry of the failure index."""
    codes = find_failure(failure).codes if failure is not None else ()
    return codes[0] if codes else None


def _as_refusal(judgement: Judgement) -> Refusal:
    problem = judgement.problem
    if problem is None or problem.wandb_message is None:
        raise ValueError("a refusal without a W&B message")
    wording = wandb_messages.find_message(problem.wandb_message)
    message = wandb_messages.fill_message(wording.key, **problem.facts)
    return Refusal(message, wording.status or 400, judgement.failure)


def _perform(state: State, user: User | None, request: LinkRequest) -> Membership:
    artifact = request.artifact
    owner = state.find_entity(request.entity)
    if owner is None:
        raise refuse("unknown-entity", entity=request.entity)
    project = _target_project(state, user, owner, request.project)
    for alias in request.aliases:
        artifacts.check_alias(user, project, alias)
    collection = project.collections.get(request.collection)
    if collection is artifact.sequence:
        raise Refusal(f"artifact is already in collection '{collection.name}'; it cannot be linked to its source", 400)
    if collection is None:
        if not request.collection:
            raise refuse("empty-collection-name")
        collection = state.make_collection(project, request.collection, "PORTFOLIO", artifact.type)
    elif collection.kind != "PORTFOLIO":
        raise Refusal(f"'{collection.name}' is the name of a source artifact; nothing can be linked to it", 400)
    membership = _join(state, collection, artifact)
    for alias in request.aliases:
        artifacts.set_alias(state, membership, alias)
    return membership


def _target_project(state: State, user: User | None, owner: Entity, name: str) -> Project:
    project = state.find_project(owner.name, name)
    if project is None:
        # A registry is never made by a link, an ordinary project is (failures B3, A1).
        if owner.kind == "organization":
            raise refuse("unknown-registry-create")
        if not access.writes_entity(user, owner):
            raise denied()
        return state.make_project(owner, name, creator=user)
    if not access.writes_project(user, project):
        raise denied()
    return project


def _join(state: State, collection: Collection, artifact: ArtifactVersion) -> Membership:
    """The artifact's place in the collection.

    A version that is there already stays in its place (B12, [U]), but `latest` follows the last link (B11).
    """
    for membership in artifact.memberships:
        if membership.collection is collection:
            artifacts.set_alias(state, membership, artifacts.LATEST)
            return membership
    return artifacts.add(state, collection, artifact)


def unlink(state: State, user: User | None, artifact: ArtifactVersion, collection: Collection) -> None:
    """Take the artifact out of a portfolio.

    Raises:
        Refusal: no write access (B7), a protected alias (B10), or it is not linked there.
    """
    project = collection.project
    if not access.writes_project(user, project):
        raise denied()
    membership = artifacts.membership_in(artifact, project, collection.name)
    if membership is None or collection.kind != "PORTFOLIO":
        raise Refusal("artifact is not linked to this collection", 404)
    for alias in membership.aliases:
        if not access.moves_alias(user, project, alias):
            raise refuse("alias-protected", alias=alias, registry=project.registry_name)
    artifacts.remove(state, membership)


def _note(
    state: State,
    user: User | None,
    request: LinkRequest,
    judgement: Judgement,
    *,
    membership: Membership | None = None,
    message: str | None = None,
) -> None:
    artifact = request.artifact
    state.ledger.add_attempt(
        LinkAttempt(
            user=user.username if user else None,
            run=artifact.run.path if artifact.run else None,
            source=artifact.source_name,
            source_type=artifact.type,
            requested=None,
            entity=request.entity,
            project=request.project,
            collection=request.collection,
            destination=membership.collection.path if membership else None,
            aliases=request.aliases,
            verdict=judgement.outcome,
            code=judgement.rule or None,
            failure=judgement.failure,
            message=message,
            version=membership.version if membership else None,
        )
    )
