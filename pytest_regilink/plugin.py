"""The hooks, and nothing else. Loaded in every pytest run, so it imports as good as nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_regilink.fixtures import regilink, regilink_emulator, regilink_world

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_regilink.items import CheckFile

__all__ = ["regilink", "regilink_emulator", "regilink_world"]

CHECK = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option, and the ini value of the same name."""
    group = parser.getgroup("regilink", "regilink: links to the W&B Registry")
    what = "lint the Python files below the arguments (below rootdir without any), as an item for each"
    group.addoption("--regilink-check", action="store_true", default=None, help=what)
    parser.addini("regilink_check", what, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Announce the marker; find out whether files are to be linted."""
    config.addinivalue_line("markers", "regilink_check: an item that regilink lints a file for")
    asked = config.getoption("--regilink-check")
    # A node id of ours that is given again asks for the check by itself.
    again = any(str(argument).endswith("::regilink") for argument in config.args)
    config.stash[CHECK] = bool(config.getini("regilink_check") if asked is None else asked) or again


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CheckFile | None:
    """A Python file below the arguments that speaks of W&B."""
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
    """Without arguments pytest walks `testpaths` alone: add what is linted in the rest of rootdir."""
    if not config.stash.get(CHECK, False) or config.args_source is pytest.Config.ArgsSource.ARGS:
        return
    from pytest_regilink.items import items_below

    known = {item.nodeid for item in items}
    items += [item for item in items_below(session, config.rootpath) if item.nodeid not in known]
