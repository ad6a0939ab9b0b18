"""Sweeps: created, paused, stopped, and what their agents are told to run."""

from __future__ import annotations

import json
import math
import random
import secrets
import string
from collections.abc import Iterator
from typing import Any

from regilink_doctor.emulator.world import access, runs, sweep_search
from regilink_doctor.emulator.world.access import Refusal, denied, not_found
from regilink_doctor.emulator.world.model import Agent, Project, Run, Sweep, SweepRun, User, now
from regilink_doctor.emulator.world.state import State

STATES = ("PENDING", "RUNNING", "PAUSED", "FINISHED", "CANCELED")
ENDED = ("finished", "crashed", "failed", "killed")
_LETTERS = string.ascii_lowercase + string.digits


def upsert(state: State, user: User, values: dict[str, Any]) -> Sweep:
    """Create a sweep, or change the one that `values` (of `UpsertSweepInput`) name.

    Raises:
        Refusal: no such sweep, no access, or a configuration or state that is none.
    """
    sweep = state.by_id(values.get("id"), Sweep)
    if values.get("id") and sweep is None:
        sweep = find(state, values.get("entity_name") or user.default_entity, values.get("project_name"), values["id"])
    if sweep is None:
        if not values.get("config"):
            raise Refusal("Invalid sweep config: it is empty")
        sweep = _create(state, user, values)
    elif not access.writes_project(user, sweep.project):
        raise denied()
    elif values.get("config"):
        sweep_search.read_parameters(read_config(values["config"]))
        sweep.config = values["config"]
    for name in ("description", "controller", "scheduler", "display_name"):
        if values.get(name) is not None:
            setattr(sweep, name, values[name])
    if values.get("state"):
        if values["state"] not in STATES:
            raise Refusal(f"invalid sweep state '{values['state']}'")
        sweep.state = values["state"]
    sweep.updated_at = now()
    return sweep


def _create(state: State, user: User, values: dict[str, Any]) -> Sweep:
    sweep_search.read_parameters(read_config(values["config"]))
    entity = runs.owner_for_run(state, user, values.get("entity_name"))
    project = state.make_project(entity, values.get("project_name") or "uncategorized", creator=user)
    name = "".join(secrets.choice(_LETTERS) for _ in range(8))
    sweep = Sweep(state.number(), name, project, values["config"], creator=user)
    filters = values.get("prior_runs_filters")
    for run in runs_that_match(project, filters) if filters else ():
        sweep.runs[run.name] = SweepRun(run.name, _values_of(run), run=run, is_prior=True)
    project.sweeps[name] = state.keep(sweep, sweep.number)
    return sweep


def runs_that_match(project: Project, filters: str) -> list[Run]:
    """Runs of a project by a filter."""
    from regilink_doctor.emulator.world import search

    return search.runs(project.runs.values(), filters, None)


def find(state: State, entity: str | None, project: str | None, name: str) -> Sweep | None:
    """The sweep of this name."""
    found = state.find_project(entity, project or "uncategorized")
    return found.sweeps.get(name) if found is not None else None


def read_config(text: str) -> dict[str, Any]:
    """A sweep's configuration, YAML or JSON.

    Raises:
        Refusal: it is neither.
    """
    import yaml  # it takes longer to load than the first requests

    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Refusal(f"Invalid sweep config: {str(error).splitlines()[0]}") from None
    if not isinstance(value, dict):
        raise Refusal("Invalid sweep config: it is an object")
    return value


def expected_runs(sweep: Sweep) -> int | None:
    """How many runs it will have; None when there is no end."""
    config = read_config(sweep.config)
    cap = config.get("run_cap")
    if config.get("method") != "grid":
        return cap if isinstance(cap, int) else None
    count = sweep_search.count_grid(sweep_search.read_parameters(config))
    return min(count, cap) if isinstance(cap, int) else count


def create_agent(state: State, user: User, sweep: Sweep, host: str) -> Agent:
    """Register a process that runs what the sweep says.

    Raises:
        Refusal: no write access.
    """
    if not access.writes_project(user, sweep.project):
        raise denied()
    agent = Agent(state.number(), secrets.token_hex(4), sweep, host)
    sweep.agents[agent.name] = state.keep(agent, agent.number)
    return agent


def heartbeat(agent: Agent, run_states: dict[str, Any]) -> list[dict[str, Any]]:
    """What an agent is to do. `run_states` names the runs that it has under way.

    Raises:
        Refusal: 404, the sweep was deleted.
    """
    sweep = agent.sweep
    if sweep.project.sweeps.get(sweep.name) is not sweep:
        raise not_found("sweep")
    agent.heartbeat_at = sweep.heartbeat_at = now()
    active = [name for name, is_running in run_states.items() if is_running]
    if sweep.state == "CANCELED":
        return [*({"type": "stop", "run_id": name} for name in active), {"type": "exit"}]
    stopped = _find_stopped(sweep, active)
    if stopped:
        return [{"type": "stop", "run_id": name} for name in stopped]
    if active or sweep.state == "PAUSED":
        return []
    if sweep.state == "FINISHED":
        agent.state = "FINISHED"
        return [{"type": "exit"}]
    sweep.state = "RUNNING"
    preempted = next((each for each in sweep.runs.values() if each.run is not None and _is_preempted(each.run)), None)
    if preempted is not None:
        return [_command("resume", sweep, preempted)]
    values, place = _suggest(sweep)
    if values is None:
        if all(each.run is not None and each.run.state in ENDED for each in sweep.runs.values()):
            sweep.state = "FINISHED"
        agent.state = "FINISHED"
        return [{"type": "exit"}]
    name = "".join(secrets.choice(_LETTERS) for _ in range(8))
    suggested = sweep.runs[name] = SweepRun(name, values, place, agent)
    agent.runs.append(suggested)
    return [_command("run", sweep, suggested)]


def join(sweep_name: str, run: Run) -> None:
    """A run has begun that names its sweep."""
    sweep = run.project.sweeps.get(sweep_name)
    if sweep is not None:
        sweep.runs.setdefault(run.name, SweepRun(run.name, {})).run = run


def real_runs(sweep: Sweep) -> list[Run]:
    """The runs that have begun, oldest first; without those that were there before the sweep."""
    return [each.run for each in sweep.runs.values() if each.run is not None and not each.is_prior]


def best_loss(sweep: Sweep) -> float | None:
    """The best value of the sweep's metric so far."""
    config = read_config(sweep.config)
    losses = [loss for each in sweep.runs.values() if (loss := _loss(config, each)) is not None]
    return _sign(config) * min(losses) if losses else None


def _command(kind: str, sweep: Sweep, run: SweepRun) -> dict[str, Any]:
    arguments = {name: {"value": value} for name, value in run.values.items()}
    program = read_config(sweep.config).get("program")  # `wandb agent` starts it; an agent with a function does not
    return {"type": kind, "run_id": run.name, "program": program, "args": arguments}


def _is_preempted(run: Run) -> bool:
    return run.state in ("preempting", "preempted")


def _suggest(sweep: Sweep) -> tuple[dict[str, Any] | None, sweep_search.Place]:
    config = read_config(sweep.config)
    own = [each for each in sweep.runs.values() if not each.is_prior]
    cap = config.get("run_cap")
    if config["method"] == "custom" or (isinstance(cap, int) and len(own) >= cap):
        return None, {}
    parameters = sweep_search.read_parameters(config)
    if config["method"] == "grid":
        return sweep_search.next_in_grid(parameters, (each.values for each in sweep.runs.values())), {}
    # The same sweep tries the same values in every run of a test.
    generator = random.Random(f"{sweep.config} {len(own)}")  # noqa: S311 - nothing secret
    results = [(each.place, loss) for each in own if (loss := _loss(config, each)) is not None and each.place]
    place = sweep_search.next_place(parameters, config["method"], results, generator)
    values = [parameter.value_at(place[parameter.path], generator) for parameter in parameters]
    return sweep_search.nest(parameters, values), place


def _find_stopped(sweep: Sweep, active: list[str]) -> tuple[str, ...]:
    config = read_config(sweep.config)
    if not active or "early_terminate" not in config:
        return ()
    histories = {each.name: list(_metric_history(config, each.run)) for each in sweep.runs.values() if each.run}
    return sweep_search.find_stopped(config, histories, active)


def _metric_history(config: dict[str, Any], run: Run) -> Iterator[float]:
    name, sign = str((config.get("metric") or {}).get("name")), _sign(config)
    for row in run.history_rows():
        value = row.get(name)
        if isinstance(value, (int, float)) and math.isfinite(value):
            yield sign * value


def _loss(config: dict[str, Any], run: SweepRun) -> float | None:
    """The metric of a run, so that a smaller one is better; None without one."""
    name = (config.get("metric") or {}).get("name")
    if name is None or run.run is None:
        return None
    value = json.loads(run.run.summary or "{}").get(name)
    return _sign(config) * value if isinstance(value, (int, float)) and math.isfinite(value) else None


def _sign(config: dict[str, Any]) -> int:
    return -1 if (config.get("metric") or {}).get("goal") == "maximize" else 1


def _values_of(run: Run) -> dict[str, Any]:
    config = json.loads(run.config or "{}")
    return {
        name: entry["value"]
        for name, entry in config.items()
        if name != "_wandb" and isinstance(entry, dict) and "value" in entry
    }
