"""The scenario of the matrix, with the wandb that is installed. `python tests/matrix/run.py` runs it with every one."""

from collections.abc import Iterator

import pytest
from running import Outcome, run

from regilink_doctor.emulator import Emulator

pytest.importorskip("wandb")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def outcome(emulator: Emulator, forked_python: str) -> Outcome:
    return run(emulator, forked_python, "scenario.py")


def test_every_step_with_a_registry_is_what_the_sdk_says_it_is(outcome: Outcome) -> None:
    assert outcome.status == 0, outcome.errors
    assert len(outcome.lines) == 17
    assert {line["step"]: line["detail"] for line in outcome.lines if not line["ok"]} == {}


def test_no_step_reaches_for_anything_real(outcome: Outcome) -> None:
    assert outcome.blocked == ()


def test_the_ledger_has_each_attempt_once(outcome: Outcome) -> None:
    assert [(each.verdict, each.code) for each in outcome.links] == [
        ("linked", None),
        ("refused", "REG203"),
        ("refused", "REG301"),
        ("refused", "REG401"),
    ]
