"""The doctor as items: one for each of its checks, `regilink-live::CHECK::SUBJECT`.

The doctor is asked once, when the items are collected; with xdist by the controller, so that the workers neither ask
again nor disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.origin import Default

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT = "regilink-live"
NO_CREDENTIALS = "REG802"


class LiveProblem(Exception):
    """What the doctor found; the message is its row."""


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
            if check.origin:
                lines.append(f"  from {check.origin.shown}")
            lines += [f"  {line}" for line in (check.help or "").splitlines()]
            raise LiveProblem("\n".join(lines))
        if check.status == "warn":
            self.warn(LiveWarning(f"{check.code}: {check.message}"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The row alone."""
        return str(excinfo.value) if isinstance(excinfo.value, LiveProblem) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """As pytest shows it."""
        return self.path, None, f"{self._check.name}: {self._check.subject}"


class LiveWarning(UserWarning):
    """The doctor warns."""


def diagnose_rootdir(config: pytest.Config) -> list[dict[str, Any]]:
    """The doctor's check results, as data."""
    from regilink_doctor.report.doctor import check_value
    from regilink_doctor.workflows.diagnose import diagnose

    return [check_value(check) for check in diagnose(cwd=config.rootpath).checks]


def _read_check(value: dict[str, Any]) -> CheckResult:
    """A check result that may come from another process: of its origin the description is left."""
    origin = None if value["origin"] is None else Default(value["origin"])
    lists = {"failures": tuple(value["failures"]), "requires": tuple(value["requires"])}
    return CheckResult(**{**value, **lists, "origin": origin})


def make_items(session: pytest.Session, results: list[dict[str, Any]], chosen: list[str]) -> Iterator[LiveItem]:
    """The items of these check results, or of those `chosen` by their node ids."""
    checks = [_read_check(value) for value in results]
    problem = next((each for each in checks if each.name == "credentials" and each.code == NO_CREDENTIALS), None)
    missing = f"no credentials for W&B: {problem.message}" if problem is not None else None
    seen: dict[str, int] = {}
    for check in checks:
        nodeid = f"{ROOT}::{check.name}::{check.subject}"
        seen[nodeid] = seen.get(nodeid, 0) + 1
        if seen[nodeid] > 1:
            nodeid += f"[{seen[nodeid]}]"
        if not chosen or any(nodeid == each or nodeid.startswith(f"{each}::") for each in chosen):
            name = nodeid.partition("::")[2]
            yield LiveItem.from_parent(session, name=name, nodeid=nodeid, check=check, missing=missing)
