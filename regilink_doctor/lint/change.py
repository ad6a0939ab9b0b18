"""Writing into files: fixes, and comments that silence findings."""

from __future__ import annotations

import json
import os
import re
import sys
from bisect import bisect_right, insort
from codecs import BOM_UTF16_LE

from regilink_doctor.core import rule_codes
from regilink_doctor.core.files import real_path, write_whole
from regilink_doctor.core.findings import Edit, Finding, Place, Span
from regilink_doctor.core.notebooks import NotNotebook, read_cells
from regilink_doctor.core.records import cached_property, record, replace
from regilink_doctor.core.text import encoding_of
from regilink_doctor.lint.improvement import count_messages, is_improvement, lands_elsewhere
from regilink_doctor.lint.scan.kinds import comments_of, kind_of_named
from regilink_doctor.lint.suppress import find_comments, find_open_lines
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias, TypeVar

    from regilink_doctor.core.notebooks import Cell
    from regilink_doctor.lint.engine import FileReport

    Lint = Callable[[bytes], FileReport]
    T = TypeVar("T")
    Made: TypeAlias = "tuple[Finding, tuple[TextEdit, ...]]"
    Line: TypeAlias = "tuple[int | None, int]"
    """A cell, None for a file, and the number of a line in it."""
    Placed: TypeAlias = "tuple[Finding, Line]"


_LINE_END = re.compile(r"\r\n?|\n")


@record(order=True)
class TextEdit:
    """`text[start:end]` of a document becomes `content`."""

    start: int
    end: int
    content: str


@record
class Document:
    """A file, or a notebook with its cells. `starts` are offsets of lines, `mark` the byte order mark of UTF-16."""

    text: str
    encoding: str
    mark: bytes
    starts: tuple[int, ...]
    cells: tuple[Cell, ...] | None

    @classmethod
    def read(cls, path: str, content: bytes) -> Document | None:
        """The document; None when it would not come back byte by byte."""
        kind = kind_of_named(path, content)
        encoding = encoding_of(content, cookie=kind == "python")
        try:
            text = content.decode(encoding)
            cells = read_cells(text) if kind == "notebook" else None
        except (UnicodeError, LookupError, NotNotebook):
            return None
        mark = b""
        if encoding == "utf-16":  # Python would write the mark for the byte order of this machine
            mark = content[:2]
            encoding = "utf-16-le" if mark == BOM_UTF16_LE else "utf-16-be"
        starts = (0, *(match.end() for match in _LINE_END.finditer(text)))
        document = cls(text, encoding, mark, starts, cells)
        return document if document.encoded(()) == content else None

    def replacement(self, edit: Edit, cell: int | None) -> TextEdit | None:
        """What an edit replaces; None when that place is not there, or not in one piece (over the lines of a cell)."""
        span = edit.span
        start = self._offset(cell, span.line, span.column)
        end = self._offset(cell, span.end_line, span.end_column)
        if start is None or end is None or end < start:
            return None
        if cell is None:
            return TextEdit(start, end, self._with_line_ends(edit.content))
        tokens = self.cells[cell - 1].tokens if self.cells else ()
        if not any(token.start < start and end < token.end for token in tokens):
            return None
        return TextEdit(start, end, json.dumps(edit.content, ensure_ascii=self._escapes)[1:-1])

    def encoded(self, replacements: Sequence[TextEdit]) -> bytes | None:
        """The bytes with replacements that do not overlap; None when the encoding lacks a letter."""
        parts = []
        at = 0
        for item in sorted(replacements):
            parts += [self.text[at : item.start], item.content]
            at = item.end
        try:
            return self.mark + "".join([*parts, self.text[at:]]).encode(self.encoding)
        except UnicodeError:
            return None

    def line(self, cell: int | None, number: int) -> str | None:
        """The text of a line without its end; None where there is no such line."""
        lines = self._lines.get(cell, [])
        return lines[number - 1] if number <= len(lines) else None

    def texts(self) -> Iterator[tuple[int | None, str]]:
        """The text of the file, or of each code cell with its number, with line feeds at the ends of lines."""
        if self.cells is None:
            yield None, _LINE_END.sub("\n", self.text)
        for number, cell in enumerate(self.cells or (), 1):
            if cell.kind == "code":
                yield number, _LINE_END.sub("\n", cell.source)

    @cached_property
    def _lines(self) -> dict[int | None, list[str]]:
        return {cell: text.split("\n") for cell, text in self.texts()}

    def _offset(self, cell: int | None, line: int, column: int) -> int | None:
        if cell is not None:
            inside = self.cells is not None and cell <= len(self.cells)
            return self.cells[cell - 1].offset_of(line, column) if inside and self.cells else None
        if not 1 <= line <= len(self.starts):
            return None
        offset = self.starts[line - 1] + column - 1
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return offset if offset <= end else None

    def _with_line_ends(self, content: str) -> str:
        found = _LINE_END.search(self.text)
        return content.replace("\n", found.group()) if found and found.group() != "\n" else content

    @property
    def _escapes(self) -> bool:
        """Whether letters beyond ASCII are written as escapes here: there are such, and none that is not."""
        return self.text.isascii() and re.search(r"\\u(?!00[0-7])", self.text) is not None


class FileChanged(OSError):
    """The file is not what was linted any more."""


def apply_fixes(path: str, content: bytes, lint: Lint, *, unsafe: bool = False) -> tuple[bytes, list[Finding]]:
    """The bytes after all fixes, and the findings that are gone.

    Fixes that overlap wait for the next round. One that makes the file worse in any way (`_is_better`) is dropped.
    Each round leaves fewer findings or fixes than the one before, so there is a last one.

    Args:
        path: the file's name, which tells its kind.
        content: its bytes.
        lint: the report of such bytes.
        unsafe: also the fixes that have to be read before they are committed.
    """
    fixed: list[Finding] = []
    dropped: set[tuple[str | int | None, ...]] = set()
    before = lint(content)
    while True:
        document = Document.read(path, content)
        if document is None:
            break
        wanted = [item for item in before.findings if is_wanted(item, unsafe=unsafe)]
        chosen = _choose_together(document, [item for item in wanted if _key_here(document, item) not in dropped])
        if not chosen:
            break
        kept, refused = _keep_better(document, before, chosen, lint)
        dropped |= {_key_here(document, finding) for finding, _ in refused}
        if kept:
            content = _edit(document, kept) or content
            before = lint(content)
            fixed += [finding for finding, _ in kept]
    return content, fixed


def withhold_worse_fixes(path: str, content: bytes, report: FileReport, lint: Lint) -> FileReport:
    """The report without the fixes that change a condition, and with it which code runs, for the worse."""
    doubtful = [finding for finding in report.findings if finding.fix and _is_tested(finding, report.tested)]
    document = Document.read(path, content) if doubtful else None
    if document is None:
        return report
    refused = {finding for finding, _ in _keep_better(document, report, _choose_together(document, doubtful), lint)[1]}
    kept = (replace(item, fix=None) if item in refused else item for item in report.findings)
    return replace(report, findings=tuple(kept))


def _is_tested(finding: Finding, tested: Sequence[Place]) -> bool:
    """Whether its fix edits a value that a condition was judged by."""
    edits = finding.fix.edits if finding.fix else ()
    spans = [place.span for place in tested if (place.path, place.cell) == (finding.place.path, finding.place.cell)]
    return any(
        (span.line, span.column) <= (edit.span.end_line, edit.span.end_column)
        and (edit.span.line, edit.span.column) <= (span.end_line, span.end_column)
        for edit in edits
        for span in spans
    )


def is_wanted(finding: Finding, *, unsafe: bool) -> bool:
    """Whether a finding has a fix that may be applied."""
    return finding.fix is not None and (unsafe or finding.fix.applicability == "safe")


def _key_here(document: Document, finding: Finding) -> tuple[str | int | None, ...]:
    """A finding and what its line holds: on another line, or a changed one, its fix is another one."""
    span, cell = finding.place.span, finding.place.cell
    return finding.code, finding.message, cell, document.line(cell, span.line), span.column


def _choose_together(document: Document, findings: Iterable[Finding]) -> list[Made]:
    """The findings whose edits can be made together, with what they replace; the first come first."""
    taken: set[TextEdit] = set()
    spans: list[tuple[int, int]] = []  # of `taken`, in order: a file may have thousands
    chosen = []
    for finding in findings:
        edits = finding.fix.edits if finding.fix else ()
        made = [document.replacement(edit, finding.place.cell) for edit in edits]
        replacements = tuple(item for item in made if item is not None)
        if not made or len(replacements) < len(made):
            continue
        if all(item in taken or not _does_overlap(item, spans) for item in replacements):
            for item in replacements:
                if item not in taken:
                    insort(spans, (item.start, item.end))
            taken.update(replacements)
            chosen.append((finding, replacements))
    return chosen


def _does_overlap(edit: TextEdit, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether it overlaps one of the spans. One that touches counts as well: the order of two insertions is a guess."""
    count = bisect_right(spans, (edit.end, sys.maxsize))  # of those that do not start after it
    return count > 0 and spans[count - 1][1] >= edit.start


def _keep_better(
    document: Document, before: FileReport, chosen: Sequence[Made], lint: Lint
) -> tuple[list[Made], list[Made]]:
    """Those of `chosen` that make the file better together (all, or those of its halves), and the single ones left."""
    kept: list[Made] = []

    def keep(items: Sequence[Made]) -> bool:
        is_better = _is_better(document, before, [*kept, *items], lint)
        kept.extend(items if is_better else ())
        return is_better

    return kept, _try_together(chosen, keep)


def _try_together(items: Sequence[T], accept: Callable[[Sequence[T]], bool]) -> list[T]:
    """Offer items together, then each half of what is refused, and so on; returns those that are refused alone."""
    refused: list[T] = []
    waiting = [items] if items else []
    while waiting:
        batch = waiting.pop()
        if accept(batch):
            continue
        middle = len(batch) // 2
        waiting += [batch[middle:], batch[:middle]] if middle else []
        refused += [] if middle else batch
    return refused


def _is_better(document: Document, before: FileReport, made: Sequence[Made], lint: Lint) -> bool:
    """Whether the edits improve the file, and send no link that W&B refused to a place that the code never named."""
    content = _edit(document, made)
    if content is None:
        return False
    after = lint(content)
    if not is_improvement(before.findings, after.findings, [finding for finding, _ in made]):
        return False
    return not lands_elsewhere(before.sites, after.sites)


def _edit(document: Document, made: Sequence[Made]) -> bytes | None:
    return document.encoded(list({item for _, items in made for item in items}))


def write_file(path: str, before: bytes, after: bytes) -> None:
    """Put new bytes in the place of a file, all or none of them; owner, mode and links stay.

    Raises:
        FileChanged: it does not hold `before` any more, and is left as it is.
        OSError: it cannot be written, or is not meant to be.
    """
    real = real_path(path)
    if not os.access(real, os.W_OK):
        raise PermissionError(13, "it is read-only", path)
    with open(real, "rb") as file:
        now = file.read()
    if now == after:  # another path to the same file has written it already
        return
    if now != before:
        raise FileChanged(f"{path} has changed since it was read")
    write_whole(real, after, os.stat(real).st_mode & 0o7777)


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


def add_ignores(
    path: str, content: bytes, lint: Callable[[bytes], FileReport], *, reason: str = ""
) -> tuple[bytes, list[Finding]]:
    """The bytes with comments, and the findings that they suppress.

    All comments are tried together; where something else changes with them (a new finding, another target path), the
    half of them, until the ones that do it are found.

    Args:
        path: the file's name, which tells its kind.
        content: its bytes.
        lint: the report of such bytes.
        reason: what to write after each comment.
    """
    writer = _CommentWriter.for_file(path, content, reason)
    report = lint(content)
    findings = [item for item in report.findings if item.code not in NOT_SUPPRESSIBLE | NOT_ADDED_SILENTLY]
    if writer is None or not findings:
        return content, []
    search = _Search(writer, report, lint)
    waiting = findings
    for attempt in range(MOST_LINES_BELOW + 2):
        placed = [(finding, line) for finding in waiting if (line := writer.line_for(finding, attempt)) is not None]
        _try_together(placed, search.accept)
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

    def accept(self, placed: Sequence[Placed]) -> bool:
        """Add those of the comments that do what they should, if all of them together change nothing else."""
        if self.lints >= MOST_LINTS:
            return True  # no more is tried
        content = self.writer.write([*self.accepted, *placed])
        if content is None:
            return False
        self.lints += 1
        after = self.lint(content)
        if not self.changes_nothing_else(after):
            return False
        left = count_messages(after.findings)
        for finding, line in placed:
            if left[finding.code, finding.message]:
                left[finding.code, finding.message] -= 1
            else:
                self.accepted.append((finding, line))
        return True

    def changes_nothing_else(self, after: FileReport) -> bool:
        # A comment that suppresses nothing is taken out again: its own finding does not count.
        new = count_messages(after.findings) - count_messages(self.before.findings)
        targets = [[text.pattern for text in site.target] for site in self.before.sites]
        return all(code == rule_codes.UNUSED_SUPPRESSION for code, _ in new) and targets == [
            [text.pattern for text in site.target] for site in after.sites
        ]


class _CommentWriter:
    """Writes comments into a document: at the end of lines, or in a line of their own at the top of the file."""

    def __init__(self, document: Document, path: str, kind: str, reason: str) -> None:
        self.document = document
        self.reason = f" {reason}" if reason else ""
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
    def for_file(cls, path: str, content: bytes, reason: str) -> _CommentWriter | None:
        """None for a file that cannot be edited or has no comments."""
        kind = kind_of_named(path, content)
        document = Document.read(path, content) if kind and comments_of(kind) != "none" else None
        return cls(document, path, kind, reason) if document and kind else None

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
            return Edit(Span(1, 1, 1, 1), f"# regilink: ignore-file[{listed}]{self.reason}\n")
        column, comment = self.comments.get(line, (0, ""))
        start = comment.find("regilink: ignore[")
        end = comment.find("]", start) if start >= 0 else -1
        if end >= 0:
            return Edit(Span(number, column + end, number, column + end), f", {listed}")
        at = len(self.document.line(cell, number) or "") + 1
        return Edit(Span(number, at, number, at), f"  # regilink: ignore[{listed}]{self.reason}")
