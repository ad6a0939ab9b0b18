"""What a check of the doctor found: plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regilink_doctor.core.records import record

if TYPE_CHECKING:
    from regilink_doctor.core.origin import Origin

Status = Literal["pass", "fail", "warn", "skip", "crash"]


@record
class CheckResult:
    """What one check of the doctor found out about one subject.

    `message` is one clause, `note` what it means or would cause, `help` what to write or run: a line for each.
    `code` is None on pass and skip. `subject` is what was checked (a host, an entity, a target path), `origin` where
    that comes from, `failures` are failure ids, `requires` the checks that had to pass first, `duration_ms` whole
    milliseconds. `also_at` are further places of the same subject. `blocked_by` names the check whose failure caused
    a skip, or `host` where the server gave this check no answer; `group` what the
    check is about (`doctor.base.GROUPS`).
    """

    name: str
    status: Status
    subject: str
    message: str
    code: str | None = None
    help: str | None = None
    origin: Origin | None = None
    failures: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    duration_ms: int = 0
    also_at: tuple[Origin, ...] = ()
    blocked_by: str = ""
    group: str = ""
    note: str | None = None

    @property
    def text(self) -> str:
        """Message and notes in one line."""
        return ": ".join(filter(None, [self.message, (self.note or "").replace("\n", "; ")]))
