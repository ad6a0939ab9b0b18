"""YAML as nodes with their places, and the data of them.

Composed to nodes, never constructed: every value has its place, tags mean nothing, and no value is made of anything.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib import import_module

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.lint.data import MAX_DEPTH, DataList, Scalar, Table
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.source import OtherFormat, Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from regilink_doctor.lint.data import Data, Keys, ScalarKind

    Node: TypeAlias = Any
    """A `yaml.Node`. yaml is loaded with the first file, and its types tell neither `id` nor `style`."""


def read_data(source: Source) -> Data | None:
    """The data of the only document, as `yaml.safe_load` gives it; None where there is none or are several.

    Raises:
        Unparsable: it is not YAML.
    """
    roots = list(compose_documents(source))
    return _DataReader(source).convert(roots[0], (), 0) if len(roots) == 1 else None


@lru_cache(maxsize=1)
def load_yaml() -> Any:
    """PyYAML, also where a `yaml.py` of the linted project comes first: code of the user is never imported.

    Raises:
        ImportError: it is not installed.
    """
    imported = sys.modules.get("yaml")
    if hasattr(imported, "compose_all"):
        return imported
    folders = [folder for folder in sys.path if os.path.isfile(os.path.join(folder, "yaml", "composer.py"))]
    before = sys.path[: sys.path.index(folders[0])] if folders else []
    is_shadowed = imported is not None or any(_has_module(folder, "yaml") for folder in before)
    if not is_shadowed:
        return import_module("yaml")
    path = sys.path[:]
    sys.path[:] = [folder for folder in path if folder in folders or not _has_module(folder, "yaml")]
    sys.modules.pop("yaml", None)
    try:
        return import_module("yaml")
    finally:
        sys.path[:] = path
        sys.modules.pop("yaml", None)
        if imported is not None:
            sys.modules["yaml"] = imported


def _has_module(folder: str, name: str) -> bool:
    base = os.path.join(folder or ".", name)
    return os.path.isfile(f"{base}.py") or os.path.isfile(os.path.join(base, "__init__.py"))


class _DataReader:
    """Makes data of nodes. What an alias repeats is made once, with the keys of its anchor."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.constructor = load_yaml().constructor.SafeConstructor()
        self.done: dict[int, Data | None] = {}

    def convert(self, node: Node, keys: Keys, depth: int) -> Data:
        if depth > MAX_DEPTH:
            raise Unparsable("nested too deeply", span_of(node), "YAML")
        if id(node) in self.done:
            # None: the node is inside itself.
            return self.done[id(node)] or Scalar(keys, place_of(self.source, node), None, "other", "")
        self.done[id(node)] = None
        data: Data
        if node.id == "mapping":
            data = self.convert_mapping(node, keys, depth)
        elif node.id == "sequence":
            items = (self.convert(item, (*keys, index), depth + 1) for index, item in enumerate(node.value))
            data = DataList(keys, place_of(self.source, node), tuple(items))
        else:
            data = self.convert_scalar(node, keys)
        self.done[id(node)] = data
        return data

    def convert_mapping(self, node: Node, keys: Keys, depth: int) -> Data:
        merged: dict[str, Data] = {}
        own: dict[str, Data] = {}
        repeated = set()
        for key, value in scalar_pairs(node):
            if key.tag == "tag:yaml.org,2002:merge":
                data = self.convert(value, (*keys, "<<"), depth + 1)
                for table in (data,) if isinstance(data, Table) else data.items if isinstance(data, DataList) else ():
                    merged = {**(table.entries if isinstance(table, Table) else {}), **merged}
                continue
            if key.value in own:
                repeated.add(key.value)
            own[key.value] = self.convert(value, (*keys, key.value), depth + 1)
        return Table(keys, place_of(self.source, node), {**merged, **own}, frozenset(repeated))

    def convert_scalar(self, node: Node, keys: Keys) -> Scalar:
        tag = node.tag.removeprefix("tag:yaml.org,2002:")
        if tag == "str":
            fragment = stretch_of(self.source, node)
            same = fragment.text == node.value
            place = fragment.place(0, len(fragment.text)) if same else place_of(self.source, node)
            return Scalar(keys, place, node.value, "string", node.value, fragment if same else None)
        kind = _KINDS.get(tag, "other")
        value = None
        if kind in ("number", "boolean"):
            try:
                value = self.constructor.construct_object(node)
            except ValueError:  # a number of thousands of digits
                kind = "other"
        place = place_of(self.source, node)
        return Scalar(keys, place, value, kind, node.value, stretch_of(self.source, node) if not node.style else None)


_KINDS: dict[str, ScalarKind] = {"null": "null", "bool": "boolean", "int": "number", "float": "number"}


_TEMPLATE = ("{{", "{%", "<%")


def compose_documents(source: Source) -> Iterator[Node]:
    """The root of each document.

    Raises:
        OtherFormat: it is a template, which becomes YAML only when it is filled.
        Unparsable: it is not YAML.
    """
    yaml = load_yaml()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if _is_too_deep(source.text, loader):
            raise Unparsable("nested too deeply", Span(1, 1, 1, 1), "YAML")
        yield from (root for root in yaml.compose_all(source.text, Loader=loader) if root is not None)
    except RecursionError:
        raise Unparsable("nested too deeply", Span(1, 1, 1, 1), "YAML") from None
    except yaml.YAMLError as error:
        if any(mark in source.text for mark in _TEMPLATE):
            raise OtherFormat("template") from None
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line + 1, len(source.lines)) if mark else 1
        column = min(mark.column + 1, len(source.lines[line - 1]) + 1) if mark else 1
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Unparsable(reason, Span(line, column, line, column + 1), "YAML") from None


_SAFE_DEPTH = 5_000
"""libyaml's composer calls itself for each level and ends the process when the stack is full, at about 30,000."""


def _is_too_deep(text: str, loader: Any) -> bool:
    yaml = load_yaml()
    # Only flow collections and compact lists open a level with one or two characters.
    if sum(map(text.count, ("[", "{", "- ", "? "))) < _SAFE_DEPTH:
        return False
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _SAFE_DEPTH:
            return True
    return False


def scalar_pairs(node: Node | None) -> list[tuple[Node, Node]]:
    """The pairs of a mapping whose key is a scalar (YAML allows any), nothing for any other node."""
    if node is None or node.id != "mapping":
        return []
    return [pair for pair in node.value if pair[0].id == "scalar"]


def span_of(node: Node) -> Span:
    """The span of a node."""
    start, end = node.start_mark, node.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def place_of(source: Source, node: Node) -> Place:
    """The place of a node."""
    return Place(source.path, span_of(node))


def stretch_of(source: Source, node: Node) -> Fragment:
    """What is written for a scalar, without quotes, indentation and the header of a block."""
    first, last = node.start_mark, node.end_mark
    if node.style in ("|", ">"):
        lines = [(source.lines[number], number + 1) for number in range(first.line + 1, last.line + bool(last.column))]
        while lines and not lines[-1][0].strip():
            lines.pop()
        indent = min((len(text) - len(text.lstrip()) for text, _ in lines if text.strip()), default=0)
        cut = [(text[indent:], number, indent + 1) for text, number in lines]
        return Fragment.of(source, cut, "\n" if node.style == "|" else " ")
    written = source.text[first.index : last.index]
    # A tag or an anchor comes before the value, even on a line of its own.
    start = first.index + (written.find(node.style) + 1 if node.style else 0)
    end = last.index - (1 if node.style else 0)
    if not node.style and written.endswith(node.value):
        start = last.index - len(node.value)
    before = source.text[first.index : start].split("\n")
    line = first.line + len(before) - 1
    column = len(before[-1]) + 1 + (first.column if len(before) == 1 else 0)
    found = []
    for number, text in enumerate(source.text[start:end].split("\n")):
        stripped = text if number == 0 else text.lstrip()
        begins = column if number == 0 else len(text) - len(stripped) + 1
        found.append((stripped, line + number + 1, begins))
    fragment = Fragment.of(source, found, " ")
    return fragment.unescape() if node.style == '"' else fragment
