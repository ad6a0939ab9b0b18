"""Who binds which name, where, as data; `lint.resolve.walk` finds it.

Everything in a file has an order, a number that grows with the source. An arm of an `if`, a loop, a `try` or a `match`
is an interval of orders, so that the value of a name can be asked for *at* a place: what is bound later, or in the
other arm of the same `if`, does not count.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter

from regilink_doctor.core.records import cached_property, field, record
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, last_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal, TypeVar

    from regilink_doctor.core.findings import Place
    from regilink_doctor.lint.text.source import Source

    BindingKind = Literal[
        "value", "augment", "element", "context", "parameter", "positionals", "keywords", "import", "function", "class",
        "unknown",
    ]  # fmt: skip
    ForkKind = Literal["if", "match", "try", "loop", "call", "own"]
    PlacedT = TypeVar("PlacedT", bound="Binding | Store")

MOST_CONDITIONS = 32
"""Conditions before a place that are looked at."""

END = 1 << 60
"""An order after everything: an inner function sees the outer scope as it is in the end."""

_ENUMS = frozenset({"Enum", "StrEnum", "IntEnum"})


class Fork:
    """A statement with arms, of which the program takes one (of a `try` or a loop: perhaps), from `start` to `end`.

    `test` chooses between the two arms of an `if`. `exhaustive`: one of `arms` is always begun. A *call* has one arm,
    the body of a function that binds global names; *own* is the stretch where a comprehension has its names. `calls`
    are the places in the body of a `try` that may raise, `iterated` is what a `for` goes through, `cases` are the
    conditions of a `match`, as far as each can be told.
    """

    __slots__ = ("arms", "calls", "cases", "end", "exhaustive", "iterated", "kind", "start", "test")

    def __init__(self, kind: ForkKind, start: int, test: ast.expr | None = None) -> None:
        self.kind = kind
        self.test = test
        self.start = start
        self.end = END
        self.arms: list[Arm] = []
        self.calls: list[int] = []
        self.iterated: ast.expr | None = None
        self.cases: list[ast.expr | None] = []
        self.exhaustive = False

    def excludes(self, arm: Arm, order: int) -> bool:
        """Whether a place, which is not in `arm`, is reached only if `arm` is not."""
        if self.kind == "own":
            return True
        if not self.start <= order < self.end or self.kind in ("loop", "call"):
            return False
        return self.kind != "try" or arm is not self.arms[0]

    def is_left_between(self, arm: Arm, start: int, order: int, covered: set[int]) -> bool:
        """Whether an exception after `start`, in the body of a `try`, may lead to a place through a handler."""
        if self.kind != "try" or arm is not self.arms[0] or not any(call > start for call in self.calls):
            return False
        if order < self.end:
            return any(handler.contains(order) for handler in self.arms[1:])
        return any(id(handler) not in covered and not handler.never_reaches(order) for handler in self.arms[1:])


class Arm:
    """One arm of a fork. `leaves` says what it ends: the `function`, the turn of a `loop`, or nothing."""

    __slots__ = ("end", "fork", "leaves", "parent", "start")

    def __init__(self, fork: Fork, parent: Arm | None, start: int) -> None:
        self.fork = fork
        self.parent = parent
        self.start = start
        self.end = END
        self.leaves: Literal["function", "loop", ""] = ""
        fork.arms.append(self)

    def contains(self, order: int) -> bool:
        """Whether a place is in it."""
        return self.start <= order < self.end

    def never_reaches(self, order: int) -> bool:
        """Whether its end never comes to a later place that is not in it."""
        if not self.leaves:
            return False
        if self.leaves == "function":
            return True
        loop = self.parent
        while loop is not None and loop.fork.kind != "loop":
            loop = loop.parent
        return loop is not None and loop.contains(order)


class Guard:
    """A condition that is certainly `holds` from `start` to the end of an arm, or of the scope; judged at `order`."""

    __slots__ = ("arm", "holds", "order", "start", "test")

    def __init__(self, test: ast.expr, holds: bool, order: int, start: int, arm: Arm | None) -> None:
        self.test = test
        self.holds = holds
        self.order = order
        self.start = start
        self.arm = arm

    def contains(self, order: int) -> bool:
        """Whether it holds at a place."""
        return self.start <= order and (self.arm is None or order < self.arm.end)


class _Nesting:
    """Where conditions begin to hold, and for each the number of the last one before that still held then, or -1."""

    __slots__ = ("outer", "starts")

    def __init__(self, conditions: list[Guard]) -> None:
        self.starts = [guard.start for guard in conditions]
        self.outer: list[int] = []
        holding: list[int] = []
        for number, start in enumerate(self.starts):
            while holding and not conditions[holding[-1]].contains(start):
                holding.pop()
            self.outer.append(holding[-1] if holding else -1)
            holding.append(number)


@record
class Binding:
    """One place that binds a name.

    `value` is the expression it comes from (the iterable for `element`, the context manager for `context`, the
    default for `parameter`); `node` says where; `target` is the dotted path of an import.
    """

    kind: BindingKind
    node: ast.AST
    order: int
    arm: Arm | None
    value: ast.expr | None = None
    annotation: ast.expr | None = None
    target: str = ""
    path: tuple[int, ...] = ()
    """Which item of what `value` gives, of a target that is a tuple."""
    scope: Scope | None = field(default=None, compare=False, repr=False)
    """The function that binds a global name."""


@record
class ReturnedValue:
    """An expression that a function returns or yields, None for nothing, and where."""

    value: ast.expr | None
    order: int


class Scope:
    """A module, function or class body, and the names bound in it; `self.NAME` of a method is one of them.

    Of a class, `attributes` has what its methods assign to `self.NAME`, and where; of a function, `returns` and
    `yields` what it gives. `loops` are the bodies of its loops in order; `conditions` are those that hold somewhere, in
    the order in which they begin to, and `guards` the same by the names in them; `inner_orders`, by the identity of the
    node, a place inside a comprehension or an arm of `a if b else c`; `nestings` are made of the conditions, by name;
    `global_names` belong to the module, `outer_names` to a function around this one.
    """

    __slots__ = (
        "attributes", "bindings", "conditions", "global_names", "guards", "inner_orders", "kind", "loops", "module",
        "nestings", "node", "outer_names", "parent", "returns", "yields",
    )  # fmt: skip

    module: Module

    def __init__(
        self, kind: Literal["module", "function", "class"], node: ast.AST, parent: Scope | None = None
    ) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.attributes: dict[str, list[tuple[ast.expr, Scope, int]]] = {}
        self.returns: list[ReturnedValue] = []
        self.yields: list[ReturnedValue] = []
        self.loops: list[Arm] = []
        self.guards: dict[str, list[Guard]] = {}
        self.conditions: list[Guard] = []
        self.nestings: dict[str | None, _Nesting] = {}
        self.inner_orders: dict[int, int] = {}
        self.global_names: set[str] = set()
        self.outer_names: set[str] = set()
        if parent is not None:
            self.module = parent.module

    def bind(self, name: str, binding: Binding) -> None:
        """Add one more binding of `name`."""
        self.bindings.setdefault(name, []).append(binding)

    def find_conditions(self, order: int, name: str | None = None) -> list[Guard]:
        """The conditions that hold at a place, of the last `MOST_CONDITIONS`; those about `name`, if it is given."""
        conditions = self.conditions if name is None else self.guards.get(name)
        if not conditions or conditions[0].start > order:
            return []
        nesting = self.nestings.get(name)
        if nesting is None:
            nesting = self.nestings[name] = _Nesting(conditions)
        last = bisect_right(nesting.starts, order)
        number, first = last - 1, max(last - MOST_CONDITIONS, 0)
        holding: list[Guard] = []
        while number >= first:
            guard = conditions[number]
            if guard.arm is None or order < guard.arm.end:
                holding.append(guard)
            number = nesting.outer[number]
        return holding[::-1]

    def find_last(self, name: str, order: int) -> int | None:
        """After which place a name is the same everywhere in the scope, if that is before `order`; None otherwise."""
        if name in self.guards:
            return None
        bindings = self.bindings.get(name)
        if bindings is None:
            return -1  # of a scope further out, which is seen as it is in the end
        last = bindings[-1]
        if last.order >= order or last.arm is not None:
            return None
        return None if self.conditions and self.conditions[0].start <= last.order else last.order

    def binds_between(self, written: str, start: int, end: int) -> bool:
        """Whether the name that an expression begins with may get another value between two places."""
        name = written.partition(".")[0].partition("[")[0].partition("(")[0]
        return any(
            count_before(bindings, end) > count_before(bindings, start)
            for bindings in (self.bindings.get(name, ()), self.bindings.get(written, ()))
        )

    def find_bindings(self, node: ast.AST | None) -> Sequence[Binding]:
        """The bindings of a name here; none for any other expression."""
        return self.bindings.get(node.id, ()) if isinstance(node, ast.Name) else ()

    def has_field(self, name: str) -> bool:
        """Whether the body of a class annotates a name."""
        return name in self.bindings and self.bindings[name][0].annotation is not None

    def find_home(self, name: str) -> Scope | None:
        """The innermost scope that binds a name, this one or one around it."""
        home: Scope | None = self
        while home is not None and name not in home.bindings:
            home = home.parent
        return home

    @property
    def name(self) -> str:
        """The name of a function or class."""
        return getattr(self.node, "name", "")

    @property
    def called_name(self) -> str:
        """The name that a function is called by: that of its class for an `__init__`."""
        return self.owner.name if self.owner is not None and self.name == "__init__" else self.name

    @property
    def end(self) -> ProgramPoint:
        """The place after everything in it."""
        return ProgramPoint(self, END)

    @property
    def decorators(self) -> list[ast.expr]:
        """The decorators of a function or class."""
        return getattr(self.node, "decorator_list", [])

    @property
    def bases(self) -> list[ast.expr]:
        """What a class has as its bases."""
        return getattr(self.node, "bases", [])

    @property
    def fields(self) -> dict[str, Binding]:
        """What the body of a class annotates."""
        return {name: bindings[0] for name, bindings in self.bindings.items() if self.has_field(name)}

    @property
    def owner(self) -> Scope | None:
        """The class that this function is a method of."""
        return self.parent if self.kind == "function" and self.parent and self.parent.kind == "class" else None

    def is_decorated(self, *names: str) -> bool:
        """Whether it has a decorator of one of these names, called or not."""
        return any(last_word(item.func if isinstance(item, ast.Call) else item) in names for item in self.decorators)

    @property
    def first_parameter(self) -> str | None:
        """The name of `self`, for a method."""
        if not isinstance(self.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        arguments = [*self.node.args.posonlyargs, *self.node.args.args]
        return arguments[0].arg if arguments else None

    def is_self(self, node: ast.AST) -> bool:
        """Whether an expression is `self`, or what else the first parameter of this method is called."""
        return isinstance(node, ast.Name) and self.owner is not None and node.id == self.first_parameter

    @property
    def is_enum(self) -> bool:
        """Whether a class is an enumeration."""
        return any(last_word(base) in _ENUMS for base in self.bases)

    @property
    def field_names(self) -> list[str]:
        """The fields of a `NamedTuple`, in order; none of any other class."""
        return list(self.fields) if any(last_word(base) == "NamedTuple" for base in self.bases) else []

    @property
    def is_string_enum(self) -> bool:
        """Whether a member in an f-string is its value; for `class X(str, Enum)` that depends on the Python."""
        return any(last_word(base) == "StrEnum" for base in self.bases)

    def find_loop(self, order: int) -> Arm | None:
        """The innermost loop body around a place."""
        last = bisect_right(self.loops, order, key=_START)
        arm = self.loops[last - 1] if last else None
        while arm is not None and (arm.fork.kind != "loop" or not arm.contains(order)):
            arm = arm.parent
        return arm


@record
class ClassOrObject:
    """A class of the tree, or with `instance` an object of it; `made` is the call that made it, if that is known."""

    scope: Scope
    instance: bool = False
    made: Frame | None = None


@record(eq=False)
class Frame:
    """One call of a function or class of the tree: what its parameters are, seen from inside."""

    scope: Scope
    call: ast.Call
    at: ProgramPoint
    receiver: ClassOrObject | None = None
    outer: Frame | None = None
    """The call of the function that the one called was made in, for a function that has left it."""

    def find_outer(self) -> Frame | None:
        """The call of the function around the one that is called."""
        if self.outer is not None:
            return self.outer
        return self.at.frame if self.at.scope is self.scope.parent else None

    def is_calling(self, scope: Scope) -> bool:
        """Whether the function is being called already, here or further out."""
        frame: Frame | None = self
        while frame is not None:
            if frame.scope is scope:
                return True
            frame = frame.at.frame
        return False

    @property
    def depth(self) -> int:
        """How many calls deep it is."""
        return 1 + (self.at.frame.depth if self.at.frame is not None else 0)


class ProgramPoint:
    """A place to ask from: what a name means depends on the scope, on what came before, and on the call.

    It never changes. It is no record because nothing is made and read as often.
    """

    __slots__ = ("frame", "order", "scope")

    def __init__(self, scope: Scope, order: int, frame: Frame | None = None) -> None:
        self.scope = scope
        self.order = order
        self.frame = frame

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProgramPoint):
            return NotImplemented
        return self.order == other.order and self.frame is other.frame and self.scope is other.scope

    def __hash__(self) -> int:
        return hash((self.order, self.frame))  # which tells places apart well enough

    def inside(self, node: ast.expr) -> ProgramPoint:
        """The place in a comprehension, or in an arm of `a if b else c`, where more is known than around it."""
        order = self.scope.inner_orders.get(id(node))
        return self if order is None else ProgramPoint(self.scope, order, self.frame)

    @property
    def source(self) -> Source:
        """The file that it is in."""
        return self.scope.module.source


class Elsewhere(ast.expr):
    """An expression inside another one, with a place of its own where it is resolved."""

    _fields = ("value",)

    def __init__(self, value: ast.expr, at: ProgramPoint) -> None:
        super().__init__()
        self.value = value
        self.at = at


def look_from(node: ast.expr, at: ProgramPoint) -> ast.expr:
    """An expression that is resolved at a place, wherever the expression around it is resolved."""
    if isinstance(node, ast.Starred):
        return copy_place(ast.Starred(look_from(node.value, at), ast.Load()), node)
    return node if isinstance(node, ast.Constant) else copy_place(Elsewhere(node, at), node)


def complete_partial(function: ast.expr, made: ast.Call, at: ProgramPoint, call: ast.Call) -> ast.Call:
    """A call of a `functools.partial`, made at a place, as a call of its function with the arguments of both."""
    bound = [look_from(item, at) for item in made.args[1:]]
    given = {keyword.arg for keyword in call.keywords}
    kept = [
        copy_place(ast.keyword(item.arg, look_from(item.value, at)), item)
        for item in made.keywords
        if item.arg not in given
    ]
    return copy_place(ast.Call(function, [*bound, *call.args], [*kept, *call.keywords]), call)


class _Placed:
    """Something that is at a place."""

    scope: Scope
    order: int

    @cached_property
    def at(self) -> ProgramPoint:
        """Its place."""
        return ProgramPoint(self.scope, self.order)


@record
class Use(_Placed):
    """A call, and where it is; with `frame` seen from inside one call of the function that it is in."""

    call: ast.Call
    scope: Scope
    order: int
    statement: ast.stmt
    arm: Arm | None = None
    frame: Frame | None = None

    @cached_property
    def at(self) -> ProgramPoint:
        """Its place."""
        return ProgramPoint(self.scope, self.order, self.frame)


@record
class Store(_Placed):
    """An assignment to an attribute or an item, `artifact.ttl = …` or `os.environ["X"] = …`, and where it is."""

    target: ast.Attribute | ast.Subscript
    value: ast.expr
    scope: Scope
    order: int
    arm: Arm | None
    statement: ast.stmt


@record
class Read(_Placed):
    """A look at an attribute of a name, `artifact.version`, and where it is."""

    node: ast.Attribute
    scope: Scope
    order: int
    statement: ast.stmt


class Module:
    """Everything the walk has found: the module's scope, all calls in order, and what is assigned to attributes.

    `decorations` are the calls of decorators that the file defines. `removals` are `del os.environ["X"]`: what is
    removed, with its key for a value. `reads` are looks at the attributes that only a logged artifact has, `imports`
    the top-level packages that are imported anywhere. `functions` has the scope of a function's or class's node by the
    identity of that node. `partials` has what `functools.partial` was given for a name, and where. `targets` are all
    names and attributes that are assigned to, but for the names of comprehensions.
    """

    __slots__ = (
        "decorations", "forks", "functions", "imports", "partials", "reads", "removals", "scope", "source", "stores",
        "targets", "tested", "uses",
    )  # fmt: skip

    def __init__(self, scope: Scope, source: Source) -> None:
        self.scope = scope
        self.source = source
        self.uses: list[Use] = []
        self.decorations: list[Use] = []
        self.stores: list[Store] = []
        self.removals: list[Store] = []
        self.targets: list[ast.Name | ast.Attribute] = []
        self.reads: list[Read] = []
        self.imports: set[str] = set()
        self.functions: dict[int, Scope] = {}
        self.forks: list[Fork] = []
        self.partials: dict[str, dict[tuple[int, int], tuple[ast.Call, ProgramPoint]]] = {}
        self.tested: dict[Place, None] = {}
        """Where the values are written that conditions were judged by."""

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """All scopes, its own first."""
        return self.scope, *self.functions.values()

    def iterate_bindings(self) -> Iterator[tuple[Scope, str, Binding]]:
        """Each binding of each scope, with the scope and the name."""
        for scope in self.scopes:
            for name, bindings in scope.bindings.items():
                yield from ((scope, name, binding) for binding in bindings)

    def forget(self) -> None:
        """Undo the circles: scopes that know their module, classes that know their methods, arms and their forks.

        What is in a circle keeps the whole tree of the file in memory until the garbage collector has found it, and
        that costs a fifth of the time that a file takes.
        """
        for scope in self.scopes:
            del scope.module
            scope.attributes.clear()
        for fork in self.forks:
            fork.arms.clear()


def find_reaching(bindings: Sequence[PlacedT], order: int) -> tuple[list[PlacedT], Fork | None, set[int]]:
    """The bindings that can be the last one before a place, as far back as the nearest fork that is not around it.

    Returns:
        The bindings in the order of the source; the fork before which to go on looking, None where one of the bindings
        is certainly the last one, or there are no more; the identities of its arms that certainly bind.
    """
    reaching: list[PlacedT] = []
    covered: set[int] = set()
    fork: Fork | None = None
    index = count_before(bindings, order)
    while index:
        index -= 1
        binding = bindings[index]
        if fork is not None and binding.order < fork.start:
            break
        arm = binding.arm
        if arm is None or arm.contains(order):
            reaching.append(binding)
            return reaching[::-1], None, covered
        outermost, reaches = arm, True
        while True:
            if id(outermost) in covered or outermost.never_reaches(order):
                reaches = False
            if not reaches and outermost.fork.is_left_between(outermost, binding.order, order, covered):
                reaches = True
            if outermost.parent is None or outermost.parent.contains(order):
                break
            outermost = outermost.parent
        if outermost.fork.kind == "own":
            continue
        fork = outermost.fork
        if reaches and not fork.excludes(outermost, order):
            reaching.append(binding)
            if _cover(arm, order, covered):
                return reaching[::-1], None, covered
    return reaching[::-1], fork, covered


def find_end(arm: Arm, order: int) -> int | None:
    """Where the statement ends that an arm belongs to, the outermost that ends before a place; None where none does."""
    if arm.contains(order):
        return None
    while arm.parent is not None and not arm.parent.contains(order):
        arm = arm.parent
    is_before = arm.fork.kind not in ("own", "call") and arm.fork.end < order
    return arm.fork.end if is_before else None


def count_before(bindings: Sequence[Binding | Store], order: int) -> int:
    """How many of them, in their order, are before a place."""
    return bisect_left(bindings, order, key=_ORDER)


_ORDER = attrgetter("order")
_START = attrgetter("start")


def _cover(arm: Arm, order: int, covered: set[int]) -> bool:
    """Note that an arm binds the name; whether every way to the place now comes through a binding."""
    while True:
        covered.add(id(arm))
        fork = arm.fork
        if not fork.exhaustive or any(
            id(other) not in covered and not other.never_reaches(order) for other in fork.arms
        ):
            return False
        if arm.parent is None or arm.parent.contains(order):
            return True
        arm = arm.parent
