"""What functions of libraries give: each library that is known has a module, which is loaded for programs that call it.

A module has `call_function(context, name, node, at)`, which is asked with the last name of the function and gives its
alternatives, or None for a function that says nothing. A library that calls functions of the program has
`find_passed_to_main(context, scope)` for what it passes.
"""

from __future__ import annotations

import posixpath

from regilink_doctor.lint.resolve.bindings import ClassOrObject
from regilink_doctor.lint.resolve.context import Context
from regilink_doctor.lint.resolve.values import is_mapping
from regilink_doctor.lint.text.memory import is_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from regilink_doctor.core.sites import Sweep
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.lint.resolve.bindings import Module, ProgramPoint, Scope
    from regilink_doctor.lint.resolve.values import Instance, Loaded, Method, Value
    from regilink_doctor.lint.text import syntax as ast

_MODULES = {
    "absl": "parsers",
    "argparse": "program_commands",
    "click": "program_commands",
    "typer": "program_commands",
    "hydra": "hydra",
    "omegaconf": "omegaconf",
    "OmegaConf": "omegaconf",
    "cattrs": "models",
    "dacite": "models",
    "environ": "environment",
    "environs": "environment",
    "ml_collections": "parsers",
    "msgspec": "models",
    "os": "standard_library",
    "posixpath": "standard_library",
    "re": "standard_library",
    "textwrap": "standard_library",
    "urllib": "standard_library",
    "draccus": "parsers",
    "pyrallis": "parsers",
    "simple_parsing": "parsers",
    "transformers": "parsers",
    "tyro": "parsers",
}
"""Package -> the module here that knows it."""

CONSTRUCTORS = frozenset({"model_validate", "model_validate_json", "parse_file", "parse_obj", "parse_raw"})
"""Methods of pydantic's models that make an object of data."""

_STARTERS = frozenset({"fire", "jsonargparse", "lightning", "pytorch_lightning", "typer", "tyro"})
"""Packages that make a command line of a function or class."""

PATH_ATTRIBUTES = frozenset({"name", "parent", "parts", "stem", "suffix", "suffixes"})
"""Attributes of paths that no string has."""

_SETTINGS = frozenset({"pydantic", "pydantic_settings"})

FLAGS = "absl.flags.FLAGS"
FLAG_HOLDER = "absl.flags.FlagHolder"
"""The object that has the value of one flag."""

_CALLERS = {"draccus": "parsers", "hydra": "hydra", "pyrallis": "parsers"}
"""Packages that call functions of the program, for a decorator."""


def call_function(context: Context, path: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """What a function of a library gives; None for one that is not known."""
    package, _, name = path.partition(".")
    module = _MODULES.get(package)
    if module is None:
        return None
    values: Iterable[Value] | None = _load(module).call_function(context, name.rpartition(".")[2], node, at)
    return values


def call_method(context: Context, method: Method, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """What a method of an object of a library gives; None for one that is not known."""
    module = _MODULES.get(method.owner.type.partition(".")[0])
    values: Iterable[Value] | None = _load(module).call_method(context, method, node, at) if module else None
    return values


def get_path_attribute(context: Context, owner: StringValue, name: str, node: ast.Attribute, at: ProgramPoint) -> Value:
    """`.stem`, `.parent`, `.name` of a path."""
    value: Value = _load("standard_library").get_path_attribute(context, owner, name, node, at)
    return value


def change_path(owner: StringValue, name: str, arguments: list[str], node: ast.Call, at: ProgramPoint) -> Value:
    """A path after `with_suffix(…)` and its like."""
    value: Value = _load("standard_library").change_path(owner, name, arguments, node, at)
    return value


def find_flag(context: Context, name: str, module: Module) -> list[Value]:
    """`FLAGS.name` of absl."""
    values: list[Value] = _load("parsers").find_flag(context, module, name)
    return values


def find_held(context: Context, holder: Instance, name: str) -> list[Value]:
    """An attribute of the object of a flag of absl."""
    values: list[Value] = _load("parsers").find_held(context, holder, name)
    return values


def find_in_option_files(context: Context, module: Module, name: str) -> list[Value]:
    """The value of an option in the files that a parser of jsonargparse reads, or the object of simple-parsing."""
    if module.imports.isdisjoint(("jsonargparse", "simple_parsing")):
        return []
    values: list[Value] = _load("parsers").find_in_option_files(context, module, name)
    return values


def find_in_pipelines(context: Context, module: Module, flags: list[str]) -> list[Value]:
    """What a pipeline of MLflow passes to its component by one of these flags."""
    if not is_file(posixpath.join(module.source.folder, "MLproject")):
        return []
    values: list[Value] = _load("described_calls").find_in_pipelines(context, module, flags)
    return values


def is_started(context: Context, scope: Scope) -> bool:
    """Whether a library makes a command line of a function: `CLI(main)`."""
    if scope.module.imports.isdisjoint(_STARTERS):
        return False
    module = scope.module
    started: frozenset[str] = context.keep(("started", id(module)), lambda: _load("parsers").list_started(module))
    return scope.name in started


def find_passed(context: Context, scope: Scope) -> list[Value] | None:
    """What a library passes to a function as its first argument; None where none calls it."""
    if scope.decorators:
        for package in _CALLERS.keys() & scope.module.imports:
            values: list[Value] | None = _load(_CALLERS[package]).find_passed_to_main(context, scope)
            if values is not None:
                return values
    return None


def construct(context: Context, node: ast.Call, function: ast.Attribute, at: ProgramPoint) -> list[Value] | None:
    """What one of the `CONSTRUCTORS` of a class of the tree gives; None for that of anything else."""
    owners = context.value(function.value, at)
    if not any(isinstance(owner, ClassOrObject) for owner in owners):
        return None
    values: list[Value] = _load("models").call_constructor(context, function.attr, node, owners, at)
    return values


def find_field(
    context: Context, owner: ClassOrObject, scope: Scope, name: str, given: list[Value] | None
) -> list[Value] | None:
    """A field of an object as a library makes it: of what it is `given`, else of the environment; None for neither."""
    if given is not None:
        has_mapping = any(map(is_mapping, given))
        values: list[Value] = (
            _load("models").convert_field(context, owner, scope, name, given) if has_mapping else given
        )
        return values
    if scope.module.imports.isdisjoint(_SETTINGS):
        return None
    setting: list[Value] | None = _load("models").find_setting(context, owner, scope, name)
    return setting


def find_configured(context: Context, name: str, module: Module) -> tuple[Value, ...]:
    """`wandb.config.name`."""
    values: tuple[Value, ...] = _load("wandb_config").find_configured(context, name, module)
    return values


def find_sweeps(module: Module) -> tuple[Sweep, ...]:
    """The sweeps that run a file, or one that imports it."""
    return tuple(_load("wandb_config").find_sweeps(module))


def is_of_sweep(context: Context, string: StringValue, module: Module) -> bool:
    """Whether a string is a value of a parameter of a sweep that runs a file."""
    return bool(_load("wandb_config").is_of_sweep(context, string, module))


def find_described(context: Context, scope: Scope) -> list[Loaded]:
    """The arguments that configuration files of the tree give to a function, or to a class for its `__init__`."""
    described: list[Loaded] = _load("described_calls").find_described(context, scope)
    return described


def find_loggers(context: Context, module: Module) -> list[Loaded]:
    """The arguments that configurations of a program give to a logger of Lightning that starts a run of W&B."""
    loggers: list[Loaded] = _load("described_calls").find_loggers(context, module)
    return loggers


def find_bound(context: Context, scope: Scope, name: str) -> list[Value] | None:
    """What gin's files give a parameter of a function; None for a function that gin does not configure."""
    if "gin" not in scope.module.imports or not scope.is_decorated("configurable", "register"):
        return None
    values: list[Value] = _load("described_calls").find_bound(context, scope, name)
    return values


def find_aliases(context: Context, scope: Scope, name: str) -> list[str]:
    """The other names by which data gives a field of a model."""
    if scope.module.imports.isdisjoint(_SETTINGS):
        return []
    aliases: list[str] = _load("models").find_aliases(context, scope, name)
    return aliases


def _load(module: str) -> Any:
    from importlib import import_module

    return import_module(f"regilink_doctor.lint.resolve.{module}")
