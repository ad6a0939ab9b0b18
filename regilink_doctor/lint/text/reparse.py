"""Parsing a file again of which a few lines have changed: the statements of the other lines are kept as they are."""

from __future__ import annotations

from bisect import bisect_right

from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import find_first_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class LastTree:
    """The tree of a file as it was parsed last. Nobody changes a tree, so the next one can have nodes of it."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._starts: list[int] = []
        """The line that each statement of the module begins in."""
        self._statements: list[ast.stmt] = []

    def parse(self, text: str) -> ast.Module:
        """The tree of a module, equal to what `syntax.parse` gives.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: it is none that this Python can read.
        """
        lines = text.split("\n")
        statements = self._parse_changed(lines) if self._statements else None
        tree = ast.parse(text) if statements is None else ast.Module(body=statements, type_ignores=[])
        self._lines, self._statements = lines, [*tree.body]
        self._starts = [find_first_line(statement) for statement in tree.body]
        return tree

    def _parse_changed(self, lines: Sequence[str]) -> list[ast.stmt] | None:
        """The statements, of which those in changed lines are parsed; None where the whole has to be.

        A share of the lines can be parsed alone if it begins with a statement in the first column, and ends before
        such a one that nothing continues.
        """
        before = self._lines
        if len(lines) != len(before):
            return None
        changed = [number for number, line in enumerate(lines, 1) if line != before[number - 1]]
        if not changed:
            return [*self._statements]
        first = max(bisect_right(self._starts, changed[0]) - 1, 0)
        last = bisect_right(self._starts, changed[-1])
        start = self._starts[first] if first else 1
        end = self._starts[last] - 1 if last < len(self._starts) else len(lines)
        if not self._is_border(first, lines) or not self._is_border(last, lines):
            return None
        share = "\n" * (start - 1) + "\n".join(lines[start - 1 : end]) + ("\n" if end < len(lines) else "")
        try:
            statements = ast.parse(share).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None  # parsing the whole tells where it is wrong, or that it is right
        return [*self._statements[:first], *statements, *self._statements[last:]]

    def _is_border(self, number: int, lines: Sequence[str]) -> bool:
        """Whether a statement begins in the first column of a line that nothing from the lines before reaches into."""
        if number in (0, len(self._statements)):
            return True
        line = self._starts[number]
        before = self._statements[number - 1]
        is_alone = (before.end_lineno or line) < line and not self._lines[line - 2].endswith("\\")
        return is_alone and not lines[line - 2].endswith("\\") and self._statements[number].col_offset == 0
