"""`json`: all findings as one value."""

from __future__ import annotations

from regilink_doctor.report.formats import Format
from regilink_doctor.report.json_values import VERSION, dump_json, finding_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult


class Json(Format):
    """`{"version": 1, "findings": [...], "unread": [], "skipped": []}`, the last two with the reason for each file."""

    name = "json"
    purpose = "programs. Lines and columns count from 1, columns in code points, the end is exclusive"
    names_skipped = True

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """One indented value."""
        findings = [finding_value(finding) for finding in result.findings]
        rest = {"unread": [*result.failures, *result.unread], "skipped": list(result.skipped)}
        yield dump_json({"version": VERSION, "findings": findings, **rest})
