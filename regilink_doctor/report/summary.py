"""The last line of `full`: what was found, in how many files."""

from __future__ import annotations

from regilink_doctor.core.phrasing import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.workflows.lint import LintResult


def summary(result: LintResult, *, ignored: bool = False) -> str:
    """One or two sentences: what was mended, what was found and suppressed, and what `--fix` could do about it.

    `ignored`: comments were written, nothing was mended.
    """
    hidden = f", {result.suppressed} suppressed" if result.suppressed else ""
    counts = [
        counted(count, name, "info" if name == "info" else None)
        for name in ("error", "warning", "info")
        if (count := sum(finding.severity == name for finding in result.findings))
    ]
    done = ""
    if result.mended:
        done = f"{'Silenced' if ignored else 'Mended'} {counted(len(result.mended), 'finding')}. "
    found = f"{'Left' if done else 'Found'} {', '.join(counts)}" if counts else f"Nothing {'left' if done else 'found'}"
    return f"{done}{found} in {counted(result.files, 'file')}{hidden}.{_fixable(result)}"


def _fixable(result: LintResult) -> str:
    fixes = [finding.fix.applicability for finding in result.findings if finding.fix]
    safe, unsafe = fixes.count("safe"), fixes.count("unsafe")
    if safe:
        more = f", {unsafe} more with --unsafe-fixes" if unsafe else ""
        return f" [*] {safe} can be mended with --fix{more}."
    return f" {unsafe} can be mended with --fix --unsafe-fixes." if unsafe else ""
