"""The doctor as items: one for each of its checks, `regilink-live::CHECK::SUBJECT`.

The doctor is asked once, when the items are collected; with xdist by the controller, so that the workers neither ask
again nor disagree.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from pytest_regilink.options import find_roots, is_asked_for
from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.origin import Default
from regilink_doctor.core.text import clean_message
from regilink_doctor.report.summary import describe_unread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT = "regilink-live"
NO_CREDENTIALS = "REG802"


class LiveProblem(Exception):
    """What the doctor found; the message is its row."""

    def __init__(self, message: str) -> None:
        super().__init__(clean_message(message))


class LiveItem(pytest.Item):
    """A row of the doctor's report."""

    def __init__(self, *, check: CheckResult, missing: str | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._check = check
        self._missing = missing
        self.add_marker("regilink_check")

    def runtest(self) -> None:
        """Fail, skip or pass as the row does; without credentials what did not pass is skipped."""
        check = self._check
        if check.status == "skip" or (self._missing is not None and check.status != "pass"):
            pytest.skip(self._missing or check.message)
        if check.status in ("fail", "crash"):
            lines = [f"{check.code or check.status}: {check.message}"]
            lines += [f"  note: {line}" for line in (check.note or "").splitlines()]
            if check.origin:
                lines.append(f"  from {check.origin.shown}")
            lines += [f"  {line}" for line in (check.help or "").splitlines()]
            raise LiveProblem("\n".join(lines))
        if check.status == "warn":
            warnings.warn(LiveWarning(f"{check.code}: {check.text}"), stacklevel=1)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The row alone."""
        return str(excinfo.value) if isinstance(excinfo.value, LiveProblem) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """As pytest shows it."""
        return self.path, None, f"{self._check.name}: {self._check.subject}"


class LiveWarning(UserWarning):
    """The doctor warns."""

    def __init__(self, message: str) -> None:
        super().__init__(clean_message(message))


class LinksItem(pytest.Item):
    """`regilink-live::links`: fails when there are links, and none of them could be checked."""

    def __init__(self, *, links: dict[str, Any], missing: str | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._checked: int = links["checked"]
        self._unknown: list[dict[str, Any]] = links["unknown"]
        self._unread: list[str] = links["unread"]
        self._missing = missing
        self.add_marker("regilink_check")

    def runtest(self) -> None:
        """Fail when nothing could be checked, warn when something could not."""
        if not self._unknown and not self._unread:
            return
        if self._missing is not None:
            pytest.skip(self._missing)
        every = len(self._unknown) + self._checked
        lines = [f"{len(self._unknown)} of {every} links could not be checked"] if self._unknown else []
        for link in self._unknown:
            place = f"{link['path']}:{link['line']}: " if link["path"] else ""
            lines.append(f"  {place}{link['target']}: {link['reason']}")
        lines += describe_unread(self._unread)
        if self._checked or is_asked_for(self.config, "allow_unknown"):
            warnings.warn(LiveWarning("\n".join(lines)), stacklevel=1)
        else:
            raise LiveProblem("\n".join(lines))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The links alone."""
        return str(excinfo.value) if isinstance(excinfo.value, LiveProblem) else super().repr_failure(excinfo, style)

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
