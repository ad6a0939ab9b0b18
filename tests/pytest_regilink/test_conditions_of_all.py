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
SERVE = """
import wandb

def promote(version):
    with wandb.init() as run:
        run.link_artifact(
            version,
            "wandb-registry-dataset/animals",
        )
"""


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


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n1")])
def test_links_that_no_test_reached_are_listed(
    suite: pytest.Pytester, run: Run, apart: Run, workers: tuple[str, ...]
) -> None:
    if workers:
        pytest.importorskip("xdist")
    suite.makepyfile(test_it=REACHES, serve=SERVE)
    result = (apart if workers else run)("--regilink-report", "--regilink-report-file=report.json", *workers)
    result.stdout.fnmatch_lines(
        [
            "regilink: 1 of 2 links are covered",
            "  serve.py:5: wandb-registry-dataset/animals: no test reached this link",
        ]
    )
    report = json.loads((suite.path / "report.json").read_text(encoding="utf-8"))
    assert [(link["path"], link["line"], link["tests"]) for link in report["links"]] == [
        ("serve.py", 5, []),
        ("train.py", 8, ["test_it.py::test_it"]),
    ]
    assert report["covered"] == 1
