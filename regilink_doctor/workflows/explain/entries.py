"""What regilink itself wrote: codes and names of rules, ids of failures, and sentences of its reports.

The sentences, which are no errors, are read from the catalogs of the translations: a catalog names the module that
writes each string, in English and in its language, so no sentence is repeated here.
"""

from __future__ import annotations

import os
import re
from functools import cache

from regilink_doctor.core import rule_codes
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.phrases import counted, join_phrases, make_phrase, say
from regilink_doctor.core.text import quote_text
from regilink_doctor.languages import ENGLISH, FOLDER, list_languages, read_entries
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.index import RULES
from regilink_doctor.rules.selection import meant_by_letters
from regilink_doctor.workflows.explain.explanation import Explanation, causes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.rules.base import Rule

_WRITTEN_BY = ("#: regilink_doctor/report/summary.py", "#: regilink_doctor/report/doctor/full.py")
"""Their sentences sum up a report; those of the others are also words of people ("What to do", "Target path")."""
_MOST_LINES, _LONGEST_LINE = 40, 500
_FIELD = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[a-z]{2,}|[\u3040-\u30ff\u4e00-\u9fff]{3}", re.IGNORECASE)
_FEWEST_WORDS = 2
_COUNT = r"(?:(?:\w+ )?\d+ \w+[.。] ?)?"
_VALUE = r"[^\n]{0,100}?\d[^\n]{0,100}?"
"""What is filled in counts something or names a line: in other sentences, other words are in that place."""
_CODE = re.compile(r"[A-Za-z]{3}\d{3}")
_FAILURE_ID = re.compile(r"[A-Fa-f]\d{1,2}[a-z]?")
_REPORTED = re.compile(
    r"(?:(?:^|[^e])\[|:\d+:\d+: |^\S \S+ +)(REG\d{3})\b|\bfailure ([A-F]\d{1,2}[a-z]?)\b", re.MULTILINE
)
"""Lint: `error[REG101]`, `a.py:3:5: REG101`; the doctor: `✗ entity  REG203`; ledgers: `[REG101, failure A1]`."""
_CODE_PREFIX = re.compile(r"reg\d{0,2}", re.IGNORECASE)


def explain_entry(text: str) -> Explanation | None:
    """The rule or failure that a text names exactly, in any case; None when it names none."""
    word = text.strip()
    if len(word) > 60:
        return None
    by_name = {name: code for code, (name, _) in RULES.items()}
    code = by_name.get(word.lower(), word.upper())
    if code in RULES:
        return _explain_rule(code)
    if _CODE.fullmatch(word) and (ids := [key for key, failure in FAILURES.items() if code in failure.codes]):
        return Explanation(
            "rule",
            say("{code}, a check of these failures", code=code),
            codes=(code,),
            failures=tuple(ids),
            causes=causes_of(ids),
        )
    failure_id = next((key for key in FAILURES if key.casefold() == word.casefold()), None)
    return _explain_failure(failure_id) if failure_id is not None else None


def explain_entries(text: str) -> Explanation | None:
    """The rules that code prefixes stand for (`REG1`), or that several words name, as a list.

    None when any of the words is neither.
    """
    words = text.replace(",", " ").split()
    if not words or len(text) > 1000 or (len(words) == 1 and not _CODE_PREFIX.fullmatch(words[0])):
        return None
    found: dict[str, str] = {}
    for word in words:
        prefix = word.upper() if _CODE_PREFIX.fullmatch(word) else None
        entry = None if prefix else explain_entry(word)
        if entry is not None:
            found[entry.codes[0] if entry.kind == "rule" else entry.failures[0]] = entry.title
        elif prefix and (codes := [code for code in sorted(RULES) if code.startswith(prefix)]):
            found.update((code, _title(rule_for(code))) for code in codes)
        elif prefix:
            prefixes = ", ".join(sorted({code[:4] for code in RULES}))
            return Explanation(
                "unknown",
                say("no rule begins with {word}", word=quote_text(word)),
                is_recognized=False,
                notes=(say("there are {known}", known=prefixes),),
            )
        else:
            return None
    ids = tuple(key for key in found if key in FAILURES)
    return Explanation(
        "rule",
        say("{number} rules and failures", number=len(found)) if ids else counted(len(found), "rule"),
        codes=tuple(key for key in found if key not in FAILURES),
        failures=ids,
        notes=(
            say("`regilink explain {name}` says what it is about, and what to write instead", name=next(iter(found))),
        ),
        body="\n".join(f"  {title}" for title in found.values()),
    )


def explain_report(text: str) -> Explanation | None:
    """The rules, or the failures, that a pasted piece of a report of regilink names; None without such a piece.

    A comment that silences a rule (`ignore[REG101]`) is a part of code, not of a report.
    """
    found = _REPORTED.findall(text)
    named = list(dict.fromkeys(code for code, _ in found if code)) or list(dict.fromkeys(key for _, key in found))
    if len(named) == 1:
        return explain_entry(named[0])
    return explain_entries(" ".join(named)) if named else None


def near_entries(text: str) -> tuple[str, ...]:
    """The codes, names and failure ids that a misspelled one probably means; empty when it looks like none of them."""
    from difflib import get_close_matches

    word = text.strip()
    if not 1 < len(word) <= 60 or "/" in word or " " in word:
        return ()
    if meant := meant_by_letters(word):
        return (meant,)
    if _CODE.fullmatch(word):
        return tuple(get_close_matches(word.upper(), RULES, n=3, cutoff=0.5)) or (rule_codes.MISSING_REGISTRY_PREFIX,)
    if _FAILURE_ID.fullmatch(word):
        return tuple(get_close_matches(word.upper(), FAILURES, n=3, cutoff=0.3)) or ("A1",)
    names = [name for name, _ in RULES.values()]
    return tuple(get_close_matches(word.lower(), names, n=3, cutoff=0.75))


def _explain_rule(code: str) -> Explanation:
    rule = rule_for(code)
    examples = ((say("Reported"), rule.bad), (say("Not reported"), rule.good))
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


def _explain_failure(failure_id: str) -> Explanation:
    failure = FAILURES[failure_id]
    return Explanation(
        "failure",
        join_phrases(": ", [failure_id, make_phrase(failure.title, failure.title, {})]),
        codes=failure.codes,
        failures=(failure_id,),
        notes=(say("nothing is raised: it fails silently"),) if failure.silent else (),
        causes=causes_of([failure_id]),
    )


def explain_own_report(text: str) -> Explanation | None:
    """What the sentences of a report of regilink are; None for a text with another line, and for a question."""
    lines = [line[:_LONGEST_LINE].strip() for line in text.splitlines() if line.strip() and not line.startswith("$ ")]
    if text.rstrip().endswith(("?", "\uff1f")) or not 0 < len(lines) <= _MOST_LINES or not all(map(_is_written, lines)):
        return None
    return Explanation(
        "unknown",
        say("a sentence of regilink's own report, not an error of W&B"),
        is_recognized=False,
        notes=(
            say("give regilink a code of the report (REG101, A12), or the error with which your program ends"),
            say("`regilink doctor -v` shows every check, also those that found no problem"),
        ),
    )


def _is_written(line: str) -> bool:
    return any(part in line and pattern.match(line) for part, pattern in _list_sentences())


@cache
def _list_sentences() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Of each sentence that a report has, with words enough of its own, its longest part and its pattern."""
    return tuple(dict.fromkeys(_read_sentences()))


def _read_sentences() -> Iterator[tuple[str, re.Pattern[str]]]:
    for language in list_languages():
        if language == ENGLISH:
            continue
        with open(os.path.join(FOLDER, language, "messages.po"), encoding="utf-8") as file:
            blocks = [block for block in file.read().split("\n\n") if any(name in block for name in _WRITTEN_BY)]
        for english, entry in read_entries("\n\n".join(blocks)).items():
            for template in (english, *entry.forms):
                parts = _FIELD.split(template.strip(" .:,;。"))
                if len(_WORD.findall(" ".join(parts))) >= _FEWEST_WORDS:
                    pattern = _VALUE.join(map(re.escape, parts))
                    yield max(parts, key=len), re.compile(rf"{_COUNT}{pattern}(?:[.。]?$|(?:[.:,。]|\s\().*\d)")
