"""Values from configuration files that the program loads: `yaml.safe_load(open("config.yaml"))["registry"]`.

A path counts from the program's own folder and from those above it, up to the root of the repository, because nobody
knows where the program is started; `__file__` says more. Files are read as data only, each once for each run. What is
missing, too large, or written by the program itself is unknown.
"""

from __future__ import annotations

import os
import posixpath

from regilink_doctor.core.files import absolute_path, show_path
from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.resolve.module_files import file_of, find_roots
from regilink_doctor.lint.resolve.values import (
    UNKNOWN,
    Document,
    FileText,
    Instance,
    Loaded,
    ModuleValue,
    NonString,
    TreePath,
    Unknown,
    Value,
    mark_default,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.memory import is_file, read_file, remembered
from regilink_doctor.lint.text.nodes import find_argument, find_keyword, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.core.findings import Place
    from regilink_doctor.lint.data import Data, Keys, Scalar, Table
    from regilink_doctor.lint.resolve.bindings import Module, ProgramPoint
    from regilink_doctor.lint.resolve.context import Context
    from regilink_doctor.lint.resolve.values import DocumentHolder

MAX_BYTES = 1 << 20
_MAX_FOLDERS = 12
_MOST_ITEMS = 64
_MAX_FILLED = 8

_LOADERS = {
    "yaml.safe_load": "yaml",
    "yaml.full_load": "yaml",
    "yaml.unsafe_load": "yaml",
    "yaml.load": "yaml",
    "json.load": "json",
    "json.loads": "json",
    "tomllib.load": "toml",
    "tomllib.loads": "toml",
    "tomli.load": "toml",
    "tomli.loads": "toml",
    "toml.load": "toml",
    "toml.loads": "toml",
    "omegaconf.OmegaConf.load": "yaml",
    "dotenv.dotenv_values": "dotenv",
}
"""Function -> the kind of file that it reads, whatever the file is called."""

_TAKE_PATHS = frozenset({"toml.load", "omegaconf.OmegaConf.load", "dotenv.dotenv_values"})
_PARSERS = frozenset({"configparser.ConfigParser", "configparser.RawConfigParser", "configparser.SafeConfigParser"})
_OPENS = frozenset({"open", "io.open", "codecs.open"})
_SAME_PATH = frozenset({"os.path.abspath", "os.path.realpath", "os.path.normpath", "str", "os.fspath"})
_JOINS = frozenset({"os.path.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"})
_PACKAGE_FOLDERS = frozenset({"importlib.resources.files", "importlib_resources.files"})
_PACKAGE_TEXTS = frozenset(
    {"importlib.resources.read_text", "importlib.resources.open_text", "importlib.resources.path", "pkgutil.get_data"}
)
_READ_METHODS = frozenset({"read", "read_text", "read_bytes", "open"})
_RUAMEL = "ruamel.yaml.YAML"
METHODS = _READ_METHODS | {"load", "resolve", "absolute", "with_name", "joinpath"}
"""Methods of paths and of open files that are followed."""


# Functions and methods


def call_function(context: Context, path: str, node: ast.Call, at: ProgramPoint) -> list[Value] | None:
    """What a function that opens or loads a file gives; None for any other function."""
    if path in _PARSERS:
        return _read_parsed(context, at)
    if path == _RUAMEL:
        return [Instance(path, node, at)]
    if path == "dvc.api.params_show" and not node.args:
        files = find_files(StringValue.of("params.yaml", at.source.place(node)), at)
        return [load_file(context, file, "yaml", at) for file in files[:1]] or [UNKNOWN]
    if not node.args:
        return None
    if path in _LOADERS:
        return _load(context, path, node, at)
    if path in _OPENS:
        is_writing = _is_writing(find_argument(node, 1, "mode"))
        return [UNKNOWN] if is_writing else _open(context.value(node.args[0], at), at)
    if path in _PACKAGE_FOLDERS:
        return _find_package_folders(context, node, at)
    if path in _PACKAGE_TEXTS:
        return _open(join_to(context, _find_package_folders(context, node, at), node.args[1:], at), at)
    if path in _SAME_PATH or path in _JOINS or path == "os.path.dirname":
        values = context.value(node.args[0], at)
        if any(isinstance(value, TreePath) for value in values):
            if path == "os.path.dirname":
                return [go_up(value) for value in values]
            return join_to(context, values, node.args[1:], at)
    return None


def call_method(context: Context, node: ast.Call, function: ast.Attribute, at: ProgramPoint) -> list[Value] | None:
    """What a method of a path or of an open file gives; None for that of anything else."""
    owners = context.value(function.value, at)
    if function.attr == "load":
        is_yaml = node.args and any(isinstance(owner, Instance) and owner.type == _RUAMEL for owner in owners)
        return _load(context, "yaml.load", node, at) if is_yaml else None
    if function.attr in _READ_METHODS:
        if function.attr == "open" and node.args and _is_writing(node.args[0]):
            return [UNKNOWN]
        is_text = function.attr in ("read_text", "read_bytes")
        if any(
            isinstance(owner, (TreePath, FileText)) or (is_text and isinstance(owner, StringValue)) for owner in owners
        ):
            return _open(owners, at)
        if function.attr == "open" and any(isinstance(owner, StringValue) and owner.literal for owner in owners):
            return _open(owners, at)
        return None
    if not any(isinstance(owner, TreePath) for owner in owners):
        return None
    if function.attr == "with_name":
        owners = tuple([go_up(owner) for owner in owners])
    return join_to(context, owners, node.args, at)


def _is_writing(mode: ast.expr | None) -> bool:
    return mode is not None and not (isinstance(mode, ast.Constant) and set(str(mode.value)) <= set("rbtU"))


# Paths


def _find_package_folders(context: Context, node: ast.Call, at: ProgramPoint) -> list[Value]:
    """The folder of a package: `importlib.resources.files("package")`."""
    folders: list[Value] = []
    for value in context.value(node.args[0], at):
        name = value.literal if isinstance(value, StringValue) else None
        file = value.module.source.path if isinstance(value, ModuleValue) else file_of(at.source.folder, name or "")
        folders.append(TreePath(os.path.dirname(absolute_path(file))) if file else UNKNOWN)
    return folders


def find_ancestor(context: Context, node: ast.Attribute, number: int, at: ProgramPoint) -> list[Value]:
    """`path.parents[number]`; nothing where the owner is no path of the tree."""
    values: list[Value] = []
    for value in context.value(node.value, at):
        if isinstance(value, TreePath) and 0 <= number < _MAX_FOLDERS:
            for _ in range(number + 1):
                value = go_up(value)
            values.append(value)
    return values


def go_up(value: Value) -> Value:
    """`path.parent` of a path of the tree."""
    return TreePath(os.path.dirname(value.path)) if isinstance(value, TreePath) else UNKNOWN


def join_to(context: Context, owners: Sequence[Value], nodes: Sequence[ast.expr], at: ProgramPoint) -> list[Value]:
    """`path / name` of paths of the tree, for each of the names."""
    for node in nodes:
        names = context.list_literals(node, at)
        owners = tuple(
            [
                TreePath(_join_paths(owner.path, name)) if isinstance(owner, TreePath) else UNKNOWN
                for owner in owners
                for name in names
                if name
            ]
        )
    return list(owners) or [UNKNOWN]


def _open(values: Iterable[Value], at: ProgramPoint) -> list[Value]:
    """The files that values can be, as something to read."""
    files: list[Value] = []
    for value in values:
        files += find_files(value, at) or [UNKNOWN]
    return files


def find_files(value: Value, at: ProgramPoint) -> Sequence[FileText]:
    """The files of the tree that a path can mean."""
    if isinstance(value, FileText):
        return [value]
    if isinstance(value, TreePath):
        is_inside = any(value.path.startswith(posixpath.join(root, "")) for root in find_roots(at.source.folder))
        return [FileText(value.path)] if is_inside and is_file(value.path) else []
    if not isinstance(value, StringValue) or not value.literal:
        return []
    default = next((part.default_of for part in value.parts if isinstance(part, KnownPart) and part.default_of), None)
    return [FileText(path, default) for path in _locate(at.source.folder, value.literal)]


def _join_paths(folder: str, written: str) -> str:
    """Where a path leads from a folder; one that was written on Windows leads there on every system."""
    return posixpath.normpath(posixpath.join(folder, written.replace("\\", "/")))


@remembered(1024)
def _locate(folder: str, path: str) -> tuple[str, ...]:
    """The files that a relative path leads to, from a folder and from those above it."""
    if os.path.isabs(path) or "\0" in path or len(path) > 400:
        return ()
    roots = find_roots(folder)
    above = posixpath.join(roots[-1], "")
    paths = [_join_paths(root, path) for root in roots]
    return tuple([path for path in dict.fromkeys(paths) if path.startswith(above) and is_file(path)])


# Documents


def _load(context: Context, path: str, node: ast.Call, at: ProgramPoint) -> list[Value]:
    kind = _LOADERS[path]
    holder: DocumentHolder = "omegaconf" if "OmegaConf" in path else "dotenv" if kind == "dotenv" else "plain"
    values: list[Value] = []
    for value in context.value(node.args[0], at):
        if isinstance(value, StringValue) and path not in _TAKE_PATHS:
            data = parse_text(value, kind)
            values.append(Loaded(Document(data)) if data is not None else UNKNOWN)
            continue
        files = find_files(value, at)
        values += [load_file(context, file, kind, at, holder=holder) for file in files]
        values += [] if files else [Unknown(reason="a file that is not known, or not in the tree")]
    if find_keyword(node, "object_hook") is not None:  # it makes objects with attributes
        return [replace(value, attributes=True) if isinstance(value, Loaded) else value for value in values]
    return values


def parse_text(text: StringValue, kind: str) -> Data | None:
    """The table or list that a string of the program says, all of it at the place of the string."""
    from regilink_doctor.lint.data import Scalar, read_data

    data = read_data("", text.literal.encode(), kind) if text.literal is not None else None
    return _move(data, text.place) if data is not None and not isinstance(data, Scalar) else None


def _move(data: Data, place: Place) -> Data:
    """Data with all values at one place."""
    from regilink_doctor.lint.data import DataList, Scalar, Table

    if isinstance(data, Table):
        return Table(data.keys, place, {key: _move(item, place) for key, item in data.entries.items()})
    if isinstance(data, DataList):
        return DataList(data.keys, place, tuple([_move(item, place) for item in data.items]))
    return Scalar(data.keys, place, data.value, data.kind, data.written)


def load_file(
    context: Context, file: FileText, kind: str, at: ProgramPoint, *, holder: DocumentHolder = "plain"
) -> Value:
    """What a file holds for the program that loads it."""
    if os.path.basename(file.path) in context.keep(
        ("written", id(at.scope.module)), lambda: _find_written(at.scope.module)
    ):
        return Unknown(reason="a file that the program writes")
    document = read_document(file.path, kind, holder)
    if document is None:
        is_none = kind == "yaml" and is_empty_file(file.path)
        return NonString(None) if is_none else Unknown(reason="a file that cannot be read")
    return Loaded(document, (), holder == "omegaconf", file.default_of)


def load_nearest(
    context: Context, paths: Iterable[Value], kind: str, at: ProgramPoint, *, holder: DocumentHolder = "plain"
) -> list[Loaded]:
    """What the nearest file of each path holds, as far as they can be read."""
    files = [file for path in paths for file in find_files(path, at)[:1]]
    values = [load_file(context, file, kind, at, holder=holder) for file in files]
    return [value for value in values if isinstance(value, Loaded)]


def _find_written(module: Module) -> frozenset[str]:
    """The names of the files that a program writes, where they are written out."""
    names: set[str] = set()
    for use in module.uses:
        function = use.call.func
        is_open = written_name(function) in _OPENS and len(use.call.args) > 1 and _is_writing(use.call.args[1])
        target: ast.AST | None = use.call.args[0] if is_open else None
        if isinstance(function, ast.Attribute) and function.attr in ("write_text", "write_bytes"):
            target = function.value
        while isinstance(target, (ast.Call, ast.BinOp)):  # of a path that is joined, the last word
            words = [target.right] if isinstance(target, ast.BinOp) else target.args
            target = words[-1] if words else None
        if isinstance(target, ast.Constant) and isinstance(target.value, str):
            names.add(os.path.basename(target.value))
    return frozenset(names)


def read_document(path: str, kind: str, holder: DocumentHolder = "plain") -> Document | None:
    """The data of a file, read once in a run."""
    return _read_document(path, kind, holder)


@remembered(512)
def _read_document(path: str, kind: str, holder: DocumentHolder) -> Document | None:
    from regilink_doctor.lint.data import read_data

    content = read_file(path, MAX_BYTES + 1)
    is_whole = content is not None and len(content) <= MAX_BYTES
    root = read_data(show_path(path), content, kind) if content is not None and is_whole else None
    return Document(root, holder) if root is not None else None


def is_empty_file(path: str) -> bool:
    """Whether a YAML file has nothing but comments."""
    content = read_file(path, 1 << 16)
    return content is not None and not any(line.strip() and not line.startswith(b"#") for line in content.splitlines())


def _read_parsed(context: Context, at: ProgramPoint) -> list[Value]:
    """What a `ConfigParser` has read, if there is one in a scope, and one file that it reads there."""
    scope = at.scope
    uses = context.find_uses_in(scope)
    parsers = [use for use in uses if (written_name(use.call.func) or "").endswith("ConfigParser")]
    reads = [
        use
        for use in uses
        if isinstance(use.call.func, ast.Attribute)
        and use.call.func.attr in ("read", "read_file")
        and use.call.args
        and isinstance(use.call.func.value, ast.Name)
    ]
    found: list[Value] = []
    for use in reads if len(parsers) == 1 else ():
        for value in context.value(use.call.args[0], use.at):
            if isinstance(value, FileText) is (use.call.func.attr == "read_file"):  # type: ignore[attr-defined]
                found += [load_file(context, file, "ini", at, holder="parser") for file in find_files(value, use.at)]
    return found if len(found) == 1 else [UNKNOWN]


# What is in them


def find_in_document(owner: Loaded, keys: Iterable[str | int | None]) -> list[Value]:
    """The values below any of these keys; a key that is not known means any of them. Nothing where there are none."""
    from regilink_doctor.lint.data import DataList, Table

    node = owner.node
    asked = list(keys)
    if not asked or None in asked:
        if isinstance(node, Table):
            asked = list(node.entries)
        elif isinstance(node, DataList):
            asked = list(range(len(node.items)))
        if len(asked) > _MOST_ITEMS:
            return [UNKNOWN]
    return [value for key in dict.fromkeys(asked) if key is not None for value in find_at(owner, (key,))]


def find_at(owner: Loaded, keys: Keys) -> list[Value]:
    """The value below the keys of tables, and numbers of lists; nothing where there is none."""
    from regilink_doctor.lint.data import find_data

    node = find_data(owner.node, keys)
    if node is None:
        return []
    values = _to_values(owner, (*owner.keys, *keys), node)
    for key in keys:
        values = [with_name(value, key) for value in values] if isinstance(key, str) else values
    return [mark_default(value, owner.default_of) for value in values] if owner.default_of is not None else values


def _to_values(owner: Loaded, keys: Keys, node: Data) -> list[Value]:
    from regilink_doctor.lint.data import Given, Scalar

    if not isinstance(node, Scalar):
        return [replace(owner, keys=keys)]
    if isinstance(node, Given):
        return list(node.values)
    if owner.document.holder == "omegaconf" and isinstance(node.value, str):
        from regilink_doctor.lint.resolve.interpolation import interpolate

        return [interpolate(owner, keys, node)]
    if node.kind == "string":
        return [_fill_in(owner, keys, node)]
    return [UNKNOWN if node.kind == "other" else NonString(node.value)]


def _fill_in(owner: Loaded, keys: Keys, scalar: Scalar) -> StringValue:
    """A string as its reader gives it: `.env` and INI files fill in what is beside it."""
    from regilink_doctor.lint.data import Table, find_data

    table = find_data(owner.document.root, keys[:-1])
    holder = owner.document.holder
    if holder not in ("dotenv", "parser") or scalar.fragment is None or not isinstance(table, Table):
        return scalar.interpolated()
    return _fill_from(table, scalar, holder, 0)


def _fill_from(table: Table, scalar: Scalar, holder: DocumentHolder, depth: int) -> StringValue:
    """A string with `${X}` of the lines before it, or `%(x)s` of its section."""
    from regilink_doctor.lint.data import Scalar
    from regilink_doctor.lint.text.fragment import filled

    known: dict[str, StringValue] = {}
    for name, other in table.entries.items():
        if other is scalar and holder == "dotenv":
            break
        if name in scalar.written and isinstance(other, Scalar) and other is not scalar and depth < _MAX_FILLED:
            known[name] = _fill_from(table, other, holder, depth + 1)
    whole = scalar.fragment
    if whole is None:
        return scalar.interpolated()
    parts = filled(whole, 0, len(whole.text), known, dollars=False)
    return StringValue(tuple(parts), scalar.place)


def find_loaded_items(owner: Loaded) -> list[Value]:
    """What a loop over it gives: the items of a list, the keys of a table."""
    node = owner.node
    if node is not None and owner.is_mapping:
        return [StringValue.of(name, node.place) for name in list_loaded_keys(owner)]
    return find_in_document(owner, ())


def list_loaded_keys(owner: Loaded) -> list[str]:
    """The keys of a table."""
    from regilink_doctor.lint.data import Table

    return list(owner.node.entries)[:_MOST_ITEMS] if isinstance(owner.node, Table) else []


def find_loaded_pairs(owner: Loaded) -> list[Value]:
    """The keys of a table, each with its value, as lists of two."""
    from regilink_doctor.lint.data import DataList, Scalar, Table

    node = owner.node
    if not isinstance(node, Table) or owner.document.holder == "omegaconf" or len(node.entries) > _MOST_ITEMS:
        return [UNKNOWN]
    pairs: list[Value] = []
    for key, value in node.entries.items():
        items = (Scalar(node.keys, node.place, key, "string", key), value)
        pairs.append(replace(owner, document=Document(DataList(node.keys, node.place, items)), keys=()))
    return pairs
