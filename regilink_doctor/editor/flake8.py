"""The plugin of flake8: errors and warnings in Python files, as `regilink lint` reports them.

flake8 knows no severities, and whatever it prints fails a build: `info` is left out.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from regilink_doctor import __version__
from regilink_doctor.core.text import clean_message, remember_environment
from regilink_doctor.lint.scan import files
from regilink_doctor.workflows.lint import Linter

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence


class Flake8Plugin:
    """flake8 makes one for each file, and runs it."""

    name = "regilink"
    version = __version__

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        """Take a file: its path, and its lines with their ends. Its tree is made anew, with what regilink needs."""
        self._path = filename
        self._content = "".join(lines).encode("utf-8", "surrogatepass")

    def run(self) -> Iterator[tuple[int, int, str, type[Flake8Plugin]]]:
        """A line from 1, a column from 0, the code with the message, the plugin.

        Raises:
            ConfigProblem: the configuration or the catalog of the file's folder cannot be used.
        """
        linter = find_linter()
        if not files.can_matter(self._path, self._content) or linter.is_excluded(self._path):
            return
        for finding in linter.lint(self._path, self._content).findings:
            if finding.severity != "info" and finding.place.path == self._path:
                span = finding.place.span
                yield span.line, span.column - 1, clean_message(f"{finding.code} {finding.message}"), type(self)


@cache
def find_linter() -> Linter:
    """The linter of this process, as `regilink lint` has it in the current folder."""
    remember_environment(os.environ)
    return Linter.for_folder(".")
