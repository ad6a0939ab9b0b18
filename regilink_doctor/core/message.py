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

    @property
    def text(self) -> str:
        """Summary and note in one line: `SUMMARY: NOTE`."""
        return f"{self.summary}: {self.note}" if self.note else self.summary
