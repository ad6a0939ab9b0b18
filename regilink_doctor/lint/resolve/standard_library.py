"""What the standard library makes of strings that are known: `re.sub`, `os.path.basename`, `Path.stem`, `urlparse`."""

from __future__ import annotations

import posixpath
from importlib import import_module

from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve.strings import make_changed, unknown_string
from regilink_doctor.lint.resolve.values import UNKNOWN, Literal, Value, hold
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.lint.resolve.bindings import ProgramPoint
    from regilink_doctor.lint.resolve.context import Context

_LONGEST = 2048
"""Characters of a string that is looked at."""

_ATOM = r"(?:\[\^?(?:[^\[\]\\]|\\[^bBAZ])+\]|\\[^0-9bBAZ]|[^\\.^$*+?{}\[\]|()])"
_PLAIN_PATTERN = rf"{_ATOM}{{0,8}}(?:{_ATOM}\+{_ATOM}{{0,8}})?"
"""Characters and classes of them, one repeated by `+`: with two of them, a short string can take hours."""

_URL_PARTS = ("scheme", "netloc", "path", "params", "query", "fragment")


def call_function(context: Context, name: str, node: ast.Call, at: ProgramPoint) -> list[Value] | None:
    """What a function gives for strings that are known; None for one that is not followed."""
    if name in ("sub", "urlparse", "urlsplit") or name in _CHANGES:
        arguments = [_read_text(context, argument, at) for argument in node.args]
        owner = arguments[-1 if name == "sub" else 0] if arguments else None
        if owner is None or owner.literal is None or None in arguments or node.keywords:
            return [unknown_string(node, at)] if name in _CHANGES or name == "sub" else [UNKNOWN]
        texts = [argument.literal or "" for argument in arguments if argument is not None]
        if name.startswith("url"):
            return [_split_url(context, owner, name, node, at)]
        changed = _substitute(*texts) if name == "sub" and len(texts) == 3 else None
        if name in _CHANGES and len(texts) == 1:
            changed = getattr(import_module(_CHANGES[name]), name)(texts[0])
        return [make_changed(owner, changed, node, at) if changed is not None else unknown_string(node, at)]
    if name == "splitext" and len(node.args) == 1:
        return [_split_extension(context, node, at)]
    return None


def get_path_attribute(context: Context, owner: StringValue, name: str, node: ast.Attribute, at: ProgramPoint) -> Value:
    """An attribute of a path that is known: `Path("models/churn/best.ckpt").parent.name`."""
    if owner.literal is None:
        start = owner.pattern.rfind("/") + 1
        last = StringValue(owner.cut(start, len(owner.pattern)), owner.place)
        if name not in ("name", "stem", "suffix") or last.literal is None:
            return UNKNOWN
        owner = last
    path = _make_path(owner.literal or "")
    if path is None:
        return UNKNOWN
    found = getattr(path, name)
    if isinstance(found, (tuple, list)):
        return _list_texts(context, owner, [str(item) for item in found], node, at)
    made = make_changed(owner, str(found), node, at)
    return replace(made, is_path_object=owner.is_path_object and name == "parent")


def change_path(owner: StringValue, name: str, arguments: Sequence[str], node: ast.Call, at: ProgramPoint) -> Value:
    """A path after `with_suffix(".pt")`, `with_name(name)`, `with_stem(stem)`."""
    path = _make_path(owner.literal or "")
    try:
        changed = getattr(path, name)(*arguments) if path is not None else None
    except (TypeError, ValueError):
        return UNKNOWN
    if changed is None:
        return UNKNOWN
    return replace(make_changed(owner, str(changed), node, at), is_path_object=owner.is_path_object)


def _make_path(text: str) -> object:
    from pathlib import PurePosixPath

    return PurePosixPath(text) if text and len(text) <= _LONGEST else None


def _read_text(context: Context, node: ast.expr, at: ProgramPoint) -> StringValue | None:
    """A string that is known; a pattern that was compiled is not followed."""
    value = context.find_only(node, at)
    if not isinstance(value, StringValue) or value.literal is None or len(value.literal) > _LONGEST:
        return None
    return value


def _substitute(pattern: str, replacement: str, text: str) -> str | None:
    """`re.sub(pattern, replacement, text)` of a pattern that is plain enough."""
    import re

    if "\\" in replacement or re.fullmatch(_PLAIN_PATTERN, pattern) is None:
        return None
    try:
        return re.sub(pattern, replacement, text)
    except re.error:
        return None


def _split_url(context: Context, owner: StringValue, name: str, node: ast.Call, at: ProgramPoint) -> Value:
    from urllib.parse import urlparse

    try:
        parsed = urlparse(owner.literal or "")
    except ValueError:
        return UNKNOWN
    parts = [part for part in _URL_PARTS if part != "params" or name == "urlparse"]

    def make_display() -> ast.Dict:
        texts = [str(getattr(parsed, part)) for part in parts]
        values = [hold(node, make_changed(owner, text, node, at)) for text in texts]
        return ast.Dict([ast.Constant(part) for part in parts], values)

    return Literal(context.keep(("url", id(node), owner), make_display), at, attributes=True)


def _split_extension(context: Context, node: ast.Call, at: ProgramPoint) -> Value:
    owner = _read_text(context, node.args[0], at)
    return UNKNOWN if owner is None else _list_texts(context, owner, posixpath.splitext(owner.literal or ""), node, at)


def _list_texts(
    context: Context, owner: StringValue, texts: Sequence[str], node: ast.expr, at: ProgramPoint
) -> Literal:
    def make_display() -> ast.Tuple:
        return ast.Tuple([hold(node, make_changed(owner, text, node, at)) for text in texts], ast.Load())

    return Literal(context.keep(("texts", id(node), owner), make_display), at)


_CHANGES = {
    "basename": "posixpath",
    "dedent": "textwrap",
    "dirname": "posixpath",
    "normpath": "posixpath",
    "quote": "urllib.parse",
    "quote_plus": "urllib.parse",
    "unquote": "urllib.parse",
}
"""Functions of one string, and their modules."""
