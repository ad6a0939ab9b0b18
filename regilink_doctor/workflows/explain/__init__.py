"""What a text is, and what it means: a rule, failure, error, address, snippet, question or path.

Nothing is sent, and no code is run.
"""

from __future__ import annotations

import os
import re
import sys

from regilink_doctor.core import checked
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import HOSTS, SHOWN_UNKNOWN, misspelled_prefix, parsed
from regilink_doctor.core.targets import LinkTarget, link_targets, read_shown
from regilink_doctor.core.text import decode_output, is_key, mask_secrets, quote_text
from regilink_doctor.workflows.explain.addresses import explain_address
from regilink_doctor.workflows.explain.entries import (
    explain_entries,
    explain_entry,
    explain_own_report,
    explain_report,
    near_entries,
)
from regilink_doctor.workflows.explain.error_context import NAME_OF_WANDB, read_error
from regilink_doctor.workflows.explain.errors import (
    explain_error,
    explain_failed_line,
    find_failure_of_other_host,
    find_foreign_failure,
    has_clear_message,
)
from regilink_doctor.workflows.explain.explanation import MOST_CAUSES, Cause, Explanation, Wrong, causes_of
from regilink_doctor.workflows.explain.notes import (
    LEAST_BESIDE_ERROR,
    explain_note,
    is_note,
    quotes_error,
    reports_success,
    tells_problem,
)
from regilink_doctor.workflows.explain.paths import explain_path
from regilink_doctor.workflows.explain.questions import (
    CALL,
    LONGEST_QUESTION,
    choose_described,
    explain_question,
    explain_wandb_command,
    find_prose,
    is_description,
    is_log,
    is_output,
    is_question,
)
from regilink_doctor.workflows.explain.snippets import (
    explain_code,
    explain_link,
    explain_quoted_path,
    explain_unknown_path,
    find_failed_line,
    find_output_in_comment,
    is_python,
    read_comments,
)
from regilink_doctor.workflows.explain.structure import OF_ARTIFACT, has_proof

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.workflows.explain.error_context import ErrorContext

__all__ = ["INPUT_LIMIT", "Cause", "Explanation", "Wrong", "classify", "explain", "explain_site", "last_exception"]

INPUT_LIMIT = 1_000_000
"""Only this many characters at the end of a text are read."""

_PATH_LIMIT = 1000
_FENCED = re.compile(r"^ {0,3}```[^\n`]*\n(.*?)^ {0,3}```", re.MULTILINE | re.DOTALL)
_OF_NAMES = ("target-path", "full-name", "url", "entity-url", "snippet")
"""Kinds of a text that only names something."""
_OF_NOTES = ("error", "question", "snippet", "unknown")
"""Kinds of a text that may be a note of a problem."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:/{2,3}\S")
_TARGET_SETTING = re.compile(
    r"""^\s*(?:-\s+|export\s+|--)?["']?[\w.-]*target[_-]?path["']?
        (?:\s*:\s*["']?|\s*=(?!\s*["'][^"'\n]*registry)\s*["']?)(?P<path>[^\s"'\#][^"'\#\n]*?/[^"'\#\n]*?)["']?,?\s*(?:\#.*)?$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
"""A line of a configuration, of a `.env` file or a command line that sets the target of a link."""
_IS_SENTENCE = re.compile(r"[.:] \S|^\(")
_ENTITY = re.compile(r"&(?:#39|#x27|quot|lt|gt|amp);")
_TAG = re.compile(r"</?(?:pre|code|span|div|p|br|samp)\b[^<>\n]{0,200}>")
_ESCAPED_LINE = re.compile(
    r'\\n(?:\s*File (?:\\?"|[/~])|wandb: |\s*(?:\w+\.)*[A-Z]\w*(?:Error|Exception)\b|Traceback )'
)
"""The end of a line in a string of code or of JSON, before a line of a log."""
_ESCAPED_COLOR = re.compile(r"(?:\\(?:u001b|x1b|033)|#033)\[[\d;]*m|#015(?=#033|$)", re.MULTILINE)
_LOCAL_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((?:file:|vscode-notebook-cell:)[^()\n]{1,400}\)")
"""How the frames and the numbers of lines are copied from a notebook in VS Code."""
_FOLDED = re.compile(r'File "[^"\n]{1,300}", line \d+.* File "[^"\n]{1,300}", line \d')
_UNFOLD = (
    (re.compile(r"\*\*(\w+)\*\*"), r"__\1__"),
    (re.compile(r'\s+(?=File "[^"\n]{1,300}", line \d)'), "\n  "),
    (re.compile(r'^(  File .*?", line \d+, in) (?=(?:from|import) )', re.MULTILINE), r"\1 <module> "),
    (re.compile(r'^(  File .*?", line \d+, in [\w<>.]+(?:\(\))?) +(?=\S)', re.MULTILINE), r"\1\n    "),
    (re.compile(r"(?<=\S) (?=(?:\w+\.)*[A-Z]\w*(?:Error|Exception)(?::\s|$))", re.MULTILINE), "\n"),
)
"""How a traceback that was copied without its line breaks gets them back."""
_LINE_NUMBER = re.compile(r" {0,8}(\d{1,6})(?:[\t:.)] ?| {1,2}|$)")
_NUMBER = re.compile(r"\d+")
_PREFIXES = tuple(
    re.compile(rf"{prefix}(?: |$)")
    for prefix in (r"\((?:[\w.:-]+ )?(?:pid|rank|ip)=[^()\n]{1,80}\)", r"[\w.-]{1,60}\s+\|", r"\[?rank ?\d+\]?:", ">")
)
"""What Ray, Docker, torchrun and a quotation write before a line."""
_QUOTES = "\"'`"
_QUOTED_MESSAGE = re.compile(
    r"""["`\u201c\u300c](?P<message>(?:[^\s"`\u201d\u300d]{1,80}\s){3,40}[^\s"`\u201d\u300d]{1,80})["`\u201d\u300d]"""
)
"""Four words or more between quotes, which may be what a program has said."""
_AFTER_COLON = re.compile(
    r"(?:\b(?:errors?|says)|\u62a5\u9519|\u30a8\u30e9\u30fc)\s?[:\uff1a]\s?"
    r"(?!.{0,300}\b(?:I|my|me|we|our)\b)(?P<message>(?:[^\s?]{1,80} ){3,40}[^\s?]{1,80})\s{0,9}$",
    re.IGNORECASE | re.MULTILINE,
)
"""What a sentence ends with after `the error:`."""
_IS_SAID = re.compile(
    r"""\b(?:gets?|got|getting|errors?|says?|said|rais(?:es|ed|ing)|throws?|threw|fail(?:s|ed)?\ with|messages?
        |show(?:s|ed)?|report(?:s|ed)?|print(?:s|ed)?|sees?|saw|seeing|receiv(?:es?|ed|ing)
        |encounter(?:s|ed|ing)?|warnings?|complains?|comes\ up)\b
      | \u62a5\u9519 | \u63d0\u793a | \u30a8\u30e9\u30fc | \u8868\u793a""",
    re.IGNORECASE | re.VERBOSE,
)
"""A word in the line of such quotes that shows that a program has printed them."""
_CRASHES = re.compile(
    r"\b(?:crash(?:es|ed|ing)|fail(?:s|ed|ing)|dies|died|stops|stopped|ends|ended) with (?:an? |the )?"
    r"[`'\"]?(?:\w+\.)*[A-Z]\w*(?:Error|Exception)\b"
)
"""A sentence in which a program has failed with an exception that it names."""
_IS_ADVISED = re.compile(
    r"\b(?:docs?|documentation|readme|tutorial|guide|colleague)\s(?:says?|said|shows?|tells?)\b", re.IGNORECASE
)
_LOGGED = "wandb: ERROR "
"""With this prefix a message is read as W&B's."""
_TARGET_OPTION = re.compile(r"""(?:^|\s)--[\w-]*target[_-]?path[ =]["']?(?P<path>[^\s"'-][^\s"']*)""", re.IGNORECASE)
"""An option of a command that sets the target of a link, anywhere in a line."""
_VARIABLE = re.compile(
    r"""\s*(?:export\s+|set\s+)?[A-Za-z_]\w*=["']?(?P<path>wandb-reg[^\s"'/]*/[^\s"']*)["']?(?:\s[^\n/]*)?$"""
)
"""An assignment in a shell, or before a command, of a path of a registry."""
_CONSUMING_COMMAND = re.compile(
    r"(?:[$!%]\s*)?wandb artifact get\s+(?:-\S+ )*([^\s'\"-][^\s'\"]*/[^\s'\"]+)(?:\s[^\n]*)?$"
)


_ORGANIZATION_AND_COLON = re.compile(
    rf"(?![\w.-]*(?:path|target|registry|name|model|artifact|link|info|debug|error)[\w.-]*:)[a-z][\w.-]*:{REGISTRY_PREFIX}\S+"
)
"""`acme:wandb-registry-model/zoo`: a path with a colon where a slash belongs, and no label before a path."""
_NAMED_IN_LINE = re.compile(
    rf"""(?<![\w/.~'"`-])(?:[\w.-]+/)?{REGISTRY_PREFIX}[\w.-]+/[^\s"'`,;()\[\]<>]*[^\s"'`,;()\[\]<>.:!?]"""
)
"""A path of a registry without spaces, among other words."""
_LEADS_TO_PATH = re.compile(
    r"""[=:]\s*$ | \.(?:py|sh|ipynb)\s | (?:^|\s)-{1,2}[A-Za-z]
      | \b(?:a[st]|by|consumed|for|from|in(?:to)?|to|with)\s | \b(?:download|link|publish|us)(?:ed?|ing)?\s""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words, or an option, after which a path begins, and not in the middle of a name with spaces."""
_FULL_NAME = re.compile(r"\bfull name\b", re.IGNORECASE)
"""The label of a name, in which `full` reports no problem."""
_FOLLOWS_PATH = re.compile(r"\s+(?:\(|\[|-|(?:a[st]|by|from|in(?:to)?|is|to|was|with)\s)")


_KEY_ALONE = re.compile(
    r"""\s*(?:(?:export|set|setenv|\$env:)\s*)?(?:\w*KEY\s*[:=\s]\s*)?["'`]?\[key\]["'`]?;?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
"""A key that `mask_secrets` has hidden, with nothing beside it but what sets it."""


@checked
def explain(text: str | bytes | Path | BaseException | None = None, *, catalog: Catalog | None = None) -> Explanation:
    """What `text` is, and what it means for a link to the registry; without an argument, the last exception.

    It is tried in this order: a rule's code or name, the first letters of codes (`REG1`) or several of them, a failure
    id; an address of the W&B App; an error, known or not; a piece of code; a question; a full name; a target path.

    Args:
        text: as it was pasted, or the bytes that a program printed; a `Path` is a file that holds it, such as a log. Of
            a long text the end counts. Or an exception.
        catalog: what is known of the organization, for the judgement of paths.

    Raises:
        OSError: the file cannot be read.

    >>> explain("https://wandb.ai/orgs/acme/registry/model?selectionPath=acme%2Fwandb-registry-model%2Fzoo").target
    'wandb-registry-model/zoo'
    """
    if text is None:
        error = last_exception()
        return classify(error) if error is not None else _no_exception()
    if isinstance(text, BaseException):
        return classify(text, catalog=catalog)
    if not isinstance(text, str):
        text = decode_output(text if isinstance(text, bytes) else _read_end(text))
    # A null character would be read as an unknown part of a path.
    pasted = _without_markup(text[-INPUT_LIMIT:]).strip("\r\n\ufeff").replace("\0", "\ufffd")
    text = mask_secrets(pasted)
    if is_key(_unquoted(pasted)) or (text != pasted and _KEY_ALONE.fullmatch(text)):
        return _explain_key()
    context = read_error(text)
    explanation = _prefer_note(text, _explain_text(text, context, catalog))
    if text != pasted and explanation.kind != "error":
        note = say("a key in it is hidden here, but a terminal's history and a log keep what is pasted: revoke the key")
        explanation = replace(explanation, notes=(*explanation.notes, note))
    if explanation.kind not in _OF_NAMES or explanation.failures or explanation.wrong:
        return explanation
    # Beside a good path may be what went wrong.
    if (output := find_output_in_comment(text)) is not None:
        printed = explain_error(read_error(f"{text}\n{output}"), catalog)
        return printed if printed is not None and printed.is_recognized else explain_failed_line(context, output)
    failed = find_failed_line(text, is_python=is_python(text))
    return explain_failed_line(context, failed) if failed else explanation


def _prefer_note(text: str, explanation: Explanation) -> Explanation:
    """What a note tells, where the explanation names no failure or is unsure what is asked; else the explanation."""
    is_unclear = explanation.kind == "question" and not explanation.is_sure
    is_about_path = explanation.target is not None or explanation.wrong
    if explanation.kind not in _OF_NOTES or is_about_path or (explanation.failures and not is_unclear):
        return explanation
    if not (explanation.kind in ("snippet", "unknown") or is_note(text)):
        return explanation
    is_other = is_unclear and not tells_problem(text)
    return explain_note(text) or (_unknown(text) if is_other else explanation)


def _explain_text(text: str, context: ErrorContext, catalog: OrganizationView | None) -> Explanation:
    text = context.text if context.has_only_lines_of_wandb else text
    bare = _unquoted(text)
    if explanation := explain_entry(bare) or explain_entries(bare):
        return explanation
    if _is_address(bare):
        hosts = (os.environ.get("WANDB_BASE_URL"), getattr(catalog, "host", None))
        return explain_address(bare, [host for host in hosts if host], catalog)
    if context.is_error and (explanation := explain_error(context, catalog)):
        return _prefer_description(context, bare, explanation, catalog)
    if explanation := explain_report(text) or explain_own_report(text):
        return explanation
    message = explain_error(context, catalog)  # alone, without an exception's name
    if message is None and (foreign := find_foreign_failure(text) or find_failure_of_other_host(context)):
        return explain_failed_line(context, foreign, is_foreign=True)
    is_code = _is_code(text)
    # Sentences around code ask about it: what they describe decides, and the code is further evidence.
    is_described = is_code and not is_python(text) and bool(find_prose(text))
    if is_described and (explanation := _explain_prose(text, message, context, catalog)):
        return explanation
    code = "\n".join(_FENCED.findall(text)) or _read_notebook(bare) or text
    if is_code and (explanation := explain_code(code, catalog)):
        is_plain = not (explanation.failures or explanation.wrong)
        return (_explain_commented_message(text, catalog) if is_plain else None) or explanation
    if message is not None:  # code that compares with it has been read before
        return _prefer_description(context, bare, message, catalog)
    if setting := _TARGET_SETTING.search(text) or _TARGET_OPTION.search(text) or _VARIABLE.match(text):
        return _explain_path(setting["path"], catalog, is_target=True)
    if (name := _name_in_json(bare)) is not None:
        return _explain_path(name, catalog)
    if (path := _find_path_in_line(bare)) is not None:
        return _explain_path(path, catalog)
    if is_code and (explanation := explain_quoted_path(code, catalog)):
        return explanation
    if command := _CONSUMING_COMMAND.match(bare.lstrip()):
        return explain_path(command[1], "full-name", catalog)
    if (path := _path_after_words(bare)) is not None:
        return _explain_path(path, catalog)
    if explanation := explain_wandb_command(bare):
        return explanation
    if reports_success(bare):
        return _unknown(bare)
    if is_question(bare):
        return _answer_question(bare, context, catalog)
    if _is_path(bare):
        return _explain_path(bare, catalog)
    described = explain_question(bare, catalog) if " " in bare and not is_log(bare) else None  # `access denied`
    if described is None and "\n" in bare and (prose := find_prose(bare)):
        described = explain_question(prose, catalog)
    if described is None or not described.is_sure:
        failed = _explain_named_exception(context, catalog) or _explain_failed(bare, context)
        described = failed if failed is not None and (described is None or failed.failures) else described
    return described or _explain_passed_errors(context) or _unknown(bare)


def _explain_prose(
    text: str, message: Explanation | None, context: ErrorContext, catalog: OrganizationView | None
) -> Explanation | None:
    """What the sentences around code describe, with the message of W&B that they have; None where it is unclear."""
    explanation = _prefer_description(context, _unquoted(text), message, catalog) if message is not None else None
    if explanation is None and context.warnings:  # people do not ask about warnings that went away
        explanation = explain_error(context.with_warnings(context.warnings), catalog)
    explanation = explanation or _explain_quoted_message(_unquoted(text), catalog) or explain_question(text, catalog)
    if explanation is None or not explanation.is_sure:
        explanation = _explain_named_exception(context, catalog) or explanation
    return explanation


def _explain_commented_message(text: str, catalog: OrganizationView | None) -> Explanation | None:
    """What a message of W&B means that a comment beside code holds; None without one."""
    said = "\n".join(read_comments(text))
    is_clear = bool(said) and has_clear_message(read_error(said))
    explanation = explain_error(read_error(f"{text}\n{said}"), catalog) if is_clear else None
    return replace(explanation, is_sure=False) if explanation is not None else None


def _answer_question(text: str, context: ErrorContext, catalog: OrganizationView | None) -> Explanation:
    """The answer to a question: about the error that it names or quotes, or else about what it describes."""
    if explanation := _explain_named_exception(context, catalog):
        return explanation
    if explanation := _explain_quoted_message(text, catalog):
        return explanation
    failed = _explain_failed(text, context)
    if failed and context.names_other_program(failed.title):
        return failed
    answer = explain_question(text, catalog)
    is_clear = answer is not None and (answer.is_sure or not (failed and failed.failures))
    return answer if answer is not None and is_clear else failed or _unknown(text)


def _explain_key() -> Explanation:
    """An API key alone, or the line that sets it: nothing was asked about it, but it has leaked."""
    return Explanation(
        "failure",
        say("a W&B API key"),
        codes=FAILURES["E2"].codes,
        failures=("E2",),
        notes=(say("a terminal's history and a log keep what is pasted: revoke the key in the W&B App"),),
        causes=causes_of(["E2"]),
    )


def _explain_named_exception(context: ErrorContext, catalog: OrganizationView | None) -> Explanation | None:
    """The error whose class a sentence names; None without one that is known."""
    named = context.with_named_exception()
    explanation = explain_error(named, catalog) if named is not None else None
    return explanation if explanation is not None and explanation.is_recognized else None


def _explain_quoted_message(text: str, catalog: OrganizationView | None) -> Explanation | None:
    """What a message means that a sentence quotes, perhaps not exactly; None without one, or where it is unclear."""
    text = text[:LONGEST_QUESTION]
    lines = [line for line in text.splitlines() if _IS_SAID.search(_QUOTED_MESSAGE.sub("", line))]
    match = next(filter(None, map(_QUOTED_MESSAGE.search, lines)), None) or _AFTER_COLON.search(text)
    if match is None or _IS_ADVISED.search(text):
        return None
    # Of a text that does not name wandb, another program may have said it.
    logged = _LOGGED if NAME_OF_WANDB.search(text) else ""
    explanation = explain_error(read_error(f"{logged}{match['message']}"), catalog)
    if explanation is None or explanation.failures in ((), OF_ARTIFACT):
        return None
    return replace(explanation, title=explanation.title.removeprefix(_LOGGED))


def _explain_passed_errors(context: ErrorContext) -> Explanation | None:
    """What a program went on after: errors of the network that come again and again, or warnings; else None."""
    passed = context.passed_errors or context.own_warnings
    explanation = explain_error(context.with_warnings(passed)) if passed else None
    return replace(explanation, is_sure=False) if explanation is not None else None


def _explain_failed(text: str, context: ErrorContext) -> Explanation | None:
    """An error that a line of several, or of a log, reports in words of any program; of a note one that is known."""
    failed = context.failed_line
    failed = failed or next((line.strip() for line in text.splitlines() if _CRASHES.search(line)), None)
    explanation = explain_failed_line(context, failed) if failed else None
    is_output = "\n" in text or is_log(text) or _CRASHES.search(text)
    is_known = explanation is not None and is_note(text) and bool(explanation.failures)
    return explanation if is_output or is_known else None


def _prefer_description(
    context: ErrorContext, text: str, error: Explanation, catalog: OrganizationView | None
) -> Explanation:
    """What the sentences around a vague message describe, where that is clear; else the error.

    Of the causes that an error leaves open, the one that the sentences describe comes first.
    """
    is_exception = context.exception is not None and text.startswith(context.exception[0])
    if error.is_sure or is_exception or not error.failures:
        return error
    is_clear = has_clear_message(context)
    prose = find_prose(text) if "\n" in text else text if is_description(text) else ""
    described = explain_question(prose, catalog) if prose else None
    first = choose_described(prose, error.failures) if described is not None else None
    # The message's own words are no evidence for another cause than the one that it means first.
    if is_clear and first != error.failures[0]:
        first = (
            choose_described(prose.replace(error.title, "an error"), error.failures, is_clear=True) if first else None
        )
    if described is not None and described.is_sure and described.failures:
        if is_clear and first == described.failures[0] == error.failures[0]:
            return replace(error, is_sure=True)  # the message and the sentences agree
        is_cause = "\n" not in text and described.failures[0] in error.failures
        if (is_cause and first == described.failures[0]) or (context.is_only_quoted and not is_clear):
            return described
    is_open = not (is_clear or context.is_in_server_container or has_proof(context))
    if is_open and quotes_error(text, error.title) and (note := explain_note(text, LEAST_BESIDE_ERROR)):
        return _put_first(error, note.failures[0]) if note.failures[0] in error.failures else note
    return _put_first(error, first) if first is not None else error


def _put_first(error: Explanation, failure: str) -> Explanation:
    causes = [cause for cause in error.causes if cause.failure == failure] or causes_of([failure])
    others = (cause for cause in error.causes if cause.failure != failure)
    return replace(
        error,
        failures=tuple(dict.fromkeys([failure, *error.failures])),
        causes=(*causes, *others)[:MOST_CAUSES],
    )


def explain_site(site: Site, *, catalog: Catalog | None = None) -> dict[StringValue, Explanation]:
    """What becomes of each path of a call: of a link with the run's entity and the call, which the code tells."""
    if site.kind == "link":
        return {target.path: explain_link(target, catalog) for target in link_targets(site)}
    return {path: _explain_name(path, catalog) for path in site.target}


def _explain_name(name: StringValue, catalog: Catalog | None) -> Explanation:
    """A name that is consumed; one of a registry also where it has no version."""
    if name.literal is None:
        return explain_unknown_path(name)
    path = parsed(name.literal)
    if path is not None and path.is_registry:
        return explain_path(name.literal, "full-name", catalog)
    return explain(name.literal, catalog=catalog)


@checked
def classify(error: str | bytes | Path | BaseException, *, catalog: Catalog | None = None) -> Explanation:
    """The explanation of an exception, its causes and its traceback included, or of a text.

    >>> classify("CommError: Unable to find organization for entity 'team-a'.").failures[0]
    'A12'
    """
    if not isinstance(error, BaseException):
        return explain(error, catalog=catalog)
    import traceback

    # The last frames of each exception in the chain; str() of a broken exception is caught in there.
    shown = traceback.TracebackException.from_exception(error, limit=-20, compact=True)
    return explain("".join(shown.format()), catalog=catalog)


def last_exception() -> BaseException | None:
    """The exception that is being handled, else the last one that ended a cell or a line at the prompt."""
    error = sys.exc_info()[1]
    return error or getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)


def _read_end(path: Path) -> bytes:
    """The end of a file, and its first two bytes, which may be a byte order mark."""
    with open(path, "rb") as file:
        mark = file.read(2)
        limit = 4 * INPUT_LIMIT
        file.seek(max(len(mark), (os.fstat(file.fileno()).st_size - limit) & ~1))  # even, for UTF-16
        return mark + file.read(limit)  # a device has no end


def _no_exception() -> Explanation:
    return Explanation(
        "unknown",
        say("nothing to explain"),
        is_recognized=False,
        notes=(say("no exception has been raised, and no text given"),),
    )


def _unquoted(text: str) -> str:
    """The text without spaces and one pair of quotes around it, as people copy a literal."""
    stripped = text.strip()
    if (
        len(stripped) > 2
        and stripped[0] in _QUOTES
        and stripped[-1] == stripped[0]
        and stripped[0] not in stripped[1:-1]
    ):
        return stripped[1:-1]
    return text if "/" in text or not stripped else stripped


def _without_markup(text: str) -> str:
    """The text as the program has written it: out of a block of code, of a string, of numbered lines or of a page."""
    bare = text.strip()
    if bare.startswith("```") and bare.endswith("```") and bare.count("```") == 2:
        text = bare[:-3].partition("\n")[2].rstrip("\n") or text
    text = _LOCAL_LINK.sub(r"\1", _ESCAPED_COLOR.sub("", text)) if "[" in text else text
    if "\n" not in text.strip() and _ESCAPED_LINE.search(text):
        for escaped, letter in (("\\r", ""), ("\\n", "\n"), ("\\t", "\t"), ('\\"', '"')):
            text = text.replace(escaped, letter)
    text = _without_prefix(_without_numbers(text))
    text = "\n".join(_unfold(line) if _FOLDED.search(line) else line for line in text.splitlines())
    if not _ENTITY.search(text):
        return text
    from html import unescape

    return unescape(_TAG.sub("", text))


def _unfold(line: str) -> str:
    for folded, whole in _UNFOLD:
        line = folded.sub(whole, line)
    return line


def _without_numbers(text: str) -> str:
    """The text without the numbers of its lines, where every line has the next one."""
    bare: list[str] = []
    number = 0
    for line in text.splitlines():
        match = _LINE_NUMBER.match(line)
        if match is None or (bare and int(match[1]) != number + 1):
            return text
        number = int(match[1])
        bare.append(line[match.end() :])
    return "\n".join(bare) if len(bare) > 1 else text


def _without_prefix(text: str) -> str:
    """The text without what a program that collects lines, or a quotation, has written before every one of them."""
    lines = text.splitlines()
    for prefix in _PREFIXES:
        matches = [match for line in lines if (match := prefix.match(line))]
        names = {_NUMBER.sub("", match[0].rstrip()) for match in matches}
        # The name of a container of W&B's server says who reports the error.
        if len(matches) == len(lines) and len(names) == 1 and "wandb" not in "".join(names):
            return "\n".join(match.string[match.end() :] for match in matches)
    return text


def _is_address(text: str) -> bool:
    is_line = "\n" not in text and len(text) <= 4000 and not is_description(text)
    return is_line and (bool(_SCHEME.match(text)) or text.startswith(HOSTS))


def _is_code(text: str) -> bool:
    return "\n" in text or bool(CALL.search(text)) or text.count('"') > 1 or text.count("'") > 1


def _path_after_words(text: str) -> str | None:
    """The path that other words only lead to (`wandb artifact get wandb-registry-model/zoo:v1`); None without one."""
    first, slash, rest = text.strip().partition("/")
    words = first.split()
    if not slash or "\n" in text or len(words) < 2 or " " in rest or not words[-1].startswith(REGISTRY_PREFIX):
        return None
    return None if words[0].startswith(REGISTRY_PREFIX) else f"{words[-1]}/{rest}"


def _find_path_in_line(text: str) -> str | None:
    """The path of a registry in a line of a log, a README or a command; None where the line asks or says more."""
    if "\n" in text or len(text) > _PATH_LIMIT or CALL.search(text) or is_description(text):
        return None
    if tells_problem(_FULL_NAME.sub("", text)):
        return None
    if _ORGANIZATION_AND_COLON.fullmatch(text.strip()):
        return text.strip()
    paths = list(_NAMED_IN_LINE.finditer(text))
    if len({match[0] for match in paths}) != 1:
        return None
    lead, tail = text[: paths[0].start()], text[paths[-1].end() :]
    return paths[0][0] if _LEADS_TO_PATH.search(lead) or (lead.strip() and _FOLLOWS_PATH.match(tail)) else None


def _read_notebook(text: str) -> str:
    """The code of a notebook, as its file has it; empty for another text."""
    if text.lstrip()[:1] != "{" or '"cells"' not in text:
        return ""
    import json

    try:
        cells = json.loads(text)["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        return "\n".join(source if isinstance(source, str) else "".join(source) for source in sources)
    except (ValueError, RecursionError, LookupError, TypeError):
        return ""


def _name_in_json(text: str) -> str | None:
    """The full name of the artifact, or of the first of several, that a JSON text describes; None without one."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    import json

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    value = value[0] if isinstance(value, list) and value else value
    if not isinstance(value, dict):
        return None
    parts = [value.get(key) for key in ("entity", "project", "name")]
    joined = "/".join(part for part in parts if isinstance(part, str) and part)
    name = value.get("qualified_name", joined)
    return name if isinstance(name, str) and ":" in name else None


def _explain_path(text: str, view: OrganizationView | None, *, is_target: bool = False) -> Explanation:
    """A target path or a full name; also as a report of regilink shows one that is not known whole."""
    is_full_name = not is_target and ":" in text.rpartition("/")[2]
    if SHOWN_UNKNOWN not in text:
        return explain_path(text, "full-name" if is_full_name else "target-path", view)
    shown = read_shown(text)
    return explain_unknown_path(shown) if is_full_name else explain_link(LinkTarget(shown), view)


def _is_path(text: str) -> bool:
    """Whether it can be meant as a path: it names a registry, or is not a sentence, a file name or a log line."""
    if "\n" in text or len(text) > _PATH_LIMIT or CALL.search(text) or ("/" not in text and is_log(text)):
        return False
    if not text.strip():
        return True  # a variable that was empty: failure A5
    if "/" not in text and not any(letter.isalnum() for letter in text):
        return False
    segments = text.split("/")
    if any("registry" in segment.lower() or misspelled_prefix(segment) for segment in segments):
        return len(text.split()) <= 12 and not _IS_SENTENCE.search(text)
    if ": " in text or "(" in text or text[0] in "/.~-" or " ~/" in text or near_entries(text):
        return False
    return all(len(segment.split()) <= 3 for segment in segments) and (len(segments) > 1 or " " not in text.strip())


def _unknown(text: str) -> Explanation:
    if near := near_entries(text):
        return Explanation(
            "unknown",
            say("no rule and no failure is called {text}", text=quote_text(text.strip())),
            is_recognized=False,
            notes=(say("did you mean {near}?", near=", ".join(near)),),
        )
    if is_output(text) or reports_success(text):
        return Explanation(
            "unknown",
            say("output without an error that regilink knows"),
            is_recognized=False,
            notes=(
                say("give regilink the lines in which the program failed, or all: `CMD 2>&1 | regilink explain -`"),
                say(
                    "if nothing failed and the model is missing, `regilink verify TARGET` looks for it in the registry"
                ),
            ),
        )
    return Explanation(
        "unknown",
        say("not recognized"),
        is_recognized=False,
        notes=(
            say("regilink does not recognize this question: say what you expected and what happened")
            if is_question(text)
            else say("it contains no message of wandb or its server that regilink knows"),
            say(
                "give a rule (REG101, missing-collection), a failure (A12), a target path, an address of the W&B App, "
                "the code of the link, a question, or the whole error with its traceback"
            ),
            say("`regilink doctor` asks the live server"),
        ),
    )
