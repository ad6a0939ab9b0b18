"""What an expression can be, worked out from the source alone.

Every expression gives a tuple of alternatives (branches, callers, loops over literals). Names are followed through the
file, through calls of its functions in both directions, and into other files of the tree. The work per file is bounded;
what is beyond is unknown.
"""

from __future__ import annotations

from functools import cached_property

from regilink_doctor.core.strings import StringValue, UnknownPart
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.annotations import Annotations
from regilink_doctor.lint.resolve.bindings import reaching
from regilink_doctor.lint.resolve.calls import Calls
from regilink_doctor.lint.resolve.containers import Containers
from regilink_doctor.lint.resolve.imports import Imports
from regilink_doctor.lint.resolve.objects import Objects
from regilink_doctor.lint.resolve.parameters import Parameters
from regilink_doctor.lint.resolve.strings import MAX_ALTERNATIVES, TextBuilder
from regilink_doctor.lint.resolve.values import (
    END,
    UNKNOWN,
    ClassOrObject,
    Frame,
    Function,
    Instance,
    Literal,
    Member,
    Method,
    ModuleValue,
    Name,
    NonString,
    ProgramPoint,
    Unknown,
    Value,
    drop_missing,
    mark_default,
    may_be_unset,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from regilink_doctor.core.strings import UnknownKind
    from regilink_doctor.lint.resolve.bindings import Binding, Module, Scope, Use
    from regilink_doctor.lint.text.source import Source

    T = TypeVar("T")

MAX_DEPTH = 60
MAX_STEPS = 20_000
"""Expressions looked at for one file; what is beyond is unknown."""


class Resolver:
    """Evaluates expressions of one file, and of those of the tree that it imports."""

    def __init__(self, source: Source, module: Module) -> None:
        self.source = source
        self.module = module
        self.steps = 0
        self.annotations = Annotations(self)
        self.build = TextBuilder(self)
        self.calls = Calls(self)
        self.displays = Containers(self)
        self.objects = Objects(self)
        self.parameters = Parameters(self)
        self.tree = Imports()
        self._known: dict[tuple[int, ProgramPoint], tuple[Value, ...]] = {}
        """Expressions that have been worked out; `()` for one that is being."""
        self._cut = 0

    def forget(self) -> None:
        """Let go of everything, itself among it: see `Module.forget`."""
        vars(self).clear()

    def value(self, node: ast.expr, at: ProgramPoint, depth: int = 0) -> tuple[Value, ...]:
        """The alternatives of an expression; `(UNKNOWN,)` when nothing is known."""
        key = (id(node), at)
        known = self._known.get(key)
        if known:
            return known
        self.steps += 1
        if known is not None:
            self._cut += 1
            return (UNKNOWN,)
        if self.steps > MAX_STEPS or depth > MAX_DEPTH:
            return (Unknown(reason="too much to follow"),)
        before = self._cut
        self._known[key] = ()
        found = _unique(self._value(node, at, depth + 1)) or (UNKNOWN,)
        if self._cut == before:
            self._known[key] = found
        else:  # it may be known better from elsewhere
            del self._known[key]
        return found

    def texts(self, node: ast.expr, at: ProgramPoint) -> tuple[StringValue, ...]:
        """The alternatives of an expression as texts, those that are certainly none left out."""
        found = [self.as_text(value, node, at) for value in self.value(node, at)]
        return _unique([text for text in found if text is not None])

    def callee(self, use: Use) -> tuple[str, ...]:
        """The canonical names of what a call calls: `wandb.Run.link_artifact`."""
        function = use.call.func
        # Most calls are told by their last word: following them all would read half the tree.
        if isinstance(function, ast.Attribute) and function.attr not in wandb_api.NAMES:
            return ()
        if isinstance(function, ast.Name) and function.id not in wandb_api.NAMES and function.id not in self._aliases:
            return ()
        values = self.value(use.call.func, use.at)
        return tuple(value.path for value in values if isinstance(value, Name | Method))

    @cached_property
    def near_links(self) -> bool:
        """Whether a file that is imported may link."""
        return self.tree.links(self.module)

    @cached_property
    def _aliases(self) -> frozenset[str]:
        """Names of the file that may be another name of something of wandb's."""
        found = set()
        for scope in (self.module.scope, *self.module.functions.values()):
            for name, bindings in scope.bindings.items():
                for binding in bindings:
                    imported = binding.kind == "import" and binding.target.partition(".")[0] in wandb_api.PACKAGES
                    if imported or isinstance(binding.value, ast.Name | ast.Attribute):
                        found.add(name)
        return frozenset(found)

    def _value(self, node: ast.expr, at: ProgramPoint, depth: int) -> Iterable[Value]:
        if isinstance(node, ast.Constant):
            return [self.build.constant(node, at)]
        if isinstance(node, ast.Name):
            return self.name(node.id, at, depth)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, at, depth)
        if isinstance(node, ast.Call):
            return self.calls.value(node, at, depth)
        if isinstance(node, ast.JoinedStr):
            return self.build.fstring(node, at, depth)
        if isinstance(node, ast.BinOp):
            return self.build.operation(node, at, depth)
        if isinstance(node, ast.IfExp):
            tested = {ast.unparse(part) for part in walk(node.test) if isinstance(part, ast.Name | ast.Attribute)}
            arms: list[Value] = []
            for arm in (node.body, node.orelse):
                found = self.value(arm, at, depth)
                arms += drop_missing(found) if ast.unparse(arm) in tested else found
            return arms
        if isinstance(node, ast.BoolOp):
            return self._either(node, at, depth)
        if isinstance(node, ast.NamedExpr | ast.Await):
            return self.value(node.value, at, depth)
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
            return [Literal(node, at)]
        if isinstance(node, ast.Subscript):
            return self.displays.item(node, at, depth)
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
            return self.displays.gathered(node, at, depth)
        if isinstance(node, ast.Lambda):
            return [Function(at.scope.module.functions[id(node)])]
        return [UNKNOWN]

    # Names

    def name(self, name: str, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """What a name means at a place."""
        scope: Scope | None = at.scope
        order, branch, frame = at.order, at.branch, at.frame
        while scope is not None:
            # A class body is not seen from its methods.
            if name in scope.bindings and (scope is at.scope or scope.kind != "class"):
                bindings = reaching(scope.bindings[name], order, branch)
                if bindings:
                    found = self._bound(name, bindings, scope, frame, depth)
                    return drop_missing(found) if scope is at.scope and scope.tested.get(name, order) < order else found
                if scope is at.scope and scope.kind == "function":
                    return [UNKNOWN]  # bound only later: in a loop, or not at all
            # From an inner function the outer one is seen as it is in the end.
            inside = frame is not None and frame.scope is scope and frame.at.scope is scope.parent
            frame = frame.at.frame if frame is not None and inside else None
            scope, order, branch = scope.parent, END, ()
        return self.tree.starred(name, at.scope.module, self, depth) or [UNKNOWN]

    def _bound(self, name: str, bindings: list[Binding], scope: Scope, frame: Frame | None, depth: int) -> list[Value]:
        values: list[Value] = []
        for binding in bindings:
            values += [with_name(value, name) for value in self.binding(name, binding, scope, frame, depth)]
        return values

    def binding(self, name: str, binding: Binding, scope: Scope, frame: Frame | None, depth: int) -> Iterable[Value]:
        """What one binding gives a name."""
        at = ProgramPoint(scope, binding.order, binding.branch, frame)
        if binding.kind == "import":
            return self.tree.imported(binding.target, scope.module, self, depth)
        if binding.kind == "class":
            return [ClassOrObject(scope.module.functions[id(binding.node)])]
        if binding.kind == "function":
            return [Function(scope.module.functions[id(binding.node)])]
        told = binding.annotation is not None and (binding.value is None or binding.kind == "parameter")
        if told and binding.annotation and (instance := self.annotations.value(binding.annotation, at, depth)):
            return [instance]
        if binding.kind == "parameter":
            return self.parameters.value(binding, scope, frame, depth)
        if binding.value is None or binding.kind == "unknown":
            return [UNKNOWN]
        if binding.kind == "augment":
            return self._augmented(name, binding, scope, frame, depth)
        if binding.kind == "element":
            found = self.displays.elements(binding.value, at, depth)
        elif binding.kind == "context":
            found = self.calls.entered(binding.value, at, depth)
        else:
            found = self.value(binding.value, at, depth)
        for index in binding.path:
            found = [item for value in found for item in self.displays.at_index(value, index, depth)]
        return found

    def _augmented(self, name: str, binding: Binding, scope: Scope, frame: Frame | None, depth: int) -> Iterable[Value]:
        if not isinstance(binding.node, ast.AugAssign) or not isinstance(binding.node.op, ast.Add):
            return [UNKNOWN]
        before = self.name(name, ProgramPoint(scope, binding.order - 1, binding.branch, frame), depth)
        at = ProgramPoint(scope, binding.order, binding.branch, frame)
        return self.build.added(before, binding.node.target, binding.node.value, binding.node, at, depth)

    # Attributes and alternatives

    def _attribute(self, node: ast.Attribute, at: ProgramPoint, depth: int) -> Iterable[Value]:
        values: list[Value] = []
        for owner in self.value(node.value, at, depth):
            if isinstance(owner, Name | Method) and owner.path in wandb_api.CONFIGURATIONS:
                values += self.objects.configured(node.attr, at.scope.module, depth)
            elif isinstance(owner, Name):
                path = f"{owner.path}.{node.attr}"
                values += self.tree.named(path, at.scope.module, self, depth) or [known_name(path)]
            elif isinstance(owner, Instance):
                path = f"{owner.type}.{node.attr}"
                made = wandb_api.ATTRIBUTES.get(path)
                values.append(Instance(made) if made else Method(owner, node.attr))
            elif isinstance(owner, ModuleValue):
                values += self.tree.member(owner, node.attr, self, depth)
            else:
                values += self.objects.attribute(owner, node, at, depth)
        return values

    def _either(self, node: ast.BoolOp, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """`a or b`: b stands in for whatever may be missing or empty of a."""
        if not isinstance(node.op, ast.Or):
            return [UNKNOWN]
        values: list[Value] = []
        for part in node.values:
            found = self.value(part, at, depth)
            holes = [value for value in values if may_be_unset(value)]
            if holes:
                values = [value for value in values if not may_be_unset(value)]
                found = tuple(mark_default(value, "the environment") for value in found)
            values = [value for value in values if not (isinstance(value, StringValue) and value.literal == "")]
            values += [value for value in found if not (isinstance(value, NonString) and value.value is None)]
        return values

    def as_text(self, value: Value, node: ast.expr, at: ProgramPoint) -> StringValue | None:
        """A value as a text: itself, a hole for what is not known, None for what is certainly no text."""
        if isinstance(value, StringValue):
            return value
        if isinstance(value, Method) and value.path in wandb_api.VERSIONED_NAMES:
            return self.hole(node, at, "versioned-name")
        if isinstance(value, Method) and value.path in wandb_api.VERSIONS and value.owner.made_by is not None:
            linked = isinstance(value.owner.made_by.func, ast.Attribute) and "link" in value.owner.made_by.func.attr
            return self.hole(node, at, "unknown" if linked else "source-version")
        if isinstance(value, Member):
            texts = self.objects.member_texts(value)
            return texts[0] if texts else self.hole(node, at)
        if value == UNKNOWN or isinstance(value, Method | Name | Function):
            return self.hole(node, at, reason=value.reason if isinstance(value, Unknown) else "")
        return None

    def hole(self, node: ast.expr, at: ProgramPoint, kind: UnknownKind = "unknown", reason: str = "") -> StringValue:
        """A text that nobody knows."""
        place = at.source.place(node)
        return StringValue((UnknownPart(at.source.segment(place.span), place, kind, reason=reason),), place)


def known_name(path: str) -> Value:
    """What an imported dotted name is: something of wandb's, or a name."""
    canonical = wandb_api.CANONICAL.get(path, path)
    made = wandb_api.ATTRIBUTES.get(canonical)
    return Instance(made) if made else Name(canonical)


def _unique(values: Iterable[T]) -> tuple[T, ...]:
    found = tuple(values)
    return found if len(found) < 2 else tuple(dict.fromkeys(found))[:MAX_ALTERNATIVES]
