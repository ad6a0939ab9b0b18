"""Where an import leads, and which files of the tree import one.

An import is looked for beside the file, in each folder above it up to the root of the repository, and in `src/` there:
for every import of every file, so the names in a folder are read once and looked up from then on.

The functions of a file are called in the files that import it, and what runs one of those runs the file, too. To find
them, the import lines of all programs below the root of the repository are read, once in a run and up to a bound. Tests
are left out: they pass values of their own.
"""

from __future__ import annotations

import os
import posixpath

from regilink_doctor.core.files import absolute_path
from regilink_doctor.core.records import group_pairs
from regilink_doctor.lint.text.memory import (
    exists,
    find_names,
    has_word,
    is_file,
    is_folder,
    list_names,
    read_file,
    remembered,
    walk,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PROGRAMS = 2000
MAX_BYTES = 1 << 18
"""Of a file whose imports are listed."""

_MAX_FOLDERS = 12
_MOST_MODULES = 200
_SOURCES = ("src", "lib", "python")
_MOST_IMPORTERS = 24
_SWEEP_FOLDERS = ("sweeps", "sweep", "config", "configs", "conf", "experiments", "scripts")
_SKIPPED = ("__pycache__", "build", "dist", "env", "node_modules", "site-packages", "venv")
_TESTS = ("test", "tests", "testing")


@remembered(4096)
def file_of(folder: str, dotted: str) -> str | None:
    """The file of a module that is imported in a file of `folder`."""
    level = len(dotted) - len(dotted.lstrip("."))
    parts = [part for part in dotted.split(".") if part]
    if not parts and not level:
        return None
    if level:
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return _file(folder, parts)
    return next((found for base in _bases(folder, parts[0]) if (found := _file(base, parts))), None)


def has_folder(folder: str, top: str) -> bool:
    """Whether the first word of a dotted name is a folder where the imports of `folder` are looked for."""
    return any(_has_folder(base, top) for base in _bases(folder, top))


@remembered(4096)
def _bases(folder: str, top: str) -> tuple[str, ...]:
    """The folders that have a file or a folder of the name that a dotted name begins with."""
    return tuple(base for base in _searched(folder) if _has_file(base, f"{top}.py") or _has_folder(base, top))


@remembered(1024)
def _searched(folder: str) -> tuple[str, ...]:
    return tuple(
        base
        for root in _roots(folder)
        for base in (root, *(posixpath.join(root, name) for name in _SOURCES if _has_folder(root, name)))
    )


def _roots(folder: str) -> Iterator[str]:
    """The folder and those above it, up to the root of the repository."""
    for _ in range(_MAX_FOLDERS):
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder or exists(posixpath.join(folder, ".git")):
            return
        folder = parent


def _file(folder: str, parts: list[str]) -> str | None:
    base = posixpath.join(folder, *parts)
    above, name = os.path.split(base)
    if _has_file(above, f"{name}.py"):
        return f"{base}.py"
    if _has_folder(above, name) and _has_file(base, "__init__.py"):
        return posixpath.join(base, "__init__.py")
    return None


def _has_file(folder: str, name: str) -> bool:
    return _may_have(folder, name) and is_file(posixpath.join(folder, name))


def _has_folder(folder: str, name: str) -> bool:
    return _may_have(folder, name) and is_folder(posixpath.join(folder, name))


def _may_have(folder: str, name: str) -> bool:
    names = _names(folder)
    return names is None or name in names


@remembered(4096)
def _names(folder: str) -> frozenset[str] | None:
    """What is in a folder; None for one that nobody may list, though what it has can be opened."""
    names = find_names(folder)
    return None if names is None else frozenset(names)


@remembered(2 * MAX_PROGRAMS)
def list_imports(path: str) -> tuple[str, ...]:
    """The dotted names that lines with imports of a file have: of `from a import b` both `a` and `a.b`."""
    return tuple(dict.fromkeys(_read_imports(read_file(path, MAX_BYTES) or b"")))


def _read_imports(content: bytes) -> Iterator[str]:
    lines = iter(content.decode("utf-8", "replace").splitlines())
    for line in lines:
        if "import " not in line:
            continue
        words = line.lstrip()
        if words.startswith("import "):
            yield from (item.split()[0] for item in words[len("import ") :].split(",") if item.strip())
        elif words.startswith("from ") and " import " in words:
            holder, _, imported = words[len("from ") :].partition(" import ")
            while "(" in imported and ")" not in imported and (line := next(lines, ")")):
                imported += " " + line.partition("#")[0]
            holder = holder.strip()
            yield holder
            for item in imported.partition("#")[0].strip(" ()").split(","):
                if item.strip():
                    yield f"{holder}{'' if holder.endswith('.') else '.'}{item.split()[0]}"


# What is around a file


@remembered(1024)
def find_roots(folder: str) -> tuple[str, ...]:
    """The folder and those above it up to the root of the repository, or else to the current folder."""
    here = absolute_path(os.curdir)
    folders = [folder]
    while folders[-1] != here and not exists(posixpath.join(folders[-1], ".git")):
        parent = os.path.dirname(folders[-1])
        if parent == folders[-1]:
            return (folder,)
        folders.append(parent)
    return tuple(folders)


@remembered(1024)
def list_modules_with(folder: str, *words: str) -> tuple[str, ...]:
    """The modules of a folder that have all of these words in them."""
    names = [name for name in list_names(folder)[:_MOST_MODULES] if name.endswith(".py")]
    found = [name for name in names if all(has_word(posixpath.join(folder, name), word, MAX_BYTES) for word in words)]
    return tuple(name.removesuffix(".py") for name in found)


@remembered(1024)
def list_sweep_files(folder: str) -> tuple[str, ...]:
    """The files that may describe sweeps of W&B, in a folder or above it, and in the usual folders there."""
    paths: list[str] = []
    for root in find_roots(folder):
        names = list_names(root)[:_MOST_MODULES]
        paths += [posixpath.join(root, name) for name in names]
        for inner in [posixpath.join(root, name) for name in _SWEEP_FOLDERS if name in names]:
            paths += [posixpath.join(inner, name) for name in list_names(inner)[:_MOST_MODULES]]
    files = [path for path in dict.fromkeys(paths) if path.endswith((".yaml", ".yml"))]
    return tuple([path for path in files if all(has_word(path, word, 1 << 16) for word in ("parameters:", "method:"))])


@remembered(1024)
def find_importers(path: str) -> tuple[str, ...]:
    """The files that import the file with an absolute path, directly or through the package that exports it."""
    root = find_roots(os.path.dirname(path))[-1]
    importers: list[str] = []
    waiting = [path]
    for imported in waiting:
        for importer, dotted in _index_imports(root).get(_name_module(imported), ()):
            if importer in importers or importer == path or file_of(os.path.dirname(importer), dotted) != imported:
                continue
            importers.append(importer)
            waiting += [importer] if os.path.basename(importer) == "__init__.py" else []
        if len(importers) >= _MOST_IMPORTERS:
            break
    return tuple(importers[:_MOST_IMPORTERS])


@remembered(1024)
def find_programs(path: str) -> tuple[str, ...]:
    """The files that import the file with an absolute path, directly or through others: what runs them runs it."""
    programs: list[str] = []
    waiting = [path]
    for imported in waiting:
        found = [importer for importer in find_importers(imported) if importer not in waiting]
        waiting += found
        programs += found
        if len(programs) >= _MOST_IMPORTERS:
            break
    return tuple(programs[:_MOST_IMPORTERS])


def _name_module(path: str) -> str:
    """The last part of the dotted name of a file."""
    return os.path.basename(os.path.dirname(path) if path.endswith("__init__.py") else path.removesuffix(".py"))


@remembered(8)
def _index_imports(root: str) -> dict[str, list[tuple[str, str]]]:
    """The imports below a folder, by the last part of the dotted name: the importing file, and the dotted name."""
    paths = _list_programs(root)
    names = {_name_module(path) for path in paths}
    imports = ((dotted.rpartition(".")[2], (path, dotted)) for path in paths for dotted in list_imports(path))
    return group_pairs(item for item in imports if item[0] in names)


@remembered(8)
def _list_programs(root: str) -> tuple[str, ...]:
    paths: list[str] = []
    for folder, folders, names in walk(root):
        folders[:] = [name for name in folders if name[0] != "." and name not in _SKIPPED and name not in _TESTS]
        programs = [name for name in names if name.endswith(".py") and not name.endswith("_test.py")]
        paths += [posixpath.join(folder, name) for name in programs if not name.startswith("test_")]
        if len(paths) >= MAX_PROGRAMS:
            break
    return tuple(paths)
