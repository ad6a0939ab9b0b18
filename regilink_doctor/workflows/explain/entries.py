"""A rule by its code or name, a row of the catalogue of failures by its number."""

from __future__ import annotations

import re

from regilink_doctor.core import rule_codes
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.text import counted
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.index import RULES
from regilink_doctor.rules.selection import meant_by_letters
from regilink_doctor.workflows.explain.explanation import Explanation, causes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.rules.base import Rule

_CODE = re.compile(r"[A-Za-z]{3}\d{3}")
_ROW = re.compile(r"[A-Fa-f]\d{1,2}[a-z]?")
_REPORTED = re.compile(
    r"(?:(?:^|[^e])\[|:\d+:\d+: |^\S \S+ +)(REG\d{3})\b|\b(?:row|failure) ([A-F]\d{1,2}[a-z]?)\b", re.MULTILINE
)
"""Lint: `error[REG101]`, `a.py:3:5: REG101`; the doctor: `✗ entity  REG203`; ledgers: `[REG101, row A1]`."""
_BEGINNING = re.compile(r"reg\d{0,2}", re.IGNORECASE)


def explain_entry(text: str) -> Explanation | None:
    """The rule or row that a text names exactly, in any case; None when it names none."""
    word = text.strip()
    if len(word) > 60:
        return None
    by_name = {name: code for code, (name, _) in RULES.items()}
    code = by_name.get(word.lower(), word.upper())
    if code in RULES:
        return _rule(code)
    if _CODE.fullmatch(word) and (rows := [row for row, each in FAILURES.items() if code in each.codes]):
        return Explanation(
            "rule", f"{code}, a check of these failures", codes=(code,), failures=tuple(rows), causes=causes_of(rows)
        )
    row = next((each for each in FAILURES if each.casefold() == word.casefold()), None)
    return _row(row) if row is not None else None


def explain_entries(text: str) -> Explanation | None:
    """The rules that beginnings of codes stand for (`REG1`), or that several words name, as a list.

    None when any of the words is neither.
    """
    words = text.replace(",", " ").split()
    if not words or len(text) > 1000 or (len(words) == 1 and not _BEGINNING.fullmatch(words[0])):
        return None
    found: dict[str, str] = {}
    for word in words:
        beginning = word.upper() if _BEGINNING.fullmatch(word) else None
        entry = None if beginning else explain_entry(word)
        if entry is not None:
            found[entry.codes[0] if entry.kind == "rule" else entry.failures[0]] = entry.title
        elif beginning and (codes := [code for code in sorted(RULES) if code.startswith(beginning)]):
            found.update((code, _title(rule_for(code))) for code in codes)
        elif beginning:
            known = ", ".join(sorted({code[:4] for code in RULES}))
            return Explanation(
                "unknown", f"no rule begins with {word!r}", is_recognized=False, notes=(f"there are {known}",)
            )
        else:
            return None
    rows = tuple(key for key in found if key in FAILURES)
    return Explanation(
        "rule",
        counted(len(found), "rule", "rules and rows" if rows else None),
        codes=tuple(key for key in found if key not in FAILURES),
        failures=rows,
        notes=(f"`regilink explain {next(iter(found))}` says what it is about, and what to write instead",),
        body="\n".join(f"  {title}" for title in found.values()),
    )


def explain_report(text: str) -> Explanation | None:
    """The rules, or the rows, that a pasted piece of our own reports names; None where it is none.

    A comment that silences a rule (`ignore[REG101]`) is a part of code, not of a report.
    """
    found = _REPORTED.findall(text)
    named = list(dict.fromkeys(code for code, _ in found if code)) or list(dict.fromkeys(row for _, row in found))
    if len(named) == 1:
        return explain_entry(named[0])
    return explain_entries(" ".join(named)) if named else None


def near_entries(text: str) -> tuple[str, ...]:
    """The codes, names and rows that a misspelled one probably means; empty when it looks like none of them."""
    from difflib import get_close_matches

    word = text.strip()
    if not 1 < len(word) <= 60 or "/" in word or " " in word:
        return ()
    if meant := meant_by_letters(word):
        return (meant,)
    if _CODE.fullmatch(word):
        return tuple(get_close_matches(word.upper(), RULES, n=3, cutoff=0.5)) or (rule_codes.MISSING_REGISTRY_PREFIX,)
    if _ROW.fullmatch(word):
        return tuple(get_close_matches(word.upper(), FAILURES, n=3, cutoff=0.3)) or ("A1",)
    names = [name for name, _ in RULES.values()]
    return tuple(get_close_matches(word.lower(), names, n=3, cutoff=0.75))


def _rule(code: str) -> Explanation:
    rule = rule_for(code)
    examples = (("Reported", rule.bad), ("Not reported", rule.good))
    return Explanation(
        "rule",
        _title(rule),
        codes=(rule.code,),
        failures=rule.failures,
        body=rule.documentation,
        examples=tuple((title, shown) for title, shown in examples if shown),
        causes=causes_of(rule.failures),
    )


def _title(rule: Rule) -> str:
    return f"{rule.code} {rule.name} ({rule.severity})"


def _row(row: str) -> Explanation:
    failure = FAILURES[row]
    return Explanation(
        "failure",
        f"{row}: {failure.title}",
        codes=failure.codes,
        failures=(row,),
        notes=("nothing is raised: it fails silently",) if failure.silent else (),
        causes=causes_of([row]),
    )
