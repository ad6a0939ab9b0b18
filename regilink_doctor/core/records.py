"""Frozen records: what `dataclass(frozen=True)` gives type checkers, at a tenth of its price.

`dataclasses` loads `inspect`, and writes and compiles six functions for each class: about 1 ms, and a hook that has one
finding to tell waits for fifty of them. A record compiles its `__init__` alone, when there are many of its kind; the
rest is shared. It is still a dataclass for `dataclasses.fields`, `asdict`, `replace`, `copy.replace` and
`match` take it.

Only the type checker refuses to change one. A `__setattr__` that refuses would make Python keep the fields in a
dictionary: then a field takes more than three times as long to read, and a file of 1 MB has a million records.
"""

from __future__ import annotations

import operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from functools import cached_property as cached_property
    from typing import Any, TypeVar

    from typing_extensions import dataclass_transform

    Instance = TypeVar("Instance")
    Key = TypeVar("Key")
    Item = TypeVar("Item")
else:

    def dataclass_transform(**_: object) -> Callable[[object], object]:
        """For type checkers alone: `typing` costs more than all of this."""
        return lambda function: function

    class cached_property:  # noqa: N801
        """Like that of `functools`, without the lock of Python 3.11 and older: it costs more than most values."""

        def __init__(self, function: Callable[[Any], Any]) -> None:
            self._function = function
            self._name, self.__doc__ = function.__name__, function.__doc__

        def __get__(self, instance: Any, owner: Any = None) -> Any:
            if instance is None:
                return self
            value = self._function(instance)
            setattr(instance, self._name, value)  # to write into `__dict__` would create it
            return value


_MISSING = object()


class _Field:
    """A field as its class declares it; see `field`."""

    __slots__ = ("compare", "default", "default_factory", "hash", "repr", "type")

    def __init__(
        self, default: Any, default_factory: Any = _MISSING, compare: bool = True, hash: bool = True, repr: bool = True
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.compare = compare
        self.hash = hash
        self.repr = repr
        self.type = ""


def field(
    *,
    default: Any = _MISSING,
    default_factory: Any = _MISSING,
    compare: bool = True,
    hash: bool | None = None,
    repr: bool = True,
) -> Any:
    """A field that is more than a name and a default: as `dataclasses.field`."""
    return _Field(default, default_factory, compare, compare if hash is None else hash, repr)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Any = None, *, eq: bool = True, order: bool = False, frozen: bool = True) -> Any:
    """Make a class a frozen record of the fields that it annotates, after those of the records that it comes from.

    Its module has to postpone the evaluation of annotations.

    Args:
        cls: the class.
        eq: compare and hash by the fields, unless it has a `__hash__` of its own; else by identity.
        order: give it `<`, `<=`, `>` and `>=`, which compare the fields in order.
        frozen: False for a thing that changes: it is itself, whatever its fields are, and compares and shows itself so.
    """
    return _made(cls, eq, order, frozen) if cls is not None else lambda cls: _made(cls, eq, order, frozen)


def replace(instance: Instance, **changes: Any) -> Instance:
    """A copy with other values for some fields.

    Raises:
        TypeError: there is no such field.
    """
    cls: Any = instance.__class__
    if cls.__setattr__ is not object.__setattr__:  # a frozen dataclass that comes from a record
        import dataclasses

        return dataclasses.replace(instance, **changes)  # type: ignore[type-var]
    values = cls.__record_values__(instance)
    if not changes.keys() <= cls.__record_fields__.keys():
        return cls(*values, **changes)  # type: ignore[no-any-return]  # which raises
    copy = cls.__new__(cls)
    copy.__record_init__(*values)
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy  # type: ignore[no-any-return]


def group_pairs(pairs: Iterable[tuple[Key, Item]]) -> dict[Key, list[Item]]:
    """The second items of pairs by the first ones, in their order."""
    groups: dict[Key, list[Item]] = {}
    for key, item in pairs:
        groups.setdefault(key, []).append(item)
    return groups


def is_record(value: object) -> bool:
    """Whether a value is an instance of a record."""
    return hasattr(value, "__record_fields__")


def _fields(cls: Any) -> Mapping[str, _Field]:
    fields: Mapping[str, _Field] = cls.__record_fields__
    return fields


def _made(cls: Any, eq: bool, order: bool, frozen: bool) -> Any:
    fields = cls.__record_fields__ = _collected(cls)
    cls.__record_values__ = _make_getter(list(fields))
    cls.__record_frozen__ = frozen
    cls.__match_args__ = tuple(fields)  # type: ignore[misc]
    cls.__dataclass_fields__ = _OfDataclass("__dataclass_fields__")
    cls.__dataclass_params__ = _OfDataclass("__dataclass_params__")
    cls.__init__ = cls.__record_init__ = _Initializer(cls, fields)
    cls.__replace__ = replace
    if not frozen:
        return cls
    cls.__repr__ = _repr
    if eq:
        compared = _make_getter([name for name, item in fields.items() if item.compare])
        hashed = _make_getter([name for name, item in fields.items() if item.hash])
        cls.__eq__ = _comparison("__eq__", compared)
        if "__hash__" not in cls.__dict__:
            cls.__hash__ = lambda self: hash(hashed(self))
        for name in ("__lt__", "__le__", "__gt__", "__ge__") if order else ():
            setattr(cls, name, _comparison(name, compared))
    return cls


def _collected(cls: Any) -> dict[str, _Field]:
    """The fields in order; the class keeps their plain defaults as attributes, as a dataclass does."""
    fields: dict[str, _Field] = {}
    for base in reversed(cls.__mro__[1:]):
        fields |= base.__dict__.get("__record_fields__", {})
    for name, annotation in cls.__annotations__.items():
        if annotation.startswith(("ClassVar", "typing.ClassVar")):
            continue
        default = cls.__dict__.get(name, _MISSING)
        item = fields[name] = default if isinstance(default, _Field) else _Field(default)
        item.type = annotation
        if item.default is not _MISSING:
            setattr(cls, name, item.default)
        elif item is default:
            delattr(cls, name)
    return fields


_FEW = 24
"""So many instances are filled field by field: compiling `__init__` costs as much as these."""


class _Initializer:
    """`__init__`, compiled when a class has more than a few instances, or its signature is read."""

    def __init__(self, cls: Any, fields: Mapping[str, _Field]) -> None:
        self._cls = cls
        self._fields = fields
        self._calls = 0

    def __get__(self, instance: object, owner: Any) -> Any:
        self._calls += 1
        # `inspect.signature` of newer Pythons binds it to the class.
        if isinstance(instance, self._cls) and self._calls <= _FEW:
            return lambda *arguments, **named: self._fill(instance, arguments, named)
        return self._compile().__get__(instance, owner)

    def _compile(self) -> Any:
        compiled = self._cls.__init__ = self._cls.__record_init__ = _initializer(self._cls, self._fields)
        return compiled

    def _fill(self, instance: object, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Set the fields as the compiled function does; what does not fit is left to it, and to its `TypeError`."""
        positional = dict(zip(self._fields, arguments, strict=False))
        bound = positional | named
        values: dict[str, Any] = {}
        for name, item in self._fields.items():
            if name in bound:
                values[name] = bound[name]
            elif item.default_factory is not _MISSING:
                values[name] = item.default_factory()
            elif item.default is not _MISSING:
                values[name] = item.default
        fits = len(positional) == len(arguments) and len(bound) == len(arguments) + len(named)
        if fits and len(values) == len(self._fields) and bound.keys() <= values.keys():
            for name, value in values.items():
                setattr(instance, name, value)
        else:
            self._compile()(instance, *arguments, **named)


def _initializer(cls: Any, fields: Mapping[str, _Field]) -> Any:
    """`__init__`, the only function that has to be compiled: its parameters are the fields."""
    names: dict[str, Any] = {"__name__": cls.__module__, "_MISSING": _MISSING}
    parameters, lines = ["_self"], ["pass"]
    for name, item in fields.items():
        value = name
        if item.default_factory is not _MISSING:
            names[f"_default_{name}"] = _MISSING
            names[f"_make_{name}"] = item.default_factory
            value = f"_make_{name}() if {name} is _MISSING else {name}"
        elif item.default is not _MISSING:
            names[f"_default_{name}"] = item.default
        parameters.append(f"{name}=_default_{name}" if f"_default_{name}" in names else name)
        lines.append(f"_self.{name} = {value}")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines), names)  # noqa: S102 - names of our fields
    initializer = names["__init__"]
    initializer.__qualname__ = f"{cls.__qualname__}.__init__"
    initializer.__annotations__ = {name: item.type for name, item in fields.items()} | {"return": None}
    return initializer


def _make_getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that gives the values of some fields of a record."""
    if len(names) > 1:
        return operator.attrgetter(*names)
    return lambda instance: tuple([getattr(instance, name) for name in names])


def _comparison(name: str, key: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, object], Any]:
    compare = getattr(operator, name)

    def compared(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compare(key(self), key(other))

    return compared


def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name, item in _fields(self.__class__).items() if item.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


class _OfDataclass:
    """An attribute by which `dataclasses` recognizes its classes, created when it is read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: Any) -> Any:
        import dataclasses

        names: dict[str, Any] = {"__annotations__": {name: item.type for name, item in _fields(owner).items()}}
        for name, item in _fields(owner).items():
            defaults = {"default": item.default, "default_factory": item.default_factory}
            options = {key: value for key, value in defaults.items() if value is not _MISSING}
            names[name] = dataclasses.field(**options, compare=item.compare, hash=item.hash, repr=item.repr)
        twin: Any = dataclasses.dataclass(frozen=owner.__record_frozen__)(type("", (), names))
        for name in ("__dataclass_fields__", "__dataclass_params__"):
            setattr(owner, name, getattr(twin, name))
        return getattr(twin, self._name)
