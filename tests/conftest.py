"""What all tests share: a home of their own, no colors, no W&B settings of the user who runs them, signals as in the
foreground."""

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import tables
import yaml  # noqa: F401 - pytester drops what its runs import; errors of a second yaml's C module are the first one's
from forked_python import serve_forks

import regilink_doctor.rules.hard_coded_api_key  # noqa: F401 - marks the key of its examples as public, for all tests
from regilink_doctor.core import text
from regilink_doctor.emulator import environ

gc.disable()  # until all tests are collected: what is imported stays
# Hundreds of tests start Python, and each start compiles everything anew where the user's environment turns bytecode
# off: a third of the suite's time. Here it is kept, but not in the user's tree.
if sys.dont_write_bytecode:
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

# wandb writes `~/.netrc` and `~/.config/wandb` when a test logs in, some versions before they have asked the server.
# Tools that tests start find what they have downloaded before where the user has it.
HOME = tempfile.mkdtemp(prefix="regilink-tests-home-")
for _name, _folder in (("PIP_CACHE_DIR", "pip"), ("PRE_COMMIT_HOME", "pre-commit")):
    os.environ.setdefault(_name, str(Path.home() / ".cache" / _folder))
for _name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "NETRC"):
    os.environ.pop(_name, None)
os.environ["HOME"] = os.environ["USERPROFILE"] = HOME

# A shell ignores SIGINT for what it starts in the background, and children inherit that: those that a test interrupts
# would never notice.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# wandb-core waits a second before it tries a request again, and settings of less do not count.
environ.PATIENCE |= {name: "1" for name in environ.PATIENCE if name.endswith("_RETRY_MAX")}

try:
    from hypothesis import HealthCheck, settings
except ImportError:  # the environments with old wandbs have what their tests need, no more
    pass
else:
    # On a machine that is busy, examples are slow to come: that is not a failure.
    for _name, _examples in (("calm", 15), ("thorough", 300)):  # CI has --hypothesis-profile=thorough
        settings.register_profile(
            _name, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=_examples
        )
    settings.load_profile("calm")

pytest_plugins = ["pytester"]

AT_END = ExitStack()
SHARED_PYTHON: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    """Let a worker of xdist that has nothing left take tests of another: near the end of the suite are long ones.

    Rows of tables that would be deselected are not collected.
    """
    tables.has_slow_rows = config.option.markexpr != "not slow"
    if config.getoption("dist", "no") == "load":
        config.option.dist = "worksteal"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Let the workers of xdist share a `forked_python`: wandb is imported for it once."""
    if hasattr(os, "fork"):
        if not SHARED_PYTHON:
            SHARED_PYTHON.append(str(AT_END.enter_context(serve_forks(Path(HOME) / "python"))))
        node.workerinput["forked_python"] = SHARED_PYTHON[0]


def pytest_unconfigure() -> None:
    gc.freeze()  # the end of the process finds no more garbage
    AT_END.close()
    shutil.rmtree(HOME, ignore_errors=True)


def pytest_collection_finish() -> None:
    """Take wandb, the items and what else lives to the end out of every further collection of garbage; have few."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(400_000, 20, 100)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name in ("NO_COLOR", "FORCE_COLOR") or name.startswith(("WANDB_", "REGILINK_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("REGILINK_LANG", "en")  # whatever the locale of the machine
    # What one test gives as a key is an ordinary word in the output of the next one.
    monkeypatch.setattr(text, "_remembered", [])
    monkeypatch.setattr(text, "_public", set(text._public))


@pytest.fixture(params=["forked", pytest.param("started", marks=pytest.mark.slow)])
def python(request: pytest.FixtureRequest) -> str:
    """A `python` for programs that use the SDK: `forked_python`, and in CI the real one as well."""
    return str(request.getfixturevalue("forked_python")) if request.param == "forked" else sys.executable


@pytest.fixture(scope="session")
def forked_python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A `python`, in a folder of its own, that has imported wandb: for programs of which only the links matter."""
    if not hasattr(os, "fork"):
        yield sys.executable
    elif shared := getattr(request.config, "workerinput", {}).get("forked_python"):
        yield shared
    else:
        with serve_forks(tmp_path_factory.mktemp("forks") / "python") as python:
            yield str(python)
