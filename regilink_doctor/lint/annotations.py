"""What an annotation says of a name: a run, an artifact, a class of the tree."""

from __future__ import annotations

from regilink_doctor.lint import api
from regilink_doctor.lint import syntax as ast
from regilink_doctor.lint.values import END, At, Instance, Local, Name, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.evaluator import Evaluator

_DEEPEST = 40


class Annotations:
    """Answers for an `Evaluator` what annotations mean."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._parsed: dict[str, ast.expr | None] = {}

    def value(self, annotation: ast.expr, at: At, depth: int) -> Value | None:
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
            for value in self._evaluator.value(annotation, At(at.scope, END, ()), depth):
                if isinstance(value, Name) and value.path in api.CLASSES:
                    return Instance(value.path)
                if isinstance(value, Local) and not value.instance and not self._evaluator.objects.is_enum(value.scope):
                    return Local(value.scope, instance=True)
        return None

    def _quoted(self, text: str) -> ast.expr | None:
        """An annotation in quotes. Kept: values are remembered by a node's identity."""
        if text not in self._parsed:
            try:
                self._parsed[text] = ast.parse_expression(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._parsed[text] = None
        return self._parsed[text]
