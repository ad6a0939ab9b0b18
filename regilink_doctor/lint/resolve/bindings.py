"""Who binds which name, where, as data; `lint.resolve.walk` finds it.

A binding knows the branches it stands in, so that a name's value can be asked for *at* a place: what is bound later, or
in the other arm of the same `if`, does not count.
"""

from __future__ import annotations

from functools import cached_property

from regilink_doctor.core.records import record
from regilink_doctor.lint.resolve.values import ProgramPoint
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from regilink_doctor.lint.text.source import Source

    BindingKind = Literal[
        "value", "augment", "element", "context", "parameter", "import", "function", "class", "unknown"
    ]

Branch = tuple[tuple[int, str], ...]
"""The arms that a statement stands in, outermost first: (identity of the `if`, `try`, loop …, arm)."""

_MOST_BINDINGS = 32
"""Of one name at one place; what is bound before them is not looked at."""


@record
class Binding:
    """One place that binds a name.

    `value` is the expression it comes from (the iterable for `element`, the context manager for `context`, the
    default for `parameter`); `node` says where; `target` is the dotted path of an import.
    """

    kind: BindingKind
    node: ast.AST
    order: int
    branch: Branch
    value: ast.expr | None = None
    annotation: ast.expr | None = None
    target: str = ""
    path: tuple[int, ...] = ()
    """Which item of what `value` gives, of a target that is a tuple."""


@record
class ReturnedValue:
    """An expression that a function hands out, None for nothing, and where."""

    value: ast.expr | None
    order: int
    branch: Branch


class Scope:
    """A module, function or class body, and the names bound in it.

    Of a class, `attributes` has what its methods assign to `self.NAME`, and where; of a function, `returns` and
    `yields` what it hands out. `tested` are names that a condition looks at, and when first: from there on nobody knows
    that one is missing or empty.
    """

    __slots__ = ("attributes", "bindings", "kind", "module", "node", "parent", "returns", "tested", "yields")

    module: Module

    def __init__(
        self, kind: Literal["module", "function", "class"], node: ast.AST, parent: Scope | None = None
    ) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.attributes: dict[str, list[tuple[ast.expr, Scope, int, Branch]]] = {}
        self.returns: list[ReturnedValue] = []
        self.yields: list[ReturnedValue] = []
        self.tested: dict[str, int] = {}
        if parent is not None:
            self.module = parent.module

    def bind(self, name: str, binding: Binding) -> None:
        """Add one more binding of `name`."""
        self.bindings.setdefault(name, []).append(binding)

    @property
    def owner(self) -> Scope | None:
        """The class that this function is a method of."""
        return self.parent if self.kind == "function" and self.parent and self.parent.kind == "class" else None

    def decorated(self, *names: str) -> bool:
        """Whether a decorator of one of these names, called or not, stands above it."""
        for item in getattr(self.node, "decorator_list", ()):
            called = item.func if isinstance(item, ast.Call) else item
            if ast.unparse(called).rpartition(".")[2] in names:
                return True
        return False

    @property
    def first_parameter(self) -> str | None:
        """The name of `self`, for a method."""
        if not isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return None
        arguments = [*self.node.args.posonlyargs, *self.node.args.args]
        return arguments[0].arg if arguments else None


class _Placed:
    """What stands somewhere in a scope."""

    scope: Scope
    order: int
    branch: Branch

    @cached_property
    def at(self) -> ProgramPoint:
        """Its place, to ask from what a name means there."""
        return ProgramPoint(self.scope, self.order, self.branch)


@record
class Use(_Placed):
    """A call, and where it stands."""

    call: ast.Call
    scope: Scope
    order: int
    branch: Branch
    statement: ast.stmt


@record
class Store(_Placed):
    """An assignment to an attribute or an item, `artifact.ttl = …` or `os.environ["X"] = …`, and where it stands."""

    target: ast.Attribute | ast.Subscript
    value: ast.expr
    scope: Scope
    order: int
    branch: Branch
    statement: ast.stmt


@record
class Read(_Placed):
    """A look at an attribute of a name, `artifact.version`, and where it stands."""

    node: ast.Attribute
    scope: Scope
    order: int
    branch: Branch
    statement: ast.stmt


class Module:
    """Everything the walk has found: the module's scope, all calls in order, where every expression stands.

    `removals` are `del os.environ["X"]`: what is removed, with its key for a value. `reads` are looks at the attributes
    that only a logged artifact has, `imports` the top-level packages that are imported anywhere. `functions` has the
    scope of a function's or class's node by the identity of that node.
    """

    __slots__ = ("functions", "imports", "reads", "removals", "scope", "source", "stores", "uses")

    def __init__(self, scope: Scope, source: Source) -> None:
        self.scope = scope
        self.source = source
        self.uses: list[Use] = []
        self.stores: list[Store] = []
        self.removals: list[Store] = []
        self.reads: list[Read] = []
        self.imports: set[str] = set()
        self.functions: dict[int, Scope] = {}

    def forget(self) -> None:
        """Undo the circles, scopes that know their module and classes that know their methods.

        What is in a circle keeps the whole tree of the file in memory until the garbage collector has found it, and
        that costs a fifth of the time that a file takes.
        """
        for scope in (self.scope, *self.functions.values()):
            del scope.module
            scope.attributes.clear()


def reaching(bindings: list[Binding], order: int, branch: Branch) -> list[Binding]:
    """The bindings that can be the last one before a place, in the order of the source."""
    arms = dict(branch)
    seen: dict[int, set[str]] = {}
    found: list[Binding] = []
    for binding in reversed(bindings):
        if binding.order >= order or binding.target == "global":
            continue
        if any(arms.get(at, arm) != arm for at, arm in binding.branch):
            continue  # in the other arm
        found.append(binding)
        if branch[: len(binding.branch)] == binding.branch or len(found) > _MOST_BINDINGS:
            break  # always there
        *outer, (at, arm) = binding.branch
        both = seen.setdefault(at, set())
        both.add(arm)
        if both == {"body", "else"} and branch[: len(outer)] == tuple(outer):
            break  # one of the two arms was taken
    return found[::-1]
