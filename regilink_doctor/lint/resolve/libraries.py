"""What functions of libraries give: each library that is known has a module, which is loaded for programs that call it.

A module has `call_function(context, name, node, at)`, which is asked with the last name of the function and gives its
alternatives, or None for a function that says nothing. A library that calls functions of the program has
`find_passed(context, scope)` for what it passes.
"""

from __future__ import annotations

from regilink_doctor.lint.resolve.context import Context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from regilink_doctor.lint.resolve.bindings import ProgramPoint, Scope
    from regilink_doctor.lint.resolve.values import Value
    from regilink_doctor.lint.text import syntax as ast

_MODULES = {
    "hydra": "hydra",
    "omegaconf": "omegaconf",
    "OmegaConf": "omegaconf",
}
"""Package -> the module here that knows it."""

_CALLERS = {"hydra": "hydra"}
"""Packages that call functions of the program, for a decorator."""


def call_function(context: Context, path: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """What a function of a library gives; None for one that is not known."""
    package, _, name = path.partition(".")
    module = _MODULES.get(package)
    if module is None:
        return None
    values: Iterable[Value] | None = _load(module).call_function(context, name.rpartition(".")[2], node, at)
    return values


def find_passed(context: Context, scope: Scope) -> list[Value] | None:
    """What a library passes to a function as its first argument; None where none calls it."""
    if getattr(scope.node, "decorator_list", ()):
        for package in _CALLERS.keys() & scope.module.imports:
            values: list[Value] | None = _load(_CALLERS[package]).find_passed(context, scope)
            if values is not None:
                return values
    return None


def _load(module: str) -> Any:
    from importlib import import_module

    return import_module(f"regilink_doctor.lint.resolve.{module}")
