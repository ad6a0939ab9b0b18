"""Suites of their own, as a team would run them: mostly in this process, for wandb is imported once then."""

import os
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest
from suites import TRAIN, Run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def everything_imported() -> None:
    """What is imported here stays: pytester makes a suite forget what it imported itself."""
    import_module("wandb")
    for package in ("regilink_doctor", "pytest_regilink"):
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if not module.name.endswith(("__main__", "demo_project.publish", "editor.server")):  # which needs "lsp"
                import_module(module.name)


@pytest.fixture
def apart(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the suite in a process of its own, for what cannot be shown in ours: it costs seconds."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(pytester.path)]))

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess("-p", "regilink", "-p", "no:cacheprovider", *arguments)

    return run


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a training script."""
    monkeypatch.syspath_prepend(pytester.path)
    pytester.makepyfile(train=TRAIN)
    return pytester


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the suite in this process, with no other plugin than ours."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(*arguments: str) -> pytest.RunResult:
        cache = () if any(each in ("--lf", "--ff", "--cache") for each in arguments) else ("-p", "no:cacheprovider")
        return pytester.runpytest_inprocess("-p", "regilink", "--show-capture=no", *cache, *arguments)

    return run
