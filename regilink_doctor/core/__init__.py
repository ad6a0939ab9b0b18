"""What a path is, what W&B does with it, and how W&B refuses it: defined once, for all packages.

Standard library only. Nothing in here opens a file of the user's, a socket or a subprocess,
except `catalog`, which reads and writes the one file it is named after. `checked` is for functions that users call.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])

_PLAIN: dict[str, Any] = {"None": type(None), "str": str, "bytes": bytes, "int": int, "float": (int, float)}
_SEVERAL = ("Collection", "Iterable", "Names", "Sequence")
_CALLABLE = ("Callable", "Confirm", "Progress")
_METHODS = {"Path": "__fspath__", "os.PathLike": "__fspath__", "Watcher": "begin_check"}
_CLASSES = (
    *("BaseException", "Catalog", "Config", "ConsumedName", "Emulator", "Expected", "LinkTarget", "ReportCache"),
    *("Setting", "TargetPath", "World"),
)


def checked(function: Function) -> Function:
    """Let a function, or the public methods of a class, refuse arguments of another type than the annotations say.

    Only the types that are listed above are checked: an annotation with another one accepts everything. An iterator
    that stands for several values becomes a list, so that it can be read twice.

    Raises:
        TypeError: raised by the function: which argument, what it must be, and what it is.
    """
    if isinstance(function, type):
        for name, method in list(vars(function).items()):
            if hasattr(method, "__code__") and not name.startswith("_"):
                setattr(function, name, checked(method))
        return function
    original = getattr(function, "__wrapped__", function)
    positional = original.__code__.co_varnames[: original.__code__.co_argcount]

    def call(*arguments: Any, **named: Any) -> Any:
        __tracebackhide__ = True  # for pytest
        values = [_check_argument(original, name, value) for name, value in zip(positional, arguments, strict=False)]
        named = {name: _check_argument(original, name, value) for name, value in named.items()}
        return function(*values, *arguments[len(values) :], **named)

    # As `functools.wraps`, which takes longer to load than a lint without a finding.
    call.__dict__.update(vars(function), __wrapped__=function)
    for name in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        setattr(call, name, getattr(function, name))
    return call  # type: ignore[return-value]


def _check_argument(function: Any, name: str, value: Any) -> Any:
    kinds = _split_outside_brackets(function.__annotations__.get(name, "object"), " | ")
    # `Visibility` is a `Literal` of the module: its strings say more than its name.
    written = [str(function.__globals__.get(kind)).removeprefix("typing.") for kind in kinds]
    kinds = [whole if whole.startswith("Literal[") else kind for kind, whole in zip(kinds, written, strict=True)]
    if hasattr(type(value), "__next__") and any(kind.startswith(_SEVERAL) for kind in kinds):
        value = list(value)
    if not any(_is_of(value, kind) for kind in kinds):
        where = function.__qualname__.removesuffix(".__init__")
        raise TypeError(f"{where}(): {name} must be {' | '.join(kinds)}, not {_describe_value(value, kinds)}")
    return value


def _is_of(value: Any, kind: str) -> bool:
    """Whether the value is of a type as an annotation has it."""
    name, _, inner = kind.removesuffix("]").partition("[")
    if name in _PLAIN:
        return isinstance(value, _PLAIN[name])
    if name in _METHODS:
        return hasattr(type(value), _METHODS[name])
    if name in _CALLABLE:
        return callable(value)
    if name == "Literal":
        return repr(value) in _split_outside_brackets(inner, ", ")
    if name == "Mapping":
        return hasattr(type(value), "items") and _are_of(value.values(), _split_outside_brackets(inner, ", ")[1])
    if name in _SEVERAL:
        return _are_of(value, inner)
    return name not in _CLASSES or any(base.__name__ == name for base in type(value).__mro__)


def _are_of(values: Any, annotation: str) -> bool:
    kinds = _split_outside_brackets(annotation, " | ")
    return _is_several(values) and all(any(_is_of(value, kind) for kind in kinds) for value in values)


def _is_several(value: Any) -> bool:
    return hasattr(type(value), "__iter__") and not isinstance(value, (str, bytes))


def _split_outside_brackets(text: str, separator: str) -> list[str]:
    """The parts between separators; one in brackets separates nothing: `Mapping[str, int]`."""
    parts = [""]
    for part in text.split(separator):
        if parts[-1].count("[") > parts[-1].count("]"):
            parts[-1] += separator + part
        else:
            parts.append(part)
    return parts[1:]


def _describe_value(value: Any, kinds: list[str]) -> str:
    """The type of a value, or the value where another string was wanted."""
    if isinstance(value, str) and any(kind.startswith("Literal[") for kind in kinds):
        return repr(value)
    items = sorted({type(item).__name__ for item in value}) if _is_several(value) else []
    return f"{type(value).__name__} of {', '.join(items)}" if items else type(value).__name__
