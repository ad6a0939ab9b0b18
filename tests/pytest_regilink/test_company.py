"""With other plugins and settings: workers, strict configurations, warnings as errors, other ways to import.

The workers are forked from a Python that has imported wandb, which takes seconds.
"""

import json
from importlib.util import find_spec

import jsonschema
import pytest
from suites import Run

from regilink_doctor.report.schemas import SCHEMAS

STRICT = ["error", "ignore:The '.*' attribute with value .* was provided to the `Field\\(\\)`"]
"""Warnings are errors, but for those of pydantic about the models of an older wandb, when that is imported."""


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2])
def test_workers_and_a_strict_configuration(
    suite: pytest.Pytester, apart: Run, forked_python: str, number: int
) -> None:
    """In one run: `[tool.pytest]` strict, warnings as errors, importlib, no cache, workers; they report.

    pytest-asyncio and pytest-randomly are in the environment of the example project, where its suite is run with them.
    """
    (suite.path / "pyproject.toml").write_text(
        f"[tool.pytest]\nstrict = true\nfilterwarnings = {STRICT}\naddopts = ['--import-mode=importlib']\n"
        "pythonpath = ['.']\nregilink_check = true\n"
        if int(pytest.__version__.partition(".")[0]) >= 9
        else f"[tool.pytest.ini_options]\nfilterwarnings = {STRICT}\nregilink_check = true\npythonpath = ['.']\n"
        "addopts = ['--strict-markers', '--strict-config', '--import-mode=importlib']\n",
        encoding="utf-8",
    )
    suite.makepyfile(
        serve="""
        import sys
        import wandb

        def promote(version):
            with wandb.init(entity="team-a", project="p") as run:
                run.link_artifact(
                    version,
                    "wandb-registry-dataset/animals",
                )
                run.link_artifact(version, sys.argv[1])
        """,
        test_it="""
        import pytest
        import train

        @pytest.mark.regilink(role="admin")
        @pytest.mark.parametrize("number", range(2))
        def test_each(regilink, number):
            train.main(f"wandb-registry-model/c{number}")
            regilink.assert_linked(f"wandb-registry-model/c{number}", exact=True)
            assert len(regilink.links) == 1
        """,
    )
    workers = (
        ("-p", "xdist", "--dist=load", f"--tx={number}*popen//python={forked_python}") if find_spec("xdist") else ()
    )
    result = apart(*workers, "--regilink-report", "--regilink-report-file=report.json")
    outcomes = result.parseoutcomes()
    assert outcomes.pop("passed") >= 3  # with the files that link
    assert not outcomes
    result.stdout.fnmatch_lines(
        ["regilink: 1 link could not be read: serve.py:10", "regilink: 1 of 3 links are covered"]
    )
    report = json.loads((suite.path / "report.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMAS["coverage"][1]()).validate(report)
    assert {(link["path"], link["line"]): link["tests"] for link in report["links"]} == {
        ("serve.py", 6): [],
        ("serve.py", 10): [],
        ("train.py", 8): ["test_it.py::test_each[0]", "test_it.py::test_each[1]"],
    }
