"""Whether a run has certainly ended before a call: by `finish()`, or with the `with` that it belongs to.

A `finish()` inside an `if` ends nothing here, and what may be another run has not ended.
"""

from __future__ import annotations

from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import FUNCTIONS, WITHS, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from regilink_doctor.core.findings import Place
    from regilink_doctor.core.sites import End
    from regilink_doctor.lint.resolve.bindings import Use
    from regilink_doctor.lint.text.source import Source

MOST_STATEMENTS = 400
"""Statements looked at before a call; no function that people read is longer."""


class RunLifetime:
    """Answers for the calls of one file how their runs have ended."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._names: dict[int, frozenset[str]] = {}
        self._seen: dict[tuple[int, str], tuple[int, int]] = {}

    def before(
        self, use: Use, run: str, outwards: Iterable[tuple[ast.AST, list[ast.stmt], int]]
    ) -> tuple[End, Place] | None:
        """How and where the run of a call has certainly ended before it.

        Args:
            use: the call.
            run: its receiver as it is written: `run`, `self.run`, `wandb.run`.
            outwards: each node around its statement, the body that holds it and its index there, the innermost first.
        """
        left = MOST_STATEMENTS
        for parent, body, index in outwards:
            first = max(index - left, 0)
            turn = self._turn(body, index, run)
            if turn >= first:
                return self._end(body[turn], run, use)
            left -= index - first
            if first or isinstance(parent, FUNCTIONS):
                return None
            if isinstance(parent, WITHS) and self._turns(parent, run):
                return self._end(parent, run, use)
        return None

    def _turn(self, body: list[ast.stmt], end: int, run: str) -> int:
        """The last statement before number `end` of a body at which the run may change hands; -1 for none.

        A call that stands behind another one goes back no further than to that.
        """
        seen, turn = self._seen.get((id(body), run), (0, -1))
        if end < seen:
            seen, turn = 0, -1
        back = range(end - 1, max(seen, end - MOST_STATEMENTS) - 1, -1)
        turn = next((index for index in back if self._turns(body[index], run)), turn)
        self._seen[id(body), run] = end, turn
        return turn

    def _turns(self, statement: ast.stmt, run: str) -> bool:
        return bool(self._entered(statement, run) or self._finish(statement, run) or self._may_bind(statement, run))

    def _end(self, statement: ast.stmt, run: str, use: Use) -> tuple[End, Place] | None:
        """How the run has ended in a statement; None where it goes on, or is another one from there on."""
        if entered := self._entered(statement, run):
            inside = statement.lineno <= use.call.lineno <= (statement.end_lineno or 0)
            return None if inside else ("with", self.source.place(entered))
        finish = self._finish(statement, run)
        return ("finish", self.source.place(finish)) if finish else None

    def _entered(self, statement: ast.stmt, run: str) -> ast.expr | None:
        """What a `with` calls the run."""
        if not isinstance(statement, WITHS):
            return None
        items = ((item.optional_vars, item.context_expr) for item in statement.items)
        return next((context for name, context in items if name is not None and self.source.written(name) == run), None)

    def _finish(self, statement: ast.stmt, run: str) -> ast.expr | None:
        """The call of a statement that certainly ends the run."""
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            if getattr(statement.value.func, "attr", "") != "finish":
                return None
            called = self.source.written(statement.value.func)
            return statement.value if called in (f"{run}.finish", "wandb.finish") else None
        if isinstance(statement, ast.Try):
            return next((found for item in statement.finalbody if (found := self._finish(item, run))), None)
        return None

    def _may_bind(self, statement: ast.stmt, run: str) -> bool:
        """Whether a statement may give the name another run; for `wandb.run` and `self.run`, start one."""
        if "." in run:
            words = self.source.written(statement)
            return "init" in words or f"{run} =" in words
        if id(statement) not in self._names:  # asked once for every call behind it
            self._names[id(statement)] = frozenset(
                node.id for node in walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            )
        return run in self._names[id(statement)]
