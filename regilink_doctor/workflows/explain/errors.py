"""An error, by what W&B said of it and by its structure: which failures it can be, likeliest first."""

from __future__ import annotations

import re
from functools import cache, cached_property

from regilink_doctor.core import wandb_messages
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.naming import CORE_REGISTRY_DISPLAY, REGISTRY_PREFIX, is_version
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import placeholder
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.target_path import is_registry_project, misspelled_prefix, parsed, registry_name
from regilink_doctor.core.targets import target_of
from regilink_doctor.core.text import close_to, quote_text
from regilink_doctor.core.wandb_messages.recognition import VAGUE, field_names, search_messages
from regilink_doctor.workflows.explain import paths, structure
from regilink_doctor.workflows.explain.error_context import RAISED_BY_PYTHON, ErrorContext
from regilink_doctor.workflows.explain.explanation import MOST_CAUSES, Explanation, causes_of
from regilink_doctor.workflows.explain.log_lines import read_words
from regilink_doctor.workflows.explain.message_words import guess_failures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.target_path import TargetPath
    from regilink_doctor.core.wandb_messages import RecognizedMessage, WandbMessage
    from regilink_doctor.workflows.explain.explanation import Cause

_IS_OF_ITS_END = re.compile(
    r"^Error while calling W&B API: |has no attribute"
    r"|got an unexpected|cannot import name|No module named|\(required by| wandb$|\u274c$|already exists with"
)
_FIELD = re.compile(r"\{\w*\}")
SHORTEST_BEGINNING = 28
"""Characters, without those of the fields, by which the beginning of a message is recognized."""
_FEWEST_WORDS = 4
_SHORTEST_JOINED = 30
"""Characters of a message that is put together from the pieces of lines."""
_SURE = 36
"""A sentence with at least this many fixed characters is the SDK's, even where the text does not name wandb."""

_LONGEST_LINE = 80
"""Characters of a line that does not name wandb up to which a vague message in it is W&B's."""

_FOREIGN = say("it comes from the program itself or from another service: W&B only records the run")
_SPEAKERS = {
    "server": say("W&B's server"),
    "sdk": say("the wandb SDK"),
    "cli": say("a command line"),
    "other": say("wandb-core, an older wandb or a library"),
}
_SAID_BY_SYSTEM = re.compile(r"\[(?:Errno|WinError) \d+\]")
_NEAR = 15
"""Characters around the start of a message of the operating system that hold its number."""
_ORGANIZATION_MESSAGES = ("unable-to-find-organization", "unable-to-find-organization-old")
_UNDECIDED = ("F2", "C10", "F1", "B7", "F14", "F25")
"""Failures whose messages leave the cause open: another message of the same log decides."""
_OF_ANY_CALL = ("B7", "F6")
"""Failures whose messages leave the cause open where the text does not show the call: a server, or a store, refuses."""
_OF_WAITING = ("B17", "C10", "C19", "F2", "F14")
"""Failures for which a program waits, until it is stopped."""
_REPORTED_BY_OTHERS = ("B7", "F14", "F24")
"""Failures whose messages report that a request, process or program has failed: another message says why."""
_OUTCOMES = (
    "exception-while-processing-command", "internal-wandb-error-file-data-was-not-synced", "old-process-failed",
    "old-process-silent", "problem-finishing-run", "waiting-for-init"
)  # fmt: skip
"""Messages that only report what another error of the text has led to."""
_OF_ANY_PROGRAM = ("B17", "C18", "C19", "F2", "F14", "F15")
"""Failures of keys, networks, processes and packages, of which every program speaks in the same words."""
_OPEN_QUOTE = re.compile(r"(?:^|[\s(])'[^']*$")
_CUT_SENTENCE = re.compile(
    rf"{_OPEN_QUOTE.pattern}|^'\w+'$|\b(?:an?|and|attribute|by|for|from|has|in|is|must|no|not|object|of|or|the|to|with)$"
)
"""The end of a sentence whose last words are cut off."""
_REST_OF_SENTENCE = re.compile(r"""[^\n"\\`]{0,300}?(?=\.?\s*$|\. |["\\`])""", re.MULTILINE)
_MARKUP = re.compile(
    r"""["']path["']:\s*\[[^\[\]\n]*\] | ["'](?:errors|message|data|extensions|code|\w+Artifact)["']\s*:
      | \bnull\b | wandb:\ ERROR""",
    re.VERBOSE,
)
"""What is around a message in an answer of GraphQL, and in a log of wandb."""
_FULL_DISK = ("disk-full", "disk-quota")
_EXPECTED = {
    "artifact": say("a wandb.Artifact"),
    "aliases": say("a list of strings"),
    "tags": say("a list of strings"),
}
"""Arguments of wandb's calls that are not strings."""
_LENGTHS_OF_NEW_KEY = range(86, 89)
"""An API key of today, also with a line feed or between quotes."""
_ABSENCE = re.compile(
    r"\bnot (?:be )?(?:installed|found|available)\b|(?<!`)\bimport wandb\b(?!`)|\binstall (?:\S+ ){0,4}`?wandb\b",
    re.IGNORECASE,
)
"""What a program says where it finds no wandb."""
_PIP_COLLECTS = re.compile(r"\s*(?:Collecting|Requirement already satisfied|Downloading|Using cached)\b")
_PIP_BUILDS = re.compile(
    r"subprocess-exited-with-error|metadata-generation-failed|errored out|did not run successfully"
    r"|Failed (?:building|to build)|failed with error code|\.\.\. error$",
    re.MULTILINE,
)
"""pip fails at the package that it has collected last."""
_OWNER_OF_RUN = re.compile(r"<Run ([^/\s]+)/")
_ASKS = re.compile(r"(?:your|insert|enter)[-_ ]", re.IGNORECASE)
"""How the placeholder of an example begins, where the user has not filled it in."""
_DENIED_BY_SYSTEM = re.compile(
    r"^\S*sh: .*: permission denied|(?:^|\s)[/~][\w./-]+: permission denied|: cannot \w+ .*: permission denied"
    r"|\bconnect: permission denied|docker\S*\.sock|Docker daemon|execve\(\)|PermissionError|\[Errno 13\]",
    re.IGNORECASE,
)
"""A line in which a shell, a command or the file system denies something, and no server."""
_OF_WANDB = re.compile(
    r"wandb|W&B|weave|artifact|regist|\bruns?\b|sweep|entity(?! too)|collection|alias|portfolio|linking|upsert"
    r"|for Settings",
    re.IGNORECASE,
)
"""What W&B's messages are about; others are those of any server or program."""
_NAMES_OBJECT = re.compile(
    r"wandb|W&B|artifact|registry|sweep|collection|\bentity\b|\bAPI key|\bruns?\b|\bproject\b|\bmodel version",
    re.IGNORECASE,
)
"""What W&B keeps, in a line that any program can have written."""
_QUOTED_PART = re.compile(r"\*\*[^*\n]{8,}\*\*|`[^`\n]{8,}`|(?<!\w)\"[^\"\n]{12,}\"(?!\w)")
"""Words in bold, in backticks or between quotes."""
_NAMES_CLASS = re.compile(r"\w(?:Error|Exception)\b")
_WITHOUT_RUN = ("C12", "C5b")
"""Failures of `Artifact.link` alone: a call of the run rules them out."""
_OF_ALIASES = ("B10", "B11")
"""Failures of a link with aliases: a call that the traceback shows without them rules them out."""
_OF_THE_PATH = ("A2", "A4", "A5", "A6", "A7", "A8", "A9", "A11", "A17")
"""Failures that a well-formed path in the text rules out."""
_OF_LOCAL_FILES = ("C10", "C18", "C19", "F6", "F7", "F13", "F14", "F18", "F20", "F23")
"""Failures whose messages name files of this machine, or in an artifact, where those of others name target paths."""
_OF_ENTITY = ("B2", "A12")
"""Failures of a team that is named in the wrong place, or is the wrong one."""
_PATH_PHASES = (None, "link", "consume", "download", "registry", "api")

_LONGEST_REPORT = 1200
_FOREIGN_FAILURE = read_words("failures of the program or of another service", re.IGNORECASE)
"""What fails in the program itself, or in another service, although the run is logged to W&B."""


@cache
def _list_cut_messages() -> dict[WandbMessage, None]:
    """The first sentence, the shortest beginning and the shortest end of each message, in order: people cut messages.

    A piece that several failures share means none of them.
    """
    meanings: dict[str, set[str]] = {}
    messages: dict[str, WandbMessage] = {}
    for message in wandb_messages.WANDB_MESSAGES:
        if _IS_OF_ITS_END.search(message.template):
            continue  # its last word decides
        end = _reverse_words(_cut_template(_reverse_words(message.template), _SURE))
        is_clear = message.speaker in ("sdk", "server") and _literal_length(end) >= _SURE and _OF_WANDB.search(end)
        ends = (end,) if is_clear and "support@wandb.com" not in end else ()  # people write this address themselves
        for piece in (message.template.partition(". ")[0], _cut_template(message.template), *ends):
            meanings.setdefault(piece, set()).add(message.failure)
            messages.setdefault(piece, replace(message, template=piece))
    return dict.fromkeys(
        message
        for piece, message in messages.items()
        if len(meanings[piece]) == 1 and _literal_length(piece) >= SHORTEST_BEGINNING
    )


def _reverse_words(text: str) -> str:
    return " ".join(reversed(text.split(" ")))


def _cut_template(template: str, least: int = SHORTEST_BEGINNING) -> str:
    """The template up to the word with which its own words are long enough; a field at the end goes."""
    words = template.split(" ")
    count = next(
        (count for count in range(_FEWEST_WORDS, len(words)) if _literal_length(" ".join(words[:count])) >= least),
        len(words),
    )
    while count > 1 and "{" in words[count - 1]:
        count -= 1
    return " ".join(words[:count])


def _literal_length(template: str) -> int:
    return len(_FIELD.sub("", template))


@record
class _Names:
    """What the messages, and the code in the traceback, name."""

    path: str | None = None
    is_full_name: bool = False
    """The path is the full name of something that was consumed, not the target of a link."""
    entity: str | None = None
    type: str | None = None

    @cached_property
    def parsed_path(self) -> TargetPath | None:
        """The parts of the path; None without a path, or where it is none."""
        return parsed(self.path) if self.path else None

    @property
    def target(self) -> str | None:
        """The path without the version that only a full name may have."""
        path = self.parsed_path
        if self.path is None or path is None or path.version is None or not self.is_full_name:
            return self.path
        return self.path.removesuffix(f":{path.version}")


def explain_error(context: ErrorContext, view: OrganizationView | None = None) -> Explanation | None:
    """The explanation of an error, known or not; None when the text is not an error and has no message of W&B."""
    context, matches = _recognize_failure(context)
    if not matches and not context.is_error:
        return _explain_cause(*structure.find_warning(context))
    warned = [*_recognize_warnings(context, matches)] if matches and context.warnings else []
    if context.has_gone_on:  # these are all that the text tells
        matches, warned = [*matches, *warned], []
    # Warnings say how it came to the error, and are not its cause.
    matches = [*_order_by_evidence(context, matches), *_order_by_evidence(context, warned)]
    names = _find_names(context, matches)
    facts = paths.examine(target_of(names.target), view) if names.target else None
    ids = _rank_failures(context, matches, names, facts)
    # That an error names an artifact tells less than its other words.
    guessed = _guess_by_words(context) if not matches and tuple(ids) in ((), structure.OF_ARTIFACT) else []
    ids = guessed or ids
    causes = causes_of(ids, target=names.path, link_target=names.target, entity=names.entity, type=names.type)
    causes = tuple(_with_help_of(matches[0], cause) for cause in causes) if matches else causes
    path = names.parsed_path
    is_registry = path is not None and path.is_registry
    certain = facts.codes if facts is not None and facts.certain and context.phase in _PATH_PHASES else ()
    special = [matches[0].message.code] if matches and matches[0].message.code else []
    codes = [*certain, *special, *(code for cause in causes for code in cause.codes)]
    passed = [say("wandb went on after this; the text shows no other error")] if context.has_gone_on else []
    return Explanation(
        "error",
        _quote(context, matches[0]) if matches else _describe_unknown(context),
        is_recognized=bool(ids),
        is_sure=_is_sure(context, matches, ids),
        target=facts.fixed if facts is not None and (is_registry or facts.wrong) else None,
        organization=path.prefix if path is not None and is_registry else None,
        registry=path.registry if path is not None else None,
        collection=path.collection or None if path is not None else None,
        version_or_alias=path.version if path is not None else None,
        codes=tuple(dict.fromkeys(codes)),
        failures=tuple(ids),
        notes=(*passed, *(_notes(context, matches) if ids else _notes_of_unknown(context, names, facts))),
        parts=paths.parts_of(path),
        wrong=facts.wrong if facts is not None else (),
        write=(f'target_path="{facts.fixed}"',) if facts is not None and facts.wrong and facts.fixed else (),
        causes=causes,
        causes_title=say("It may be one of these:") if guessed else "",
        has_gone_on=context.has_gone_on,
    )


def _recognize_failure(context: ErrorContext) -> tuple[ErrorContext, list[RecognizedMessage]]:
    """The messages that say why the program failed, and the context in which they were recognized."""
    matches = _recognize(context)
    if not matches and (shown := context.with_shown_raise()) and (matches := _recognize(shown)):
        context = shown
    if context.key_prompt:  # the program went on after what it reported before
        matches = [match for match in matches if match.span[0] >= context.key_prompt.start()]
    is_stopped = context.exception is None or context.exception[0] in structure.STOPS
    is_stopped = is_stopped and not (context.error_lines or context.ends_in_other_program)
    waits_only = context.exception is not None or context.only_reports_others
    warnings = context.last_warnings or (() if waits_only else context.sent_again)
    if not matches and warnings and is_stopped:
        context = context.with_warnings(warnings)
        matches = _recognize(context)
        if waits_only:  # the program was stopped, perhaps while it waited for an answer
            matches = [match for match in matches if match.message.failure in _OF_WAITING]
    if not matches and context.own_warnings and context.exception == ("KeyboardInterrupt", ""):
        warned = replace(context, warnings=context.own_warnings, has_gone_on=True)
        if matches := [*_recognize_warnings(warned, ())]:
            context = warned  # the user stopped the program, whatever wandb warned of
    is_outcome = context.exception is not None and all(match.message.key in _OUTCOMES for match in matches)
    # A missing attribute of None may only follow from the failed call: that exception does not say why.
    if is_outcome and context.missing_attribute is None and structure.find_causes(context):
        matches = []  # the exception says why
    return context, matches


def _with_help_of(match: RecognizedMessage, cause: Cause) -> Cause:
    """The cause with what to do of the message, where that has its own and all of its names are there."""
    message = match.message
    if message.help is None or cause.failure != message.failure or not {*field_names(message.help)} <= {*match.fields}:
        return cause
    return replace(cause, help=say(message.help, **match.fields))


def _is_sure(context: ErrorContext, matches: Sequence[RecognizedMessage], ids: Sequence[str]) -> bool:
    """Whether the text proves the first failure, which takes all of this.

    The text is whole: neither what was raised nor what followed is cut off. W&B has said it, in words that other
    programs do not use, or the structure of the error proves it. And no choice is left: the message means one failure,
    or what is around it shows which; a sentence or a table that quotes it does not.
    """
    if not ids or context.ends_before_next or context.has_gone_on:
        return False
    if context.is_after_start and (not matches or matches[0].message.speaker == "other"):
        return False
    said = context.exception[1] if context.exception is not None else "."
    is_cut_off = context.is_cut or _CUT_SENTENCE.search(said) is not None
    if not matches:
        return not is_cut_off and structure.has_proof(context, ids[0])
    main = matches[0].message
    if main.pattern.weight < VAGUE or (is_cut_off and "has no attribute" in main.template):
        return False
    return _is_said_by_wandb_alone(context, matches[0]) and not _leaves_choice(context, matches, ids)


def _is_said_by_wandb_alone(context: ErrorContext, main: RecognizedMessage) -> bool:
    """Whether no other program can have said it: wandb is named, or the message is long or about W&B."""
    if any("{" in value for value in main.fields.values()):
        return False  # code that words the message itself
    if "wandb: ERROR " in context.message_text and _is_of_any_program(context, main):
        return False  # W&B says something else
    if context.is_about_wandb or context.is_in_server_container or _OF_WANDB.search(_quote(context, main)):
        return True
    return main.message.pattern.weight >= _SURE and "'NoneType'" not in main.message.template


def _leaves_choice(context: ErrorContext, matches: Sequence[RecognizedMessage], ids: Sequence[str]) -> bool:
    """Whether the message can mean another failure as well, and nothing shows which it is."""
    main = matches[0].message
    if not main.also:
        return False
    is_undecided = ids[0] == main.failure and main.failure in _UNDECIDED
    is_undecided = is_undecided or (main.failure in _OF_ANY_CALL and context.phase is None)
    # Where W&B's own answer is not shown, a host that is not W&B's can have given the status.
    is_undecided = is_undecided or (context.status == 404 and "C19" in main.also)
    lacks_reason = main in _list_cut_messages() and "{reason}" in _find_whole(main) and "{reason}" not in main.template
    is_quoted = main.speaker == "other" and context.is_only_quoted and context.operation is None
    return is_undecided or lacks_reason or is_quoted


def _find_whole(message: WandbMessage) -> str:
    """The whole template of a message of which only the beginning was recognized."""
    return next((whole.template for whole in wandb_messages.WANDB_MESSAGES if whole.key == message.key), "")


def explain_failed_line(context: ErrorContext, line: str, *, is_foreign: bool = False) -> Explanation:
    """An error that is not known, which a line reports in the words of any program; or what it reads like."""
    is_of_wandb = context.is_about_wandb and _NAMES_OBJECT.search(line) and not _NAMES_CLASS.search(line)
    is_of_other = is_foreign or context.names_other_program(line)
    guessed = _guess_of_line(context, line) if is_of_wandb and not is_of_other else []
    if context.is_in_server_container and not is_foreign:
        guessed = ["F17"]
    if guessed:
        title = say("It may be one of these:")
        return Explanation(
            "error", line, True, False, failures=tuple(guessed), causes=causes_of(guessed), causes_title=title
        )
    notes = iter([_FOREIGN]) if is_foreign else _notes_of_unknown(context, _Names(), None)
    return Explanation("error", line, is_recognized=False, notes=tuple(notes))


def _explain_cause(line: str, causes: tuple[str, ...]) -> Explanation | None:
    """The line and what may be its cause, which is not sure; None without a cause."""
    if not causes:
        return None
    return Explanation("error", line, is_sure=False, failures=causes, causes=causes_of(causes))


def _recognize(context: ErrorContext) -> list[RecognizedMessage]:
    """W&B's messages, best first. Of a message that a terminal broke in the middle of a word, the pieces are joined."""
    text = context.message_text
    matches = _find_messages(context)
    if not matches and "\n" in text:
        joined = wandb_messages.recognize_messages("".join(line.strip() for line in text.splitlines()))
        matches = [replace(match, span=(0, 0)) for match in joined if match.span[1] - match.span[0] > _SHORTEST_JOINED]
    return [match for match in matches if not _is_of_another_program(context, match)]


def _find_messages(context: ErrorContext) -> list[RecognizedMessage]:
    """Messages in the exact words of W&B, cut ones, sentences in the code of the SDK, and messages without quotes."""
    text = context.message_text
    if matches := wandb_messages.recognize_messages(text) or search_messages(text, _list_cut_messages()):
        return matches
    if not context.is_raised_elsewhere:
        matches = search_messages(text, wandb_messages.list_sdk_sentences())
        matches = [match for match in matches if context.is_about_wandb or _is_long_or_all(context, match)]
    if not matches and context.is_about_wandb:
        matches = search_messages(text, _list_clear_messages(), without_quotes=True)
    return matches


@cache
def _list_clear_messages() -> tuple[WandbMessage, ...]:
    """The messages and sentences with more words, without their quotes, than programs share."""
    every = (*wandb_messages.WANDB_MESSAGES, *wandb_messages.list_sdk_sentences())
    return tuple(message for message in every if message.loose_pattern.weight >= VAGUE)


def _is_long_or_all(context: ErrorContext, match: RecognizedMessage) -> bool:
    """Whether a message has many words, or is all that the text says."""
    start, end = match.span
    rest = f"{context.text[:start]}{context.text[end:]}"
    return match.message.pattern.weight >= _SURE or not any(map(str.isalnum, rest))


def has_clear_message(context: ErrorContext) -> bool:
    """Whether W&B says what failed in more words than programs share."""
    return any(match.message.pattern.weight >= VAGUE for match in _recognize(context))


def find_foreign_failure(text: str) -> str | None:
    """The sentence of a report about a failure that wandb has no part in; None without one, and for a longer report."""
    match = _FOREIGN_FAILURE.search(text) if len(text) <= _LONGEST_REPORT else None
    if match is None:
        return None
    start, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
    return text[start : end if end >= 0 else len(text)].strip()


def find_failure_of_other_host(context: ErrorContext) -> str | None:
    """The line in which another host than W&B's fails in words that W&B's fails with as well; None without one."""
    is_of_other = not (context.is_from_wandb or context.is_about_artifacts)
    said = context.failed_line or context.last_line
    return said if is_of_other and wandb_messages.recognize_messages(context.message_text) else None


def _is_of_another_program(context: ErrorContext, match: RecognizedMessage) -> bool:
    """Whether the text shows that another program said it, in words that W&B uses as well."""
    return _is_in_other_line(context, match) or _lacks_wandb(context, match) or _is_raised_by_other(context, match)


def _is_sentence_of_wandb(message: WandbMessage) -> bool:
    """Whether it has so many words that no other program says the same."""
    return message.speaker in ("sdk", "server") and message.pattern.weight >= _SURE


def _is_in_other_line(context: ErrorContext, match: RecognizedMessage) -> bool:
    """Whether its line is of another program or of the system, or a notice after which the program went on."""
    message, line = match.message, context.line_at(match.span[0])
    is_of_other = context.names_other_program(line) or line in context.other_items
    if is_of_other and not _is_sentence_of_wandb(message):
        return True
    if message.failure == "F15" and context.is_error and _ABSENCE.search(line) and not context.is_error_line(line):
        return True  # the program goes on without wandb
    if message.key == "pip-dependency" and _PIP_COLLECTS.match(line):
        return not _PIP_BUILDS.search(context.message_text, match.span[1])
    return message.key == "permission-denied" and _DENIED_BY_SYSTEM.search(line) is not None


def _lacks_wandb(context: ErrorContext, match: RecognizedMessage) -> bool:
    """Whether the text does not name wandb where a text about it would, and another program shares the words."""
    message, line = match.message, context.line_at(match.span[0])
    if not context.is_from_wandb and message.speaker != "sdk" and not _is_sentence_of_wandb(message):
        return True  # "Unauthorized" of another host
    if context.leaves_wandb_out and not _is_sentence_of_wandb(message):
        return not _OF_WANDB.search(context.message_text, *match.span)
    if context.is_about_wandb:
        return False
    if message.speaker == "other" and (context.is_raised_in_library or context.names_other_file):
        return True
    is_answer = message.speaker != "other" or message.status is not None
    return is_answer and len(line) > _LONGEST_LINE and message.pattern.weight < VAGUE


def _is_raised_by_other(context: ErrorContext, match: RecognizedMessage) -> bool:
    """Whether what failed is another package, another program, or the program's own code and files."""
    message = match.message
    if context.is_of_other_package and not context.is_raised_in_wandb and message.speaker != "sdk":
        return True
    if message.speaker == "server" and context.is_raised_elsewhere and message.pattern.weight < VAGUE:
        return not _OF_WANDB.search(context.line_at(match.span[0]))
    if message.speaker != "other":
        return False
    if context.exception is None and context.ends_in_other_program:
        return context.line_at(match.span[0]) not in context.error_lines  # Docker, before W&B was reached
    if (context.leaves_wandb_out or context.is_raised_elsewhere) and _is_of_any_program(context, match):
        return True
    if message.failure == "F7":
        is_of_wandb = context.is_raised_in_wandb or context.is_in_server_container
        return context.is_denied_own_file or (context.names_other_file and not is_of_wandb)
    # A bucket and a class of settings can be the program's, also where it logs its run.
    is_common = message.failure == "F6" or message.key.startswith("settings-validation")
    return is_common and context.is_raised_elsewhere and bool(context.source)


def _is_of_any_program(context: ErrorContext, match: RecognizedMessage) -> bool:
    """Whether another program can have said it as well: its line neither names wandb nor was logged as an error."""
    line = context.line_at(match.span[0])
    is_of_wandb = "wandb" in line.lower() or line in context.error_lines
    return match.message.speaker == "other" and match.message.failure in _OF_ANY_PROGRAM and not is_of_wandb


def _recognize_warnings(context: ErrorContext, matches: Iterable[RecognizedMessage]) -> Iterator[RecognizedMessage]:
    """The messages in the warnings of a log that are not among those of its errors."""
    keys = {*_OUTCOMES, *(match.message.key for match in matches)}
    offset = len(context.message_text) + 1
    for match in wandb_messages.recognize_messages(context.messages_and_warnings[offset:]):
        if match.message.key not in keys:
            start, end = match.span
            yield replace(match, span=(start + offset, end + offset))


def _order_by_evidence(context: ErrorContext, matches: Sequence[RecognizedMessage]) -> list[RecognizedMessage]:
    """The messages with the best evidence first; of those with the same, the last one in the text.

    What another program says in a line of its own comes last. A request that got no answer comes after a refusal of
    the same run: the time-out is what the refusal led to.
    """
    # What a call that failed did not return is missed later.
    has_other = any(match.message.speaker == "sdk" and "'NoneType'" not in match.message.template for match in matches)
    is_refused = any(match.message.speaker == "server" and match.message.failure not in _UNDECIDED for match in matches)

    def rank(match: RecognizedMessage) -> tuple[bool, ...]:
        message = match.message
        is_full_disk = message.key in _FULL_DISK and "wandb" in context.line_at(match.span[0])
        is_transient = message.failure in ("F2", "C19") and message.speaker != "server"
        is_outcome = (
            message.key in _OUTCOMES
            or (is_refused and is_transient)
            or (has_other and "'NoneType' object" in message.template)
        )
        is_vague = message.failure in _REPORTED_BY_OTHERS and message.speaker != "server"
        # What follows a full disk comes of it.
        return not is_full_disk, _is_of_any_program(context, match), is_outcome, is_vague

    return sorted(matches, key=rank)


def _rank_failures(
    context: ErrorContext, matches: Sequence[RecognizedMessage], names: _Names, facts: paths.PathFacts | None
) -> list[str]:
    """The failure ids, likeliest first: what is certainly wrong with the path, what W&B said, what else it can mean."""
    certain: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    if facts is not None and context.phase in _PATH_PHASES:
        certain, doubtful = (facts.failures, ()) if facts.certain else ((), facts.failures)
    if matches:
        likely = [*_of_last_exception(context, matches[0]), *_of_message(context, matches[0], matches[1:], names)]
        # Warnings further up in a log say how it came to the error; what the server said before does not.
        earlier = [match.message.failure for match in matches[1:] if match.message.speaker not in ("server", "other")]
        ids = [*certain, *likely, *doubtful, *earlier, *matches[0].message.also]
    else:
        ids = [*certain, *structure.find_causes(context)]
    main = matches[0].message.failure if matches else None
    # The SDK's own words say what it is, whatever the program was doing; "permission denied" of a server does not.
    is_plain = (
        bool(matches)
        and main not in (*_UNDECIDED, *_OF_ANY_PROGRAM)
        and (matches[0].message.speaker != "server" or matches[0].message.pattern.weight >= VAGUE)
    )
    sure = (*certain, main) if is_plain else certain
    ids = [failure for failure in dict.fromkeys(ids) if failure in sure or not _contradicts(context, failure)]
    # W&B's words are believed rather than the path, which may be another one; but not that it begins with a team.
    believed = () if main == "A12" else (main,)
    possible = [item for item in ids if item in believed or not _contradicts_path(context, names, facts, item)]
    if matches and not possible:
        possible = list(structure.find_causes_of_refusal(context)) or [matches[0].message.failure]
    return possible[: MOST_CAUSES + 2]


def _guess_by_words(context: ErrorContext) -> list[str]:
    """What an error of W&B reads like whose message is not known; empty where others say it, or no failure is clear."""
    if not context.is_said_by_wandb or context.is_interrupted or context.misses_own_file:
        return []
    return _guess_of_line(context, context.exception[1] if context.exception is not None else context.last_line)


def _guess_of_line(context: ErrorContext, line: str) -> list[str]:
    """What a line reads like, or what it says after its last colon: the reason."""
    is_raised = context.exception is not None
    possible = [failure.id for failure in FAILURES.values() if not (is_raised and failure.silent)]
    possible = [failure for failure in possible if not _contradicts(context, failure)]
    quoted = _QUOTED_PART.search(line)  # what else the line says may be what to do
    said = _MARKUP.sub(" ", quoted[0] if quoted else line)
    return guess_failures(said, possible) or guess_failures(said.rpartition(": ")[2], possible)


def _of_last_exception(context: ErrorContext, main: RecognizedMessage) -> tuple[str, ...]:
    """What the number in the last exception says, where the message is not of that exception: a warning before it."""
    if context.exception is None or _quote(context, main) in " ".join(context.exception[1].split()):
        return ()
    is_before = 0 <= context.message_text.find(context.exception[1]) < main.span[0]
    if is_before and main.message.failure == "F2" and not (context.is_raised_in_wandb or context.names_local_file):
        return ()  # it was raised before, and the program went on
    if context.exception[0] == "BrokenPipeError":
        return ()  # the pipe breaks after what the message says
    if main.message.failure == "F14" and structure.find_part(context) == ("F14",):
        return ()  # the connection is to wandb's own process
    return structure.find_system_causes(context)


def _of_message(
    context: ErrorContext, main: RecognizedMessage, others: Sequence[RecognizedMessage], names: _Names
) -> Iterator[str]:
    """What the message means: first what the names in it, and the rest of the log, give away."""
    message = main.message
    yield from _of_names(context, main, names)
    is_in_init = context.phase == "init" and bool(context.frames or context.operation)  # and not only named
    if structure.find_meant_name(main):
        yield "F22"
    if message.failure in ("F22", "C17") and "F20" in message.also and is_in_init:
        yield "F20"
    around = list(structure.find_surroundings(context, message, context.line_at(main.span[0])))
    yield from (failure for failure in around if failure == "C10")
    if message.failure in _UNDECIDED and not (message.failure == "F14" and structure.find_part(context) == ("F14",)):
        yield from (match.message.failure for match in others if match.message.failure in message.also)
    yield from around
    if message.key in _ORGANIZATION_MESSAGES and (path := names.parsed_path) is not None and not path.prefix:
        yield from ("B2", "A15")
    if message.failure == "F3" and context.key_length not in (None, *_LENGTHS_OF_NEW_KEY):
        yield "C18"
    if message.key == "api-run-missing":
        yield from _of_missing_run(context)
    if message.key == "core-panic":  # without memory or threads, wandb-core ends in a panic as well
        yield from (match.message.failure for match in others if match.message.failure == "F14")
    if message.failure == "F7":
        yield from structure.find_causes_of_foreign_file(context)
    if message.key == "abnormal-exit":
        yield from structure.find_broken_code(context)
    if message.failure == "C19" and structure.find_part(context) == ("F14",) and not context.is_from_bucket:
        yield "F14"  # the connection to wandb-core, on this machine
    if message.failure == "B7":
        yield from ("D7",) if context.phase == "download" else ()
        yield from ("B7",) if message.key == "no-permission-in-run" and context.phase is None else ()
        yield from structure.find_causes_of_refusal(context)
    yield message.failure


def _of_missing_run(context: ErrorContext) -> tuple[str, ...]:
    """A run that never left the machine, or is of others; else the path has a mistake."""
    if context.is_offline:
        return ("D1", "F13")
    owner = _OWNER_OF_RUN.search(context.message_text)
    return ("D7",) if owner and context.entities and owner[1] not in context.entities else ()


def _of_names(context: ErrorContext, main: RecognizedMessage, names: _Names) -> Iterator[str]:
    """Failures that a name in the message gives away."""
    fields, message, path = main.fields, main.message, names.parsed_path
    sent = [name for key in ("entity", "team", "organization", "project") if placeholder(name := fields.get(key, ""))]
    if any(_ASKS.match(name) for name in sent):  # brackets and XXX are also how people hide a name in a report
        yield "A7"
    if message.failure in ("B3", "D1"):
        project = fields.get("project", "").rpartition("/")[2]
        name = fields.get("registry") or (registry_name(project) if is_registry_project(project) else "")
        name = name or (path.registry if path is not None else None) or ""
        # A prefix that is there twice, a placeholder, an empty name.
        of_registry = paths.examine(target_of(f"{REGISTRY_PREFIX}{name}/collection")) if name else None
        if of_registry is not None and of_registry.certain:
            yield from of_registry.failures
        elif name.casefold() in CORE_REGISTRY_DISPLAY:
            yield "A10"
    if message.key == "invalid-collection-name":
        yield from paths.examine(target_of(f"{REGISTRY_PREFIX}model/{fields.get('collection', '')}")).failures
    if message.key in _ORGANIZATION_MESSAGES and path is not None and path.prefix == fields.get("entity"):
        yield "A12"  # the path begins with a team where the organization belongs
    expected, given = fields.get("expected"), fields.get("organization")
    if expected and given and close_to(given, [expected]):
        yield "A13"  # the same organization, misspelled or under its other name
    is_of_run = context.operation == "upsertBucket"  # the run itself was refused, before any link
    if context.user is not None and context.user in (fields.get("entity"), given) and not is_of_run:
        yield "B1"  # the account's own, personal entity


def _contradicts(context: ErrorContext, failure_id: str) -> bool:
    """Whether the input shows that it cannot be this failure."""
    failure = FAILURES[failure_id]
    if not failure.is_possible_in(context.phase):
        return True
    if failure.sdk_before and context.sdk_version:
        return _numbers(context.sdk_version) >= _numbers(failure.sdk_before)
    return False


def _contradicts_path(context: ErrorContext, names: _Names, facts: paths.PathFacts | None, failure_id: str) -> bool:
    """Whether the path or the call in the text shows that it cannot be this failure."""
    if failure_id in _OF_ALIASES and context.has_no_aliases:
        return True
    entity = names.entity or ""
    if failure_id in _OF_ENTITY and (is_registry_project(entity) or misspelled_prefix(entity)):
        return True  # the server took a part of the path for the entity
    if failure_id in _WITHOUT_RUN:
        return context.call in ("link_artifact", "link_model")
    path = names.parsed_path
    if facts is not None and facts.wrong and failure_id in _OF_THE_PATH:
        return failure_id not in facts.failures
    if path is None or not path.is_registry or facts is None:
        return False
    contradictions = {
        "A12": not path.prefix,  # its path begins with an organization
        "A15": bool(path.prefix),  # its path does not
        "B12": path.version is not None and not is_version(path.version),  # its name ends with a version's number
        "D3": path.version not in (None, "", "latest"),  # its name has no version, or the latest
    }
    return contradictions.get(failure_id, failure_id in _OF_THE_PATH)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _find_names(context: ErrorContext, matches: Iterable[RecognizedMessage]) -> _Names:
    fields: dict[str, str] = {}
    for match in matches:
        is_of_file = match.message.failure in _OF_LOCAL_FILES
        fields = {
            **{name: value for name, value in match.fields.items() if not (is_of_file and name == "path")},
            **fields,
        }
    # The entity of a registry is its organization, and no team.
    is_of_registry = is_registry_project(fields.get("project", "").rpartition("/")[2])
    entity = context.written_entity if is_of_registry else fields.get("entity") or context.written_entity
    artifact_type = fields.get("type")
    if (path := fields.get("path")) and "\\" not in path and parsed(path) is not None:
        return _Names(path, entity=entity, type=artifact_type)
    if written := context.registry_path:
        return _Names(written[0], not written[1], entity, artifact_type)
    return _Names(_consumed_name(fields), True, entity, artifact_type)


def _consumed_name(fields: dict[str, str]) -> str | None:
    """The name that was consumed: `artifact membership 'c:prod' not found in 'acme/wandb-registry-x'`."""
    project = fields.get("project", "")
    name = fields.get("name", "")
    if is_registry_project(project.rpartition("/")[2]) and name and "/" not in name:
        return f"{project}/{name}"
    return None


def _quote(context: ErrorContext, match: RecognizedMessage) -> str:
    start, end = match.span
    if not end:  # of a message that was put together from pieces, the text has no such place
        return " ".join(match.message.template.format_map(match.fields).split())
    quote = context.messages_and_warnings[start:end]
    if match.message in _list_cut_messages() or _OPEN_QUOTE.search(quote):
        rest = _REST_OF_SENTENCE.match(context.messages_and_warnings, end)
        quote += rest[0] if rest else ""
    return " ".join(quote.split())


def _describe_unknown(context: ErrorContext) -> str:
    if context.key_prompt and context.message_text.rfind(context.last_line) < context.key_prompt.start():
        return context.key_prompt[0].splitlines()[0]
    if context.exception is None and (context.ends_in_frame or "most recent call last" in context.last_line):
        if context.last_frame:
            return say("the traceback is cut before its last line, at {frame}", frame=context.last_frame)
        return say("the traceback is cut before its last line")
    return context.last_line


def _find_speaker(context: ErrorContext, match: RecognizedMessage) -> str:
    """Who reports it; the number of an error, and the class of an exception, show the system and Python itself."""
    if match.message.speaker not in ("other", "sdk"):
        return _describe_speaker(match.message)
    start = match.span[0]
    if _SAID_BY_SYSTEM.search(context.messages_and_warnings, max(start - _NEAR, 0), start + _NEAR):
        return say("the operating system")
    name, said = context.exception or ("", "")
    is_raised = name in RAISED_BY_PYTHON and _quote(context, match) in " ".join(said.split())
    is_raised = is_raised and (match.message.speaker == "other" or bool(_IS_OF_ITS_END.search(match.message.template)))
    return say("Python") if is_raised else _describe_speaker(match.message)


def _notes(context: ErrorContext, matches: Sequence[RecognizedMessage]) -> Iterator[str]:
    if matches:
        main = matches[0].message
        yield say("reported by {speaker}", speaker=_find_speaker(context, matches[0]))
        if not main.known:
            yield say("W&B's wording is undocumented; this wording is that of regilink's emulator")
        if meant := structure.find_meant_name(matches[0]):
            yield say("wandb has no such name: `wandb.{name}` may be meant", name=meant)
        elif main.hint:
            yield join_phrases("", [say("in this case: "), main.hint])
        if main.code:
            yield say("`regilink explain {code}`: the rule that finds it before the run", code=main.code)
    place = context.place_of(matches[0].span[0]) if matches and matches[0].span[1] else context.place
    if place:
        yield say("raised at {place}", place=place)
    if (wrong := structure.find_wrong_argument(context)) is not None:
        yield _describe_wrong_argument(*wrong)
    if context.phase in ("init", "sync") and context.operation:
        yield say("the run itself is refused (`{operation}`); no registry is involved yet", operation=context.operation)
    if context.sdk_version:
        yield say("wandb {version}", version=context.sdk_version)
    quotes = dict.fromkeys(_quote(context, match) for match in matches[1:])
    for quote in list(quotes)[:3]:
        yield say("also in the text: {quote}", quote=quote)


def _describe_wrong_argument(call: str, argument: str, given: str) -> str:
    """Which argument of which call has another type, and what to give instead."""
    call = say("the class") if call == "__init__" else f"`{call}`"
    if not argument:
        return say("an argument of {call} is of the type {given}, which it does not accept", call=call, given=given)
    expected = _EXPECTED.get(argument, say("a string"))
    if not given:
        return say("`{argument}` of {call} has to be {expected}", argument=argument, call=call, expected=expected)
    return say(
        "`{argument}` of {call} has to be {expected}, not a {given}",
        argument=argument,
        call=call,
        expected=expected,
        given=given,
    )


def _notes_of_unknown(context: ErrorContext, names: _Names, facts: paths.PathFacts | None) -> Iterator[str]:
    """What could be read around an error that is not in the index, and where to look."""
    if context.place:
        yield say("raised at {place}", place=context.place)
    if context.call:
        yield say("the call that failed: {call}", call=context.call)
    if context.operation:
        yield say("the GraphQL operation: {operation}", operation=context.operation)
    if context.status:
        yield say("HTTP status {status}", status=context.status)
    if context.sdk_version:
        yield say("wandb {version}", version=context.sdk_version)
    if names.path and facts is not None and not facts.wrong:
        yield say("the path in it, {path}, is well formed; the server can still refuse it", path=quote_text(names.path))
    if context.only_reports_others:
        yield say("it reports that another program failed, and not why: give regilink the lines before it")
        return
    if not context.is_about_wandb:
        yield say("the text does not name wandb: the error may come from another program")
        return
    yield (
        say(
            "it contains no W&B message that regilink knows. Look at wandb/latest-run/logs/debug.log and "
            "debug-internal.log (or debug-core.log), and at status.wandb.com"
        )
    )
    target = f" {names.path}" if names.path else ""
    yield say("`regilink doctor{target}` asks the server about account, entity and registry", target=target)


def _describe_speaker(message: WandbMessage) -> str:
    """Who reports a message, and since or until which wandb."""
    speaker = _SPEAKERS[message.speaker]
    if message.since and message.until:
        return say(
            "{speaker} of wandb {since} up to, but not, {until}",
            speaker=speaker,
            since=message.since,
            until=message.until,
        )
    if message.since:
        return say("{speaker} since wandb {since}", speaker=speaker, since=message.since)
    return say("{speaker} before wandb {until}", speaker=speaker, until=message.until) if message.until else speaker
