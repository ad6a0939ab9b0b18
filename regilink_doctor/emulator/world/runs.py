"""Runs: made, resumed, deleted, and their history as the public Api reads it."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from regilink_doctor.core.naming import DEFAULT_PROJECT
from regilink_doctor.emulator.world import access, assume
from regilink_doctor.emulator.world.access import Refusal, denied, not_found, refuse
from regilink_doctor.emulator.world.model import Entity, Project, Run, User, display_name, now
from regilink_doctor.emulator.world.state import State

_FIELDS = {
    "display_name": "display_name",
    "description": "description",
    "notes": "notes",
    "config": "config",
    "summary": "summary_metrics",
    "tags": "tags",
    "group": "group_name",
    "job_type": "job_type",
    "commit": "commit",
    "host": "host",
    "program": "job_program",
    "sweep": "sweep",
    "state": "state",
}
"""Property of a run -> field of `UpsertBucketInput`, in snake case."""


def owner_for_run(state: State, user: User, name: str | None) -> Entity:
    """The entity that a run goes to: the named one, else the user's default (failure B2).

    Raises:
        Refusal: there is no such entity, it takes no runs, or the user may not write there.
    """
    wanted = name or user.default_entity
    entity = state.find_entity(wanted) or (assume.entity(state, user, wanted) if wanted else None)
    if entity is None or not access.sees_entity(user, entity):
        raise refuse("run-entity-not-found", entity=wanted or "")
    if entity.kind == "organization":
        raise refuse("org-entity-run")
    organizations = access.organizations_of(user, state.organizations)
    if entity.kind == "personal" and any(item.personal_entities_disabled for item in organizations):
        raise refuse("personal-entities-disabled")
    if not access.writes_entity(user, entity):
        raise denied()
    return entity


def upsert(state: State, user: User | None, values: dict[str, Any]) -> tuple[Run, bool]:
    """Make or change the run that `values` (of `UpsertBucketInput`) name; returns it and whether it was made.

    Raises:
        Refusal: failure B2, or a run that is not there.
    """
    if user is None:
        raise refuse("api-key-invalid")
    run = state.run_of_id.get(values.get("id") or "")
    if run is not None and run.project.runs.get(run.name) is not run:
        raise not_found("run")
    is_new = False
    if run is None:
        entity = owner_for_run(state, user, values.get("entity_name"))
        project = state.make_project(entity, values.get("model_name") or DEFAULT_PROJECT, creator=user)
        number = state.number()
        name = values.get("name") or f"run{number}"
        run = project.runs.get(name)
        if run is None and name in project.deleted_runs:
            path = f"{entity.name}/{project.name}/{name}"
            raise Refusal(f"run {path} was previously created and deleted; try a new run name", 409)
        if run is None:
            run = _new_run(state, project, name, number, user)
            is_new = True
    elif not access.writes_project(user, run.project):
        raise denied()
    run.untouched = False
    for attribute, field in _FIELDS.items():
        value = values.get(field)
        if value is not None:
            setattr(run, attribute, list(value) if attribute == "tags" else value)
    run.heartbeat_at = now()
    if is_new:
        _fork(run)
    return run, is_new


STUB_RUN = "regilink-stub"
"""The run of a project whose runs the code lists, and that has none here."""


def assume_run(state: State, owner: str | None, project_name: str | None, name: str | None) -> None:
    """Make the run that the code resumes or looks up, and that exists at W&B alone; None: any, if there is none yet."""
    user = next(iter(state.users.values()), None)
    if "run" not in state.assumes or user is None:
        return
    try:
        entity = owner_for_run(state, user, owner)
    except Refusal:
        return
    project = state.make_project(entity, project_name or DEFAULT_PROJECT, creator=user)
    if name is None and project.runs:
        return
    name = name or STUB_RUN
    if name not in project.runs and name not in project.deleted_runs:
        run = _new_run(state, project, name, state.number(), user)
        run.state, run.assumed, run.untouched = "finished", True, True
        run.config = json.dumps({"_wandb": {"value": {"t": {"1": []}}}})  # wandb-core resumes no run without this


def _fork(run: Run) -> None:
    """Give a run that says where it branched off (`wandb.init(fork_from=...)`) its parent."""
    settings = json.loads(run.config or "{}").get("_wandb", {}).get("value", {}).get("branch_point") or {}
    run.forked_from = run.project.runs.get(settings.get("run_id") or "")
    run.forked_at = settings.get("step") or 0


def _new_run(state: State, project: Project, name: str, number: int, user: User) -> Run:
    run = Run(number, name, project, display_name(len(project.runs) + 1), user=user)
    place = f"Run:v1:{name}:{project.name}:{project.entity.name}"
    run.id = base64.b64encode(place.encode()).decode("ascii")
    project.runs[name] = state.run_of_id[run.id] = run
    return run


def delete(state: State, user: User | None, run: Run, *, with_artifacts: bool) -> None:
    """Delete the run; its artifacts too when asked for. To delete it again changes nothing.

    Raises:
        Refusal: no write access.
    """
    from regilink_doctor.emulator.world import artifacts

    if not access.writes_project(user, run.project):
        raise denied()
    if with_artifacts:
        for artifact in list(run.logged):
            if artifact.state == "COMMITTED":
                artifacts.delete(state, user, artifact, with_aliases=True)
    if run.project.runs.get(run.name) is run:
        del run.project.runs[run.name]
        run.project.deleted_runs.add(run.name)


_KINDS: tuple[tuple[type, str], ...] = ((bool, "boolean"), (int, "number"), (float, "number"), (str, "string"))


def sampled(rows: Sequence[dict[str, Any]], spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that have every key of the specification, thinned out evenly to its number of samples.

    `minStep` and `maxStep` belong to the range (`core/internal/runhistoryreader/livedata.go` sends `maxStep - 1`).
    """
    keys = list(spec.get("keys") or ())
    low, high = spec.get("minStep"), spec.get("maxStep")
    selected = [
        {key: row[key] for key in keys} if keys else dict(row)
        for row in rows
        if all(key in row for key in keys)
        and (low is None or row["_step"] >= low)
        and (high is None or row["_step"] <= high)
    ]
    samples = int(spec.get("samples") or 500)
    if len(selected) <= samples:
        return selected
    step = len(selected) / samples
    return [selected[int(index * step)] for index in range(samples)]


def keys_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Which keys were logged, how often and as what (`Run.historyKeys`)."""
    keys: dict[str, dict[str, Any]] = {}
    for row in rows:
        for key, value in row.items():
            entry = keys.setdefault(key, {"typeCounts": [], "monotonic": False, "previousValue": -1})
            kind = next((name for cls, name in _KINDS if isinstance(value, cls)), "map")
            for count in entry["typeCounts"]:
                if count["type"] == kind:
                    count["count"] += 1
                    break
            else:
                entry["typeCounts"].append({"type": kind, "count": 1})
            entry["previousValue"] = value
    last = max((row["_step"] for row in rows), default=-1)
    return {"sets": [], "keys": keys, "lastStep": last}
