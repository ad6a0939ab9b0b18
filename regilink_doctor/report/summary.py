"""The last line of `full`: what was found, in how many files."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.workflows.lint import LintResult


def summary(result: LintResult) -> str:
    """One sentence with the counts, those of the suppressed ones included."""
    files = f"{result.files} file{'' if result.files == 1 else 's'}"
    hidden = f", {result.suppressed} suppressed" if result.suppressed else ""
    counts = [
        f"{count} {name}{'' if count == 1 or name == 'info' else 's'}"
        for name in ("error", "warning", "info")
        if (count := sum(finding.severity == name for finding in result.findings))
    ]
    if not counts:
        return f"Nothing found in {files}{hidden}."
    return f"Found {', '.join(counts)} in {files}{hidden}."
