"""Parsers of the command line that read files and fill dataclasses: transformers' `HfArgumentParser`, jsonargparse.

What a command passes counts before what a file has, and that before defaults.
"""

from __future__ import annotations

from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.data import Given, Table
from regilink_doctor.lint.resolve.bindings import END, ClassOrObject, ProgramPoint
from regilink_doctor.lint.resolve.config_files import find_at, find_files, load_file
from regilink_doctor.lint.resolve.models import construct
from regilink_doctor.lint.resolve.objects import find_attribute, find_lineage
from regilink_doctor.lint.resolve.surroundings import find_commands, find_passed
from regilink_doctor.lint.resolve.values import (
    UNKNOWN,
    Computed,
    Document,
    Instance,
    Literal,
    Loaded,
    Unknown,
    Value,
    mark_default,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.lint.data import Data
    from regilink_doctor.lint.resolve.bindings import Module, Scope
    from regilink_doctor.lint.resolve.context import Context
    from regilink_doctor.lint.resolve.values import Method

_HF_PARSER = "transformers.HfArgumentParser"
_FILE_METHODS = {"parse_json_file": "json", "parse_yaml_file": "yaml"}
_SUFFIXES = {"json": (".json",), "yaml": (".yaml", ".yml")}


# HfArgumentParser


def call_function(context: Context, name: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """`HfArgumentParser((ModelArguments, TrainingArguments))`; None for any other function."""
    return [Instance(_HF_PARSER, node, at)] if name == "HfArgumentParser" else None


def call_method(context: Context, method: Method, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """The objects that an `HfArgumentParser` fills, in the order of its classes."""
    made_by, made_at = method.owner.made_by, method.owner.at
    if method.owner.type != _HF_PARSER or made_by is None or made_at is None or not made_by.args:
        return None
    classes = list(_list_classes(context, made_by.args[0], made_at))
    if method.name in _FILE_METHODS:
        tables = _load_files(context, node, _FILE_METHODS[method.name], at)
    elif method.name == "parse_dict" and node.args:
        tables = list(context.value(node.args[0], at))
    elif method.name == "parse_args_into_dataclasses":
        tables = [Loaded(Document(_read_commands(context, classes, node, at)))]
    else:
        return None
    return [Literal(_make_tuple(context, classes, table, node, at), at) for table in tables]


def _list_classes(context: Context, node: ast.expr, at: ProgramPoint) -> Iterator[Value]:
    for value in context.value(node, at):
        if isinstance(value, Literal) and not value.is_mapping:
            for item in value.items:
                yield from context.value(item, value.at)[:1]
        else:
            yield value


def _make_tuple(context: Context, classes: Sequence[Value], data: Value, node: ast.Call, at: ProgramPoint) -> ast.Tuple:
    items: list[ast.expr] = []
    for item in classes:
        made: Value = UNKNOWN
        if isinstance(item, ClassOrObject) and isinstance(data, Literal | Loaded):
            made = construct(context, item.scope, data, node, at)
        elif isinstance(data, Loaded):  # a class of the library: what the file has are its attributes
            made = Loaded(data.document, data.keys, attributes=True)
        items.append(copy_place(Computed((made,)), node))
    return copy_place(ast.Tuple(items, ast.Load()), node)


def _load_files(context: Context, node: ast.Call, kind: str, at: ProgramPoint) -> list[Value]:
    """The file that a call names, or else those that commands of the tree pass to the program."""
    argument = next(iter((*node.args, *(keyword.value for keyword in node.keywords))), None)
    named = context.value(argument, at) if argument is not None else ()
    files = [file for value in named for file in find_files(value, at)[:1]]
    if not files:
        commands = find_commands(at.source.folder, context.source.path)
        words = [word for words in commands for word in words if (word.literal or "").endswith(_SUFFIXES[kind])]
        files = [file for word in words for file in find_files(word, at)[:1]]
    return [load_file(context, file, kind, at) for file in files] or [UNKNOWN]


def _read_commands(context: Context, classes: Sequence[Value], node: ast.Call, at: ProgramPoint) -> Table:
    """The fields that commands of the tree pass, with their defaults as alternatives."""
    place = at.source.place(node)
    entries: dict[str, Data] = {}
    for item in classes:
        for scope in find_lineage(context, item.scope) if isinstance(item, ClassOrObject) else ():
            for name, bindings in scope.bindings.items():
                flags = [f"--{name}", f"--{name.replace('_', '-')}"]
                passed = find_passed(flags, at.source.folder, context.source.path) if bindings[0].annotation else []
                if passed:
                    defaults = find_attribute(context, ClassOrObject(scope), name)
                    known = [mark_default(value, name) for value in defaults if not isinstance(value, Unknown)]
                    values = [with_name(mark_default(value, name), name) for value in passed]
                    entries[name] = Given((), place, None, "other", "", values=(*values, *known))
    return Table((), place, entries)


# jsonargparse


def find_in_option_files(context: Context, module: Module, name: str) -> list[Value]:
    """The value of an option in the files that jsonargparse reads; the last file that has it counts."""
    files = context.keep(("option files", id(module)), lambda: _list_option_files(context, module))
    for file in reversed(files):
        if values := find_at(file, tuple(name.split("."))):
            return [with_name(mark_default(value, name), name) for value in values]
    return []


def _list_option_files(context: Context, module: Module) -> list[Loaded]:
    """The files of `default_config_files`, then those that commands pass for an option with `ActionConfigFile`."""
    named: list[Value] = []
    flags: list[str] = []
    for use in module.uses:
        called = (written_name(use.call.func) or "").rpartition(".")[2]
        by_name = {keyword.arg: keyword.value for keyword in use.call.keywords}
        if "default_config_files" in by_name:
            for value in context.value(by_name["default_config_files"], use.at):
                items = value.items if isinstance(value, Literal) and not value.is_mapping else ()
                named += [item for node in items for item in context.value(node, use.at)]
        action = written_name(by_name["action"]) if "action" in by_name else None
        if called == "add_argument" and action is not None and action.endswith("ActionConfigFile"):
            texts = [item.value for item in use.call.args if isinstance(item, ast.Constant)]
            flags += [text for text in texts if isinstance(text, str)]
            named += context.value(by_name["default"], use.at) if "default" in by_name else ()
        elif called in ("CLI", "auto_cli", "LightningCLI"):
            flags.append("--config")
    named += find_passed(flags, module.source.folder, context.source.path) if flags else ()
    at = ProgramPoint(module.scope, END)
    files = [file for value in named if isinstance(value, StringValue) for file in find_files(value, at)[:1]]
    loaded = [load_file(context, file, "yaml", at) for file in files]
    return [Loaded(item.document, (), attributes=True) for item in loaded if isinstance(item, Loaded)]


def is_started(scope: Scope) -> bool:
    """Whether a library makes a command line of a function: `CLI(main)`, `fire.Fire(main)`, `typer.run(main)`."""
    for use in scope.module.uses:
        called = (written_name(use.call.func) or "").rpartition(".")[2]
        if called in ("CLI", "Fire", "auto_cli", "cli", "run") and use.call.args:
            first = use.call.args[0]
            if isinstance(first, ast.Name) and first.id == scope.name:
                return True
    return False
