"""OmegaConf: configurations that are made of files, dictionaries and dataclasses, and merged."""

from __future__ import annotations

from itertools import islice, product

from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.data import DataList, Given, Scalar, Table, read_data
from regilink_doctor.lint.resolve.bindings import ClassOrObject
from regilink_doctor.lint.resolve.config_files import find_at, parse_text
from regilink_doctor.lint.resolve.containers import find_elements, index_keys
from regilink_doctor.lint.resolve.interpolation import MISSING, split_path
from regilink_doctor.lint.resolve.objects import find_attribute
from regilink_doctor.lint.resolve.parameters import find_lineage
from regilink_doctor.lint.resolve.values import (
    TOO_MUCH,
    UNKNOWN,
    Document,
    Literal,
    Loaded,
    Name,
    NonString,
    Unknown,
    Value,
    is_configuration,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import find_argument, find_keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from regilink_doctor.core.findings import Place
    from regilink_doctor.lint.data import Data, Keys
    from regilink_doctor.lint.resolve.bindings import ProgramPoint
    from regilink_doctor.lint.resolve.context import Context


_MAX_DEPTH = 8
_MAX_NODES = 2000
_MAX_MERGED = 8
"""Combinations of alternatives that are merged."""
_MAX_ENTRIES = 500
"""Of a configuration that another one is merged with: each merge copies them."""

_MISSING_NAMES = frozenset({"omegaconf.MISSING", "dataclasses.MISSING"})
_COMMAND_LINE = "the command line"


# Functions


def call_function(context: Context, name: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """What a function of OmegaConf gives, by its last name; None for one that gives nothing of interest."""
    if name in ("create", "structured", "DictConfig"):
        if (argument := find_argument(node, 0, "obj", "content")) is None:
            return None
        return [_create(context, value, at.source.place(node)) for value in context.value(argument, at)]
    if name in ("merge", "unsafe_merge"):
        return _merge(context, node, at)
    if name == "from_cli" and not node.args:
        return [_hold(Table((), at.source.place(node), {}), _COMMAND_LINE)]
    if name in ("from_dotlist", "from_cli") and node.args:
        texts = find_elements(context, node.args[0], at)
        return [_hold(apply_overrides(Table((), at.source.place(node), {}), texts))]
    if name == "select" and len(node.args) > 1:
        return _select(context, node, at)
    if name in ("masked_copy", "resolve"):
        return context.value(node.args[0], at) if node.args else None
    if name in ("to_container", "to_object") and node.args:
        values = context.value(node.args[0], at)
        return [replace(value, attributes=False) if isinstance(value, Loaded) else UNKNOWN for value in values]
    return None


def _hold(data: Data, default_of: str | None = None) -> Loaded:
    return Loaded(Document(data, "omegaconf"), (), True, default_of)


def _create(context: Context, value: Value, place: Place) -> Value:
    """`OmegaConf.create(value)`: of a string, what it says as YAML."""
    if is_configuration(value):
        return value
    if isinstance(value, StringValue):
        parsed = parse_text(value, "yaml")
        return _hold(parsed) if parsed is not None else UNKNOWN
    data = _Converter(context, place).convert(value, ())
    return _hold(data, getattr(value, "default_of", None)) if isinstance(data, (Table, DataList)) else UNKNOWN


def _merge(context: Context, node: ast.Call, at: ProgramPoint) -> list[Value]:
    """`OmegaConf.merge(base, …)`: what is not known may replace anything."""
    arguments: list[Sequence[Value]] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            items = context.find_only(argument.value, at)
            if not isinstance(items, Literal) or not items.is_sequence:
                return [Unknown(reason="configurations whose number is not known")]
            arguments += [context.value(item, items.at) for item in items.items]
        else:
            arguments.append(context.value(argument, at))
    place = at.source.place(node)
    merged: list[Value] = []
    for values in islice(product(*arguments), _MAX_MERGED):
        table, default_of = None, None
        for value in values:
            data = _Converter(context, place).convert(value, ())
            if isinstance(data, Table):
                if table is not None and len(table.entries) > _MAX_ENTRIES:
                    return [Unknown(reason=TOO_MUCH)]
                table = merge_tables(table, data) if table is not None else data
                default_of = getattr(value, "default_of", None) or default_of
            elif not isinstance(value, NonString) or isinstance(value, Unknown):
                default_of = "a configuration that is merged over it"
        merged.append(_hold(table or Table((), place, {}), default_of))
    return merged


def _select(context: Context, node: ast.Call, at: ProgramPoint) -> list[Value]:
    """`OmegaConf.select(config, "a.b", default=…)`."""
    paths = context.list_literals(node.args[1], at)
    default = find_keyword(node, "default")
    values: list[Value] = []
    for owner in context.value(node.args[0], at):
        for path in paths:
            found: Sequence[Value] = [UNKNOWN]
            if isinstance(owner, Loaded) and path:
                found = find_at(owner, split_path(path))
            values += found or context.find_all(default, at) or [NonString(None)]
    return values or [UNKNOWN]


# Data of values


def to_table(context: Context, value: Value, place: Place) -> Table | None:
    """A dictionary, a dataclass or a loaded table as one table; None for anything else."""
    data = _Converter(context, place).convert(value, ())
    return data if isinstance(data, Table) else None


class _Converter:
    """Makes data of values that the program has: what it evaluates is bounded."""

    def __init__(self, context: Context, place: Place) -> None:
        self.context = context
        self.place = place
        self.left = _MAX_NODES

    def convert(self, value: Value, keys: Keys) -> Data:
        """The data of one value; a scalar for what is neither a mapping, nor a list, nor a dataclass."""
        self.left -= 1
        if self.left >= 0 and len(keys) <= _MAX_DEPTH:
            if isinstance(value, Loaded) and (node := value.node) is not None:
                return node
            if isinstance(value, Literal) and value.is_mapping:
                return self._convert_mapping(value, keys)
            if isinstance(value, Literal) and value.is_sequence:
                values = [self.context.value(item, value.at) for item in value.items]
                items = [self._convert_alternatives(found, (*keys, index)) for index, found in enumerate(values)]
                return DataList(keys, self.place, tuple(items))
            if isinstance(value, ClassOrObject) and not value.scope.is_enum:
                return self._convert_fields(value, keys)
        place = value.place if isinstance(value, StringValue) else self.place
        is_missing = isinstance(value, Name) and value.path in _MISSING_NAMES
        text = MISSING if is_missing else value.literal if isinstance(value, StringValue) else None
        if text is not None and ("${" in text or text == MISSING):
            return Scalar(keys, place, text, "string", text)
        return Given(keys, place, None, "other", "", values=(value,))

    def _convert_alternatives(self, values: Sequence[Value], keys: Keys) -> Data:
        if len(values) == 1:
            return self.convert(values[0], keys)
        return Given(keys, self.place, None, "other", "", values=tuple(values))

    def _convert_mapping(self, value: Literal, keys: Keys) -> Table:
        entries: dict[str, Data] = {}
        for name, node in index_keys(self.context, value).named:
            values = self.context.value(node, value.at)
            if name is not None:
                entries[name] = self._convert_alternatives(values, (*keys, name))
                continue
            for inner in values:
                data = self.convert(inner, keys)
                entries |= data.entries if isinstance(data, Table) else {}
        return Table(keys, self.place, entries)

    def _convert_fields(self, value: ClassOrObject, keys: Keys) -> Table:
        """The fields of a dataclass, those of its bases first, as they are given or by default."""
        owner = value if value.made is not None else ClassOrObject(value.scope)
        entries: dict[str, Data] = {}
        for scope in reversed(list(find_lineage(self.context, value.scope))):
            for name in scope.fields:
                found = find_attribute(self.context, owner, name)
                is_required = scope.bindings[name][-1].value is None and all(
                    isinstance(item, (Unknown, ClassOrObject)) for item in found
                )
                missing = Scalar((*keys, name), self.place, MISSING, "string", MISSING)
                entries[name] = missing if is_required else self._convert_alternatives(found, (*keys, name))
        return Table(keys, self.place, entries)


def merge_tables(base: Table, other: Table) -> Table:
    """Both tables; of what is in both, that of `other`, but tables are merged, and `???` replaces nothing."""
    entries = dict(base.entries)
    for key, value in other.entries.items():
        before = entries.get(key)
        if isinstance(before, Table) and isinstance(value, Table):
            entries[key] = merge_tables(before, value)
        elif before is None or getattr(value, "written", None) != MISSING:
            entries[key] = value
    return replace(other, entries=entries)


# Overrides: `a.b=value`, `+a.b=value`, `++a.b=value`, `~a.b`


def apply_overrides(table: Table, texts: Iterable[Value]) -> Table:
    """A table after overrides in Hydra's grammar, each a string; one that is not known makes all unknown."""
    for text in texts:
        override = split_override(text)
        if override is None:
            return Table(table.keys, table.place, {})
        path, value = override
        if path.startswith("~"):
            table = _remove(table, split_path(path[1:]))
        else:
            table = _set(table, split_path(path.lstrip("+")), _read_override(value, split_path(path.lstrip("+"))))
    return table


def split_override(text: Value) -> tuple[str, StringValue] | None:
    """The path, with its `+` or `~`, and the value of an override; None where the path is not known."""
    if not isinstance(text, StringValue):
        return None
    pattern = text.pattern
    path, equals, _ = pattern.partition("=")
    if "\0" in path or not (equals or path.startswith("~")):
        return None
    value = text.cut(len(path) + 1, len(pattern)) if equals else ()
    return path.strip(), StringValue(value, value[0].place if value else text.place)


def _read_override(value: StringValue, keys: Keys) -> Data:
    """The value of an override: quotes are taken off; lists, tables and several values are not followed."""
    text = value.pattern
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" and "\\" not in text:
        value = StringValue(value.cut(1, len(text) - 1), value.place)
        return Given(keys, value.place, None, "other", "", values=(value,))
    if "${" in text:
        return Scalar(keys, value.place, text, "string", text)
    if text[:1] in ("[", "{", "'", '"') or "," in text or "\\" in text:
        return Given(keys, value.place, None, "other", "", values=(UNKNOWN,))
    data = read_data("", text.encode(), "yaml") if value.literal is not None and text else None
    if isinstance(data, Scalar) and data.kind in ("number", "boolean", "null"):
        return replace(data, keys=keys, place=value.place)
    return Given(keys, value.place, None, "other", "", values=(value,))


def _set(table: Table, keys: tuple[str, ...], value: Data) -> Table:
    first, rest = keys[0], keys[1:]
    if rest:
        inner = table.entries.get(first)
        value = _set(inner if isinstance(inner, Table) else Table(table.keys, table.place, {}), rest, value)
    return replace(table, entries={**table.entries, first: value})


def _remove(table: Table, keys: tuple[str, ...]) -> Table:
    first, rest = keys[0], keys[1:]
    entries: Mapping[str, Data] = {key: value for key, value in table.entries.items() if key != first or rest}
    if rest and isinstance(inner := table.entries.get(first), Table):
        entries = {**entries, first: _remove(inner, rest)}
    return replace(table, entries=entries)
