"""`azure`: logging commands, which Azure Pipelines shows as issues of the build."""

from __future__ import annotations

from regilink_doctor.core.text import escape_text
from regilink_doctor.report.formats import Format
from regilink_doctor.report.locations import SourceLines, repository_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult


class Azure(Format):
    """A `task.logissue` for each finding. Azure has no third kind of issue: an info is a warning."""

    name = "azure"
    purpose = "logging commands: issues of an Azure Pipelines build"
    kind = "commands"

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """A line for each finding."""
        lines = SourceLines(result.sources)
        for finding in result.findings:
            span = lines.span_in_file(finding.place)
            properties = {
                "type": "error" if finding.severity == "error" else "warning",
                "sourcepath": repository_path(finding.place.path, "BUILD_SOURCESDIRECTORY"),
                "linenumber": str(span.line),
                "columnnumber": str(span.column),
                "code": finding.code,
            }
            escaped = {name: _escape_message(value).replace(";", "%3B") for name, value in properties.items()}
            shown = "".join(f"{name}={value.replace(']', '%5D')};" for name, value in escaped.items())
            text = " ".join(part for part in (finding.text, finding.help and f"({finding.help})") if part)
            yield f"##vso[task.logissue {shown}]{_escape_message(text)}"


def _escape_message(text: str) -> str:
    """Azure decodes `%AZP25`, `%0A` and `%0D`."""
    return escape_text(text).replace("%", "%AZP25")
