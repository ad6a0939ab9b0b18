"""What a sweep tries next, and which of its runs it stops: grid, random, Bayes, Hyperband.

Grids have the order, and random parameters the distributions, of W&B's own `sweeps` package; Hyperband stops the same
runs. W&B's Bayesian search is a Gaussian process; this one looks around the best run so far, and samples at random one
time in four.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any

from regilink_doctor.core.records import record
from regilink_doctor.emulator.world.access import Refusal

METHODS = ("grid", "random", "bayes", "custom")

MAX_GRID = 1_000_000
"""Combinations of a grid; only those that are tried are made."""

FIRST_RANDOM = 4
"""Runs of a Bayesian search that are sampled at random before it looks around the best of them."""

Values = dict[str, Any]
Place = dict[tuple[str, ...], float]
"""Where a parameter lies in its distribution, from 0 to 1."""


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
    found = list(_flatten(section, ()))
    if config["method"] == "grid":
        for parameter in found:
            parameter.grid_values()
    return found


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
        return {name: _plain_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain_numbers(each) for each in value]
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
