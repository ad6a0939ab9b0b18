"""Which findings comments silence: `# regilink: ignore[REG101] reason`, `# regilink: ignore-file[REG101]`, `# noqa`."""

from __future__ import annotations

from regilink_doctor.core import rule_codes
from regilink_doctor.core.findings import Finding
from regilink_doctor.core.problems import Problem
from regilink_doctor.rules.reporter import finding_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regilink_doctor.lint.formats import ParsedFile
    from regilink_doctor.lint.suppress.comments import Suppression
    from regilink_doctor.lint.text.source import Source


def apply(
    reading: ParsedFile, findings: Sequence[Finding], enabled: Callable[[str], bool]
) -> tuple[list[Finding], int]:
    """The findings that are left, the findings about the comments themselves added; and how many were silenced.

    A comment counts on any line of the statement that the finding is in. That of a rule which is not `enabled` may be
    there for another run.
    """
    sources = [source for source in reading.sources if _may_suppress(source, any_finding=bool(findings))]
    if not sources:
        return list(findings), 0
    from regilink_doctor.lint.suppress.comments import SuppressionIndex, read_comments

    comments = [read_comments(source, reading.comments) for source in sources]
    suppressions = [item for found, _ in comments for item in found]
    used: set[Suppression] = set()
    left = []
    near = SuppressionIndex(reading, suppressions)
    for finding in findings:
        matching = [item for item in near.to(finding) if item.code in (None, finding.code)]
        used.update(matching)
        if not matching:
            left.append(finding)
    silenced = len(findings) - len(left)
    about = [problem for _, problems in comments for problem in problems]
    unused = [item for item in suppressions if item not in used and item.code and _is_ours(item)]
    about += [_unused(item) for item in unused if enabled(item.code or "")]
    return left + [finding for finding in about if enabled(finding.code)], silenced


def _may_suppress(source: Source, *, any_finding: bool) -> bool:
    """Whether there may be a comment of ours: without a finding, a `# noqa` that names none of our rules is none."""
    folded = source.text.lower()
    if "regilink:" in folded or (any_finding and "noqa" in folded):
        return True
    return any("reg" in rest.partition("\n")[0] for rest in folded.split("noqa")[1:])


def _is_ours(item: Suppression) -> bool:
    return item.ours or (item.code or "").startswith("REG")


def _unused(item: Suppression) -> Finding:
    return finding_at(item.place, Problem(rule_codes.UNUSED_SUPPRESSION, facts={"code": item.code or "this comment"}))
