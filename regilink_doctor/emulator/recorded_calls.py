"""What the recorder saw of a call, joined with what the server saw of it: one entry in the ledger."""

from __future__ import annotations

from regilink_doctor.core import judgement, rule_codes, wandb_messages
from regilink_doctor.core.failures import FAILURES, find_failure
from regilink_doctor.core.ledger import LinkAttempt, RefusedRun
from regilink_doctor.core.problems import LinkInput, Problem, SdkRefusal, find_problems, read_type_error, sdk_link
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import is_registry_project
from regilink_doctor.emulator.ledger import Consumption
from regilink_doctor.emulator.recorder import (
    CREATE_REGISTRY,
    LINK_MODEL,
    LISTING,
    LOOK_UP,
    NAMED,
    REFUSED_RUN,
    RESUMED_RUN,
    RUN_LISTING,
    RUN_LOOK_UP,
    LinkCall,
)
from regilink_doctor.emulator.world import assume, runs
from regilink_doctor.emulator.world.state import State
from regilink_doctor.emulator.world.world_view import WorldView

DISABLED = "disabled mode: the SDK returned None, and nothing was sent"


def record_call(state: State, call: LinkCall) -> None:
    """Give the attempt that the server noted its text; or note the one that never reached the server.

    The recorder tells of a call when it is over, so the server's part is in the ledger already. And when it begins:
    an organization that the path names may have to be assumed before the SDK asks for it.
    """
    if call.call == CREATE_REGISTRY:
        # The SDK looks first whether it exists: to assume that it does would refuse the call.
        state.made_by_code.add(call.target_path or "")
        return
    if call.call == LOOK_UP:
        assume.look_up(state, call.target_path or "")
        return
    if call.call == LISTING:
        _note_listing(state, call)
        return
    if call.call == RESUMED_RUN:
        runs.assume_run(state, call.entity, call.project, call.target_path)
        return
    if call.call in (RUN_LOOK_UP, RUN_LISTING):
        _assume_run_at(state, call)
        return
    if call.call == NAMED:
        assume.link(state, call.entity, call.target_path or "")
        return
    if call.call == REFUSED_RUN:
        _note_refused_run(state, call)
        return
    if not call.ended:
        assume.target(state, call.target_path or "")
        if call.reads:
            assume.remember_consumed(state, call.target_path or "")
        return
    if call.reads:
        if call.target_path is not None and call.error is not None:
            entry = Consumption(
                user=None,
                run=call.run,
                name=call.target_path,
                how="fetch",
                failed=call.message or call.error,
                place=call.place,
            )
            state.ledger.add(entry)
        return
    link = _read_path(call)
    if not isinstance(link, SdkRefusal) and _complete_attempt(state, call, link):
        return
    state.ledger.add_attempt(_make_refused(state, call, link))


def _assume_run_at(state: State, call: LinkCall) -> None:
    """Assume the run that a path names, or a run of the project that it names; its first parts may be missing."""
    parts = [part for part in (call.target_path or "").strip("/").split("/") if part and part != "runs"]
    name = parts.pop() if parts and call.call == RUN_LOOK_UP else None
    entity, project = [call.entity, call.project, *parts][-2:] if len(parts) != 1 else [call.entity, *parts]
    if name is not None or call.call == RUN_LISTING:
        runs.assume_run(state, entity, project, name)


def _note_listing(state: State, call: LinkCall) -> None:
    """Note that the code lists the versions of a collection, or that it cannot: the SDK's message names nothing."""
    path, kind = call.target_path or "", call.source_type or ""
    collection = assume.collection(state, path, kind)
    if collection is not None and collection.type == kind:
        state.ledger.add(Consumption(None, None, collection.path, "list", place=call.place), once=True)
    elif "/" in path and not is_registry_project(path.rpartition("/")[2]):
        failed = f"there is no collection {path} of the type {kind} here"
        state.ledger.add(Consumption(None, None, path, "list", failed=failed, place=call.place), once=True)


def _note_refused_run(state: State, call: LinkCall) -> None:
    """Note a run that the SDK did not start, unless the server has refused it: then it is in the ledger already."""
    message = call.message or ""
    if not any(run.message in message for run in state.ledger.refused_runs):
        failure = next((match.message.failure for match in wandb_messages.recognize_messages(message)), None)
        state.ledger.add(RefusedRun(call.entity, call.project, message, failure), once=True)


def _read_path(call: LinkCall) -> LinkInput | SdkRefusal:
    method = "Artifact.link" if call.call == "Artifact.link" else "Run.link_artifact"
    return sdk_link(call.target_path or "", method, call.entity or "", call.project, call.environ)  # type: ignore[arg-type]


def _complete_attempt(state: State, call: LinkCall, link: LinkInput) -> bool:
    """Whether the server noted the call. Older SDKs read some paths differently: then the source decides."""

    def same_source(attempt: LinkAttempt) -> bool:
        return attempt.requested is None and attempt.source == call.source

    def same_place(attempt: LinkAttempt) -> bool:
        return same_source(attempt) and (attempt.project, attempt.collection) == (link.project, link.collection)

    def add_call(attempt: LinkAttempt) -> LinkAttempt:
        completed = replace(attempt, requested=call.target_path, place=call.place)
        if attempt.verdict == "linked" and link.emptied:
            # The server cannot know that a name was missing and that the rest of the path moved up (failure A5).
            return replace(completed, verdict="misplaced", code=rule_codes.EMPTY_NAME, failure="A5")
        if attempt.code == rule_codes.MISSING_COLLECTION and (call.target_path or "").strip().endswith("/"):
            return replace(completed, code=rule_codes.EMPTY_NAME)  # an empty name arrives in the same shape as none
        return completed

    if call.source is None:
        return False
    is_amended = state.ledger.amend_attempt(same_place, add_call)
    return is_amended or (
        call.error is None and call.mode == "online" and state.ledger.amend_attempt(same_source, add_call)
    )


def _make_refused(state: State, call: LinkCall, link: LinkInput | SdkRefusal) -> LinkAttempt:
    failure_id, code = _find_reason(state, call, link)
    message = call.message or call.error or DISABLED
    return LinkAttempt(
        user=None,
        run=call.run,
        source=call.source,
        source_type=call.source_type,
        requested=call.target_path,
        entity=None,
        project=None,
        collection=None,
        destination=None,
        aliases=call.aliases,
        verdict="refused",
        code=code,
        failure=failure_id,
        message=message,
        version=None,
        place=call.place,
    )


def _find_reason(state: State, call: LinkCall, link: LinkInput | SdkRefusal) -> tuple[str | None, str | None]:
    """Failure id and code. Modes and call shapes come first: the SDK checks them before the path (C1, C5, A18)."""
    if call.mode == "disabled":
        return "C5", rule_codes.LINK_WHILE_DISABLED
    if call.mode == "offline" and call.error == "NotImplementedError":
        return "C1", rule_codes.LINK_WHILE_OFFLINE
    if call.error in ("TypeError", "AttributeError") or read_type_error(call.message or ""):
        return "A18", rule_codes.WRONG_CALL_SHAPE
    recognized = wandb_messages.recognize_messages(call.message or "")
    messages = [match.message for match in recognized if match.message.speaker == "sdk"]
    if call.call == LINK_MODEL:
        pass  # it was not about a path yet
    elif isinstance(link, SdkRefusal):
        problem: Problem | None = link.problem
        if not messages or messages[0].key == link.problem.wandb_message:
            return link.problem.failure, link.problem.rule
    elif (wrong := _find_error(call.target_path or "")) is not None and messages:
        return wrong  # the SDK took a part of the path for an organization, entity or project
    else:
        problem = judgement.judge(link, WorldView(state), call.source_type).problem
        if problem is not None and problem.wandb_message in {message.key for message in messages}:
            return problem.failure, problem.rule
    if not messages:
        return None, None
    codes = find_failure(messages[0].failure).codes
    return messages[0].failure, codes[0] if codes else None


def _find_error(path: str) -> tuple[str, str] | None:
    """Failure id and code of what is certainly wrong with a target path."""
    code = next((problem.rule for problem in find_problems(path) if problem.severity == "error"), None)
    failure = next((failure.id for failure in FAILURES.values() if code in failure.codes), None)
    return (failure, code) if code and failure else None
