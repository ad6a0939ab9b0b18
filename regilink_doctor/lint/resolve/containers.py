"""Lists and dictionaries that are written out: their items, and what a loop over them gives."""

from __future__ import annotations

from bisect import bisect_right
from itertools import count

from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve import aliases, config_files, wandb_api
from regilink_doctor.lint.resolve.bindings import ClassOrObject, Elsewhere, Frame, ProgramPoint, ReturnedValue
from regilink_doctor.lint.resolve.conditions import decide, is_true
from regilink_doctor.lint.resolve.context import Context, resolves, resolves_binding
from regilink_doctor.lint.resolve.strings import name_attribute, to_string
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    TOO_MUCH,
    UNKNOWN,
    Arguments,
    Computed,
    Instance,
    Literal,
    Loaded,
    Member,
    Name,
    NonString,
    Unknown,
    Value,
    hold,
    is_list,
    is_mapping,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import Changed, Updated, copy_place, find_argument, find_keyword, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from regilink_doctor.lint.resolve.bindings import Binding, Module

    LayerKey = tuple[ast.expr, int, Frame | None]

_SAME_ITEMS = frozenset({"list", "tuple", "sorted", "reversed", "set", "tqdm.tqdm", "tqdm.auto.tqdm", "iter", "tqdm"})
_FILTERED = frozenset({"filter", "islice", "itertools.islice", "chain", "itertools.chain"})
_ONE_ITEM = frozenset({"next", "max", "min", "random.choice"})

GIVE_ITEMS = _SAME_ITEMS | _FILTERED | _ONE_ITEM | {"enumerate", "zip"}
"""Functions whose results have the items of what they are passed, and that keep nothing themselves."""
_ADDS = ("append", "extend", "add")
_NO_SUCH_KEY = NonString("no such key")
_MOST_LAYERS = 2 * MAX_ALTERNATIVES
"""Changes of a dictionary, one after the other, of which the unknown keys are counted."""

_MOST_LEVELS = 8
_MOST_ITEMS = 64
"""Items of one list, or values of one dictionary, that are looked at where any of them may be meant."""


@resolves(ast.List, ast.Tuple, ast.Set, ast.Dict)
def resolve_display(
    context: Context, node: ast.List | ast.Tuple | ast.Set | ast.Dict, at: ProgramPoint
) -> Iterable[Value]:
    """A list, tuple, set or dictionary: its items are looked at when they are asked for."""
    return [Literal(node, at)]


@resolves(Updated)
def resolve_updated(context: Context, node: Updated, at: ProgramPoint) -> Iterable[Value]:
    """A name after `name.update(more)` or `name[key] = value`: the longer dictionary, the list with another item."""
    owner, key = node.values[0], node.keys[-1]
    before = context.value(owner, at)
    is_named = isinstance(key, ast.Constant) and isinstance(key.value, str)
    values: list[Value] = []
    is_mapping = False
    for value in before:
        if is_mapping_like(value) or (is_named and value == UNKNOWN):
            is_mapping = True
        elif isinstance(value, Literal) and len(node.keys) == 2 and key is not None:
            values.append(_apply_change(context, value, "[]", [key, node.values[1]], node, at))
        else:
            values.append(value)
    has_attributes = any(value.attributes for value in before if isinstance(value, (Literal, Loaded)))
    return [*([Literal(node, at, attributes=has_attributes)] if is_mapping else []), *values]


def is_mapping_like(value: Value) -> bool:
    """Whether a value is looked up by keys: a dictionary, a table of a file, the options of a program."""
    return isinstance(value, Arguments) or is_mapping(value)


@resolves(Changed)
def resolve_changed(context: Context, node: Changed, at: ProgramPoint) -> Iterable[Value]:
    """A name after a method changed its list or dictionary; anything else is as before."""
    values = context.value(node.value, at)
    if node.change in _ADDS:
        lists = [value for value in values if value == UNKNOWN or is_list(value)]
        others = [value for value in values if value not in lists]
        return [*([Literal(context.keep(("longer", id(node)), _add_item, node), at)] if lists else []), *others]
    return [
        _apply_change(context, value, node.change, node.args, node, at)
        if isinstance(value, Literal) or (is_mapping_like(value) and node.change in ("pop", "del", "setdefault"))
        else value
        for value in values
    ]


def _add_item(node: Changed) -> ast.List:
    """`[*names, item]`, at the place of the name: it may be what is reported."""
    (item,) = node.args
    before = copy_place(ast.Starred(node.value, ast.Load()), node)
    added = copy_place(ast.Starred(item, ast.Load()), item) if node.change == "extend" else item
    return ast.List([before, added], ast.Load())


def _apply_change(
    context: Context, owner: Value, change: str, args: Sequence[ast.expr], node: ast.expr, at: ProgramPoint
) -> Value:
    """A list or dictionary after a change of it; any of its items, in any order, where that is not certain."""
    before = hold(node, owner)
    key = ("changed", id(node), id(getattr(owner, "node", None)), at.order, at.frame)
    if change == "clear":
        empty = ast.Dict([], []) if is_mapping_like(owner) else ast.List([], ast.Load())
        return Literal(context.keep(key, lambda: empty), at)
    if is_mapping_like(owner):
        if change in ("pop", "del") and args:
            removed = hold(node, _NO_SUCH_KEY)
            return Literal(context.keep(key, lambda: ast.Dict([None, args[0]], [before, removed])), at)
        if change == "setdefault" and args:
            default = args[1] if len(args) > 1 else copy_place(ast.Constant(None), node)
            return Literal(context.keep(key, lambda: ast.Dict([args[0], None], [default, before])), at)
        return UNKNOWN
    if not isinstance(owner, Literal):
        return UNKNOWN

    def make_list() -> ast.List | ast.Set:
        is_followed = owner.is_in_order and len(owner.items) <= _MOST_ITEMS
        items = [_evaluate(context, item, owner.at, at) for item in owner.items] if is_followed else None
        changed = _change_items(context, items, change, args, at) if items is not None else None
        if changed is not None:
            return ast.List(changed, ast.Load())
        added = (
            args[1:2] if change in ("insert", "[]") else [ast.Starred(args[1], ast.Load())] if change == "[:]" else []
        )
        if change == "insert" and added and context.find_number(args[0], at) == 0:
            return ast.List([*added, ast.Starred(before, ast.Load())], ast.Load())
        return ast.Set([ast.Starred(before, ast.Load()), *added])

    display = context.keep(key, make_list)
    return Literal(display, at, may_be_empty=isinstance(display, ast.Set))


def _change_items(
    context: Context, items: list[ast.expr], change: str, args: Sequence[ast.expr], at: ProgramPoint
) -> list[ast.expr] | None:
    """The items of a list after a change; None where it is not certain which they are."""
    if change == "reverse":
        return items[::-1]
    if change == "sort":
        return _sort_strings(context, items, at) if not args else None
    if change == "popleft":
        return items[1:]
    if change in ("remove", "discard"):
        literal = context.find_literal(args[0], at) if args else None
        known = [context.find_literal(item, at) for item in items]
        if literal is None or None in known:
            return None
        number = known.index(literal) if literal in known else len(items)
        return [*items[:number], *items[number + 1 :]]
    if change == "[:]":
        bounds = args[0]
        is_whole = isinstance(bounds, ast.Slice) and bounds.lower is bounds.upper is bounds.step is None
        return [ast.Starred(args[1], ast.Load())] if is_whole else None
    position = context.find_number(args[0], at) if args else -1
    number = position if position is not None else len(items)
    if position is None or (change != "insert" and not -len(items) <= number < len(items)):
        return None
    if change == "insert" and len(args) == 2:
        start = slice(number, None).indices(len(items))[0]
        return [*items[:start], args[1], *items[start:]]
    if change == "[]":
        return [args[1] if index == number % len(items) else item for index, item in enumerate(items)]
    if change in ("pop", "del"):
        return [item for index, item in enumerate(items) if index != number % len(items)]
    return None


def _sort_strings(context: Context, items: Sequence[ast.expr], at: ProgramPoint) -> list[ast.expr] | None:
    """Known strings, sorted."""
    known = [context.find_literal(item, at) for item in items]
    return [items[number] for _, number in sorted(zip(known, count()))] if None not in known else None


@resolves(Elsewhere)
def resolve_elsewhere(context: Context, node: Elsewhere, at: ProgramPoint) -> Iterable[Value]:
    """An expression that is resolved at a place of its own."""
    return context.value(node.value, node.at)


@resolves(ast.ListComp, ast.GeneratorExp, ast.SetComp)
def resolve_comprehension(
    context: Context, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, at: ProgramPoint
) -> Iterable[Value]:
    """`[a for a in run.logged_artifacts() if …]`: a set, as which item comes where is not known.

    A condition leaves open which items there are at all; those of wandb's, and tuples, are followed nevertheless.
    """
    inside = at.inside(node)
    if (turns := _list_turns(context, node, at, [node.elt])) is not None:
        items = [hold(node.elt, *values) for (values,) in turns]
        key = ("turns", id(node), inside.frame, context.turn)
        return [Literal(context.keep(key, lambda: ast.List(list(items), ast.Load())), inside)]
    if "wandb" not in at.scope.module.imports:
        return [UNKNOWN]
    is_filtered = any(part.ifs for part in node.generators)
    if is_filtered and not any(isinstance(value, (Instance, Literal)) for value in context.value(node.elt, inside)):
        return [UNKNOWN]
    return [Literal(_hold(context, node.elt), inside, may_be_empty=True)]


def _list_turns(
    context: Context,
    node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp,
    at: ProgramPoint,
    parts: Sequence[ast.expr],
) -> list[list[tuple[Value, ...]]] | None:
    """The values of `parts` in each turn, where what the loop goes through is written out and its tests are decided."""
    loop, inside = node.generators[0], at.inside(node)
    owner = context.find_only(loop.iter, at) if len(node.generators) == 1 else None
    if not isinstance(owner, Literal) or not owner.is_in_order or len(owner.items) > MAX_ALTERNATIVES:
        return None

    def work_out() -> tuple[bool | None, list[tuple[Value, ...]]]:
        truths = {decide(context, test, at.inside(test)) for test in loop.ifs}
        is_taken = False if False in truths else None if None in truths else True
        return is_taken, [context.value(part, inside) for part in parts] if is_taken else []

    turns = context.answer_turns(loop.iter, len(owner.items), work_out)
    if any(is_taken is None for is_taken, _ in turns):
        return None
    return [values for is_taken, values in turns if is_taken]


@resolves(ast.DictComp)
def resolve_dict_comprehension(context: Context, node: ast.DictComp, at: ProgramPoint) -> Iterable[Value]:
    """`{run.id: run for run in api.runs(…)}`."""
    if "wandb" not in at.scope.module.imports:
        return [UNKNOWN]
    if (turns := _list_turns(context, node, at, [node.key, node.value])) is not None:
        keys: list[ast.expr | None] = [hold(node.key, *key) for key, _ in turns]
        values = [hold(node.value, *value) for _, value in turns]
        inside = at.inside(node)
        key = ("turns", id(node), inside.frame, context.turn)
        return [Literal(context.keep(key, ast.Dict, keys, values), inside)]
    display = context.keep(("dict", id(node)), lambda: ast.Dict(keys=[node.key], values=[node.value]))
    return [Literal(display, at.inside(node), may_be_empty=True)]


def hold_yielded(context: Context, yielded: ReturnedValue, frame: Frame) -> Value:
    """What a generator of the tree gives by one `yield`."""
    at = ProgramPoint(frame.scope, yielded.order, frame)
    return Literal(_hold(context, yielded.value), at, may_be_empty=True) if yielded.value is not None else UNKNOWN


def _hold(context: Context, item: ast.expr) -> ast.Set:
    """A set of the values of one expression."""
    return context.keep(("set", id(item)), lambda: ast.Set(elts=[item]))


# Bindings


@resolves_binding("value")
def bind_value(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """`name = value`."""
    if binding.value is None:
        return [UNKNOWN]
    return unpack(context, context.value(binding.value, at), binding.path)


@resolves_binding("element")
def bind_element(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """`for name in value`."""
    if binding.value is None:
        return [UNKNOWN]
    turn = dict(context.turn).get(id(binding.value)) if context.turn else None
    turns = find_turns(context, binding.value, at) if turn is not None else None
    if turn is not None and turns is not None:
        elements = turns[turn] if turn < len(turns) else ()
    else:
        elements = tuple(context.take_turn(binding.value, find_elements(context, binding.value, at)))
    return unpack(context, elements, binding.path)


def unpack(context: Context, values: Iterable[Value], path: tuple[int, ...]) -> Iterable[Value]:
    """The items that a target gets which is a tuple: `for name, (path, _) in …`."""
    for index in path:
        values = [item for value in values for item in find_item(context, value, index)]
    return values


# Items


def find_items(context: Context, owner: Literal) -> tuple[Value, ...]:
    """All items of a list, tuple or set; the keys of a dictionary."""
    key = ("items", id(owner.node), owner.at.order, owner.at.frame)
    return context.answer_or_nothing(key, _find_items, context, owner)


def _find_items(context: Context, owner: Literal) -> Sequence[Value]:
    if owner.is_mapping and isinstance(owner.node, ast.Call):
        place = owner.at.source.place(owner.node)
        return [StringValue.of(key, place) for key, _ in owner.pairs if isinstance(key, str)]
    if isinstance(owner.node, ast.Dict):
        return list(_find_view(context, owner, "keys"))
    values: list[Value] = []
    for item in owner.items[:_MOST_ITEMS]:
        if isinstance(item, ast.Starred):
            values += find_elements(context, item.value, owner.at)
        else:
            values += context.value(item, owner.at)
    if len(owner.items) > _MOST_ITEMS:
        values.append(UNKNOWN)
    for item, at in aliases.find_added(context, owner)[0]:
        values += find_elements(context, item.value, at) if isinstance(item, ast.Starred) else context.value(item, at)
    return values


def find_item(context: Context, value: Value, index: int | None) -> Iterable[Value]:
    """One item of a list or tuple, by its number; any of them where that is not known."""
    if isinstance(value, Loaded) and not value.is_mapping:
        return config_files.find_in_document(value, [index]) or [UNKNOWN]
    if isinstance(value, Instance) and value.type in wandb_api.ELEMENTS:
        return [Instance(wandb_api.ELEMENTS[value.type], value.made_by, value.at)]
    if isinstance(value, ClassOrObject) and value.instance and (names := value.scope.field_names):
        if index is None or not -len(names) <= index < len(names):
            return [UNKNOWN]
        return context.value(name_attribute(context, value, names[index]), value.scope.end)
    if isinstance(value, Arguments):
        return [UNKNOWN if index else value]  # `args, rest = parser.parse_known_args()`
    if not isinstance(value, Literal) or value.is_mapping:
        return [UNKNOWN]
    if index is None or isinstance(value.node, ast.Set) or aliases.find_added(context, value)[1]:
        return find_items(context, value)
    items = value.items
    starred = context.keep(
        ("starred items", id(value.node)),
        lambda: [number for number, item in enumerate(items) if isinstance(item, ast.Starred)],
    )
    if starred and not (index < starred[0] if index >= 0 else len(items) + index > starred[-1]):
        # Which string comes where is what a program splits and joins them for; of objects each may be meant.
        return [UNKNOWN if isinstance(item, StringValue) else item for item in find_items(context, value)]
    if not -len(items) <= index < len(items):
        return [UNKNOWN]
    return context.value(items[index], value.at)


def find_by_key(context: Context, owner: Literal | Loaded, keys: Sequence[str | None]) -> list[Value]:
    """The values of any of these keys; a key that is not known means any of them. Nothing where there are none."""
    if isinstance(owner, Loaded):
        stored = [value for name in keys if name is not None for value in aliases.find_stored(context, owner, name)]
        return [*config_files.find_in_document(owner, keys), *stored]
    name = keys[0] if type(owner.node) is Updated and len(keys) == 1 else None
    if name is not None and name not in index_keys(context, owner).last:
        # Of a dictionary that is changed again and again, each of many forms would be asked for the key.
        reach = find_reach(context, owner)
        if reach.names is not None and name not in reach.names:
            return [UNKNOWN] if reach.is_open else []
    key = ("key", id(owner.node), owner.at.order, owner.at.frame, *keys)
    found = context.answer_or_nothing(key, _find_by_key, context, owner, keys)
    return [value for value in found if value != _NO_SUCH_KEY]


def _get_layer_key(owner: Literal) -> LayerKey:
    return owner.node, owner.at.order, owner.at.frame


class Reach:
    """All keys that a dictionary may have, with those that it unpacks; None for `names` where that is not certain.

    `is_open`: it may also unpack what is not known, so that a key which is none of them is unknown.
    """

    __slots__ = ("is_open", "names")

    def __init__(self, names: frozenset[str] | None, is_open: bool = False) -> None:
        self.names = names
        self.is_open = is_open


_ANY_KEY = Reach(None)


def find_reach(context: Context, owner: Literal, level: int = 0) -> Reach:
    """The keys of a dictionary, worked out once, so that looking for another one costs nothing."""
    reaches: dict[LayerKey, Reach] = context.keep(("reaches", context.turn), dict)
    key = _get_layer_key(owner)
    reach = reaches.get(key)
    if reach is None:
        reaches[key] = _ANY_KEY  # for a dictionary that unpacks itself
        if level <= MAX_ALTERNATIVES:
            reaches[key] = context.make_complete(lambda: _work_out_reach(context, owner, level), _ANY_KEY)
    return reaches[key]


def _work_out_reach(context: Context, owner: Literal, level: int) -> Reach:
    index = index_keys(context, owner)
    if len(index.open) > len(index.unpacked) or aliases.is_changed_elsewhere(context, owner):
        return _ANY_KEY
    names, is_open = set(index.last), False
    for number in index.unpacked:
        for value in context.value(index.named[number][1], owner.at):
            if isinstance(value, Literal) and value.is_mapping:
                inner = find_reach(context, value, level + 1)
                if inner.names is None:
                    return _ANY_KEY
                names |= inner.names
                is_open = is_open or inner.is_open
            elif isinstance(value, (Loaded, Arguments, Name)):
                return _ANY_KEY
            else:
                is_open = True
        if len(names) > _MOST_ITEMS:
            return _ANY_KEY
    return Reach(frozenset(names), is_open)


def list_certain_keys(context: Context, node: ast.expr, at: ProgramPoint) -> Collection[str] | None:
    """All keys of the dictionary that an expression gives; None where that is not certain."""

    def list_keys() -> set[str] | None:
        names: set[str] = set()
        # What is written out needs no question, of which a file has so many alone.
        for owner in [Literal(node, at)] if type(node) is ast.Dict else context.value(node, at):
            if not isinstance(owner, Literal) or not owner.is_mapping:
                return None
            # A display that is written in place has no other name by which it might be changed.
            if owner.node is not node and aliases.is_changed_elsewhere(context, owner):
                return None
            index = index_keys(context, owner)
            if index.open:
                return None
            names.update(index.last)
        return names

    return context.keep(("certain keys", id(node), at.order, at.frame), list_keys)


def _find_by_key(context: Context, owner: Literal, keys: Sequence[str | None]) -> list[Value]:
    index = index_keys(context, owner)
    if keys and None not in keys:
        return [
            value
            for name in dict.fromkeys(keys)
            if name is not None
            for value in _find_one(context, index, owner, name)
        ]
    values: list[Value] = []
    for name, node in index.named[:_MOST_ITEMS]:
        found = context.value(node, owner.at)
        values += (
            _find_in_mapping(context, found, keys) if name is None else [with_name(value, name) for value in found]
        )
    return values


def _find_one(context: Context, index: KeyIndex, owner: Literal, name: str) -> list[Value]:
    """The value of one key: the last that is written, or a mapping after it that has the key.

    What is written under a key that is not known, or in a mapping that may not have the key, may be the value, too.
    """
    values: list[Value] = []
    is_unknown = False
    last = index.last.get(name, -1)
    between = [number for number in index.open if number > last]
    if last < 0 and _has_many_unknown_keys(context, owner):
        between = [number for number in between if index.named[number][0] is not None]
        values.append(Unknown(reason=TOO_MUCH))
    for number in reversed(between[-_MOST_ITEMS:]):
        written, node = index.named[number]
        if written is not None:
            values += [with_name(value, name) for value in context.value(node, owner.at)]
            continue
        mappings = [_skip_layers(context, mapping, name) for mapping in context.value(node, owner.at)]
        found = [_find_in_mapping(context, [mapping], [name]) for mapping in mappings]
        values += [value for item in found for value in item if value != UNKNOWN]
        is_unknown = is_unknown or any(value == UNKNOWN for item in found for value in item)
        if all(found) and not is_unknown and all(_certainly_has(context, mapping, name) for mapping in mappings):
            return values
    if len(between) > _MOST_ITEMS:
        is_unknown = True
    values += [with_name(value, name) for value in aliases.find_stored(context, owner, name)]
    if last >= 0:
        return values + [with_name(value, name) for value in context.value(index.named[last][1], owner.at)]
    return [*values, UNKNOWN] if is_unknown else values


def _has_many_unknown_keys(context: Context, owner: Literal) -> bool:
    """Whether too many items were set, one after the other, under keys that are not known."""
    counted: dict[LayerKey, tuple[int, ...]] = context.keep(("unknown keys", context.turn), dict)
    counts: tuple[int, ...] = ()
    layer: Literal | None = owner
    while layer is not None and len(counts) < _MOST_LAYERS:
        if inner_counts := counted.get(_get_layer_key(layer)):
            counts += inner_counts[: _MOST_LAYERS - len(counts)]
            break
        index = index_keys(context, layer)
        counts += (len(index.open) - len(index.unpacked),)
        if not counts[0] or len(index.unpacked) != 1:
            break
        inner = context.find_only(index.named[index.unpacked[0]][1], layer.at)
        layer = inner if isinstance(inner, Literal) and inner.is_mapping else None
    counted[_get_layer_key(owner)] = counts
    return sum(counts) > MAX_ALTERNATIVES


def _certainly_has(context: Context, mapping: Value, name: str, level: int = 0) -> bool:
    """Whether a mapping that may have a key has it on every path through the program."""
    if not isinstance(mapping, Literal) or not mapping.is_mapping:
        return True
    if mapping.may_be_empty or level == _MOST_LEVELS:
        return False
    index = index_keys(context, mapping)
    if name in index.last:
        return True
    inner = [context.value(index.named[number][1], mapping.at) for number in index.unpacked[-_MOST_LEVELS:]]
    return any(all(_certainly_has(context, value, name, level + 1) for value in values) for values in inner)


def _find_in_mapping(context: Context, mappings: Iterable[Value], keys: Sequence[str | None]) -> list[Value]:
    """The values of a key in the mapping that `**` unpacks."""
    values: list[Value] = []
    for mapping in mappings:
        if isinstance(mapping, Name) and mapping.path == "os.environ":
            continue  # it may have any key, as it may for a value that is asked for by itself
        if is_mapping(mapping):
            values += find_by_key(context, mapping, keys)
        elif isinstance(mapping, Arguments):
            values += [value for key in keys for value in _find_argument(context, mapping, key)]
        else:
            values.append(UNKNOWN)
    return values


def _find_argument(context: Context, owner: Arguments, name: str | None) -> Iterable[Value]:
    """An option of a program by its name."""
    if name is None:
        return [UNKNOWN]
    node = context.keep(("argument", owner, name), lambda: ast.Attribute(Computed((owner,)), name, ast.Load()))
    return context.value(node, owner.module.scope.end)


class _Chain:
    """A dictionary to which one key after the other is added: `layers`, the first one innermost, and who has a key."""

    __slots__ = ("by_key", "layers")

    def __init__(self, first: Literal) -> None:
        self.layers = [first]
        self.by_key: dict[str, list[int]] = {}


def _skip_layers(context: Context, mapping: Value, name: str) -> Value:
    """The innermost form of a dictionary that has the same value under a key: without the keys added after it."""
    if not isinstance(mapping, Literal) or not isinstance(mapping.node, ast.Dict):
        return mapping
    chain, number = _find_chain(context, mapping)
    numbers = chain.by_key.get(name, [])
    index = bisect_right(numbers, number)
    return chain.layers[numbers[index - 1] if index else 0]


def _find_chain(context: Context, mapping: Literal) -> tuple[_Chain, int]:
    """The chain that a dictionary belongs to, and the number of its layer there; each layer is looked at once."""
    numbered: dict[LayerKey, tuple[_Chain, int]] = context.keep(("chains", context.turn), dict)
    waiting: dict[LayerKey, Literal] = {}
    layer: Literal | None = mapping
    while layer is not None and (key := _get_layer_key(layer)) not in numbered:
        if key in waiting or (inner := _find_inner(context, layer)) is None:
            numbered[key] = _Chain(layer), 0
        else:
            waiting[key], layer = layer, inner
    chain, number = numbered[key]
    for outer_key, outer in reversed(waiting.items()):
        if number + 1 < len(chain.layers) or outer_key in numbered:
            chain, number = numbered.get(outer_key, (_Chain(outer), 0))
        else:
            number = len(chain.layers)
            chain.layers.append(outer)
            for name in index_keys(context, outer).last:
                chain.by_key.setdefault(name, []).append(number)
        numbered[outer_key] = chain, number
    return chain, number


def _find_inner(context: Context, layer: Literal) -> Literal | None:
    """The dictionary to which one adds keys that are known; None where it is not certain which one that is."""
    index = index_keys(context, layer)
    if len(index.open) != 1 or index.open != index.unpacked or layer.may_be_empty:
        return None
    inner = context.find_only(index.named[index.open[0]][1], layer.at)
    if not isinstance(inner, Literal) or not isinstance(inner.node, ast.Dict):
        return None
    return None if aliases.is_changed_elsewhere(context, layer) else inner


class KeyIndex:
    """The entries of a dictionary in order, with the name of the key, "" for an unknown one, None for `**`.

    `last` is the number of the last entry of each name, `unpacked` are those of mappings, `open` those that may have
    any key.
    """

    __slots__ = ("last", "named", "open", "unpacked")

    def __init__(self, named: list[tuple[str | None, ast.expr]]) -> None:
        self.named = named
        self.last = {name: number for number, (name, _) in enumerate(named) if name is not None}
        self.unpacked = [number for number, (name, _) in enumerate(named) if name is None]
        self.open = [number for number, (name, _) in enumerate(named) if not name]


def index_keys(context: Context, owner: Literal) -> KeyIndex:
    """The entries of a dictionary by their keys, worked out once."""
    return context.keep(("keys", id(owner.node), owner.at.order, owner.at.frame), _index_keys, context, owner)


def _index_keys(context: Context, owner: Literal) -> KeyIndex:
    named: list[tuple[str | None, ast.expr]] = []
    for key, value in owner.pairs:
        if key is None or isinstance(key, str):
            named.append((key, value))
        elif isinstance(key, ast.Constant):
            named.append((key.value if isinstance(key.value, str) else "", value))
        else:
            names = find_key_names(context, key, owner.at) or [None]
            named += [(name or "", value) for name in names]
    return KeyIndex(named)


def find_key_names(context: Context, key: ast.expr, at: ProgramPoint) -> list[str | None]:
    """The keys that an expression can be, None for one that is not known."""
    names: list[str | None] = []
    for value in context.value(key, at):
        text = to_string(context, value, key, at) if isinstance(value, (StringValue, Member)) else None
        names += [text.literal] if text is not None else []
    return names


def flatten_pairs(
    context: Context, mapping: ast.expr, at: ProgramPoint
) -> list[tuple[str | None, ast.expr, ProgramPoint]]:
    """The keys and values of one dictionary, with those that it unpacks; None for a key that is not known."""
    pairs: list[tuple[str | None, ast.expr, ProgramPoint]] = []
    waiting: list[tuple[ast.expr | str | None, ast.expr, ProgramPoint]] = [(None, mapping, at)]
    while waiting and len(pairs) < _MOST_ITEMS:
        key, node, place = waiting.pop()
        name = key.value if isinstance(key, ast.Constant) else key
        if key is not None:
            pairs.append((name if isinstance(name, str) else None, node, place))
            continue
        value = context.find_only(node, place)
        if isinstance(value, Loaded) and value.is_mapping:
            pairs += [(name, context.take_item(node, name), place) for name in config_files.list_loaded_keys(value)]
            pairs.append((None, node, place))  # another file may have more
        elif not isinstance(value, Literal) or not value.is_mapping:
            pairs.append((None, node, place))
        else:
            waiting += reversed([(inner, item, value.at) for inner, item in value.pairs])
    return pairs


def get_by_key(context: Context, owner: Literal | Loaded, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """`owner.get(key, default)`; `parser.get(section, key)`."""
    if isinstance(owner, Loaded) and owner.document.holder == "parser" and not owner.keys and len(node.args) == 2:
        sections = find_by_key(context, owner, find_key_names(context, node.args[0], at))
        names = find_key_names(context, node.args[1], at)
        fallback = find_keyword(node, "fallback")
        return [
            value
            for section in sections
            for value in (find_by_key(context, section, names) if isinstance(section, Loaded) else ())
        ] or list(context.value(fallback, at) if fallback is not None else [UNKNOWN])
    keys = context.list_literals(node.args[0], at)
    default = find_argument(node, 1, "default", "fallback")
    found = find_by_key(context, owner, keys)
    if found and keys and None not in keys:
        return found
    if default is not None:
        return [*found, *context.value(default, at)]
    mapping = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    is_absent = bool(keys) and isinstance(owner, Literal)
    is_absent = is_absent and all(has_key(context, owner, mapping, key, at) is False for key in keys)
    return [*found, NonString(None) if is_absent else UNKNOWN]


@resolves(ast.Compare)
def resolve_membership(context: Context, node: ast.Compare, at: ProgramPoint) -> Iterable[Value]:
    """`"key" in mapping`: whether all that the mapping can be have the key, or none; no other comparison."""
    key = node.left.value if isinstance(node.left, ast.Constant) else None
    is_in = isinstance(node.ops[0], ast.In)
    if not isinstance(key, str) or len(node.ops) > 1 or not isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return [UNKNOWN]
    truths: set[bool | None] = set()
    for owner in context.value(node.comparators[0], at):
        if is_mapping(owner):
            truths.add(has_key(context, owner, node.comparators[0], key, at))
        else:
            truths.add(None)
    if len(truths) != 1 or None in truths:
        return [UNKNOWN]
    return [NonString(truths.pop() is is_in)]


def has_key(
    context: Context, owner: Literal | Loaded, node: ast.expr, key: str | None, at: ProgramPoint
) -> bool | None:
    """Whether a mapping, written as `node`, has a key; None where that is not certain."""
    if key is None or is_changed(context, node, at):
        return None
    if isinstance(owner, Loaded):  # another file may have it
        return None if config_files.find_in_document(owner, [key]) else False
    index = index_keys(context, owner)
    if key in index.last:
        if getattr(index.named[index.last[key]][1], "values", ()) == (_NO_SUCH_KEY,):
            return False
        return None if owner.may_be_empty else True
    if "" in index.last:
        return None
    for number in index.unpacked[:_MOST_ITEMS]:
        inner = index.named[number][1]
        question = ("has key", id(inner), key, owner.at.order, owner.at.frame)
        # In `self.options = {**self.options, …}` it leads to itself.
        if context.answer(question, _find_key_in, context, inner, key, owner.at) != (NonString(False),):
            return None
    return False


def _find_key_in(context: Context, node: ast.expr, key: str, at: ProgramPoint) -> list[Value]:
    """Whether what `**node` unpacks has a key: False, or not known."""
    values = context.value(node, at)
    is_missing = all(is_mapping(value) and has_key(context, value, node, key, at) is False for value in values)
    return [NonString(False) if is_missing else UNKNOWN]


def is_changed(context: Context, node: ast.expr, at: ProgramPoint) -> bool:
    """Whether the file may add keys to the mapping that is written so: `owner[key] = …`, `owner.setdefault(key, …)`."""
    written = written_name(node)
    return written in context.keep(("changed", id(at.scope.module)), _index_changed, at.scope.module)


def _index_changed(module: Module) -> frozenset[str | None]:
    stored = [store.target.value for store in module.stores if isinstance(store.target, ast.Subscript)]
    called = [use.call.func for use in module.uses]
    added = [
        function.value for function in called if isinstance(function, ast.Attribute) and function.attr == "setdefault"
    ]
    return frozenset(written_name(owner) for owner in (*stored, *added)) - {None}


# Loops


def find_elements(context: Context, node: ast.expr, at: ProgramPoint) -> tuple[Value, ...]:
    """What a loop over an expression gives."""
    key = ("elements", id(node), at.order, at.frame)
    return context.answer_or_nothing(key, _find_elements, context, node, at)


def find_turns(context: Context, node: ast.expr, at: ProgramPoint) -> list[tuple[Value, ...]] | None:
    """What each turn of a loop over a list gives that is written out, repetitions included; None for any other."""
    owner = context.find_only(node, at)
    if not isinstance(owner, Literal) or not owner.is_in_order:
        return None
    return [context.value(item, owner.at) for item in owner.items]


def _find_elements(context: Context, node: ast.expr, at: ProgramPoint) -> Sequence[Value]:
    if isinstance(node, ast.Call) and (pairs := _find_paired(context, node, at)) is not None:
        return pairs
    owners = context.value(node, at)
    if len(owners) == 1 and isinstance(owners[0], Literal):
        return find_items(context, owners[0])
    values: list[Value] = []
    for value in owners:
        if isinstance(value, Literal):
            values += find_items(context, value)
        elif isinstance(value, ClassOrObject) and value.instance and (names := value.scope.field_names):
            values += [item for name in names for item in context.value(name_attribute(context, value, name), at)]
        elif isinstance(value, Loaded):
            values += config_files.find_loaded_items(value)
        elif isinstance(value, Instance) and value.type in wandb_api.ELEMENTS:
            values.append(Instance(wandb_api.ELEMENTS[value.type], value.made_by, value.at))
        elif isinstance(value, ClassOrObject) and not value.instance and value.scope.is_enum:
            names = [name for name in value.scope.bindings if not name.startswith("_")]
            values += [Member(value.scope, name) for name in names[: MAX_ALTERNATIVES + 1]]
        else:
            values.append(UNKNOWN)
    return values


def _find_paired(context: Context, node: ast.Call, at: ProgramPoint) -> list[Value] | None:
    """`.items()`, `.values()`, `.keys()`, `enumerate`, `zip`, `sorted` … of what is written out."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in ("items", "values", "keys") and not node.args:
        values: list[Value] = []
        for owner in context.value(function.value, at):
            values += _find_view(context, owner, function.attr)
        return values
    name = written_name(function)
    if name in _SAME_ITEMS and node.args:
        return list(find_elements(context, node.args[0], at))
    if name == "enumerate" and node.args:
        pairs: list[Value] = []
        start = find_argument(node, 1, "start")
        first = context.find_number(start, at) if start is not None else 0
        for owner in context.value(node.args[0], at):
            if isinstance(owner, Literal) and owner.is_in_order and first is not None:
                items = owner.items[:_MOST_ITEMS]
                pairs += (Literal(_number(context, index, item), owner.at) for index, item in enumerate(items, first))
            else:
                pairs.append(Literal(_pair(context, function, _any_of(context, node, node.args[0], at)), at))
        return pairs
    if name in ("product", "itertools.product") and node.args and not node.keywords:
        return _combine(context, node, at)
    if name == "zip" and node.args:
        if (columns := _list_columns(context, node, at)) is not None:
            rows = list(zip(*columns, strict=False))[:_MOST_ITEMS]
            return [Literal(_pair(context, *row), at) for row in rows]
        return [Literal(_pair(context, *(_any_of(context, node, argument, at) for argument in node.args)), at)]
    return None


def _list_columns(context: Context, node: ast.Call, at: ProgramPoint) -> list[list[ast.expr]] | None:
    """The items of each argument of a call, if all of them are lists that are written out."""
    owners = [context.find_only(argument, at) for argument in node.args]
    lists = [owner for owner in owners if isinstance(owner, Literal) and owner.is_in_order]
    if len(lists) < len(owners):
        return None
    return [[_evaluate(context, item, owner.at, at) for item in owner.items] for owner in lists]


def _combine(context: Context, node: ast.Call, at: ProgramPoint) -> list[Value] | None:
    """What `itertools.product` gives for lists that are written out; None for others."""
    from itertools import product
    from math import prod

    columns = _list_columns(context, node, at)
    if columns is None or prod(map(len, columns)) > _MOST_ITEMS:
        return None
    return [Literal(_pair(context, *row), at) for row in product(*columns)]


def _any_of(context: Context, call: ast.Call, items: ast.expr, at: ProgramPoint) -> ast.expr:
    """`next(items)`, where the items are objects; strings would be combined with others that they never meet."""
    if not any(isinstance(value, (Instance, ClassOrObject, Literal)) for value in find_elements(context, items, at)):
        return call.func
    return context.keep(
        ("next", id(items)),
        lambda: copy_place(ast.Call(copy_place(ast.Name("next", ast.Load()), items), [items], []), items),
    )


def _find_view(context: Context, owner: Value, view: str) -> Iterable[Value]:
    """The keys, values or items of a dictionary."""
    if isinstance(owner, Loaded) and owner.is_mapping:
        if view == "items":
            return config_files.find_loaded_pairs(owner)
        return config_files.find_in_document(owner, ()) if view == "values" else config_files.find_loaded_items(owner)
    if not isinstance(owner, Literal) or not owner.is_mapping:
        return [UNKNOWN]
    if view == "keys" and isinstance(owner.node, ast.Call):
        return find_items(context, owner)
    # A loop over a dictionary that changes it, `for k in e.values(): e[k] = v`, makes it of itself.
    key = ("view", view, id(owner.node), owner.at.order, owner.at.frame)
    return context.answer_or_nothing(key, _find_entries, context, owner, view)


def _find_entries(context: Context, owner: Literal, view: str) -> list[Value]:
    values: list[Value] = []
    for key, value in owner.take_pairs(_MOST_ITEMS):
        if key is None:
            values += [item for inner in context.value(value, owner.at) for item in _find_view(context, inner, view)]
        elif view == "values":
            values += [item for item in context.value(value, owner.at) if item != _NO_SUCH_KEY]
        elif isinstance(key, ast.expr):
            values += (
                context.value(key, owner.at) if view == "keys" else [Literal(_pair(context, key, value), owner.at)]
            )
    if len(owner.pairs) > _MOST_ITEMS or (view == "items" and not values):
        values.append(UNKNOWN)
    return values


def _pair(context: Context, *items: ast.expr) -> ast.Tuple:
    """A tuple of expressions that are written somewhere."""
    return context.keep(("pair", *map(id, items)), lambda: ast.Tuple(elts=list(items), ctx=ast.Load()))


def _evaluate(context: Context, node: ast.expr, at: ProgramPoint, elsewhere: ProgramPoint) -> ast.expr:
    """An expression for another place that is worth there what `node` is at its own."""
    if at == elsewhere:
        return node
    return context.keep(
        ("evaluated", id(node), at.order, at.frame, context.turn),
        lambda: hold(node, *context.value(node, at)),
    )


def _number(context: Context, index: int, item: ast.expr) -> ast.Tuple:
    """What `enumerate` gives for an item."""
    return context.keep(
        ("number", index, id(item)),
        lambda: ast.Tuple(elts=[copy_place(ast.Constant(index), item), item], ctx=ast.Load()),
    )


def choose(context: Context, path: str, node: ast.Call, at: ProgramPoint) -> list[Value] | None:
    """`list(artifacts)`, `next(artifacts)`, `max(artifacts, key=…)`: all that may come out; None for any other call."""
    if path not in _SAME_ITEMS | _FILTERED | _ONE_ITEM or "wandb" not in at.scope.module.imports:
        return None  # following every `max` and list of a large file without wandb would take twice as long
    if not node.args:
        return [Literal(context.keep(("empty", id(node)), lambda: ast.List([], ast.Load())), at)]
    if path in _ONE_ITEM:
        if len(node.args) > 1 and path in ("max", "min"):
            return [value for argument in node.args for value in context.value(argument, at)]
        return list(find_elements(context, node.args[0], at))
    if path == "list" and all(isinstance(value, Literal) for value in context.value(node.args[0], at)):
        return list(context.value(node.args[0], at))
    if path == "filter" and len(node.args) == 2 and (true := _filter_true(context, node, at)) is not None:
        return [true]
    held = context.keep(
        ("same", id(node)), lambda: ast.Set([ast.Starred(item, ast.Load()) for item in _held(path, node)])
    )
    return [Literal(held, at, may_be_empty=True)]


def _filter_true(context: Context, node: ast.Call, at: ProgramPoint) -> Literal | None:
    """`filter(None, items)`: those that are true, where that is known of each."""
    turns = find_turns(context, node.args[1], at) if getattr(node.args[0], "value", "") is None else None
    truths = [{is_true(value) for value in values} for values in turns or ()]
    if turns is None or any(len(truth) > 1 or None in truth for truth in truths):
        return None
    items = [hold(node, *values) for values, truth in zip(turns, truths, strict=True) if True in truth]
    return Literal(context.keep(("true", id(node), at.frame), lambda: ast.List(list(items), ast.Load())), at)


def _held(path: str, node: ast.Call) -> list[ast.expr]:
    """The arguments whose items `filter`, `chain`, `sorted` and their like give."""
    if path.endswith("chain"):
        return node.args
    return node.args[1:2] if path == "filter" else node.args[:1]
