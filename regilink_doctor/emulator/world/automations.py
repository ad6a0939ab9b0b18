"""Automations: stored as the SDK sends them, and run when what they wait for happens.

The ledger notes each that was triggered. Webhooks are called on this machine alone; nothing else is ever sent.
"""

from __future__ import annotations

import json
import math
import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from regilink_doctor.core.ledger import Triggered
from regilink_doctor.emulator.loopback import is_loopback
from regilink_doctor.emulator.world import access, search
from regilink_doctor.emulator.world.access import Refusal, denied, not_found
from regilink_doctor.emulator.world.model import (
    Automation,
    Collection,
    Entity,
    Membership,
    Project,
    Run,
    User,
    Webhook,
    now,
)
from regilink_doctor.emulator.world.state import State

EVENTS = {
    "link": "LINK_MODEL",
    "unlink": "UNLINK_ARTIFACT",
    "alias": "ADD_ARTIFACT_ALIAS",
    "tag": "ADD_ARTIFACT_TAG",
}
"""Short names of what can happen to a version in a registry -> W&B's."""

RUN_EVENTS = ("RUN_STATE", "RUN_METRIC", "RUN_METRIC_CHANGE", "RUN_METRIC_ZSCORE")
"""Events of runs: they need a project, and their filters are stored as they are sent."""

ACTIONS = {
    "GENERIC_WEBHOOK": "generic_webhook_action_input",
    "NOTIFICATION": "notification_action_input",
    "NO_OP": "no_op_action_input",
}
"""Actions -> the field of `TriggeredActionConfig` that describes them."""

Scope = Project | Collection | Entity


def create(state: State, user: User, values: dict[str, Any]) -> Automation:
    """Create an automation of `CreateFilterTriggerInput`.

    Raises:
        Refusal: 409 when its project has one of this name; no such scope, no access, an action that does not exist.
    """
    scope = _find_scope(state, user, values["scope_type"], values["scope_id"])
    home = project_of(scope)
    if any(item.name == values["name"] for item in automations_of(state) if project_of(item.scope) is home):
        raise Refusal(f"trigger with name '{values['name']}' already exists", 409)
    automation = Automation(state.number(), values["name"], scope, "", "{}", "", {}, creator=user)
    change(state, user, automation, values)
    state.automations[automation.number] = state.keep(automation, automation.number)
    return automation


def change(state: State, user: User, automation: Automation, values: dict[str, Any]) -> None:
    """Change what `values` (of `UpdateFilterTriggerInput`) name.

    Raises:
        Refusal: no access, an action that does not exist, an event that the scope does not have.
    """
    if not _may_write(user, automation.scope):
        raise denied()
    scope = automation.scope
    if values.get("scope_id"):
        scope = _find_scope(state, user, values["scope_type"], values["scope_id"])
    if isinstance(scope, Collection) and (values.get("triggering_event_type") or automation.event) in RUN_EVENTS:
        raise Refusal("an event of runs cannot trigger an automation of an artifact collection")
    automation.scope = scope
    for attribute, name in (
        ("name", "name"),
        ("description", "description"),
        ("enabled", "enabled"),
        ("event", "triggering_event_type"),
        ("filter", "event_filter"),
    ):
        if values.get(name) is not None:
            setattr(automation, attribute, values[name])
    kind = values.get("triggered_action_type")
    if kind is not None:
        if kind not in ACTIONS:
            raise Refusal(f"the emulator has no action {kind}")
        automation.action = kind
        automation.settings = (values.get("triggered_action_config") or {}).get(ACTIONS[kind]) or {}
    automation.updated_at = now()


def delete(state: State, user: User, automation: Automation) -> None:
    """Delete an automation.

    Raises:
        Refusal: no access.
    """
    if not _may_write(user, automation.scope):
        raise denied()
    del state.automations[automation.number]
    state.forget(automation.number)


def automations_of(state: State, scope: Project | None = None) -> list[Automation]:
    """All automations, or those of a project and of what is in it; oldest first."""
    automations = state.automations.values()
    return [item for item in automations if scope is None or project_of(item.scope) is scope]


def project_of(scope: Scope) -> Project | Entity:
    """The project of a collection; a project or entity itself."""
    return scope.project if isinstance(scope, Collection) else scope


def _find_scope(state: State, user: User, kind: str, identifier: str) -> Scope:
    types: dict[str, type] = {"PROJECT": Project, "ARTIFACT_COLLECTION": Collection, "ENTITY": Entity}
    scope: Scope | None = state.by_id(identifier, types.get(kind, Project))
    if scope is None:
        raise not_found("scope of the trigger")
    if not _may_write(user, scope):
        raise denied()
    return scope


def _may_write(user: User, scope: Scope) -> bool:
    home = project_of(scope)
    return access.writes_project(user, home) if isinstance(home, Project) else access.writes_entity(user, home)


# What happens.


def notify_version(state: State, event: str, membership: Membership, **facts: str) -> None:
    """Something has happened to a version in a collection. `facts` are what filters ask for: `alias`, `tag`."""
    if not state.automations:
        return
    name = membership.full_name

    def describe() -> dict[str, Any]:
        artifact = membership.artifact
        return {
            "artifact_collection_name": membership.collection.name,
            "artifact_version": f"wandb-artifact://_id/{artifact.id}",
            "artifact_version_index": str(membership.index),
            "artifact_version_string": name,
            "artifact_metadata": json.loads(artifact.metadata or "{}"),
            "event_author": artifact.user.username if artifact.user else None,
            **facts,
        }

    places: tuple[Scope, ...] = (membership.collection, membership.collection.project)
    _trigger(state, event, places, name, facts.get("alias"), _filter_on(facts), describe)


def notify_collection(state: State, event: str, collection: Collection, *, tag: str) -> None:
    """A collection got a tag, or lost one."""
    facts = {"tag": tag, "artifact_collection_name": collection.name}
    places: tuple[Scope, ...] = (collection, collection.project)
    _trigger(state, event, places, collection.path, None, _filter_on(facts), lambda: facts)


def _filter_on(facts: Mapping[str, Any]) -> Callable[[Automation], bool]:
    """Whether an automation's filter holds for these facts."""

    def holds(automation: Automation) -> bool:
        condition = _read_filter(automation)
        return not condition or search.matches(condition, facts.get)

    return holds


def notify_run(state: State, run: Run, *, state_changed: bool, metrics: Iterable[Mapping[str, Any]] = ()) -> None:
    """A run has another state, or has logged these rows."""
    if not state.automations:
        return
    rows = list(metrics)
    places: tuple[Scope, ...] = (run.project,)
    describe = lambda: {"run_name": run.name, "event_author": run.user.username if run.user else None}  # noqa: E731
    if state_changed:
        _trigger(state, "RUN_STATE", places, run.path, None, lambda item: _state_holds(item, run), describe)
    if rows:
        for event in RUN_EVENTS[1:]:
            _trigger(state, event, places, run.path, None, lambda item: _metric_holds(item, run, rows), describe)


def _trigger(
    state: State,
    event: str,
    places: Sequence[Scope],
    subject: str,
    alias: str | None,
    holds: Callable[[Automation], bool],
    describe: Callable[[], dict[str, Any]],
) -> None:
    for automation in list(state.automations.values()):
        if automation.event != event or not automation.enabled or all(automation.scope is not item for item in places):
            continue
        if not holds(automation):
            continue
        home = project_of(automation.scope)
        entry = Triggered(automation.name, event, subject, alias, automation.action)
        index = state.ledger.add_triggered(entry)
        if automation.action == "GENERIC_WEBHOOK":
            entity = home.entity.name if isinstance(home, Project) else home.name
            facts = {"event_type": event, "project_name": home.name, "entity_name": entity, **describe()}
            _call_webhook(state, automation, facts, index)


def _read_filter(automation: Automation) -> dict[str, Any]:
    value = json.loads(automation.filter or "{}")
    return value if isinstance(value, dict) else {}


def _run_filter_holds(condition: dict[str, Any], run: Run) -> bool:
    wanted = condition.get("run_filter") or "{}"
    return bool(search.runs([run], wanted if isinstance(wanted, str) else json.dumps(wanted), None))


def _state_holds(automation: Automation, run: Run) -> bool:
    condition = _read_filter(automation)
    states = (condition.get("run_state_filter") or {}).get("states") or ()
    return run.state.casefold() in {str(item).casefold() for item in states} and _run_filter_holds(condition, run)


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "$gt": lambda value, limit: value > limit,
    "$gte": lambda value, limit: value >= limit,
    "$lt": lambda value, limit: value < limit,
    "$lte": lambda value, limit: value <= limit,
    "$eq": lambda value, limit: value == limit,
    "$ne": lambda value, limit: value != limit,
}


def _metric_holds(automation: Automation, run: Run, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a condition on a metric has become true with the new rows; it triggers once for each run."""
    condition = _read_filter(automation)
    metric = condition.get("run_metric_filter") or {}
    checks = {"threshold_filter": _exceeds, "change_filter": _changes, "zscore_filter": _deviates}
    kind = next((kind for kind in checks if metric.get(kind)), None)
    if kind is None or run.number in automation.met_by or not _run_filter_holds(condition, run):
        return False
    settings, check = metric[kind], checks[kind]
    name = str(settings.get("name"))
    values = [float(row[name]) for row in run.history_rows() if _is_number(row.get(name))]
    added = sum(_is_number(row.get(name)) for row in rows)
    # As if each row had come alone: how many a client sends at once is a matter of time.
    is_met = any(check(settings, values[:end]) for end in range(len(values) - added + 1, len(values) + 1))
    if is_met:
        automation.met_by.add(run.number)
    return is_met


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _exceeds(settings: Mapping[str, Any], values: Sequence[float]) -> bool:
    size = max(int(settings.get("window_size") or 1), 1)
    if len(values) < size:
        return False
    compare = _COMPARISONS.get(str(settings.get("cmp_op")))
    return compare is not None and compare(
        _aggregate(settings.get("agg_op"), values[-size:]), float(settings.get("threshold") or 0)
    )


def _changes(settings: Mapping[str, Any], values: Sequence[float]) -> bool:
    now_size = max(int(settings.get("current_window_size") or 1), 1)
    before_size = max(int(settings.get("prior_window_size") or 1), 1)
    if len(values) < now_size + before_size:
        return False
    operation = settings.get("agg_op")
    before = _aggregate(operation, values[-now_size - before_size : -now_size])
    difference = _aggregate(operation, values[-now_size:]) - before
    if settings.get("change_type") == "RELATIVE":
        if before == 0:
            return False
        difference /= abs(before)
    amount, direction = float(settings.get("change_amount") or 0), settings.get("change_dir")
    return _is_in_direction(difference, amount, direction)


def _deviates(settings: Mapping[str, Any], values: Sequence[float]) -> bool:
    """Whether the newest value is too many standard deviations away from the mean of the window before it."""
    size = max(int(settings.get("window_size") or 30), 2)
    if len(values) <= size:
        return False
    window = values[-size - 1 : -1]
    deviation = statistics.pstdev(window)
    if deviation == 0:
        return False
    distance = (values[-1] - statistics.fmean(window)) / deviation
    return _is_in_direction(distance, float(settings.get("threshold") or 3), settings.get("change_dir"))


def _is_in_direction(difference: float, amount: float, direction: str | None) -> bool:
    up, down = difference >= amount, -difference >= amount
    return {"INCREASE": up, "DECREASE": down}.get(str(direction), up or down)


def _aggregate(operation: str | None, values: Sequence[float]) -> float:
    if operation == "MIN":
        return min(values)
    return max(values) if operation == "MAX" else sum(values) / len(values)


# Webhooks.


def fill_template(text: str, facts: Mapping[str, Any]) -> str:
    """The payload with `${alias}`, `${artifact_metadata.KEY}` and the like filled in; what is unknown stays."""

    def replace(match: re.Match[str]) -> str:
        value: Any = facts
        for part in match[1].split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return match[0] if value is None else json.dumps(str(value))[1:-1]

    return re.sub(r"\$\{([\w.]+)\}", replace, text)


def _call_webhook(state: State, automation: Automation, facts: Mapping[str, Any], index: int) -> None:
    webhook = state.by_id(automation.settings.get("integration_id"), Webhook)
    target = urlsplit(webhook.url_endpoint) if webhook is not None else None
    if target is None or target.scheme != "http" or not is_loopback(target.hostname or ""):
        state.ledger.amend_triggered(index, "not called: it is not an http:// address of this machine")
        return
    payload = fill_template(automation.settings.get("request_payload") or "{}", facts)

    def send() -> None:
        try:
            connection = HTTPConnection(target.hostname or "", target.port or 80, timeout=5)
            path = f"{target.path or '/'}{'?' if target.query else ''}{target.query}"
            connection.request("POST", path, payload.encode(), {"Content-Type": "application/json"})
            outcome = f"HTTP {connection.getresponse().status}"
            connection.close()
        except (OSError, HTTPException, ValueError) as error:
            outcome = f"failed: {type(error).__name__}: {error}"
        state.ledger.amend_triggered(index, outcome)

    Thread(target=send, name="regilink-webhook", daemon=True).start()
