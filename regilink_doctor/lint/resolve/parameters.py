"""What the parameters of functions and the fields of classes are: what their callers give, else their defaults.

The command line is a caller, too: `argparse` and `click` keep their defaults where the arguments are declared.
"""

from __future__ import annotations

from regilink_doctor.lint.resolve.values import (
    END,
    UNKNOWN,
    Arguments,
    ClassOrObject,
    Frame,
    Function,
    Literal,
    ProgramPoint,
    Unknown,
    Value,
    mark_default,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.lint.resolve.bindings import Binding, Module, Scope, Use
    from regilink_doctor.lint.resolve.resolver import Resolver

_MOST_CALLERS = 16


class Parameters:
    """Answers for an `Resolver` what parameters are."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._by_name: dict[Module, dict[str, list[Use]]] = {}

    def value(self, binding: Binding, scope: Scope, frame: Frame | None, depth: int) -> Iterable[Value]:
        """What a parameter is: in a call that is known, else in all calls of the file, else its default."""
        name = binding.target
        if name == scope.first_parameter and scope.owner is not None and not _static(scope):
            return self._receiver(scope, frame)
        if frame is not None and frame.scope is scope:
            given = self._given(scope, frame, name, depth)
            return given if given is not None else self._default(binding, scope, depth)
        values: list[Value] = []
        left_out = False
        callers = list(self._callers(scope, depth))
        for caller in callers:
            given = self._given(scope, caller, name, depth)
            left_out = left_out or given is None
            values += given or ()
        if left_out or not callers:
            values += self._default(binding, scope, depth, only=not callers)
        known = [value for value in values if value != UNKNOWN]
        return known or values

    def of_init(self, method: Scope, made: Frame | None) -> Frame | None:
        """The frame of `__init__` for the call that makes the object."""
        if made is None:
            return None
        return self._resolver.calls.frame_of(method, made.call, made.at)

    def of_field(self, owner: ClassOrObject, scope: Scope, name: str, depth: int) -> list[Value] | None:
        """What a field of a dataclass, model or NamedTuple is given when an object is made; None: not given."""
        if "__init__" in scope.bindings:
            return None
        fields = [field for field, bindings in scope.bindings.items() if bindings[0].annotation is not None]
        if name not in fields:
            return None
        if owner.made is not None:
            return self._argument(owner.made.call, fields, name, owner.made.at, depth)
        values: list[Value] = []
        for use in self._uses(scope.module, getattr(scope.node, "name", "")):
            at = use.at
            if ClassOrObject(scope) in self._resolver.value(use.call.func, at, depth):
                values += self._argument(use.call, fields, name, at, depth) or ()
        return values or None

    def argument(self, owner: Arguments, name: str, depth: int) -> list[Value]:
        """`args.NAME` of what argparse has read: the default that `add_argument` declares."""
        for use in self._uses(owner.module, "add_argument"):
            flags = [item.value for item in use.call.args if isinstance(item, ast.Constant)]
            by_name = {keyword.arg: keyword.value for keyword in use.call.keywords if keyword.arg}
            if _destination([flag for flag in flags if isinstance(flag, str)], by_name.get("dest")) != name:
                continue
            at = use.at
            if (default := by_name.get("default")) is not None:
                return [
                    with_name(mark_default(value, name), name) for value in self._resolver.value(default, at, depth)
                ]
            if (choices := by_name.get("choices")) is not None:
                return [with_name(value, name) for value in self._resolver.displays.elements(choices, at, depth)]
            return [Unknown(reason=f"the argument {name} of the command line")]
        return [Unknown(reason=f"the argument {name} of the command line")]

    # Callers

    def _receiver(self, scope: Scope, frame: Frame | None) -> list[Value]:
        owner = scope.owner
        if owner is None:
            return [UNKNOWN]
        if scope.decorated("classmethod"):
            return [ClassOrObject(owner)]
        if frame is not None and frame.scope is scope and frame.receiver is not None and frame.receiver.instance:
            return [frame.receiver]
        return [ClassOrObject(owner, instance=True)]

    def _callers(self, scope: Scope, depth: int) -> Iterator[Frame]:
        """The calls of a function in its own file; of a class for its `__init__`."""
        name = getattr(scope.node, "name", "")
        owner = scope.owner
        if owner is not None and name == "__init__":
            name = getattr(owner.node, "name", "")
        if not name:
            return
        for use in self._uses(scope.module, name)[:_MOST_CALLERS]:
            at = use.at
            if use.scope is scope:
                continue  # it calls itself
            for callee in self._resolver.value(use.call.func, at, depth):
                if isinstance(callee, Function) and callee.scope is scope:
                    yield self._resolver.calls.frame_of(scope, use.call, at, callee.receiver)
                elif isinstance(callee, ClassOrObject) and callee.scope is owner and not callee.instance:
                    yield self._resolver.calls.frame_of(scope, use.call, at)

    def _uses(self, module: Module, name: str) -> list[Use]:
        """The calls of anything of that name."""
        if module not in self._by_name:
            by_name: dict[str, list[Use]] = {}
            for use in module.uses:
                function = use.call.func
                called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
                by_name.setdefault(called, []).append(use)
            self._by_name[module] = by_name
        return self._by_name[module].get(name, [])

    def _given(self, scope: Scope, frame: Frame, name: str, depth: int) -> list[Value] | None:
        """What a call gives for a parameter; None when it leaves it out."""
        arguments = getattr(scope.node, "args", None)
        if not isinstance(arguments, ast.arguments):
            return [UNKNOWN]
        positional = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
        method = scope.owner is not None and not _static(scope)
        bound = method and (frame.receiver is not None or getattr(scope.node, "name", "") == "__init__")
        return self._argument(frame.call, positional[1:] if bound else positional, name, frame.at, depth)

    def _argument(
        self, call: ast.Call, names: list[str], name: str, at: ProgramPoint, depth: int
    ) -> list[Value] | None:
        for keyword in call.keywords:
            if keyword.arg == name:
                return list(self._resolver.value(keyword.value, at, depth))
        index = names.index(name) if name in names else len(call.args)
        starred = next((at for at, item in enumerate(call.args) if isinstance(item, ast.Starred)), len(call.args))
        if index < starred:
            return list(self._resolver.value(call.args[index], at, depth))
        for keyword in call.keywords:
            if keyword.arg is None:  # f(**CONFIG)
                for value in self._resolver.value(keyword.value, at, depth):
                    if isinstance(value, Literal) and value.mapping:
                        found = self._resolver.displays.by_key(value, [name], depth)
                        return found or None
                    return [UNKNOWN]
        return [UNKNOWN] if starred < len(call.args) and name in names else None

    def _default(self, binding: Binding, scope: Scope, depth: int, *, only: bool = False) -> list[Value]:
        name = binding.target
        if (declared := self._declared(scope, name, depth)) is not None:
            return declared
        if binding.value is None or scope.parent is None:
            return [Unknown(reason=f"the parameter {name}, which nobody in this file gives")]
        outer = ProgramPoint(scope.parent, END, ())
        values = self._resolver.value(binding.value, outer, depth)
        return [mark_default(value, name) for value in values] if only or _command(scope) else list(values)

    def _declared(self, scope: Scope, name: str, depth: int) -> list[Value] | None:
        """The default of `@click.option("--name", default=…)` above a function; None when there is none."""
        outer = ProgramPoint(scope.parent or scope, END, ())
        for decorator in getattr(scope.node, "decorator_list", ()):
            if not isinstance(decorator, ast.Call):
                continue
            function = decorator.func
            kind = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if kind not in ("option", "argument"):
                continue
            flags = [item.value for item in decorator.args if isinstance(item, ast.Constant)]
            by_name = {keyword.arg: keyword.value for keyword in decorator.keywords if keyword.arg}
            texts = [flag for flag in flags if isinstance(flag, str)]
            plain = next((flag for flag in texts if not flag.startswith("-")), None)
            if (plain or _destination(texts, None)) != name:
                continue
            if (default := by_name.get("default")) is None:
                return [Unknown(reason=f"the argument {name} of the command line")]
            return [mark_default(value, name) for value in self._resolver.value(default, outer, depth)]
        return None


def _destination(flags: list[str], dest: ast.expr | None) -> str:
    """The name under which argparse and click keep an argument: of the first long flag."""
    if isinstance(dest, ast.Constant) and isinstance(dest.value, str):
        return dest.value
    flag = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
    return flag.split("/")[0].lstrip("-").replace("-", "_")


def _static(scope: Scope) -> bool:
    return scope.decorated("staticmethod")


def _command(scope: Scope) -> bool:
    """A command of click or typer: the command line calls it, too."""
    return scope.decorated("command", "callback")
