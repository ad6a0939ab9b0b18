"""What an expression can be: a text with holes, something of wandb's, a display, an object of the file's own.

`UNKNOWN` becomes a hole where a text is built from it; a wrong guess is worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regilink_doctor.core.sites import Hole, Piece, Text

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from regilink_doctor.lint.scopes import Branch, Scope


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name from an import: `wandb.init`, `os.environ`."""

    path: str


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class of wandb's, and the call that made it."""

    type: str
    made_by: ast.Call | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """An attribute of an object of wandb's."""

    owner: Instance
    name: str

    @property
    def path(self) -> str:
        """The canonical name: `wandb.Run.link_artifact`."""
        return f"{self.owner.type}.{self.name}"


@dataclass(frozen=True, slots=True)
class Literal:
    """A list, tuple, set or dictionary display, its items still unevaluated, and where it stands."""

    node: ast.List | ast.Tuple | ast.Set | ast.Dict
    at: At


@dataclass(frozen=True, slots=True)
class Local:
    """A class of the file itself, or with `instance` an object of it."""

    scope: Scope
    instance: bool = False


@dataclass(frozen=True, slots=True)
class Other:
    """Known to be something that is neither text nor wandb's: None, a number, a function."""

    value: object = None


UNKNOWN = Other("unknown")


@dataclass(frozen=True, slots=True)
class At:
    """A place to ask from: what a name means depends on the scope, on what came before, and on the branch."""

    scope: Scope
    order: int
    branch: Branch


Value = Text | Name | Instance | Method | Literal | Local | Other


def named(value: Value, name: str) -> Value:
    """The same text, one more variable, key or attribute on its way noted."""
    return _changed(value, lambda part: replace(part, names=(*part.names, name)))


def weak(value: Value, variable: str) -> Value:
    """The same text, marked as what is taken only when `variable` is not given."""
    return _changed(value, lambda part: part if isinstance(part, Hole) else replace(part, default_of=variable))


def _changed(value: Value, change: Callable[[Piece | Hole], Piece | Hole]) -> Value:
    return replace(value, parts=tuple(change(part) for part in value.parts)) if isinstance(value, Text) else value


def may_be_unset(value: Value) -> bool:
    """Whether the text holds a variable of the environment that has no default."""
    return isinstance(value, Text) and any(
        isinstance(part, Hole) and part.kind == "environment" for part in value.parts
    )
