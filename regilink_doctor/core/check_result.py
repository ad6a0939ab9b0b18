"""A doctor's row, and where a setting came from: plain values."""

from __future__ import annotations

from typing import Literal

from regilink_doctor.core.records import record

Status = Literal["pass", "fail", "warn", "skip", "crash"]


@record
class Sourced:
    """A value and where it was found, in words a user can act on: `environment WANDB_ENTITY`, `~/.netrc`."""

    value: str
    source: str


@record
class CheckResult:
    """One row of the doctor's report.

    `code` is None on pass and skip. `subject` is what was looked at (a host, an entity, a target path), `source`
    where that came from, `rows` the rows of the catalogue of failures, `requires` the checks that had to pass
    first, `duration_ms` whole milliseconds.
    """

    name: str
    status: Status
    subject: str
    message: str
    code: str | None = None
    help: str | None = None
    source: str | None = None
    rows: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    duration_ms: int = 0
