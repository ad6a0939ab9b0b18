"""`rdjson`: diagnostics for reviewdog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regilink_doctor.report.formats import Format
from regilink_doctor.report.json_values import dump_json
from regilink_doctor.report.locations import SourceLines, repository_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding, Place, Severity, Span
    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult

_SEVERITIES: dict[Severity, str] = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


class Rdjson(Format):
    """A `DiagnosticResult`, which reviewdog shows at the lines of a review, with suggestions for the fixes."""

    name = "rdjson"
    purpose = "reviewdog, with the fixes as suggestions"

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """One indented value."""
        lines = SourceLines(result.sources)
        diagnostics = [_diagnostic_value(finding, lines) for finding in result.findings]
        yield dump_json({"source": {"name": "regilink"}, "diagnostics": diagnostics})


def _diagnostic_value(finding: Finding, lines: SourceLines) -> dict[str, Any]:
    value: dict[str, Any] = {
        "message": "\n".join(text for text in (finding.text, finding.help) if text),
        "location": _location_value(finding.place, lines),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.code, **({"url": finding.url} if finding.url else {})},
    }
    if finding.fix and finding.place.cell is None:  # reviewdog edits files: a cell's edit does not fit its JSON
        content = lines.lines_around(finding.place)
        value["suggestions"] = [
            {"range": _range_value(edit.span, content), "text": edit.content} for edit in finding.fix.edits
        ]
    if finding.related:
        value["related_locations"] = [
            {"message": related.message, "location": _location_value(related.place, lines)}
            for related in finding.related
        ]
    return value


def _location_value(place: Place, lines: SourceLines) -> dict[str, Any]:
    span = lines.span_in_file(place)
    content = lines.lines_around(place) if place.cell is None else []
    return {"path": repository_path(place.path, "GITHUB_WORKSPACE"), "range": _range_value(span, content)}


def _range_value(span: Span, content: list[str]) -> dict[str, Any]:
    """Lines count from 1, columns from 1 in bytes of UTF-8, the end is exclusive."""
    return {
        "start": {"line": span.line, "column": _byte_column(content, span.line, span.column)},
        "end": {"line": span.end_line, "column": _byte_column(content, span.end_line, span.end_column)},
    }


def _byte_column(content: list[str], line: int, column: int) -> int:
    if line > len(content):
        return column
    return len(content[line - 1][: column - 1].encode(errors="surrogatepass")) + 1
