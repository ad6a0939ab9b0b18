"""`concise`: one line for each finding."""

from __future__ import annotations

from regilink_doctor.core.text import escape_text
from regilink_doctor.report.formats import Format
from regilink_doctor.report.locations import format_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult


class Concise(Format):
    """`path:line:col: CODE severity: message`, which editors and `grep` read."""

    name = "concise"
    purpose = "`path:line:col: CODE severity: message`; in a notebook `nb.ipynb:cell 3:2:8: CODE severity: message`"
    kind = "text"

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """A line for each finding."""
        for finding in result.findings:
            page = f" ({finding.page})" if style.show_url else ""
            message = escape_text(style.translate(finding.message))
            yield f"{format_place(finding.place)}: {finding.code} {finding.severity}: {message}{escape_text(page)}"
