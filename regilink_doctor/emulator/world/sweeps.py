"""Sweeps: created, paused, stopped; what their agents run next, by grid, random or Bayesian search."""

from __future__ import annotations

import itertools
import json
import math
import random
import secrets
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any

from regilink_doctor.core.records import record
from regilink_doctor.emulator.world import access, runs
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
        read_parameters(read_config(values["config"]))
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
    read_parameters(read_config(values["config"]))
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
    owner = state.find_project(entity, project or "uncategorized")
    return owner.sweeps.get(name) if owner is not None else None


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
    """How many runs it will have; None without an end."""
    config = read_config(sweep.config)
    cap = config.get("run_cap")
    if config.get("method") != "grid":
        return cap if isinstance(cap, int) else None
    count = count_grid(read_parameters(config))
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
    states = ("preempting", "preempted")
    preempted = next((item for item in sweep.runs.values() if item.run and item.run.state in states), None)
    if preempted is not None:
        return [_command("resume", sweep, preempted)]
    values, place = _suggest(sweep)
    if values is None:
        if all(item.run is not None and item.run.state in ENDED for item in sweep.runs.values()):
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
    return [item.run for item in sweep.runs.values() if item.run is not None and not item.is_prior]


def best_loss(sweep: Sweep) -> float | None:
    """The best value of the sweep's metric so far."""
    config = read_config(sweep.config)
    losses = [loss for item in sweep.runs.values() if (loss := _loss(config, item)) is not None]
    return _sign(config) * min(losses) if losses else None


def _command(kind: str, sweep: Sweep, run: SweepRun) -> dict[str, Any]:
    arguments = {name: {"value": value} for name, value in run.values.items()}
    program = read_config(sweep.config).get("program")  # `wandb agent` starts it; an agent with a function does not
    return {"type": kind, "run_id": run.name, "program": program, "args": arguments}


def _suggest(sweep: Sweep) -> tuple[dict[str, Any] | None, Place]:
    config = read_config(sweep.config)
    own = [item for item in sweep.runs.values() if not item.is_prior]
    cap = config.get("run_cap")
    if config["method"] == "custom" or (isinstance(cap, int) and len(own) >= cap):
        return None, {}
    parameters = read_parameters(config)
    if config["method"] == "grid":
        return next_in_grid(parameters, (item.values for item in sweep.runs.values())), {}
    # The same sweep tries the same values in every run of a test.
    generator = random.Random(f"{sweep.config} {len(own)}")  # noqa: S311 - nothing secret
    results = [(item.place, loss) for item in own if (loss := _loss(config, item)) is not None and item.place]
    place = next_place(parameters, config["method"], results, generator)
    values = [parameter.value_at(place[parameter.path], generator) for parameter in parameters]
    return nest(parameters, values), place


def _find_stopped(sweep: Sweep, active: list[str]) -> tuple[str, ...]:
    config = read_config(sweep.config)
    if not active or "early_terminate" not in config:
        return ()
    histories = {item.name: list(_metric_history(config, item.run)) for item in sweep.runs.values() if item.run}
    return find_stopped(config, histories, active)


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


METHODS = ("grid", "random", "bayes", "custom")

MAX_GRID = 1_000_000
"""Combinations of a grid; only those that are tried are made."""

FIRST_RANDOM = 4
"""Runs of a Bayesian search that are sampled at random before it looks around the best of them."""

Values = dict[str, Any]
Place = dict[tuple[str, ...], float]
"""The position of a parameter in its distribution, from 0 to 1."""


@record
class Parameter:
    """One parameter, by its path in the configuration. `settings` are those of the sweep's configuration."""

    path: tuple[str, ...]
    settings: Mapping[str, Any]

    @property
    def distribution(self) -> str:
        """Its name; what it is when the configuration does not say so."""
        settings = self.settings
        if "distribution" in settings:
            return str(settings["distribution"])
        if "value" in settings:
            return "constant"
        if "values" in settings:
            return "categorical_w_probabilities" if "probabilities" in settings else "categorical"
        if "mu" in settings:
            return "normal"
        return "int_uniform" if all(isinstance(settings.get(name), int) for name in ("min", "max")) else "uniform"

    def grid_values(self) -> Sequence[Any]:
        """Its values in a grid.

        Raises:
            Refusal: it has endlessly many.
        """
        settings, kind = self.settings, self.distribution
        if kind == "constant":
            return [settings["value"]]
        if kind == "categorical":
            return list(settings["values"])
        if kind == "int_uniform":
            return range(settings["min"], settings["max"] + 1)
        if kind == "q_uniform":
            low, step = settings["min"], settings.get("q", 1)
            return [low + index * step for index in range(max(0, math.ceil((settings["max"] - low) / step)))]
        raise _invalid(f"parameter {'.'.join(self.path)} of a grid has the distribution {kind}")

    def value_at(self, place: float, generator: random.Random) -> Any:
        """The value at a place from 0 to 1 of its distribution."""
        settings, kind = self.settings, self.distribution
        if kind == "constant":
            return settings["value"]
        if kind == "categorical":
            values = settings["values"]
            return values[max(math.ceil(place * len(values)) - 1, 0)]
        if kind == "categorical_w_probabilities":
            sums = itertools.accumulate(settings["probabilities"])
            choice = next((index for index, end in enumerate(sums) if place < end), len(settings["values"]) - 1)
            return settings["values"][choice]
        if kind == "int_uniform":
            low, high = settings["min"], settings["max"]
            return low + max(math.ceil(place * (high - low + 1)) - 1, 0)
        rounded = kind.startswith("q_")
        shape = _SHAPES.get(kind.removeprefix("q_"))
        if shape is None:
            raise _invalid(f"unknown distribution {kind}")
        value = shape(settings, min(max(place, 1e-12), 1 - 1e-12), generator)
        if not rounded:
            return value
        step = settings.get("q", 1)
        value = round(value / step) * step
        return int(value) if isinstance(step, int) else value


def _uniform(settings: Mapping[str, Any], place: float) -> float:
    low, high = float(settings["min"]), float(settings["max"])
    return low + place * (high - low)


def _between_logarithms(settings: Mapping[str, Any], place: float) -> float:
    low, high = math.log(settings["min"]), math.log(settings["max"])
    return math.exp(low + place * (high - low))


def _normal(settings: Mapping[str, Any], place: float) -> float:
    return NormalDist(settings.get("mu", 0.0), settings.get("sigma", 1.0)).inv_cdf(place)


_SHAPES: dict[str, Callable[[Mapping[str, Any], float, random.Random], float]] = {
    "uniform": lambda settings, place, _: _uniform(settings, place),
    "log_uniform": lambda settings, place, _: math.exp(_uniform(settings, place)),
    "log_uniform_values": lambda settings, place, _: _between_logarithms(settings, place),
    "inv_log_uniform": lambda settings, place, _: math.exp(-_uniform(settings, 1 - place)),
    "inv_log_uniform_values": lambda settings, place, _: _between_logarithms(settings, place),
    "normal": lambda settings, place, _: _normal(settings, place),
    "log_normal": lambda settings, place, _: math.exp(_normal(settings, place)),
    "beta": lambda settings, _, generator: generator.betavariate(settings["a"], settings["b"]),
}


def read_parameters(config: Mapping[str, Any]) -> list[Parameter]:
    """The parameters of a sweep in the order of their names, as W&B takes them.

    Raises:
        Refusal: the configuration is not one of a sweep.
    """
    if config.get("method") not in METHODS:
        raise _invalid(f"method is one of {', '.join(METHODS)}")
    section = config.get("parameters")
    if not isinstance(section, dict) or not section:
        raise _invalid("parameters is an object with at least one parameter")
    parameters = list(_flatten(section, ()))
    if config["method"] == "grid":
        for parameter in parameters:
            parameter.grid_values()
    return parameters


def _flatten(section: Mapping[str, Any], prefix: tuple[str, ...]) -> Iterator[Parameter]:
    for name, settings in sorted(section.items()):
        if not isinstance(settings, dict):
            raise _invalid(f"parameter {'.'.join((*prefix, name))} is an object")
        if isinstance(settings.get("parameters"), dict):
            yield from _flatten(settings["parameters"], (*prefix, name))
        elif settings.keys() & {"value", "values", "min", "max", "mu", "sigma", "a", "b", "distribution"}:
            yield Parameter((*prefix, name), settings)
        else:
            raise _invalid(f"parameter {'.'.join((*prefix, name))} has neither a value nor a distribution")


def _invalid(reason: str) -> Refusal:
    return Refusal(f"Invalid sweep config: {reason}")


def count_grid(parameters: Iterable[Parameter]) -> int:
    """How many runs a grid has."""
    return math.prod(len(parameter.grid_values()) for parameter in parameters)


def next_in_grid(parameters: Sequence[Parameter], tried: Iterable[Values]) -> Values | None:
    """The first combination that was not tried; None when all were."""
    seen = {_fingerprint(values) for values in tried}
    grids = (parameter.grid_values() for parameter in parameters)
    for combination in itertools.islice(itertools.product(*grids), MAX_GRID):
        values = nest(parameters, combination)
        if _fingerprint(values) not in seen:
            return values
    return None


def _fingerprint(values: Values) -> str:
    """The same for `3` and `3.0`, which a configuration does not keep apart."""
    return json.dumps(_plain_numbers(values), sort_keys=True, default=str)


def _plain_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def nest(parameters: Iterable[Parameter], values: Iterable[Any]) -> Values:
    """The values by the paths of their parameters."""
    nested: Values = {}
    for parameter, value in zip(parameters, values, strict=True):
        section = nested
        for name in parameter.path[:-1]:
            section = section.setdefault(name, {})
        section[parameter.path[-1]] = value
    return nested


def next_place(
    parameters: Sequence[Parameter], method: str, results: Sequence[tuple[Place, float]], generator: random.Random
) -> Place:
    """Where to sample next: anywhere; or, for `bayes`, mostly around the best of `results`: the smallest loss."""
    best = min(results, key=lambda result: result[1])[0] if results else {}
    explores = method != "bayes" or len(results) < FIRST_RANDOM or generator.random() < 0.25
    place = {}
    for parameter in parameters:
        if explores or parameter.path not in best:
            place[parameter.path] = generator.random()
        else:
            step = generator.gauss(0.0, 0.3 / math.sqrt(1 + len(results)))
            place[parameter.path] = min(max(best[parameter.path] + step, 0.0), 1.0)
    return place


def find_stopped(
    config: Mapping[str, Any], histories: Mapping[str, Sequence[float]], running: Iterable[str]
) -> tuple[str, ...]:
    """The running runs that Hyperband stops. `histories` are the values of the metric, a smaller one is better."""
    settings = config.get("early_terminate")
    if not isinstance(settings, dict) or settings.get("type") != "hyperband":
        return ()
    bands = list(_find_bands(settings))
    ratio = 1 / float(settings.get("eta", 3))
    thresholds = []
    for band in bands:
        values = sorted(history[band - 1] for history in histories.values() if len(history) >= band)
        thresholds.append(values[int(ratio * len(values))] if values else math.inf)
    stopped = []
    for run in running:
        history = histories.get(run, ())
        reached = [(band, threshold) for band, threshold in zip(bands, thresholds, strict=True) if band <= len(history)]
        if reached:
            band, threshold = reached[-1]
            value = history[band - 1] if settings.get("strict") is True else min(history)
            if value > threshold:
                stopped.append(run)
    return tuple(stopped)


def _find_bands(settings: Mapping[str, Any]) -> Iterator[int]:
    eta = float(settings.get("eta", 3))
    if "max_iter" in settings:
        bands = [int(settings["max_iter"] / eta**power) for power in range(1, int(settings.get("s", 3)) + 1)]
        yield from sorted(band for band in bands if band >= 1)
    elif "min_iter" in settings:
        yield from (int(settings["min_iter"] * eta**power) for power in range(100))
