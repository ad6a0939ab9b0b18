"""What a program does to its environment: variables of W&B that it sets, and hosts of W&B that its tests fake."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from regilink_doctor.core.sites import Site, Text
from regilink_doctor.lint.values import At, Name

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


def assignments(source: Source, module: Module, evaluator: Evaluator, statements: Statements) -> Iterator[Site]:
    """A site `os.environ` for each variable of W&B that is given a text, whatever else is around it.

    `os.environ["X"] = …`, `os.environ.setdefault("X", …)`, `os.environ.update({…})`, `monkeypatch.setenv("X", …)`.
    """
    for store in module.stores:
        target = store.target
        at = At(store.scope, store.order, store.branch)
        if isinstance(target, ast.Subscript) and Name("os.environ") in evaluator.value(target.value, at):
            site = _site(source, evaluator, statements, target.slice, store.value, at, store.statement)
            if site is not None:
                yield site
    for use in module.uses:
        at = At(use.scope, use.order, use.branch)
        for key, value in _set_by_call(use, evaluator, at):
            if site := _site(source, evaluator, statements, key, value, at, use.statement):
                yield site


def _set_by_call(use: Use, evaluator: Evaluator, at: At) -> Iterator[tuple[ast.expr, ast.expr]]:
    function, args = use.call.func, use.call.args
    if not isinstance(function, ast.Attribute):
        return
    if function.attr in ("setenv", "setdefault", "putenv") and len(args) >= 2:
        if function.attr == "setenv" or Name(f"os.environ.{function.attr}") in evaluator.value(function, at):
            yield args[0], args[1]
    elif function.attr == "update" and Name("os.environ.update") in evaluator.value(function, at):
        for argument in args:
            if isinstance(argument, ast.Dict):
                for key, value in zip(argument.keys, argument.values, strict=True):
                    if key is not None:
                        yield key, value


def _site(
    source: Source,
    evaluator: Evaluator,
    statements: Statements,
    key: ast.expr,
    value: ast.expr,
    at: At,
    statement: ast.stmt,
) -> Site | None:
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or not key.value.startswith("WANDB_"):
        return None
    place = source.place(value)
    return Site(
        kind="other",
        call="os.environ",
        place=place,
        statement=source.span(statement),
        given={key.value: evaluator.texts(value, at)},
        arguments=frozenset({"unconditional"}) if statements.unconditional(statement) else frozenset(),
        around=statements.around(statement),
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
