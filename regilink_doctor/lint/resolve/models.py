"""Objects that libraries make of data: pydantic models and settings, dataclasses of dictionaries and files.

An object of data is read as the call `Config(**data)`. The fields of pydantic's settings have, in this order, the
values that they are given, those of the environment, of `.env`, and their defaults.
"""

from __future__ import annotations

from regilink_doctor.core.records import record
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.data import Given, Table
from regilink_doctor.lint.resolve.bindings import END, ClassOrObject, ProgramPoint
from regilink_doctor.lint.resolve.config_files import find_at, find_files, load_file, load_nearest
from regilink_doctor.lint.resolve.containers import find_items
from regilink_doctor.lint.resolve.environment import find_assigned
from regilink_doctor.lint.resolve.names import find_annotated, find_binding
from regilink_doctor.lint.resolve.parameters import find_lineage
from regilink_doctor.lint.resolve.program_inputs import find_passed, find_set_values, make_flags
from regilink_doctor.lint.resolve.values import (
    UNKNOWN,
    Document,
    Literal,
    Loaded,
    Unknown,
    Value,
    hold,
    is_list,
    is_mapping,
    is_none,
    mark_default,
    mark_defaults,
    mark_variable,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, find_argument, last_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.core.findings import Place
    from regilink_doctor.lint.data import Data
    from regilink_doctor.lint.resolve.bindings import Scope
    from regilink_doctor.lint.resolve.context import Context

_CONVERTERS = {
    "from_dict": ("data_class", "data"),
    "structure": ("cl", "obj"),
    "convert": ("type", "obj"),
    "validate_python": ("type", "obj"),
}
"""Function of dacite, cattrs, msgspec -> the names of its class and its data; of the last two the data comes first."""

_MAX_LEVELS = 4
_READ_OPTIONS = ("cli_parse_args", "CliApp")
"""What a file names in which fields are options of the command line as well."""


# Construction


def call_function(context: Context, name: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """What a function that makes an object of data gives, by its last name; None for any other function."""
    if name not in _CONVERTERS:
        return None
    class_name, data_name = _CONVERTERS[name]
    first = 0 if name == "from_dict" else 1
    made, data = find_argument(node, first, class_name), find_argument(node, 1 - first, data_name)
    if made is None or data is None:
        return None
    return construct_all(context, context.value(made, at), context.value(data, at), node, at)


def call_constructor(
    context: Context, name: str, node: ast.Call, owners: Sequence[Value], at: ProgramPoint
) -> list[Value]:
    """`Config.model_validate(data)`, `Config.parse_file("config.json")`."""
    if not node.args:
        return [UNKNOWN]
    data: Sequence[Value] = context.value(node.args[0], at)
    if name in ("parse_file", "model_validate_json", "parse_raw"):
        files = [file for value in data for file in find_files(value, at)] if name == "parse_file" else data
        data = [load_file(context, file, "json", at) if hasattr(file, "path") else UNKNOWN for file in files]  # type: ignore[arg-type]
    return construct_all(context, owners, data, node, at)


def construct_all(
    context: Context, classes: Iterable[Value], data: Sequence[Value], node: ast.Call, at: ProgramPoint
) -> list[Value]:
    """The objects of classes that are made of data."""
    return [
        construct(context, owner.scope, value, node, at) if isinstance(owner, ClassOrObject) else UNKNOWN
        for owner in classes
        for value in data
    ]


def construct(context: Context, scope: Scope, data: Value, node: ast.Call, at: ProgramPoint) -> ClassOrObject:
    """The object `Class(**data)`."""

    def make_call() -> ast.Call:
        unpacked = ast.keyword(None, hold(node, data))
        return copy_place(ast.Call(hold(node, ClassOrObject(scope)), [], [unpacked]), node)

    call = context.keep(("constructed", id(node), id(scope), data), make_call)
    return ClassOrObject(scope, instance=True, made=context.enter(scope, call, at))


def convert_field(
    context: Context, owner: ClassOrObject, scope: Scope, name: str, values: Sequence[Value]
) -> list[Value]:
    """The values of a field, a dictionary being what its class makes of it: `registry: Registry`."""
    if owner.made is None or not any(map(is_mapping, values)):
        return list(values)
    nested = find_field_class(context, scope, name)
    if nested is None:
        return list(values)
    return [
        construct(context, nested, value, owner.made.call, owner.made.at) if is_mapping(value) else value
        for value in values
    ]


def find_field_class(context: Context, scope: Scope, name: str) -> Scope | None:
    """The class of the tree that a field is annotated with."""
    binding = scope.bindings[name][0]
    if binding.annotation is None:
        return None
    value = find_annotated(context, binding.annotation, ProgramPoint(scope, binding.order))
    return value.scope if isinstance(value, ClassOrObject) else None


def find_aliases(context: Context, scope: Scope, name: str) -> list[str]:
    """The other names of a field: `Field(alias="X")`, `Field(env="X")`, `Field(validation_alias=AliasChoices("X"))`."""
    node = scope.bindings[name][0].value
    aliases: list[str] = []
    for keyword in node.keywords if isinstance(node, ast.Call) else ():
        if keyword.arg in ("alias", "validation_alias", "env"):
            nodes = [keyword.value]
            if isinstance(keyword.value, ast.Call):
                nodes = keyword.value.args
            elif isinstance(keyword.value, (ast.List, ast.Tuple)):
                nodes = keyword.value.elts
            for item in nodes:
                values = context.value(item, (scope.parent or scope).end)
                aliases += [value.literal for value in values if isinstance(value, StringValue) and value.literal]
    return list(dict.fromkeys(aliases))


# Settings


@record
class _Sources:
    """Where the fields of a settings class get their values from."""

    prefix: str
    delimiter: str | None
    files: tuple[Loaded, ...]
    at: ProgramPoint
    has_options: bool = False
    """Whether it reads the command line, too."""


def find_setting(context: Context, owner: ClassOrObject, scope: Scope, name: str) -> list[Value] | None:
    """What the environment and the files of a settings class give a field; None where they give nothing."""
    bases = [last_word(base) for inner in find_lineage(context, owner.scope) for base in inner.bases]
    if not owner.instance or "BaseSettings" not in bases:  # of pydantic
        return None
    sources = context.keep(("settings", id(owner.scope), owner.made), _find_sources, context, owner)
    binding = scope.bindings[name][-1]
    nested = find_field_class(context, scope, name)
    defaults = list(find_binding(context, name, binding, scope)) if binding.value is not None else []
    if nested is not None and sources.delimiter:
        return _find_nested(context, owner, nested, name, defaults, sources)
    variables = find_aliases(context, scope, name) or [sources.prefix + name]
    values, is_certain = _look_up(context, variables, sources)
    if sources.has_options:
        passed = find_passed(make_flags(name), sources.at.source.folder, context.source.path)
        values = [*mark_defaults(passed, name), *values]
    if is_certain:
        return values
    given = [value for value in defaults if not (isinstance(value, Unknown) or is_none(value))]
    values += [mark_variable(mark_default(value, variables[0]), variables[0].upper()) for value in given]
    return values or [Unknown(reason=f"the variable {variables[0].upper()}, which nothing sets", variable=variables[0])]


def _look_up(context: Context, variables: Sequence[str], sources: _Sources) -> tuple[list[Value], bool]:
    """The values of the first variable that has any, in any case of letters, and whether no default is used."""
    for name in variables:
        values: list[Value] = []
        for variable in dict.fromkeys((name, name.upper())):
            own, is_certain = find_assigned(context, variable, sources.at)
            if is_certain:
                return own, True
            folder = sources.at.source.folder
            values += [
                *own,
                *find_set_values(variable, folder, context.source.path, with_dotenv=not sources.files),
            ]
        for file in reversed(sources.files):
            root = file.document.root
            keys = [key for key in getattr(root, "entries", {}) if key.lower() == name.lower()]
            if keys:
                found = find_at(file, (keys[-1],))
                values += [with_name(mark_variable(value, name.upper()), name) for value in found]
                # Of the same string the last one counts.
                return list({getattr(value, "pattern", id(value)): value for value in values}.values()), True
        if values:
            return values, False
    return [], False


def _find_nested(
    context: Context, owner: ClassOrObject, nested: Scope, name: str, defaults: Sequence[Value], sources: _Sources
) -> list[Value]:
    """An object whose fields variables give: `APP_REGISTRY__NAME` for `registry.name`."""
    made = owner.made
    if made is None:
        return list(defaults) or [ClassOrObject(nested, instance=True)]
    place = made.at.source.place(made.call)
    table = _read_table(context, nested, f"{sources.prefix}{name}{sources.delimiter}", sources, place, 0)
    if not table.entries and defaults:
        return list(defaults)
    return [construct(context, nested, Loaded(Document(table)), made.call, made.at)]


def _read_table(context: Context, scope: Scope, prefix: str, sources: _Sources, place: Place, level: int) -> Table:
    entries: dict[str, Data] = {}
    for inner in find_lineage(context, scope):
        for name in inner.fields:
            if name in entries:
                continue
            nested = find_field_class(context, inner, name)
            if nested is not None and level < _MAX_LEVELS:
                table = _read_table(context, nested, f"{prefix}{name}{sources.delimiter}", sources, place, level + 1)
                if table.entries:
                    entries[name] = table
                continue
            values, _ = _look_up(context, [prefix + name], sources)
            if values:
                entries[name] = Given((), place, None, "other", "", values=tuple(values))
    return Table((), place, entries)


def _find_sources(context: Context, owner: ClassOrObject) -> _Sources:
    """What `model_config`, `class Config` and the call itself say of the environment."""
    settings = dict(_iterate_settings(context, owner))
    at = owner.made.at if owner.made is not None else owner.scope.module.scope.end
    files: list[Loaded] = []
    for value in context.find_all(*settings.get("env_file", (None, at))):
        paths = find_items(context, value) if is_list(value) else [value]
        files += load_nearest(context, paths, "dotenv", at)
    prefix, delimiter = (
        next(iter(context.list_literals(*settings[name])), None) if name in settings else None
        for name in ("env_prefix", "env_nested_delimiter")
    )
    module = owner.scope.module
    reads_options = context.keep(
        ("options of models", id(module)), lambda: any(word in module.source.text for word in _READ_OPTIONS)
    )
    return _Sources(prefix or "", delimiter, tuple(files), at, reads_options)


def _iterate_settings(context: Context, owner: ClassOrObject) -> Iterator[tuple[str, tuple[ast.expr, ProgramPoint]]]:
    """The settings of a class, from its bases to the call, which comes last and counts."""
    for scope in reversed(list(find_lineage(context, owner.scope))):
        outer = ProgramPoint(scope, END)
        for binding in scope.bindings.get("model_config", ()):
            display = binding.value
            for key, value in Literal(display, outer).pairs if isinstance(display, (ast.Call, ast.Dict)) else ():
                yield str(getattr(key, "value", key)), (value, outer)
        for binding in scope.bindings.get("Config", ()):
            inner = scope.module.functions.get(id(binding.node))
            for name, bindings in inner.bindings.items() if inner is not None else ():
                if (node := bindings[-1].value) is not None:
                    yield name, (node, outer)
    for keyword in owner.made.call.keywords if owner.made is not None else ():
        if keyword.arg is not None and keyword.arg.startswith("_env"):
            yield keyword.arg[1:], (keyword.value, owner.made.at)  # type: ignore[union-attr]
