"""Other files of the tree: read when a name leads there, parsed once, never run."""

from __future__ import annotations

import os
from functools import lru_cache

from regilink_doctor.lint.resolve.module_files import file_of, is_folder, may_be_ours
from regilink_doctor.lint.resolve.values import END, ModuleValue, Name, ProgramPoint, Unknown, Value
from regilink_doctor.lint.resolve.walk import read_module
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.resolve.bindings import Module
    from regilink_doctor.lint.resolve.resolver import Resolver

MAX_FILES = 40
"""Files that are read for the sake of one."""

MAX_BYTES = 1 << 20


class Imports:
    """Finds what is imported, for one file that is linted."""

    def __init__(self) -> None:
        self._read: dict[str, Module | None] = {}
        self._busy: set[tuple[int, str]] = set()

    def imported(self, target: str, module: Module, resolver: Resolver, depth: int) -> list[Value]:
        """What an import binds: something of wandb's, of the tree, or only a dotted name."""
        from regilink_doctor.lint.resolve.resolver import known_name

        plain = known_name(target)
        if not isinstance(plain, Name) or not may_be_ours(target):
            return [plain]
        found = self._find(target, module)
        if found is not None:
            return [ModuleValue(found)]
        dots = target[: len(target) - len(target.lstrip("."))]
        body, _, name = target.lstrip(".").rpartition(".")
        holder = self._find(dots + body, module) if dots + body else None
        if holder is None:
            return [plain]
        key = (id(holder), name)
        if key in self._busy:
            return [Unknown(reason="files that import each other")]
        self._busy.add(key)
        try:
            return list(resolver.name(name, ProgramPoint(holder.scope, END, ()), depth)) or [Unknown()]
        finally:
            self._busy.discard(key)

    def member(self, owner: ModuleValue, name: str, resolver: Resolver, depth: int) -> list[Value]:
        """`module.name`: what the module binds, else a module of the package."""
        if name in owner.module.scope.bindings or "*" in owner.module.scope.bindings:
            return list(resolver.name(name, ProgramPoint(owner.module.scope, END, ()), depth))
        found = self._find(f".{name}", owner.module)
        return [ModuleValue(found)] if found is not None else [Unknown()]

    def named(self, path: str, module: Module, resolver: Resolver, depth: int) -> list[Value] | None:
        """A dotted name that leads into a folder of the tree without an `__init__.py`; None for any other."""
        if not may_be_ours(path) or not is_folder(module.source.folder, path.partition(".")[0]):
            return None
        found = self.imported(path, module, resolver, depth)
        return None if any(isinstance(value, Name) for value in found) else found

    def starred(self, name: str, module: Module, resolver: Resolver, depth: int) -> list[Value]:
        """What `from module import *` may have bound."""
        for binding in module.scope.bindings.get("*", ()):
            holder = binding.target.rpartition(".")[0]
            found = self._find(holder, module) if holder and may_be_ours(holder) else None
            if (
                found is not None
                and found is not module
                and (name in found.scope.bindings or "*" in found.scope.bindings)
            ):
                return list(resolver.name(name, ProgramPoint(found.scope, END, ()), depth))
        return []

    def links(self, module: Module) -> bool:
        """Whether a file of the tree that `module` imports speaks of linking."""
        for scope in (module.scope, *module.functions.values()):
            for bindings in scope.bindings.values():
                for binding in bindings:
                    if binding.kind == "import" and may_be_ours(binding.target) and _links(module, binding.target):
                        return True
        return False

    def _find(self, dotted: str, module: Module) -> Module | None:
        path = file_of(module.source.folder, dotted)
        if path is None:
            return None
        if path not in self._read:
            if len(self._read) >= MAX_FILES:
                return None
            self._read[path] = _parsed(path)
        return self._read[path]


def _links(module: Module, target: str) -> bool:
    dots = target[: len(target) - len(target.lstrip("."))]
    holder = dots + target.lstrip(".").rpartition(".")[0]
    paths = {file_of(module.source.folder, dotted) for dotted in (target, holder) if dotted}
    return any(_speaks_of_linking(path) for path in paths if path)


@lru_cache(maxsize=4096)
def _speaks_of_linking(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES)
    except OSError:
        return False
    return any(word in content for word in (b"link_artifact", b".link(", b"use_artifact("))


def _parsed(path: str) -> Module | None:
    try:
        status = os.stat(path)
        return _cached(path, status.st_mtime_ns, status.st_size) if status.st_size <= MAX_BYTES else None
    except OSError:
        return None


@lru_cache(maxsize=256)
def _cached(path: str, changed: int, size: int) -> Module | None:
    shown = os.path.relpath(path)
    try:
        with open(path, "rb") as file:
            return read_module(Source.decode(shown if not shown.startswith("..") else path, file.read(MAX_BYTES)))
    except (OSError, Unparsable, RecursionError):
        return None
