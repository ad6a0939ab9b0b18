"""REG002."""

from __future__ import annotations

from regilink_doctor.rules.base import Rule


class InternalError(Rule):
    """A rule crashed on the file. It is a mistake in regilink, not in the file.

    The other rules have run. Please report it with the line that is named.
    """

    code = "REG002"
    name = "internal-error"
    severity = "error"
