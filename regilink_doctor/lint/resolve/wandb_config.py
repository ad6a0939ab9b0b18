"""`wandb.config` and `run.config`: what a run is given, what a sweep chooses, and `config-defaults.yaml`.

A sweep's value counts before that of `wandb.init(config=…)`, and that before the defaults: each may be the one.
"""

from __future__ import annotations

import os
import posixpath
from itertools import islice

from regilink_doctor.core.files import absolute_path, show_path
from regilink_doctor.core.problems import is_unfilled
from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import Sweep
from regilink_doctor.core.strings import StringValue, UnknownPart
from regilink_doctor.lint.data import Data, DataList, Scalar, Table, find_data, iterate_scalars
from regilink_doctor.lint.resolve.bindings import ClassOrObject
from regilink_doctor.lint.resolve.config_files import find_at, find_files, load_file, read_document
from regilink_doctor.lint.resolve.containers import find_by_key, find_reach, list_certain_keys
from regilink_doctor.lint.resolve.imports import find_module, find_module_of_file, find_modules_with
from regilink_doctor.lint.resolve.module_files import (
    find_programs,
    find_roots,
    list_modules_with,
    list_sweep_files,
)
from regilink_doctor.lint.resolve.objects import find_attribute
from regilink_doctor.lint.resolve.options import find_option
from regilink_doctor.lint.resolve.program_inputs import find_flag, find_sweep_commands
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    UNKNOWN,
    Arguments,
    FileText,
    Literal,
    Loaded,
    Name,
    Value,
    is_configuration,
    is_list,
    is_mapping,
    mark_default,
    mark_variable,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.memory import has_word, is_file, list_names, remembered
from regilink_doctor.lint.text.nodes import find_keyword, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import TypeVar

    from regilink_doctor.lint.resolve.bindings import Module, ProgramPoint, Store, Use
    from regilink_doctor.lint.resolve.context import Context

    T = TypeVar("T")
    Given = list[tuple[ast.expr, ProgramPoint]]

_DEFAULTS_FILE = "config-defaults.yaml"
_MOST_FILES = 200
_MOST_NEIGHBORS = 8


def find_configured(context: Context, name: str, module: Module) -> tuple[Value, ...]:
    """`wandb.config.name` in a file."""
    return context.answer(("configured", name, id(module)), _find_configured, context, name, module)


def _find_configured(context: Context, name: str, module: Module) -> list[Value]:
    chosen = [*_find_in_sweep_files(context, name, module), *_find_in_sweeps(context, name, module)]
    values = _find_in_program(context, name, module) or _find_in_defaults(context, name, module)
    for other in _list_neighbors(context, module) if not (chosen or values) else ():
        values += _find_in_program(context, name, other)
    launched = _find_in_launches(context, name, module)
    is_only_launched = bool(launched) and all(value == UNKNOWN for value in (*chosen, *values))
    values += launched
    named = [with_name(mark_default(value, "wandb.config"), name) for value in values]
    known = [value for value in (*chosen, *named) if value != UNKNOWN]
    known += [UNKNOWN] if is_only_launched else []  # of a run that is started otherwise
    # A program may make an object with attributes of the whole configuration.
    return [
        replace(value, attributes=True) if isinstance(value, (Literal, Loaded)) else value for value in known or named
    ]


# What the program gives


def _find_in_program(context: Context, name: str, module: Module) -> list[Value]:
    updated, given = context.keep(("configurations", id(module)), _index_configurations, context, module)
    stored = context.keep(("configured keys", id(module)), _index_stored, context, module)
    values = [value for store in stored.get(name, ()) for value in context.value(store.value, store.at)]
    return [*_find_in_all(context, updated, name), *values, *_find_in_all(context, given, name)]


def _find_in_all(context: Context, configurations: Given, name: str) -> Iterator[Value]:
    """The values of a key in all that runs are given."""
    names = (list_certain_keys(context, node, at) for node, at in configurations)
    for node, at in context.keep(("configured", id(configurations)), _index_by_key, configurations, names)(name):
        yield from _find_in(context, node, at, name)


def _index_by_key(items: Sequence[T], names: Iterable[Collection[str] | None]) -> Callable[[str], list[T]]:
    """What gives the items that may have a key, in their order; `names` are all keys of each, None if not certain."""
    by_key: dict[str, list[int]] = {}
    others: list[int] = []
    for number, keys in enumerate(names):
        if keys is None:
            others.append(number)
        for key in keys or ():
            by_key.setdefault(key, []).append(number)
    return lambda key: [items[number] for number in sorted([*by_key.get(key, ()), *others])]


def _list_neighbors(context: Context, module: Module) -> list[Module]:
    """The files beside one, or that import it, which give a run its configuration: each may pass the run on."""
    names = list_modules_with(absolute_path(module.source.folder), "wandb.init(", "config=")[:_MOST_NEIGHBORS]
    found = [find_module(context, name, module) for name in names]
    found += islice(
        find_modules_with(context, find_programs(module.source.absolute_path), "wandb.init("), _MOST_NEIGHBORS
    )
    return list(dict.fromkeys(other for other in found if other is not None and other is not module))


def _index_configurations(context: Context, module: Module) -> tuple[Given, Given]:
    """What `wandb.config.update(…)` and `wandb.init(config=…)` of a file are given, and where; the first ones."""
    updated: Given = []
    given: Given = []
    for use in module.uses:
        name = written_name(use.call.func) or ""
        if name.endswith(("init", "WandbLogger")):
            config = find_keyword(use.call, "config")
            if config is not None and len(given) < MAX_ALTERNATIVES and _makes_run(context, use):
                given.append((config, use.at))
        elif name.endswith("onfig.update") and use.call.args and len(updated) < MAX_ALTERNATIVES:
            owner = use.call.func.value if isinstance(use.call.func, ast.Attribute) else use.call.func
            if any(is_configuration(value) for value in context.value(owner, use.at)):
                updated.append((use.call.args[0], use.at))
        elif name.endswith("onfig.setdefaults") and use.call.args:
            given.append((use.call.args[0], use.at))
    return updated, given


def _index_stored(context: Context, module: Module) -> dict[str, list[Store]]:
    """What a file assigns to keys of the configuration, by the key: `wandb.config.name = …`; the first ones of each."""
    stores: dict[str, list[Store]] = {}
    for store in module.stores:
        if not (written_name(store.target.value) or "").endswith("onfig"):
            continue
        names = _name_keys(context, store)
        is_ours = names and any(is_configuration(value) for value in context.value(store.target.value, store.at))
        for name in names if is_ours else ():
            if len(stores.setdefault(name, [])) < MAX_ALTERNATIVES:
                stores[name].append(store)
    return stores


def _name_keys(context: Context, store: Store) -> list[str]:
    """The attribute or the keys that an assignment sets, as far as they are known."""
    if isinstance(store.target, ast.Attribute):
        return [store.target.attr]
    return [key for key in context.list_literals(store.target.slice, store.at) if key is not None]


def _makes_run(context: Context, use: Use) -> bool:
    callees = context.value(use.call.func, use.at)
    return any(isinstance(value, Name) and value.path in ("wandb.init", "WandbLogger") for value in callees)


def _find_in(context: Context, node: ast.expr, at: ProgramPoint, name: str) -> Iterator[Value]:
    """The value of a key in what a run is given: a dictionary, options, an object, or the path of a file."""
    for owner in context.value(node, at):
        if is_mapping(owner):
            yield from find_by_key(context, owner, [name])
        elif isinstance(owner, Arguments):
            yield from find_option(context, owner, name)
        elif isinstance(owner, ClassOrObject) and owner.instance:
            yield from find_attribute(context, owner, name)
        elif isinstance(owner, StringValue):
            for file in find_files(owner, at)[:1]:
                yield from _find_in_file(context, file, at, name)


# Files


def _find_in_defaults(context: Context, name: str, module: Module) -> list[Value]:
    """The value in `config-defaults.yaml`, which counts from the folder where the program is run."""
    for root in find_roots(module.source.folder):
        path = posixpath.join(root, _DEFAULTS_FILE)
        if is_file(path):
            return list(_find_in_file(context, FileText(path), module.scope.end, name))
    return []


def _find_in_launches(context: Context, name: str, module: Module) -> list[Value]:
    """The values that W&B Launch is given beside the program, in a file or a call: `{"overrides": {"run_config": …}}`.

    One that names another program to start is not for this one.
    """
    launches = context.keep(("launches", id(module)), _index_launches, context, module)
    return [value for configured in launches(name) for value in _find_below(context, configured, name)]


def _index_launches(context: Context, module: Module) -> Callable[[str], list[Value]]:
    """The configurations of runs that W&B Launch is given, by a key that they may have."""
    found: list[Value] = []
    for launched in _list_launched(context, module):
        for overrides in _find_below(context, launched, "overrides"):
            entries = _find_below(context, overrides, "entry_point")
            if not _runs_other([word for entry in entries for word in _list_items(context, entry)], module):
                found += _find_below(context, overrides, "run_config")
    return _index_by_key(found, [_list_keys(context, configured) for configured in found])


def _list_launched(context: Context, module: Module) -> Iterator[Value]:
    """The configurations that files beside the program have for W&B Launch."""
    at = module.scope.end
    for path in _list_launch_files(absolute_path(module.source.folder)):
        if path.endswith(".json"):
            yield from [loaded for loaded in [load_file(context, FileText(path), "json", at)] if loaded is not None]
        elif (other := find_module_of_file(context, path)) is not None:
            for use in (*context.find_uses(other, "launch_add"), *context.find_uses(other, "launch")):
                config = find_keyword(use.call, "config")
                yield from context.value(config, use.at) if config is not None else ()


@remembered(256)
def _list_launch_files(folder: str) -> tuple[str, ...]:
    found: list[str] = []
    for base in (folder, *(posixpath.join(folder, name) for name in ("config", "configs"))):
        names = list_names(base)[:_MOST_FILES]
        found += [posixpath.join(base, name) for name in names if name.endswith((".json", ".py"))]
    return tuple([path for path in found if has_word(path, "run_config", 1 << 16)][:_MOST_NEIGHBORS])


def _runs_other(words: Iterable[Value], module: Module) -> bool:
    """Whether words name a program, and not this one."""
    named = [word.literal for word in words if isinstance(word, StringValue) and word.literal is not None]
    programs = {os.path.basename(word) for text in named for word in text.split() if word.endswith(".py")}
    return bool(programs) and os.path.basename(module.source.path) not in programs


def _find_in_file(context: Context, file: FileText, at: ProgramPoint, name: str) -> Iterable[Value]:
    """The value of a key in W&B's own form: `key: {value: x}`."""
    loaded = load_file(context, file, "yaml", at)
    if not isinstance(loaded, Loaded):
        return []
    is_wrapped = find_data(loaded.node, (name, "value")) is not None
    return find_at(loaded, (name, "value") if is_wrapped else (name,))


# Sweeps


def _find_in_sweeps(context: Context, name: str, module: Module) -> Iterator[Value]:
    """The values that `wandb.sweep({"parameters": …})` tries, in the file or in one that starts it."""
    for other in (module, *context.keep(("sweeping", id(module)), _list_sweeping, context, module)):
        for parameters, programs in context.keep(("sweeps", id(other)), _index_sweeps, context, other)(name):
            if not _runs_other(programs, module):
                for parameter in _find_below(context, parameters, name):
                    yield from _find_tried(context, parameter)


def _list_sweeping(context: Context, module: Module) -> list[Module]:
    """The files that start sweeps and import a file: what an agent runs may be its function."""
    found = find_modules_with(context, find_programs(module.source.absolute_path), "sweep(")
    return [other for other in islice(found, _MOST_NEIGHBORS) if other is not module]


def _index_sweeps(context: Context, module: Module) -> Callable[[str], list[tuple[Value, list[Value]]]]:
    """The parameters and the program of each sweep that a file starts, by a key that the parameters may have."""
    calls = [use for use in module.uses if use.call.args and (written_name(use.call.func) or "").endswith("sweep")]
    owners = [owner for use in calls for owner in context.value(use.call.args[0], use.at)]
    sweeps: list[tuple[Value, list[Value]]] = [
        (parameters, _find_below(context, owner, "program"))
        for owner in owners
        for parameters in _find_below(context, owner, "parameters")
        if is_mapping(parameters)
    ]
    return _index_by_key(sweeps, [_list_keys(context, parameters) for parameters, _ in sweeps])


def _list_keys(context: Context, parameters: Value) -> Collection[str] | None:
    """All keys of a dictionary; None where that is not certain."""
    if not isinstance(parameters, Literal) or not parameters.is_mapping:
        return None
    reach = find_reach(context, parameters)
    return None if reach.is_open else reach.names


def _find_below(context: Context, owner: Value, name: str) -> list[Value]:
    return find_by_key(context, owner, [name]) if is_mapping(owner) else []


def _find_tried(context: Context, parameter: Value) -> Iterator[Value]:
    """`{"value": x}` and `{"values": [x, y]}`."""
    yield from _find_below(context, parameter, "value")
    for values in _find_below(context, parameter, "values"):
        yield from _list_items(context, values)


def _list_items(context: Context, values: Value) -> Iterator[Value]:
    """The items of a list; a string itself."""
    if is_list(values):
        for item in values.items:
            yield from context.value(item, values.at)
    elif isinstance(values, Loaded):
        node = values.node
        for index in range(len(node.items) if isinstance(node, DataList) else 0):
            yield from find_at(values, (index,))
    elif isinstance(values, StringValue):
        yield values


def _find_in_sweep_files(context: Context, name: str, module: Module) -> list[Value]:
    """The values that the sweeps of the tree try which run the program."""
    at = module.scope.end
    values: list[Value] = []
    for path in context.keep(("sweep files", id(module)), _list_sweeps, module):
        loaded = load_file(context, FileText(path), "yaml", at)
        parameters = find_at(loaded, ("parameters", name)) if isinstance(loaded, Loaded) else []
        values += [with_name(value, name) for item in parameters for value in _find_tried(context, item)]
    return values


def _list_sweeps(module: Module) -> list[str]:
    """The files of the sweeps in the tree that run a program, or any."""
    program = os.path.basename(module.source.path)
    sweeps = [(path, _read_sweep(path)) for path in list_sweep_files(module.source.folder)]
    named = [(path, getattr(table.entries.get("program"), "value", None)) for path, table in sweeps if table]
    return [path for path, name in named if name is None or os.path.basename(str(name)) == program]


def _read_sweep(path: str) -> Table | None:
    document = read_document(path, "yaml")
    root = document.root if document is not None else None
    return root if isinstance(root, Table) and "parameters" in root.entries else None


def find_sweeps(module: Module) -> Iterator[Sweep]:
    """The sweeps whose file names the program of a file: itself, or one that imports it."""
    path = module.source.absolute_path
    folder = os.path.dirname(path)
    programs = (path, *find_programs(path))
    for file in list_sweep_files(folder):
        table = _read_sweep(file)
        program = table.entries.get("program") if table is not None else None
        named = program.value if isinstance(program, Scalar) else None
        paths = [posixpath.normpath(posixpath.join(base, str(named))) for base in find_roots(os.path.dirname(file))]
        if table is None or program is None or set(paths).isdisjoint(programs):
            continue
        commands = find_sweep_commands(folder, file)
        entities, projects = (
            [value for words in commands if (value := find_flag(words, (f"--{key}", f"-{key[0]}"))) is not None]
            or _read_key(table, key)
            for key in ("entity", "project")
        )
        if any(value.literal is None or is_unfilled(value.literal) for value in entities):
            continue
        unknown = StringValue((UnknownPart("the project of the sweep", program.place),), program.place)
        project = next(iter(projects), unknown)
        yield from (Sweep(program.place, entity, project) for entity in entities or (None,))


def _read_key(table: Table, key: str) -> list[StringValue]:
    """The value of a key of a sweep, which gives way to the variable of the environment."""
    value = table.entries.get(key)
    if not isinstance(value, Scalar) or not isinstance(value.value, str):
        return []
    marked = mark_variable(value.interpolated(key), f"WANDB_{key.upper()}")
    return [marked] if isinstance(marked, StringValue) else []


def is_of_sweep(context: Context, string: StringValue, module: Module) -> bool:
    """Whether a part of a string is a value of a parameter of a sweep that runs a program."""
    files = {show_path(path): path for path in context.keep(("sweep files", id(module)), _list_sweeps, module)}
    for part in string.parts:
        table = _read_sweep(files[part.place.path]) if part.place.path in files else None
        if table is not None and _holds(table.entries["parameters"], part.place.span.line):
            return True
    return False


def _holds(data: Data, line: int) -> bool:
    return any(scalar.place.span.line == line for scalar in iterate_scalars(data))
