"""A note of a problem: a heading, a list, a table, a comment or a sentence that tells what goes wrong with W&B."""

from __future__ import annotations

import re

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.workflows.explain.error_context import NAME_OF_WANDB, is_reported_error, read_fenced, split_parts
from regilink_doctor.workflows.explain.explanation import Explanation, causes_of
from regilink_doctor.workflows.explain.log_lines import is_harmless
from regilink_doctor.workflows.explain.question_model import find_language, rank_answers, translate_words
from regilink_doctor.workflows.explain.questions import (
    CODE_LINE,
    INLINE_CODE,
    TRACEBACK_LINE,
    is_log,
    is_output,
)

_MARK = re.compile(r"\s*(?:#{1,6} |//|--|\*|\||[-+•>] |\d+[.)] |['\"]{3})")
"""What begins a heading, an item of a list, a row of a table, a quotation or a comment."""
_HEADING = re.compile(r"\s*#{2,6} ")
_LABEL = re.compile(r"(?:NOTE|TODO|FIXME|HACK|XXX):? ")
_TYPED = re.compile(
    r"(?:export |set )?\w+=\S|(?:import|from) [\w.]+|(?:RUN|ENV|ARG|COPY|ADD|FROM|CMD|WORKDIR) \S"
    r"|[\w./]+ (?:\S+ )*--?[a-zA-Z]"
)
"""A line of code or of a terminal: an assignment, an import, an instruction of Docker, a command with an option."""
_IDENTIFIER = re.compile(r"\w*_\w*")
"""A name of code, whose parts tell nothing (`mean_squared_error`)."""
_ADDRESS = re.compile(r"https?://\S+")
_COMMENT = re.compile(r"(?:^|(?<=\s))(?:#(?=[ a-zA-Z])|// ).*")
_PRINTED_IN_COMMENT = re.compile(r"\s*(?:#|//)[\s>=-]*(?:raises )?(?:\w+\.)*[A-Z]\w*(?:Error|Exception)\b")
_NAMES_EXCEPTION = re.compile(r"\w(?:Error|Exception|Warning)\b")
_ASKS_HOW = re.compile(r"\W*(?:how|can|is there|what|where|which|should|does)\b[^\n]*\?\s*$", re.IGNORECASE)
_TELLS_PROBLEM = re.compile(
    r"error|fail|crash|complain|otherwise|prompt|your choice|deprecated|removed|limit|\bdrop\b|prevent"
    r"|deadlock|hangs?\b|stuck|freez|broke|break|issue|problem|trouble|\bbugs?\b|wrong|invalid|expired|denied"
    r"|refus|reject|forbid|unauthori|\b(?:is|are|does|do|was|were|has|could|will) ?(?:not\b|n't)|\bnot \w|n't\b|cannot"
    r"|unable|missing|\blost\b|drops|dropped|ignor|time[sd]?[ -]?out|slow|conflict|mismatch|incompatib|exceed"
    r"|quota|rate limit|\bfull\b|\bfills?\b|silently|truncat|discard|swallow|unreachable"
    r"|blocks?\b|blocked|retr(?:y|ies)|warning|avoid|workaround|abort|kill"
    r"|\bdie[sd]?\b|too (?:old|long|large|many|small|slow)|\bno (?!-)\w|required|asks for|(?<!\d)[45]\d\d(?!\d)"
    r"|エラー|失敗|ない|ません|できず|固ま|止ま|問題|切れ|超え|拒否|消え|いっぱい",
    re.IGNORECASE,
)
_VALUE = r"""(?:(?:[a-z]+://|[~.]{0,2}/)\S+ | [\w.-]+/[\w.-]+/\S+ | \d[\d.,]*(?:\s?[kMG]?B)?\)?
    | [\w./-]+:(?:v\d+|latest) | \{[^\n]*\} | \[[^\n]*\] | \w+=[^\n]*\w\)? | (?=[\w-]*\d)(?=[\d-]*[a-z])[\w-]{6,}\.?)"""
"""The name or number with which a line ends: an address, a folder, a size, a version, a list, an id."""
_NO_STATUS = (
    r"(?:.*\b(?:I|my|we|our|starts|begins|gives|shows|goes|takes|returns|creates|ends|makes)"
    r"|(?:are|can|did|do|does|how|is|was|what|where|why))\b"
)
"""Words of sentences that a person writes."""
_STATUS = re.compile(
    rf"""[^\w\[/]{{0,6}}(?:\[[^\]\n]{{1,40}}\]\W+)?(?:info\W+)?(?!{_NO_STATUS})(?:
        [\w' -]{{0,60}}\b(?:downloaded|linked|logged|promoted|published|pushed|registered|saved|uploaded)
            \s(?:as|from|in|into|to)\b[^\n]{{1,120}}
      | (?:\S+\s){{0,3}}
            (?:create|deleting|(?:creat|download|fetch|finish|initializ|link|load|logg|promot|publish|push|register
            |restor|resum|runn|sav|start|sync|track|upload|us|watch)(?:ed|ing))\b
            (?:(?:[^\n]*[\s(\[])?{_VALUE}(?:\s(?:as|for|from|in|into|to)\s\S+(?:\s\S+)?)?|[^\n]*(?:\.\.\.|…))
      | [^\s:={{(\[]+(?:\s[^\s:={{(\[]+){{0,5}}(?::\s|\s-\s|\s?=\s?)(?:{_VALUE}|\w*\([^\n]*\))
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
"""What has been done; what is being done, with a name or a number; what something is called."""
_AROUND_LINE = "\"'`「」『』 >*-"
"""Quotes and marks around the words of a line."""
_KANA = re.compile(r"[\u3040-\u30ff]")
_LONGEST_NOTE, _LONGEST_STATUS = 4000, 300
_LEAST, LEAST_BESIDE_ERROR, _LEAST_OF_OTHERS, _MOST_FAILURES = 0.3, 0.8, 0.1, 3
"""How probable the first failure must be to be named for a note, and to be named rather than the causes that an error
leaves open; how probable the others; and how many are named. Measured with pages that were not learned from."""
_WORDS = re.compile(r"(?:(?<![^\s(\"'])[^\W\d_][^\W\d_'-]+[,;:]? ){2}[^\W\d_]")
"""Three words in a row: the columns of a listing have more space between them, and values."""
_STRING = re.compile(rf"[\"'][^\"'\n]{{0,300}}?{_WORDS.pattern}")
"""A string of a program that has such words."""
_COLUMNS = re.compile(r"(?:(?<!\S)\d[\d./]*\s+){3}")
"""Three numbers in a row, as a profiler and a log of metrics write them."""


def is_note(text: str) -> bool:
    """Whether a short text has a heading, an item of a list, a row of a table, a quotation or a comment."""
    return len(text) <= _LONGEST_NOTE and any(_MARK.match(line) for line in text.splitlines())


def tells_problem(text: str) -> bool:
    """Whether a text has a question mark or a word that people use of a problem."""
    return "?" in text or bool(_TELLS_PROBLEM.search(translate_words(text)))


def reports_success(text: str) -> bool:
    """Whether a line is what a program says where all goes well: no question, and no problem."""
    line = text.strip()
    is_short = len(line) <= _LONGEST_STATUS and "\n" not in line
    return is_short and _STATUS.match(line) is not None and not tells_problem(line)


def quotes_error(text: str, error: str) -> bool:
    """Whether an error is in a block of code or in a marked line of a note, and not in a line of its own."""
    lines = [(line, is_fenced) for line, is_fenced in read_fenced(text[:_LONGEST_NOTE]) if error in line]
    return all(is_fenced or _MARK.match(line) for line, is_fenced in lines)


def explain_note(text: str, least: float = _LEAST) -> Explanation | None:
    """The likely failures behind a problem of W&B that a note tells; None where the text is no such note.

    `least` is how probable the first of them must be.
    """
    note = _ADDRESS.sub("", _find_note(text))
    line = next(filter(NAME_OF_WANDB.search, note.splitlines()), None)
    if line is None or not tells_problem(_IDENTIFIER.sub("", note)):
        return None
    ranked = rank_answers(translate_words(note))[:_MOST_FAILURES]
    if ranked[0][0] not in FAILURES or ranked[0][1] < least:
        return None
    failures = tuple(about for about, share in ranked if about in FAILURES and share >= _LEAST_OF_OTHERS)
    title = _prefer_comment(line).strip()
    return Explanation("error", title, is_sure=False, failures=failures, causes=causes_of(failures))


def _find_note(text: str) -> str:
    """The parts of a note that name W&B; empty for the output of a program, and for a question how to do something."""
    if len(text) > _LONGEST_NOTE or _ASKS_HOW.match(text):
        return ""
    lines = list(read_fenced(text))
    written = [line for line, is_fenced in lines if not is_fenced]
    if any(_is_printed(line) for line in written) or not any(_is_told(line) for line in written):
        return ""
    if any(is_harmless(line) for line, is_fenced in lines if is_fenced):
        return ""
    found: list[str] = []
    introduction: list[str] = []
    for part in split_parts(lines):
        introduction = part if _HEADING.match("".join(part[:1])) else introduction
        if NAME_OF_WANDB.search("\n".join(part)):
            # What an item says to do is about the problem that its section begins with.
            found += part if part is introduction else (*introduction, *part)
            introduction = []
    return "\n".join(found).strip("\n")


def _is_printed(line: str) -> bool:
    """Whether a program has written a line: a log, numbers in columns, a part of a traceback, an exception."""
    bare = _LABEL.sub("", INLINE_CODE.sub("", line).strip(_AROUND_LINE))
    if any(map(is_output, (bare, line))) or _COLUMNS.match(bare) or is_reported_error(line):
        return True
    if TRACEBACK_LINE.match(line) or _PRINTED_IN_COMMENT.match(line):
        return True
    if not bare or _MARK.match(line) or CODE_LINE.match(line) or _TYPED.match(line):
        return False
    return is_log(bare) or _NAMES_EXCEPTION.search(bare) is not None


def _is_told(line: str) -> bool:
    """Whether a line is marked as a part of a note, has a comment, or has words as a sentence has them."""
    if _MARK.match(line) or _COMMENT.search(line) or _KANA.search(line) or find_language(line):
        return True
    return (_STRING if CODE_LINE.match(line) else _WORDS).search(line) is not None


def _prefer_comment(line: str) -> str:
    """The comment of a line where that names W&B; else the line."""
    comment = _COMMENT.search(line)
    return comment[0] if comment and NAME_OF_WANDB.search(comment[0]) else line
