"""Comments that silence a finding: `# regilink: ignore[REG101] reason`, `# regilink: ignore-file[REG101]`, `# noqa`."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from regilink_doctor.core.findings import Finding, Place, Span
from regilink_doctor.core.records import record
from regilink_doctor.rules import MODULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from regilink_doctor.lint.reading import Reading
    from regilink_doctor.lint.sources import Source

_OURS = re.compile(r"#\s*regilink:\s*(?P<verb>[\w-]*)\s*(?:\[(?P<codes>[^\]]*)\])?", re.IGNORECASE)
_NOQA = re.compile(
    r"#\s*noqa(?P<colon>:\s*(?P<codes>[A-Z]{1,5}[0-9]{1,4}(?:[,\s]+[A-Z]{1,5}[0-9]{1,4})*))?", re.IGNORECASE
)

_HASH = re.compile(r"(?:^|\s)#(?=\s*(?:regilink:|noqa))", re.IGNORECASE)
"""Where a comment begins in a file that is not Python, if it is one that may matter here."""


@record
class Suppression:
    """One code that a comment silences: on its line, or in the whole file. `code` None: a bare `# noqa`."""

    code: str | None
    place: Place
    whole_file: bool = False
    ours: bool = True


def apply(reading: Reading, findings: Sequence[Finding], enabled: Callable[[str], bool]) -> tuple[list[Finding], int]:
    """The findings that are left, the findings about the comments themselves added; and how many were silenced.

    A comment counts on any line of the statement that the finding is in. That of a rule which is not `enabled` may be
    there for another run.
    """
    comments = [_read(source) for source in reading.sources if _may_suppress(source)]
    suppressions = [item for found, _ in comments for item in found]
    used: set[Suppression] = set()
    left = []
    statements = _by_cell(reading)
    for finding in findings:
        matching = [item for item in suppressions if _silences(item, finding, statements)]
        used.update(matching)
        if not matching:
            left.append(finding)
    silenced = len(findings) - len(left)
    about = [problem for _, problems in comments for problem in problems]
    unused = [item for item in suppressions if item not in used and item.code and _is_ours(item)]
    about += [_unused(item) for item in unused if enabled(item.code or "")]
    return left + [finding for finding in about if enabled(finding.code)], silenced


def _may_suppress(source: Source) -> bool:
    folded = source.text.lower()
    return "noqa" in folded or "regilink:" in folded


def _by_cell(reading: Reading) -> dict[int | None, list[Span]]:
    """The statements of everything that was found, by the cell that they are in."""
    statements: dict[int | None, list[Span]] = {}
    for item in (*reading.sites, *reading.declared):
        statements.setdefault(item.place.cell, []).append(item.statement)
    return statements


def _is_ours(item: Suppression) -> bool:
    return item.ours or (item.code or "").startswith("REG")


def _silences(item: Suppression, finding: Finding, statements: dict[int | None, list[Span]]) -> bool:
    if item.code not in (None, finding.code):
        return False
    if item.whole_file:
        return True
    return any(
        cell == item.place.cell and span.line <= item.place.span.line <= span.end_line
        for cell, span in _statements(finding, statements)
    )


def _statements(finding: Finding, statements: dict[int | None, list[Span]]) -> Iterator[tuple[int | None, Span]]:
    """The finding's own lines, those of its statement, and those of the second place that explains it."""
    here = [finding.place, *(related.place for related in finding.related)]
    for place in here:
        if place.path == finding.place.path:
            yield place.cell, place.span
            for statement in statements.get(place.cell, ()):
                if statement.line <= place.span.line <= statement.end_line:
                    yield place.cell, statement


def _read(source: Source) -> tuple[list[Suppression], list[Finding]]:
    suppressions: list[Suppression] = []
    problems: list[Finding] = []
    for comment, line, column, alone in _comments(source):
        if match := _OURS.search(comment):
            place = _place(source, line, column, match)
            if match["verb"] == "ignore-file" and not alone:
                problems.append(_invalid(place, "ignore-file works only on a line of its own"))
                continue
            if match["verb"] not in ("ignore", "ignore-file") or not (match["codes"] or "").strip():
                problems.append(_invalid(place, "it has to be ignore[CODE] or ignore-file[CODE]"))
                continue
            for code in (part.strip().upper() for part in match["codes"].split(",")):
                if code not in MODULES:
                    problems.append(_invalid(place, f"there is no rule {code!r}{_near(code)}"))
                else:
                    suppressions.append(Suppression(code, place, match["verb"] == "ignore-file"))
        elif match := _NOQA.search(comment):
            place = _place(source, line, column, match)
            codes = re.findall(r"[A-Z]+[0-9]+", (match["codes"] or "").upper())
            if not match["colon"]:
                suppressions.append(Suppression(None, place, ours=False))
            suppressions += [Suppression(code, place, ours=False) for code in codes if code in MODULES]
    return suppressions, problems


def _comments(source: Source) -> Iterable[tuple[str, int, int, bool]]:
    """Each comment with its line, its column from 1, and whether it stands alone."""
    found = []
    if not source.python:
        for number, text in enumerate(source.lines, 1):
            if match := _HASH.search(text):
                found.append((text[match.end() - 1 :], number, match.end(), not text[: match.end() - 1].strip()))
        return found
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                found.append((token.string, line, column + 1, not token.line[:column].strip()))
    except (tokenize.TokenError, SyntaxError):
        pass  # a file that cannot be parsed has its own finding; what was read so far counts
    return found


def _place(source: Source, line: int, column: int, match: re.Match[str]) -> Place:
    return Place(source.path, Span(line, column + match.start(), line, column + match.end()), source.cell)


def _near(code: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(code, MODULES, n=1, cutoff=0.7)
    return f", did you mean {near[0]}?" if near else ""


def _invalid(place: Place, reason: str) -> Finding:
    return Finding(
        "REG003",
        "invalid-suppression",
        "warning",
        f"this comment suppresses nothing: {reason}",
        place,
        "write # regilink: ignore[REG101] and a reason; `regilink rules` lists the codes",
    )


def _unused(item: Suppression) -> Finding:
    return Finding(
        "REG001",
        "unused-suppression",
        "warning",
        f"nothing here is suppressed by {item.code}",
        item.place,
        f"take {item.code} out of the comment",
    )
