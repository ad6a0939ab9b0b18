"""A question or a symptom in English or Japanese: the failures that look like it, the silent ones above all.

What a question is about, question_model.py tells.
"""

from __future__ import annotations

import re

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import misspelled_prefix
from regilink_doctor.core.targets import target_of
from regilink_doctor.workflows.explain import paths
from regilink_doctor.workflows.explain.explanation import Explanation, causes_of
from regilink_doctor.workflows.explain.question_model import (
    OTHER,
    UNCLEAR,
    UNLISTED,
    correct_spelling,
    find_language,
    find_topic,
    rank_answers,
    translate_words,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.workflows.explain.question_model import Topic

_KANA = re.compile(r"[\u3040-\u30ff]")
_LETTERS_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
"""Kana, and the letters of Chinese, which Japanese has as well."""
_HIRAGANA = re.compile(r"[\u3040-\u309f]")
_HIRAGANA_OF_SENTENCE = 5
"""How many hiragana a name hardly has, and a sentence in Japanese does."""
_QUOTES = "\"'`「」『』"
_PINNED = re.compile(r"[\w.\[\],-]+[=~<>!]=[\w.*+!-]+")
"""A package with its version, in a list of what is installed."""
_ASKING = ("why", "how", "what", "where", "when", "which", "can", "could", "does", "do", "did", "is", "are", "should")
_OUTPUT = re.compile(
    r"^wandb: |^[A-Z]{4,8}:(?: |[\w.]+:)|^(?:TRACE|DEBUG|INFO|NOTICE) +[a-z\d]|^(?:\S+ )?\S*\d\d:\d\d:\d\d|\d%\|"
    r"|^\[[^\]\n]{0,60}\d\d:\d\d:\d\d|^\+[-=+]{3,}\+?$|^-{3,}(?: +-{3,})+$"
    r"|^(?:commit )?(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{7,40}(?: |$)"
    r"|^(?:\(Pdb\)|i?pdb>|\(ipdb\)) |^(?:Collecting|Requirement already satisfied:|Successfully (?:un)?installed) \S",
    re.MULTILINE,
)
"""Prefixes of wandb, loggers, debuggers and pip, clocks, progress bars, borders of tables, hashes of commits."""
_COMMAND_LINE = re.compile(
    r"^[$#]+ |^(?:\(\S+\) ?)?[\w.-]+@[\w.-]+:\S*[$#] "
    r"|^(?:export )?(?:[A-Z][A-Z_]+=\S*\s*)+$|^(?:pip3?|curl|uv) (?:install|-)",
    re.MULTILINE,
)
_LOG = re.compile(
    r"\.py\", line \d|\bREG\d{3}\b"
    r"|^[ \t]+\S.*[:=\]]|\[\w+=|^\S+: \S+: |^[\w<>]+(?:\.[\w<>]+)+: |^\w+Warning: "
    r"|\bnot found: \S*[/:.]\S+$"
    r"|^[A-Z]{4,8}: |^\w+: \(\d+\) |^wandb: |^Failed to |^[$*#]+ |: [Ee]rror\b|(?<![\w~.-])(?<!artifact:/)/[\w.-]+/"
    rf"|{_COMMAND_LINE.pattern}"
    r"|^(?:\S+ )?\S*\d\d:\d\d:\d\d|\d{8}_\d{6}|\w[:=] ?-?\d+\.\d+(?![.\d])|\A(?:[^\n]*\n){6}",
    re.MULTILINE,
)
"""Indented lines, values in brackets, the prefixes of programs, names of classes, clocks, folders, many lines."""
_FOLDER = re.compile(r"( )/[\w.-]+/[\w./-]*")
"""A folder in the middle of a sentence."""
_ANNOUNCES = re.compile(
    r"\b(?:is|are|was|has been) (?:now )?deprecated\b|\b(?:will|to) be removed in\b|\b(?:logging|tracking) enabled\b"
    r"|\bhas no effect\b",
    re.IGNORECASE,
)
"""Announcements of programs, which people do not write."""
_NUMBER = re.compile(r"\d+")
INLINE_CODE = re.compile(
    r"""`[^`\n]*` | \b\w{1,60}(?:\(\))?(?:\.\w{1,60}(?:\(\))?){0,8}\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)
      | (["'])(?=[^\s"']*/)[^\s"']+\1 | (?<=\()https?://[^\s()]*(?=\)) | \A[a-z][\w+.-]{1,30}://\S+""",
    re.VERBOSE,
)
"""Code between backticks, calls, paths between quotes, and addresses between brackets or at the start."""
CALL = re.compile(r"[\w\])]\(|^\(")
"""The bracket of a call, which has no space before it, or of code that is in brackets as a whole."""
_CHANGES_ALIASES = re.compile(r"\.aliases(?:\.(?:append|extend|insert|remove)\(| ?\+?= ?\[)")
"""Code that changes the aliases of an artifact, which is sent by `save()` alone."""
_UNSAVED_ALIASES = "B11"
_SENTENCE = re.compile(r"^\W{0,4}(?:\S+ {1,3}){4,}\S+[.?!:,]?\W*$|[\u3040-\u30ff].*[\u3002\uff1f]")
_REPORTS_A_PROBLEM = re.compile(
    r"\b(?:error|fail|issue|problem|wrong|why|how|can't|cannot|unable|doesn't|stuck|hang|not (?:yet|found)|empty"
    r"|nothing|missing)|[?\uff1f]|なぜ|どう|エラー|失敗|できない|できません|ません[\u3002か]"
)
_ASKS_WHY = re.compile(r"\A(?:Why|How|What) [^.?!]{5,300}\?")
"""A question that a program does not ask."""
_IS_FIRST_PERSON = re.compile(
    r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|me|us|[Ww]hen (?:trying|running|using|calling|I))\b"
    r"|(?:です|ます|ません|ください|ました)"
)
CODE_LINE = re.compile(
    r"[ \t]+\S|(?:import|from|try|except|return|raise|def|class|with|if|else)\b[^.?!]*[:\w)]\s*$"
    r"|[\w.]+ = \S|[\w.]+\([^()]*\)\s*$"
)
"""A line of a program: indented, a statement, an assignment or a call."""
TRACEBACK_LINE = re.compile(r"""\s*(?:Traceback \(|File ["'])""")
_IS_TOLD = re.compile(
    r"\b(?:I|[Ww]e)(?:'m| am| have| do| did)? (?!(?:strongly|will|recommend|suggest|use|advise)\b)[a-z]+"
)
"""Somebody tells what they have done or seen; a program recommends and announces."""
_ADDRESSES_READER = re.compile(r"\b(?:you|your|please)\b", re.IGNORECASE)
"""Words of programs, which do not tell about themselves."""
_IS_POLITE = re.compile(r"(?:です|ます|ません|ました|でした|ください|でしょう)か?[\u3002\uff1f]")
"""A polite Japanese sentence, which is addressed to a reader."""
_NAMES_SUBJECT = re.compile(
    r"wandb|w&b|target.path|regist|artifact|\blink|\bruns?\b|sweep|alias|collection|api key|torchrun|\bentity\b"
    r"|\bpath\b|\blogged_by\b|\bused_by\b|\bpromot|\bpublish|\btoken\b|\bseats?\b|\bcolleague|\boffline\b|organi[sz]ation"
    r"|パス|ディスク|バージョン|認証|オフライン|ログイン|レジストリ|アーティファクト|リンク|組織|接続|権限|役割|スイープ|エイリアス|コレクション|キー|エンティティ|モデル",
    re.IGNORECASE,
)
_SURE, _LEAST = 0.95, 0.1
"""How probable the first must be to be the answer, or a candidate; measured with questions that were left out."""
_LIKELY, _LEAST_BESIDE_MESSAGE = 0.8, 0.5
"""How probable pages with their mistakes must be to be the answer, or one of several failures, among these; and how
probable a failure that a message of W&B does not mean first."""
_LEAST_OF_OTHERS, _LEAST_OF_REPORTS, _MOST_FOREIGN = 0.35, 0.4, 0.05
"""How probable a candidate must be for a text that names no subject of W&B, and for a report; and how probable it may
be that the former is about something else."""
_WORDS_OF_REPORT, _LETTERS_OF_WORD = 25, 3
"""From this number of words on, a text is a report; of Japanese and Chinese so many letters count as a word."""
_FEWEST_WORDS = 4
"""A shorter text is too vague to be about something that the index does not list, and for a sure answer without a
subject of W&B."""
_OF_UNLISTED = 2
"""How many times as probable as what is not listed a failure must be; measured with reports that were left out."""
_LEAST_OF_FURTHER = 0.05
"""How probable a further failure, or a second page, is that is named beside the answer."""
_MOST_FAILURES, _MOST_CANDIDATES, _LEAST_OF_CANDIDATES = 8, 3, 0.02
_OF_THE_PATH = ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A17")
"""Failures that a link to a well-formed registry path rules out."""
_SILENT = ("A2", "C5", "C13", "A4", "B14")
"""Other failures without any error, where a version is not in the registry."""
_HEADING_LINES = 3
"""A text without a sentence in its first lines is a log, not a report."""


def is_log(text: str) -> bool:
    """Whether a text has the shape of a program's output, and not of a sentence; also of lines that count something."""
    if _LOG.search(text) or _OUTPUT.search(text):
        return True
    if _ANNOUNCES.search(text) and "?" not in text and not _IS_FIRST_PERSON.search(text):
        return True
    lines = [_NUMBER.sub("0", line) for line in text[:LONGEST_QUESTION].splitlines() if _NUMBER.search(line)]
    return len({*lines}) < len(lines)


def is_output(text: str) -> bool:
    """Whether a text can only be what a program has written, or is made of lines without any sentence."""
    has_lines = "\n" in text.strip() and not _COMMAND_LINE.search(text) and not find_prose(text)
    return has_lines or bool(_OUTPUT.search(text))


def is_question(text: str) -> bool:
    """Whether a text without an error and without code is meant as a sentence, and not as a name.

    A registry's name may have spaces, so a text that begins with the prefix is a path whatever follows.
    """
    bare = text.strip().strip(_QUOTES)
    if bare.endswith(("?", "？")) or ("。" in bare and _KANA.search(bare) and not is_log(bare)):  # noqa: RUF001
        return True
    without_code = INLINE_CODE.sub("x", bare)
    if _IS_FIRST_PERSON.search(without_code):  # people name folders as well
        without_code = _FOLDER.sub(r"\1x", without_code)
    words = without_code.split()
    is_listing = len(bare.splitlines()) == len(words) > 1 and not _LETTERS_WITHOUT_SPACES.search(bare)
    if is_listing or all(_PINNED.fullmatch(word) for word in words):
        return False
    is_sentence = len(_HIRAGANA.findall(bare)) >= _HIRAGANA_OF_SENTENCE
    is_address = "://" in bare and len(words) < (_WORDS_OF_DESCRIPTION if "://" in words[0] else 5)
    if not words or (is_address and not is_sentence) or CALL.search(without_code) or is_log(without_code):
        return False
    first = words[0].split("/", 8)[:8]  # a path has four
    if any(segment.lower().startswith("wandb-registry") or misspelled_prefix(segment) for segment in first):
        return bool(_KANA.search(bare)) and len(words) > 1
    if _is_in_other_language(bare):
        return True
    if (words[0].lower() in _ASKING and len(words) >= 3) or is_sentence:
        return True
    if any("/" in word and word[0] not in "~./" for word in words) and not (
        len(words) >= _WORDS_OF_DESCRIPTION or (len(words) >= 5 and not any("/" in word for word in words[:2]))
    ):
        return False
    return bool(_KANA.search(bare)) or len(words) >= 3


_MARK_OF_SENTENCE = re.compile(r"[\uff0c\u3002\uff1f\uff01]|[.?!]$")


def _is_in_other_language(text: str) -> bool:
    """Whether a text is a sentence in a language other than English and Japanese, and no path."""
    has_mark = "/" not in text or _MARK_OF_SENTENCE.search(text) is not None
    return has_mark and bool(find_language(text)) and len(translate_words(text).split()) > 1


def is_description(text: str) -> bool:
    """Whether somebody tells or asks something, in a sentence that hardly a program writes."""
    is_long = len(text.split()) >= _WORDS_OF_DESCRIPTION and not _ADDRESSES_READER.search(text)
    return is_question(text) and bool(
        is_long or "?" in text or _IS_FIRST_PERSON.search(text) or _KANA.search(text) or find_language(text)
    )


_WORDS_OF_DESCRIPTION = 9
"""How many words a title, a name or a command hardly has."""


LONGEST_QUESTION = 20_000
"""How many characters of a question are read: some patterns take seconds for a million of them."""


def find_prose(text: str) -> str:
    """The sentences that a report has around code and logs; empty where it is a log alone."""
    sentences: list[str] = []
    is_fenced = False
    number = 0
    lines = [line for line in text[:LONGEST_QUESTION].splitlines() if line.strip()]
    for line in lines:
        if number == _HEADING_LINES and not sentences:
            return _find_last_sentence(lines)
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif not is_fenced and not CODE_LINE.match(line):
            number += 1
            if _is_sentence(line):
                sentences.append(line.strip())
    prose = " ".join(sentences)
    # Sentences, or one with a clause, and no log around them.
    is_alone = "\n" not in text or "```" in text
    is_told = is_alone or _IS_FIRST_PERSON.search(prose) or _ASKS_WHY.search(INLINE_CODE.sub("x", prose))
    is_report = _REPORTS_A_PROBLEM.search(prose) and is_told
    is_translated = find_language(prose) and _REPORTS_A_PROBLEM.search(translate_words(prose))
    is_long = "\n" not in text and len(INLINE_CODE.sub("x", prose).split()) >= _WORDS_OF_DESCRIPTION
    return prose if is_report or is_long or _IS_POLITE.search(prose) or is_translated else ""


def _is_sentence(line: str) -> bool:
    bare = INLINE_CODE.sub("x", line)
    has_words = _SENTENCE.search(bare) or _is_in_other_language(bare)
    return bool(has_words and not (_LOG.search(bare) or _OUTPUT.search(bare) or TRACEBACK_LINE.match(line)))


def _find_last_sentence(lines: Sequence[str]) -> str:
    """What somebody has written below a log, in the first person; empty where the log is all."""
    return lines[-1].strip() if _IS_TOLD.search(lines[-1]) and _is_sentence(lines[-1]) else ""


def explain_question(text: str, view: OrganizationView | None = None) -> Explanation | None:
    """The failures that look like what is described, or the page that answers it; None where neither is similar."""
    # In many spaces a pattern would look for its end again from each.
    searched = "\n".join(" ".join(line.split()) for line in text[:LONGEST_QUESTION].splitlines() if line.strip())
    path, is_linked = _path_in(text[:LONGEST_QUESTION])
    # A name with a version is read; it is no target unless the text says that the link goes there.
    is_name = path is not None and _VERSION.search(path) and not is_linked and not _is_target(path, text)
    facts = paths.examine(target_of(path), view) if path is not None and not is_name else None
    is_wrong = facts is not None and bool(facts.wrong)
    ranked = list_answers(searched)
    is_unsaved = _CHANGES_ALIASES.search(searched) and ".save(" not in searched
    if ranked and is_unsaved and find_topic(ranked[0][0]) is None:
        ranked = [(_UNSAVED_ALIASES, 1.0), *((about, share) for about, share in ranked if about != _UNSAVED_ALIASES)]
    if is_linked and not is_wrong:
        ranked = [(about, share) for about, share in ranked if about not in _OF_THE_PATH]
    if not ranked and not is_wrong:
        return None
    if ranked and not is_wrong:
        if ranked[0][0] in UNLISTED:
            return _tell_unlisted(ranked)
        is_vague = _count_words(searched) < _FEWEST_WORDS and not _NAMES_SUBJECT.search(searched)
        if is_vague or not is_sure(ranked) or find_language(searched):
            return _name_candidates(ranked)
        if find_topic(ranked[0][0]) is not None:
            return _answer_with_pages(ranked)
    similar = [about for about, probability in ranked if about in FAILURES and probability >= _LEAST_OF_FURTHER]
    if similar[:1] == ["A1"]:
        similar += _SILENT
    failures = tuple(dict.fromkeys([*(facts.failures if facts is not None else ()), *similar]))
    causes = causes_of(failures, target=path)
    codes = [*(facts.codes if facts is not None else ()), *(code for cause in causes for code in cause.codes)]
    return Explanation(
        "question",
        say("a question that the failure index answers"),
        target=facts.fixed if facts is not None and is_wrong else None,
        codes=tuple(dict.fromkeys(codes)),
        failures=failures,
        notes=(
            say(
                "`regilink lint` finds most of these in the code, `regilink doctor` on the server; "
                "`regilink explain --list` lists every known failure"
            ),
        ),
        wrong=facts.wrong if facts is not None else (),
        causes=causes,
    )


def _tell_unlisted(ranked: Sequence[tuple[str, float]]) -> Explanation:
    """The answer to a report, or a wish, that is not about a known failure: where else to look for it."""
    return Explanation(
        "question",
        say("about something that the failure index does not list"),
        is_recognized=False,
        notes=(
            *_name_pages([about for about, _ in ranked]),
            say("look for it in the issues of wandb/wandb on GitHub; status.wandb.com tells of outages"),
            say("if something failed, give regilink the whole error, or say what you expected and what happened"),
        ),
    )


def is_sure(ranked: Sequence[tuple[str, float]]) -> bool:
    """Whether the first is the answer, and not one of several candidates; of a page, its mistakes count."""
    first, probability = ranked[0]
    if (topic := find_topic(first)) is None:
        return probability >= _SURE
    second = next((about for about, _ in ranked[1:] if find_topic(about) is not None), None)
    likely = (first, second, *topic.mistakes)
    return sum(probability for about, probability in ranked if about in likely) >= _LIKELY


_COMMAND = re.compile(
    r"(?:[$!]\s*)?wandb (artifact (?:put|get|ls|cache)|login|sync|sweep|agent|offline|online|disabled|enabled)"
    r"(?:\s+(?:cleanup|-\S+(?:[ =][^-\s]\S*)?|\S*[/.:\d_]\S*))*"
)
_KEY = re.compile(r"\s(?:\[key\]|[\w-]{40,})(?!\S)")
_TOPIC_OF_COMMAND = {
    "artifact put": "link",
    "artifact get": "read",
    "artifact ls": "artifacts",
    "artifact cache": "storage",
    "login": "login",
    "sweep": "sweeps",
    "agent": "sweeps",
    "disabled": "disable",
    "enabled": "disable",
}


def explain_wandb_command(text: str) -> Explanation | None:
    """What a command of wandb is for; None for anything else, also for a sentence about a command."""
    command = _COMMAND.fullmatch(text.strip())
    topic = find_topic(_TOPIC_OF_COMMAND.get(command[1], "offline")) if command else None
    if command is None or topic is None:
        return None
    if command[1] == "login" and _KEY.search(command[0]):
        topic = replace(topic, mistakes=("F11", *topic.mistakes))
    is_put = command[1] == "artifact put"
    return _answer_with_page(
        topic,
        say("a command that logs an artifact to a project; only a link brings it into a registry")
        if is_put
        else say("a command of wandb"),
    )


def _answer_with_pages(ranked: Sequence[tuple[str, float]]) -> Explanation:
    """The answer to a question about how to do something; a second page where that one may answer it as well."""
    topics = [(topic, probability) for about, probability in ranked if (topic := find_topic(about)) is not None]
    also = [topic for topic, probability in topics[1:2] if probability >= _LEAST_OF_FURTHER]
    return _answer_with_page(topics[0][0], also=also)


def _answer_with_page(topic: Topic, title: str = "", also: Sequence[Topic] = ()) -> Explanation:
    """The page of a topic, what to write, and common mistakes; further pages to look at."""
    causes = causes_of(topic.mistakes)
    return Explanation(
        "question",
        title or say("a question about how to use W&B"),
        codes=tuple(dict.fromkeys(code for cause in causes for code in cause.codes)),
        failures=topic.mistakes,
        notes=(
            *((join_phrases("", [topic.answer]),) if topic.answer else ()),
            say("see W&B's documentation: {page}", page=topic.page),
            *(say("see also: {page}", page=other.page) for other in also),
            say("if something failed, give regilink the whole error, or say what you expected and what happened"),
        ),
        write=topic.write,
        causes=causes,
        causes_title=say("Common mistakes:"),
    )


def _name_candidates(ranked: Sequence[tuple[str, float]]) -> Explanation:
    """What a question may be about, where it is not clear."""
    candidates = [about for about, share in ranked if share >= _LEAST_OF_CANDIDATES][:_MOST_CANDIDATES]
    failures = tuple(about for about in candidates if about in FAILURES)
    return Explanation(
        "question",
        say("a question, but regilink is not sure what it is about"),
        is_sure=False,
        failures=failures,
        notes=(
            *_name_pages(candidates),
            say("if something failed, give regilink the whole error, or say what you expected and what happened"),
        ),
        causes=causes_of(failures),
        causes_title=say("It may be one of these:") if len(failures) > 1 else say("It may be this:"),
    )


def _name_pages(answers: Sequence[str]) -> list[str]:
    """The pages of the topics among answers, in a sentence; nothing without a topic."""
    pages = [topic.page for about in answers if (topic := find_topic(about)) is not None]
    shown = join_phrases(", ", dict.fromkeys(pages))
    return [say("W&B's documentation may answer the question: {pages}", pages=shown)] if shown else []


def list_answers(text: str) -> list[tuple[str, float]]:
    """What a question is about, likeliest first, and how probable: failures, and topics; nothing if not of W&B."""
    is_translated = bool(find_language(text))
    text = correct_spelling(translate_words(text))
    is_sentence = is_translated or "?" in text or "\uff1f" in text or bool(_IS_FIRST_PERSON.search(text))
    if is_log(INLINE_CODE.sub("x", text)) and not is_sentence:
        return []
    ranked = rank_answers(text)
    first, probability = ranked[0]
    names_subject = bool(_NAMES_SUBJECT.search(text))
    is_report = _count_words(text) >= _WORDS_OF_REPORT
    foreign = sum(share for about, share in ranked if about in (OTHER, UNCLEAR))
    unlisted = sum(share for about, share in ranked if about in UNLISTED)
    least = _LEAST if names_subject and not is_report else _LEAST_OF_OTHERS
    least_of_failures = max(least, _OF_UNLISTED * unlisted)
    if is_report:
        least_of_failures = max(_LEAST_OF_REPORTS, _OF_UNLISTED * unlisted + foreign)
    is_foreign = foreign > _MOST_FOREIGN and not names_subject
    is_guess = probability < (least if find_topic(first) is not None else least_of_failures)
    if first in (OTHER, UNCLEAR, *UNLISTED) or is_guess or is_foreign:
        kind = next((about for about, _ in ranked if about in UNLISTED), None)
        topics = [(about, share) for about, share in ranked if find_topic(about) is not None and share >= _LEAST]
        is_unlisted = unlisted > max(foreign, _LEAST) and _count_words(text) >= _FEWEST_WORDS
        return [(kind, unlisted), *topics] if kind and is_unlisted else []
    least_of_further = _LEAST_OF_REPORTS if is_report else 0 if names_subject else _LEAST
    return [
        (about, share)
        for about, share in ranked[:_MOST_FAILURES]
        if about not in (OTHER, UNCLEAR, *UNLISTED) and (about not in FAILURES or share >= least_of_further)
    ]


def _count_words(text: str) -> int:
    return len(text.split()) + len(_LETTERS_WITHOUT_SPACES.findall(text)) // _LETTERS_OF_WORD


def choose_described(text: str, failures: Sequence[str], *, is_clear: bool = False) -> str | None:
    """The one of several failures that a text surely describes, if it describes one of them; None where none is.

    `is_clear` says that a message speaks for the first of them: another one must be likelier then.
    """
    described = {about: probability for about, probability in list_answers(text) if about in failures}
    least = max(_LEAST_BESIDE_MESSAGE if is_clear else _LEAST, _LIKELY * sum(described.values()))
    return next((about for about, probability in described.items() if probability >= least), None)


_BEFORE_TARGET = re.compile(r"(?:target\w*|path|\b(?:in)?to|\bas)\W{0,5}$", re.IGNORECASE)
_AFTER_TARGET = re.compile(r"\W{0,4}(?:に|へ|を?リンク|を?登録| (?:as|in) (?:the )?target)")


def _is_target(path: str, text: str) -> bool:
    """Whether the words around a path say that a link goes to it."""
    before, _, after = text.partition(path)
    return bool(_BEFORE_TARGET.search(before[-30:]) or _AFTER_TARGET.match(after))


_SPACE_OR_QUOTE = re.compile(r"[\s「」『』]+")
_VERSION = re.compile(r":(?!//)")
"""The colon before a version or an alias; not the one of an address."""
_QUOTED_PATH = re.compile(
    r"""(?:(?P<call>\b\w{1,40}\()[^()"'`\n]{0,80})?(["'`])(?P<path>[^\s"'`<>]{0,200}registry[^\s"'`<>]{0,200})\2"""
)


def _path_in(text: str) -> tuple[str | None, bool]:
    """The registry path to which a link in the text goes, or that a sentence names; and whether a link has it."""
    quoted = [match for match in _QUOTED_PATH.finditer(text) if "/" in match["path"]]
    if any(text[match.start(2) - 1 : match.start(2)] == "f" and "{" in match["path"] for match in quoted):
        return None, False  # the text does not show what the variable holds
    for match in quoted:
        if match["call"] is None or match["call"].startswith("link"):
            return match["path"], match["call"] is not None
    if quoted:
        return None, False
    for word in _SPACE_OR_QUOTE.split(text):
        bare = word.strip(_QUOTES + ",.;:?!()（）。、？")  # noqa: RUF001
        if "/" in bare and "://" not in bare and "registry" in bare.lower() and not re.search(r"[(<>\"']", bare):
            return bare, False
    return None, False
