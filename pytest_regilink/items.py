"""Items of pytest: `PATH::regilink` for each file with a site or a finding, `regilink-live::CHECK::SUBJECT` for checks.

The doctor is asked once, when the items are collected; with xdist by the controller, so that the workers neither ask
again nor disagree.
"""

from __future__ import annotations

import json
import os
import warnings
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_regilink.options import find_catalog, find_roots, is_asked_for
from regilink_doctor.config import find_config
from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.files import relative_path, show_path
from regilink_doctor.core.origin import Default
from regilink_doctor.core.phrases import counted
from regilink_doctor.core.text import clean_message, escape_text
from regilink_doctor.report.summary import (
    describe_project_links,
    describe_skipped,
    describe_unread,
    find_project_links,
    find_unread_links,
    list_places,
)
from regilink_doctor.workflows.lint import files_worth_linting, lint_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.workflows.lint import LintResult


_LINTER = pytest.StashKey["Linter"]()


class Linter:
    """The linter of a session. Paths are shown as seen from the folder in which pytest was started.

    Raises:
        UsageError: the configuration or the catalog cannot be used.
    """

    def __init__(self, config: pytest.Config) -> None:
        try:
            self._config = find_config(str(config.rootpath))
            self._catalog = _load_catalog(find_catalog(config) or self._config.catalog_path)
        except (OSError, ValueError) as error:
            raise pytest.UsageError(f"regilink: {error}") from None
        self._roots = find_roots(config)
        self._paths: frozenset[str] | None = None
        self.unread_links: dict[str, None] = {}
        """`file:line` of the links whose target path could not be read from the source."""
        self.project_links: dict[str, None] = {}
        """`file:line` of the links that go to a project, not to a registry, and have no finding."""
        self.unshown: dict[str, int] = {}
        """For each file, how many findings its item does not show: suppressed ones, those below `min-severity`."""
        self.ignored: dict[str, int] = {}
        """For each file, how many findings `per-file-ignores` leaves out."""

    @property
    def paths(self) -> frozenset[str]:
        """The files that can have a site or a finding."""
        if self._paths is None:
            self._paths = frozenset(map(os.path.abspath, files_worth_linting(self._roots, self._config)))
        return self._paths

    def lint_file(self, path: Path) -> LintResult:
        """Lint one file."""
        shown = show_path(str(path))
        result = lint_paths([shown], catalog=self._catalog, config=self._config)
        self.unread_links |= dict.fromkeys(find_unread_links(result))
        self.project_links |= dict.fromkeys(find_project_links(result, without_findings=True))
        self.unshown[str(path)] = result.suppressed + result.hidden
        if result.unconfigured:
            return result
        config = self._config.for_folder(os.path.dirname(shown))
        if config.per_file_ignores:
            everything = config.changed({"per_file_ignores": {}})
            whole = lint_paths([shown], catalog=self._catalog, config=everything)
            self.ignored[str(path)] = max(0, len(whole.findings) - len(result.findings))
        return result

    def dump_notes(self) -> list[dict[str, Any]]:
        """What the summary says of the files, for the controller of xdist."""
        return [self.unread_links, self.project_links, self.unshown, self.ignored]

    def add_notes(self, notes: list[dict[str, Any]]) -> None:
        """Add what a worker of xdist has found."""
        for own, other in zip(self.dump_notes(), notes, strict=True):
            own.update(other)

    def summarize(self) -> Iterator[str]:
        """The lines after pytest's summary: what no item shows."""
        if self.unread_links:
            links = counted(len(self.unread_links), "link")
            yield f"{links} could not be read: {list_places(list(self.unread_links))}"
        yield from (str(line).removesuffix(".") for line in describe_project_links(list(self.project_links)))
        if number := sum(self.unshown.values()):
            yield f"{counted(number, 'finding')} suppressed, or hidden by min-severity"
        if number := sum(self.ignored.values()):
            yield f"{counted(number, 'finding')} ignored by per-file-ignores"
        if not self.unshown:
            yield "nothing was linted: no file here can have a link or a finding"


class ItemProblem(Exception):
    """What is wrong, which is all that the report of an item shows."""

    def __init__(self, message: str) -> None:
        super().__init__(clean_message(message))


class RegilinkItem(pytest.Item):
    """An item of regilink, with its mark."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.add_marker("regilink_check")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong, without a traceback of regilink."""
        return str(excinfo.value) if isinstance(excinfo.value, ItemProblem) else super().repr_failure(excinfo, style)


class CheckItem(RegilinkItem):
    """Fails when the file has an error or a warning."""

    def __init__(self, *, result: LintResult, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._result = result

    def runtest(self) -> None:
        """Show the findings, if any of them counts."""
        if self._result.exit_status:
            from regilink_doctor.report.locations import render_findings

            lines = render_findings(self._result.findings, self._result.sources, colour=False)
            raise ItemProblem("\n".join([*lines, *self._result.unchecked]).rstrip())
        for sentence in describe_skipped(self._result.skipped):
            pytest.skip(escape_text(sentence))

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line and title of a report. pytest splits a title that ends like the node id: it is not given that."""
        findings = self._result.findings
        line = findings[0].place.span.line - 1 if findings else 0
        return Path(escape_text(str(self.path))), line, f"regilink lint {self.nodeid.rpartition('::')[0]}"


class CheckFile(pytest.File):
    """A file that is linted when it is collected."""

    def collect(self) -> Iterable[CheckItem]:
        """Lint; one item, if the file has a site or a finding."""
        result = linter_of(self.config).lint_file(self.path)
        if result.findings or result.sites or result.failures or result.skipped:
            yield CheckItem.from_parent(self, name="regilink", result=result)


class NotImported(pytest.Module):
    """A module that was named but is not a test file: it has no tests, and is not imported to find that out."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Nothing."""
        return []


def linter_of(config: pytest.Config) -> Linter:
    """The linter of the session."""
    if _LINTER not in config.stash:
        config.stash[_LINTER] = Linter(config)
    return config.stash[_LINTER]


def check_file(parent: pytest.Collector, path: Path) -> CheckFile | None:
    """The collector of a file that can have a site or a finding."""
    return _make_file(parent, path) if str(path) in linter_of(parent.config).paths else None


def replace_module(parent: pytest.Collector, path: Path) -> NotImported | None:
    """An empty module for a file that was named on the command line and is not a test file by `python_files`."""
    return None if _is_test_file(parent.config, path) else NotImported.from_parent(parent, path=path)


def drop_doctests(parent: pytest.Collector, path: Path, collectors: list[pytest.Collector]) -> list[pytest.Collector]:
    """The collectors without that of `--doctest-modules`, which would import a script that was named to be linted."""
    if not parent.session.isinitpath(path) or path.suffix != ".py" or _is_test_file(parent.config, path):
        return collectors
    return [item for item in collectors if type(item).__name__ != "DoctestModule"]


def collect_items_below(session: pytest.Session) -> Iterator[CheckItem]:
    """The items of all files, by path: every worker of xdist has the same ones in the same order."""
    ignored: dict[Path, bool] = {}
    for name in sorted(linter_of(session.config).paths):
        path = Path(name)
        if not _is_ignored(session, path, ignored):
            yield from _make_file(session, path).collect()


def _is_ignored(session: pytest.Session, path: Path, ignored: dict[Path, bool]) -> bool:
    """Whether pytest would not collect this path: `--ignore`, `norecursedirs`, `collect_ignore`."""
    if path == session.config.rootpath or path.parent == path:
        return False
    if path not in ignored:
        ignored[path] = _is_ignored(session, path.parent, ignored) or bool(
            session.gethookproxy(path.parent).pytest_ignore_collect(collection_path=path, config=session.config)
        )
    return ignored[path]


def _is_test_file(config: pytest.Config, path: Path) -> bool:
    patterns = [*config.getini("python_files"), "__init__.py"]
    return any(fnmatch(path.name, pattern) or fnmatch(str(path), pattern) for pattern in patterns)


def _make_file(parent: pytest.Collector, path: Path) -> CheckFile:
    """Characters that cannot be printed are escaped: they forge no line of a report, and xdist sends no lone byte."""
    if str(path).isprintable():
        return CheckFile.from_parent(parent, path=path)
    place = escape_text(relative_path(str(path), str(parent.config.rootpath)))
    return CheckFile.from_parent(parent, path=path, name=escape_text(path.name), nodeid=place)


def _load_catalog(path: str | None) -> Catalog | None:
    if path is None:
        return None
    from regilink_doctor.core.catalog import Catalog

    return Catalog.load(path)


ROOT = "regilink-live"
NO_CREDENTIALS = "REG802"


class LiveItem(RegilinkItem):
    """A check of the doctor."""

    def __init__(self, *, check: CheckResult, missing: str | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._check = check
        self._missing = missing

    def runtest(self) -> None:
        """Fail, skip or pass as the check does; without credentials what did not pass is skipped."""
        check = self._check
        if check.status == "skip" or (self._missing is not None and check.status != "pass"):
            pytest.skip(self._missing or check.message)
        if check.status in ("fail", "crash"):
            lines = [f"{check.code or check.status}: {check.message}"]
            lines += [f"  note: {line}" for line in (check.note or "").splitlines()]
            if check.origin:
                lines.append(f"  from {check.origin.shown}")
            lines += [f"  {line}" for line in (check.help or "").splitlines()]
            raise ItemProblem("\n".join(lines))
        if check.status == "warn":
            warnings.warn(LiveWarning(f"{check.code}: {check.text}"), stacklevel=1)

    def reportinfo(self) -> tuple[Path, None, str]:
        """As pytest shows it."""
        return self.path, None, f"{self._check.name}: {self._check.subject}"


class LiveWarning(UserWarning):
    """The doctor warns."""

    def __init__(self, message: str) -> None:
        super().__init__(clean_message(message))


class LinksItem(RegilinkItem):
    """`regilink-live::links`: fails when there are links, and none of them could be checked."""

    def __init__(self, *, links: dict[str, Any], missing: str | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._checked: int = links["checked"]
        self._unknown: list[dict[str, Any]] = links["unknown"]
        self._unread: list[str] = links["unread"]
        self._skipped: list[str] = links["skipped"]
        self._missing = missing

    def runtest(self) -> None:
        """Fail when nothing could be checked, also without credentials; warn when something could not."""
        if not self._unknown and not self._unread and not self._skipped:
            if not self._checked:
                pytest.skip("there is no link to check")
            return
        every = len(self._unknown) + self._checked
        lines = [self._missing] if self._missing else []
        lines += [f"{len(self._unknown)} of {every} links could not be checked"] if self._unknown else []
        for link in self._unknown:
            place = f"{link['path']}:{link['line']}: " if link["path"] else ""
            lines.append(f"  {place}{link['target']}: {link['reason']}")
        lines += [*describe_unread(self._unread), *describe_skipped(self._skipped)]
        if self._checked or not (self._unknown or self._unread) or is_asked_for(self.config, "allow_unknown"):
            warnings.warn(LiveWarning("\n".join(lines)), stacklevel=1)
        else:
            raise ItemProblem("\n".join(lines))

    def reportinfo(self) -> tuple[Path, None, str]:
        """As pytest shows it."""
        return self.path, None, "links"


def run_doctor(config: pytest.Config) -> dict[str, Any]:
    """The doctor's report on the links below the arguments, or below rootdir, as data."""
    from regilink_doctor.report.doctor import to_json
    from regilink_doctor.workflows.diagnose import diagnose

    paths = find_roots(config)
    diagnosis = diagnose(cwd=config.rootpath, paths=None if paths == [str(config.rootpath)] else paths)
    report: dict[str, Any] = json.loads(to_json(diagnosis))
    return report


def _read_check(value: dict[str, Any]) -> CheckResult:
    """A check result that may come from another process: of its origins the descriptions are left."""
    origin = None if value["origin"] is None else Default(value["origin"])
    lists = {name: tuple(value[name]) for name in ("failures", "requires")}
    also_at = tuple(Default(shown) for shown in value["also_at"])
    return CheckResult(**{**value, **lists, "origin": origin, "also_at": also_at})


def make_items(session: pytest.Session, report: dict[str, Any], chosen: list[str]) -> Iterator[pytest.Item]:
    """The items of the report's checks and of its links, or of those `chosen` by their node ids."""
    checks = [_read_check(value) for value in report["checks"]]
    problem = next((check for check in checks if check.name == "credentials" and check.code == NO_CREDENTIALS), None)
    missing = f"no credentials for W&B: {problem.text}" if problem is not None else None

    def is_chosen(nodeid: str) -> bool:
        return not chosen or any(nodeid == wanted or nodeid.startswith(f"{wanted}::") for wanted in chosen)

    seen: dict[str, int] = {}
    for check in checks:
        nodeid = f"{ROOT}::{check.name}::{check.subject}"
        seen[nodeid] = seen.get(nodeid, 0) + 1
        if seen[nodeid] > 1:
            nodeid += f"[{seen[nodeid]}]"
        if is_chosen(nodeid):
            name = nodeid.partition("::")[2]
            yield LiveItem.from_parent(session, name=name, nodeid=nodeid, check=check, missing=missing)
    if is_chosen(f"{ROOT}::links"):
        links = report["links"]
        yield LinksItem.from_parent(session, name="links", nodeid=f"{ROOT}::links", links=links, missing=missing)
