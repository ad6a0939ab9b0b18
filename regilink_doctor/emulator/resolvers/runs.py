"""Runs and sweeps."""

from __future__ import annotations

import json
from typing import Any

from regilink_doctor.core.ledger import RefusedRun
from regilink_doctor.emulator.resolvers.context import (
    Connection,
    Context,
    field,
    fill_fields,
    list_fields,
    page,
    read_fields,
    rename_fields,
)
from regilink_doctor.emulator.world import World, access, automations, runs, search, sweeps
from regilink_doctor.emulator.world.access import Refusal, denied, not_found
from regilink_doctor.emulator.world.model import Agent, Project, Run, Sweep
from regilink_doctor.emulator.world.runs import keys_of, sampled

STATES = ("pending", "running", "finished", "crashed", "failed", "killed", "preempting", "preempted")


TRANSITIONS = {"pending": ("running", "failed", "crashed", "preempted"), "failed": ("pending", "running")}
"""State that a caller may set -> the states that it may follow (`Run.update_state`)."""


@field("Mutation", "upsertBucket")
def upsert_bucket(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    before = world.find_run(input.get("entity_name"), input.get("model_name"), input.get("name"))
    old_state = before.state if before is not None else None
    try:
        run, is_new = runs.upsert(world, context.user, input)
    except Refusal as refusal:
        place = input.get("entity_name"), input.get("model_name")
        world.ledger.add(RefusedRun(*place, refusal.message, refusal.failure), once=True)
        raise
    automations.notify_run(world, run, state_changed=run.state != old_state)
    if input.get("sweep"):
        sweeps.join(input["sweep"], run)
    return {"bucket": run, "inserted": is_new}


read_fields(
    "Run",
    failed=lambda source: source.state in ("failed", "crashed"),
    running=lambda source: source.state == "running",
    systemMetrics=lambda source: source.events[-1] if source.events else "{}",
    historyLineCount=lambda source: len(source.history),
    eventsLineCount=lambda source: len(source.events),
    logLineCount=lambda source: len(source.log),
    historyTail=lambda source: json.dumps(source.history[-1:]),
    eventsTail=lambda source: json.dumps(source.events[-1:]),
    historyKeys=lambda source: keys_of(source.history_rows()),
    sweep=lambda source: source.project.sweeps.get(source.sweep or ""),
)
read_fields(
    "Sweep",
    method=lambda source: str(sweeps.read_config(source.config).get("method")),
    bestLoss=sweeps.best_loss,
    runCount=lambda source: len(sweeps.real_runs(source)),
    runCountExpected=sweeps.expected_runs,
)
read_fields("Project", totalSweeps=lambda source: len(source.sweeps))
read_fields("Agent", totalRuns=lambda source: len(source.runs))
list_fields(
    "Run",
    outputArtifacts=lambda source: [item for item in source.logged if item.state == "COMMITTED"],
    inputArtifacts=lambda source: [item for item in source.used if item.state == "COMMITTED"],
)
list_fields(
    "Sweep",
    runs=sweeps.real_runs,
    priorRuns=lambda source: [item.run for item in source.runs.values() if item.is_prior],
    agents=lambda source: list(source.agents.values()),
)
rename_fields(
    "Run",
    projectId="project.number",
    sweepName="sweep",
    exitcode="exit_code",
    shouldStop="stopped",
    summaryMetrics="summary",
)
rename_fields("Sweep", user="creator")
fill_fields("Sweep", earlyStopJobRunning=False)


@field("Run", "project")
def project(source: Run, context: Context) -> Project | None:
    return source.project if context.sees(source.project) else None


@field("Run", "readOnly")
def read_only(source: Run, context: Context) -> bool:
    return not access.writes_project(context.user, source.project)


@field("Run", "wandbConfig")
def wandb_config(source: Run, context: Context, keys: list[str] | None = None) -> str:
    inner = json.loads(source.config or "{}").get("_wandb", {}).get("value", {})
    return json.dumps({key: value for key, value in inner.items() if not keys or key in keys})


@field("Run", "history")
def history(
    source: Run,
    context: Context,
    min_step: int | None = None,
    max_step: int | None = None,
    samples: int | None = None,
) -> list[str]:
    rows = source.history_rows()
    if min_step is not None or max_step is not None:
        rows = [
            row for row in rows if row["_step"] >= (min_step or 0) and (max_step is None or row["_step"] < max_step)
        ]
    return [json.dumps(row) for row in (rows if samples is None else rows[:samples])]


@field("Run", "events")
def events(source: Run, context: Context, samples: int | None = None) -> list[str]:
    return source.events if samples is None else source.events[-samples:]


@field("Run", "sampledHistory")
def sampled_history(source: Run, context: Context, specs: list[str]) -> list[list[dict[str, Any]]]:
    return [sampled(source.history_rows(), json.loads(spec)) for spec in specs]


@field("Run", "parquetHistory")
def parquet_history(source: Run, context: Context, live_keys: list[str]) -> dict[str, Any]:
    """Nothing is ever written to Parquet here: every row is live."""
    return {"parquet_urls": [], "live_data": source.history_rows()}


@field("Run", "logLines")
def log_lines(
    source: Run,
    context: Context,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    use_improved_pagination: bool | None = None,
) -> Connection:
    lines = [
        {"number": index, "timestamp": None, "level": None, "label": None, "line": line}
        for index, line in enumerate(source.log)
    ]
    return page(lines[-last:] if last else lines, first, after)


@field("Mutation", "deleteRun")
def delete_run(world: World, context: Context, input: dict[str, Any]) -> dict[str, None]:
    run = _writable(world, context, input["id"])
    runs.delete(world, context.user, run, with_artifacts=bool(input.get("delete_artifacts")))
    return {"client_mutation_id": None}


@field("Mutation", "stopRun")
def stop_run(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    _writable(world, context, input["id"]).stopped = True
    return {"success": True}


@field("Mutation", "updateRunState")
def update_run_state(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    if input["state"] not in STATES:
        raise Refusal(f"invalid run state '{input['state']}'")
    run = _writable(world, context, input["id"])
    if run.state not in TRANSITIONS.get(input["state"], STATES):
        raise Refusal(f"invalid state transition from '{run.state}' to '{input['state']}'")
    run.state = input["state"]
    automations.notify_run(world, run, state_changed=True)
    return {"success": True}


@field("Mutation", "notifyScriptableRunAlert")
def notify_scriptable_run_alert(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    run = world.find_run(input["entity_name"], input["project_name"], input["run_name"])
    if run is None:
        raise not_found("run")
    return {"success": True}


@field("Mutation", "rewindRun")
def rewind_run(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    """Back to a step: what was logged after it is removed."""
    me = context.need_user()
    entity = input.get("entity_name") or me.default_entity
    run = world.find_run(entity, input.get("project_name"), input["run_name"])
    if run is None or not context.sees(run.project):
        raise not_found("run")
    if not access.writes_project(me, run.project):
        raise denied()
    if input["metric_name"] != "_step":
        raise Refusal("a run can only be rewound to a step")
    lines = [(index, json.loads(line)) for index, line in enumerate(run.history)]
    run.history[:] = [json.dumps(row) for index, row in lines if row.get("_step", index) <= input["metric_value"]]
    run.state = "running"
    return {"rewound_run": run}


def _writable(world: World, context: Context, identifier: str) -> Run:
    context.need_user()
    run = world.run_of_id.get(identifier)
    if run is None or not context.sees(run.project):
        raise not_found("run")
    if not access.writes_project(context.user, run.project):
        raise denied()
    return run


@field("Project", "sweep")
def sweep(source: Project, context: Context, sweep_name: str) -> Sweep | None:
    return source.sweeps.get(sweep_name) or context.world.by_id(sweep_name, Sweep)


@field("Project", "sweeps")
def project_sweeps(
    source: Project, context: Context, after: str | None = None, first: int | None = None, filters: str | None = None
) -> Connection:
    return page(search.sweeps(reversed(source.sweeps.values()), filters), first, after)


@field("Sweep", "agent")
def agent(source: Sweep, context: Context, agent_name: str) -> Agent | None:
    return source.agents.get(agent_name) or context.world.by_id(agent_name, Agent)


@field("Agent", "runs")
def agent_runs(
    source: Agent,
    context: Context,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    order: str | None = None,
) -> Connection:
    begun: list[Run] = [item.run for item in source.runs if item.run is not None]
    listed = search.runs(begun, None, order)
    return page(listed[-last:] if last else listed, first, after)


@field("Mutation", "upsertSweep")
def upsert_sweep(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    return {"sweep": sweeps.upsert(world, context.need_user(), input), "config_validation_warnings": []}


@field("Mutation", "deleteSweep")
def delete_sweep(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    sweep = world.by_id(input["id"], Sweep)
    if sweep is None or not context.sees(sweep.project):
        raise not_found("sweep")
    if not access.writes_project(context.user, sweep.project):
        raise denied()
    sweep.project.sweeps.pop(sweep.name, None)
    return {"success": True}


@field("Mutation", "createAgent")
def create_agent(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    sweep = sweeps.find(world, input.get("entity_name") or me.default_entity, input.get("project_name"), input["sweep"])
    if sweep is None or not context.sees(sweep.project):
        raise not_found(f"sweep '{input['sweep']}'")
    return {"agent": sweeps.create_agent(world, me, sweep, input["host"])}


@field("Mutation", "agentHeartbeat")
def agent_heartbeat(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    context.need_user()
    agent = world.by_id(input["id"], Agent)
    if agent is None or not context.sees(agent.sweep.project):
        raise not_found("agent")
    commands = sweeps.heartbeat(agent, json.loads(input.get("run_state") or "{}"))
    return {"agent": agent, "commands": json.dumps(commands)}
