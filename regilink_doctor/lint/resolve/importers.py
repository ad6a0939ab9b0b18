"""The files of the tree that import one: its functions are called there, and what runs one of them runs it, too.

The lines with imports are read of all programs below the root of the repository, once in a run and up to a bound. Tests
are left out: they pass values of their own.
"""

from __future__ import annotations

import os
import posixpath

from regilink_doctor.lint.resolve.config_files import find_roots
from regilink_doctor.lint.resolve.module_files import MAX_PROGRAMS, file_of, list_imports
from regilink_doctor.lint.text.memory import remembered, walk

_MOST_IMPORTERS = 24
_SKIPPED = ("__pycache__", "build", "dist", "env", "node_modules", "site-packages", "venv")
_TESTS = ("test", "tests", "testing")


@remembered(1024)
def find_importers(path: str) -> tuple[str, ...]:
    """The files that import the one of an absolute path, also by way of the package that exports it."""
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
    """The files that import the one of an absolute path, themselves or through others: what runs them runs it."""
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
    """The last word of the dotted name of a file."""
    return os.path.basename(os.path.dirname(path) if path.endswith("__init__.py") else path.removesuffix(".py"))


@remembered(8)
def _index_imports(root: str) -> dict[str, list[tuple[str, str]]]:
    """The imports below a folder, by the last word of the dotted name: who imports, and the dotted name."""
    paths = _list_programs(root)
    names = {_name_module(path) for path in paths}
    index: dict[str, list[tuple[str, str]]] = {}
    for path in paths:
        for dotted in list_imports(path):
            name = dotted.rpartition(".")[2]
            if name in names:
                index.setdefault(name, []).append((path, dotted))
    return index


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
