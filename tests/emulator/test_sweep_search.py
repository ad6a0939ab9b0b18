"""What a sweep tries next: the values are those of W&B's `sweeps` package 0.3.0, noted once from a run of it."""

import random
from typing import Any

import pytest
from tables import check_rows

from regilink_doctor.emulator.world.access import Refusal
from regilink_doctor.emulator.world.sweeps import (
    Parameter,
    count_grid,
    find_stopped,
    next_in_grid,
    next_place,
    read_parameters,
)

PLACES = (0.05, 0.25, 0.5, 0.85, 0.99)


@check_rows(
    ("settings", "values"),
    [
        ({"min": -1.0, "max": 3.0}, [-0.8, 0.0, 1.0, 2.4, 2.96]),
        ({"min": 1, "max": 6}, [1, 2, 3, 6, 6]),
        ({"distribution": "q_uniform", "min": 0.0, "max": 1.0, "q": 0.25}, [0.0, 0.25, 0.5, 0.75, 1.0]),
        ({"distribution": "log_uniform", "min": -3.0, "max": 1.0},
            [0.0608101, 0.1353353, 0.3678794, 1.4918247, 2.6116965]),
        ({"distribution": "log_uniform_values", "min": 0.001, "max": 0.1},
            [0.0012589, 0.0031623, 0.01, 0.0501187, 0.0954993]),
        ({"distribution": "q_log_uniform", "min": 0.0, "max": 4.0, "q": 2}, [2, 2, 8, 30, 52]),
        ({"distribution": "q_log_uniform_values", "min": 1.0, "max": 50.0, "q": 1.0}, [1.0, 3.0, 7.0, 28.0, 48.0]),
        ({"distribution": "inv_log_uniform", "min": 0.0, "max": 3.0},
            [0.0578443, 0.1053992, 0.2231302, 0.6376282, 0.9704455]),
        ({"distribution": "inv_log_uniform_values", "min": 0.1, "max": 10.0},
            [0.1258925, 0.3162278, 1.0, 5.0118723, 9.5499259]),
        ({"mu": 1.0, "sigma": 2.0}, [-2.2897073, -0.3489795, 1.0, 3.0728668, 5.6526957]),
        ({"distribution": "q_normal", "mu": 0.0, "sigma": 5.0, "q": 1}, [-8, -3, 0, 5, 12]),
        ({"distribution": "log_normal", "mu": 0.0, "sigma": 1.0}, [0.1930408, 0.5094163, 1.0, 2.8191443, 10.2404737]),
        ({"distribution": "q_log_normal", "mu": 1.0, "sigma": 1.0, "q": 0.5}, [0.5, 1.5, 2.5, 7.5, 28.0]),
        ({"values": ["a", "b", "c"]}, ["a", "a", "b", "c", "c"]),
        ({"values": ["a", "b", "c"], "probabilities": [0.1, 0.2, 0.7]}, ["a", "b", "c", "c", "c"]),
        ({"value": 7}, [7] * 5),
    ],
)  # fmt: skip
def test_random_values_have_the_distribution_of_the_reference(settings: dict[str, Any], values: list[Any]) -> None:
    parameter = Parameter(("p",), settings)
    found = [parameter.value_at(place, random.Random(0)) for place in PLACES]
    if isinstance(values[0], str):
        assert found == values
    else:
        assert found == pytest.approx(values, rel=1e-5, abs=1e-5)
        assert {type(each) for each in found} == {type(each) for each in values}


def test_a_beta_distribution_has_its_mean() -> None:
    parameter, generator = Parameter(("p",), {"distribution": "beta", "a": 2, "b": 6}), random.Random(0)
    values = [parameter.value_at(0.5, generator) for _ in range(2000)]
    assert sum(values) / len(values) == pytest.approx(0.25, abs=0.01)


GRID = {
    "method": "grid",
    "parameters": {
        "b": {"values": ["x", "y"]},
        "a": {"parameters": {"deep": {"values": [1, 2.0, 3]}}},
        "n": {"min": 0, "max": 1, "distribution": "int_uniform"},
        "c": {"value": 7},
        "q": {"distribution": "q_uniform", "min": 0.0, "max": 1.0, "q": 0.5},
    },
}


def all_of_grid(config: dict[str, Any]) -> list[dict[str, Any]]:
    parameters, tried = read_parameters(config), []
    while (values := next_in_grid(parameters, tried)) is not None:
        tried.append(values)
    return tried


def test_a_grid_has_the_order_of_the_reference() -> None:
    tried = all_of_grid(GRID)
    assert len(tried) == count_grid(read_parameters(GRID)) == 24
    assert tried[:5] == [
        {"b": "x", "c": 7, "n": 0, "q": 0.0, "a": {"deep": 1}},
        {"b": "x", "c": 7, "n": 0, "q": 0.5, "a": {"deep": 1}},
        {"b": "x", "c": 7, "n": 1, "q": 0.0, "a": {"deep": 1}},
        {"b": "x", "c": 7, "n": 1, "q": 0.5, "a": {"deep": 1}},
        {"b": "y", "c": 7, "n": 0, "q": 0.0, "a": {"deep": 1}},
    ]
    assert tried[-1] == {"b": "y", "c": 7, "n": 1, "q": 0.5, "a": {"deep": 3}}


def test_a_grid_is_the_reference_itself() -> None:
    sweeps = pytest.importorskip("sweeps")
    runs: list[Any] = []
    while (run := sweeps.next_run(GRID, runs)) is not None:
        runs.append(run)
    assert all_of_grid(GRID) == [{name: each["value"] for name, each in run.config.items()} for run in runs]


def test_a_grid_does_not_try_again_what_was_there_before() -> None:
    config = {"method": "grid", "parameters": {"lr": {"values": [1, 2.0]}, "x": {"value": "c"}}}
    assert next_in_grid(read_parameters(config), [{"lr": 1.0, "x": "c"}]) == {"lr": 2.0, "x": "c"}


@check_rows(
    "config",
    [
        {"method": "guess", "parameters": {"a": {"value": 1}}},
        {"method": "random"},
        {"method": "random", "parameters": {}},
        {"method": "random", "parameters": {"a": 3}},
        {"method": "random", "parameters": {"a": {"typo": 3}}},
        {"method": "grid", "parameters": {"a": {"min": 0.0, "max": 1.0}}},
        {"method": "grid", "parameters": {"a": {"mu": 0.0, "sigma": 1.0}}},
    ],
)
def test_what_is_not_a_configuration_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="Invalid sweep config"):
        read_parameters(config)


def test_bayes_comes_nearer_to_the_best() -> None:
    parameters = read_parameters({"method": "bayes", "parameters": {"x": {"min": 0.0, "max": 1.0}}})
    generator = random.Random(1)

    def best_after(method: str, count: int = 40) -> float:
        results: list[tuple[dict[tuple[str, ...], float], float]] = []
        for _ in range(count):
            place = next_place(parameters, method, results, generator)
            results.append((place, abs(place["x",] - 0.7)))
        return sum(loss for _, loss in results) / count

    assert best_after("bayes") < best_after("random") * 0.7


HYPERBAND = {"early_terminate": {"type": "hyperband", "max_iter": 5, "eta": 2, "s": 2}}


def test_hyperband_stops_the_runs_of_the_reference() -> None:
    histories = {"a": [10, 9], "b": [10, 10], "c": [10, 8, 8], "d": [10, 7, 7], "e": [10, 6, 6]}
    assert find_stopped(HYPERBAND, histories, ["b", "c", "d"]) == ("b",)
    strict = {"early_terminate": {**HYPERBAND["early_terminate"], "strict": True}}
    assert find_stopped(strict, {**histories, "f": [1, 20]}, ["f"]) == ("f",)
    assert find_stopped({}, histories, ["b"]) == ()
    assert find_stopped({"early_terminate": {"type": "hyperband", "min_iter": 1}}, {"a": [1], "b": [9]}, ["b"]) == (
        "b",
    )
