"""What an expression can be: a text with holes, something of wandb's, a display, an object of the file's own.

`UNKNOWN` becomes an unknown part where a string is built from it; a wrong guess is worse than none.
"""

from __future__ import annotations

from itertools import takewhile
from posixpath import commonprefix

from regilink_doctor.core.records import field, record, replace
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart, may_be_none
from regilink_doctor.core.target_path import is_known
from regilink_doctor.lint.resolve.bindings import ClassOrObject
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typing
    from collections.abc import Iterable, Sequence
    from typing import TypeGuard

    from regilink_doctor.core.findings import Place
    from regilink_doctor.lint.data import Data, Keys
    from regilink_doctor.lint.resolve.bindings import Frame, Module, ProgramPoint, Scope

    DocumentHolder = typing.Literal["plain", "dotenv", "omegaconf", "parser"]


@record
class Name:
    """A dotted name from an import: `wandb.init`, `os.environ`."""

    path: str


@record
class Instance:
    """An object of a class of wandb's, and the call that made it.

    `is_active`: it is `wandb.run`. `is_source`: it is the source of the version that the call gives.
    """

    type: str
    made_by: ast.Call | None = None
    at: ProgramPoint | None = field(default=None, compare=False, repr=False)
    is_active: bool = False
    is_source: bool = False


@record
class Method:
    """An attribute of an object of wandb's."""

    owner: Instance
    name: str

    @property
    def path(self) -> str:
        """The canonical name: `wandb.Run.link_artifact`."""
        return f"{self.owner.type}.{self.name}"


_IN_ORDER = (ast.List, ast.Tuple)
_SEQUENCES = (*_IN_ORDER, ast.Set)
_MAPPINGS = (ast.Dict, ast.Call)


@record
class Literal:
    """A list, tuple, set or dictionary display, its items still unevaluated, and where it is.

    `dict(a=1)` and `SimpleNamespace(a=1)` are calls that mean a display; `attributes`: its keys are attributes as well
    (OmegaConf, namespaces). `may_be_empty`: its items are what a comprehension or a generator may give.
    """

    node: ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Call
    at: ProgramPoint
    attributes: bool = False
    may_be_empty: bool = False

    def __hash__(self) -> int:
        return hash(self.node)  # which is hardly ever that of another one

    @property
    def items(self) -> Sequence[ast.expr]:
        """The items of a list, tuple or set; the keys of a dictionary that are written as expressions."""
        if isinstance(self.node, _SEQUENCES):
            return self.node.elts
        return [key for key, _ in self.pairs if isinstance(key, ast.expr)]

    @property
    def pairs(self) -> Sequence[tuple[ast.expr | str | None, ast.expr]]:
        """The keys and values of a dictionary; the key is None where a mapping is unpacked."""
        return self.take_pairs(None)

    def take_pairs(self, most: int | None) -> Sequence[tuple[ast.expr | str | None, ast.expr]]:
        """The first of these `pairs`."""
        if isinstance(self.node, ast.Dict):
            return list(zip(self.node.keys[:most], self.node.values[:most], strict=True))
        if isinstance(self.node, ast.Call):
            return [(keyword.arg, keyword.value) for keyword in self.node.keywords[:most]]
        return []

    @property
    def is_mapping(self) -> bool:
        """Whether it is a dictionary."""
        return isinstance(self.node, _MAPPINGS)

    @property
    def is_sequence(self) -> bool:
        """Whether it is a list or a tuple."""
        return isinstance(self.node, _IN_ORDER)

    @property
    def is_in_order(self) -> bool:
        """Whether it is a list or a tuple of which each item is written out: it is known which one comes where."""
        return isinstance(self.node, _IN_ORDER) and not any(isinstance(item, ast.Starred) for item in self.node.elts)


@record
class TreePath:
    """A file or folder by its absolute path: `__file__`, `Path(__file__).parent`."""

    path: str


@record
class FileText:
    """A file of the tree that is open, or the text of it; `default_of` is what may name another file."""

    path: str
    default_of: str | None = None


class Document:
    """The data of a configuration file, or of several that are merged, and what holds it in the program.

    OmegaConf, `.env` and a parser, which is that of `configparser`, fill in what is named.
    """

    __slots__ = ("holder", "root")

    def __init__(self, root: Data, holder: DocumentHolder = "plain") -> None:
        self.root = root
        self.holder = holder


@record
class Loaded:
    """A table or list of a configuration file; `attributes`: its keys are attributes as well."""

    document: Document
    keys: Keys = ()
    attributes: bool = False
    default_of: str | None = None

    @property
    def node(self) -> Data | None:
        """The table or list."""
        from regilink_doctor.lint.data import find_data

        return find_data(self.document.root, self.keys)

    @property
    def is_mapping(self) -> bool:
        """Whether it is a table."""
        return hasattr(self.node, "entries")


@record
class Function:
    """A function of the tree, or with `receiver` a method; `outer` is the call of the function that it is made in."""

    scope: Scope
    receiver: ClassOrObject | None = None
    outer: Frame | None = None


@record
class Member:
    """A member of an enumeration of the tree."""

    scope: Scope
    name: str


@record
class ModuleValue:
    """A module of the tree."""

    module: Module


@record
class Arguments:
    """What a parser of the command line has read: the arguments that are added anywhere in this module.

    `prefix`: those whose names begin so, `model.` of `--model.target`. `parsers`: the calls that made the parser, or
    those of the commands of which one was chosen; none where that is not known.
    """

    module: Module
    prefix: str = ""
    parsers: tuple[ast.Call, ...] = ()


@record
class NonString:
    """Known to be something that is neither text nor wandb's: None, a number, a function.

    `default_of`: it is used only when this option is not given.
    """

    value: object = None
    default_of: str | None = None


@record
class Unknown(NonString):
    """Nothing is known, for a reason."""

    value: object = "unknown"
    reason: str = field(default="", compare=False)
    variable: str | None = field(default=None, compare=False)
    """The variable of the environment that it is."""
    returned_by: str = field(default="", compare=False)
    """The function or class of a library that gives it."""
    option: str = field(default="", compare=False)
    """The option of the command line that it is, which is None where it is not given."""


UNKNOWN = Unknown()


def is_mapping(value: Value | None) -> TypeGuard[Literal | Loaded]:
    """Whether a value is a dictionary that is written out, or a table of a file."""
    return isinstance(value, (Literal, Loaded)) and value.is_mapping


def is_list(value: Value | None) -> TypeGuard[Literal]:
    """Whether a value is a list, tuple or set that is written out."""
    return isinstance(value, Literal) and not value.is_mapping


PARTIAL = "functools.partial"
"""The type of what it makes, which is an `Instance`."""


class Computed(ast.expr):
    """An expression that no source has: what a library passes on, its values known already."""

    def __init__(self, values: tuple[Value, ...]) -> None:
        super().__init__()
        self.values = values


def hold(node: ast.expr | ast.stmt, *values: Value) -> ast.expr:
    """An expression at the place of a node that has these values."""
    return copy_place(Computed(values), node)


Value = (
    StringValue | Name | Instance | Method | Literal | TreePath | FileText | Loaded | ClassOrObject | Function | Member
    | ModuleValue | Arguments | NonString
)  # fmt: skip

TOO_MUCH = "too much to follow"
"""The reason of a part, or a value, that was given up."""

MAX_NAMES = 32
"""Names that a part notes: a string that is copied ten thousand times would otherwise note as many, each time anew."""


def with_name(value: Value, name: str) -> Value:
    """The same string, one more variable, key or attribute on its way noted."""
    if not isinstance(value, StringValue):
        return value
    for part in value.parts:
        if name not in part.names and len(part.names) < MAX_NAMES:
            # What may be None inside a longer string is not what a test of the whole string looks at.
            is_whole = len(value.parts) == 1
            named = [
                item if name in item.names or (may_be_none(item) and not is_whole) else _add_name(item, name)
                for item in value.parts
            ]
            return StringValue(tuple(named), value.place, value.is_path_object)
    return value


def _add_name(part: KnownPart | UnknownPart, name: str) -> KnownPart | UnknownPart:
    if len(part.names) >= MAX_NAMES:
        return part
    names = (*part.names, name)
    if isinstance(part, KnownPart):
        separator = part.is_os_separator
        return KnownPart(
            part.text, part.place, part.exact, part.default_of, names, part.variables, part.read_from, separator
        )
    return UnknownPart(part.source, part.place, part.kind, names, part.reason, part.variables)


def mark_default(value: Value, variable: str) -> Value:
    """The same value, marked as what is used only when `variable` is not given; a None may be anything then."""
    if is_none(value):
        return Unknown(reason=f"{variable}, which may be given")
    if isinstance(value, NonString) and not isinstance(value, Unknown):
        return replace(value, default_of=variable)
    if not isinstance(value, StringValue):
        return value
    return value.mark_known(default_of=variable)


def mark_defaults(values: Iterable[Value], option: str) -> list[Value]:
    """The values of an option that may be given another one, its name noted."""
    return [with_name(mark_default(value, option), option) for value in values]


def mark_variable(value: Value, variable: str) -> Value:
    """The same string, marked as what a variable of the environment replaces when it is set."""
    if not isinstance(value, StringValue):
        return value
    return replace(value, parts=tuple(replace(part, variables=(variable, *part.variables)) for part in value.parts))


def is_configuration(value: Value) -> bool:
    """Whether a value is `wandb.config`, or that of a run."""
    return isinstance(value, (Name, Method)) and value.path in ("wandb.config", "wandb.Run.config")


def is_none(value: Value) -> bool:
    """Whether a value is None."""
    return isinstance(value, NonString) and value.value is None


def mark_unset(value: Value, name: str) -> Value:
    """The same value where something else is set later: a None, or an empty string, is one only until then."""
    if is_none(value):
        return NonString(None, default_of=name)
    return Unknown(reason="empty, until it is set") if is_empty(value) else value


def is_empty(value: Value) -> bool:
    """Whether a value is an empty string that nothing replaces."""
    return isinstance(value, StringValue) and not any(
        part.variables or getattr(part, "text", "?") for part in value.parts
    )


def mark_given(value: Value) -> Value:
    """The same option or variable where it is known not to be None."""
    if isinstance(value, StringValue):
        return value.mark_set() if may_be_unset(value) else value
    return Unknown(reason=value.reason) if isinstance(value, Unknown) and value.option else value


def may_be_unset(value: Value) -> bool:
    """Whether the string holds a variable of the environment that has no default."""
    return isinstance(value, StringValue) and any(map(may_be_none, value.parts))


# Alternatives are bounded. What exceeds the bound is never dropped: it becomes one string that has what all of them
# begin with, and an unknown part.

MAX_ALTERNATIVES = 16

_MERGED = (StringValue, NonString)


class BoundedValues(tuple["Value", ...]):
    """Several different values, not too many: what `bound_alternatives` gives, passed on as it is."""

    __slots__ = ()


def bound_alternatives(values: Iterable[Value]) -> tuple[Value, ...]:
    """The different values, at most `MAX_ALTERNATIVES`; a string for those that are too many."""
    if type(values) is BoundedValues:
        return values
    found = tuple(values)
    return found if len(found) < 2 else BoundedValues(_reduce_values(found))


def to_tuple(values: Iterable[Value]) -> tuple[Value, ...]:
    """The values as a tuple; alternatives remain what they are."""
    return values if isinstance(values, BoundedValues) else tuple(values)


def add_values(values: Sequence[Value], more: Sequence[Value]) -> Sequence[Value]:
    """The values and more of them; where one has none, the other as it is."""
    return [*values, *more] if values and more else values or more


def are_full(values: Sequence[Value]) -> bool:
    """Whether further alternatives would change nothing: there are as many as can be, with the last for all others."""
    if len(values) < MAX_ALTERNATIVES or not isinstance(values, BoundedValues):
        return False
    last = values[-1]
    # Strings are merged with further ones, and what is unknown twice is counted once.
    is_last = isinstance(last, Unknown) and last.reason is TOO_MUCH
    return is_last and not any(isinstance(value, _MERGED) for value in values[:-1])


def _reduce_values(values: tuple[Value, ...]) -> tuple[Value, ...]:
    open_ended = [value for value in values if isinstance(value, StringValue) and is_open_ended(value)]
    if len(open_ended) > 1:
        values = _merge(values, open_ended)
    if len(values) > 1:  # of the same object many times there is one hash to work out
        values = tuple(dict.fromkeys({id(value): value for value in values}.values()))
    if len(values) <= MAX_ALTERNATIVES:
        return values
    strings = [value for value in values if isinstance(value, StringValue)]
    if open_ended:  # they have been too many before: they keep growing
        values = _merge(values, strings)
    elif len(strings) > MAX_ALTERNATIVES // 2:
        kept = MAX_ALTERNATIVES // 2 if len(strings) < len(values) else MAX_ALTERNATIVES - 1
        values = _merge(values, strings, strings[:kept])
    if len(values) <= MAX_ALTERNATIVES:
        return values
    return (*values[: MAX_ALTERNATIVES - 1], Unknown(reason=TOO_MUCH))


def _merge(
    values: Sequence[Value], strings: Sequence[StringValue], kept: Sequence[StringValue] = ()
) -> tuple[Value, ...]:
    """The values, but one open-ended string for all of `strings` that are not kept."""
    merged = {id(value) for value in strings}.difference(id(value) for value in kept)
    return (*(value for value in values if id(value) not in merged), open_end(strings, strings[0].place))


def open_end(strings: Sequence[StringValue], place: Place) -> StringValue:
    """One string for several: what they all certainly begin with, and an unknown part."""
    prefix = commonprefix([known_prefix(string) for string in strings])
    for value in strings:
        if len(value.pattern) == len(prefix) + 1 and is_open_ended(value):
            return value
    parts = (*strings[0].cut(0, len(prefix)), UnknownPart("...", place, reason=TOO_MUCH))
    return StringValue(parts, strings[0].place)


def is_open_ended(value: StringValue) -> bool:
    """Whether a string has a part that was given up."""
    if is_known(value.pattern):
        return False
    return any(isinstance(part, UnknownPart) and part.reason is TOO_MUCH for part in value.parts)


def known_prefix(value: StringValue) -> str:
    """What a string certainly begins with."""
    known = takewhile(lambda part: isinstance(part, KnownPart), value.parts)
    return "".join([part.text for part in known])  # type: ignore[union-attr]
