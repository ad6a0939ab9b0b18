"""The wandb calls that functions of the tree make for their callers: `publish(run, artifact, "team/x", ["prod"])`.

Each is resolved for one call of the function: every argument is what this caller passes, else its default. Functions,
methods, constructors and calls within calls are followed; names tell which calls are worth it.
"""

from __future__ import annotations

from regilink_doctor.core.records import group_pairs, record, replace
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.bindings import ClassOrObject
from regilink_doctor.lint.resolve.calls import enter_partial
from regilink_doctor.lint.resolve.conditions import is_excluded
from regilink_doctor.lint.resolve.imports import MAX_BYTES, find_imported_files, list_imported_files, parse_file
from regilink_doctor.lint.resolve.objects import find_attribute
from regilink_doctor.lint.resolve.values import Function, Instance
from regilink_doctor.lint.sites.arguments import arguments
from regilink_doctor.lint.text.memory import read_file, remembered
from regilink_doctor.lint.text.nodes import last_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.lint.resolve.bindings import Module, Scope, Use
    from regilink_doctor.lint.resolve.resolver import Resolver

_MOST_LEVELS = 3
_MOST_CALLS = 8
_MOST_OF_FUNCTION = 32
"""Calls of wandb's in one function that are looked at for each of its callers."""


@record
class WrappedCall:
    """A wandb call in a function of the tree, resolved for one call of that function.

    `through` are the calls on the way, in their frames: the first is in the function that is called, the last one is
    the wandb call itself.
    """

    method: str
    through: tuple[Use, ...]

    @property
    def use(self) -> Use:
        """The wandb call itself."""
        return self.through[-1]


def find_wrapped_calls(use: Use, resolver: Resolver, *, in_own_file: bool = False) -> list[WrappedCall]:
    """The wandb calls that a function of another file, or of the same file, makes for a call."""
    if last_word(use.call.func) not in find_wrappers(resolver, use.scope.module):
        return []
    wrapped: list[WrappedCall] = []
    for called, callee in _find_callees(use, resolver):
        if (callee.scope.module is use.scope.module) is in_own_file:
            wrapped += _follow(called, callee, (), resolver)
    if not in_own_file:
        return wrapped[:_MOST_CALLS]
    # Callers must not be a part of those that there are: either all calls of a function count, or none. What is called
    # within it is seen for the calls in it, too.
    direct = [call for call in wrapped if len(call.through) == 1]
    is_short = len(wrapped) - len(direct) <= _MOST_CALLS
    return wrapped if is_short else direct


def _follow(use: Use, callee: Function, through: tuple[Use, ...], resolver: Resolver) -> Iterator[WrappedCall]:
    frame = resolver.enter(callee.scope, use.call, use.at, callee.receiver)
    if frame is None:
        return
    names = find_wrappers(resolver, callee.scope.module)
    uses = resolver.keep(("uses of", id(callee.scope)), _list_followed, callee.scope, names, resolver)
    for inner, word in uses[:_MOST_OF_FUNCTION]:  # the same ones for every caller
        inner = replace(inner, frame=frame)
        if is_excluded(resolver, inner.at):
            continue
        if method := _name_method(inner, word, resolver):
            yield WrappedCall(method, (*through, inner))
        elif word in names and len(through) < _MOST_LEVELS:
            for called, deeper in _find_callees(inner, resolver):
                yield from _follow(called, deeper, (*through, inner), resolver)


def _list_followed(scope: Scope, names: frozenset[str], resolver: Resolver) -> list[tuple[Use, str]]:
    """The calls in a function that may link or fetch, or that are of what does, each with its name."""
    words = [(use, last_word(use.call.func)) for use in resolver.find_uses_in(scope)]
    return [(use, word) for use, word in words if word in wandb_api.USE_WORDS or word in names]


def _name_method(use: Use, word: str, resolver: Resolver) -> str | None:
    """The canonical name of a call that links or fetches."""
    if word not in wandb_api.USE_WORDS:
        return None
    if method := next((path for path in resolver.callee(use) if path in wandb_api.USES), None):
        return method
    # A receiver that nobody knows: as in a file of its own, only a path tells.
    method = "wandb.Run.link_artifact"
    target = arguments(use.call, wandb_api.USES[method].parameters).named.get(wandb_api.USES[method].path or "")
    if word != "link_artifact" or target is None:
        return None
    return method if any("/" in text.pattern for text in resolver.texts(target, use.at)) else None


def _find_callees(use: Use, resolver: Resolver) -> Iterator[tuple[Use, Function]]:
    """The functions of the tree that a call can be of, and the call of each; of a class its constructor."""
    for value in resolver.value(use.call.func, use.at):
        if isinstance(value, Function):
            yield use, value
        elif isinstance(value, ClassOrObject) and not value.instance:
            made = resolver.enter(value.scope, use.call, use.at)
            owner = ClassOrObject(value.scope, instance=True, made=made)
            methods = find_attribute(resolver, owner, "__init__")
            yield from ((use, method) for method in methods if isinstance(method, Function))
        elif isinstance(value, Instance) and value.at and (whole := enter_partial(resolver, value, use.call, use.at)):
            functions = [item for item in resolver.value(whole.func, use.at) if isinstance(item, Function)]
            # In its own file the walk has noted the whole call.
            is_elsewhere = value.at.scope.module is not use.scope.module
            yield from ((replace(use, call=whole), function) for function in functions if is_elsewhere)


def find_wrappers(resolver: Resolver, module: Module) -> frozenset[str]:
    """The names in a file of functions, methods and classes of the tree that may link or fetch for their caller."""
    if module is not resolver.module:
        return _name_wrappers_of_file(module.source.absolute_path, _MOST_LEVELS)
    return resolver.keep(("wrappers",), _name_wrappers, module, _MOST_LEVELS)


@remembered(4096)
def _name_wrappers_of_file(path: str, levels: int) -> frozenset[str]:
    """The same of another file, which is parsed only where it names what links, or such a function of a third."""
    names: set[str] = set()
    for other in list_imported_files(path) if levels else ():
        names |= _name_wrappers_of_file(other, levels - 1)
    if not _names_linking(path):
        content = read_file(path, MAX_BYTES) or b"" if names else b""
        if not any(name.encode("utf-8", "surrogatepass") in content for name in names):
            return frozenset(names)
    module = parse_file(path)
    return _name_wrappers(module, levels) if module is not None else frozenset()


@remembered(4096)
def _names_linking(path: str) -> bool:
    """Whether a file names a call that links or fetches."""
    content = read_file(path, MAX_BYTES) or b""
    return any(mark.encode() in content for mark in wandb_api.USE_MARKS)


def _name_wrappers(module: Module, levels: int) -> frozenset[str]:
    names: set[str] = set()
    for name, target, path in find_imported_files(module) if levels else ():
        others = _name_wrappers_of_file(path, levels - 1)
        names |= others | ({name} if target.rpartition(".")[2] in others else set())
    calls = {(last_word(use.call.func), use.scope.called_name) for use in module.uses if use.scope.kind == "function"}
    calls |= {
        (last_word(partial.args[0]), name)
        for name, by_place in module.partials.items()
        for partial, _ in by_place.values()
    }
    holders = group_pairs(calls)
    waiting = [*wandb_api.USE_WORDS, *names]
    while waiting:
        new = set(holders.get(waiting.pop(), ())) - names
        names |= new
        waiting += new
    return frozenset(names)
