"""What a program does to its environment: variables of W&B that it sets, and hosts of W&B that its tests fake."""

from __future__ import annotations

import ast

from regilink_doctor.core.declared import Setting
from regilink_doctor.core.sites import Site, Text
from regilink_doctor.lint.values import At, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.lint.circumstances import Statements
    from regilink_doctor.lint.evaluator import Evaluator
    from regilink_doctor.lint.scopes import Module, Use
    from regilink_doctor.lint.sources import Source

HOSTS = ("api.wandb.ai", "api.forge.coreweave.com", "wandb.ai/graphql")
"""Where GraphQL of wandb goes: both default hosts."""

_FAKES = ("responses", "requests_mock", "httpretty")
"""Libraries that fake what `requests` sends."""

_FIXTURES = ("requests_mock", "responses", "rsps", "mocked_responses")
"""Their fixtures, as a test's parameter is called."""


def assignments(source: Source, module: Module, evaluator: Evaluator, statements: Statements) -> Iterator[Setting]:
    """A setting for each variable of W&B that is given a text, whatever else is around it.

    `os.environ["X"] = …`, `os.environ.setdefault("X", …)`, `os.environ.update({…})`, `monkeypatch.setenv("X", …)`; one
    without a value where the variable is taken away, `del os.environ["X"]`.
    """
    for store in module.stores:
        target = store.target
        at = At(store.scope, store.order, store.branch)
        if isinstance(target, ast.Subscript) and Name("os.environ") in evaluator.value(target.value, at):
            yield from _setting(source, evaluator, statements, target.slice, store.value, at, store.statement)
    for store in module.removals:
        at = At(store.scope, store.order, store.branch)
        if isinstance(store.target, ast.Subscript) and Name("os.environ") in evaluator.value(store.target.value, at):
            yield from _setting(source, evaluator, statements, store.value, None, at, store.statement)
    for use in module.uses:
        at = At(use.scope, use.order, use.branch)
        weak = isinstance(use.call.func, ast.Attribute) and use.call.func.attr == "setdefault"
        for key, value in _set_by_call(use, evaluator, at):
            yield from _setting(source, evaluator, statements, key, value, at, use.statement, weak=weak)


def _set_by_call(use: Use, evaluator: Evaluator, at: At) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    function, args = use.call.func, use.call.args
    if not isinstance(function, ast.Attribute):
        return
    if function.attr in ("setenv", "setdefault", "putenv") and len(args) >= 2:
        paths = (Name("os.putenv"), Name("os.environ.setdefault"))
        if function.attr == "setenv" or any(path in evaluator.value(function, at) for path in paths):
            yield args[0], args[1]
    elif function.attr in ("pop", "delenv") and args:
        if function.attr == "delenv" or Name("os.environ.pop") in evaluator.value(function, at):
            yield args[0], None
    elif function.attr == "update" and Name("os.environ.update") in evaluator.value(function, at):
        for argument in args:
            if isinstance(argument, ast.Dict):
                for key, value in zip(argument.keys, argument.values, strict=True):
                    if key is not None:
                        yield key, value


def _setting(
    source: Source,
    evaluator: Evaluator,
    statements: Statements,
    key: ast.expr,
    value: ast.expr | None,
    at: At,
    statement: ast.stmt,
    *,
    weak: bool = False,
) -> Iterator[Setting]:
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or not key.value.startswith("WANDB_"):
        return
    yield Setting(
        key.value,
        source.place(value if value is not None else key),
        source.span(statement),
        "python",
        True,
        evaluator.texts(value, at) if value is not None else (),
        (key.value,),
        statements.around(statement).containers,
        weak,
    )


def mocked(use: Use, source: Source, module: Module, evaluator: Evaluator) -> Site | None:
    """A site `mock` for a call that fakes a host of W&B for `requests`."""
    function = use.call.func
    if not isinstance(function, ast.Attribute):
        return None
    at = At(use.scope, use.order, use.branch)
    fixture = isinstance(function.value, ast.Name) and function.value.id in _FIXTURES
    if not fixture and not module.imports.intersection(_FAKES):
        return None
    names = [] if fixture else [value.path for value in evaluator.value(function, at) if isinstance(value, Name)]
    if not fixture and not any(name.partition(".")[0] in _FAKES for name in names):
        return None
    urls: list[Text] = []
    for node in (*use.call.args[:2], *(keyword.value for keyword in use.call.keywords if keyword.arg == "url")):
        urls += [text for text in evaluator.texts(node, at) if any(host in text.pattern for host in HOSTS)]
    if not urls:
        return None
    return Site("other", "mock", source.place(use.call), source.span(use.statement), given={"url": tuple(urls)})
