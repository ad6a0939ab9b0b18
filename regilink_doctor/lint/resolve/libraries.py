"""What functions of libraries give: each library that is known has a module, which is loaded for programs that call it.

A module has `call_function(context, name, node, at)`, which is asked with the last name of the function and gives its
alternatives, or None for a function that says nothing.
"""

from __future__ import annotations

from regilink_doctor.lint.resolve.context import Context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from regilink_doctor.lint.resolve.bindings import ProgramPoint
    from regilink_doctor.lint.resolve.values import Value
    from regilink_doctor.lint.text import syntax as ast

_MODULES = {
    "hydra": "hydra",
    "omegaconf": "omegaconf",
    "OmegaConf": "omegaconf",
}
"""Package -> the module here that knows it."""


def call_function(context: Context, path: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """What a function of a library gives; None for one that is not known."""
    package, _, name = path.partition(".")
    module = _MODULES.get(package)
    if module is None:
        return None
    from importlib import import_module

    values: Iterable[Value] | None = import_module(f"regilink_doctor.lint.resolve.{module}").call_function(
        context, name.rpartition(".")[2], node, at
    )
    return values
