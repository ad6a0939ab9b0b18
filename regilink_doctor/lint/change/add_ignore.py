"""`--add-ignore`: comments that suppress findings, written where they count and change nothing else."""

from __future__ import annotations

from regilink_doctor.core import rule_codes
from regilink_doctor.core.findings import Edit, Finding, Span
from regilink_doctor.lint.change.document import Document
from regilink_doctor.lint.scan.kinds import comments_of, kind_of_named
from regilink_doctor.lint.suppress.comments import find_comments, find_open_lines
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from regilink_doctor.lint.engine import FileReport

    Line: TypeAlias = "tuple[int | None, int]"
    """A cell, None for a file, and the number of a line in it."""

    Placed: TypeAlias = "tuple[Finding, Line]"

NOT_SUPPRESSIBLE = frozenset(
    {
        rule_codes.UNPARSABLE_FILE,
        rule_codes.UNUSED_SUPPRESSION,
        rule_codes.INTERNAL_ERROR,
        rule_codes.INVALID_SUPPRESSION,
    }
)
"""What is reported of the file or of its comments: no comment helps."""

NOT_ADDED_SILENTLY = frozenset({rule_codes.HARD_CODED_API_KEY})
"""A key that is not reported any more can still be read by everybody."""

MOST_LINES_BELOW = 8
"""How far below a finding a comment is tried: after the end of a multi-line string."""

MOST_LINTS = 60
"""How often a file is linted at most, however many findings it has. One without surprises is linted three times."""


def add_ignores(path: str, content: bytes, lint: Callable[[bytes], FileReport]) -> tuple[bytes, list[Finding]]:
    """The bytes with comments, and the findings that they suppress.

    All comments are tried together; where something else changes with them (a new finding, another target path), the
    half of them, until the ones that do it are found.

    Args:
        path: the file's name, which tells its kind.
        content: its bytes.
        lint: the report of such bytes.
    """
    writer = _CommentWriter.for_file(path, content)
    report = lint(content)
    findings = [item for item in report.findings if item.code not in NOT_SUPPRESSIBLE | NOT_ADDED_SILENTLY]
    if writer is None or not findings:
        return content, []
    search = _Search(writer, report, lint)
    waiting = findings
    for attempt in range(MOST_LINES_BELOW + 2):
        placed = [(finding, line) for finding in waiting if (line := writer.line_for(finding, attempt)) is not None]
        search.accept(placed)
        accepted = {id(finding) for finding, _ in search.accepted}
        waiting = [finding for finding in waiting if id(finding) not in accepted]
        if not waiting or search.lints >= MOST_LINTS:
            break
    if not search.accepted:
        return content, []
    return writer.write(search.accepted) or content, [finding for finding, _ in search.accepted]


class _Search:
    """Finds the comments that suppress their finding and change nothing else."""

    def __init__(self, writer: _CommentWriter, before: FileReport, lint: Callable[[bytes], FileReport]) -> None:
        self.writer = writer
        self.before = before
        self.lint = lint
        self.lints = 0
        self.accepted: list[Placed] = []

    def accept(self, placed: Sequence[Placed]) -> None:
        """Add those of the comments that do what they should."""
        if not placed or self.lints >= MOST_LINTS:
            return
        content = self.writer.write([*self.accepted, *placed])
        if content is not None:
            self.lints += 1
            after = self.lint(content)
            if self.changes_nothing_else(after):
                left = _count(after.findings)
                useful = []
                for finding, line in placed:
                    key = (finding.code, finding.message)
                    if left.get(key, 0):
                        left[key] -= 1
                    else:
                        useful.append((finding, line))
                self.accepted += useful
                return
        if len(placed) > 1:
            middle = len(placed) // 2
            self.accept(placed[:middle])
            self.accept(placed[middle:])

    def changes_nothing_else(self, after: FileReport) -> bool:
        known, left = _count(self.before.findings), _count(after.findings)
        targets = [[text.pattern for text in site.target] for site in self.before.sites]
        # A comment that suppresses nothing is taken out again: its own finding does not count.
        new = [
            key for key, count in left.items() if key[0] != rule_codes.UNUSED_SUPPRESSION and count > known.get(key, 0)
        ]
        return not new and targets == [[text.pattern for text in site.target] for site in after.sites]


def _count(findings: Iterable[Finding]) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for finding in findings:
        key = (finding.code, finding.message)
        counts[key] = counts.get(key, 0) + 1
    return counts


class _CommentWriter:
    """Writes comments into a document: at the end of lines, or in a line of their own at the top of the file."""

    def __init__(self, document: Document, path: str, kind: str) -> None:
        self.document = document
        self.style = comments_of(kind)
        self.comments: dict[Line, tuple[int, str]] = {}
        """The column and the text of the comment of each line."""
        self.open: set[Line] = set()
        """Lines whose end is inside of a string."""
        for cell, text in document.texts():
            source = Source(path, text, cell)
            for comment, line, column, _ in find_comments(source, self.style):
                self.comments[cell, line] = (column, comment)
            if self.style == "python":
                self.open |= {(cell, line) for line in find_open_lines(source)}

    @classmethod
    def for_file(cls, path: str, content: bytes) -> _CommentWriter | None:
        """None for a file that cannot be edited or has no comments."""
        kind = kind_of_named(path, content)
        document = Document.read(path, content) if kind and comments_of(kind) != "none" else None
        return cls(document, path, kind) if document and kind else None

    def line_for(self, finding: Finding, attempt: int) -> Line | None:
        """Where the comment may be: on the finding's last line, its first one, those below; line 0 is the top."""
        if self.style == "own line":
            return (None, 0) if attempt == 0 else None
        cell, span = finding.place.cell, finding.place.span
        lines = dict.fromkeys((span.end_line, span.line, *range(span.end_line + 1, span.end_line + 9)))
        line = next((line for number, line in enumerate(lines) if number == attempt), None)
        text = self.document.line(cell, line) if line is not None else None
        if line is None or text is None or not text.strip() or text.rstrip().endswith("\\"):
            return None
        return None if (cell, line) in self.open else (cell, line)

    def write(self, placed: Iterable[Placed]) -> bytes | None:
        """The bytes with a comment for each of these; None where the file's encoding or JSON does not allow it."""
        codes: dict[Line, dict[str, None]] = {}
        for finding, line in placed:
            codes.setdefault(line, {})[finding.code] = None
        edits = [self.document.replacement(self.edit(line, wanted), line[0]) for line, wanted in codes.items()]
        made = [edit for edit in edits if edit is not None]
        return self.document.encoded(made) if len(made) == len(edits) else None

    def edit(self, line: Line, codes: Mapping[str, None]) -> Edit:
        cell, number = line
        listed = ", ".join(codes)
        if number == 0:
            return Edit(Span(1, 1, 1, 1), f"# regilink: ignore-file[{listed}]\n")
        column, comment = self.comments.get(line, (0, ""))
        start = comment.find("regilink: ignore[")
        end = comment.find("]", start) if start >= 0 else -1
        if end >= 0:
            return Edit(Span(number, column + end, number, column + end), f", {listed}")
        at = len(self.document.line(cell, number) or "") + 1
        return Edit(Span(number, at, number, at), f"  # regilink: ignore[{listed}]")
