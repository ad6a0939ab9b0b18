"""`gitlab`: a Code Quality report."""

from __future__ import annotations

import json

from regilink_doctor.report.formats import Format
from regilink_doctor.report.locations import SourceLines, fingerprint_findings, repository_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Severity
    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult

_SEVERITIES: dict[Severity, str] = {"error": "major", "warning": "minor", "info": "info"}
_CHECKOUT = "CI_PROJECT_DIR"


class GitLab(Format):
    """The list that GitLab compares between branches, by fingerprint."""

    name = "gitlab"
    purpose = "a Code Quality report"

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """One indented value."""
        lines = SourceLines(result.sources)
        values = []
        fingerprints = fingerprint_findings(result.findings, lines, _CHECKOUT)
        for finding, fingerprint in zip(result.findings, fingerprints, strict=True):
            span = lines.span_in_file(finding.place)
            values.append(
                {
                    "description": f"{finding.code} {finding.text}" + (f" ({finding.help})" if finding.help else ""),
                    "check_name": finding.code,
                    "fingerprint": fingerprint,
                    "severity": _SEVERITIES[finding.severity],
                    "location": {
                        "path": repository_path(finding.place.path, _CHECKOUT),
                        "positions": {
                            "begin": {"line": span.line, "column": span.column},
                            "end": {"line": span.end_line, "column": span.end_column},
                        },
                    },
                }
            )
        yield json.dumps(values, indent=2)
