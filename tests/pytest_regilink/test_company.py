"""With other plugins and settings: workers, strict configurations, warnings as errors, other ways to import."""

from importlib.util import find_spec

import pytest
from suites import Run

STRICT = ["error", "ignore:The '.*' attribute with value .* was provided to the `Field\\(\\)`"]
"""Warnings are errors, but for those of pydantic about the models of an older wandb, when that is imported."""


def test_workers_and_a_strict_configuration(suite: pytest.Pytester, apart: Run) -> None:
    """In one process: `[tool.pytest]` strict, warnings as errors, importlib, no cache, two workers.

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
        test_it="""
        import pytest
        import train

        @pytest.mark.regilink(role="admin")
        @pytest.mark.parametrize("number", range(2))
        def test_each(regilink, number):
            train.main(f"wandb-registry-model/c{number}")
            regilink.assert_linked(f"wandb-registry-model/c{number}", exact=True)
            assert len(regilink.links) == 1
        """
    )
    workers = ("-p", "xdist", "-n2") if find_spec("xdist") else ()
    outcomes = apart(*workers).parseoutcomes()
    assert outcomes.pop("passed") >= 3  # with the files that link
    assert not outcomes
