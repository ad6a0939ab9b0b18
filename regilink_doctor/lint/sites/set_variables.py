"""The variables of W&B that a program sets itself, and the keys of W&B that are written in it."""

from __future__ import annotations

from functools import partial

from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import Setting
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve.environment import ENVIRON, find_pairs, find_updated
from regilink_doctor.lint.resolve.values import Name
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import last_word, walk, written_name
from regilink_doctor.lint.text.source import piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.lint.resolve.bindings import Module, ProgramPoint, Store, Use
    from regilink_doctor.lint.resolve.resolver import Resolver
    from regilink_doctor.lint.sites.call_context import CallContextReader
    from regilink_doctor.lint.text.source import Source

_ENVIRON = (Name("os.putenv"), Name("os.environ.setdefault"), Name("os.environ.pop"))
_OF_TESTS = ("setenv", "delenv")
"""Methods of `monkeypatch`, whatever the name of the fixture."""

_KEY_NAMES = ("wandb_api_key", "wandb_apikey", "wandb_key", "wandb_token")
"""Names that programs give to the key of W&B, in any case."""


def find_set_variables(
    source: Source, module: Module, resolver: Resolver, statements: CallContextReader
) -> Iterator[Setting]:
    """A setting for each variable of W&B that is given a text, whatever else is around it.

    `os.environ["X"] = …`, `os.environ.setdefault("X", …)`, `os.environ.update({…}, X=…)`,
    `monkeypatch.setenv("X", …)`; one without a value where the variable is taken away, `del os.environ["X"]`.
    """

    def make_setting(
        name: str, key: ast.expr, value: ast.expr | None, made: Store | Use, *, weak: bool = False
    ) -> Setting:
        place = source.place(value if value is not None else key)
        texts = resolver.texts(value, made.at) if value is not None else ()
        containers = statements.find_context(made.statement).containers
        return Setting(name, place, source.span(made.statement), "python", True, texts, (name,), containers, weak)

    items = [(store, store.value) for store in module.stores]
    for store, value in [*items, *((store, None) for store in module.removals)]:
        target = store.target
        if not isinstance(target, ast.Subscript):
            continue
        at, name = store.at, _variable(target.slice)
        if name is not None and Name("os.environ") in resolver.find_objects(target.value, at, changed=False):
            yield make_setting(name, target.slice, value, store)
        elif name is None and value is not None and written_name(target.value) in ENVIRON:
            key = target.slice
            for name, item in resolver.keep(("set", id(key)), partial(find_pairs, resolver, key, value, at)):
                if name.startswith("WANDB_"):
                    setting = make_setting(name, key, item, store)
                    yield replace(setting, containers=setting.containers[:-1])  # the loop decides nothing
    for use in module.uses:
        function = use.call.func
        if not isinstance(function, ast.Attribute):
            continue
        at = use.at
        if function.attr == "update" and _is_environ(function, use.call, resolver, at):
            for name, item in find_updated(resolver, use.call, at):
                if name.startswith("WANDB_"):
                    yield make_setting(name, item, item, use)
        elif (pairs := _pairs(function.attr, use.call)) and (
            function.attr in _OF_TESTS
            or any(value in _ENVIRON for value in resolver.find_objects(function, at, changed=False))
        ):
            weak = function.attr == "setdefault"
            for key, value in pairs:
                name = _variable(key) or ""
                yield make_setting(name, key, value, use, weak=weak)


def find_written_keys(source: Source, tree: ast.AST) -> Iterator[Setting]:
    """A setting for each string in the form of a key that is named as W&B's: a constant, an item, an argument."""
    from regilink_doctor.core.text import KEY_LENGTH, is_key

    if not any(map(source.text.lower().__contains__, _KEY_NAMES)):
        return
    words = source.text.replace("'", " ").replace('"', " ").split()
    if not any(len(word) >= KEY_LENGTH and is_key(word) for word in words):
        return
    for node in walk(tree):
        for name, value in _name_values(node):
            is_named = isinstance(name, str) and name.lower().replace("-", "_").strip("_").endswith(_KEY_NAMES)
            if is_named and isinstance(value, ast.Constant) and isinstance(value.value, str) and is_key(value.value):
                place = source.place(value)
                string = StringValue((piece(source, value, value.value),), place)
                yield Setting("WANDB_API_KEY", place, place.span, "python", False, (string,), ("WANDB_API_KEY",))


def _name_values(node: ast.AST) -> list[tuple[object, ast.expr | None]]:
    """The names and values in a node: targets of an assignment, keys, keywords, options, parameters with defaults."""
    if isinstance(node, ast.Assign):
        return [(last_word(target), node.value) for target in node.targets]
    if isinstance(node, ast.AnnAssign):
        return [(last_word(node.target), node.value)]
    if isinstance(node, ast.Dict):
        return [(getattr(key, "value", None), value) for key, value in zip(node.keys, node.values, strict=True)]
    if isinstance(node, ast.keyword):
        return [(node.arg, node.value)]
    if isinstance(node, ast.Call):  # os.environ.setdefault(NAME, KEY), parser.add_argument("--wandb-key", default=KEY)
        names = [getattr(item, "value", None) for item in node.args[:1]]
        values = [*node.args[1:2], *(item.value for item in node.keywords if item.arg == "default")]
        return [(name, value) for name in names for value in values]
    if isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args][-len(node.defaults) or None :]
        pairs = [*zip(positional, node.defaults, strict=False), *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        return [(item.arg, value) for item, value in pairs]
    return []


def _pairs(name: str, call: ast.Call) -> list[tuple[ast.expr, ast.expr | None]]:
    """The variables of W&B that a method of this name sets, and what to; None for one that it takes away."""
    pairs: list[tuple[ast.expr | None, ast.expr | None]] = []
    args = call.args
    if name in ("setenv", "setdefault", "putenv") and len(args) >= 2:
        pairs = [(args[0], args[1])]
    elif name in ("pop", "delenv") and args:
        pairs = [(args[0], None)]
    return [(key, value) for key, value in pairs if key is not None and _variable(key)]


def _is_environ(method: ast.Attribute, call: ast.Call, resolver: Resolver, at: ProgramPoint) -> bool:
    """Whether a method is one of `os.environ`; of an alias only where the call itself names the variables."""
    if written_name(method.value) in ENVIRON:
        return True
    displays = [item for item in call.args if isinstance(item, ast.Dict)]
    keys = [key for display in displays for key in display.keys if key is not None and _variable(key)]
    return bool(keys) and Name("os.environ.update") in resolver.find_objects(method, at, changed=False)


def _variable(key: ast.expr) -> str | None:
    """The variable of W&B that a key names."""
    name = key.value if isinstance(key, ast.Constant) else None
    return name if isinstance(name, str) and name.startswith("WANDB_") else None
