"""What regilink says of a problem."""

from __future__ import annotations

from regilink_doctor.core.records import record


@record
class Message:
    """The words for a problem: they are written once, in its rule.

    `summary` is one clause that says what is wrong, `note` what would happen, `help` what to write.
    """

    summary: str
    note: str | None = None
    help: str | None = None
