"""Options for the whole suite: other conditions for every test, and the links that no test reached."""

import json
import re

import pytest
from suites import Run

REACHES = """
import train

def test_it(regilink):
    train.main()
"""
JOBS = """
import train

def run_nightly():
    train.main("wandb-registry-model/nightly")

def run_weekly():
    train.main("wandb-registry-model/weekly")
"""
SERVE = """
import wandb

def promote(version):
    with wandb.init() as run:
        run.link_artifact(
            version,
            "wandb-registry-dataset/animals",
        )
"""


@pytest.mark.slow
def test_the_suite_with_another_role(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(test_it=REACHES)
    result = run("--regilink-role=viewer")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*REG304*"])


def test_the_suite_on_another_server(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        def test_it(regilink):
            assert regilink.world.server_version == (0, 70, 0)

        @pytest.mark.regilink(server="0.75")
        def test_a_mark_has_the_last_word(regilink):
            assert regilink.world.server_version == (0, 75, 0)
        """
    )
    run("--regilink-server=0.70").assert_outcomes(passed=2)


def test_the_suite_with_each_classic_failure(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        from pytest_regilink import failures

        def test_it(regilink): pass

        def test_else(): pass

        @failures("missing-registry")
        def test_itself(regilink):
            import pytest
            pytest.skip("has its own")
        """
    )
    result = run("--regilink-faults=classic", "-v")
    outcomes = dict(re.findall(r"::(test_\S+) ([A-Z]+)", result.stdout.str()))
    assert outcomes == {
        "test_it[personal-entity]": "PASSED",
        "test_it[missing-registry]": "PASSED",
        "test_it[wrong-type]": "PASSED",
        "test_it[no-permission]": "PASSED",
        "test_it[server-error]": "FAILED",  # it links nothing, so that no request meets the fault
        "test_else": "PASSED",
        "test_itself[missing-registry]": "SKIPPED",
    }


def test_the_suite_with_a_fault_in_every_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        "def test_it(regilink): assert [fault.kind for fault in regilink.emulator.faults] == ['drop', 'delay']"
    )
    run("--regilink-faults=drop,delay").assert_outcomes(passed=1)
    result = run("--regilink-faults=gremlins")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no kind of fault is called 'gremlins'*"])


def test_a_file_without_a_known_number_of_links_is_named(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(test_it="def test_it(): pass")
    (suite.path / "broken.py").write_text("import wandb\nrun.link_artifact(\n", encoding="utf-8")
    run("--regilink-report").stdout.fnmatch_lines(["  broken.py:2*: this file could not be read, *"])


def test_links_that_no_test_reached_are_listed(suite: pytest.Pytester, run: Run) -> None:
    """With workers: `test_company.py`."""
    suite.makepyfile(test_it="import jobs\ndef test_it(regilink): jobs.run_nightly()", serve=SERVE, jobs=JOBS)
    result = run("--regilink-report", "--regilink-report-file=report.json")
    result.stdout.fnmatch_lines(
        [
            "regilink: 2 of 4 links are covered",
            "  jobs.py:7: wandb-registry-model/weekly: no test reached this link",
            "  serve.py:5: wandb-registry-dataset/animals: no test reached this link",
        ]
    )
    report = json.loads((suite.path / "report.json").read_text(encoding="utf-8"))
    assert [(link["path"], link["line"], link["tests"]) for link in report["links"]] == [
        ("jobs.py", 4, ["test_it.py::test_it"]),
        ("jobs.py", 7, []),
        ("serve.py", 5, []),
        ("train.py", 8, ["test_it.py::test_it"]),
    ]
    assert report["covered"] == 2


def test_the_links_of_the_source_are_counted_and_not_those_of_the_tests(suite: pytest.Pytester, run: Run) -> None:
    tests = suite.mkdir("tests")
    code = "import train\nimport wandb\ndef test_it(regilink):\n    train.main()\n    with wandb.init() as run:\n"
    code += "        0 and run.link_artifact(train, 'wandb-registry-model/own')\n"
    (tests / "test_it.py").write_text(code, encoding="utf-8")
    for arguments in ((), ("tests",), ("tests/test_it.py",)):
        result = run("--regilink-report", *arguments)
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["regilink: 1 of 1 links are covered"])
    (suite.path / "train.py").write_text("def main(): ...\n", encoding="utf-8")
    run("--regilink-report").stdout.fnmatch_lines(["regilink: no link was found outside of tests, so none is covered"])
