"""`--regilink-live`: an item for each check of the doctor, here against the emulator."""

from collections.abc import Iterator

import pytest
from suites import Run

from regilink_doctor.emulator import Emulator


@pytest.fixture
def account(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account on a server that is there, and a suite with a right link and one to a registry that is not there."""
    with Emulator() as emulator:
        for name, value in emulator.environ().items():
            monkeypatch.setenv(name, value)
        pytester.makepyfile(
            train="""
            import wandb
            with wandb.init(entity="team-a") as run:
                run.link_artifact(model, "wandb-registry-model/zoo")
                run.link_artifact(model, "wandb-registry-modle/zoo")
            """
        )
        yield


def test_each_check_is_an_item_and_can_be_run_again(account: None, run: Run) -> None:
    result = run("--regilink-live", "-v")
    result.stdout.fnmatch_lines(
        [
            "regilink-live::host::* PASSED*",
            "regilink-live::account::account PASSED*",
            "regilink-live::registry::wandb-registry-model/zoo PASSED*",
            "regilink-live::registry::wandb-registry-modle/zoo FAILED*",
            "REG301: *modle*",
        ]
    )
    assert result.parseoutcomes()["failed"] == 1
    assert "Traceback" not in result.stdout.str()
    run("regilink-live::registry::wandb-registry-model/zoo").assert_outcomes(passed=1)
    run("regilink-live::registry").assert_outcomes(passed=1, failed=1)
    run("--regilink-live", "-m", "regilink_check", "-k", "account and not service").assert_outcomes(
        passed=1, deselected=sum(result.parseoutcomes().values()) - 1
    )


def test_what_failed_last_is_asked_again(account: None, run: Run) -> None:
    run("--regilink-live", "--ff")
    run("--regilink-live", "--lf").assert_outcomes(failed=1)


@pytest.mark.slow
def test_workers_do_not_ask_again(account: None, apart: Run) -> None:
    pytest.importorskip("xdist")
    once = apart("-p", "xdist", "--regilink-live", "-n", "2", "-v").parseoutcomes()
    assert once["failed"] == 1
    assert once["passed"] > 5


@pytest.mark.parametrize("is_allowed", [False, True])
def test_without_credentials_the_checks_are_skipped_and_the_links_fail(
    account: None, run: Run, monkeypatch: pytest.MonkeyPatch, is_allowed: bool
) -> None:
    monkeypatch.delenv("WANDB_API_KEY")
    result = run("--regilink-live", "-v", "-rs", "-W", "always", *(["--regilink-allow-unknown"] if is_allowed else []))
    outcomes = result.parseoutcomes()
    assert (outcomes.get("failed", 0), outcomes.get("warnings", 0)) == ((0, 1) if is_allowed else (1, 0))
    assert outcomes["skipped"] > 2
    shown = ["regilink-live::links PASSED*"] if is_allowed else ["*:links FAILED*", "2 of 2 links could not be checked"]
    result.stdout.fnmatch_lines([*shown, "*no credentials for W&B*WANDB_API_KEY*"])


def test_without_credentials_and_links_nothing_fails(
    account: None, pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_API_KEY")
    pytester.makepyfile(train="import wandb")
    assert "failed" not in run("--regilink-live").parseoutcomes()


UNREAD = """
import sys
import wandb
with wandb.init(entity="team-a") as run:
    run.link_artifact(model, sys.argv[1])
"""


def test_links_that_could_not_be_checked_fail(account: None, pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(train=UNREAD)
    result = run("--regilink-live", "-v", "-k", "links")
    result.assert_outcomes(failed=1, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(["regilink-live::links FAILED*", "1 of 1 links could not be checked", "*train.py:4: *"])
    passed = run("--regilink-live", "--regilink-allow-unknown", "-W", "always", "regilink-live::links")
    passed.assert_outcomes(passed=1, warnings=1)


def test_links_that_could_be_checked_pass(account: None, run: Run) -> None:
    run("regilink-live::links").assert_outcomes(passed=1)


def test_only_the_links_below_the_arguments_are_checked(account: None, pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "other").mkdir()
    (pytester.path / "other" / "job.py").write_text(
        'import wandb\nwith wandb.init(entity="team-a") as run:\n'
        '    run.link_artifact(m, "wandb-registry-dataset/x")\n',
        encoding="utf-8",
    )
    result = run("--regilink-live", "-v", "other")
    result.stdout.fnmatch_lines(["regilink-live::registry::wandb-registry-dataset/x PASSED*"])
    assert "modle" not in result.stdout.str()
