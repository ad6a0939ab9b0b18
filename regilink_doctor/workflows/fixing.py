"""Change files: apply the fixes of a result or silence its findings, and lint what comes of it."""

from __future__ import annotations

from collections import Counter

from regilink_doctor.core.records import record, replace
from regilink_doctor.lint.change import NOT_ADDED_SILENTLY, FileChanged, add_ignores, apply_fixes, is_wanted, write_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.lint.engine import FileReport
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
        after, fixed = apply_fixes(path, content, _lint_as_reported(result, linter, path), unsafe=unsafe)
        if after != content:
            changes.append(Change(path, content, after, tuple(fixed)))
    return changes


def plan_ignores(result: LintResult, linter: Linter, *, reason: str = "") -> list[Change]:
    """What the comments that silence all findings would make of the files; nothing is written.

    The result notes which findings no comment may silence. `reason` goes behind each comment.
    """
    changes = []
    if any(finding.code in NOT_ADDED_SILENTLY for finding in result.findings):
        result.notes.append("--add-ignore does not silence a key: anyone who reads the file still has it")
    for path in sorted({finding.place.path for finding in result.findings}):
        content = result.sources[path]
        after, silenced = add_ignores(path, content, _lint_as_reported(result, linter, path), reason=reason)
        if after != content:
            changes.append(Change(path, content, after, tuple(silenced)))
    return changes


def _lint_as_reported(result: LintResult, linter: Linter, path: str) -> Callable[[bytes], FileReport]:
    """The linter of one file, without the findings that the result reports in another file.

    As long as the file is unchanged, it also finds what programs find wrong with the values in it.
    """
    if path not in result.with_values:
        return lambda content: linter.lint(path, content)
    reported = tuple(item for item in result.findings if item.place.path == path)
    own = linter.lint(path, result.sources[path]).findings
    elsewhere = Counter((item.code, item.message) for item in own)
    elsewhere.subtract((item.code, item.message) for item in reported)
    unsafe = {(item.code, item.message) for item in reported if item.fix and item.fix.applicability == "unsafe"}

    def lint(content: bytes) -> FileReport:
        report = linter.lint(path, content)
        if content == result.sources[path]:
            return replace(report, findings=reported)
        left = elsewhere.copy()
        findings = []
        for item in report.findings:
            if left[item.code, item.message] > 0:
                left[item.code, item.message] -= 1
            elif item.fix is not None and (item.code, item.message) in unsafe:
                findings.append(replace(item, fix=replace(item.fix, applicability="unsafe")))
            else:
                findings.append(item)
        return replace(report, findings=tuple(findings))

    return lint


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
    if result.lint_again is not None and any(change.path in result.with_values for change in changes):
        result.take_findings(result.lint_again())


def withhold_refused_fixes(result: LintResult, changes: Sequence[Change], *, unsafe: bool = False) -> None:
    """Take away the fixes that are still offered after `changes` were written: each would make its file worse."""
    unwritten = {change.path for change in changes if result.sources.get(change.path) != change.after}
    result.findings = [
        replace(finding, fix=None)
        if finding.place.path not in unwritten and is_wanted(finding, unsafe=unsafe)
        else finding
        for finding in result.findings
    ]
