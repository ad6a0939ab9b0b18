"""What a program does to its environment: variables of W&B that it sets, and hosts of W&B that its tests fake."""

from __future__ import annotations

from regilink_doctor.core.sites import OtherCall, PassedArguments, Setting, Site
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve.values import Name
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.lint.resolve.bindings import Module, ProgramPoint, Use
    from regilink_doctor.lint.resolve.resolver import Resolver
    from regilink_doctor.lint.sites.call_context import CallContextReader
    from regilink_doctor.lint.text.source import Source

HOSTS = ("api.wandb.ai", "api.forge.coreweave.com", "wandb.ai/graphql")
"""Where GraphQL of wandb goes: both default hosts."""

_FAKES = ("responses", "requests_mock", "httpretty")
"""Libraries that fake what `requests` sends."""

_FIXTURES = ("requests_mock", "responses", "rsps", "mocked_responses")
"""Their fixtures, as a test's parameter is called."""


_ENVIRON = (Name("os.putenv"), Name("os.environ.setdefault"), Name("os.environ.pop"), Name("os.environ.update"))
_OF_TESTS = ("setenv", "delenv")
"""Methods of `monkeypatch`, whatever the name of the fixture."""


def assignments(source: Source, module: Module, resolver: Resolver, statements: CallContextReader) -> Iterator[Setting]:
    """A setting for each variable of W&B that is given a text, whatever else is around it.

    `os.environ["X"] = …`, `os.environ.setdefault("X", …)`, `os.environ.update({…})`, `monkeypatch.setenv("X", …)`; one
    without a value where the variable is taken away, `del os.environ["X"]`.
    """
    items = [(store, store.value) for store in module.stores]
    for store, value in [*items, *((store, None) for store in module.removals)]:
        target = store.target
        if isinstance(target, ast.Subscript) and _variable(target.slice):
            at = store.at
            if Name("os.environ") in resolver.value(target.value, at):
                yield from _setting(source, resolver, statements, target.slice, value, at, store.statement)
    for use in module.uses:
        function = use.call.func
        if isinstance(function, ast.Attribute) and (pairs := _pairs(function.attr, use.call.args)):
            at = use.at
            if function.attr in _OF_TESTS or any(value in _ENVIRON for value in resolver.value(function, at)):
                weak = function.attr == "setdefault"
                for key, value in pairs:
                    yield from _setting(source, resolver, statements, key, value, at, use.statement, weak=weak)


def _pairs(name: str, args: list[ast.expr]) -> list[tuple[ast.expr, ast.expr | None]]:
    """The variables of W&B that a method of this name sets, and what to; None for one that it takes away."""
    pairs: list[tuple[ast.expr | None, ast.expr | None]] = []
    if name in ("setenv", "setdefault", "putenv") and len(args) >= 2:
        pairs = [(args[0], args[1])]
    elif name in ("pop", "delenv") and args:
        pairs = [(args[0], None)]
    elif name == "update":
        given = [argument for argument in args if isinstance(argument, ast.Dict)]
        pairs = [pair for each in given for pair in zip(each.keys, each.values, strict=True)]
    return [(key, value) for key, value in pairs if key is not None and _variable(key)]


def _variable(key: ast.expr) -> str | None:
    """The variable of W&B that a key names."""
    name = key.value if isinstance(key, ast.Constant) else None
    return name if isinstance(name, str) and name.startswith("WANDB_") else None


def _setting(
    source: Source,
    resolver: Resolver,
    statements: CallContextReader,
    key: ast.expr,
    value: ast.expr | None,
    at: ProgramPoint,
    statement: ast.stmt,
    *,
    weak: bool = False,
) -> Iterator[Setting]:
    name = _variable(key)
    if name is None:
        return
    yield Setting(
        name,
        source.place(value if value is not None else key),
        source.span(statement),
        "python",
        True,
        resolver.texts(value, at) if value is not None else (),
        (name,),
        statements.around(statement).containers,
        weak,
    )


def mocked(use: Use, source: Source, module: Module, resolver: Resolver) -> Site | None:
    """A site `mock` for a call that fakes a host of W&B for `requests`."""
    function = use.call.func
    if not isinstance(function, ast.Attribute):
        return None
    fixture = isinstance(function.value, ast.Name) and function.value.id in _FIXTURES
    if not fixture and module.imports.isdisjoint(_FAKES):
        return None
    at = use.at
    names = [] if fixture else [value.path for value in resolver.value(function, at) if isinstance(value, Name)]
    if not fixture and not any(name.partition(".")[0] in _FAKES for name in names):
        return None
    urls: list[StringValue] = []
    for node in (*use.call.args[:2], *(keyword.value for keyword in use.call.keywords if keyword.arg == "url")):
        urls += [text for text in resolver.texts(node, at) if any(host in text.pattern for host in HOSTS)]
    if not urls:
        return None
    arguments = PassedArguments(strings={"url": tuple(urls)})
    return OtherCall("mock", source.place(use.call), source.span(use.statement), arguments=arguments)
