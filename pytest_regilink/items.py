"""The linter as items: one for each file with a site or a finding, `PATH::regilink`."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_regilink.keys import CHECKING
from regilink_doctor.core.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_regilink.checking import Checking
    from regilink_doctor.workflows.lint import LintResult


class Findings(Exception):
    """What was found in a file; the message is the report."""


class CheckItem(pytest.Item):
    """Fails when the file has an error or a warning."""

    def __init__(self, *, result: LintResult, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._result = result
        self.add_marker("regilink_check")

    def runtest(self) -> None:
        """Show the findings, if any of them counts."""
        if self._result.exit_status:
            from regilink_doctor.report.excerpts import render_findings

            lines = render_findings(self._result.findings, self._result.sources, colour=False)
            raise Findings("\n".join([*lines, *self._result.failures]).rstrip())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report alone: a traceback of ours says nothing to anybody."""
        return str(excinfo.value) if isinstance(excinfo.value, Findings) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line and the title of a report, as pytest shows them; it takes a title apart that ends the node id."""
        findings = self._result.findings
        line = findings[0].place.span.line - 1 if findings else 0
        return Path(escape_text(str(self.path))), line, f"regilink lint {self.nodeid.rpartition('::')[0]}"


class CheckFile(pytest.File):
    """A file that is linted when it is collected: nothing to run is no item."""

    def collect(self) -> Iterable[CheckItem]:
        """The one item, if the file has a site or a finding."""
        result = checking(self.config).lint(self.path)
        if result.findings or result.sites or result.failures:
            yield CheckItem.from_parent(self, name="regilink", result=result)


class NotImported(pytest.Module):
    """Stands for a module that is no test: it has no tests, and is not imported to find that out."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Nothing."""
        return []


def checking(config: pytest.Config) -> Checking:
    """The linter of the session."""
    if CHECKING not in config.stash:
        from pytest_regilink.checking import Checking

        config.stash[CHECKING] = Checking(config)
    found: Checking = config.stash[CHECKING]
    return found


def check_file(parent: pytest.Collector, path: Path) -> CheckFile | None:
    """The collector of a file that passes the linter's gates."""
    return _file(parent, path) if checking(parent.config).concerns(path) else None


def _file(parent: pytest.Collector, path: Path) -> CheckFile:
    """What cannot be printed in a name is escaped: it forges no line of a report, and xdist sends no lone byte."""
    if str(path).isprintable():
        return CheckFile.from_parent(parent, path=path)
    place = escape_text(os.path.relpath(path, parent.config.rootpath)).replace(os.sep, "/")
    return CheckFile.from_parent(parent, path=path, name=escape_text(path.name), nodeid=place)


def not_imported(parent: pytest.Collector, path: Path) -> NotImported | None:
    """An empty module for a file that was named on the command line and is no test file by `python_files`."""
    patterns = [*parent.config.getini("python_files"), "__init__.py"]
    if any(fnmatch(path.name, pattern) or fnmatch(str(path), pattern) for pattern in patterns):
        return None
    return NotImported.from_parent(parent, path=path)


def items_below(session: pytest.Session) -> Iterator[CheckItem]:
    """The items of all files, by path: every worker of xdist has the same ones in the same order."""
    for path in sorted(checking(session.config).worth):
        yield from _file(session, Path(path)).collect()
