"""The configuration of `@hydra.main(config_path="conf", config_name="config")`, composed as Hydra composes it.

The defaults list is followed: groups, files beside the primary one, `_self_`, `@package`, `optional`. What only a
command line, a plugin or a `ConfigStore` adds is unknown; where any of them could replace a value, all is.
"""

from __future__ import annotations

import os
from functools import partial

from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve.bindings import END, ProgramPoint
from regilink_doctor.lint.resolve.config_files import read_document
from regilink_doctor.lint.resolve.values import Document, Loaded, Unknown, Value
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.data import Data, Table
    from regilink_doctor.lint.resolve.bindings import Scope
    from regilink_doctor.lint.resolve.context import Context

_MAX_FILES = 40
_PARAMETERS = ("config_path", "config_name")


def find_configuration(context: Context, scope: Scope) -> list[Value] | None:
    """What Hydra gives to a function; None where it gives nothing."""
    for decorator in getattr(scope.node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and written_name(decorator.func) in ("hydra.main", "main"):
            document = context.keep(("hydra", id(decorator)), partial(_compose_for, context, decorator, scope))
            if document is None:
                return [Unknown(reason="a configuration of Hydra that is not followed")]
            return [Loaded(document, attributes=True)]
    return None


def _compose_for(context: Context, decorator: ast.Call, scope: Scope) -> Document | None:
    at = ProgramPoint(scope.parent or scope, END)
    nodes: dict[str | None, ast.expr] = dict(zip(_PARAMETERS, decorator.args, strict=False))
    nodes |= {keyword.arg: keyword.value for keyword in decorator.keywords}
    texts: list[str] = []
    for parameter in _PARAMETERS:
        values = context.value(nodes[parameter], at) if parameter in nodes else ()
        text = values[0].literal if len(values) == 1 and isinstance(values[0], StringValue) else None
        if text is None and (parameter == "config_name" or values):
            return None
        texts.append(text or "")
    folder = os.path.normpath(os.path.join(scope.module.source.folder, texts[0]))
    table = _Composer(folder).compose(texts[1].removesuffix(".yaml"), group="", package=())
    return Document(table, "omegaconf") if table is not None else None


class _NotFollowed(Exception):
    """Something in a defaults list that may replace any value."""


class _Composer:
    """Merges the files of one configuration folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.left = _MAX_FILES

    def compose(self, name: str, group: str, package: tuple[str, ...]) -> Table | None:
        """The table of a configuration file with those of its defaults list; None where it cannot be followed."""
        try:
            return self._compose(name, group, package)
        except _NotFollowed:
            return None

    def _compose(self, name: str, group: str, package: tuple[str, ...], *, is_placed: bool = False) -> Table | None:
        """As `compose`, below `package`; None without a file. `is_placed`: the package is not that of the file."""
        from regilink_doctor.lint.data import DataList, Table

        own = self._read(os.path.join(group, name))
        if own is None:
            return None
        package = package if is_placed else self._find_package(os.path.join(group, name), package)
        body = replace(own, entries={key: value for key, value in own.entries.items() if key != "defaults"})
        listed = own.entries.get("defaults")
        items = listed.items if isinstance(listed, DataList) else ()
        result = Table((), own.place, {})
        is_own_merged = False
        for item in items:
            if getattr(item, "value", None) == "_self_":
                result = merge_tables(result, _wrap(body, package))
                is_own_merged = True
                continue
            table = self._compose_default(item, group, package)
            if table is not None:
                result = merge_tables(result, table)
            elif is_own_merged and not _is_skipped(item):
                raise _NotFollowed  # it would be merged over what this file says
        return result if is_own_merged else merge_tables(result, _wrap(body, package))

    def _compose_default(self, item: Data, group: str, package: tuple[str, ...]) -> Table | None:
        """What one item of a defaults list adds; None where it adds nothing that is in a file."""
        from regilink_doctor.lint.data import DataList, Scalar, Table

        if isinstance(item, Scalar) and isinstance(item.value, str):
            folder, name = os.path.split(item.value)
            return self._compose_named(name, folder, group, package)
        if not isinstance(item, Table) or len(item.entries) != 1:
            raise _NotFollowed
        ((key, chosen),) = item.entries.items()
        word, _, rest = key.rpartition(" ")
        if word == "override" and not rest.lstrip("/").startswith("hydra/"):
            raise _NotFollowed
        names = chosen.items if isinstance(chosen, DataList) else (chosen,)
        result: Table | None = None
        for choice in names:
            value = choice.value if isinstance(choice, Scalar) else False
            if value is None or value == "???" or rest.lstrip("/").startswith("hydra/"):
                continue
            if not isinstance(value, str):
                raise _NotFollowed
            table = self._compose_named(value, rest, group, package)
            result = table if result is None else merge_tables(result, table) if table is not None else result
        return result

    def _compose_named(self, name: str, key: str, group: str, package: tuple[str, ...]) -> Table | None:
        """The file `name` of the group `key`, which may say its package: `reg@out.sink`."""
        if "$" in name + key:
            raise _NotFollowed
        key, at, destination = key.partition("@")
        is_absolute = key.startswith("/")
        below = os.path.join("" if is_absolute else group, key.strip("/"))
        words = tuple([word for word in destination.split(".") if word])
        if words[:1] == ("_global_",):
            inner = words[1:]
        elif at:
            inner = (*package, *(word for word in words if word not in ("_here_", "_group_")))
        else:
            inner = (*package, *(word for word in key.split("/") if word))
        return self._compose(name.removesuffix(".yaml"), below, inner, is_placed=bool(at))

    def _read(self, path: str) -> Table | None:
        from regilink_doctor.lint.data import Table

        if self.left <= 0 or ".." in path.split(os.sep):
            raise _NotFollowed
        self.left -= 1
        full = os.path.join(self.folder, f"{path}.yaml")
        if not os.path.isfile(full):
            return None
        document = read_document(full, "yaml", "omegaconf")
        if document is None or not isinstance(document.root, Table) or document.root.repeated:
            raise _NotFollowed
        return document.root

    def _find_package(self, path: str, package: tuple[str, ...]) -> tuple[str, ...]:
        """The package that the first lines of a file give it: `# @package _global_`."""
        with open(os.path.join(self.folder, f"{path}.yaml"), encoding="utf-8", errors="replace") as file:
            start = file.read(1024)
        for line in start.splitlines():
            words = line.lstrip("# ").split()
            if line.startswith("#") and words[:1] == ["@package"] and len(words) == 2:
                if words[1] == "_group_":
                    raise _NotFollowed  # of versions before 1.1
                return () if words[1] == "_global_" else tuple(words[1].split("."))
            if line.strip() and not line.startswith("#"):
                break
        return package


def _is_skipped(item: Data) -> bool:
    """Whether an item of a defaults list is about Hydra itself, optional, or chooses nothing."""
    from regilink_doctor.lint.data import Table

    if not isinstance(item, Table):
        return False
    ((key, chosen),) = item.entries.items()
    is_hydras = key.rpartition(" ")[2].lstrip("/").startswith("hydra/")
    return is_hydras or key.startswith("optional ") or getattr(chosen, "value", "") is None


def _wrap(table: Table, package: tuple[str, ...]) -> Table:
    """A table below the keys of its package."""
    for key in reversed(package):
        table = replace(table, entries={key: table})
    return table


def merge_tables(base: Table, other: Table) -> Table:
    """Both tables; of what is in both, that of `other`, but tables are merged and lists replaced."""
    from regilink_doctor.lint.data import Table

    entries = dict(base.entries)
    for key, value in other.entries.items():
        before = entries.get(key)
        are_tables = isinstance(before, Table) and isinstance(value, Table)
        entries[key] = merge_tables(before, value) if are_tables else value  # type: ignore[arg-type]
    return replace(other, entries=entries)
