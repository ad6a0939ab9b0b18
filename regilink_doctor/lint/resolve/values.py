"""What an expression can be: a text with holes, something of wandb's, a display, an object of the file's own.

`UNKNOWN` becomes a hole where a text is built from it; a wrong guess is worse than none.
"""

from __future__ import annotations

from regilink_doctor.core.records import field, record, replace
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from regilink_doctor.lint.resolve.bindings import Branch, Module, Scope
    from regilink_doctor.lint.text.source import Source


@record
class Name:
    """A dotted name from an import: `wandb.init`, `os.environ`."""

    path: str


@record
class Instance:
    """An object of a class of wandb's, and the call that made it."""

    type: str
    made_by: ast.Call | None = None
    at: ProgramPoint | None = field(default=None, compare=False, repr=False)


@record
class Method:
    """An attribute of an object of wandb's."""

    owner: Instance
    name: str

    @property
    def path(self) -> str:
        """The canonical name: `wandb.Run.link_artifact`."""
        return f"{self.owner.type}.{self.name}"


@record
class Literal:
    """A list, tuple, set or dictionary display, its items still unevaluated, and where it stands.

    `dict(a=1)` and `SimpleNamespace(a=1)` are calls that mean a display; `attributes`: its keys are attributes as well
    (OmegaConf, namespaces).
    """

    node: ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Call
    at: ProgramPoint
    attributes: bool = False

    @property
    def items(self) -> Sequence[ast.expr]:
        """The items of a list, tuple or set; the keys of a dictionary that are written as expressions."""
        if isinstance(self.node, ast.List | ast.Tuple | ast.Set):
            return self.node.elts
        return [key for key, _ in self.pairs if isinstance(key, ast.expr)]

    @property
    def pairs(self) -> Sequence[tuple[ast.expr | str | None, ast.expr]]:
        """The keys and values of a dictionary; the key is None where a mapping is unpacked."""
        if isinstance(self.node, ast.Dict):
            return list(zip(self.node.keys, self.node.values, strict=True))
        if isinstance(self.node, ast.Call):
            return [(keyword.arg, keyword.value) for keyword in self.node.keywords]
        return []

    @property
    def mapping(self) -> bool:
        """Whether it is a dictionary."""
        return isinstance(self.node, ast.Dict | ast.Call)


@record
class ClassOrObject:
    """A class of the tree, or with `instance` an object of it; `made` is the call that made it, if that is known."""

    scope: Scope
    instance: bool = False
    made: Frame | None = None


@record
class Function:
    """A function of the tree, or with `receiver` a method."""

    scope: Scope
    receiver: ClassOrObject | None = None


@record
class Member:
    """A member of an enumeration of the tree."""

    scope: Scope
    name: str


@record
class ModuleValue:
    """A module of the tree."""

    module: Module


@record
class Arguments:
    """What a parser of the command line has read: the arguments that are added anywhere in this module."""

    module: Module


@record
class NonString:
    """Known to be something that is neither text nor wandb's: None, a number, a function."""

    value: object = None


@record
class Unknown(NonString):
    """Nothing is known, for a reason."""

    value: object = "unknown"
    reason: str = field(default="", compare=False)


UNKNOWN = Unknown()


@record(eq=False)
class Frame:
    """One call of a function or class of the tree: what its parameters are, seen from inside."""

    scope: Scope
    call: ast.Call
    at: ProgramPoint
    receiver: ClassOrObject | None = None

    def calls(self, scope: Scope) -> bool:
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


@record
class ProgramPoint:
    """A place to ask from: what a name means depends on the scope, on what came before, on the branch, on the call."""

    scope: Scope = field(hash=False)  # order and frame tell places apart well enough
    order: int
    branch: Branch = field(hash=False)
    frame: Frame | None = None

    @property
    def source(self) -> Source:
        """The file that it is in."""
        return self.scope.module.source


END = 1 << 60
"""An order behind everything: an inner function sees the outer scope as it is in the end."""

Value = (
    StringValue
    | Name
    | Instance
    | Method
    | Literal
    | ClassOrObject
    | Function
    | Member
    | ModuleValue
    | Arguments
    | NonString
)


def with_name(value: Value, name: str) -> Value:
    """The same text, one more variable, key or attribute on its way noted."""
    return _changed(value, lambda part: part if name in part.names else replace(part, names=(*part.names, name)))


def mark_default(value: Value, variable: str) -> Value:
    """The same text, marked as what is taken only when `variable` is not given."""
    return _changed(value, lambda part: part if isinstance(part, UnknownPart) else replace(part, default_of=variable))


def _changed(value: Value, change: Callable[[KnownPart | UnknownPart], KnownPart | UnknownPart]) -> Value:
    return (
        replace(value, parts=tuple(change(part) for part in value.parts)) if isinstance(value, StringValue) else value
    )


def drop_missing(values: Iterable[Value]) -> list[Value]:
    """What is left of the alternatives where somebody has looked whether there is anything: no None, no empty text."""
    left: list[Value] = []
    for value in values:
        if isinstance(value, StringValue) and (
            value.literal != "" or not any(_is_default(part) for part in value.parts)
        ):
            left.append(replace(value, parts=tuple(_set(part) for part in value.parts)))
        elif not isinstance(value, StringValue) and not (isinstance(value, NonString) and value.value is None):
            left.append(value)
    return left


def _is_default(part: KnownPart | UnknownPart) -> bool:
    return isinstance(part, KnownPart) and part.default_of is not None


def _set(part: KnownPart | UnknownPart) -> KnownPart | UnknownPart:
    return replace(part, kind="unknown") if isinstance(part, UnknownPart) and part.kind == "environment" else part


def may_be_unset(value: Value) -> bool:
    """Whether the text holds a variable of the environment that has no default."""
    return isinstance(value, StringValue) and any(
        isinstance(part, UnknownPart) and part.kind == "environment" for part in value.parts
    )
