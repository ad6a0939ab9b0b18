"""What an error means by its structure, where none of its words is known.

The shape of the message (Python's own words, a number of the operating system), the class of the exception, the HTTP
status, the GraphQL operation, and the part of wandb that raised it. Each question gives failure ids, likeliest first,
or nothing; `find_causes` asks them in the order of what they prove.
"""

from __future__ import annotations

import errno
import json
import os
import re

from regilink_doctor.core.text import close_to, find_misspelled
from regilink_doctor.core.wandb_messages import list_sdk_classes
from regilink_doctor.workflows.explain.error_context import CALLS, RAISED_BY_PYTHON
from regilink_doctor.workflows.explain.log_lines import is_failed_end

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from regilink_doctor.core.wandb_messages import RecognizedMessage, WandbMessage
    from regilink_doctor.workflows.explain.error_context import ErrorContext

    Causes = tuple[str, ...]

with open(os.path.join(os.path.dirname(__file__), "structure.json"), encoding="utf-8") as _file:
    _TABLES: dict[str, Any] = json.load(_file)


def _read_patterns(table: str, flags: int = 0, meaning: str = "causes") -> tuple[tuple[re.Pattern[str], Causes], ...]:
    """The rows of a table: a pattern, and what a match means; `meaning` names a column that replaces `causes`."""
    rows = ((row["words"], row.get(meaning, row["causes"])) for row in _TABLES[table])
    return tuple((re.compile("|".join(words), flags), tuple(causes)) for words, causes in rows)


def _read_causes(table: Mapping[str, Sequence[str]]) -> dict[str, Causes]:
    return {name: tuple(causes) for name, causes in table.items()}


# Numbers of the operating system: they are the same in every language.
_ERRNO = re.compile(r"\[[Ee]rrno (-?\d+)\]|\b(?:\w*Error|gaierror|timeout)\((-?\d+),")
_WINERROR = re.compile(r"\[WinError (\d+)\]")
_ERRNO_CAUSES, _WINERROR_CAUSES = (
    {number: tuple(row["causes"]) for row in _TABLES["numbers of the system"] for number in row[system]}
    for system in ("unix", "windows")
)
_ERRNOS_OF_A_FILE = (1, 2, 5, 13, 17, 20, 21, 36)
_WINERRORS_OF_A_FILE = (2, 3, 5, 32, 80, 183)
"""With these a single file is missing or closed; with the others the disk, the network or a process is the cause."""
_FILE_EXISTS = 17
_FILE_OF_SYSTEM = re.compile(r"['\"]/(?:var/run|run|proc|sys|etc)/(?!secrets/wandb)[^'\"\n]*['\"]$")
_STARTS = re.compile(r"[/\\]multiprocessing[/\\]| _execute_child$")
"""Code of Python that starts a process, or makes what processes share."""
_RUN_FOLDER = re.compile(r"wandb[/\\](?:offline-)?run-")
_PATH = re.compile(r"""['"](?:[/~.]|[A-Za-z]:\\|[^'"\n]*[/\\.])[^'"\n]*['"]\s*$""")
_VERSION_AS_FOLDER = re.compile(r"\[(?:Errno 22|WinError (?:123|267))\] .*[\w.-]:v?\w+['\"\\/]")
"""Windows refuses a folder that is called like a version, `zoo:v0`."""

# What the class of an exception says. Of the first, the name alone says that wandb raised it; the second are raised for
# many reasons, so wandb's code must have raised them.
_CLASSES_OF_WANDB = _read_causes(_TABLES["classes of wandb"])
_CLASSES_RAISED_IN_WANDB = _read_causes(_TABLES["classes raised in wandb"])
# For these it is enough that wandb is named.
_CLASSES_OF_THE_NETWORK: dict[str, Causes] = {
    name: tuple(row["causes"]) for row in _TABLES["classes of the network"] for name in row["names"]
}
_CLASSES_OF_THE_SERVER = ("CommError", "WandbApiFailedError", "HTTPError", "TransportQueryError")
_CLASSES_OF_COMPONENTS = ("CommError", "WandbApiFailedError")
"""wandb raises the messages of the parts of wandb-core with these."""
_CUT_CALLS = _read_causes(_TABLES["calls that were cut off"])
"""The most frequent causes of a failed call."""
_RUN_ATTRIBUTES = frozenset(_TABLES["what a program asks of its run"])
"""`wandb.run` is None without an active run."""

_NEEDED = "|".join(_TABLES["packages that wandb needs"])
_DEPENDENCY = re.compile(rf"'(?:{_NEEDED})\b")

_INSTALLERS = {name: re.compile(words, re.IGNORECASE | re.MULTILINE) for name, words in _TABLES["installers"].items()}
_UNSET_VARIABLE = re.compile(
    r"^.*\b(WANDB_\w+): (?:unbound variable|parameter (?:null or )?not set)|^KeyError: '(WANDB_\w+)'", re.MULTILINE
)
_VARIABLES = _read_causes(_TABLES["variables that are unset"])
"""What it means that a program finds one of wandb's variables unset."""
_MISSING_MODULE = re.compile(r"No module named '?[\w.]+")
_MODULE_OF_OTHER = re.compile(
    rf"(?:from|named) '(?!wandb)\w+\.[\w.]*wandb"
    rf"|cannot import name '(?!\w*[Ww]and[Bb])\w+' from '(?!(?:wandb|weave|typing|{_NEEDED})\b)\w"
)
_MODULE_OF_WANDB = re.compile(r"module '(?:wandb|weave)[.\w]*' has no attribute")
_NETWORK_LIBRARY = re.compile(r"[/\\](?:urllib3|requests|httpx|httpcore|http|ssl|socket)(?:[/\\]|\.py$)")
_PROMPT = re.compile(r"prompt_api_key|getpass")
_HOLDS_RUN = re.compile(r"run|wandb|\bwb\b|exp|logger|track|writer|\b_?w\b", re.IGNORECASE)
"""A name under which programs keep their run."""
_BACKEND = re.compile(r"\bwandb/core/services/")
"""Code of W&B's server in a stack of Go."""
_VERIFIES = re.compile(r"^Default host selected: (?!https://api\.wandb\.ai)|^Checking signed URL upload", re.MULTILINE)
"""The report of `wandb verify`, which checks a server of one's own."""
STOPS = ("BdbQuit", "GeneratorExit", "KeyboardInterrupt", "SignalException", "SystemExit")
# Python (and GitPython) raises these where code meets an unexpected value; a program that checks arguments does not.
_BROKEN_CLASSES = frozenset(_TABLES["classes of code that breaks"])
_BROKEN_WORDS = re.compile(
    r"object is not (?:iterable|subscriptable|callable|an iterator)|unsupported operand|argument of type '"
    r"|unhashable type|indices must be|not supported between instances|values to unpack"
    r"|must be str, not|can only concatenate|changed size during iteration|not NoneType|cannot unpack"
    r"|got (?:an )?unexpected keyword|got multiple values for|missing \d+ required|takes (?:from )?\d+ "
    r"|, but expected one of: "
)
_SIGNATURE = re.compile(
    r"\b(?:(\w+)\.)?(\w+)(?:\(\))? "
    r"(?:got (?:an )?unexpected keyword|got multiple values for|missing \d+ required|takes (?:from )?\d+ )"
)
_WRONG_TYPE = re.compile(
    r"""'(?P<object>\w+)'\ object\ (?:has\ no\ attribute\ '(?P<attribute>[a-z]\w*)'|is\ not\ (?:iterable|subscriptable))
      | unhashable\ type:\ '(?P<key>\w+)' | \(not\ "(?P<word>\w+)"\)\ to\ str
      | argument\ of\ type\ '(?P<container>\w+)' | (?:PathLike|path\ should\ be).*,\ not\ (?P<path>\w+)$
      | between\ instances\ of\ '(?!NoneType')(?:(?:int|float)'\ and\ ')?(?P<compared>\w+)'
      | has\ type\ (?P<field>\w+),\ but\ expected | '(?P<number>\w+)'\ object\ cannot\ be\ interpreted\ as\ an\ integer
      | variable\ 'uri_str' | ^(?P<pure>Path)\.replace\(\)\ takes\ 2\ """,
    re.VERBOSE,
)
"""What Python says where a value of another type was expected, with the type that was given."""
_READS_ARGUMENT = re.compile(
    r"_validators\.py |/_?iterutils\.py |/paths\.py | _parse_\w*path$| _get_obj_entry$| with_suffix$| _sanitize$"
    r"|/wandb_run\.py (?:\w+\.)?_?(?:log|partial_history_callback)$| publish_(?:partial_history|exit)$|/history\.py "
)
"""The parts of wandb that read the arguments of its calls."""
_MEMBERS = frozenset(["is_draft", *filter(str.isalpha, dir(str))])
"""What wandb asks of an artifact, or of a string, that it is given."""
_ARGUMENTS = _read_patterns("arguments")
_WRAPPERS = ("wrapper", "wrapper_fn")
_OTHER_CALLS = ("alert", "define_metric", "finish", "log", "log_code", "log_config", "log_image", "log_table", "save")
_CLASSES = ("Api", "Artifact", "Image", "Run", "Settings", "Table", "Video", "WandbCallback", "WandbLogger")
_ONLY_OF_ACTIVE_RUN = frozenset(_TABLES["calls of an active run alone"])
_ONLY_OF_API_RUN = frozenset(_TABLES["calls of a run of the public API alone"])
_OF_EVERY_API_RUN = frozenset(_TABLES["attributes of every run of the public API"])
_CALLS_OF_NEW_WANDB = frozenset(_TABLES["calls that wandb 0.16 does not have"])
"""Calls and attributes that wandb 0.16 does not have."""
_RUN_OF_API = re.compile(r"\bApi\(\)\.run\(|\bapi\.run\(")
_OF_INTEGRATION_PACKAGE = re.compile(
    r"\bwandb[./\\](?:catboost|fastai|integration|keras|lightgbm|sacred|sb3|sklearn|tensorboard|tensorflow|xgboost)\b"
)
_WATCHES = re.compile(r"\bTorch(?:Graph|History)\b|\bwatch\(")
"""A watched model carries the hooks of wandb, also where the program saves or copies it."""
_STARTS_PROCESSES = re.compile(r"spawn|multiprocess|\bDataLoader\b|\bprocesses\b|\bworkers?\b|\bPool\b", re.IGNORECASE)
_OBJECT_OR_TYPE = re.compile(r"'(\w+)' object (?:has|is|does)\b|\bof type '(\w+)'")
_INTEGRATION = re.compile(r"\bwandb[./\\](?:integration|keras|sdk)\b|\bWand[bB][A-Z]\w+|\bwandb_\w+\.py\b")
"""Code between wandb and another library."""
_OFFLINE = re.compile(r"\A(?!.*\bonline\b).*\boffline(?!-run-)", re.DOTALL)
_NOT_AS_JSON = {"log": ("F18", "F22"), "init": ("F20", "F22")}
"""What it means that a value cannot be written as JSON: it is metadata of an artifact, or the config of the run."""
_JSON_ENCODER = re.compile(r"[/\\]json[/\\](?:__init__|encoder)\.py$")
_NOT_SERIALIZABLE = re.compile(r"is not JSON serializable|Out of range float values|Circular reference detected")
_OBJECT_OF_WANDB = re.compile(
    r"""'(?:<(?=Run\ ))?(?P<owner>Run|Artifact|Api|Registry|Registries|ArtifactCollection|Sweep|File|Settings
        |Wand[Bb]\w+)(?:(?<=<Run)\ [^'>\n]*>)?'\ object\ has\ no\ attribute\ '(?P<attribute>\w+)'""",
    re.VERBOSE,
)

# The part of wandb that raised an error: its file, a space, its function -> what an error there means. The deepest
# frame decides.
_OF_INTEGRATION = ("F22", "F15")
_PARTS = _read_patterns("files of the part that raised it")
_CUT_PARTS = (
    *_read_patterns("functions of wandb in a traceback that is cut"),
    *_read_patterns("files of the part that raised it", meaning="cut"),
)
"""The same where what was raised is cut off: a function says more than its file, and some files say nothing."""

OF_ARTIFACT = ("C10", "F17", "F2")
"""An error that nothing else is known of is about the upload where it names an artifact."""

# What an exception of wandb means by the words in it, where the sentence is not known.
_WORDS = _read_patterns("words of an exception", re.IGNORECASE)
_WORDS_OF_PARTS = (
    *_read_patterns("log lines of the parts of wandb", re.IGNORECASE),
    *_WORDS,
    (re.compile("artifact", re.IGNORECASE), OF_ARTIFACT),
)
"""What a part of wandb means by a line of its log: first the words that no exception has."""
_SETTING = re.compile(r"\bwandb_(?:api_key|entity|project)\b|\b(?:log_to|use|with)_wandb\b")
"""How the configurations of programs call what they give to wandb."""
_REFUSES = re.compile(r"\bpermission\b|\bnot (?:authorized|permitted)\b|\bdenied\b|\bforbidden\b", re.IGNORECASE)
_REQUEST = re.compile(r"""\b(?:Get|Head|Patch|Post|Put) \\*"https?://[^"\s]+": """)
"""What wandb-core writes before the reason where no answer came."""
_IN_SYSTEM = re.compile(r"\bconnect: (?:permission|operation)\b")
"""What the system of this machine refuses, and no server."""
_TIMES_OUT = re.compile(r"\btime[sd]?[ -]?out\b", re.IGNORECASE)
_IS_MISSING = re.compile(r"\b(?:not found|does not exist)\b", re.IGNORECASE)
_NAMED_IS_MISSING = re.compile(r"[/'\"][\w.:-]+['\"]? (?:was )?not found\b")
"""W&B's own answer, which says what is missing; a web server that has no such page does not know its name."""
_CRASH = re.compile(
    r"^SIG[A-Z]{3,4}: |^panic: |^fatal error: |Segmentation fault|core dumped|panicked at", re.MULTILINE
)
_PANIC = re.compile(r"^panic: ", re.MULTILINE)
_CALLS_WANDB = re.compile(r"\b(?:import|from) wandb\b|\bwandb\.\w+\(")
_SAYS_NOTHING = re.compile(r"(?:error(?: in wandb\.init\(\))?|Traceback \(most recent call last\):)$")
_STEPS = _read_patterns("steps of wandb.init in its log")
_OWN_THREAD = re.compile(
    r"Exception in thread (?:NetStat|ChkStop|IntMsg|MsgRouter|SockSrv|Stream|Handler|Sender|Writer)\w*Thr"
)
"""A thread of wandb that talks to its second process."""
_OWN_CALLBACK = re.compile(r"^Error in callback <.*(?:_init_jupyter|_WandbInit|\bwandb\b)", re.MULTILINE)
"""What wandb has asked IPython to call before and after each cell."""
_SERVICE_ACCOUNT = re.compile(
    r"\bservice[ -](?:account|worker)(?:'s)?\W{0,3} (?:API )?key|\b(?:wandb|W&B) service[ -]account", re.IGNORECASE
)
_READS = re.compile(r"\b(?:download|fetch|pull)(?:s|ed|ing)?\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(?:un)?link|\bupload|\bpublish|\bpromot|\balias|log_artifact", re.IGNORECASE)
"""What is done with an artifact: words of a text without any call."""
_BLOCKS = re.compile(r"\b(?:cloudflare|firewall|proxy|VPN|network (?:routing|policy|egress))\b", re.IGNORECASE)
"""What is between this machine and W&B, and can refuse in its place."""
_OWN_PROGRAM = re.compile(r"\bwandb-(?:core|xpu)\b|\bgpu_stats\b")
_SYNC_CODE = re.compile(r"wandb[/\\]sync[/\\]")
_MONITOR = re.compile(r"/sdk/internal/")
"""Code of wandb's own threads, which have no run of the program."""
_LOOKUP = re.compile(r"/wandb_(?:config|summary)\.py (?:\w+\.)?__get(?:item|attr)__$")
"""The methods that look up a key of a run's config or summary."""
_NAMES_OF_MODULE = tuple(_TABLES["names of the module wandb"])
_READS_DATA = re.compile(r"wandb/(?:plots?|sklearn|integration/sklearn)/")
"""Code of wandb that computes with the arrays that it is given."""
_NULL_ANSWER = re.compile(r"wandb/apis/|internal_api\.py|/sdk/artifacts/")
"""Code that reads answers of the server, where a null stands for what does not exist, or is not shown."""

_AGENT = re.compile(r"wandb/agents/")
_AGENT_RUNS = re.compile(
    r"\bRunning runs: \[|\bDetected \d+ failed runs\b"
    r"|\bAgent (?:received command: run|[Ss]tarting [Rr]un\b)|\bAbout to run command: "
    r"|\bwandb (?:agent|sweep)\b|\bwith the agent\b.*\bsweeps?\b"
)
_ENDED_COMMAND = re.compile(
    r"^(?:wandb: ERROR .*: )?(?:\S+\.py: error: |\S*python[\d.]*(?:\.exe)?: can't (?:find|open) )"
    r"|^(?:Aborted|Bus error|Killed|Segmentation fault)\b"
)
"""The program itself, or Python, refuses the command line; or the system has ended the program."""
_LACKS_METRIC = re.compile(r"\bmetric\b.{0,60}\b(?:missing|never|not)\b", re.IGNORECASE)
"""What an agent optimizes, and the program does not log."""
_LAUNCH = re.compile(r"(?:wandb: )?(?:ERROR )?launch: ")
"""A line of a launch agent."""
_OWN_CODE = re.compile(r"/sdk/internal/(?:handler|sender|internal\w*)\.py")
"""Code of wandb's second process that works on what it was sent, and does not wait for another process."""

_STATUSES = {int(status): _read_causes(by_phase) for status, by_phase in _TABLES["statuses"].items()}
"""What a status means where nothing that W&B says is recognized, by the phase; `other` is any other phase."""
_LONGEST_LINE = 80
"""Characters of a line that does not name wandb up to which a status in it is W&B's."""
_SERVER_FAULT = ("F2", "F17")
_OF_LIMITS = (("B8",), ("E4",), ("F17",))
"""What a refusal means whose words name a seat, a quota or a license."""
_CAUSES_OF_OPERATIONS = _read_causes(_TABLES["operations"])
"""Operations whose refusal means the same whatever its status is."""


def _holds(row: Mapping[str, Any], context: ErrorContext, facts: Mapping[str, Any], **texts: str) -> bool:
    """Whether all holds that a row of a table asks for: facts, properties of the context (`!`: not), words in texts."""
    texts["text"] = context.text
    is_met = all(facts[name] in row.get(name, [facts[name]]) for name in facts)
    asked = ((name.removeprefix("!"), not name.startswith("!")) for name in row.get("when", ()))
    is_met = is_met and all(bool(getattr(context, name)) is wanted for name, wanted in asked)
    return is_met and all(re.search(row.get(name, ""), text) for name, text in texts.items())


def find_surroundings(context: ErrorContext, message: WandbMessage, line: str) -> Iterator[str]:
    """What the text around a message of W&B says of its cause: each row of a table whose facts all hold."""
    facts = {
        "of": message.failure,
        "key": message.key,
        "speaker": message.speaker,
        "refusal": message.status,
        "phase": context.phase,
        "status": context.status,
    }
    for row in _TABLES["what is around a message"]:
        if row.get("also") in (None, *message.also) and _holds(row, context, facts, line=line):
            yield row["first"]


_WARNINGS = _read_patterns("warnings of wandb", re.IGNORECASE)
_WARNING = re.compile(r"\s*(?:wandb: (?:\w+: )?WARNING|\S+:\d+: \w*Warning:(?=.*(?i:wandb|w&b))) (?P<said>.*)")
_CODE_OF_WARNING = re.compile(r"  \s*\w+\(")


def find_warning(context: ErrorContext) -> tuple[str, Causes]:
    """The warning of wandb with which the text ends, and what it may mean; else empty."""
    for line in reversed(context.text.rstrip().splitlines()):
        match = _WARNING.match(line)
        if match is None and not _CODE_OF_WARNING.match(line):
            break  # the program went on
        said = match["said"] if match else ""
        if causes := next((causes for pattern, causes in _WARNINGS if pattern.search(said)), ()):
            return line.strip(), causes
    return "", ()


def _judge_said(context: ErrorContext) -> Causes:
    """What the class of an exception, its words and its line of code say: the first row of a table that holds."""
    name, said = context.exception or ("", "")
    facts = {"class": name, "phase": context.phase}
    is_named = context.is_about_wandb or _names_call_of_wandb(context.message_text)
    rows = (row for row in _TABLES["what an exception says"] if name and (is_named or row.get("alone")))
    held = (row for row in rows if _holds(row, context, facts, kind=name, said=said, code=context.failed_code))
    return next((tuple(row["causes"]) for row in held), ())


def find_causes(context: ErrorContext) -> Causes:
    """The failure ids that the structure of an error gives, likeliest first; empty where it gives none."""
    if context.is_interrupted or (context.exception is not None and context.exception[0] in STOPS):
        is_prompt = any(_PROMPT.search(frame.function) for frame in context.library_frames)
        return ("C18",) if is_prompt or context.was_asked_for_key else ()
    if _VERIFIES.search(context.text):
        return ("F17", "C19")
    if causes := _judge_installation(context):
        return causes
    if context.ends_in_other_program:
        return ("F16",) if any(_LAUNCH.match(line) for line in context.error_lines) else ()
    guesses = (
        _judge_server_container,
        _judge_own_thread,
        _judge_hidden,
        _judge_words,
        find_part,
        _judge_refused_run,
        _judge_component,
        _judge_usage,
        _judge_cut_traceback,
        _judge_last_step,
        _judge_native_crash,
        _judge_swept_program,
    )
    return find_proved_causes(context) or next((causes for guess in guesses if (causes := guess(context))), ())


def _judge_installation(context: ErrorContext) -> Causes:
    """An installer that fails while it installs wandb, and nothing else."""
    command = next(reversed([*_INSTALLERS["how they are called"].finditer(context.text)]), None)
    failed = _INSTALLERS["how they fail"].search(context.text, command.end()) if command else None
    if command is None or failed is None or failed["done"] or "wandb" not in command[0]:
        return ()
    built = _INSTALLERS["what they could not build"].search(context.text, command.end())
    is_needed = built is None or _DEPENDENCY.match(f"'{built['name']}") or built["name"].startswith("wandb")
    is_alone = _INSTALLERS["wandb alone"].fullmatch(command["packages"] or command["package"])
    return ("F15",) if is_needed or is_alone else ()


def find_proved_causes(context: ErrorContext) -> Causes:
    """The failure ids that Python's own words, a class, a number of the system or a status prove."""
    if context.ends_in_key_prompt:
        return ("C18",)
    proofs = (
        _judge_stored_run,
        _judge_variable,
        _judge_argument,
        _judge_said,
        _judge_call,
        _judge_class,
        _judge_crash,
        find_system_causes,
        find_broken_code,
        judge_status,
    )
    return next((causes for proof in proofs if (causes := proof(context))), ())


def has_proof(context: ErrorContext, failure: str = "") -> bool:
    """Whether the structure proves a failure, or any; a status alone leaves several causes open."""
    proved = find_proved_causes(context)
    is_open = len(proved) > 1 and proved == judge_status(context)
    return not is_open and (failure in proved if failure else bool(proved))


def find_system_causes(context: ErrorContext) -> Causes:
    """What the number of the operating system says, in the last exception or the last line."""
    text = f"{context.exception[0]}: {context.exception[1]}" if context.exception else context.last_line
    if (not context.is_about_wandb or context.is_raised_elsewhere) and not context.names_local_file:
        return ()
    if _VERSION_AS_FOLDER.search(text):
        return ("F6", "F7")
    # A file of the program itself can be missing or closed to it as well: wandb must be the one that asked for it.
    is_of_other = context.frames or context.is_denied_own_file or _PATH.search(text)
    is_of_wandb = context.names_local_file or context.is_raised_in_wandb or not is_of_other
    if causes := find_causes_of_foreign_file(context):
        return causes
    if match := _WINERROR.search(text):
        number = int(match[1])
        return _WINERROR_CAUSES.get(number, ()) if is_of_wandb or number not in _WINERRORS_OF_A_FILE else ()
    if match := _ERRNO.search(text):
        number = int(match[1] or match[2])
        if number == _FILE_EXISTS and (_RUN_FOLDER.search(text) or find_part(context)[:1] == ("F13",)):
            return ("C14", "F19", "F7")  # two processes write the files of one run
        if number == errno.ENOENT and context.is_raised_in_wandb and find_part(context) == ("F14",):
            return ("F14", "F7")  # the file in which its own process writes its port
        if number == errno.ENOENT and find_part(context) == ("F16",) and not context.names_local_file:
            return ("F24", "F16")  # the program that an agent starts
        if number == errno.ENOENT and _is_looked_for(context):
            return ()
        return _ERRNO_CAUSES.get(number, ()) if is_of_wandb or number not in _ERRNOS_OF_A_FILE else ()
    return ()


def _is_looked_for(context: ErrorContext) -> bool:
    """Whether the program itself looks for a file that is missing, also in a folder of wandb."""
    return bool(context.source) and not (context.is_raised_in_wandb or context.fails_at_call or context.call)


def find_causes_of_foreign_file(context: ErrorContext) -> Causes:
    """What it means that wandb may not use a file that it has not made: one of the system, or a program to start."""
    said = context.exception[1] if context.exception is not None and context.is_raised_in_wandb else ""
    is_folder = bool(context.library_frames) and context.library_frames[-1].function in ("makedirs", "mkdir")
    if _FILE_OF_SYSTEM.search(said) and not is_folder:
        return ("F21", "F7")  # wandb reads what it can find out about the machine
    match = _ERRNO.search(said)
    if match is None or int(match[1] or match[2]) not in (*_ERRNOS_OF_A_FILE, errno.ENOSYS):
        return ()
    part, last = _causes_of_frames(context), context.library_frames[-1]
    is_start = part == ("F14",) and _STARTS.search(f"{last.path} {last.function}")
    return ("F21", "F7") if part[:1] == ("F21",) else ("F14", "F7") if is_start else ()


def find_part(context: ErrorContext) -> Causes:
    """What part of wandb raised the error, and what a refusal of that part means."""
    is_of_command = context.exception is None or (context.exception[0] == "Error" and not context.frames)
    if context.phase == "sweep" and not context.is_cut and (is_of_command or context.is_reported_by_wandb):
        return ("F23", "F16") if _LACKS_METRIC.search(context.last_line) else ("F16",)
    if context.is_raised_in_import and (context.exception is not None or context.is_cut):
        return ("F15", "F9")
    if context.exception is None or not context.is_raised_in_wandb:
        return ()
    last = context.library_frames[-1]
    if last.function == "<module>" and not last.is_wandb:
        return ("F15", "F21")  # a package that wandb imports when it needs it
    causes = _causes_of_frames(context)
    name, text = context.exception
    if causes == ("F14",) and name in (*STOPS, "WandbApiFailedError"):
        return ()  # it was stopped while it waited, or its own process hands on what the server said
    if causes == _OF_INTEGRATION and not last.is_wandb and name != "ValueError":
        return ("F21", "F15")  # the library has refused the arguments that wandb passed
    # A refusal without words names no argument, and the server refuses for other reasons.
    is_of_argument = bool(text) and name not in _CLASSES_OF_THE_SERVER
    if causes[:1] in (("F18",), ("F20",), ("F22",)) and name == "RuntimeError":  # no argument is checked with it
        return ("F21", causes[0])
    return causes if is_of_argument or "F22" not in causes else ()


def _causes_of_frames(context: ErrorContext, parts: Sequence[tuple[re.Pattern[str], Causes]] = _PARTS) -> Causes:
    """The causes of a refusal: the deepest frame decides whose part of wandb has causes in the table."""
    for frame in reversed(context.library_frames):
        place = f"{frame.path} {frame.function}".replace("\\", "/")
        # The first row that holds decides; one without causes leaves it to the frame above.
        if causes := next((causes for pattern, causes in parts if pattern.search(place)), ()):
            return causes
    return ()


def find_causes_of_refusal(context: ErrorContext) -> Causes:
    """What a refusal (status 403) means for what the program was doing; empty where it is not known."""
    if context.is_answered_by_page and context.operation is None:
        return ("C19", "F17", "F1")  # a proxy or a blocked country, and not W&B's API
    if _SERVICE_ACCOUNT.search(context.text) and not context.is_from_bucket:
        return ("B9", "F1", "B2")
    if context.operation == "upsertBucket" and context.status == 403:
        return ("F1", "B2", "B9")
    is_of_run = context.phase in (None, "init")
    if is_of_run and (_BLOCKS.search(context.last_line) or context.is_meant_for_own_server):
        return ("C19", "C18", "F1")
    is_refused_run = context.status in (403, 404) or context.tells_of_run
    if context.phase is None and is_refused_run and not context.is_about_artifacts:
        return ("F1", "B2", "B7")  # no artifact, no registry: the entity or project of the run
    is_read = context.phase is None and _READS.search(context.text) and not _WRITES.search(context.text)
    return _STATUSES[403].get("consume" if is_read else context.phase or "other", ())


def _judge_stored_run(context: ErrorContext) -> Causes:
    """A record in the files of a run that the code of `wandb sync` cannot read."""
    name, text = context.exception or ("", "")
    is_unread = name in (*_BROKEN_CLASSES, "DecodeError") or _BROKEN_WORDS.search(text) is not None
    is_of_sync = any(_SYNC_CODE.search(frame.path) for frame in context.library_frames)
    return ("F13", "F21") if is_unread and is_of_sync else ()


def find_wrong_argument(context: ErrorContext) -> tuple[str, str, str] | None:
    """The call, its argument (empty: one of them) and the type that was given, where wandb fails on an argument."""
    match = _WRONG_TYPE.search(context.exception[1]) if context.exception is not None else None
    frames = context.library_frames
    if match is None or not context.is_raised_in_wandb or not frames[0].is_wandb or context.is_raised_in_import:
        return None
    places = [
        f"{frame.path} {name}".replace("\\", "/")
        for frame in frames
        if frame.is_wandb and (name := frame.function.rpartition(".")[2]) not in _WRAPPERS
    ]
    type_name = next((value for name, value in match.groupdict().items() if value and name != "attribute"), "")
    is_member = match["attribute"] is None or match["attribute"] in _MEMBERS
    if not is_member and type_name in {"NoneType", *_CLASSES, *list_sdk_classes()}:
        return None  # what wandb asks of its own objects
    if not is_member and not frames[-1].is_wandb and type_name[:1].isupper():
        return None  # what another library asks of its own objects
    if match["attribute"] and re.search(rf"\bself\.{match['attribute']}\b", context.failed_code):
        return None  # its own method runs on an object of another class: wandb has patched that class
    is_given = type_name != "NoneType" or bool(match["path"] or match["attribute"])
    if not (places and _READS_ARGUMENT.search(places[-1])) and (len(places) > 1 or not is_given):
        return None
    call = context.call or (places[0].rpartition(" ")[2] if places else "")
    if not call or (call.startswith("_") and call != "__init__"):
        return None
    evidence = f" {call} {' '.join(places)} {match[0]} "
    return call, next((names[0] for pattern, names in _ARGUMENTS if pattern.search(evidence)), ""), type_name


def _judge_argument(context: ErrorContext) -> Causes:
    """An argument of another type, on which wandb's own code fails."""
    wrong = find_wrong_argument(context)
    if wrong is None:
        return ()
    return ("F22", "A18", "F21") if CALLS.get(wrong[0]) == "link" else ("F22", "F21")


def _judge_variable(context: ErrorContext) -> Causes:
    """A variable of wandb's that the program, or its shell script, needs and does not find."""
    match = _UNSET_VARIABLE.search(context.message_text)
    return _VARIABLES.get(match[1] or match[2], ("A7", "A15")) if match else ()


def find_meant_name(match: RecognizedMessage) -> str | None:
    """The name of wandb that was mistyped, where a message says that the module has no such name."""
    name = match.fields.get("name", "") if match.message.key == "module-lacks" else ""
    return find_misspelled(name, _NAMES_OF_MODULE) if name and name not in _NAMES_OF_MODULE else None


def _names_call_of_wandb(text: str) -> bool:
    """Whether an object of wandb lacks what is called like one of wandb's calls, or is a call of another object."""
    match = _OBJECT_OF_WANDB.search(text)
    if match is None:
        return False
    is_of_other_run = "_" in match["attribute"] and match["attribute"] in _ONLY_OF_ACTIVE_RUN | _ONLY_OF_API_RUN
    return is_of_other_run or close_to(match["attribute"], [*CALLS, *_OTHER_CALLS]) is not None


def _judge_call(context: ErrorContext) -> Causes:
    """What Python says of a call whose signature or object does not fit: another version of wandb, or a wrong name."""
    name, text = context.exception or ("", "")
    if name not in ("TypeError", "AttributeError"):
        return ()
    match = _OBJECT_OF_WANDB.search(text)
    named = _OBJECT_OR_TYPE.search(text)
    is_of_sdk = named is not None and (named[1] or named[2]) in list_sdk_classes()
    if not (context.is_about_wandb or is_of_sdk or _names_call_of_wandb(context.message_text)):
        return ()
    if is_of_sdk:
        return ("F21", "B14", "F22")
    if match:
        if match["owner"] == "Run" and match["attribute"] in _ONLY_OF_ACTIVE_RUN | _ONLY_OF_API_RUN:
            is_called_by_library = context.is_of_integration or "WandbLogger" in context.text
            return ("B14", "F15", "F5") if is_called_by_library else ("F5", "B14", "F22")
        if f"{match['owner']}.{match['attribute']}" in _CALLS_OF_NEW_WANDB:
            return ("B14", "A18")
        is_of_run = match["owner"] == "Run" and match["attribute"] in _OF_EVERY_API_RUN
        is_internal = match["attribute"].startswith("_") or is_of_run or context.is_raised_in_wandb
        return ("F21", "B14") if is_internal else ("A18", "B14", "F5")
    if match := _SIGNATURE.search(text):
        if (match[1] or "").startswith("_") or (match[2].startswith("_") and match[2] != "__init__"):
            return ("F21", "F15")  # only wandb calls these, or a library that does not fit it
        if (match[1] or "").startswith("Wandb") and match[2] != "__init__":
            return ("F21", "F15", "B14")  # a library calls what wandb gave it in another way
        is_wrapper = (match[1] or "").lower().startswith("wandb")  # which the program, or its configuration, creates
        is_foreign = match[1] not in _CLASSES and not is_wrapper and match[2] == "__init__"
        is_called_by_wandb = context.is_raised_in_wandb or _INTEGRATION.search(context.text)
        if is_foreign and match[1] and not is_called_by_wandb:
            return ()  # a class of another library, or of the program
        if is_foreign and not context.frames:
            return ("F21", "F15", "F22") if match[1] else ()  # without a class, it is any program's
        if context.is_raised_in_wandb and context.library_frames[-1].function.rpartition(".")[2] != "wrapper":
            return ("F15", "F21") if context.is_raised_in_import else ("F21", "F15")
        if context.is_raised_elsewhere and not _is_of_wandb(match[1], match[2], context):
            return ()
        is_named = match[1] in _CLASSES or is_wrapper or match[2] in (*CALLS, *_OTHER_CALLS, "__init__")
        is_named = is_named or "wandb" in match[2] or re.search(rf"\bwandb\.[\w.]*{match[2]}\(", context.text)
        if not (context.frames or is_named):
            return ()
        if match[2] in _ONLY_OF_ACTIVE_RUN and _RUN_OF_API.search(context.text):
            return ("F5", "F22", "B14")
        return ("F20", "B14", "F22") if "Settings" in (match[1], match[2]) else ("F22", "B14", "A18")
    is_value = _NOT_SERIALIZABLE.search(text) and not context.is_raised_elsewhere
    return _NOT_AS_JSON.get(context.phase or "", ("F22", "F18")) if is_value else ()


def _is_of_wandb(owner: str | None, function: str, context: ErrorContext) -> bool:
    """Whether a function that Python names is one of wandb's, and not the program's own."""
    is_hidden = function in ("__init__", *_WRAPPERS)  # the name says nothing: the line of code does
    return function in CALLS or function in _OTHER_CALLS or owner in _CLASSES or (is_hidden and bool(context.call))


def _judge_class(context: ErrorContext) -> Causes:
    """What the class of the exception alone says."""
    if context.exception is None:
        return ()
    name, text = context.exception
    if name in _CLASSES_OF_THE_NETWORK:
        return _judge_connection(context, _CLASSES_OF_THE_NETWORK[name])
    is_of_process = _STARTS_PROCESSES.search(context.text) or not context.is_raised_elsewhere
    if context.is_about_wandb and "pickle" in text and not context.is_of_integration and is_of_process:
        is_hook = _WATCHES.search(context.text) is not None and not _STARTS_PROCESSES.search(context.text)
        return ("F21", "C16") if is_hook else ("C16", "C14", "F14")
    if name in ("ImportError", "ModuleNotFoundError") and (causes := _judge_import(context, text)) is not None:
        return causes
    is_of_wandb = context.is_raised_in_wandb or context.is_reported_by_wandb
    if is_of_wandb and find_part(context)[:1] != ("F20",) and _OFFLINE.search(text):
        return {"link": ("C1", "C2"), "sync": ("F13",)}.get(context.phase or "", ("C3", "C1"))
    if context.is_raised_in_wandb and ("Deprecat" in name or name.endswith("Warning")):
        return ("F15", "F21")  # a warning of a package that it does not fit, made an error
    if text.startswith("module '") and (context.is_raised_in_wandb or _DEPENDENCY.search(text)):
        if _MODULE_OF_WANDB.search(text) and context.is_raised_in_wandb:
            return ("F21", "F9", "F15")  # its own code asks its own module for what this release does not have
        # a package that wandb needs is another one, or too old
        return ("F15",) if context.is_about_wandb and not context.is_raised_elsewhere else ()
    if context.names_local_file and name == "FileNotFoundError" and not _is_looked_for(context):
        # A sync needs what the run has left on the machine on which it trained.
        return ("F13", "F7") if context.phase == "sync" else _CLASSES_RAISED_IN_WANDB[name]
    if name == "CommError" and (_BROKEN_WORDS.search(text) or "has no attribute '" in text):
        # wandb wraps all that its own code raises: without an answer of the server None, with an argument its type
        is_of_null = "NoneType" in text or _OBJECT_OR_TYPE.search(text) is None
        return ("F21", "D1") if is_of_null else ("F23", "F22", "F21") if context.phase == "sweep" else ("F22", "F21")
    if context.missing_attribute in _RUN_ATTRIBUTES:
        return _judge_missing_run(context)
    if name == "NotImplementedError":  # only the link in an offline run raises it without a message
        is_link = not context.frames or context.call in ("link_artifact", "link_model")
        return ("C1",) if is_link and not text else ()
    if name in _CLASSES_OF_WANDB and not context.is_of_other_package:
        return _CLASSES_OF_WANDB[name]
    if context.is_raised_in_wandb and find_part(context)[:1] == ("F6",):
        return ("F6", "F2")
    # The number of the operating system says more than the class.
    is_called = context.is_raised_in_wandb or "wandb" in context.failed_code
    is_of_wandb = is_called or context.is_reported_by_wandb
    return _CLASSES_RAISED_IN_WANDB.get(name, ()) if is_of_wandb and not _ERRNO.search(text) else ()


def _judge_import(context: ErrorContext, text: str) -> Causes | None:
    """What a failed import says; None where it says no more than any other exception."""
    if context.is_about_wandb and not (text or context.frames):
        return ("F15",)  # a sentence names its class
    if context.misses_other_module:
        return ()
    if _MODULE_OF_OTHER.search(text) and not context.is_raised_in_wandb:
        return ()  # the module of another package, which has no such name any more
    is_needed = _DEPENDENCY.search(text) or (not context.frames and _OF_INTEGRATION_PACKAGE.search(context.text))
    missing = _MISSING_MODULE.search(text)  # what is around its name in a line of a log may name wandb
    is_wandb = "wandb" in (missing[0] if missing else text).lower()
    return ("F15",) if is_wandb or (context.is_about_wandb and is_needed) else None


def _judge_connection(context: ErrorContext, causes: Causes) -> Causes:
    """What a class of the network says, where its connection is wandb's."""
    if any(frame.function in ("create_connection", "_new_conn", "connect") for frame in context.library_frames[-3:]):
        causes = ("C19", "F2")  # the host was not reached at all
    part = find_part(context)[:1]
    if part in (("F14",), ("F6",)):  # the connection is to wandb-core on this machine, or to a bucket
        causes = tuple(dict.fromkeys((*part, *causes)))
    return causes if context.is_about_wandb and not context.is_raised_elsewhere else ()


def _judge_missing_run(context: ErrorContext) -> Causes:
    """What it means that None lacks an attribute that a run has."""
    if context.is_offline and context.phase in ("consume", "download"):
        return ("C3", "F4")
    if context.library_frames and _MONITOR.search(context.library_frames[-1].path):
        return ("F21", "F15")
    if ".restore(" in context.text:
        return ()  # `wandb.restore` gives None where the run has no such file
    asked = re.search(rf"(\w+)(?:\(\)|\[\w*\])?\.{context.missing_attribute}\b", context.failed_code)
    is_of_run = _HOLDS_RUN.search(asked[1]) if asked else not (context.failed_code and context.is_raised_elsewhere)
    return ("F4", "C5", "C8") if context.is_about_wandb and is_of_run else ()


def _judge_crash(context: ErrorContext) -> Causes:
    """A program of wandb beside Python that has crashed, or a part of W&B's server."""
    if context.exception is None and _BACKEND.search(context.text):
        # Only who runs the server sees how one of its processes ends.
        return ("F17", "F2") if _PANIC.search(context.message_text) else _SERVER_FAULT
    is_crash = context.exception is None and _CRASH.search(context.message_text) is not None
    return ("F14", "F21") if is_crash and _OWN_PROGRAM.search(context.message_text) else ()


def find_broken_code(context: ErrorContext) -> Causes:
    """An error that Python raised inside wandb: a null of the server, or code of wandb that is broken."""
    name, text = context.exception or ("", "")
    if name == "Error" and not context.frames and context.is_about_wandb and _BROKEN_WORDS.search(text):
        return ("F21", "F22")  # a command of wandb shows what was raised in it
    if not context.is_raised_in_wandb or context.is_raised_in_import:
        return ()
    if name not in _BROKEN_CLASSES and not _BROKEN_WORDS.search(text):
        return ()
    if name == "IndexError" and context.library_frames[-1].function.endswith("__getitem__"):
        return ()  # the program asks for more than a list has
    path = context.library_frames[-1].path.replace("\\", "/")
    part = find_part(context)
    if any(_READS_DATA.search(frame.path.replace("\\", "/")) for frame in context.library_frames):
        return ("F22", "F21")
    if (
        _WRONG_TYPE.search(text)
        and _READS_ARGUMENT.search(f"{path} {context.library_frames[-1].function}")
        and "NoneType" not in text
    ):
        return ("F22", "F21")  # the call that was given it is cut off
    if name in ("KeyError", "AttributeError") and _LOOKUP.search(f"{path} {context.library_frames[-1].function}"):
        is_swept = context.phase == "sweep" or _AGENT_RUNS.search(context.text)
        return ("F24", "F23") if is_swept else ("F22", "F24")  # the program asks for what is not there
    if part == ("F16",):  # an agent runs what the server has sent; what reads the configuration meets the user's
        return ("F21", "F16") if _AGENT.search(path) and name == "KeyError" else ("F23", "F16", "F21")
    if name == "AssertionError" and text and part[:1] == ("F22",):
        return ()  # wandb's way to check an argument
    if context.phase == "download" and name in ("IndexError", "KeyError"):
        return ("F6", "F21")  # the version has no files, or lacks the one that was asked for
    if "'NoneType' object" in text and "/public/registries/" in path:
        return ("D18", "B13", "B7")  # the server does not know registries, or shows none
    if "'NoneType' object" in text and _NULL_ANSWER.search(path):
        return ("F21", "D1", "B2", "C18")
    if part == ("F14",) and _OWN_CODE.search(path):
        return ("F21", "F14")
    if part == ("F14",) and name == "KeyError":  # it is asked about a run that it does not have
        return ("C16", "F21", "F14")
    if part in (("F13",), ("F14",), ("F15",)):
        return (*part, "F21")
    return ("F21", "F15")


def judge_status(context: ErrorContext) -> Causes:
    """What an HTTP status means, where the phase and the absence of another program's address allow it."""
    if not context.is_from_wandb or context.is_raised_elsewhere or context.leaves_wandb_out:
        return ()
    if context.is_logged_by_server:
        return ()
    if not context.is_about_wandb and len(context.last_line) > _LONGEST_LINE:
        return ()
    if context.operation in _CAUSES_OF_OPERATIONS:
        return _CAUSES_OF_OPERATIONS[context.operation]
    if context.operation == "upsertModel" and "weave" in context.text:
        return ("F1", "B2", "C18")  # weave.init creates the project
    if context.status is None:
        return ("F1", "B2", "C19") if context.operation == "upsertBucket" else ()
    if context.status == 400 and "trace.wandb.ai" in context.last_line:
        return ()  # Weave goes on without its traces
    if context.status >= 500 and context.status not in _STATUSES:
        return _SERVER_FAULT
    if context.status in (400, 403, 404) and (context.is_from_bucket or find_part(context)[:1] == ("F6",)):
        return ("F17", "F6") if context.is_from_store_of_server else ("F6", "F17")
    is_from_other_server = context.is_from_other_server and not _NAMED_IS_MISSING.search(context.last_line)
    if is_from_other_server and context.status in (400, 403, 404) and context.operation is None:
        is_of_query = context.last_line.endswith("/graphql") and context.status == 400
        return ("B13", "F22", "F17") if is_of_query else ("F17", "C19")  # only the API itself refuses a query
    if context.status == 403 and (causes := _find_words(context.last_line))[:1] in _OF_LIMITS:
        return causes
    if context.status == 403 and (causes := find_causes_of_refusal(context)):
        return causes
    is_worded = context.status == 400 or (context.status == 404 and context.is_reported_by_wandb)
    if is_worded and (causes := _find_words(context.last_line)):
        return causes
    if context.status == 404 and "/file_stream" in context.message_text and not context.is_of_sync:
        return ("F19", "F13", "B2")  # the run was deleted, or moved, while it was logging
    by_phase = _STATUSES.get(context.status, {})
    return by_phase.get(context.phase or "other", by_phase.get("other", ()))


def _judge_words(context: ErrorContext) -> Causes:
    """What the words of an exception say that wandb, or a library that calls it, has raised; or a refusal's."""
    if context.exception is None:
        if context.operation is None or not context.is_said_by_wandb:
            return ()
        if _IS_MISSING.search(context.last_line):
            return _STATUSES[404].get(context.phase or "other", _STATUSES[404]["other"])
        return find_causes_of_refusal(context) if _REFUSES.search(context.last_line) else ()
    is_of_wandb = context.is_raised_in_wandb or context.is_of_integration or context.is_reported_by_wandb
    is_named = context.names_wandb_in_exception or _SETTING.search(context.exception[1]) is not None
    is_named = is_named and context.exception[0] not in RAISED_BY_PYTHON
    if not (is_of_wandb or is_named) or context.is_raised_elsewhere:
        return ()
    is_refusal = _REFUSES.search(context.exception[1]) is not None and not _IN_SYSTEM.search(context.exception[1])
    if context.exception[0] in _CLASSES_OF_THE_SERVER and is_refusal:
        return find_causes_of_refusal(context)
    return _find_words(context.exception[1])


def _judge_hidden(context: ErrorContext) -> Causes:
    """What old versions of `wandb.init` raise in place of what went wrong before."""
    return ("F21", "F14") if context.exception in (("Exception", "problem"), ("UsageError", "problem")) else ()


def _find_words(text: str, words: Sequence[tuple[re.Pattern[str], Causes]] = _WORDS) -> Causes:
    """What the first words of a message mean that are known; empty where none are."""
    return next((causes for pattern, causes in words if pattern.search(text)), ())


def _judge_refused_run(context: ErrorContext) -> Causes:
    """A `CommError` of `wandb.init` in words that are not known: W&B has refused the run."""
    is_refused = context.phase == "init" and context.exception is not None and context.exception[0] == "CommError"
    if is_refused and _TIMES_OUT.search(context.message_text):
        return ("F2", "C19")
    return ("F1", "B2", "C19") if is_refused else ()


def _judge_component(context: ErrorContext) -> Causes:
    """What the part of wandb means that logged the last error."""
    if not context.is_about_wandb or context.is_raised_elsewhere:
        return ()
    if context.exception is None and (context.last_line in context.error_lines or _REQUEST.search(context.last_line)):
        line = context.last_line.removeprefix("wandb: ERROR ")
        answer = line.removeprefix("Error while calling W&B API: ")
        if answer != line and (causes := _find_words(answer, _WORDS_OF_PARTS)):
            return causes
    elif context.exception is not None and context.exception[0] in _CLASSES_OF_COMPONENTS and not context.operation:
        line = context.exception[1]
    else:
        return ()
    return _find_words(line, _WORDS_OF_PARTS)


def _judge_usage(context: ErrorContext) -> Causes:
    """An error of usage in words that are not known: wandb refuses what it was called with."""
    name, text = context.exception or ("", "")
    is_of_wandb = context.is_about_wandb and not context.is_of_other_package
    return _find_words(text) or ("F22", "F20") if name == "UsageError" and text and is_of_wandb else ()


def _judge_own_thread(context: ErrorContext) -> Causes:
    """An error in a thread or a callback of wandb that does not say what was raised."""
    if context.exception is not None and context.exception[1]:
        return ()
    if _OWN_CALLBACK.search(context.message_text):
        return ("F21", "F14")
    return ("F14", "F21") if _OWN_THREAD.search(context.message_text) else ()


def _judge_cut_traceback(context: ErrorContext) -> Causes:
    """What fails in a call of wandb of which only the frames are left: the deepest frame that tells decides."""
    has_message = context.exception is not None and bool(context.exception[1])
    if not context.is_cut or has_message:
        return ()
    if not context.library_frames:
        return _judge_cut_call(context) if context.fails_at_call else ()
    is_of_network = _NETWORK_LIBRARY.search(context.frames[-1].path) is not None
    is_call_of_wandb = is_of_network and context.is_about_wandb and not context.ends_in_other_program
    if not (is_call_of_wandb or context.is_raised_in_wandb):
        return ()
    if _JSON_ENCODER.search(context.frames[-1].path):
        return _NOT_AS_JSON.get(context.phase or "", ("F22", "F18"))
    of_frames = _CUT_CALLS.get(context.phase_of_last_code or "") or _causes_of_frames(context, _CUT_PARTS)
    of_call = _CUT_CALLS.get(context.phase or "", ())
    if context.exception is not None and context.exception[0] in _CLASSES_OF_THE_SERVER:
        return of_call or of_frames or ("F2", "C18", "B2")
    is_answer = context.library_frames[-1].function.startswith("raise_for")
    if is_of_network and not is_answer and of_frames[:1] not in (("C18",), ("F6",), ("F13",), ("C10",)):
        return ("C19", "F2")
    if is_of_network:
        return of_frames or of_call or ("F2", "C19")
    of_command = _CUT_CALLS.get(context.command, ("F21", "F15")) if context.command is not None else ()
    return of_frames or of_call or of_command


def _judge_cut_call(context: ErrorContext) -> Causes:
    """What the class of an exception means whose traceback is cut at the program's own call of wandb."""
    name = context.exception[0] if context.exception is not None else ""
    if "Deprecat" in name or name.endswith("Warning"):
        return ("F15", "F21")
    if name == "Error" and context.phase is None:
        return ("F4", "C8")  # `wandb.log` and the like raise it before `wandb.init`
    if name in ("TypeError", "ValueError"):
        return ("F22", "F21")
    if name in _BROKEN_CLASSES:
        return ("F21", "F15")
    return _CUT_CALLS.get(context.phase or "", ("F22", "F21"))


def _judge_last_step(context: ErrorContext) -> Causes:
    """What `wandb.init` was doing when its log ends with an error that says nothing."""
    if context.exception is not None or not (context.is_logged_by_wandb and _SAYS_NOTHING.match(context.last_line)):
        return ()
    lines = reversed(context.text.splitlines())
    return next((causes for line in lines for step, causes in _STEPS if step.match(line)), ())


def _judge_native_crash(context: ErrorContext) -> Causes:
    """A crash of native code, right after a line of the program that calls or imports wandb."""
    crash = _CRASH.search(context.message_text) if context.exception is None else None
    before = context.message_text[: crash.start()].rstrip().splitlines()[-2:] if crash else []
    is_at_wandb = any(_CALLS_WANDB.search(line) and not line.startswith("wandb: ") for line in before)
    return ("F21", "F15") if is_at_wandb else ()


def _judge_swept_program(context: ErrorContext) -> Causes:
    """An error of the program that a sweep's agent runs, in the log of the agent."""
    line = context.last_line
    is_reported = _ENDED_COMMAND.search(line) is not None or is_failed_end(line)
    is_of_program = is_reported or (context.exception is not None and not context.is_raised_in_wandb)
    return ("F24", "F23") if is_of_program and _AGENT_RUNS.search(context.text) else ()


def _judge_server_container(context: ErrorContext) -> Causes:
    """An error that a process inside the container of W&B's server has logged."""
    is_raised = context.exception is not None and (context.exception[0] != "Error" or bool(context.frames))
    is_logged = context.is_error and not is_raised
    return ("F17",) if is_logged and context.is_in_server_container else ()
