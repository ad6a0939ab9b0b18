"""Comments that silence findings: `# regilink: ignore[REG101] reason`, `# regilink: ignore-file[REG101]`, `# noqa`."""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_left, bisect_right
from operator import attrgetter, itemgetter

from regilink_doctor.core import rule_codes
from regilink_doctor.core.findings import Finding, Place, Span
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import record
from regilink_doctor.core.text import quote_text
from regilink_doctor.lint.text.memory import read_file, remembered
from regilink_doctor.lint.text.source import Source, Unparsable
from regilink_doctor.rules.index import RULES
from regilink_doctor.rules.judge import finding_at
from regilink_doctor.rules.selection import no_such_rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.lint.formats import ParsedFile
    from regilink_doctor.lint.scan.kinds import Comments


_OURS = re.compile(r"#\s*regilink:\s*(?P<verb>[\w-]*)\s*(?:\[(?P<codes>[^\]]*)\])?", re.IGNORECASE)
_NOQA = re.compile(
    r"#\s*noqa(?P<colon>:\s*(?P<codes>[A-Z]{1,5}[0-9]{1,4}(?:[,\s]+[A-Z]{1,5}[0-9]{1,4})*))?", re.IGNORECASE
)

_HASH = re.compile(r"(?:^|\s)#(?=\s*(?:regilink:|noqa))", re.IGNORECASE)
"""Where a comment begins in a file that is not Python, if it is one that may matter here."""


_line = attrgetter("place.span.line")


@record
class Suppression:
    """One code that a comment silences: on its line, or in the whole file. `code` None: a bare `# noqa`."""

    code: str | None
    place: Place
    whole_file: bool = False
    ours: bool = True


def read_comments(source: Source, style: Comments) -> tuple[list[Suppression], list[Finding]]:
    """What the comments of a source suppress, and what is wrong with those that suppress nothing."""
    suppressions: list[Suppression] = []
    problems: list[Finding] = []
    for comment, line, column, alone in find_comments(source, style):
        if match := _OURS.search(comment):
            place = _place(source, line, column, match)
            verb = match["verb"].lower()
            if verb == "ignore-file" and not alone:
                problems.append(_invalid(place, say("ignore-file works only on a line of its own")))
                continue
            if verb not in ("ignore", "ignore-file") or not (match["codes"] or "").strip():
                problems.append(_invalid(place, say("it has to be ignore[CODE] or ignore-file[CODE]")))
                continue
            for written in (part.strip() for part in match["codes"].split(",")):
                code = written.upper()
                if code not in RULES:
                    problems.append(_invalid(place, _describe_unknown(written)))
                else:
                    suppressions.append(Suppression(code, place, verb == "ignore-file"))
        elif match := _NOQA.search(comment):
            place = _place(source, line, column, match)
            codes = re.findall(r"[A-Z]+[0-9]+", (match["codes"] or "").upper())
            if not match["colon"]:
                suppressions.append(Suppression(None, place, ours=False))
            suppressions += [Suppression(code, place, ours=False) for code in codes if code in RULES]
    return suppressions, problems


def _describe_unknown(written: str) -> str:
    """Why a comment names no rule: the name of one, or only the beginning of its code, is not enough."""
    names = {name: code for code, (name, _) in RULES.items()}
    if code := names.get(written.lower()):
        return say("rules go by their codes here: write {code}", code=code)
    if written and any(code.startswith(written.upper()) for code in RULES):
        return say("{code} is not a whole code", code=quote_text(written))
    return no_such_rule(written.upper())


class SuppressionIndex:
    """Finds the comments that stand where they can silence a finding.

    A generated file has thousands of both, so both are looked up by their lines.
    """

    def __init__(self, reading: ParsedFile, suppressions: Iterable[Suppression]) -> None:
        self._groups: dict[tuple[int | None, int, int, str], tuple[Suppression, ...]] = {}
        self.everywhere: list[Suppression] = []
        self.comments: dict[int | None, list[Suppression]] = {}
        """Those of each cell, by line; the cell of a file is None."""
        self.statements: dict[tuple[int | None, int], list[Span]] = {}
        """What was found on each line of each cell, and the lines that belong to it."""
        for item in suppressions:
            (self.everywhere if item.whole_file else self.comments.setdefault(item.place.cell, [])).append(item)
        found = (*reading.sites, *reading.declared)
        for cell, span in dict.fromkeys((item.place.cell, item.statement) for item in found):
            for line in range(span.line, span.end_line + 1):
                self.statements.setdefault((cell, line), []).append(span)

    def find_at(self, place: Place, code: str) -> Iterator[tuple[Suppression, ...]]:
        """Those that silence a code: for the whole file, in the lines of a place, and of its statement; each a group.

        The same group is the same tuple each time.
        """
        for span in (None, place.span, *self.statements.get((place.cell, place.span.line), ())):
            key = (place.cell, span.line, span.end_line, code) if span is not None else (None, 0, 0, code)
            if key not in self._groups:
                items = self._list_in(place.cell, span) if span is not None else self.everywhere
                self._groups[key] = tuple([item for item in items if item.code in (None, code)])
            if group := self._groups[key]:
                yield group

    def _list_in(self, cell: int | None, span: Span) -> list[Suppression]:
        comments = self.comments.get(cell, [])
        first = bisect_left(comments, span.line, key=_line)
        return comments[first : bisect_right(comments, span.end_line, key=_line)]


@remembered(1024)
def index_comments_of(path: str) -> SuppressionIndex | None:
    """The comments of another file that has the second place of a finding; None where it has none."""
    from regilink_doctor.lint import formats
    from regilink_doctor.lint.scan.files import find_limit

    content = read_file(path, find_limit(path) + 1)
    if content is None or len(content) > find_limit(path):
        return None
    if b"regilink:" not in content and b"noqa" not in content.lower():
        return None
    try:
        reading = formats.read(path, content)
    except (Unparsable, RecursionError):
        return None
    return SuppressionIndex(
        reading, [item for source in reading.sources for item in read_comments(source, reading.comments)[0]]
    )


def find_comments(source: Source, style: Comments) -> Iterable[tuple[str, int, int, bool]]:
    """Each comment with its line, its column from 1, and whether it is alone on its line."""
    if style == "none":
        return []
    if style != "python":
        return list(_find_hashes(enumerate(source.lines, 1)))
    python = _python_of(source).split("\n")
    found = list(_find_hashes((n, line) for n, line in enumerate(source.lines, 1) if line != python[n - 1]))
    for token in _tokenize(source):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            found.append((token.string, line, column + 1, not token.line[:column].strip()))
    return sorted(found, key=itemgetter(1))


def _find_hashes(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[str, int, int, bool]]:
    """The comments that may matter here in lines that are not Python."""
    for number, text in lines:
        if match := _HASH.search(text):
            yield text[match.end() - 1 :], number, match.end(), not text[: match.end() - 1].strip()


def _python_of(source: Source) -> str:
    """The Python of a source: of a cell its lines without the magics, whose quotation marks are not Python's."""
    if source.cell is None:
        return source.text
    from regilink_doctor.lint.formats.notebook import read_cell

    return read_cell(source).python


def _tokenize(source: Source) -> Iterator[tokenize.TokenInfo]:
    """The tokens up to where it is no Python: a file that cannot be parsed has its own finding."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(_python_of(source)).readline)
    except (tokenize.TokenError, SyntaxError):
        return


def find_open_lines(source: Source) -> Iterator[int]:
    """The lines of Python that end inside of a string: what is added there belongs to the string."""
    started: list[int] = []
    for token in _tokenize(source):
        name = tokenize.tok_name[token.type]
        if name == "STRING":
            yield from range(token.start[0], token.end[0])
        elif name.endswith("STRING_START"):  # f-strings since Python 3.12
            started.append(token.start[0])
        elif name.endswith("STRING_END") and started:
            yield from range(started.pop(), token.end[0])


def _place(source: Source, line: int, column: int, match: re.Match[str]) -> Place:
    return Place(source.path, Span(line, column + match.start(), line, column + match.end()), source.cell)


def _invalid(place: Place, reason: str) -> Finding:
    return finding_at(place, Problem(rule_codes.INVALID_SUPPRESSION, facts={"reason": reason}))
