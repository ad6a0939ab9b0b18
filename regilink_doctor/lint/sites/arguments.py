"""The arguments of a call, by name, and what they say."""

from __future__ import annotations

from regilink_doctor.core.records import group_pairs, record, replace
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.config_files import find_in_document
from regilink_doctor.lint.resolve.containers import flatten_pairs, is_changed
from regilink_doctor.lint.resolve.parameters import spread_arguments
from regilink_doctor.lint.resolve.program_inputs import find_starts
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    Instance,
    Literal,
    Loaded,
    Method,
    NonString,
    Unknown,
    is_list,
    is_none,
    is_open_ended,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from regilink_doctor.lint.resolve.bindings import ProgramPoint, Store, Use
    from regilink_doctor.lint.resolve.resolver import Resolver
    from regilink_doctor.lint.resolve.values import Value


@record
class CallArguments:
    """The arguments of a call by name; `unpacked` stands for a mapping that may hold any of them."""

    named: dict[str, ast.expr]
    unpacked: bool

    @property
    def names(self) -> frozenset[str]:
        """Their names, `**` for an unpacked mapping."""
        return frozenset((*self.named, "**")) if self.unpacked else frozenset(self.named)


def arguments(call: ast.Call, parameters: tuple[str, ...]) -> CallArguments:
    """The arguments of a call, those by position named after `parameters`; `*` is one that no parameter takes."""
    named: dict[str, ast.expr] = {}
    unpacked = False
    for index, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            unpacked = True
            break
        if index < len(parameters):
            named[parameters[index]] = argument
        elif parameters:
            named["*"] = argument
        else:
            unpacked = True  # by position, in an order that has changed
    for keyword in call.keywords:
        if keyword.arg is None:
            unpacked = True
        else:
            named["*" if keyword.arg in named else keyword.arg] = keyword.value
    return CallArguments(named, unpacked)


_MAY_BE_CONSTANT = ("checksum", "entity", "offline", "target_path")
"""Arguments that rules compare with None or False."""

_MAY_BE_TEXT = ("alias", "mode")
"""Arguments of which rules ask whether every alternative is a string."""

_MAKE_TEXT = frozenset({"str", "os.fspath", "os.path.join"})
"""Functions whose result is a text, whatever they are given."""

_NO_STRINGS = (bool, bytes, int, float, type(None))

_SOURCES = (".py", ".ipynb", ".yaml", ".yml", ".json", ".toml")
"""The ends of files in which a value that is written as a string is a string, not a list."""

_MOST_TEXTS = 2 * MAX_ALTERNATIVES
"""Strings that the starts of a program make of one argument."""

_MOST_BY_START = 32
"""Arguments of one file that are worked out for each single start of the program."""

_MOST_LISTS = 64
"""Lists that are unpacked into one argument."""


def _has_two_sources(string: StringValue) -> bool:
    """Whether parts of a string come from more than one option or variable of the environment."""
    known = [part for part in string.parts if isinstance(part, KnownPart)]
    return len({part.default_of or part.read_from for part in known} - {None}) > 1


def _find_type(values: Sequence[Value]) -> str | None:
    """The type of a value that is certainly not a string, the first of its alternatives; None where any may be one."""
    names = [_name_type(value) for value in values]
    return names[0] if names and None not in names else None


def _list_unpacked_strings(values: Sequence[Value]) -> list[str]:
    """The strings whose letters `[*value]` and `list(value)` give; none where it may be a list.

    What a command passes to an option with several values is one of its items.
    """
    strings: list[str] = []
    for value in values:
        literal = value.literal if isinstance(value, StringValue) else None
        parts = value.parts if isinstance(value, StringValue) else ()
        is_whole = all(part.place.path.endswith(_SOURCES) or getattr(part, "read_from", None) for part in parts)
        if literal is None or len(literal) < 2 or not is_whole:
            return []
        strings.append(literal)
    return strings


def _name_type(value: Value) -> str | None:
    if isinstance(value, StringValue):
        return "pathlib.Path" if value.is_path_object and not value.is_default else None
    if isinstance(value, Loaded):
        return None if value.default_of else "dict" if value.is_mapping else "list"
    if isinstance(value, Literal):
        is_display = not value.attributes and not isinstance(value.node, ast.Call)
        return type(value.node).__name__.lower() if is_display else None
    if not isinstance(value, NonString) or isinstance(value, Unknown) or value.default_of is not None:
        return None
    return type(value.value).__name__ if isinstance(value.value, _NO_STRINGS) else None


def _name_no_artifact(value: Value) -> str | None:
    """The type of what is certainly not an artifact, nor the name of one."""
    if isinstance(value, Unknown):
        return "None" if value.returned_by in wandb_api.GIVE_NONE else None
    if isinstance(value, Method):
        is_method = value.path in wandb_api.RETURNS or value.path in wandb_api.CALLS
        return "method" if is_method else "str" if value.path in wandb_api.NAME_ATTRIBUTES else None
    is_other = isinstance(value, Instance) and value.type in ("wandb.ArtifactManifestEntry", "wandb.Run")
    return value.type if is_other else None  # type: ignore[union-attr]


def _index_stores(resolver: Resolver) -> dict[int, list[Store]]:
    """What is stored in attributes of objects, by the identity of the call that made the object."""
    stores = [store for store in resolver.module.stores if isinstance(store.target, ast.Attribute)]
    owners = ((owner, store) for store in stores for owner in resolver.value(store.target.value, store.at))
    return group_pairs((id(owner.made_by), store) for owner, store in owners if isinstance(owner, Instance))


class ArgumentReader:
    """Reads what one call is given."""

    def __init__(self, resolver: Resolver, uses: Mapping[int, Use], use: Use, parameters: tuple[str, ...]) -> None:
        self.resolver = resolver
        self.uses = uses
        self.given = arguments(use.call, parameters)
        self.at = use.at
        if self.given.unpacked:
            self._spread(use.call, parameters)
        self.inner: dict[str, tuple[ast.expr, ProgramPoint]] = {}
        """What is given inside an argument: see `unfold`."""
        self.unread: set[str] = set()
        """Arguments of which `unfold` could not read everything."""
        self.unknown: ast.expr | None = None
        """A mapping, or settings, of which nothing is known: it may hold any argument."""
        self.letters: dict[str, str] = {}
        """The arguments whose list has the letters of a string, each with that string."""
        for keyword in use.call.keywords if self.given.unpacked else ():
            if keyword.arg is None:
                self._unpack(keyword.value)

    def has_argument(self, name: str) -> bool:
        """Whether an argument is given, directly or inside one that was unfolded."""
        return name in self.given.named or name in self.inner

    def _select_given(self, names: Iterable[str]) -> list[str]:
        """Those of the arguments that are given."""
        named, inner = self.given.named, self.inner
        if not inner and named.keys().isdisjoint(names):
            return []
        return [name for name in names if name in named or name in inner]

    def texts(self, name: str) -> tuple[StringValue, ...]:
        """The strings that an argument can be."""
        if (node := self.given.named.get(name)) is not None:
            return self.resolver.texts(node, self.at)
        return self.resolver.texts(*self.inner[name]) if name in self.inner else ()

    def texts_by_start(self, name: str) -> tuple[StringValue, ...]:
        """The strings that an argument can be, without those made of what different starts of the program give it.

        Where there are too many of them, those that each start makes, and an open-ended one for the rest.
        """
        strings = self.texts(name)
        if not any(map(_has_two_sources, strings)):
            return strings
        variables = list(dict.fromkeys(variable for string in strings for variable in string.variables_read))
        starts = find_starts(self.at.source.folder, self.resolver.source.path, variables)
        looked_at: list[str] = self.resolver.keep(("looked at by start",), list)
        if not 0 < len(starts) <= MAX_ALTERNATIVES or len(looked_at) >= _MOST_BY_START:
            return strings
        looked_at.append(name)
        turns = self.resolver.answer_by_start(starts, lambda: self.texts(name))
        made = {string.pattern: string for turn in reversed(turns) for string in reversed(turn)}
        left = [string for string in strings if is_open_ended(string)]
        if not left:
            return tuple([made[string.pattern] for string in strings if string.pattern in made]) or strings
        by_starts = {string.pattern: string for turn in turns[:-1] for string in turn}
        found = [made[pattern] for pattern in by_starts] + [string for string in turns[-1] if string.literal]
        found = list({string.pattern: string for string in found}.values())
        return tuple(found) if len(found) <= _MOST_TEXTS else (*found[:_MOST_TEXTS], left[0])

    def read_texts(self, names: Iterable[str]) -> dict[str, tuple[StringValue, ...]]:
        """The texts of those of the arguments that have any."""
        return {name: texts for name in self._select_given(names) if (texts := self.texts(name))}

    def find_certain(self, objects: tuple[str, ...]) -> frozenset[str]:
        """The arguments of `objects` and `_MAY_BE_TEXT` that are a string in every alternative."""
        return frozenset([name for name in self._select_given((*objects, *_MAY_BE_TEXT)) if self.is_text(name)])

    def find_constants(self, string: str | None) -> dict[str, bool | None]:
        """Those of `_MAY_BE_CONSTANT` that are `None`, `True` or `False`, written out or through a variable.

        Args:
            string: an argument that is a string in one of its alternatives, so that it is not a constant.
        """
        constants: dict[str, bool | None] = {}
        for name in self._select_given(_MAY_BE_CONSTANT):
            node, at = self._find(name)
            if node is None or name == string or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            value, *others = self.resolver.value(node, at)
            if (
                not isinstance(value, NonString)
                or value.default_of is not None
                or any(other != value for other in others)
            ):
                continue
            if value.value is None or isinstance(value.value, bool):
                constants[name] = value.value
        return constants

    def find_wrong_types(self, path: str | None, objects: Sequence[str], *, is_link: bool) -> dict[str, str]:
        """The types of a path, of aliases and of an artifact that certainly have another type than W&B accepts.

        A link accepts `False` or `0` for aliases, as it accepts none.
        """
        types = {} if path is None else {path: _find_type(self._list_values(path))}
        aliases = self._list_values("aliases")
        are_given = not is_link or any(isinstance(value, NonString) and value.value for value in aliases)
        if are_given and all(isinstance(value, NonString) for value in aliases):
            types["aliases"] = _find_type(aliases)
        changes = [getattr(value, "returned_by", "") for value in aliases]
        if changes and all(change.startswith("list.") for change in changes):
            types["aliases"] = changes[0]
        wrong_items = [self._find_wrong_item(value) for value in aliases]
        for name in objects:
            kinds = [_name_no_artifact(value) for value in self._values(name)]
            is_wrong = bool(kinds) and all(kinds) and (is_link or "str" not in kinds)  # which may be a file to log
            types[name] = kinds[0] if is_wrong else None
        types["aliases[]"] = wrong_items[0] if wrong_items and all(wrong_items) else None
        types["aliases[*]"] = self.letters.get("aliases") if len(aliases) == 1 else None
        # Bytes do as an alias.
        return {name: kind for name, kind in types.items() if kind and (kind != "bytes" or name == path)}

    def _find_wrong_item(self, value: Value) -> str | None:
        """The type of an item of a list that is certainly not a string."""
        if isinstance(value, Loaded) and not value.is_mapping and not value.default_of:
            return next(filter(None, (_name_type(item) for item in find_in_document(value, ()))), None)
        if not is_list(value) or value.may_be_empty:
            return None
        items = [item for item in value.items if not isinstance(item, ast.Starred)]
        return next(filter(None, (_find_type(self.resolver.value(item, value.at)) for item in items)), None)

    def _list_values(self, name: str) -> list[Value]:
        """The alternatives of an argument that is given, other than None."""
        return [value for value in self._values(name) if not is_none(value)]

    def unfold(self, name: str) -> None:
        """Read what is given inside `settings=wandb.Settings(...)`, or a dictionary of the same, as if given itself."""
        for value in self._values(name):
            if isinstance(value, Instance) and value.type == "wandb.Settings" and value.made_by is not None:
                made = self.uses.get(id(value.made_by))
                at = made.at if made is not None else self.at
                self.inner |= {key.arg: (key.value, at) for key in value.made_by.keywords if key.arg}
                self.inner |= self._find_stored(value)
                if value.made_by.args or any(key.arg is None for key in value.made_by.keywords):
                    self.unread.add(name)
            elif isinstance(value, Literal) and value.is_mapping:
                for key, item in value.pairs:
                    written = key.value if isinstance(key, ast.Constant) else key
                    if isinstance(written, str):
                        self.inner[written] = (item, value.at)
                    else:
                        self.unread.add(name)
            elif not is_none(value):
                self.unread.add(name)
                self.unknown = self._find(name)[0]

    def _find_stored(self, owner: Instance) -> dict[str, tuple[ast.expr, ProgramPoint]]:
        """What is stored in attributes of an object before the call: `settings.entity = "team-a"`."""
        stores = self.resolver.keep(("stores of settings",), _index_stores, self.resolver)
        before = [store for store in stores.get(id(owner.made_by), ()) if store.order < self.at.order]
        return {getattr(store.target, "attr", ""): (store.value, store.at) for store in before}

    def _spread(self, call: ast.Call, parameters: tuple[str, ...]) -> None:
        """Read what is given by `*arguments`, if those are lists that are written out."""
        if any(isinstance(item, ast.Starred) for item in call.args):
            items, is_all = spread_arguments(self.resolver, call, self.at)
            has_mapping = any(keyword.arg is None for keyword in call.keywords)
            named = dict(zip(parameters, items, strict=False)) | self.given.named
            self.given = replace(self.given, named=named, unpacked=has_mapping or not is_all)

    def _unpack(self, mapping: ast.expr) -> None:
        """Read what is given by `**mapping`, if that is one dictionary that is written out."""
        pairs = flatten_pairs(self.resolver, mapping, self.at)
        if any(not isinstance(value, Literal | Loaded) for value in self.resolver.value(mapping, self.at)):
            self.unknown = mapping
        self.inner |= {name: (item, at) for name, item, at in pairs if name is not None}
        is_known = self.at.frame is not None or not is_changed(self.resolver, mapping, self.at)
        if is_known and all(name is not None for name, _, _ in pairs):
            self.given = replace(self.given, unpacked=False)  # `**kwargs` of a call that is known, or a constant

    def is_text(self, name: str) -> bool:
        """Whether an argument is a text in every alternative."""
        node, at = self._find(name)
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Call) and written_name(node.func) in _MAKE_TEXT):
            return True  # whatever is unknown in it
        values = self.resolver.find_all(node, at)
        return isinstance(values[0] if values else None, StringValue) and all(
            isinstance(value, StringValue) and any(not isinstance(part, UnknownPart) for part in value.parts)
            for value in values
        )

    def items(self, name: str) -> tuple[StringValue, ...]:
        """The texts of a list, those of the lists that are unpacked in it among them; `unread` where it has others."""
        if not self.has_argument(name):
            return ()
        found: list[StringValue] = []
        waiting = list(reversed(self._values(name)))
        for _ in range(_MOST_LISTS):
            if not waiting:
                break
            value = waiting.pop()
            if isinstance(value, StringValue):
                found.append(value)  # one string where a list belongs
            elif isinstance(value, Loaded) and not value.is_mapping:
                items = find_in_document(value, ())
                found += [item for item in items if isinstance(item, StringValue)]
                self.unread |= {name} if any(not isinstance(item, StringValue) for item in items) else set()
            elif is_list(value):
                for item in value.items:
                    if isinstance(item, ast.Starred):
                        inner = self.resolver.value(item.value, value.at)
                        if strings := _list_unpacked_strings(inner):
                            self.letters.setdefault(name, strings[0])
                            continue
                        lists = [list_ for list_ in reversed(inner) if isinstance(list_, (Literal, Loaded))]
                        waiting += lists
                        if not lists or len(lists) < len(inner):
                            self.unread.add(name)
                    else:
                        found += self.resolver.texts(item, value.at)
            elif not is_none(value):
                self.unread.add(name)
        return tuple(found)

    def flat(self, name: str) -> dict[str, tuple[StringValue, ...]]:
        """A dictionary of dictionaries and lists of them as a flat mapping: `filter.$and.name.$regex`."""
        node, at = self._find(name)
        return self._flat(node, at, name) if node is not None else {}

    def _flat(self, node: ast.expr, at: ProgramPoint, key: str) -> dict[str, tuple[StringValue, ...]]:
        found: dict[str, tuple[StringValue, ...]] = {}
        for value in self.resolver.value(node, at):
            if not isinstance(value, Literal):
                continue
            inner: list[tuple[str, tuple[StringValue, ...]]] = []
            for name, item in value.pairs if value.is_mapping else ():
                for path in [f"{key}.{word}" for word in self._read_key(name, value.at)]:
                    inner += [(path, self.resolver.texts(item, value.at)), *self._flat(item, value.at, path).items()]
            for item in () if value.is_mapping else value.items:
                inner += self._flat(item, value.at, key).items()
            for path, texts in inner:
                found[path] = (*found.get(path, ()), *texts)
        return found

    def _read_key(self, key: str | ast.expr | None, at: ProgramPoint) -> list[str]:
        """The texts that a key can be, where it is known."""
        if isinstance(key, str):
            return [key]
        texts = self.resolver.texts(key, at) if key is not None else ()
        return [text.literal for text in texts if text.literal is not None]

    def _values(self, name: str) -> tuple[Value, ...]:
        node, at = self._find(name)
        return self.resolver.find_all(node, at)

    def _find(self, name: str) -> tuple[ast.expr | None, ProgramPoint]:
        """An argument that is given itself, or inside of another one."""
        if (node := self.given.named.get(name)) is not None:
            return node, self.at
        return self.inner.get(name, (None, self.at))
