"""The hooks, and nothing else. Loaded in every pytest run, so it imports as good as nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_regilink.fixtures import (
    _regilink_fence,
    regilink,
    regilink_emulator,
    regilink_guard,
    regilink_module,
    regilink_responses,
    regilink_session,
    regilink_settings,
    regilink_world,
)
from pytest_regilink.keys import CHECK, CHOSEN, GUARD, LIVE, LIVE_ROWS

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from pytest_regilink.items import CheckFile

__all__ = [
    "_regilink_fence",
    "regilink",
    "regilink_emulator",
    "regilink_guard",
    "regilink_module",
    "regilink_responses",
    "regilink_session",
    "regilink_settings",
    "regilink_world",
]

SETTINGS = (
    ("check", "bool", "lint the files below the arguments (below rootdir without any), as an item for each"),
    ("live", "bool", "ask the live W&B server what `regilink doctor` asks, as an item for each of its checks"),
    ("catalog", "string", "the catalog that the fixtures begin with (default: that of the configuration)"),
)
"""Each an option `--regilink-NAME`, and an ini value `regilink_NAME`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, and an ini value for each."""
    group = parser.getgroup("regilink", "regilink: links to the W&B Registry")
    for name, kind, what in SETTINGS:
        if kind == "bool":
            group.addoption(f"--regilink-{name}", action="store_true", default=None, help=what)
            parser.addini(f"regilink_{name}", what, type="bool", default=False)
        else:
            group.addoption(f"--regilink-{name}", metavar="FILE", default=None, help=what)
            parser.addini(f"regilink_{name}", what, type="string", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Announce the markers; find out what is asked for."""
    config.addinivalue_line("markers", "regilink_check: an item of regilink's: a file that is linted, a live check")
    config.addinivalue_line(
        "markers",
        "regilink(registries, entity, role, server, faults, types): the server that the fixture `regilink` gives",
    )
    # A node id of ours that is given again asks by itself.
    arguments = [str(argument) for argument in config.args]
    config.stash[CHECK] = _asked(config, "check") or any(each.endswith("::regilink") for each in arguments)
    config.stash[CHOSEN] = [each for each in arguments if each.startswith("regilink-live::")]
    config.stash[LIVE] = _asked(config, "live") or bool(config.stash[CHOSEN])
    if config.stash[CHOSEN]:
        # There is no such file: pytest would say so and stop.
        config.args = [each for each in arguments if each not in config.stash[CHOSEN]]


def _asked(config: pytest.Config, name: str) -> bool:
    given = config.getoption(f"--regilink-{name}")
    return bool(config.getini(f"regilink_{name}") if given is None else given)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CheckFile | None:
    """A file below the arguments that speaks of W&B."""
    if not parent.config.stash.get(CHECK, False):
        return None
    from pytest_regilink.items import check_file

    return check_file(parent, file_path)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """A training script that is named on the command line is linted and never imported."""
    if not parent.config.stash.get(CHECK, False):
        return None
    from pytest_regilink.items import not_imported

    return not_imported(parent, module_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without arguments pytest walks `testpaths` alone: add what is linted in the rest of rootdir. And the doctor."""
    if config.stash.get(CHECK, False) and config.args_source is not pytest.Config.ArgsSource.ARGS:
        from pytest_regilink.items import items_below

        known = {item.nodeid for item in items}
        items += [item for item in items_below(session) if item.nodeid not in known]
    told: dict[str, Any] = getattr(config, "workerinput", {})
    if config.stash.get(LIVE, False) or "regilink_live" in told:
        from pytest_regilink import live

        rows = told["regilink_live"] if "regilink_live" in told else live.ask(config)
        items += live.items(session, rows, told.get("regilink_chosen", config.stash[CHOSEN]))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker of xdist what the doctor said: it is asked once."""
    if node.config.stash.get(LIVE, False):
        from pytest_regilink import live

        if LIVE_ROWS not in node.config.stash:
            node.config.stash[LIVE_ROWS] = live.ask(node.config)
        node.workerinput["regilink_live"] = node.config.stash[LIVE_ROWS]
        node.workerinput["regilink_chosen"] = node.config.stash[CHOSEN]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that its guard has seen at a real W&B server fails, whatever came of it."""
    result = yield
    guard = item.stash.get(GUARD, None)
    if guard is not None and guard.verdict:
        pytest.fail(guard.verdict, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say under a failure what wandb's error means, and which links the test had attempted."""
    report = yield
    add = getattr(report.longrepr, "addsection", None)
    if report.failed and call.excinfo is not None and add is not None:
        from pytest_regilink.diagnosis import diagnose

        if text := diagnose(item, call.excinfo.value):
            add("regilink", text)
    return report
