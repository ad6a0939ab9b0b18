"""`gitlab`: a Code Quality report."""

from __future__ import annotations

import json

from regilink_doctor.report.lines import Lines
from regilink_doctor.report.places import fingerprints, repository_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regilink_doctor.core.findings import Finding, Severity

_SEVERITIES: dict[Severity, str] = {"error": "major", "warning": "minor", "info": "info"}


def gitlab_json(findings: Sequence[Finding], sources: Mapping[str, bytes]) -> str:
    """The whole report."""
    lines = Lines(sources)
    values = []
    for finding, fingerprint in zip(findings, fingerprints(findings, lines), strict=True):
        span = lines.in_file(finding.place)
        values.append(
            {
                "description": f"{finding.code} {finding.message}" + (f" ({finding.help})" if finding.help else ""),
                "check_name": finding.code,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": repository_path(finding.place.path, "CI_PROJECT_DIR"),
                    "positions": {
                        "begin": {"line": span.line, "column": span.column},
                        "end": {"line": span.end_line, "column": span.end_column},
                    },
                },
            }
        )
    return json.dumps(values, indent=2)
