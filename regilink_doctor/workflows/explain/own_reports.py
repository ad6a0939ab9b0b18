"""Sentences of regilink's own reports, which are not errors: they are read from the catalogs of the translations.

A catalog names the module that writes each string, in English and in its language, so no sentence is repeated here.
"""

from __future__ import annotations

import os
import re
from functools import cache

from regilink_doctor.core.phrases import say
from regilink_doctor.languages import ENGLISH, FOLDER, list_languages, read_entries
from regilink_doctor.workflows.explain.explanation import Explanation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_WRITTEN_BY = ("#: regilink_doctor/report/summary.py", "#: regilink_doctor/report/doctor/full.py")
"""Their sentences sum up a report; those of the others are also words of people ("What to do", "Target path")."""
_MOST_LINES, _LONGEST_LINE = 40, 500
_FIELD = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[a-z]{2,}|[\u3040-\u30ff\u4e00-\u9fff]{3}", re.IGNORECASE)
_FEWEST_WORDS = 2
_COUNT = r"(?:(?:\w+ )?\d+ \w+[.。] ?)?"
_VALUE = r"[^\n]{0,100}?\d[^\n]{0,100}?"
"""What is filled in counts something or names a line: in other sentences, other words are in that place."""


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
