"""`--add-ignore`: the comment that silences a finding, written where it counts and changes nothing else."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Finding, Span
from regilink_doctor.lint.change.document import Document
from regilink_doctor.lint.scan.kinds import comments_of, kind_of_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regilink_doctor.lint.engine import FileReport

NEVER = frozenset({"REG000", "REG001", "REG002", "REG003"})
"""What is said of the file or of its comments: no comment helps."""

KEPT = frozenset({"REG704"})
"""What is not to be silenced by the way: a key that nobody is told of any more can still be read by everybody."""


def ignore(path: str, content: bytes, lint: Callable[[bytes], FileReport]) -> tuple[bytes, list[Finding]]:
    """The bytes with comments, and the findings that they silence.

    Each comment is tried: it stays when the finding is gone, nothing new is found and every site is what it was.

    Args:
        path: the file's name, which tells its kind.
        content: its bytes.
        lint: the report of such bytes.
    """
    silenced: list[Finding] = []
    report = lint(content)
    for finding in report.findings:
        if finding.code in NEVER or finding.code in KEPT:
            continue
        for new in _attempts(path, content, finding):
            after = lint(new)
            if _silenced(report, after, finding):
                content, report = new, after
                silenced.append(finding)
                break
    return content, silenced


def _silenced(before: FileReport, after: FileReport, finding: Finding) -> bool:
    key = (finding.code, finding.message)
    left = [(item.code, item.message) for item in after.findings]
    known = [(item.code, item.message) for item in before.findings]
    targets = [[text.pattern for text in site.target] for site in before.sites]
    same = targets == [[text.pattern for text in site.target] for site in after.sites]
    return same and left.count(key) < known.count(key) and all(item in known for item in left)


def _attempts(path: str, content: bytes, finding: Finding) -> Iterator[bytes]:
    """The file with a comment at the end of the finding's last line, then of its first one, then below its lines.

    A `.env` file gets a line of its own at its top: what reads it may take a comment behind a value for a part of it.
    """
    document = Document.read(path, content)
    if document is None:
        return
    cell, span = finding.place.cell, finding.place.span
    edits = [_behind(document, cell, line, finding.code) for line in dict.fromkeys((span.end_line, span.line))]
    edits += [_behind(document, cell, line, finding.code) for line in range(span.end_line + 1, span.end_line + 9)]
    if (kind := kind_of_named(path, content)) and comments_of(kind) == "own line":
        edits = [Edit(Span(1, 1, 1, 1), f"# regilink: ignore-file[{finding.code}]\n")]
    for edit in edits:
        made = document.replacement(edit, cell) if edit else None
        new = document.encoded([made]) if made else None
        if new is not None:
            yield new


def _behind(document: Document, cell: int | None, line: int, code: str) -> Edit | None:
    """The edit that adds the code at the end of a line, in the comment that is there or in a new one."""
    text = document.line(cell, line)
    if text is None or not text.strip() or text.rstrip().endswith("\\"):
        return None
    start = text.find("# regilink: ignore[")
    end = text.find("]", start) if start >= 0 else -1
    if end >= 0:
        return Edit(Span(line, end + 1, line, end + 1), f", {code}")
    return Edit(Span(line, len(text) + 1, line, len(text) + 1), f"  # regilink: ignore[{code}]")
