"""What an expression can be, worked out from the source alone.

Every expression gives a tuple of alternatives (branches, loops over literals). The work per file is bounded.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeVar

from regilink_doctor.core.sites import Hole, HoleKind, Text
from regilink_doctor.lint import api
from regilink_doctor.lint.building import MAX_ALTERNATIVES, TextBuilder
from regilink_doctor.lint.values import (
    UNKNOWN,
    At,
    Instance,
    Literal,
    Local,
    Method,
    Name,
    Other,
    Value,
    may_be_unset,
    named,
    weak,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.lint.scopes import Binding, Branch, Module, Scope, Use
    from regilink_doctor.lint.sources import Source

T = TypeVar("T")

MAX_DEPTH = 60
MAX_STEPS = 50_000
"""Expressions looked at in one file; what is beyond is unknown."""

_END = 1 << 60
"""An inner function sees the outer scope as it is in the end."""


class Evaluator:
    """Evaluates expressions of one file."""

    def __init__(self, source: Source, module: Module) -> None:
        self.source = source
        self.module = module
        self.steps = 0
        self.build = TextBuilder(self)
        self._busy: set[tuple[int, int]] = set()

    def value(self, node: ast.expr, at: At, depth: int = 0) -> tuple[Value, ...]:
        """The alternatives of an expression; `(UNKNOWN,)` when nothing is known."""
        self.steps += 1
        key = (id(node), id(at.scope))
        if self.steps > MAX_STEPS or depth > MAX_DEPTH or key in self._busy:
            return (UNKNOWN,)
        self._busy.add(key)
        try:
            found = _unique(self._value(node, at, depth + 1))
        finally:
            self._busy.discard(key)
        return found or (UNKNOWN,)

    def texts(self, node: ast.expr, at: At) -> tuple[Text, ...]:
        """The alternatives of an expression as texts, those that are certainly none left out."""
        found = [self.as_text(value, node) for value in self.value(node, at)]
        return _unique([text for text in found if text is not None])

    def callee(self, use: Use) -> tuple[str, ...]:
        """The canonical names of what a call calls: `wandb.Run.link_artifact`."""
        values = self.value(use.call.func, At(use.scope, use.order, use.branch))
        return tuple(value.path for value in values if isinstance(value, Name | Method))

    def _value(self, node: ast.expr, at: At, depth: int) -> Iterable[Value]:
        if isinstance(node, ast.Constant):
            return [self.build.constant(node)]
        if isinstance(node, ast.JoinedStr):
            return self.build.fstring(node, at, depth)
        if isinstance(node, ast.Name):
            return self._name(node.id, at, depth)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, at, depth)
        if isinstance(node, ast.Call):
            return self._call(node, at, depth)
        if isinstance(node, ast.BinOp):
            return self.build.operation(node, at, depth)
        if isinstance(node, ast.IfExp):
            return [*self.value(node.body, at, depth), *self.value(node.orelse, at, depth)]
        if isinstance(node, ast.BoolOp):
            return self._either(node, at, depth)
        if isinstance(node, ast.NamedExpr | ast.Await):
            return self.value(node.value, at, depth)
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
            return [Literal(node, at)]
        if isinstance(node, ast.Subscript):
            return self._item(node, at, depth)
        return [UNKNOWN]

    # Names

    def _name(self, name: str, at: At, depth: int) -> Iterable[Value]:
        scope: Scope | None = at.scope
        order, branch = at.order, at.branch
        while scope is not None:
            # A class body is not seen from its methods.
            if name in scope.bindings and (scope is at.scope or scope.kind != "class"):
                reaching = _reaching(scope.bindings[name], order, branch)
                if reaching:
                    return self._bound(name, reaching, scope, depth)
                if scope is at.scope and scope.kind == "function":
                    return [UNKNOWN]  # bound only later: in a loop, or not at all
            # From an inner function the outer one is seen as it is in the end.
            scope, order, branch = scope.parent, _END, ()
        return [UNKNOWN]

    def _bound(self, name: str, bindings: list[Binding], scope: Scope, depth: int) -> list[Value]:
        values: list[Value] = []
        for binding in bindings:
            values += [named(value, name) for value in self._binding(name, binding, scope, depth)]
        return values

    def _binding(self, name: str, binding: Binding, scope: Scope, depth: int) -> Iterable[Value]:
        at = At(scope, binding.order, binding.branch)
        if binding.kind == "import":
            return [_imported(binding.target)]
        if binding.kind == "class":
            return [Local(self.module.functions[id(binding.node)])]
        told = binding.annotation is not None and (binding.value is None or binding.kind == "parameter")
        if told and binding.annotation and (instance := self._annotated(binding.annotation, at, depth)):
            return [instance]
        if binding.kind == "parameter":
            return self._parameter(binding, scope, depth)
        if binding.value is None or binding.kind in ("function", "unknown"):
            return [UNKNOWN]
        if binding.kind == "context":
            return self.value(binding.value, at, depth)  # a run, like most, gives itself
        if binding.kind == "element":
            return self._elements(binding.value, at, depth)
        if binding.kind == "augment":
            return self._augmented(name, binding, scope, depth)
        return self.value(binding.value, at, depth)

    def _parameter(self, binding: Binding, scope: Scope, depth: int) -> Iterable[Value]:
        name = binding.target
        if name == scope.first_parameter and scope.owner is not None:
            return [Local(scope.owner, instance=True)]
        if binding.value is None or scope.parent is None:
            return [UNKNOWN]
        outer = At(scope.parent, _END, ())
        return [weak(value, name) for value in self.value(binding.value, outer, depth)]

    def _annotated(self, annotation: ast.expr, at: At, depth: int) -> Instance | None:
        """`run: wandb.Run`, also in quotes, `Optional[…]` or `… | None`."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except (SyntaxError, ValueError):
                return None
        if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
            left = self._annotated(annotation.left, at, depth)
            return left or self._annotated(annotation.right, at, depth)
        if isinstance(annotation, ast.Subscript):
            return self._annotated(annotation.slice, at, depth)
        if isinstance(annotation, ast.Name | ast.Attribute):
            for value in self.value(annotation, At(at.scope, _END, ()), depth):
                if isinstance(value, Name) and value.path in api.CLASSES:
                    return Instance(value.path)
        return None

    def _augmented(self, name: str, binding: Binding, scope: Scope, depth: int) -> Iterable[Value]:
        if not isinstance(binding.node, ast.AugAssign) or not isinstance(binding.node.op, ast.Add):
            return [UNKNOWN]
        before = self._name(name, At(scope, binding.order - 1, binding.branch), depth)
        at = At(scope, binding.order, binding.branch)
        return self.build.added(before, binding.node.target, binding.node.value, binding.node, at, depth)

    def _elements(self, node: ast.expr, at: At, depth: int) -> Iterable[Value]:
        values: list[Value] = []
        for value in self.value(node, at, depth):
            if isinstance(value, Literal):
                items = value.node.keys if isinstance(value.node, ast.Dict) else value.node.elts
                for item in items:
                    values += self.value(item, value.at, depth) if item is not None else [UNKNOWN]
            elif isinstance(value, Instance) and value.type in api.ELEMENTS:
                values.append(Instance(api.ELEMENTS[value.type]))
            else:
                values.append(UNKNOWN)
        return values

    # Attributes, items, calls

    def _attribute(self, node: ast.Attribute, at: At, depth: int) -> Iterable[Value]:
        values: list[Value] = []
        for owner in self.value(node.value, at, depth):
            if isinstance(owner, Name):
                values.append(_imported(f"{owner.path}.{node.attr}"))
            elif isinstance(owner, Instance):
                path = f"{owner.type}.{node.attr}"
                made = api.ATTRIBUTES.get(path)
                values.append(Instance(made) if made else Method(owner, node.attr))
            elif isinstance(owner, Local):
                values += self._member(owner, node.attr, depth)
            else:
                values.append(UNKNOWN)
        return values

    def _member(self, owner: Local, name: str, depth: int) -> list[Value]:
        """An attribute of a class of the file: what its methods assign, else what its body does."""
        values: list[Value] = []
        for value, scope in owner.scope.attributes.get(name, ()):
            values += [named(item, name) for item in self.value(value, At(scope, _END, ()), depth)]
        for binding in owner.scope.bindings.get(name, ()) if not values else ():
            for item in self._binding(name, binding, owner.scope, depth):
                values.append(named(weak(item, name) if owner.instance else item, name))
        return values or [UNKNOWN]

    def _item(self, node: ast.Subscript, at: At, depth: int) -> Iterable[Value]:
        keys = [value.literal for value in self.value(node.slice, at, depth) if isinstance(value, Text)]
        values: list[Value] = []
        for owner in self.value(node.value, at, depth):
            if isinstance(owner, Name) and owner.path == "os.environ":
                values.append(UNKNOWN)  # a KeyError if it is not set: never the word None
            elif isinstance(owner, Literal):
                values += self._items_of(owner, node.slice, keys, depth)
            elif isinstance(owner, Instance) and owner.type in api.ELEMENTS:
                values.append(Instance(api.ELEMENTS[owner.type]))
            else:
                values.append(UNKNOWN)
        return values

    def _items_of(self, owner: Literal, index: ast.expr, keys: Sequence[str | None], depth: int) -> list[Value]:
        if not isinstance(owner.node, ast.Dict):
            if isinstance(index, ast.Constant) and isinstance(index.value, int):
                try:
                    return list(self.value(owner.node.elts[index.value], owner.at, depth))
                except IndexError:
                    return [UNKNOWN]
            return [UNKNOWN]
        values: list[Value] = []
        for key, value in zip(owner.node.keys, owner.node.values, strict=True):
            if key is None:
                return [UNKNOWN]
            names = [item.literal for item in self.value(key, owner.at, depth) if isinstance(item, Text)]
            # A key that is not known takes any of the values.
            if not keys or None in keys or set(names) & set(keys):
                found = self.value(value, owner.at, depth)
                values += [named(item, names[0]) for item in found] if names and names[0] else found
        return values or [UNKNOWN]

    def _call(self, node: ast.Call, at: At, depth: int) -> Iterable[Value]:
        if isinstance(node.func, ast.Attribute) and (built := self.build.method(node, node.func, at, depth)):
            return built
        values: list[Value] = []
        for callee in self.value(node.func, at, depth):
            if isinstance(callee, Name) and callee.path in ("os.getenv", "os.environ.get"):
                values += self._environment(node, at, depth)
            elif isinstance(callee, Name) and callee.path in ("os.path.join", "posixpath.join"):
                values += self.build.path(node, at, depth)
            elif isinstance(callee, Name | Method):
                made = callee.path if callee.path in api.CLASSES else api.RETURNS.get(callee.path)
                values.append(Instance(made, node) if made else UNKNOWN)
            elif isinstance(callee, Local) and not callee.instance:
                values.append(Local(callee.scope, instance=True))
            else:
                values.append(UNKNOWN)
        return values

    def _environment(self, node: ast.Call, at: At, depth: int) -> Iterable[Value]:
        default = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg), None)
        variable = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else "the environment"
        if default is None or (isinstance(default, ast.Constant) and default.value is None):
            return [self.hole(node, "environment")]
        return [weak(value, str(variable)) for value in self.value(default, at, depth)]

    def _either(self, node: ast.BoolOp, at: At, depth: int) -> Iterable[Value]:
        """`a or b`: b stands in for whatever may be missing or empty of a."""
        if not isinstance(node.op, ast.Or):
            return [UNKNOWN]
        values: list[Value] = []
        for part in node.values:
            found = self.value(part, at, depth)
            holes = [value for value in values if may_be_unset(value)]
            if holes:
                values = [value for value in values if not may_be_unset(value)]
                found = tuple(weak(value, "the environment") for value in found)
            values = [value for value in values if not (isinstance(value, Text) and value.literal == "")]
            values += [value for value in found if not (isinstance(value, Other) and value.value is None)]
        return values

    def as_text(self, value: Value, node: ast.expr) -> Text | None:
        """A value as a text: itself, a hole for what is not known, None for what is certainly no text."""
        if isinstance(value, Text):
            return value
        if isinstance(value, Method) and value.path in api.VERSIONED_NAMES:
            return self.hole(node, "versioned-name")
        if isinstance(value, Method) and value.path in api.VERSIONS and value.owner.made_by is not None:
            linked = isinstance(value.owner.made_by.func, ast.Attribute) and "link" in value.owner.made_by.func.attr
            return self.hole(node, "unknown" if linked else "source-version")
        if value == UNKNOWN or isinstance(value, Method | Name):
            return self.hole(node)
        return None

    def hole(self, node: ast.expr, kind: HoleKind = "unknown") -> Text:
        """A text that nobody knows."""
        place = self.source.place(node)
        return Text((Hole(self.source.segment(place.span), place, kind),), place)


def _reaching(bindings: list[Binding], order: int, branch: Branch) -> list[Binding]:
    """The bindings that can be the last one before a place, in the order of the source."""
    arms = dict(branch)
    reaching = []
    for binding in reversed(bindings):
        if binding.order >= order or binding.target == "global":
            continue
        if any(arms.get(at, arm) != arm for at, arm in binding.branch):
            continue  # in the other arm
        reaching.append(binding)
        if branch[: len(binding.branch)] == binding.branch:
            break  # always there
    return reaching[::-1]


def _imported(path: str) -> Value:
    canonical = api.CANONICAL.get(path, path)
    made = api.ATTRIBUTES.get(canonical)
    return Instance(made) if made else Name(canonical)


def _unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))[:MAX_ALTERNATIVES]
