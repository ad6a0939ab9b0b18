"""Interpolations of OmegaConf and Hydra: `${registry}/zoo`, `${.name}`, `${oc.env:REGISTRY,wandb-registry-model}`."""

from __future__ import annotations

from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.data import Given, Scalar, find_data
from regilink_doctor.lint.resolve.values import UNKNOWN, Loaded, NonString, Unknown, Value, mark_default, mark_variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.data import Keys

    Parts = tuple[KnownPart | UnknownPart, ...]

_MAX_DEPTH = 8
MISSING = "???"
"""The value of what must be given."""


def interpolate(owner: Loaded, keys: Keys, scalar: Scalar, depth: int = 0) -> Value:
    """The value of a string at `keys`, its interpolations filled in."""
    text = scalar.written
    if text == MISSING:
        return Unknown(reason="a value that must be given")
    if "${" not in text:
        return scalar.interpolated()
    if "\\$" in text or depth > _MAX_DEPTH:
        return UNKNOWN
    if text.startswith("${") and _find_closing(text, 0, len(text)) == len(text):
        return _resolve(owner, keys, scalar, 2, len(text) - 1, depth)
    return StringValue(_fill(owner, keys, scalar, 0, len(text), depth), scalar.place)


def _fill(owner: Loaded, keys: Keys, scalar: Scalar, start: int, end: int, depth: int) -> Parts:
    """The parts of `written[start:end]`."""
    parts: list[KnownPart | UnknownPart] = []
    while start < end:
        begin = scalar.written.find("${", start, end)
        if begin != start:
            stop = end if begin < 0 else begin
            whole = scalar.fragment
            written = scalar.written[start:stop]
            parts.append(whole.piece(start, stop) if whole is not None else KnownPart(written, scalar.place))
            start = stop
            continue
        stop = _find_closing(scalar.written, begin, end)
        value = _resolve(owner, keys, scalar, begin + 2, stop - 1, depth)
        if isinstance(value, StringValue):
            parts += value.parts
        elif isinstance(value, NonString) and isinstance(value.value, (int, float)):
            parts.append(KnownPart(str(value.value), scalar.place))
        else:
            parts.append(UnknownPart(scalar.written[begin:stop], scalar.place, reason=getattr(value, "reason", "")))
        start = stop
    return tuple(parts)


def _find_closing(text: str, start: int, end: int) -> int:
    """Behind the brace that closes the interpolation that begins at `start`."""
    depth = 0
    for index in range(start, end):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if text[index] == "}" and depth == 0:
            return index + 1
    return end


def _resolve(owner: Loaded, keys: Keys, scalar: Scalar, start: int, end: int, depth: int) -> Value:
    """What is used for `${written[start:end]}`."""
    inside = scalar.written[start:end]
    name, comma, default = inside.partition(",")
    begin = end - len(default.lstrip())
    if name.startswith("oc.env:"):
        variable = name.removeprefix("oc.env:").strip()
        if "$" in variable or not comma or default.strip() in ("null", ""):
            part = UnknownPart("${" + inside + "}", scalar.place, variables=(variable,))
            return StringValue((part,), scalar.place)
        value = StringValue(_fill(owner, keys, scalar, begin, end, depth + 1), scalar.place)
        return mark_variable(mark_default(value, variable), variable)
    if name.startswith("oc.select:") and "$" not in name:
        selected = _find_key(owner, keys, name.removeprefix("oc.select:").strip(), depth)
        is_default = isinstance(selected, Unknown) and comma
        return StringValue(_fill(owner, keys, scalar, begin, end, depth + 1), scalar.place) if is_default else selected
    if ":" in inside or "$" in inside:
        return Unknown(reason="an interpolation that is not followed")
    return _find_key(owner, keys, inside.strip(), depth)


def _find_key(owner: Loaded, keys: Keys, path: str, depth: int) -> Value:
    """The value at `a.b`, or from `keys` at `.b` and `..b`."""
    dots = len(path) - len(path.lstrip("."))
    base = keys[: max(len(keys) - dots, 0)] if dots else ()
    target: Keys = (*base, *split_path(path.lstrip(".")))
    node = find_data(owner.document.root, target)
    if node is None:
        return UNKNOWN
    if isinstance(node, Given):
        return node.values[0] if len(node.values) == 1 else UNKNOWN
    if not isinstance(node, Scalar):
        return replace(owner, keys=target)
    if isinstance(node.value, str):
        return interpolate(owner, target, node, depth + 1)
    return UNKNOWN if node.kind == "other" else NonString(node.value)


def split_path(path: str) -> tuple[str, ...]:
    """The keys of `a.b[0].c`."""
    return tuple(path.replace("[", ".").replace("]", "").split("."))
