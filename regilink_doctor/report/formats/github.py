"""`github`: workflow commands, which GitHub shows at the line of the pull request."""

from __future__ import annotations

from regilink_doctor.core.text import escape_command, escape_command_property, escape_text
from regilink_doctor.report.formats import Format
from regilink_doctor.report.locations import SourceLines, format_place, repository_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Severity, Span
    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


class GitHub(Format):
    """A workflow command for each finding; in a notebook at the line of the file, which is what GitHub shows."""

    name = "github"
    purpose = "workflow commands: shown at the line of the pull request, in a notebook at the line of the file"
    kind = "commands"

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """A line for each finding."""
        lines = SourceLines(result.sources)
        for finding in result.findings:
            properties = format_properties(
                title=f"{finding.code} {finding.name}",
                file=repository_path(finding.place.path, "GITHUB_WORKSPACE"),
                **_lines_and_columns(lines.span_in_file(finding.place)),
            )
            text = f"{format_place(finding.place)}: {finding.code} {escape_text(finding.text)}"
            if finding.help:
                text += f"\n  help: {escape_text(finding.help)}"
            yield f"::{_COMMANDS[finding.severity]} {properties}::{escape_command(text)}"


def format_properties(**values: str) -> str:
    """The properties of a workflow command."""
    return ",".join(f"{name}={escape_command_property(value)}" for name, value in values.items())


def _lines_and_columns(span: Span) -> dict[str, str]:
    """GitHub accepts columns only where a finding begins and ends on one line."""
    lines = {"line": str(span.line), "endLine": str(span.end_line)}
    if span.line != span.end_line:
        return lines
    return {**lines, "col": str(span.column), "endColumn": str(span.end_column)}
