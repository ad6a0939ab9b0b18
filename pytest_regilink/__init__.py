"""The pytest plugin of regilink: fixtures, assertions, and the linter as a part of the suite.

The names are loaded when they are first used: pytest imports this package in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_regilink.assertions import ImpossibleAssertion
    from pytest_regilink.conditions import failures
    from pytest_regilink.guard import UnwatchedProcess
    from pytest_regilink.server_fixture import Regilink, UnfinishedRun

__all__ = ["ImpossibleAssertion", "Regilink", "UnfinishedRun", "UnwatchedProcess", "failures"]

_HOMES = {
    "ImpossibleAssertion": "assertions",
    "Regilink": "server_fixture",
    "UnfinishedRun": "server_fixture",
    "UnwatchedProcess": "guard",
    "failures": "conditions",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
