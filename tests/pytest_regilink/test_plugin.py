"""The plugin in suites of their own, as a team would run them."""

import os
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAIN = """
import wandb

def main(target="wandb-registry-model/zoo", entity="team-a"):
    with wandb.init(entity=entity, project="p") as run:
        model = wandb.Artifact("zoo", type="model")
        with model.new_file("weights.txt") as file:
            file.write("weights")
        run.link_artifact(model, target, aliases=["candidate"])
"""
SCRIPT = """
import wandb
run = wandb.init(entity="team-a")
run.link_artifact(model, "wandb-registry-model")
raise SystemExit("this was run")
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(pytester.path)]))
    return pytester


def run(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    installed = any(point.name == "regilink" for point in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "pytest_regilink.plugin"]
    return suite.runpytest_subprocess(*plugin, "-p", "no:cacheprovider", *arguments)


def test_a_training_publishes_its_model(suite: pytest.Pytester) -> None:
    suite.makepyfile(train=TRAIN)
    suite.makepyfile(
        test_it="""
        import os
        import pytest
        import train

        def test_training_publishes_the_model(regilink):
            regilink.registry("model", types=["model"])
            train.main()
            link = regilink.assert_linked("wandb-registry-model/zoo", type="model", aliases={"candidate"})
            assert link.version == "v0"

        def test_every_test_has_a_world_of_its_own(regilink):
            regilink.assert_not_linked()
            train.main()
            assert regilink.assert_linked("acme/wandb-registry-model/zoo").version == "v0"

        def test_a_refusal_is_an_error_in_the_training(regilink):
            import wandb
            with pytest.raises(wandb.errors.CommError, match="within the same team"):
                train.main(entity="alice")
            regilink.assert_refused("wandb-registry-model/zoo", code="REG203")

        def test_the_environment_is_as_before():
            assert not [name for name in os.environ if name.startswith("WANDB_")]
        """
    )
    run(suite, "-q").assert_outcomes(passed=4)


def test_a_link_in_the_wrong_place_fails_with_the_ledger(suite: pytest.Pytester) -> None:
    suite.makepyfile(train=TRAIN)
    suite.makepyfile(
        test_it="""
        import train

        def test_training_publishes_the_model(regilink):
            train.main("model/zoo")
            regilink.assert_linked("wandb-registry-model/zoo")
        """
    )
    result = run(suite)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*nothing was linked to 'wandb-registry-model/zoo'. Attempted:*", "*misplaced*team-a/model/zoo*", "*A1*"]
    )


def test_disabled_mode_proves_nothing_and_says_so(suite: pytest.Pytester) -> None:
    suite.makepyfile(train=TRAIN)
    suite.makepyfile(
        test_it="""
        import train

        def test_training(regilink, monkeypatch):
            monkeypatch.setenv("WANDB_MODE", "disabled")
            train.main("nonsense")
            regilink.assert_linked("wandb-registry-model/zoo")
        """
    )
    run(suite).stdout.fnmatch_lines(["*no link was attempted at all*disabled*"])


def test_the_check_finds_files_outside_testpaths(suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\ntestpaths = tests\n")
    suite.mkdir("tests")
    (suite.path / "tests" / "test_ok.py").write_text("def test_ok(): pass\n")
    suite.mkdir("src")
    (suite.path / "src" / "train.py").write_text(SCRIPT)
    result = run(suite, "--regilink-check", "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["src/train.py::regilink FAILED*", "*REG102*names a registry but no collection*"])
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize("argument", ["src/train.py", "src", "src/train.py::regilink"])
def test_a_script_that_is_named_is_linted_and_never_imported(suite: pytest.Pytester, argument: str) -> None:
    suite.mkdir("src")
    (suite.path / "src" / "train.py").write_text(SCRIPT)
    result = run(suite, "--regilink-check", argument)
    result.assert_outcomes(failed=1)
    assert "this was run" not in result.stdout.str() + result.stderr.str()


def test_its_items_are_chosen_like_others(suite: pytest.Pytester) -> None:
    suite.makepyfile(train=SCRIPT, test_ok="def test_ok(): pass")
    run(suite, "--regilink-check", "-m", "regilink_check").assert_outcomes(failed=1, deselected=1)
    run(suite, "--regilink-check", "-k", "test_ok").assert_outcomes(passed=1, deselected=1)
    run(suite, "train.py::regilink").assert_outcomes(failed=1)
    run(suite).assert_outcomes(passed=1)


def test_nothing_is_collected_twice_by_workers(suite: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    suite.makepyfile(train=SCRIPT, test_ok="def test_ok(): pass")
    run(suite, "--regilink-check", "-n", "2").assert_outcomes(passed=1, failed=1)


def test_an_unused_plugin_loads_nothing_heavy(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import sys

        def test_light():
            heavy = {"wandb", "graphql", "requests", "rich", "yaml", "responses"}
            assert not heavy & set(sys.modules)
            assert not [name for name in sys.modules if name.startswith("regilink_doctor.")]
        """
    )
    run(suite, "-p", "no:xdist").assert_outcomes(passed=1)


def test_the_assertions_stand_alone() -> None:
    from pytest_regilink.assertions import assert_target_path

    assert_target_path("wandb-registry-model/zoo")
    with pytest.raises(AssertionError, match="REG102"):
        assert_target_path("wandb-registry-model")
    with pytest.raises(AssertionError, match="goes to a project"):
        assert_target_path("model/zoo")
