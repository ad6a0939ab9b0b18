"""Change files: apply the fixes of a result or silence its findings, and lint what comes of it."""

from __future__ import annotations

from functools import partial

from regilink_doctor.core.records import record
from regilink_doctor.lint.change import NOT_ADDED_SILENTLY, FileChanged, add_ignores, apply_fixes, write_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.workflows.lint import Linter, LintResult


@record
class Change:
    """What becomes of a file, and the findings that are fixed or silenced."""

    path: str
    before: bytes
    after: bytes
    fixed: tuple[Finding, ...]


def plan_fixes(result: LintResult, linter: Linter, *, unsafe: bool = False) -> list[Change]:
    """What the fixes of a result would make of its files; nothing is written."""
    changes = []
    for path in sorted({finding.place.path for finding in result.findings if finding.fix is not None}):
        content = result.sources[path]
        after, fixed = apply_fixes(path, content, partial(linter.lint, path), unsafe=unsafe)
        if after != content:
            changes.append(Change(path, content, after, tuple(fixed)))
    return changes


def plan_ignores(result: LintResult, linter: Linter) -> list[Change]:
    """What the comments that silence all findings would make of the files; nothing is written.

    The result notes which findings no comment may silence.
    """
    changes = []
    if any(finding.code in NOT_ADDED_SILENTLY for finding in result.findings):
        result.notes.append("--add-ignore does not silence a key: anyone who reads the file still has it")
    for path in sorted({finding.place.path for finding in result.findings}):
        content = result.sources[path]
        after, silenced = add_ignores(path, content, partial(linter.lint, path))
        if after != content:
            changes.append(Change(path, content, after, tuple(silenced)))
    return changes


def write_changes(result: LintResult, linter: Linter, changes: Sequence[Change]) -> None:
    """Write the files, and bring the result up to what is in them now. A file that cannot be written is a failure."""
    for change in changes:
        try:
            write_file(change.path, change.before, change.after)
        except FileChanged:
            result.left_alone.append(f"{change.path}: changed while regilink ran, so it was left as it is")
            continue
        except OSError as error:
            result.failures.append(f"{change.path}: cannot be written: {error.strerror or error}")
            continue
        report = linter.lint(change.path, change.after)
        result.replace(change.path, change.after, report, linter.lint(change.path, change.before).suppressed)
        result.fixed += change.fixed
