"""`json-lines`: a JSON value on a line for each finding."""

from __future__ import annotations

from regilink_doctor.report.formats import Format
from regilink_doctor.report.json_values import dump_json, finding_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult


class JsonLines(Format):
    """The findings of `json`, one a line."""

    name = "json-lines"
    purpose = "programs that read line by line: the findings of `json`, one a line"

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """A line for each finding."""
        for finding in result.findings:
            yield dump_json(finding_value(finding), indent=None)
