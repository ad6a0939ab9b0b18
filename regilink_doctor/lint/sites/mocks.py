"""What tests put in the place of W&B: hosts that are faked for `requests`, and mocks whose links they assert."""

from __future__ import annotations

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.sites import OtherCall, PassedArguments, Site
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve.values import Name
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import FUNCTIONS, find_keyword, last_word, list_parameters, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeGuard

    from regilink_doctor.lint.resolve.bindings import Module, Use
    from regilink_doctor.lint.resolve.resolver import Resolver
    from regilink_doctor.lint.text.source import Source

HOSTS = ("api.wandb.ai", "api.forge.coreweave.com", "wandb.ai/graphql")
"""Where GraphQL of wandb goes: both default hosts."""

_FAKES = ("responses", "requests_mock", "httpretty")
"""Libraries that fake what `requests` sends."""

_FIXTURES = ("requests_mock", "responses", "rsps", "mocked_responses")
"""Their fixtures, as a test's parameter is called."""

LINKS = frozenset({"link_artifact", "link_model"})
"""The methods that link. `Artifact.link` has a name that many others have."""

_OF_MOCKS = frozenset({"called", "call_count", "call_args", "call_args_list", "mock_calls", "await_count"})
"""Attributes that only a mock has, besides its methods `assert_*`."""

_MOCK_ASSERTIONS = ("assert_called", "assert_any_call", "assert_has_calls", "assert_awaited")

_NEGATIVE = ("assert_not_linked", "assert_not_consumed")
"""Assertions of regilink that hold in disabled mode, whatever the code does."""

_PATCHES = frozenset({"patch", "object", "setattr", "dict", "multiple"})
"""The last part of `mock.patch`, `patch.object`, `mocker.patch`, `monkeypatch.setattr`."""


def find_faked_host(use: Use, source: Source, module: Module, resolver: Resolver) -> Site | None:
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


def find_mocked_links(source: Source, module: Module) -> Iterator[Site]:
    """A site `mocked-link` for each test that asserts a link where wandb is a mock, disabled, or cannot be reached.

    It is at the first such assertion. Its string `how` is `mock`, `disabled` or `requests`. A test with a fixture of
    regilink has the real wandb: there it is `swallowed`, or `disabled` for an assertion that nothing was linked.
    """
    is_of_wandb = "wandb" in source.text
    for scope in module.functions.values():
        node = scope.node
        if not isinstance(node, FUNCTIONS) or not node.name.startswith("test"):
            continue
        parameters = set(list_parameters(node.args))
        inner = [child for statement in (*node.decorator_list, *node.body) for child in walk(statement)]
        servers = {name for name in parameters if name.startswith("regilink")}
        if servers:
            how, assertions = _find_empty_assertions(inner, servers)
        else:
            how, assertions = _find_mocked_assertions(inner, parameters, is_of_wandb)
        if how is not None and assertions:
            place = source.place(min(assertions, key=lambda assertion: assertion.lineno))
            strings = {"how": (StringValue.of(how, place),)}
            yield OtherCall("mocked-link", place, place.span, arguments=PassedArguments(strings=strings))


def _find_mocked_assertions(
    nodes: list[ast.AST], parameters: set[str], is_of_wandb: bool
) -> tuple[str | None, Sequence[ast.Assert | ast.Call]]:
    """The assertions about a link, and what is in the place of W&B."""
    linked = _find_results(nodes)
    mentioning = [child for child in nodes if _is_assertion(child) and _mentions_link(child, linked)]
    if not mentioning:
        return None, ()
    is_mock = is_of_wandb and any(map(_asks_mock, mentioning))
    return "mock" if is_mock else _find_fake(nodes, parameters), mentioning


def _find_empty_assertions(
    nodes: list[ast.AST], servers: set[str]
) -> tuple[str | None, Sequence[ast.Assert | ast.Call]]:
    """The assertions of regilink's fixtures that hold whatever the code does, and how that comes."""

    def is_assertion(node: ast.AST) -> TypeGuard[ast.Call]:
        function = node.func if isinstance(node, ast.Call) else None
        return (
            isinstance(function, ast.Attribute)
            and function.attr.startswith("assert_")
            and isinstance(function.value, ast.Name)
            and function.value.id in servers
        )

    swallowed = []
    for node in nodes:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            contexts = [item.context_expr for item in node.items]
            outer = next((index for index, context in enumerate(contexts) if _swallows_everything(context)), None)
            inside = [] if outer is None else [*contexts[outer + 1 :], *node.body]
            swallowed += [child for part in inside for child in walk(part) if is_assertion(child)]
    if swallowed:
        return "swallowed", swallowed
    asserted = [node for node in nodes if is_assertion(node)]
    negative = [node for node in asserted if last_word(node.func) in _NEGATIVE]
    is_disabled = len(negative) == len(asserted) and "disabled" in map(_classify_node, nodes)
    return "disabled", negative if is_disabled else []


def _swallows_everything(context: ast.AST) -> bool:
    """Whether it is `pytest.raises(Exception)`, without `match`, or `suppress(Exception)`."""
    return (
        isinstance(context, ast.Call)
        and last_word(context.func) in ("raises", "suppress")
        and not context.keywords
        and any(last_word(argument) in ("Exception", "BaseException") for argument in context.args)
    )


def _is_assertion(node: ast.AST) -> TypeGuard[ast.Assert | ast.Call]:
    """Whether it is an `assert`, or a call such as `x.assert_called_once_with(...)`."""
    if isinstance(node, ast.Assert):
        return True
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.startswith("assert")


def _mentions_link(node: ast.AST, linked: frozenset[str]) -> bool:
    """Whether an assertion is about a link: its method, its GraphQL operation, its result or, of a mock, its path."""
    is_of_mock = isinstance(node, ast.Call) and last_word(node.func).startswith(_MOCK_ASSERTIONS)
    for child in walk(node):
        if isinstance(child, ast.Attribute) and child.attr in LINKS:
            return True
        if isinstance(child, ast.Name) and child.id in linked:
            return True
        string = child.value if isinstance(child, ast.Constant) and isinstance(child.value, str) else ""
        if "linkArtifact" in string or (is_of_mock and REGISTRY_PREFIX in string):
            return True
    return False


def _asks_mock(node: ast.AST) -> bool:
    """Whether an assertion asks a mock of the method that links, whatever made the mock."""
    return any(
        isinstance(child, ast.Attribute)
        and (child.attr in _OF_MOCKS or child.attr.startswith("assert_"))
        and isinstance(child.value, ast.Attribute)
        and child.value.attr in LINKS
        for child in walk(node)
    )


def _find_results(nodes: list[ast.AST]) -> frozenset[str]:
    """The names that have the result of a link, or the arguments that its mock was called with."""
    assigned = (node for node in nodes if isinstance(node, ast.Assign) and _is_of_link(node.value))
    targets = (target for node in assigned for target in node.targets)
    return frozenset(child.id for target in targets for child in walk(target) if isinstance(child, ast.Name))


def _is_of_link(value: ast.expr) -> bool:
    """Whether a value is the result of a link, or comes from its mock: `run.link_artifact.call_args.kwargs`."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in LINKS:
        return True
    return _asks_mock(value)


def _find_fake(nodes: list[ast.AST], parameters: set[str]) -> str | None:
    """What is in the place of W&B in a test: `mock`, `disabled` or `requests`."""
    kinds = {kind for node in nodes if (kind := _classify_node(node)) is not None}
    if not parameters.isdisjoint(_FIXTURES):
        kinds.add("requests")
    return next((kind for kind in ("mock", "disabled", "requests") if kind in kinds), None)


def _classify_node(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and node.attr == "activate":
        return "requests" if last_word(node.value) in _FAKES else None
    if isinstance(node, ast.Assign):
        keys = [target.slice for target in node.targets if isinstance(target, ast.Subscript)]
        return "disabled" if any(map(_is_mode, keys)) and _is_disabled(node.value) else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Attribute, ast.Name)):
        return None
    name = last_word(node.func)
    if name == "setenv" and len(node.args) >= 2:
        return "disabled" if _is_mode(node.args[0]) and _is_disabled(node.args[1]) else None
    if name == "init":
        return "disabled" if _is_disabled(find_keyword(node, "mode")) else None
    if name not in _PATCHES or not node.args:
        return None
    if name == "dict":
        pairs = [
            pair
            for entry in node.args
            if isinstance(entry, ast.Dict)
            for pair in zip(entry.keys, entry.values, strict=True)
        ]
        return "disabled" if any(_is_mode(key) and _is_disabled(value) for key, value in pairs) else None
    target = node.args[0]
    parts = target.value.split(".") if isinstance(target, ast.Constant) and isinstance(target.value, str) else []
    names = {*parts, last_word(target)}
    if "wandb" in names:
        return "mock"
    return "requests" if "requests" in names else None


def _is_mode(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == "WANDB_MODE"


def _is_disabled(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == "disabled"
