"""The worst hour of a user, in short: a fault at each moment. `tests/matrix/run.py --only faults` has them all."""

from collections.abc import Callable, Iterator

import pytest
import sdk_matrix
from trouble import Cell, Ending, suffer

from regilink_doctor.emulator import Emulator

pytest.importorskip("wandb")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


Suffer = Callable[[str, str], Ending]


@pytest.fixture
def suffered(emulator: Emulator, forked_python: str) -> Suffer:
    def run(kind: str, moment: str) -> Ending:
        ending = suffer(emulator, forked_python, Cell(kind, moment))
        assert ending.problems == ()
        return ending

    return run


@pytest.mark.parametrize(
    ("kind", "moment", "step", "words"),
    [
        pytest.param("expired-key", "init", "init", "user is not logged in", marks=pytest.mark.slow),
        ("garbage", "upload", "log", "the artifact's manifest has not been uploaded"),
        pytest.param("drop", "commit", "log", "commitartifact", marks=pytest.mark.slow),
        pytest.param("refuse", "link", "link", "permission denied", marks=pytest.mark.slow),
    ],
)
def test_a_fault_ends_in_the_sdks_own_error(suffered: Suffer, kind: str, moment: str, step: str, words: str) -> None:
    ending = suffered(kind, moment)
    assert ending.step == step
    assert words in (ending.error or "").lower()
    assert ending.linked == 0


def test_a_link_whose_answer_is_cut_is_in_the_ledger_though_the_sdk_raises(
    suffered: Suffer, emulator: Emulator
) -> None:
    ending = suffered("truncate", "link")
    assert ending.step == "link"
    assert ending.error
    assert ending.linked >= 1, "old SDKs try again, and each attempt is there"
    assert {each.version for each in emulator.ledger} == {"v0"}


@pytest.mark.slow
def test_a_link_that_is_only_late_is_made(suffered: Suffer) -> None:
    ending = suffered("delay", "link")
    assert (ending.step, ending.error, ending.linked) == ("finish", None, 1)


def test_the_page_is_made_of_the_results() -> None:
    assert sdk_matrix.PAGE.read_text(encoding="utf-8") == sdk_matrix.render(sdk_matrix.load()), (
        "run: python tests/matrix/run.py"
    )


def test_the_last_run_left_nothing_that_should_not_be() -> None:
    assert sdk_matrix.problems(sdk_matrix.load()) == []
