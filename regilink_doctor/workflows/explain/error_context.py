"""What can be read around an error: its lines without the prefixes of loggers, the frames, the facts in them.

Nothing here knows W&B's messages. `read_error` takes any pasted text apart; `errors` decides what it means.
"""

from __future__ import annotations

import json
import os
import re
from functools import cached_property

from regilink_doctor.core.records import record, replace
from regilink_doctor.core.target_path import is_registry_project, misspelled_prefix
from regilink_doctor.core.wandb_messages import TEXT_LIMIT, list_sdk_classes
from regilink_doctor.workflows.explain import tracebacks
from regilink_doctor.workflows.explain.log_lines import (
    WORDS,
    is_failed_end,
    is_harmless,
    read_lines,
    read_words,
)
from regilink_doctor.workflows.explain.question_model import translate_system_messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.failures import Phase
    from regilink_doctor.workflows.explain.log_lines import LogLine

TAIL = 60_000
"""Characters at the end of a text in which frames and facts are searched: a log ends with its error."""

_QUOTE = "['\"`]?"
_UNQUOTED = (
    (re.compile(rf"(?<!['\w]){_QUOTE}\b[Nn]one ?[Tt]ype{_QUOTE}(?: object)? has no attribute:? {_QUOTE}(\w+){_QUOTE}"),
     r"'NoneType' object has no attribute '\1'"),
    (re.compile(rf"(?<!['\w.])([A-Z]\w+) object has no attribute {_QUOTE}(\w+){_QUOTE}"),
     r"'\1' object has no attribute '\2'"),
    (re.compile(rf"\bmodule ([\w.]+) has no attribute {_QUOTE}(\w+){_QUOTE}"), r"module '\1' has no attribute '\2'"),
)  # fmt: skip
"""What Python says, where a title or a sentence leaves its quotes out, and how Python writes it."""
_QUOTED_ERROR = re.compile(
    r"""`(wandb: ERROR [^`\n]+)`|^[\s*>-]*["'\u201c](wandb: ERROR [^"'\u201d\n]+)["'\u201d]""", re.MULTILINE
)
"""A line of wandb in the middle of a sentence, or at the beginning of one."""
_OWN_WARNING = re.compile(r"wandb: (?:\w+: )?WARNING\b|\S*\bwandb\S*\.py:\d+: ")


_IN_PACKAGES = re.compile(r"^.*[/\\](?:site|dist)-packages[/\\]")
_INTEGRATIONS = re.compile(r"[/\\]integration_utils\.py$")
"""The file of transformers that logs to wandb, and to other services: the code or the exception says to which."""
_HAS_EXCEPTION = re.compile(r"^(?:\w+\.)*[A-Z]\w*(?:Error|Exception): \S", re.MULTILINE)
_QUALIFIED = re.compile(r"^\s*(?:[a-z_]\w*\.){2,}(?P<name>[A-Z]\w+):\s(?P<message>.*)$")
"""`wandb.sdk.lib.service.ipc_support.ConnectionClosed: ...`: a class that is not called an error."""
_RAISED = re.compile(
    r"^\s*(?:(?:[A-Za-z_]\w*\.)+(?P<dotted>_?[A-Z]\w+)|(?P<name>_?[A-Z]\w+)(?=:\s))(?::\s(?P<message>.*)|:?\s*)$"
)
"""The line below the frames of a traceback: the class can have any name, such as `queue.Empty`."""
_EXCEPTION_IN_SENTENCE = re.compile(
    r"""(?<![\w.])(?<!raise\ )(?<!except\ )(?:[a-z_]\w*\.)*
        (?P<name>[A-Z]\w*(?:Error|Exception)|(?<=\.)Error|(?<=\.)[a-z]{4,40}(?:error|exception))
        (?:\((?P<quote>["'])(?P<quoted>[^\n]{3,400}?)(?P=quote)[,)]
           | (?:\ ?:\ |\ (?=\[(?:Errno|WinError)))(?P<rest>[^\n`]{3,400}))""",
    re.VERBOSE,
)
"""`I am getting UnboundLocalError("...") when`, and `it ends with CommError: ...`."""
_NAMED_EXCEPTION = re.compile(
    r"(?<![\w.])(?<!raise )(?<!except )(?<!import )(?<!catch )(?:wandb\.(?:\w+\.)*)?"
    r"(?P<name>[A-Z][A-Za-z]+(?:Error|Exception))(?![\w.(])"
)
"""The name of an exception in a title or sentence, without what it said."""
_HEADING = re.compile(r"^(?P<name>[A-Z]\w+) +Traceback \(most recent call last\)", re.MULTILINE)
"""The first line of a traceback of IPython, which is all that says what it is where the last line was cut off."""
_INTERRUPTED = re.compile(r"^(?:\^C)+\n?Traceback \(most recent call last\)", re.MULTILINE)
"""What the terminal shows where the user has stopped a program."""
_STOP = re.compile(
    r"KeyboardInterrupt$|Aborted!$|(?:\^C)+wandb: |(?:wandb: )?Ctrl[-+ ]*[cC] pressed|wandb: ERROR Control-C detected"
)
_RAISES = re.compile(
    r"""\s*(?:raise |(?:six\.)?reraise\()(?:\w+\.)*(?P<name>[A-Z]\w+)\b(?:\(f?["'](?P<message>[^"'\n]*))?"""
)
_PYTHON_SAYS = tuple(
    (re.compile(words), name)
    for words, name in (
        (r"\(\) got an unexpected keyword argument '|\(\) missing \d+ required positional|"
         r"\(\) takes \d+ positional argument|object is not (?:subscriptable|callable|iterable)"
         r"|\bObject of type '?\w+'? is not JSON serializable", "TypeError"),
        (r"(?:object|module '[\w.]+') has no attribute '", "AttributeError"),
        (r"No module named '?\w", "ModuleNotFoundError"),
        (r"cannot import name '", "ImportError"),
        (r"local variable '\w+' referenced before assignment|cannot access local variable '", "UnboundLocalError"),
    )
)  # fmt: skip
"""The class of an exception that is quoted without it."""
_WANDB = re.compile(r"(?i:\b(?:wandb(?:_gql)?|w&b|weights & biases)\b)|\bWANDB_[A-Z]")
_IS_ADVICE = re.compile(
    r"most recent call last"
    r"|^(?:wandb: ERROR )?(?:Please refer to|Find (?:detailed error )?logs at|To disable|For more info)"
)
_ENDS_RUN = re.compile(r"^wandb: (?!ERROR).*$", re.MULTILINE)
_NETWORK_ERROR = "wandb: Network error ("
_PASSED = "wandb: Network error resolved"
_SENT_AGAIN = re.compile(r"\bapi: retrying (?:HTTP )?error|\brequests_with_retry encountered retryable exception")
_LOGGER = re.compile(
    r"\[\w+\.py:\w+\(\):\d+\]|\bwandb\.[\w.]+ - [A-Z]+ - "
    r"|\"msg\": ?\"(?:stream|handler|sender|writer|filestream|runfiles|runupserter|file ?transfer|connection|api"
    r"|handleInform\w+): ",
    re.IGNORECASE,
)
"""A line of debug.log or debug-internal.log, which do not name wandb everywhere."""
_SERVER_PREFIX = re.compile(
    r"^(?:\[pod/wandb-[\w-]+/|wandb-(?:anaconda2|api|app|console|executor|file(?:meta|stream)|flat-run-fields-updater"
    r"|glue|history-updater|local|metric-observer|mysql|nginx|operator|parquet|redis|server|weave)[\w-]*"
    r"\s+(?:\||[\w-]+ (?=\{)))",
    re.MULTILINE,
)
"""The name of a container of W&B's server, in a cluster or one of its own, before what it has logged."""
_CLASS_OF_THREE_WORDS = re.compile(r"\b(?:[A-Z][a-z0-9]+){3,}\b")
_SIGNS = WORDS["signs of wandb"]
"""Words, in lower case, that only a text about wandb contains."""
_RECORD = re.compile(r"""\s*\{(?=[^\n]*"(?:level|severity|levelname)")""")
_NAMES_RUN = re.compile(r"\brun-\d{8}_\d{6}-\w{8}\b|<run [^/\s]+/[^/\s]+/\S+ \(\w")
"""A folder of a run, or how wandb shows one of the public API."""
_NONE_HAS_NO = re.compile(r"'NoneType' object has no attribute '(\w+)'")
_BUCKET = re.compile(
    r"https?://(?:[\w.-]*(?:amazonaws|googleapis|blob\.core\.windows|cloudfront)\.\w+|[^\s/]+/(?:local-files|wandb-artifacts))"
)
_STORE_OF_SERVER = re.compile(r"/local-files/|<BucketName>local-files|/vol/minio\b")
_OFFLINE = re.compile(
    r"syncing is (?:set to|turned) `?offline|\boffline mode\b|\bmode=[\"']offline"
    r"|WANDB_MODE=[\"']?(?:offline|dryrun)\b|\bwandb off(?:line)?$",
    re.MULTILINE,
)
_UPLOAD = re.compile(
    r"upload_file exception|file ?transfer: upload|failed to upload file|Error uploading [\"']|while uploading data"
    r"""|\bPut \\?"https?://"""
)
_RUN_FILE = re.compile(r"/(?:wandb-(?:metadata|summary|events)\.jsonl?|output\.log|config\.yaml|requirements\.txt)\b")
NAME_OF_WANDB = re.compile(r"wandb|\bw&b|weights (?:&|and) biases", re.IGNORECASE)
_HEADING_OF_PAGE = re.compile(r"\s*#{2,6} ")
_BEGINS_PART = re.compile(r"\s*(?:[-*+•] |\d+[.)] |\||\*\*[^*]+\*\*:?\s*$)")
"""What begins an item of a list or a row of a table, and a heading in bold."""
_BEGINS_SUBJECT = re.compile(r"\s*(?:\||\*\*[^*]+\*\*:?\s*$|#{2,6} )")
"""What begins a row or a section, which has a subject of its own; the items of a list can be symptoms of one."""
_LONGEST_PAGE = 4000
_IS_OF_LOG = re.compile(r"""^Traceback |File "|^\s*\|(?!.*\|\s*$)""", re.MULTILINE)
"""A frame, or a line that a program has written after a bar."""
_RULE_OF_TABLE = re.compile(r"[\s|:-]+$")
"""The line below the first row of a table, which is its heading."""
REASON_OF_STATUS = (
    r"(?:Forbidden|Not\ (?:Allowed|Found)|Unauthorized|Project\ not\ found|Too\ Many\ Requests|Conflict|Bad\ Request"
    r"|Bad\ Gateway|Service\ (?:Temporarily\ )?Unavailable|Gateway\ Time-?out|Internal\ Server\ Error"
    r"|(?:Request\ Entity|Payload)\ Too\ Large)\b"
)
"""What a server says beside an HTTP status."""
_STATUS = re.compile(
    r"""<Response\ \[(\d{3})\]> | \bHTTP(?:/\d(?:\.\d)?)?[ :]+(?:Error\ |status\ )?(\d{3})\b
      | \b(?:returned\ error|[Ss]tatus(?:\ ?code)?["']?|[Ee]rror\ code|Error)[ :=]+(\d{3})\b
      | \b(\d{3})\ (?:Client|Server)\ Error\b | \b(\d{3})\ response\b | \bresponse:\ (\d{3})\b
      | \b(?i:wandb|W&B|weights\ (?:&|and)\ biases)['"`*]{0,3}
        (?:\ (?:API|server|returned|gave|error|status|HTTP)){0,2}:?\ ([45]\d\d)s?\b
        (?!\.?\d|\s?(?:steps?|runs?|times?|epochs?|images?|samples?|rows?|files?|%|x|[kKMG]B?)\b)
      | \b([45]\d\d)s?(?:\ error)?\ from\ (?i:wandb|W&B)\b
      | \b(?:API|[Ss]erver)(?:\ [Ee]rror|\ returned)?:?\ ([45]\d\d)\b(?!\ ?(?:[GMK]B|m?s\b|requests|runs|times))
      | \b(\d{3})\ encountered\ \( | \b(\d{3})\ (?:GET|POST|PUT|HEAD|DELETE)\ https?:// | \b(\d{3})\ """
    + REASON_OF_STATUS
    + r"""
      | ["']code["']:\ ?["']?(\d{3})\b""",
    re.VERBOSE | re.MULTILINE,
)
_GRAPHQL_PATH = re.compile(r"""["'\\]path["'\\]{1,16}\s*:\s*\[u?["'\\]{1,16}(\w+)""")
_OPERATION = re.compile(
    r"\b(?:during|for|in|on)\s+`?(upsertBucket|linkArtifact)\b|failed to upsert (bucket)"
    r"|`((?:upsert|link|use|create|commit|delete|rewind)(?:Bucket|Artifact|Run|Model|Sweep|RegistryProject))`"
)
"""An operation that a message or a sentence names."""
_PROBLEM_IN_INIT = re.compile(r"^Problem at: ", re.MULTILINE)
"""`wandb.init` alone says at which of the program's lines the problem is."""
_ERROR_MARK = read_words("marks of an error", re.MULTILINE)
_FAILED_LINE = read_words("a line in which any program has failed", re.IGNORECASE)
"""A line that says that something failed, in the words of any program."""
_MISSING_MODULE = re.compile(r"No module named '?(\w+)")
_IMPORT_OF_WANDB = re.compile(r"\s*(?:import|from) wandb\b")
_VALUE = re.compile(r"wandb: +[\w./-]+ +(?:-?\d[\d.e+-]*|[\u2581-\u2588 ]+)$")
"""A line of the summary or history of a run, whose name the program has chosen."""
_HANDLES = re.compile(r"\s*(?:except|raise|assert|from|import)\b")
"""Code that names an error."""
_NO_NOTEBOOK = "Failed to detect the name of this notebook"
"""What wandb says in most notebooks, and which does no harm."""
_OUTER = read_words("reports that another program has failed")
"""What reports that another program has failed, and not why."""
_KEY_QUESTION = re.compile(r"^wandb: (?:Paste an API key from|Enter your choice)[^\n]*", re.MULTILINE)
_KEY_PROMPT = re.compile(
    r"^wandb: (?:Paste an API key from your profile|Enter your choice|Logging into|You can find your API key in)\b"
    r"(?!: *(?:\([^()\n]*\) *)?\d)[^\n]*\s*"
    r"(?:\n(?!wandb)[^\n]*){0,60}\Z",
    re.MULTILINE,
)
_VERSION = re.compile(
    r"""(?:wandb[ -]version|SDK\ version\ is|WandB\ version:?|wandb==|wandb-core\ version|with\ wandb\ version
        |"(?:core\ )?version":\s*")
        \s*v?(\d+\.\d+(?:\.\d+)?)""",
    re.VERBOSE | re.IGNORECASE,
)
_LOGGED_IN = re.compile(r"Currently logged in as: ([\w.-]+)(?: \(([\w.-]+)\))?")
_HOST = re.compile(r"(?:https?://|\bhost=['\"](?!.*: /graphql))([\w.-]+(?::\d+)?)")
_HOST_OF_CLOUD = re.compile(
    r"(?:^|\.)(?:wandb\.(?:ai|me)|amazonaws\.com(?:\.cn)?|googleapis\.com|windows\.net|cloudfront\.net|\w+storage\.com)$"
)
_OTHER_PROGRAM = read_words("addresses and names of other programs", re.IGNORECASE)
"""The address of a server that is no web address, or the name of another program with artifacts or a server."""
_SPEAKER = read_words("speakers other than wandb", re.IGNORECASE)
"""A line that begins with the name of another program, or names its server or one of its own errors."""
_OTHER_CLIENT = re.compile(
    r"[/\\](?:huggingface_hub|mlflow|databricks|dvc\w*|comet_ml|neptune|clearml|kaggle|roboflow|azureml|sagemaker)[/\\]"
)
"""Code of a client of another server."""
_SPEAKS_OF_ITSELF = read_words("other speakers that may name wandb")
"""A line of another program also where a name in it contains wandb."""
_LONG_WITHOUT_WANDB = 300
"""Characters after which the name of wandb can be expected."""
_OF_RUN = re.compile(
    r"entity|エンティティ|\bprojects?\b(?! owner)|\blog(?:ged|ging)?[ -]?in\b|\binit\b|\baccount\b|WANDB_API_KEY",
    re.IGNORECASE,
)
"""Words about where a run goes, or about its account."""
_BEGUN = re.compile(r"wandb: (?:\W* )?(?:View run|Syncing run|Tracking run)\b")
_CLOUD = re.compile(r"\bapi\.wandb\.ai\b")
_OWN_SERVER = re.compile(
    r"\b(?:self|local(?:ly)?)[- ]host(?:ed|ing)\b|\bwandb[/-]local\b|(?<!//)\blocalhost:\d{4}\b|\bon[- ]prem",
    re.IGNORECASE,
)
"""Words about a server of W&B that is not its cloud."""
_PAGE = re.compile(r"<!doctype html|<html\b", re.IGNORECASE)
_KEY_LENGTH = re.compile(r"yours was (\d+)|\bhas (\d+)\.?$", re.MULTILINE)
_COMMAND = re.compile(r"^(?:[^\n]{0,80}[$#%>!] ?)?wandb (artifact \w+|\w+)", re.MULTILINE)
_SYNC_COMMAND = re.compile(r"(?<!\bUse `)(?<!^wandb: )\bwandb (?:beta )?sync\b|^Syncing: http", re.MULTILINE)
_SYNC = re.compile(rf"{_SYNC_COMMAND.pattern}|/file_stream\b(?!\.py)", re.MULTILINE)
_PACKAGE = re.compile(r"^\s*(?P<package>[A-Za-z_]\w*)(?:\.\w+)*\.[A-Z_]\w+:")
RAISED_BY_PYTHON = (
    "AttributeError", "ImportError", "IndexError", "KeyError", "ModuleNotFoundError", "NameError", "TypeError",
    "UnboundLocalError"
)  # fmt: skip
_CLASSES_OF_IMPORTS = ("AttributeError", "ImportError", "ModuleNotFoundError", "SyntaxError")
"""What the import of a module raises: then a frame without a function is the module's own."""
_FRAMEWORKS = ("jax", "numpy", "pandas", "sklearn", "tensorflow", "torch")
"""Packages that fail on the numbers of the program, and are not asked for anything by wandb."""
_OF_PACKAGE = re.compile(r"(?:site|dist)-packages[/\\](\w+)")
_NEUTRAL_PACKAGES = frozenset(WORDS["packages that wandb works with"])
"""Packages that wandb works with, and those that call it: their exceptions can be about wandb."""
_SWEEP = re.compile(
    r"\bwandb (?:agent|sweep|launch|launch-agent)\b|wandb: (?:ERROR )?(?:launch|sweep|agent|Creating sweep)"
    r"|\b(?:[Ss]weep|launch) agent\b"
)

_LOCAL_FILE = re.compile(r"""['"](?:(?:[/~.]|[A-Za-z]:\\)[^'"\n]*(?:wandb|artifacts?[/\\])|wandb[/\\])""")
_IN_VERSION = re.compile(r"""\[Errno 2\] [^'"\n]*['"][^'"\n]*\bartifacts[/\\][^/\\'"\n]+[:-]v\d+[/\\]""")
"""A file that the program looks for in the folder of a version that wandb has downloaded."""
_OTHER_FILE = re.compile(
    r"""['"](?:[/~]|[A-Za-z]:\\)(?:(?!wandb|artifact|port-\d|netrc|\.(?:config|cache|local)(?:/share)?['"])[^'"\n])+['"]\s*$"""
)
_DENIED_OWN_FILE = re.compile(
    r"""\[Errno (?:13|30)\] [^'"\n]*['"](?![~/\\]|[A-Za-z]:|[^'"\n]*(?:wandb|artifact))[^'"\n]+['"]\s*$""",
    re.IGNORECASE,
)
"""A relative path without wandb's name: wandb makes its own folders below `wandb` and `artifacts`."""
_SERVER_CONTAINER = re.compile(
    r"(?<!//)\bwandb(?:[-/]local|-server|-app)\b|\bwandb (?:server|local)\b|/vol/(?:env|minio|mysql)\b"
    r"|^\*\*\* (?:Starting wandb|Configuring minio|Migrating database|Booting runit)|/mnt/ramdisk/core/"
    r"|/etc/(?:container_environment|my_init\.d)/|\bmysqld \d|\bapps\.wandb\.com\b|(?<!=)\bgorilla\b"
    r"|\bhelm (?:install|upgrade) wandb|\bcharts\.wandb\.ai\b|\boperator-wandb\b|\bkind:? \"?WeightsAndBiases\b"
    r"|\bwandb-(?:app|operator|console|parquet|weave-trace)\b|\bwandb/(?:operator|wandb/(?:aws|azurerm|google))\b",
    re.MULTILINE,
)
_ARTIFACT = re.compile(r"artifact(?! file\(s\))|registry|link_model|use_model|collection", re.IGNORECASE)

with open(os.path.join(os.path.dirname(__file__), "phases.json"), encoding="utf-8") as _file:
    _PHASES: dict[str, dict[Phase, list[str]]] = json.load(_file)

CALLS = {call: phase for phase, calls in _PHASES["calls"].items() for call in calls}
"""A call of wandb's API -> what the program was doing."""
_OPERATIONS = {operation: phase for phase, operations in _PHASES["operations"].items() for operation in operations}
"""The first name in a GraphQL path -> what the program was doing."""
_COMMON_OPERATIONS = ("artifact", "bucket", "project", "sweep", "viewer")
"""Those that other servers have as well."""

_CODE_LINE = re.compile(r"\s*(?:>>> |# |print\(|-+> ?\d+ |with |return |await |\w[\w., ]* = )*[\w.]+\.\w+\(")
_TELLS_OF_CALL = re.compile(
    r"\b(?:I|[Ww]e|[Mm]y|[Ww]hen|[Aa]fter|[Ll]ine|[Cc]all(?:ing|s)?|[Rr]un(?:ning|s)?|[Oo]ur|gets?|from|[Ii]n|at|[Uu]sing|via|with)\b.*\w\(|[\u3040-\u30ff].*\w\("
    r"|\w\([^()]*\)\W? (?:fail|crash|rais|return)(?:s|ed|es)?\b"
)
"""A sentence of the person who asks, with a call in it."""
_NAMED_CALL = re.compile(
    r"(\b(?:wandb|run|api|artifact)\.(?!run\b)[a-z_]+\b)(?![(.])|(?<!\.)\b((?:link|log|use)_(?:artifact|model)\b)(?!\.)"
)
"""A call that a sentence names without its brackets, or without its object."""
_QUOTED_PATH = re.compile(r"""["']([^"'\n{}/]{1,141}/[^"'\n{}]{0,400})(?=["'])""")
_OPEN_LINK = re.compile(r"\.link\w*\((?:[^()]|\([^()]*\))*$")
"""A call that links, up to one of its own arguments."""
_LONGEST_CALL = 300
"""Characters of a call over several lines in which its name is searched before the path."""
_CALL_IN_CODE = re.compile(
    r"(?:\bwandb|\bart|\b\w*(?:run|api|artifact|Api\(\)|model|logger|experiment)\w*)[\w.()\[\]\"']*\.(\w+)\("
)
_CALL_OF_MODULE = re.compile(r"\bwandb\.(?!Api\b)[\w.]+\(")
_WHOLE_LINK = re.compile(r"""(?:[\w.]+ = )?\w[\w.]*\.link_artifact\(([\w\s.,="'/-]*)\)""")
_WRITTEN_ENTITY = re.compile(r"""\binit\([^#]*\bentity=["']([\w.-]+)["']""")


@record
class ErrorContext:
    """A pasted error, taken apart.

    `message_text` is what programs said of the failure: no prefixes, no frames, no lines of source, no quiet lines.
    `warnings` are warnings and requests that are sent again, `last_warnings` those with which the text ends,
    `sent_again` the requests of wandb that were sent again, also where it went on. `source` are the lines of code that
    a traceback shows. `text` is everything, without prefixes.
    """

    text: str
    message_text: str
    source: tuple[str, ...]
    frames: tuple[tracebacks.Frame, ...]
    chains: tuple[tuple[tracebacks.Traceback, ...], ...] = ()
    """The traceback of each exception, after those of the exceptions that led to it."""
    error_lines: tuple[str, ...] = ()
    """The lines that were logged as errors; `text` no longer shows the level."""
    warnings: tuple[str, ...] = ()
    last_warnings: tuple[str, ...] = ()
    sent_again: tuple[str, ...] = ()
    raised: tuple[str, ...] = ()
    """The lines right below the frames of tracebacks: the exceptions."""
    is_logged_by_wandb: bool = False
    """The prefix of a line names one of wandb's modules; `text` no longer shows it."""
    is_logged_by_server: bool = False
    """The prefix of a line names a container of W&B's server; `text` no longer shows it."""
    is_record: bool = False
    """The lines are records in JSON, which a program writes."""
    ends_in_frame: bool = False
    """The last lines are frames: what was raised is cut off."""
    last_code: str = ""
    """The line of code that the last frame shows."""
    other_items: frozenset[str] = frozenset()
    """The lines of a page about other things than wandb."""
    has_gone_on: bool = False
    """What counts as the error are warnings after which wandb went on, and nothing else went wrong."""

    @cached_property
    def messages_and_warnings(self) -> str:
        """The messages, and after them the warnings of the whole text."""
        return "\n".join((self.message_text, *self.warnings))

    def with_warnings(self, warnings: tuple[str, ...]) -> ErrorContext:
        """The same text, where these warnings count as what went wrong."""
        has_gone_on = not self.last_warnings
        return replace(self, message_text="\n".join((self.message_text, *warnings)), has_gone_on=has_gone_on)

    @cached_property
    def passed_errors(self) -> tuple[str, ...]:
        """The errors of the network that wandb has gone on after: several, or one that it does not call resolved."""
        lines = self.text.splitlines()
        begun = tuple(line for line in lines if _NETWORK_ERROR in line)
        passed = tuple(line for line in lines if _PASSED in line)
        return (begun or passed) if max(len(begun), len(passed)) > 1 or not passed else ()

    @cached_property
    def own_warnings(self) -> tuple[str, ...]:
        """The warnings that wandb itself has printed."""
        return tuple(filter(_OWN_WARNING.match, self.warnings))

    @cached_property
    def is_error(self) -> bool:
        """Whether the text is certainly an error, whatever it says."""
        return bool(
            self.exception is not None
            or self.error_lines
            or self.statuses
            or self.frames
            or _ERROR_MARK.search(self.message_text)
            or _GRAPHQL_PATH.search(self.message_text)
            or self.ends_in_key_prompt
            or self.only_reports_others
        )

    @property
    def ends_before_next(self) -> bool:
        """Whether another exception followed the last one of the text, which is cut off."""
        after = self.message_text[self.message_text.rfind(self.last_line) :]
        return tracebacks.IS_CHAINED.search(after) is not None

    @property
    def has_only_lines_of_wandb(self) -> bool:
        """Whether wandb has written every line, whatever another program has put before it."""
        return all(line.startswith("wandb: ") for line in self.text.splitlines() if line.strip())

    @cached_property
    def only_reports_others(self) -> bool:
        """Whether every line reports that another program has failed, as `make` does, and not why."""
        lines = [line for line in self.message_text.splitlines() if line.strip()]
        return bool(lines) and all(_OUTER.search(line) for line in lines)

    @cached_property
    def exception(self) -> tuple[str, str] | None:
        """Class and message of the last exception in the text."""
        for line in reversed(self.message_text.splitlines()):
            if match := _match_exception(line):
                return match["name"], (match["message"] or "").strip()
            if line in self.raised and (match := _RAISED.match(line)):
                return match["dotted"] or match["name"], (match["message"] or "").strip()
        if _INTERRUPTED.search(self.text):
            return "KeyboardInterrupt", ""
        heading, said = _HEADING.search(self.message_text), _EXCEPTION_IN_SENTENCE.search(self.message_text)
        if said and self.line_at(said.start()) in self.other_items:
            said = None
        raised = heading or (_RAISES.match(self.failed_code) if self.is_cut else None)
        if raised and not (said and raised["name"] == said["name"]):
            absent = _NONE_HAS_NO.search(self.message_text) if raised["name"] == "AttributeError" else None
            return raised["name"], absent[0] if absent else raised.groupdict().get("message") or ""
        if said:
            return said["name"], said["quoted"] or said["rest"]
        if self.frames and (match := _NAMED_EXCEPTION.search(self.message_text)):
            return match["name"], ""
        quoted = (
            (name, pattern.search(self.message_text))
            for pattern, name in _PYTHON_SAYS
            if not self.frames or self.ends_in_frame
        )
        return next(((name, self.line_at(match.start())) for name, match in quoted if match), None)

    @property
    def is_interrupted(self) -> bool:
        """Whether the user has stopped the program: what else is raised is a consequence."""
        return any(_STOP.match(line) for line in self.message_text.splitlines())

    def with_shown_raise(self) -> ErrorContext | None:
        """The same text with what the last line of a traceback that is cut raises; None without one."""
        match = _RAISES.match(self.failed_code) if self.is_cut else None
        if match is None or not match["message"]:
            return None
        return replace(self, message_text=f"{self.message_text}\n{match['name']}: {match['message']}")

    def with_named_exception(self) -> ErrorContext | None:
        """The same text, where the exception that a sentence names is the one that was raised; None without one."""
        match = _NAMED_EXCEPTION.search(self.message_text) if self.exception is None else None
        return replace(self, message_text=f"{self.message_text}\n{match[0]}") if match else None

    def line_at(self, position: int) -> str:
        """The line of `message_text` that holds a position."""
        text = self.message_text
        return text[text.rfind("\n", 0, position) + 1 :].partition("\n")[0].strip()

    def is_error_line(self, line: str) -> bool:
        """Whether a line by itself is an error: it is raised, or was logged as an error."""
        is_raised = bool(self.exception and self.exception[1] and self.exception[1] in line) or line in self.raised
        return (
            is_raised or bool(tracebacks.EXCEPTION.match(line) or _ERROR_MARK.search(line)) or line in self.error_lines
        )

    @cached_property
    def missing_attribute(self) -> str | None:
        """The attribute that None does not have, where the last exception says so."""
        match = _NONE_HAS_NO.search(self.exception[1]) if self.exception else None
        return match[1] if match else None

    @cached_property
    def last_line(self) -> str:
        """The line that says what went wrong: the last exception, else the last line that reports an error."""
        lines = [line.strip() for line in self.message_text.splitlines() if line.strip()]
        logged = set(self.error_lines)
        for is_wanted in (_match_exception, _ERROR_MARK.search, logged.__contains__, _STATUS.search):
            for number in reversed(range(len(lines))):
                line = lines[number]
                if is_wanted(line) and not _IS_ADVICE.search(line):
                    is_cut = line.endswith(":") and number + 1 < len(lines)
                    return f"{line} {lines[number + 1]}" if is_cut else line
        if self.exception is not None and (self.is_cut or self.exception[1] not in lines):
            return ": ".join(part for part in self.exception if part)
        return lines[-1] if lines else ""

    @cached_property
    def failed_line(self) -> str | None:
        """The last line in which any program says that something failed; None where none does."""
        lines = (line.strip() for line in reversed(self.message_text.splitlines()))
        reports = (line for line in lines if not (_HANDLES.match(line) or _VALUE.match(line) or _NO_NOTEBOOK in line))
        return next((line for line in reports if _FAILED_LINE.search(line)), None)

    @cached_property
    def is_cut(self) -> bool:
        """Whether the text ends inside a traceback, before the line that says what was raised."""
        return self.ends_in_frame and (self.fails_at_call or any(frame.is_library for frame in self.frames))

    @cached_property
    def last_frame(self) -> str:
        """The deepest frame of a traceback that is cut, with its line of code; empty without one."""
        if not self.ends_in_frame:
            return ""
        frame = self.frames[-1]
        place = _IN_PACKAGES.sub("", frame.path) + (f":{frame.line}" if frame.line else "")
        place += f", in {frame.function}" if frame.function else ""
        return ": ".join(filter(None, (place, code))) if (code := tracebacks.NUMBERS.sub("", self.last_code)) else place

    @cached_property
    def status(self) -> int | None:
        """The last HTTP status of an error whose line does not name another program."""
        return next((code for code, line in reversed(self.statuses) if not self.names_other_program(line)), None)

    @cached_property
    def statuses(self) -> list[tuple[int, str]]:
        """The HTTP statuses of errors, each with its line."""
        numbers = [(int(match[match.lastindex or 0]), match.start()) for match in _STATUS.finditer(self.message_text)]
        found = [(code, self.line_at(start)) for code, start in numbers if 400 <= code < 600]
        return [(code, line) for code, line in found if line not in self.other_items]

    @cached_property
    def operation(self) -> str | None:
        """The GraphQL operation that failed, by the path of its answer."""
        found = _GRAPHQL_PATH.findall(self.message_text) or _GRAPHQL_PATH.findall(self.text)
        if found:
            return str(found[-1])
        match = _OPERATION.search(self.text)
        return (match[1] or match[3] or "upsertBucket") if match else None

    @cached_property
    def chain(self) -> tuple[tuple[tracebacks.Frame, ...], ...]:
        """The frames of the last exception and of those that led to it."""
        return tuple(traceback.frames for traceback in self.chains[-1]) if self.chains else ()

    @cached_property
    def library_frames(self) -> tuple[tracebacks.Frame, ...]:
        """The frames below the last line of the user's own code, in all tracebacks up to the last exception."""
        is_raised_before = self.ends_in_frame and len(self.chain) > 1 and bool(self.exception and self.exception[1])
        frames = self.frames[: -len(self.chain[-1])] if is_raised_before else self.frames
        return tracebacks.find_frames_below_user(frames)

    @cached_property
    def is_raised_in_wandb(self) -> bool:
        """Whether the last frames are in wandb's code, or below it."""
        return any(frame.is_wandb for frame in self.library_frames)

    @cached_property
    def failed_code(self) -> str:
        """The line of code of the last frame that shows one, without its number; empty without one."""
        return tracebacks.NUMBERS.sub("", self.last_code or "".join(self.source[-1:]))

    @property
    def fails_at_call(self) -> bool:
        """Whether the line of code of the last frame calls wandb."""
        is_named = any(CALLS.get(name, "api") != "api" for name in _CALL_IN_CODE.findall(self.failed_code))
        return is_named or _CALL_OF_MODULE.search(self.failed_code) is not None

    @property
    def phase_of_last_code(self) -> Phase | None:
        """What the line of code of the last frame calls, where that is wandb's own; None where it is no call."""
        is_of_wandb = bool(self.frames) and self.frames[-1].is_wandb and bool(self.last_code)
        names = _CALL_IN_CODE.findall(self.last_code) if is_of_wandb else []
        return next((CALLS[name] for name in names if name in CALLS and name not in ("get", "wait")), None)

    @property
    def is_raised_in_library(self) -> bool:
        """Whether the last frame is in the code of a library, which a program without wandb can use as well."""
        return bool(self.frames) and self.frames[-1].is_library

    @cached_property
    def is_raised_elsewhere(self) -> bool:
        """Whether the last traceback, and those that led to it, end in code that neither is wandb's nor calls it."""
        if self.is_of_other_package and not self.is_raised_in_wandb:
            return True
        has_program = any(not frame.is_library for frames in self.chain for frame in frames)
        if not has_program or self.exception is None or self.names_wandb_in_exception:
            return False
        below = [frame for frames in self.chain for frame in tracebacks.find_frames_below_user(frames)]
        if any(frame.is_wandb or frame.is_of_integration for frame in below):
            return False
        return not self.fails_at_call

    @cached_property
    def is_of_other_package(self) -> bool:
        """Whether the last exception is that of a package without wandb, or of the client of another server."""
        last = _OF_PACKAGE.search(self.frames[-1].path) if self.frames and not self.ends_in_frame else None
        is_framework = last is not None and last[1] in _FRAMEWORKS
        if is_framework or any(_OTHER_CLIENT.search(frame.path) for frame in self.library_frames):
            return not self.names_wandb_in_exception
        match = _PACKAGE.match(self.last_line) if self.exception is not None else None
        is_neutral = match is None or match["package"] in _NEUTRAL_PACKAGES
        return not is_neutral and not self.names_wandb_in_exception

    @property
    def ends_in_key_prompt(self) -> bool:
        """Whether wandb asks for an API key at the end, and nobody has answered."""
        return _find_prompt(self.text) is not None

    @cached_property
    def key_prompt(self) -> re.Match[str] | None:
        """The prompt for an API key with which the messages end."""
        return _find_prompt(self.message_text)

    @property
    def was_asked_for_key(self) -> bool:
        """Whether the program was stopped after wandb had asked for an API key, and said nothing more."""
        asked = [*_KEY_QUESTION.finditer(self.text)]
        return bool(asked) and "wandb: " not in self.text[asked[-1].end() :]

    @property
    def is_of_sync(self) -> bool:
        """Whether the command that failed is `wandb sync`."""
        return bool(_SYNC_COMMAND.search(self.text))

    @property
    def command(self) -> str | None:
        """What follows `wandb` in the command that was run: empty if the text does not show it, None without one."""
        if not any(tracebacks.PROGRAM_OF_WANDB.search(frame.path) for frame in self.frames):
            return None
        match = _COMMAND.search(self.text)
        return match[1] if match else ""

    @property
    def is_of_integration(self) -> bool:
        """Whether another library called wandb where the error was raised: its frames are in a file named after it."""
        is_about_wandb = self.names_wandb_in_exception or "wandb" in self.failed_code
        return any(
            frame.is_of_integration or (is_about_wandb and _INTEGRATIONS.search(frame.path))
            for frame in self.library_frames
        )

    @property
    def names_wandb_in_exception(self) -> bool:
        """Whether class or message of the last exception name wandb, or an object of it."""
        is_named = self.exception is not None and bool(_WANDB.search(" ".join((self.last_line, *self.exception))))
        return is_named or self.names_object_of_wandb

    @property
    def is_raised_in_import(self) -> bool:
        """Whether `import wandb` itself fails: a module of wandb is being run where the error is raised."""
        if _IMPORT_OF_WANDB.match(self.failed_code):
            return not self.misses_other_module
        name = self.exception[0] if self.exception is not None else ""
        modules = ("<module>", "") if name in _CLASSES_OF_IMPORTS else ("<module>",)
        last = next((frame for frame in reversed(self.library_frames) if frame.is_wandb), None)
        return last is not None and last.function in modules and not tracebacks.PROGRAM_OF_WANDB.search(last.path)

    @property
    def misses_other_module(self) -> bool:
        """Whether the statement that failed imports another module, and that one is missing: `import wandb, torch`."""
        match = _MISSING_MODULE.search(self.exception[1]) if self.exception is not None else None
        if match is None or match[1] == "wandb":
            return False
        return re.search(rf"(?<![.\w]){match[1]}\b", self.failed_code) is not None

    @property
    def is_reported_by_wandb(self) -> bool:
        """Whether the line that says what went wrong is wandb's own."""
        return self.last_line.startswith(("wandb: ERROR", "wandb.errors.", "wandb.sdk."))

    @property
    def is_only_quoted(self) -> bool:
        """Whether the error is only quoted in sentences: no traceback, no line of a log, no exception."""
        return not (self.frames or self.error_lines or self.exception or _ERROR_MARK.search(self.message_text))

    @property
    def is_said_by_wandb(self) -> bool:
        """Whether the line that says what went wrong certainly is that of wandb, its server, or what calls it."""
        is_of_other = self.is_raised_elsewhere or self.leaves_wandb_out or self.names_other_program(self.last_line)
        if is_of_other or is_harmless(self.last_line):
            return False
        if self.operation in _OPERATIONS or self.is_reported_by_wandb:
            return True
        if self.exception is None:
            return self.is_logged_by_wandb and self.last_line in self.error_lines
        is_of_other = self.is_raised_in_library or self.exception[0] in RAISED_BY_PYTHON
        is_named = self.names_wandb_in_exception and not is_of_other
        # In a line of its own, and not in a sentence.
        is_line = any(map(tracebacks.EXCEPTION.match, self.message_text.splitlines()))
        words_it = self.failed_code.lstrip().startswith("raise")  # the other library says it in its own words
        is_of_call = self.is_of_integration and not words_it
        return self.is_raised_in_wandb or is_of_call or (is_named and is_line)

    @property
    def is_answered_by_page(self) -> bool:
        """Whether a page for browsers answered where the API belongs."""
        return bool(_PAGE.search(self.text))

    @property
    def is_from_other_server(self) -> bool:
        """Whether a page, or a host that is not W&B's cloud, answered where the API belongs."""
        return self.is_answered_by_page or (self.host is not None and "wandb.ai" not in self.host)

    @property
    def tells_of_run(self) -> bool:
        """Whether the text tells where a run should go, or of its account, and does not show that it has begun."""
        return _OF_RUN.search(self.text) is not None and _BEGUN.search(self.text) is None

    @property
    def is_after_start(self) -> bool:
        """Whether the run had begun, and what was raised shows neither where nor by whom: it can be anything."""
        is_open = self.exception is not None and not (self.frames or self.names_wandb_in_exception)
        return is_open and not self.is_reported_by_wandb and _BEGUN.search(self.text) is not None

    @property
    def is_meant_for_own_server(self) -> bool:
        """Whether the text names W&B's cloud and tells of a server of the user's own."""
        return _CLOUD.search(self.text) is not None and _OWN_SERVER.search(self.text) is not None

    @property
    def names_local_file(self) -> bool:
        """Whether the last exception names a file of wandb on this machine."""
        return self.exception is not None and bool(_LOCAL_FILE.search(self.exception[1])) and not self.misses_own_file

    @property
    def misses_own_file(self) -> bool:
        """Whether the program looks for a file of a downloaded version that is not there."""
        is_missing = self.exception is not None and _IN_VERSION.search(self.exception[1]) is not None
        return is_missing and not self.is_raised_in_wandb

    @property
    def names_other_file(self) -> bool:
        """Whether the last exception ends in a path of this machine that wandb has nothing to do with."""
        return self.exception is not None and bool(_OTHER_FILE.search(self.exception[1]))

    @property
    def is_denied_own_file(self) -> bool:
        """Whether the program may not write a file of its own."""
        is_denied = self.exception is not None and _DENIED_OWN_FILE.search(self.exception[1]) is not None
        return is_denied and not self.is_raised_in_wandb

    @cached_property
    def is_in_server_container(self) -> bool:
        """Whether the program is W&B's server itself, in its container."""
        is_named = _SERVER_CONTAINER.search(self.text) is not None
        return self.is_logged_by_server or (is_named and not self.is_raised_in_wandb)  # the SDK names the image as well

    @property
    def is_about_artifacts(self) -> bool:
        """Whether an artifact or a registry is named anywhere."""
        return bool(_ARTIFACT.search(self.text))

    @cached_property
    def call(self) -> str | None:
        """The call of wandb's API that failed: by wandb's frames, else by the last line of the user's own code."""
        for frame in self.library_frames:
            name = frame.function.rpartition(".")[2]
            is_lookup = name == "get" and "artifact" not in frame.path  # of the config or the summary
            if frame.is_wandb and not is_lookup and name in CALLS and (CALLS[name] != "api" or "apis" in frame.path):
                return name
        lines = self.text[-TAIL:].splitlines()
        code = [line for line in self.source if tracebacks.POINTED.match(line)] or self.source
        code = code or [line for line in lines if _CODE_LINE.match(line)]
        sentences = [
            _NAMED_CALL.sub(_write_call, line) for line in lines if not (code or tracebacks.EXCEPTION.match(line))
        ]
        for line in reversed(code or [line for line in sentences if _TELLS_OF_CALL.search(line)]):
            code_before, _, _ = line.partition("raise ")  # what is raised is in the message
            for name in reversed(_CALL_IN_CODE.findall(code_before)):
                if name in CALLS and (name != "get" or "art" in line):
                    return str(name)
        return None

    @cached_property
    def has_no_aliases(self) -> bool:
        """Whether the last line of code that links is a whole call without aliases."""
        line = next((line.strip() for line in reversed(self.source) if ".link_artifact(" in line), "")
        match = _WHOLE_LINK.fullmatch(line)
        return match is not None and "alias" not in line and match[1].count(",") == 1

    @cached_property
    def written_entity(self) -> str | None:
        """The entity that the lines of code in the text give to `wandb.init`."""
        found = [match[1] for line in self.source if (match := _WRITTEN_ENTITY.search(line))]
        return found[-1] if found else None

    @cached_property
    def phase(self) -> Phase | None:
        """What the program was doing; None where the text does not tell."""
        if self.operation in _OPERATIONS:
            phase = _OPERATIONS[self.operation]
            if self.operation == "upsertModel" and "weave" in self.text:
                return "init"  # weave.init creates the project
            return "sync" if phase == "init" and _SYNC.search(self.text) else phase
        if self.call is not None:
            return CALLS[self.call]
        if "/artifactsV2/" in self.message_text:
            return "download"
        if _SYNC.search(self.text):
            return "sync"
        if _PROBLEM_IN_INIT.search(self.message_text):
            return "init"
        return "sweep" if _SWEEP.search(self.text) else None

    @cached_property
    def place(self) -> str | None:
        """The last line of the user's own code in a traceback."""
        return tracebacks.find_place(self.frames)

    def place_of(self, position: int) -> str | None:
        """The line of the user's own code that raised what `message_text` says at a position.

        What wandb logs before an exception belongs to that one.
        """
        line = self.message_text.count("\n", 0, position)
        before = [chain for chain in self.chains if chain[0].start <= line]
        is_logged = not before or self.line_at(position).startswith("wandb: ")
        after = [chain for chain in self.chains if chain[0].start > line]
        for chain in after[:1] if is_logged else before[-1:]:
            number = max((i for i, traceback in enumerate(chain) if traceback.start <= line), default=0)
            for traceback in (*chain[number:], *reversed(chain[:number])):
                if place := tracebacks.find_place(traceback.frames):
                    return place
        return self.place

    @cached_property
    def sdk_version(self) -> str | None:
        """The version of wandb that the log names."""
        found = _VERSION.findall(self.text[-TAIL:])
        return str(found[-1]) if found else None

    @cached_property
    def user(self) -> str | None:
        """The account that is logged in."""
        found = _LOGGED_IN.findall(self.text)
        return found[-1][0] if found else None

    @property
    def entities(self) -> tuple[str, ...]:
        """The account that is logged in, and its default entity where the log names that as well."""
        found = _LOGGED_IN.findall(self.text)
        return tuple(name for name in found[-1] if name) if found else ()

    @cached_property
    def host(self) -> str | None:
        """The host of the last address of an API in the text, where it is not W&B's cloud."""
        hosts = [host for host in _HOST.findall(self.message_text) if "wandb" in host or ":" in host]
        return hosts[-1] if hosts else None

    @cached_property
    def key_length(self) -> int | None:
        """The length of the API key that the message counts."""
        match = _KEY_LENGTH.search(self.message_text)
        return int(match[1] or match[2]) if match else None

    @cached_property
    def is_about_wandb(self) -> bool:
        """Whether wandb is named anywhere."""
        text = self.text.lower()
        is_common = self.operation in _COMMON_OPERATIONS and "returned error" not in text  # wandb-core's words
        is_operation = self.operation in _OPERATIONS and not is_common
        is_named = any(sign in text for sign in _SIGNS) or _NAMES_RUN.search(text) is not None
        return self.is_logged_by_wandb or is_operation or is_named or self.names_object_of_wandb

    @property
    def names_object_of_wandb(self) -> bool:
        """Whether the last exception names a class that only wandb has, or one of its runs."""
        said = self.exception[1] if self.exception is not None else ""
        is_class = any(name in list_sdk_classes() for name in _CLASS_OF_THREE_WORDS.findall(said))
        return is_class or _NAMES_RUN.search(said.lower()) is not None

    @property
    def leaves_wandb_out(self) -> bool:
        """Whether a longer text does not name wandb: an error of wandb would."""
        is_long = len(self.message_text.strip().splitlines()) > 2 or len(self.text) > _LONG_WITHOUT_WANDB
        return not (self.is_about_wandb or self.is_in_server_container) and (is_long or self.is_record)

    def names_other_program(self, line: str) -> bool:
        """Whether a line names another program or its server, and not wandb."""
        if _SPEAKS_OF_ITSELF.search(line):
            return True
        return _SPEAKER.search(line) is not None and not _WANDB.search(line)

    @cached_property
    def ends_in_other_program(self) -> bool:
        """Whether the last error is another program's own, and not its report that a program inside it has failed."""
        return self.names_other_program(self.last_line) and not _OUTER.search(self.last_line)

    @property
    def is_from_wandb(self) -> bool:
        """Whether a message can be W&B's: wandb is named, or no other host and no other program is."""
        is_named = self.is_about_wandb or self.is_in_server_container
        return is_named or not (_HOST.search(self.message_text) or _OTHER_PROGRAM.search(self.message_text))

    @property
    def is_upload(self) -> bool:
        """Whether a file was being sent to storage that is not one of the run's own."""
        return bool(_UPLOAD.search(self.message_text)) and not _RUN_FILE.search(self.message_text)

    @property
    def is_offline(self) -> bool:
        """Whether wandb says that the run is offline, or the command line does."""
        return bool(_OFFLINE.search(self.text))

    @property
    def is_from_bucket(self) -> bool:
        """Whether the address that answered is one of a bucket."""
        return bool(_BUCKET.search(self.message_text))

    @property
    def is_from_own_bucket(self) -> bool:
        """Whether the address that answered is neither W&B's cloud nor a provider's: a store of the user's own."""
        hosts = _HOST.findall(self.message_text)
        return bool(hosts) and not any(_HOST_OF_CLOUD.search(host) for host in hosts)

    @property
    def is_from_store_of_server(self) -> bool:
        """Whether the error is about the store inside the container of W&B's server."""
        return bool(_STORE_OF_SERVER.search(self.message_text))

    @cached_property
    def registry_path(self) -> tuple[str, bool] | None:
        """The last registry path that the text quotes, and whether it is linked to: the nearest to the error."""
        text = self.text[-TAIL:]
        for quoted in reversed([*_QUOTED_PATH.finditer(text)]):
            start = quoted.start()
            line = text[text.rfind("\n", 0, start) + 1 : start]
            is_argument = _OPEN_LINK.search(text, max(start - _LONGEST_CALL, 0), start) is not None
            before_collection = quoted[1].split("/")[:-1][:2]
            is_misspelled = is_argument and any(map(misspelled_prefix, before_collection))
            if is_misspelled or any(map(is_registry_project, before_collection)):
                return quoted[1], is_argument or "link" in line
        return None


def _match_exception(line: str) -> re.Match[str] | None:
    """Class and message of an exception, in a line of its own."""
    return tracebacks.EXCEPTION.match(line) or _QUALIFIED.match(line)


def _find_prompt(text: str) -> re.Match[str] | None:
    """The prompt for an API key at the end; None where another process of the program had failed before it."""
    prompt = _KEY_PROMPT.search(text)
    is_stopped = prompt is not None and _OUTER.search(prompt[0]) and _HAS_EXCEPTION.search(text, 0, prompt.start())
    return None if is_stopped else prompt


def _write_call(named: re.Match[str]) -> str:
    """A call that a sentence names, as code."""
    return f"{named[1]}()" if named[1] else f"run.{named[2]}()"


def is_reported_error(line: str) -> bool:
    """Whether a line begins as programs report errors."""
    return bool(tracebacks.EXCEPTION.match(line) or _ERROR_MARK.match(line) or _RECORD.match(line))


def read_fenced(text: str) -> Iterator[tuple[str, bool]]:
    """The lines that are not empty, and whether each is in a block of code; without the fences."""
    is_fenced = False
    for line in filter(str.strip, text.splitlines()):
        if tracebacks.FENCE.match(line):
            is_fenced = not is_fenced
        else:
            yield line, is_fenced


def split_parts(lines: list[tuple[str, bool]]) -> list[list[str]]:
    """The lines by what they are about.

    An item of a list, and a row of a table, is about a thing of its own unless the heading above it names W&B.
    """
    parts: list[list[str]] = [[]]
    is_in_section = False
    for line, is_fenced in lines:
        if not is_fenced and _HEADING_OF_PAGE.match(line):
            is_in_section = bool(NAME_OF_WANDB.search(line))
            parts.append([])
        elif not (is_fenced or is_in_section) and _BEGINS_PART.match(line):
            parts.append([])
        parts[-1].append(line)
    return parts


def _find_other_items(text: str) -> frozenset[str]:
    """The lines of a page about what does not name wandb, where another row of its table, or another section, does."""
    if len(text) > _LONGEST_PAGE or _IS_OF_LOG.search(text):
        return frozenset()
    parts = [part for part in split_parts(list(read_fenced(text))) if part]
    items = [part for part in parts if _BEGINS_SUBJECT.match(part[0])]
    named = [part for part in items if NAME_OF_WANDB.search("\n".join(part))]
    is_introduced = any(NAME_OF_WANDB.search("\n".join(part)) for part in parts if part not in items)
    is_headed = bool(items[1:]) and _RULE_OF_TABLE.match("".join(items[1])) is not None and items[0] in named
    others = [part for part in items if part not in named] if named and not (is_introduced or is_headed) else []
    return frozenset(line.text.strip() for part in others for line in read_lines("\n".join(part)))


def _last_warnings(lines: Sequence[LogLine]) -> tuple[str, ...]:
    """The warnings, and the requests that are sent again, after which the program did not go on.

    wandb says when a network error is resolved: until then it lasts, although the program goes on. What wandb prints
    after the program has failed is no progress.
    """
    end = next((number for number, line in enumerate(lines) if is_failed_end(line.text)), len(lines))
    last = next((number for number in reversed(range(end)) if lines[number].is_progress), -1)
    last_of_wandb = next((number for number in reversed(range(end)) if lines[number].is_progress_of_wandb), -1)
    last_said = next((number for number in reversed(range(end)) if _is_said(lines[number])), -1)
    return tuple(
        line.text
        for number, line in enumerate(lines)
        if line.kind == "warning"
        and (number > last or (number > last_of_wandb and _NETWORK_ERROR in line.text))
        and (number > last_said or not line.is_warning_of_python)
    )


def _is_said(line: LogLine) -> bool:
    """Whether a program has printed the line, which is no warning and no code below one."""
    return line.kind == "plain" and line.text[:1].strip() != ""


def read_error(text: str) -> ErrorContext:
    """Take a pasted text apart; of a long one the end."""
    pasted = text
    text = f"{text[-TEXT_LIMIT:-TAIL]}{translate_system_messages(text[-TAIL:])}"
    text = tracebacks.join_broken_frames(text)
    for said, whole in _UNQUOTED if "has no attribute" in text else ():
        text = said.sub(whole, text)
    lines = read_lines(_QUOTED_ERROR.sub(r"\n\1\2\n", text))
    read = tracebacks.TracebackReader(lines)
    is_kept = _choose_inner(read.messages)
    warnings = tuple(line.text for line in lines if line.kind == "warning")
    # The traceback of a program that only reports that another one failed says nothing of the failure.
    chains = [chain for chain in read.chains if all(is_kept[chain[-1].end :][:1])]
    last = chains[-1][-1] if chains else tracebacks.OpenTraceback(0)
    rest = "\n".join(read.messages[last.end :]).strip("` \n")
    return ErrorContext(
        text="\n".join(line.text for line in lines),
        message_text="\n".join(message for message, is_inner in zip(read.messages, is_kept, strict=True) if is_inner),
        source=tuple(read.source),
        frames=tuple(frame for chain in chains for traceback in chain for frame in traceback.frames),
        chains=tuple(
            tuple(tracebacks.Traceback(sum(is_kept[: traceback.start]), tuple(traceback.frames)) for traceback in chain)
            for chain in chains
        ),
        error_lines=tuple(read.errors),
        warnings=warnings,
        last_warnings=_last_warnings(lines),
        sent_again=tuple(filter(_SENT_AGAIN.search, warnings)),
        raised=tuple(read.raised),
        is_logged_by_wandb=bool(_LOGGER.search(text)),
        is_logged_by_server=bool(_SERVER_PREFIX.search(text)),
        is_record=bool(_RECORD.match(text)),
        ends_in_frame=last is read.last and bool(last.frames) and _is_fragment(rest),
        last_code=last.code,
        other_items=_find_other_items(pasted),
    )


def _is_fragment(rest: str) -> bool:
    """Whether what follows the frames says nothing of what was raised: sentences, or the beginning of its name."""
    lines = _ENDS_RUN.sub("", rest).strip().splitlines()
    is_whole = any(_match_exception(line) or _ERROR_MARK.search(line) for line in lines)
    return not (is_whole or (lines and _RAISED.match(lines[0])))


def _choose_inner(messages: Sequence[str]) -> list[bool]:
    """Whether each message counts: one that only reports that another program failed does where no other is left."""
    is_inner = [not _OUTER.search(message) for message in messages]
    inner = (message for message, is_kept in zip(messages, is_inner, strict=True) if is_kept)
    has_error = any(tracebacks.EXCEPTION.match(message) or _ERROR_MARK.search(message) for message in inner)
    return is_inner if has_error else [True] * len(messages)
