"""Flags of absl: `FLAGS.name`, the object that `DEFINE_string` gives, and the configuration files of ml_collections."""

from __future__ import annotations

from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.resolve.config_files import find_files
from regilink_doctor.lint.resolve.imports import find_module_of_file
from regilink_doctor.lint.resolve.options import find_option
from regilink_doctor.lint.resolve.surroundings import find_passed
from regilink_doctor.lint.resolve.values import UNKNOWN, Arguments, Computed, Function, Instance, Value
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from regilink_doctor.lint.resolve.bindings import Module, ProgramPoint, Use
    from regilink_doctor.lint.resolve.context import Context

_HOLDER = "absl.flags.FlagHolder"
_CONFIG_FILE = "DEFINE_config_file"


def call_function(context: Context, name: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """`DEFINE_string("name", default, help)` gives an object that has the value; None for any other function."""
    return [Instance(_HOLDER, node, at)] if name.startswith("DEFINE_") else None


def find_held(context: Context, holder: Instance, name: str) -> list[Value]:
    """`holder.value` of what `DEFINE_string` has given."""
    if name != "value" or holder.made_by is None or holder.at is None:
        return [UNKNOWN]
    named = holder.made_by.args[0] if holder.made_by.args else None
    if not isinstance(named, ast.Constant) or not isinstance(named.value, str):
        return [UNKNOWN]
    return find_flag(context, holder.at.scope.module, named.value)


def find_flag(context: Context, module: Module, name: str) -> list[Value]:
    """`FLAGS.name`."""
    for use in context.find_uses(module, _CONFIG_FILE):
        if use.call.args and getattr(use.call.args[0], "value", None) == name:
            return _read_configurations(context, use, name)
    return find_option(context, Arguments(module), name)


def _read_configurations(context: Context, use: Use, name: str) -> list[Value]:
    """What `get_config()` gives in the files that are passed, and in the default one: `--config=configs/a.py:small`."""
    nodes = [*use.call.args[1:2], *(item.value for item in use.call.keywords if item.arg == "default")]
    paths: list[Value] = [value for node in nodes for value in context.value(node, use.at)]
    paths += find_passed([f"--{name}"], use.at.source.folder, context.source.path)
    values: list[Value] = []
    for path in paths:
        before, _, argument = path.pattern.partition(":") if isinstance(path, StringValue) else ("", "", "")
        place = path.place if isinstance(path, StringValue) else use.at.source.place(use.call)
        file = next(iter(find_files(StringValue((KnownPart(before, place),), place), use.at)), None) if before else None
        module = find_module_of_file(context, file.path) if file is not None else None
        values += _call_get_config(context, module, argument, use) if module is not None else [UNKNOWN]
    return values or [UNKNOWN]


def _call_get_config(context: Context, module: Module, argument: str, use: Use) -> Iterable[Value]:
    bindings = module.scope.bindings.get("get_config", ())
    scope = next((module.functions.get(id(binding.node)) for binding in bindings if binding.kind == "function"), None)
    if scope is None:
        return [UNKNOWN]

    def make_call() -> ast.Call:
        arguments: list[ast.expr] = [ast.Constant(argument)] if argument else []
        return ast.Call(Computed((Function(scope),)), arguments, [])

    return context.value(context.keep(("get_config", id(scope), argument), make_call), use.at)
