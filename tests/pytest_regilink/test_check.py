"""`--regilink-check`: the linter as items of the suite, chosen and run again like others."""

import os
import sys
from importlib.util import find_spec

import pytest
from suites import Run
from tables import sample

WRONG = """
import wandb
run = wandb.init(entity="team-a")
run.link_artifact(model, "wandb-registry-model")
raise SystemExit("this was run")
"""


@pytest.fixture(autouse=True)
def no_wandb(pytester: pytest.Pytester) -> None:
    """A suite that links wrongly in a script outside the tests."""
    pytester.makeini("[pytest]\ntestpaths = tests\n")
    for name, text in (("src/train.py", WRONG), ("tests/test_ok.py", "def test_ok(): pass\n")):
        path = pytester.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_files_outside_testpaths_are_found(run: Run) -> None:
    result = run("--regilink-check", "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "src/train.py::regilink FAILED*",
            "*_ regilink lint src/train.py _*",
            "*REG102*names a registry but no collection*",
        ]
    )
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize("argument", ["src/train.py", "src", "src/train.py::regilink", "./src/train.py"])
def test_a_script_that_is_named_is_linted_and_never_imported(run: Run, argument: str) -> None:
    result = run("--regilink-check", argument)
    result.assert_outcomes(failed=1)
    assert "this was run" not in result.stdout.str() + result.stderr.str()


def test_a_node_id_that_is_given_again_needs_no_option(run: Run) -> None:
    run("src/train.py::regilink").assert_outcomes(failed=1)
    run("src/train.py::regilink", "tests/test_ok.py").assert_outcomes(failed=1, passed=1)


def test_the_items_are_chosen_by_mark_and_by_name(run: Run) -> None:
    run("--regilink-check", "-m", "regilink_check").assert_outcomes(failed=1, deselected=1)
    run("--regilink-check", "-k", "test_ok").assert_outcomes(passed=1, deselected=1)
    run("--regilink-check", "-k", "train").assert_outcomes(failed=1, deselected=1)
    run().assert_outcomes(passed=1)


@pytest.mark.slow
def test_what_failed_last_is_run_again(pytester: pytest.Pytester, run: Run) -> None:
    run("--regilink-check", "--ff").assert_outcomes(passed=1, failed=1)
    run("--regilink-check", "--lf").assert_outcomes(failed=1)
    run("--regilink-check", "--ff", "-x").assert_outcomes(failed=1)
    (pytester.path / "src" / "train.py").write_text(WRONG.replace("-model", "-model/zoo"), encoding="utf-8")
    run("--regilink-check", "--lf").assert_outcomes(passed=1)


def test_the_ini_value_is_as_good_as_the_option(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\ntestpaths = tests\nregilink_check = true\n")
    run().assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(
    "arguments", sample([["."], ["src", "tests"], ["src", "src/train.py"], ["--import-mode=importlib"]], one_in=2)
)
def test_nothing_is_collected_twice(run: Run, arguments: list[str]) -> None:
    outcomes = run("--regilink-check", *arguments).parseoutcomes()
    assert outcomes["failed"] == 1
    assert outcomes.get("passed", 0) <= 1


def test_a_test_file_that_links_has_its_tests_and_its_item(pytester: pytest.Pytester, run: Run) -> None:
    text = WRONG.replace("raise SystemExit", "#") + "\ndef test_it(): pass\n"
    (pytester.path / "tests" / "test_links.py").write_text(
        "def f(model):" + text.replace("\n", "\n    "), encoding="utf-8"
    )
    result = run("--regilink-check", "-v", "tests")
    result.stdout.fnmatch_lines(["tests/test_links.py::regilink FAILED*"])
    result.assert_outcomes(passed=1, failed=1)


def test_notebooks_and_settings_are_linted_too(pytester: pytest.Pytester, run: Run) -> None:
    from regilink_doctor.workflows.lint import files_worth_linting

    source = pytester.path / "src"
    (source / "publish.ipynb").write_text(
        '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": '
        '["import wandb\\n", "run = wandb.init(entity=\\"team-a\\")\\n", '
        '"run.link_artifact(model, \\"wandb-registry-model\\")\\n"]}], '
        '"metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        encoding="utf-8",
    )
    assert any(str(path).endswith(".ipynb") for path in files_worth_linting([str(source)]))
    result = run("--regilink-check", "-v")
    result.stdout.fnmatch_lines(["src/publish.ipynb::regilink FAILED*", "*publish.ipynb:cell 1:*"])
    run("--regilink-check", "src/publish.ipynb").assert_outcomes(failed=1)


def test_a_file_without_a_link_is_no_item(pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "src" / "train.py").write_text(
        "import os\nprint('wandb is not imported here')\n", encoding="utf-8"
    )
    run("--regilink-check").assert_outcomes(passed=1)


@pytest.mark.slow
def test_an_unused_plugin_loads_nothing_heavy(pytester: pytest.Pytester, apart: Run) -> None:
    (pytester.path / "tests" / "test_ok.py").write_text(
        "import sys\n\ndef test_light():\n"
        "    heavy = {'wandb', 'graphql', 'requests', 'rich', 'yaml', 'responses'}\n"
        "    assert not heavy & set(sys.modules)\n"
        "    assert not [name for name in sys.modules if name.startswith('regilink_doctor.')]\n",
        encoding="utf-8",
    )
    apart().assert_outcomes(passed=1)


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are to be had there")
@pytest.mark.parametrize("with_worker", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_an_odd_name_forges_no_line_and_stops_no_worker(
    pytester: pytest.Pytester, run: Run, apart: Run, with_worker: bool
) -> None:
    for name in (b"bad\xff.py", b"new\nline.py", b"escape\x1b[31m.py"):
        with open(os.path.join(os.fsencode(pytester.path), b"src", name), "w", encoding="utf-8") as file:
            file.write(WRONG)
    worker = ("-p", "xdist", "-n1") if find_spec("xdist") else ()
    result = apart("--regilink-check", *worker, "src") if with_worker else run("--regilink-check", "src")
    result.assert_outcomes(failed=4)
    for name in (r"bad\udcff.py", r"new\nline.py", r"escape\x1b[31m.py"):
        assert f"FAILED src/{name}::regilink" in result.stdout.str()


UNREAD = """
import sys
import wandb
with wandb.init(entity="team-a", project="p") as run:
    run.link_artifact(model, sys.argv[1])
"""


@pytest.mark.parametrize("with_worker", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_links_to_a_project_are_named(pytester: pytest.Pytester, run: Run, apart: Run, with_worker: bool) -> None:
    code = UNREAD.replace("sys.argv[1]", '"model/zoo"')
    (pytester.path / "src" / "train.py").write_text(code, encoding="utf-8")
    worker = ("-p", "xdist", "-n1") if find_spec("xdist") else ()
    result = apart("--regilink-check", *worker, "src") if with_worker else run("--regilink-check", "src")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["regilink: 1 link goes to a project, not to a registry: src/train.py:5"])


@pytest.mark.parametrize("arguments", [("--ignore=src",), ("--ignore-glob=*train*",), ("-o", "norecursedirs=src")])
def test_what_pytest_ignores_is_not_linted(run: Run, arguments: tuple[str, ...]) -> None:
    run("--regilink-check", *arguments).assert_outcomes(passed=1)


def test_what_a_conftest_ignores_is_not_linted(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest('collect_ignore = ["src"]')
    run("--regilink-check").assert_outcomes(passed=1)


def test_the_items_are_counted(run: Run) -> None:
    run("--regilink-check").stdout.fnmatch_lines(["collected 2 items"])


def test_a_configuration_that_cannot_be_used_is_a_usage_error(pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "regilink.toml").write_text('selct = ["REG1"]\n', encoding="utf-8")
    result = run("--regilink-check")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: regilink: *selct*"])
    assert "INTERNALERROR" not in result.stdout.str()


def test_the_configuration_of_a_folder_that_cannot_be_used_fails_its_items(pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "src" / "regilink.toml").write_text('selct = ["REG1"]\n', encoding="utf-8")
    result = run("--regilink-check")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["src/regilink.toml: *selct*"])
    assert "INTERNALERROR" not in result.stdout.str()


@pytest.mark.parametrize("argument", ["src/train.py", "src/train.py::regilink"])
def test_doctests_do_not_import_a_script_that_is_named(run: Run, argument: str) -> None:
    result = run("--doctest-modules", "--regilink-check", argument)
    result.assert_outcomes(failed=1)
    assert "this was run" not in result.stdout.str() + result.stderr.str()


def test_the_option_wins_over_the_ini_value(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\ntestpaths = tests\nregilink_check = true\n")
    run("--no-regilink-check").assert_outcomes(passed=1)


def test_links_that_could_not_be_read_are_counted(pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "src" / "train.py").write_text(UNREAD, encoding="utf-8")
    result = run("--regilink-check")
    result.stdout.fnmatch_lines(["regilink: 1 link could not be read: src/train.py:5"])


def test_what_the_items_do_not_show_is_counted(pytester: pytest.Pytester, run: Run) -> None:
    comment = '"wandb-registry-model")  # regilink: ignore[REG102]'
    (pytester.path / "src" / "train.py").write_text(WRONG.replace('"wandb-registry-model")', comment), encoding="utf-8")
    result = run("--regilink-check")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["regilink: 1 finding suppressed, or hidden by min-severity"])


def test_what_per_file_ignores_leaves_out_is_counted(pytester: pytest.Pytester, run: Run) -> None:
    result = run("--regilink-check")
    assert "per-file-ignores" not in result.stdout.str()
    text = '[tool.regilink.per-file-ignores]\n"src/*" = ["REG102"]\n'
    (pytester.path / "pyproject.toml").write_text(text, encoding="utf-8")
    result = run("--regilink-check")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["regilink: 1 finding ignored by per-file-ignores"])


def test_nothing_to_lint_is_said(pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "src" / "train.py").unlink()
    run("--regilink-check").stdout.fnmatch_lines(["regilink: nothing was linted: *"])
