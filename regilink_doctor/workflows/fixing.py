"""Mend files: apply the fixes of a result, and lint what comes of it."""

from __future__ import annotations

from functools import partial

from regilink_doctor.core.records import record
from regilink_doctor.lint.change import fixes
from regilink_doctor.lint.change.add_ignore import NOT_ADDED_SILENTLY, add_ignores

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.workflows.lint import Linter, LintResult


@record
class Change:
    """What the fixes make of a file."""

    path: str
    before: bytes
    after: bytes
    mended: tuple[Finding, ...]


def changes(result: LintResult, linter: Linter, *, unsafe: bool = False) -> list[Change]:
    """What the fixes of a result would make of its files; nothing is written."""
    found = []
    for path in sorted({finding.place.path for finding in result.findings if finding.fix is not None}):
        content = result.sources[path]
        after, mended = fixes.apply_fixes(path, content, partial(linter.lint, path), unsafe=unsafe)
        if after != content:
            found.append(Change(path, content, after, tuple(mended)))
    return found


def ignoring(result: LintResult, linter: Linter) -> list[Change]:
    """What the comments that silence all findings would make of the files; nothing is written.

    The result notes what is not silenced by the way.
    """
    found = []
    if any(finding.code in NOT_ADDED_SILENTLY for finding in result.findings):
        result.notes.append("--add-ignore does not silence a key: anyone who reads the file still has it")
    for path in sorted({finding.place.path for finding in result.findings}):
        content = result.sources[path]
        after, silenced = add_ignores(path, content, partial(linter.lint, path))
        if after != content:
            found.append(Change(path, content, after, tuple(silenced)))
    return found


def write_changes(result: LintResult, linter: Linter, made: Sequence[Change]) -> None:
    """Write the files, and bring the result up to what is in them now. A file that cannot be written is a failure."""
    for change in made:
        try:
            fixes.write_file(change.path, change.before, change.after)
        except fixes.FileChanged:
            result.left_alone.append(f"{change.path}: changed while regilink ran, so it was left as it is")
            continue
        except OSError as error:
            result.failures.append(f"{change.path}: cannot be written: {error.strerror or error}")
            continue
        report = linter.lint(change.path, change.after)
        result.replace(change.path, change.after, report, linter.lint(change.path, change.before).suppressed)
        result.mended += change.mended
