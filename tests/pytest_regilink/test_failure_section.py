"""The section under a failure of wandb."""

import pytest
from suites import Run


def test_wandbs_own_errors_are_explained_and_the_links_are_shown(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import wandb
        import train

        def test_personal(regilink):
            train.main(entity="alice")

        def test_offline(regilink):
            with wandb.init(mode="offline") as run:
                run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")

        def test_sdk(regilink):
            train.main("team-a/wandb-registry-model/zoo")
        """
    )
    result = run("--tb=short")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*- regilink -*",
            "Error: linking is only allowed within the same team*",
            "*/train.py:8,*",
            "Artifact logged under a personal entity [[]failure B1, REG203, REG201]",
            "*What to do: Log the artifact in a run of a team*",
            "Links that the test had attempted:",
            'refused   "wandb-registry-model/zoo"  (model alice/p/zoo:v0)',
            "*- regilink -*",
            "Link in an offline run [[]failure C1, REG601]",
            "*- regilink -*",
            "Team or user where the organization belongs [[]failure A12, REG202]",
            'refused   "team-a/wandb-registry-model/zoo" *',
        ]
    )
    assert "Display name and entity name" not in result.stdout.str(), "the emulator knows which cause it was"


@pytest.mark.slow
def test_a_failed_assertion_of_ours_has_said_it_already(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import train

        def test_training_publishes_the_model(regilink):
            train.main("model/zoo", entity="zoo-team")
            regilink.assert_linked("wandb-registry-model/zoo")

        def test_something_else():
            assert 1 == 2

        def test_another_error_with_a_link(regilink):
            train.main()
            raise RuntimeError("not W&B's")
        """
    )
    result = run()
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            '*AssertionError: train.py:8: linked to project "model", not to a registry [[]REG101, A1]: write "*/zoo"',
            "*Attempted links:",
            '*misplaced "model/zoo" *',
            "*went to zoo-team/model/zoo:v0, aliases candidate, not in a registry [[]REG101, A1]",
            "*assumed to exist because the code names it: team zoo-team",
            "*RuntimeError*",
            "*- regilink -*",
            "Links that the test had attempted:",
            'linked    "wandb-registry-model/zoo" *',
        ]
    )
    assert result.stdout.str().count("- regilink -") == 1


@pytest.mark.slow
def test_what_the_short_summary_cuts_follows_it_whole(
    suite: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    suite.makepyfile(
        test_it="""
        import pytest
        import train

        @pytest.mark.parametrize("number", range(3))
        def test_training_publishes_the_model(regilink, number):
            train.main("model/zoo")
            regilink.assert_linked("wandb-registry-model/zoo")

        def test_refused(regilink):
            train.main(entity="alice")

        def test_not_about_links(regilink):
            assert "a line that is much too long for the summary of a terminal" == "x" * 80
        """
    )
    line = 'train.py:8: linked to project "model", not to a registry [[]REG101, A1]: write "wandb-registry-model/zoo"'
    result = run()
    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(
        [
            "*short test summary info*",
            "FAILED test_it.py::test_training_publishes_the_model[[]0[]] - train.py*...",
            "FAILED test_it.py::test_not_about_links*",
            line,
            "  in test_it.py::test_training_publishes_the_model[[]0[]] and 2 more",
            'train.py:8: the link to "wandb-registry-model/zoo" was refused [[]REG203, B1]: *',
            "  in test_it.py::test_refused",
        ]
    )
    assert (
        "a line that is much too long" not in result.stdout.str().partition("short test summary")[2].partition("REG")[2]
    )
    whole = run("-vv", "-k", "0").stdout.str().partition("short test summary")[2]
    assert whole.count('write "wandb-registry-model/zoo"') == 1, "by pytest, or after it"


def test_the_refused_link_is_named_before_links_that_went_elsewhere(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import contextlib
        import train

        def test_it(regilink):
            with contextlib.suppress(Exception):
                train.main("wandb-registry-modle/zoo")
            train.main("wandb-registry-model/other")
            regilink.assert_linked("wandb-registry-model/zoo")
        """
    )
    run("-vv").stdout.fnmatch_lines(
        ['*AssertionError: train.py:8: nothing was linked to "*/zoo": the link to "*-modle/zoo" was refused [[]REG301*']
    )


def test_the_captured_log_has_the_programs_own_lines_and_not_those_of_wandb(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(
        """
        import logging

        def test_it(regilink, caplog, monkeypatch):
            monkeypatch.setattr(logging.getLogger("wandb"), "propagate", True)  # wandb 0.26 keeps its log to itself
            caplog.set_level("INFO")
            caplog.set_level("INFO", "wandb")
            logging.getLogger("wandb").info("progress of wandb")
            logging.getLogger("mine").warning("my line")
            assert sorted({record.name for record in caplog.records}) == []
        """
    )
    result = run("--show-capture=log")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert [[]'mine', 'wandb'[]] == [[][]]*"])
    result.stdout.fnmatch_lines(["*WARNING *mine:*my line"])
    result.stdout.no_fnmatch_line("INFO *wandb*")


def test_what_wandb_prints_of_each_run_is_left_out(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import sys
        import train
        import wandb

        def test_captured(regilink, capsys):
            train.main()
            assert "Syncing run" in capsys.readouterr().err

        def test_shown(regilink):
            train.main()
            print("wandb: on standard output")
            wandb.termwarn("it is late")
            print("of the test", file=sys.stderr)
            raise RuntimeError
        """
    )
    result = run("--show-capture=all")
    result.assert_outcomes(passed=1, failed=1)
    shown = result.stdout.str()
    for line in ("wandb: on standard output", "wandb: WARNING it is late", "of the test"):
        assert f"\n{line}\n" in shown
    assert "wandb: Syncing run" not in shown
