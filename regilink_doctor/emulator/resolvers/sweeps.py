"""Sweeps and their agents."""

from __future__ import annotations

import json
from typing import Any

from regilink_doctor.emulator.resolvers.context import Connection, Context, field, page
from regilink_doctor.emulator.world import World, access, search, sweeps
from regilink_doctor.emulator.world.access import denied, not_found
from regilink_doctor.emulator.world.model import Agent, Project, Run, Sweep, User


@field("Project", "sweep")
def sweep(source: Project, context: Context, sweep_name: str) -> Sweep | None:
    return source.sweeps.get(sweep_name) or context.world.by_id(sweep_name, Sweep)


@field("Project", "totalSweeps")
def total_sweeps(source: Project, context: Context) -> int:
    return len(source.sweeps)


@field("Project", "sweeps")
def project_sweeps(
    source: Project, context: Context, after: str | None = None, first: int | None = None, filters: str | None = None
) -> Connection:
    return page(search.sweeps(reversed(source.sweeps.values()), filters), first, after)


@field("Sweep", "method")
def method(source: Sweep, context: Context) -> str:
    return str(sweeps.read_config(source.config).get("method"))


@field("Sweep", "user")
def creator(source: Sweep, context: Context) -> User | None:
    return source.creator


@field("Sweep", "bestLoss")
def best_loss(source: Sweep, context: Context) -> float | None:
    return sweeps.best_loss(source)


@field("Sweep", "earlyStopJobRunning")
def early_stop_job_running(source: Sweep, context: Context) -> bool:
    return False


@field("Sweep", "runCount")
def run_count(source: Sweep, context: Context) -> int:
    return len(sweeps.real_runs(source))


@field("Sweep", "runCountExpected")
def run_count_expected(source: Sweep, context: Context) -> int | None:
    return sweeps.expected_runs(source)


@field("Sweep", "runs")
def sweep_runs(source: Sweep, context: Context, first: int | None = None, after: str | None = None) -> Connection:
    return page(sweeps.real_runs(source), first, after)


@field("Sweep", "priorRuns")
def prior_runs(source: Sweep, context: Context, first: int | None = None, after: str | None = None) -> Connection:
    return page([each.run for each in source.runs.values() if each.is_prior], first, after)


@field("Sweep", "agent")
def agent(source: Sweep, context: Context, agent_name: str) -> Agent | None:
    return source.agents.get(agent_name) or context.world.by_id(agent_name, Agent)


@field("Sweep", "agents")
def agents(source: Sweep, context: Context, first: int | None = None, after: str | None = None) -> Connection:
    return page(list(source.agents.values()), first, after)


@field("Agent", "totalRuns")
def total_runs(source: Agent, context: Context) -> int:
    return len(source.runs)


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
    begun: list[Run] = [each.run for each in source.runs if each.run is not None]
    found = search.runs(begun, None, order)
    return page(found[-last:] if last else found, first, after)


@field("Run", "sweep")
def run_sweep(source: Run, context: Context) -> Sweep | None:
    return source.project.sweeps.get(source.sweep or "")


@field("Mutation", "upsertSweep")
def upsert_sweep(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    return {"sweep": sweeps.upsert(world, context.need_user(), input), "config_validation_warnings": []}


@field("Mutation", "deleteSweep")
def delete_sweep(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    found = world.by_id(input["id"], Sweep)
    if found is None or not context.sees(found.project):
        raise not_found("sweep")
    if not access.writes_project(context.user, found.project):
        raise denied()
    found.project.sweeps.pop(found.name, None)
    return {"success": True}


@field("Mutation", "createAgent")
def create_agent(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    me = context.need_user()
    found = sweeps.find(world, input.get("entity_name") or me.default_entity, input.get("project_name"), input["sweep"])
    if found is None or not context.sees(found.project):
        raise not_found(f"sweep '{input['sweep']}'")
    return {"agent": sweeps.create_agent(world, me, found, input["host"])}


@field("Mutation", "agentHeartbeat")
def agent_heartbeat(world: World, context: Context, input: dict[str, Any]) -> dict[str, Any]:
    context.need_user()
    found = world.by_id(input["id"], Agent)
    if found is None or not context.sees(found.sweep.project):
        raise not_found("agent")
    commands = sweeps.heartbeat(found, json.loads(input.get("run_state") or "{}"))
    return {"agent": found, "commands": json.dumps(commands)}
