"""Comments that silence a finding: `# regilink: ignore[REG101] reason`, `# regilink: ignore-file[REG101]`, `# noqa`."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regilink_doctor.core.findings import Finding, Place, Span
from regilink_doctor.rules import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.core.sites import Site
    from regilink_doctor.lint.sources import Source

_OURS = re.compile(r"#\s*regilink:\s*(?P<verb>[\w-]*)\s*(?:\[(?P<codes>[^\]]*)\])?", re.IGNORECASE)
_NOQA = re.compile(
    r"#\s*noqa(?P<colon>:\s*(?P<codes>[A-Z]{1,5}[0-9]{1,4}(?:[,\s]+[A-Z]{1,5}[0-9]{1,4})*))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One code that a comment silences: on its line, or in the whole file. `code` None: a bare `# noqa`."""

    code: str | None
    span: Span
    whole_file: bool = False
    ours: bool = True


def apply(source: Source, findings: Sequence[Finding], sites: Sequence[Site]) -> tuple[list[Finding], int]:
    """The findings that are left, the findings about the comments themselves added; and how many were silenced.

    A comment counts on any line of the statement that the finding is in.
    """
    if "noqa" not in source.text.lower() and "regilink:" not in source.text.lower():
        return list(findings), 0
    suppressions, problems = _read(source)
    used: set[Suppression] = set()
    left = []
    for finding in findings:
        matching = [item for item in suppressions if _silences(item, finding, sites)]
        used.update(matching)
        if not matching:
            left.append(finding)
    silenced = len(findings) - len(left)
    left += problems
    left += [_unused(source, item) for item in suppressions if item not in used and item.code and _is_ours(item)]
    return left, silenced


def _is_ours(item: Suppression) -> bool:
    return item.ours or (item.code or "").startswith("REG")


def _silences(item: Suppression, finding: Finding, sites: Sequence[Site]) -> bool:
    if item.code not in (None, finding.code):
        return False
    if item.whole_file:
        return True
    return any(span.line <= item.span.line <= span.end_line for span in _statements(finding, sites))


def _statements(finding: Finding, sites: Sequence[Site]) -> Iterator[Span]:
    """The finding's own lines, those of its statement, and those of the second place that explains it."""
    here = [finding.place, *(related.place for related in finding.related)]
    for place in here:
        if (place.path, place.cell) == (finding.place.path, finding.place.cell):
            yield place.span
            for site in sites:
                if site.statement.line <= place.span.line <= site.statement.end_line:
                    yield site.statement


def _read(source: Source) -> tuple[list[Suppression], list[Finding]]:
    suppressions: list[Suppression] = []
    problems: list[Finding] = []
    for comment, line, column, alone in _comments(source):
        if match := _OURS.search(comment):
            span = _span(line, column, match)
            if match["verb"] == "ignore-file" and not alone:
                problems.append(_invalid(source, span, "ignore-file works only on a line of its own"))
                continue
            if match["verb"] not in ("ignore", "ignore-file") or not (match["codes"] or "").strip():
                problems.append(_invalid(source, span, "it has to be ignore[CODE] or ignore-file[CODE]"))
                continue
            for code in (part.strip().upper() for part in match["codes"].split(",")):
                if code not in MODULES:
                    problems.append(_invalid(source, span, f"there is no rule {code!r}{_near(code)}"))
                else:
                    suppressions.append(Suppression(code, span, match["verb"] == "ignore-file"))
        elif match := _NOQA.search(comment):
            span = _span(line, column, match)
            codes = re.findall(r"[A-Z]+[0-9]+", (match["codes"] or "").upper())
            if not match["colon"]:
                suppressions.append(Suppression(None, span, ours=False))
            suppressions += [Suppression(code, span, ours=False) for code in codes if code in MODULES]
    return suppressions, problems


def _comments(source: Source) -> Iterable[tuple[str, int, int, bool]]:
    """Each comment with its line, its column from 1, and whether it stands alone."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                found.append((token.string, line, column + 1, not token.line[:column].strip()))
    except (tokenize.TokenError, SyntaxError):
        pass  # a file that cannot be parsed has its own finding; what was read so far counts
    return found


def _span(line: int, column: int, match: re.Match[str]) -> Span:
    return Span(line, column + match.start(), line, column + match.end())


def _near(code: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(code, MODULES, n=1, cutoff=0.7)
    return f", did you mean {near[0]}?" if near else ""


def _invalid(source: Source, span: Span, reason: str) -> Finding:
    return Finding(
        "REG003",
        "invalid-suppression",
        "warning",
        f"this comment suppresses nothing: {reason}",
        Place(source.path, span, source.cell),
        "write # regilink: ignore[REG101] and a reason; `regilink rules` lists the codes",
    )


def _unused(source: Source, item: Suppression) -> Finding:
    return Finding(
        "REG001",
        "unused-suppression",
        "warning",
        f"nothing here is suppressed by {item.code}",
        Place(source.path, item.span, source.cell),
        f"take {item.code} out of the comment",
    )
