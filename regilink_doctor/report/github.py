"""`github`: workflow commands, which GitHub shows at the line of the pull request."""

from __future__ import annotations

from regilink_doctor.report.lines import Lines
from regilink_doctor.report.places import repository_path
from regilink_doctor.report.positions import position, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from regilink_doctor.core.findings import Finding, Severity, Span

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def github_lines(findings: Sequence[Finding], sources: Mapping[str, bytes]) -> Iterator[str]:
    """A command a finding; in a notebook at the line of the file, which is what GitHub shows."""
    lines = Lines(sources)
    for finding in findings:
        where = properties(
            title=f"{finding.code} {finding.name}",
            file=repository_path(finding.place.path, "GITHUB_WORKSPACE"),
            **_span(lines.in_file(finding.place)),
        )
        text = f"{position(finding.place)}: {finding.code} {visible(finding.message)}"
        if finding.help:
            text += f"\n  help: {visible(finding.help)}"
        yield f"::{_COMMANDS[finding.severity]} {where}::{escaped(text)}"


def escaped(text: str) -> str:
    """A text as the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def properties(**given: str) -> str:
    """The properties of a workflow command."""
    return ",".join(
        f"{name}={escaped(visible(value)).replace(':', '%3A').replace(',', '%2C')}" for name, value in given.items()
    )


def _span(span: Span) -> dict[str, str]:
    """GitHub takes columns only where a finding begins and ends on one line."""
    if span.line != span.end_line:
        return {"line": str(span.line), "endLine": str(span.end_line)}
    columns = {"col": str(span.column), "endColumn": str(span.end_column)}
    return {"line": str(span.line), "endLine": str(span.end_line), **columns}
