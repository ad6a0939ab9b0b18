"""Parsers of the command line that read files and fill dataclasses.

`HfArgumentParser` of transformers, jsonargparse, tyro, simple-parsing, draccus, pyrallis, flags of absl. What a command
passes counts before what a file has, and that before defaults.
"""

from __future__ import annotations

from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.data import Given, Table
from regilink_doctor.lint.resolve.bindings import ClassOrObject, ProgramPoint
from regilink_doctor.lint.resolve.config_files import find_at, find_files, load_file, load_nearest
from regilink_doctor.lint.resolve.imports import find_module_of_file
from regilink_doctor.lint.resolve.libraries import FLAG_HOLDER
from regilink_doctor.lint.resolve.models import construct, find_field_class
from regilink_doctor.lint.resolve.objects import find_attribute
from regilink_doctor.lint.resolve.options import find_option
from regilink_doctor.lint.resolve.parameters import find_lineage
from regilink_doctor.lint.resolve.program_inputs import find_commands, find_passed, make_flags
from regilink_doctor.lint.resolve.values import (
    UNKNOWN,
    Arguments,
    Computed,
    Document,
    Function,
    Instance,
    Literal,
    Loaded,
    NonString,
    Value,
    hold,
    is_list,
    mark_default,
    mark_defaults,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, find_argument, find_keyword, last_word, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.core.findings import Place
    from regilink_doctor.lint.data import Data
    from regilink_doctor.lint.resolve.bindings import Module, Scope, Use
    from regilink_doctor.lint.resolve.context import Context
    from regilink_doctor.lint.resolve.values import Method

_CONFIG_FILE = "DEFINE_config_file"
_HF_PARSER = "transformers.HfArgumentParser"
_FILE_METHODS = {"parse_json_file": "json", "parse_yaml_file": "yaml"}
_FILLING = ("cli", "parse")
_FILLING_PACKAGES = ("draccus", "pyrallis", "simple_parsing", "tyro")
_MAX_LEVELS = 4
_SUFFIXES = {"json": (".json",), "yaml": (".yaml", ".yml")}


# HfArgumentParser


def call_function(context: Context, name: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """What a function that makes a parser, or fills classes, gives; None for any other function."""
    if name == "HfArgumentParser":
        return [Instance(_HF_PARSER, node, at)]
    if name.startswith("DEFINE_"):
        return [Instance(FLAG_HOLDER, node, at)]
    if name not in _FILLING or at.scope.module.imports.isdisjoint(_FILLING_PACKAGES):
        return None
    classes = find_argument(node, 0, "config_class")
    if classes is None:
        return None
    path = find_keyword(node, "config_path")
    return [_fill(context, value, node, at, path) for value in context.value(classes, at)]


def find_passed_to_main(context: Context, scope: Scope) -> list[Value] | None:
    """What `@draccus.wrap()` and `@pyrallis.wrap()` pass to a function: an object of the class it is annotated with."""
    decorators = [item for item in scope.decorators if isinstance(item, ast.Call)]
    call = next((item for item in decorators if (written_name(item.func) or "").endswith(".wrap")), None)
    parameter = next((item for item in scope.bindings.get(scope.first_parameter or "", ())), None)
    if call is None or parameter is None or parameter.annotation is None:
        return None
    at = (scope.parent or scope).end
    path = find_keyword(call, "config_path")
    return [_fill(context, value, call, at, path) for value in context.value(parameter.annotation, at)]


def _fill(context: Context, item: Value, node: ast.Call, at: ProgramPoint, path: ast.expr | None) -> Value:
    """An object of a class of the tree with what a file has, and what commands pass: `--registry.target x`."""
    if not isinstance(item, ClassOrObject):
        return UNKNOWN
    passed = find_passed(["--config_path", "--config"], at.source.folder, context.source.path)
    loaded = load_nearest(context, (*context.find_all(path, at), *passed), "yaml", at)
    roots = [value.document.root for value in loaded]
    root = roots[-1] if roots and isinstance(roots[-1], Table) else None
    table = _read_fields(context, item.scope, "", root, node, at)
    if not table.entries:
        return ClassOrObject(item.scope, instance=True)
    return construct(context, item.scope, Loaded(Document(table)), node, at)


def _read_fields(
    context: Context, scope: Scope, prefix: str, table: Table | None, node: ast.Call, at: ProgramPoint
) -> Table:
    """The fields of a class that a file has or commands pass."""
    entries: dict[str, Data] = dict(table.entries) if table is not None else {}
    is_flat = "simple_parsing" in at.scope.module.imports
    for inner in find_lineage(context, scope):
        for name in inner.fields:
            nested = find_field_class(context, inner, name)
            if nested is not None and prefix.count(".") < _MAX_LEVELS:
                below = entries.get(name)
                fields = _read_fields(
                    context,
                    nested,
                    prefix if is_flat else f"{prefix}{name}.",
                    below if isinstance(below, Table) else None,
                    node,
                    at,
                )
                entries |= {name: fields} if fields.entries else {}
                continue
            passed = find_passed(make_flags(prefix + name), at.source.folder, context.source.path)
            if passed:
                known = find_at(Loaded(Document(table)), (name,)) if table is not None else []
                entries[name] = _give(context, inner, name, passed, known, at.source.place(node))
    return Table((), at.source.place(node), entries)


def _give(
    context: Context, scope: Scope, name: str, passed: Sequence[StringValue], known: Sequence[Value], place: Place
) -> Given:
    """A field that commands pass: what they pass, and what it is without them."""
    defaults: Sequence[Value] = known or find_attribute(context, ClassOrObject(scope), name)
    alternatives = [mark_default(value, name) for value in defaults if not isinstance(value, NonString)]
    return Given((), place, None, "other", "", values=(*mark_defaults(passed, name), *alternatives))


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
        scopes = [item.scope for item in classes if isinstance(item, ClassOrObject)]
        fields = [_read_fields(context, scope, "", None, node, at).entries for scope in scopes]
        entries = {name: data for own in fields for name, data in own.items()}
        tables = [Loaded(Document(Table((), at.source.place(node), entries)))]
    else:
        return None
    return [Literal(_make_tuple(context, classes, table, node, at), at) for table in tables]


def _list_classes(context: Context, node: ast.expr, at: ProgramPoint) -> Iterator[Value]:
    for value in context.value(node, at):
        if is_list(value):
            for item in value.items:
                yield from context.value(item, value.at)[:1]
        else:
            yield value


def _make_tuple(context: Context, classes: Sequence[Value], data: Value, node: ast.Call, at: ProgramPoint) -> ast.Tuple:
    items: list[ast.expr] = []
    for item in classes:
        made: Value = UNKNOWN
        if isinstance(item, ClassOrObject) and isinstance(data, (Literal, Loaded)):
            made = construct(context, item.scope, data, node, at)
        elif isinstance(data, Loaded):  # a class of the library: what the file has are its attributes
            made = Loaded(data.document, data.keys, attributes=True)
        items.append(hold(node, made))
    return copy_place(ast.Tuple(items, ast.Load()), node)


def _load_files(context: Context, node: ast.Call, kind: str, at: ProgramPoint) -> list[Value]:
    """The file that a call names, or else those that commands of the tree pass to the program."""
    named = context.find_all(next(iter((*node.args, *(keyword.value for keyword in node.keywords))), None), at)
    files = [file for value in named for file in find_files(value, at)[:1]]
    if not files:
        starts = find_commands(at.source.folder, context.source.path)
        words = [word for start in starts for word in start.words if (word.literal or "").endswith(_SUFFIXES[kind])]
        files = [file for word in words for file in find_files(word, at)[:1]]
    return [load_file(context, file, kind, at) for file in files] or [UNKNOWN]


# jsonargparse


def find_in_option_files(context: Context, module: Module, name: str) -> list[Value]:
    """The value of an option in the files that jsonargparse reads; the last file that has it counts.

    With simple-parsing it may be an object: `parser.add_arguments(Options, dest="name")`.
    """
    for use in context.find_uses(module, "add_arguments"):
        dest = find_keyword(use.call, "dest")
        if use.call.args and getattr(dest or use.call.args[-1], "value", None) == name:
            return [_fill(context, value, use.call, use.at, None) for value in context.value(use.call.args[0], use.at)]
    files = context.keep(("option files", id(module)), _list_option_files, context, module)
    for file in reversed(files):
        if values := find_at(file, tuple(name.split("."))):
            return mark_defaults(values, name)
    return []


def _list_option_files(context: Context, module: Module) -> list[Loaded]:
    """The files of `default_config_files`, then those that commands pass for an option with `ActionConfigFile`."""
    named: list[Value] = []
    flags: list[str] = []
    for use in module.uses:
        called = last_word(use.call.func)
        for value in context.find_all(find_keyword(use.call, "default_config_files"), use.at):
            items = value.items if is_list(value) else ()
            named += [item for node in items for item in context.value(node, use.at)]
        action = find_keyword(use.call, "action") if called == "add_argument" else None
        if action is not None and (written_name(action) or "").endswith("ActionConfigFile"):
            texts = [item.value for item in use.call.args if isinstance(item, ast.Constant)]
            flags += [text for text in texts if isinstance(text, str)]
            named += context.find_all(find_keyword(use.call, "default"), use.at)
        elif called in ("CLI", "auto_cli", "LightningCLI"):
            flags.append("--config")
    named += find_passed(flags, module.source.folder, context.source.path) if flags else ()
    at = module.scope.end
    loaded = load_nearest(context, [value for value in named if isinstance(value, StringValue)], "yaml", at)
    return [Loaded(item.document, (), attributes=True) for item in loaded]


def list_started(module: Module) -> frozenset[str]:
    """The functions that a library makes a command line of: `CLI(main)`, `fire.Fire(main)`, `app.command()(main)`."""
    return frozenset(
        use.call.args[0].id
        for use in module.uses
        if use.call.args
        and isinstance(use.call.args[0], ast.Name)
        and (
            last_word(use.call.func) in ("CLI", "Fire", "auto_cli", "cli", "run")
            or (isinstance(use.call.func, ast.Call) and last_word(use.call.func.func) == "command")
        )
    )


# Flags of absl, and the configuration files of ml_collections


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
    default = find_argument(use.call, 1, "default")
    passed = find_passed([f"--{name}"], use.at.source.folder, context.source.path)
    values: list[Value] = []
    for path in (*context.find_all(default, use.at), *passed):
        before, _, argument = path.pattern.partition(":") if isinstance(path, StringValue) else ("", "", "")
        place = path.place if isinstance(path, StringValue) else use.at.source.place(use.call)
        file = next(iter(find_files(StringValue.of(before, place), use.at)), None) if before else None
        module = find_module_of_file(context, file.path) if file is not None else None
        values += _call_get_config(context, module, argument, use) if module is not None else [UNKNOWN]
    return values or [UNKNOWN]


def _call_get_config(context: Context, module: Module, argument: str, use: Use) -> Iterable[Value]:
    bindings = module.scope.bindings.get("get_config", ())
    scope = next((module.functions.get(id(binding.node)) for binding in bindings if binding.kind == "function"), None)
    if scope is None:
        return [UNKNOWN]

    def make_call() -> ast.Call:
        arguments: list[ast.expr] = [copy_place(ast.Constant(argument), use.call)] if argument else []
        return copy_place(ast.Call(Computed((Function(scope),)), arguments, []), use.call)

    return context.value(context.keep(("get_config", id(scope), id(use.call), argument), make_call), use.at)
