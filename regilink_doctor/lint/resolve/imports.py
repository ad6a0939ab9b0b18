"""Other files of the tree: read when a name leads there, parsed once, never run."""

from __future__ import annotations

import os
import sys

from regilink_doctor.core.files import show_path
from regilink_doctor.lint.resolve import module_files, wandb_api
from regilink_doctor.lint.resolve.bindings import ProgramPoint
from regilink_doctor.lint.resolve.context import Context, resolves_binding
from regilink_doctor.lint.resolve.module_files import file_of, has_folder, list_imports
from regilink_doctor.lint.resolve.names import find_name
from regilink_doctor.lint.resolve.values import UNKNOWN, Instance, ModuleValue, Name, Value
from regilink_doctor.lint.resolve.walk import read_module
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.memory import has_word, read_file, remembered
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.lint.resolve.bindings import Binding, Module

MAX_FILES = 40
"""Files that are read for the sake of one."""

MAX_BYTES = 1 << 20
_MOST_MODULES = 16
"""Modules that are looked through for what they register."""


@resolves_binding("import")
def bind_import(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """What an import binds; of `from module import *` what that module binds to the name."""
    module = at.scope.module
    if not binding.target.endswith("*"):
        return find_imported(context, binding.target, module)
    holder = binding.target[:-1] if not binding.target.strip(".*") else binding.target[:-2]
    found = find_module(context, holder, module) if _may_be_in_tree(holder) else None
    if found is None or found is module or not ({name, "*"} & found.scope.bindings.keys()):
        return []
    exported = _list_exported(found)
    if exported is not None and name not in exported:
        return []
    return find_name(context, name, found.scope.end)


def _list_exported(module: Module) -> list[object] | None:
    """What `__all__` of a module names; None where it has none that is written out."""
    bindings = module.scope.bindings.get("__all__", ())
    listed = bindings[0].value if len(bindings) == 1 else None
    if not isinstance(listed, (ast.List, ast.Tuple)):
        return None
    return [item.value if isinstance(item, ast.Constant) else None for item in listed.elts]


def _may_be_in_tree(dotted: str) -> bool:
    """Whether a dotted name can lead into the tree."""
    top = dotted.partition(".")[0]
    return not top or (top not in sys.stdlib_module_names and top != "wandb")


def find_imported(context: Context, target: str, module: Module) -> Iterable[Value]:
    """What a dotted name leads to: something of wandb's, something of the tree, or only a name."""
    plain = find_known(target)
    if not isinstance(plain, Name) or not _may_be_in_tree(target):
        return [plain]
    found = find_module(context, target, module)
    if found is not None:
        return [ModuleValue(found)]
    dots = target[: len(target) - len(target.lstrip("."))]
    body, _, name = target.lstrip(".").rpartition(".")
    holder = find_module(context, dots + body, module) if dots + body else None
    if holder is None:
        return [plain]
    return find_name(context, name, holder.scope.end)


def find_member(context: Context, owner: ModuleValue, name: str) -> Iterable[Value]:
    """`module.name`: what the module binds, else a module of the package."""
    if {name, "*"} & owner.module.scope.bindings.keys():
        return find_name(context, name, owner.module.scope.end)
    found = find_module(context, f".{name}", owner.module)
    return [ModuleValue(found) if found is not None else UNKNOWN]


def find_in_folder(context: Context, path: str, module: Module) -> Iterable[Value] | None:
    """A dotted name that leads into a folder of the tree without an `__init__.py`; None for any other."""
    if not _may_be_in_tree(path) or not has_folder(module.source.folder, path.partition(".")[0]):
        return None
    found = find_imported(context, path, module)
    return None if any(isinstance(value, Name) for value in found) else found


def find_known(path: str) -> Value:
    """What an imported dotted name is: something of wandb's, or a name."""
    canonical = wandb_api.CANONICAL.get(path, path)
    made = wandb_api.ATTRIBUTES.get(canonical)
    return Instance(made, is_active=canonical == "wandb.run") if made else Name(canonical)


def find_module(context: Context, dotted: str, module: Module) -> Module | None:
    """The module that a dotted name leads to from another one."""
    path = file_of(module.source.folder, dotted)
    return find_module_of_file(context, path) if path is not None else None


def find_module_of_file(context: Context, path: str) -> Module | None:
    """The module of a file of the tree, by its absolute path; None for one that cannot be read, or one too many."""
    modules: dict[str, Module | None] = context.keep(
        ("modules",), lambda: {context.source.absolute_path: context.module}
    )
    if path not in modules:
        if len(modules) >= MAX_FILES:
            return None
        modules[path] = parse_file(path)
    return modules[path]


def find_modules_with(context: Context, paths: Iterable[str], *words: str) -> Iterator[Module]:
    """The modules of those files that have one of the words in them."""
    for path in paths:
        if any(has_word(path, word, module_files.MAX_BYTES) for word in words):
            module = find_module_of_file(context, path)
            if module is not None:
                yield module


def find_imported_modules(context: Context, module: Module) -> list[Module]:
    """The files of the tree that a file imports, itself or through others of them, up to a bound."""
    modules = [module]
    for importing in modules:
        for bindings in importing.scope.bindings.values():
            for binding in bindings:
                if binding.kind != "import" or not _may_be_in_tree(binding.target):
                    continue
                holder = binding.target.rpartition(".")[0]
                for dotted in (binding.target.removesuffix(".*"), holder):
                    found = find_module(context, dotted, importing) if dotted.strip(".") else None
                    if found is not None and found not in modules and len(modules) <= _MOST_MODULES:
                        modules.append(found)
    return modules[1:]


def find_imported_files(module: Module) -> Iterator[tuple[str, str, str]]:
    """The files of the tree that a file imports: the name that is bound, the dotted name that it is of, the path."""
    own = module.source.absolute_path
    for _, name, binding in module.iterate_bindings():
        if binding.kind != "import" or not _may_be_in_tree(binding.target):
            continue
        # `import package.module` binds `package` alone.
        names = [item.name for item in binding.node.names] if isinstance(binding.node, ast.Import) else []
        for target in dict.fromkeys((binding.target, *names)):
            paths = _list_files(module.source.folder, target)
            yield from ((name, target, path) for path in paths if path != own)


@remembered(4096)
def list_imported_files(path: str) -> tuple[str, ...]:
    """The files of the tree that the lines with imports of a file lead to."""
    folder = os.path.dirname(path)
    files = [other for dotted in list_imports(path) if _may_be_in_tree(dotted) for other in _list_files(folder, dotted)]
    return tuple(dict.fromkeys(other for other in files if other != path))


def _list_files(folder: str, target: str) -> list[str]:
    """The files that `import target`, or the import of its last word from a module, reads."""
    dots = target[: len(target) - len(target.lstrip("."))]
    holder = dots + target.lstrip(".").rpartition(".")[0]
    paths = (file_of(folder, dotted) for dotted in dict.fromkeys((target.removesuffix(".*"), holder)) if dotted)
    return [path for path in paths if path is not None]


@remembered(256)
def parse_file(path: str) -> Module | None:
    """The module of a file, by its absolute path; None for one that cannot be read."""
    content = read_file(path, MAX_BYTES + 1)
    if not content or len(content) > MAX_BYTES:
        return None
    try:
        return read_module(Source.decode(show_path(path), content))
    except (Unparsable, RecursionError):
        return None
