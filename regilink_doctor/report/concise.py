"""`concise`: a finding a line, `path:line:col: CODE message`."""

from __future__ import annotations

from regilink_doctor.report.positions import position, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.findings import Finding


def line(finding: Finding) -> str:
    """The line of a finding, without its end."""
    return f"{position(finding.place)}: {finding.code} {visible(finding.message)}"
