"""What an annotation says of a name: a run, an artifact, a class of the tree."""

from __future__ import annotations

from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.values import END, ClassOrObject, Instance, Name, ProgramPoint, Value
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.resolve.resolver import Resolver

_DEEPEST = 40


class Annotations:
    """Answers for an `Resolver` what annotations mean."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._parsed: dict[str, ast.expr | None] = {}

    def value(self, annotation: ast.expr, at: ProgramPoint, depth: int) -> Value | None:
        """`run: wandb.Run`, also in quotes, `Optional[…]` or `… | None`; a class of the tree."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            quoted = self._quoted(annotation.value)
            return self.value(quoted, at, depth + 1) if quoted is not None and depth < _DEEPEST else None
        if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
            left = self.value(annotation.left, at, depth)
            return left or self.value(annotation.right, at, depth)
        if isinstance(annotation, ast.Subscript):
            optional = isinstance(annotation.value, ast.Name | ast.Attribute) and ast.unparse(
                annotation.value
            ).endswith(("Optional", "Annotated"))
            return self.value(annotation.slice, at, depth) if optional else None
        if isinstance(annotation, ast.Name | ast.Attribute):
            for value in self._resolver.value(annotation, ProgramPoint(at.scope, END, ()), depth):
                if isinstance(value, Name) and value.path in wandb_api.CLASSES:
                    return Instance(value.path)
                if (
                    isinstance(value, ClassOrObject)
                    and not value.instance
                    and not self._resolver.objects.is_enum(value.scope)
                ):
                    return ClassOrObject(value.scope, instance=True)
        return None

    def _quoted(self, text: str) -> ast.expr | None:
        """An annotation in quotes. Kept: values are remembered by a node's identity."""
        if text not in self._parsed:
            try:
                self._parsed[text] = ast.parse_expression(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._parsed[text] = None
        return self._parsed[text]
