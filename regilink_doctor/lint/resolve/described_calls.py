"""Calls that configuration files describe: of Hydra (`_target_`), jsonargparse (`class_path`), gin, MLflow.

For a function or class that nothing in its own file calls. A configuration that Hydra composes comes first, as it has
the values of all its files, and of the commands that run its program; else each file counts by itself.
"""

from __future__ import annotations

import os
import posixpath

from regilink_doctor.core.files import absolute_path, show_path
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.data import Scalar, Table, find_data, iterate_tables
from regilink_doctor.lint.resolve.config_files import read_document
from regilink_doctor.lint.resolve.containers import find_by_key
from regilink_doctor.lint.resolve.imports import find_module
from regilink_doctor.lint.resolve.module_files import find_roots, list_modules_with
from regilink_doctor.lint.resolve.values import Document, Loaded, TreePath, Unknown, is_mapping
from regilink_doctor.lint.resolve.wandb_api import CANONICAL
from regilink_doctor.lint.text.memory import list_names, read_file, remembered, walk
from regilink_doctor.lint.text.nodes import find_argument, find_keyword, last_word, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from regilink_doctor.lint.data import Keys
    from regilink_doctor.lint.resolve.bindings import Module, Scope, Use
    from regilink_doctor.lint.resolve.context import Context
    from regilink_doctor.lint.resolve.values import Value

_FOLDERS = ("conf", "config", "configs", "configuration", "hydra_config", "hydra_configs")
_MAX_FILES = 600
PROJECT_FILE = "MLproject"
_MAX_CALLS = 8
_WORDS = (b"_target_", b"class_path", b"defaults:", b"trainer:")
_SECTIONS = {"LightningModule": "model", "LightningDataModule": "data"}
"""Base class -> the section of a configuration of LightningCLI that has the arguments, without a `class_path`."""


def find_described(context: Context, scope: Scope) -> list[Loaded]:
    """The arguments that configuration files of the tree give to a function, or to a class for its `__init__`."""
    owner = scope.owner if scope.owner is not None and scope.name == "__init__" else scope
    if owner.parent is None or owner.parent.kind != "module":
        return []
    path = owner.module.source.absolute_path
    word = b"" if _find_section(owner) else owner.name.encode()
    return _find_in_files(context, owner.module, word, lambda document: _find_arguments(document, owner, path))


def find_loggers(context: Context, module: Module) -> list[Loaded]:
    """The arguments that configurations of a program give to a logger of Lightning that starts a run of W&B."""
    return _find_in_files(context, module, b"WandbLogger", _find_logger_arguments)


def _find_in_files(
    context: Context, module: Module, word: bytes, find: Callable[[Document], Iterator[Keys]]
) -> list[Loaded]:
    """What `find` finds in the configurations around a module that have a word, of the first kind that has any.

    The kinds: what Hydra composes for its programs, its primary configurations, each file by itself.
    """
    files = [file for root in find_roots(module.source.folder) for file in _list_files(root)]
    naming = [file for file in files if word in _read_start(file)]
    if not naming:
        return []
    from regilink_doctor.lint.resolve.hydra import compose_file, list_composed

    # A primary configuration of Hydra may be in the folder of configurations itself, and has defaults.
    primary = [file for file in files if os.path.basename(os.path.dirname(file)) in _FOLDERS]
    primary = [file for file in primary if b"defaults:" in _read_start(file)]
    searches: list[Callable[[], list[Document | None]]] = [
        lambda: [*list_composed(context, module)],
        lambda: [compose_file(context, module, file) for file in primary],
        lambda: [read_document(file, "yaml", "omegaconf") for file in naming],
    ]
    for search in searches:
        found = [
            Loaded(document, keys, attributes=True)
            for document in search()
            if document is not None
            for keys in find(document)
        ]
        if found:
            return found[:_MAX_CALLS]
    return []


def find_bound(context: Context, scope: Scope, name: str) -> list[Value]:
    """What gin's files give a parameter of a function: `publish.target = "x"`; what they may give counts as unknown."""
    values: list[Value] = []
    for root in find_roots(scope.module.source.folder):
        for path in _list_gin_files(root):
            for row, line in enumerate(_read_start(path).decode("utf-8", "replace").splitlines(), 1):
                bound, equals, written = line.partition("=")
                owner, _, parameter = bound.strip().rpartition("/")[2].rpartition(".")
                if equals and parameter == name and owner.rpartition(".")[2] == scope.name:
                    values.append(_read_gin_value(path, row, line, written.strip()))
    return values


def _read_gin_value(path: str, row: int, line: str, written: str) -> Value:
    is_string = len(written) > 1 and written[0] == written[-1] and written[0] in "'\""
    if not is_string or written[0] in written[1:-1] or "\\" in written:
        return Unknown(reason="a value of gin that is not a string")
    column = line.rindex(written) + 2
    place = Place(show_path(path), Span(row, column, row, column + len(written) - 2))
    return StringValue.of(written[1:-1], place)


@remembered(256)
def _list_gin_files(root: str) -> tuple[str, ...]:
    paths: list[str] = []
    for name in ("", "gin", *_FOLDERS):
        base = posixpath.join(root, name) if name else root
        paths += [posixpath.join(base, name) for name in list_names(base)[:_MAX_FILES] if name.endswith(".gin")]
    return tuple(paths)


def _find_arguments(document: Document, owner: Scope, path: str) -> Iterator[Keys]:
    """The keys of the tables with the arguments of a function or class in a file."""
    section = _find_section(owner)
    names = document.root.entries if isinstance(document.root, Table) else {}
    for keys, table in iterate_tables(document.root):
        if _names(table.entries.get("_target_"), owner, path):
            yield keys
        elif _names(table.entries.get("class_path"), owner, path):
            yield (*keys, "init_args")
        elif keys == (section,) and "trainer" in names and not {"_target_", "class_path"} & table.entries.keys():
            yield keys


def _find_logger_arguments(document: Document) -> Iterator[Keys]:
    """The paths of the tables with the arguments of a logger of Lightning."""
    for keys, table in iterate_tables(document.root):
        for name, inner in (("_target_", ()), ("class_path", ("init_args",))):
            data = table.entries.get(name)
            dotted = data.value if isinstance(data, Scalar) else None
            if isinstance(dotted, str) and CANONICAL.get(dotted) == "WandbLogger":
                yield (*keys, *inner)


def _names(data: object, owner: Scope, path: str) -> bool:
    """Whether a dotted name is that of a function or class of a file, or of the package that exports it."""
    dotted = data.value if isinstance(data, Scalar) else None
    if not isinstance(dotted, str) or dotted.rpartition(".")[2] != owner.name:
        return False
    module = "." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    holder = "." + dotted.rpartition(".")[0]
    return module.endswith(holder) or module.rpartition(".")[0].endswith(holder)


def _find_section(owner: Scope) -> str | None:
    """The section of LightningCLI that a class belongs to."""
    names = [last_word(base) for base in owner.bases]
    return next((_SECTIONS[name] for name in names if name in _SECTIONS), None)


@remembered(256)
def _list_files(root: str) -> tuple[str, ...]:
    """The files of configuration below a folder that may describe calls."""
    paths: list[str] = []
    for name in _FOLDERS:
        for folder, _, names in walk(posixpath.join(root, name)):
            paths += [posixpath.join(folder, name) for name in names if name.endswith((".yaml", ".yml"))]
            if len(paths) > _MAX_FILES:
                break
    paths += [posixpath.join(root, name) for name in list_names(root) if name.endswith((".yaml", ".yml"))]
    return tuple([path for path in paths[:_MAX_FILES] if any(word in _read_start(path) for word in _WORDS)])


@remembered(2048)
def _read_start(path: str) -> bytes:
    return read_file(path, 1 << 16) or b""


# Components of MLflow: `mlflow.run(…, parameters={…})` of a program calls what an `MLproject` describes


def find_in_pipelines(context: Context, module: Module, flags: Sequence[str]) -> list[Value]:
    """The values that programs above a component give the parameter which its command passes by one of these flags."""
    folder = absolute_path(module.source.folder)
    values: list[Value] = []
    for parameter in _find_parameters(posixpath.join(folder, PROJECT_FILE), tuple(flags)):
        for use in _find_runs(context, module):
            if _runs(context, use, os.path.basename(folder)):
                for given in filter(is_mapping, context.find_all(find_keyword(use.call, "parameters"), use.at)):
                    values += find_by_key(context, given, [parameter])
    return values


def _find_parameters(path: str, flags: tuple[str, ...]) -> Iterator[str]:
    """The parameters that the commands of a component pass by a flag, or in their own place: `--target {target}`."""
    document = read_document(path, "yaml")
    entries = find_data(document.root, ("entry_points",)) if document is not None else None
    for entry in entries.entries.values() if isinstance(entries, Table) else ():
        command = find_data(entry, ("command",))
        words = command.written.split() if isinstance(command, Scalar) else []
        for previous, word in zip(["", *words[:-1]], words, strict=True):
            flag, _, value = word.rpartition("=")
            parameter = value.strip("'\"\\").removeprefix("{").removesuffix("}")
            if "{" in value and ((flag or previous) in flags or (parameter in flags and previous[:1] != "-")):
                yield parameter


def _find_runs(context: Context, module: Module) -> Iterator[Use]:
    """The calls of `mlflow.run` in programs of the folders above."""
    for root in find_roots(module.source.folder)[1:]:
        for name in list_modules_with(root, "mlflow", ".run("):
            pipeline = find_module(context, name, module)
            for use in pipeline.uses if pipeline is not None and pipeline is not module else ():
                if (written_name(use.call.func) or "") in ("mlflow.run", "mlflow.projects.run"):
                    yield use


def _runs(context: Context, use: Use, component: str) -> bool:
    """Whether a call runs the component in a folder of this name."""
    for value in context.find_all(find_argument(use.call, 0, "uri"), use.at):
        path = value.path if isinstance(value, TreePath) else value.pattern if isinstance(value, StringValue) else ""
        if os.path.basename(path.rstrip("/")) == component:
            return True
    return False
