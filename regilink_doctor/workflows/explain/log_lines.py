"""The lines of a pasted log: what each says without the prefix of its logger, and whether it tells of the failure.

A log is mostly about what went well. `read_lines` marks as quiet what does not end a program: information, warnings,
requests that are tried again, and errors of parts that the run does not need.
"""

from __future__ import annotations

import json
import os
import re
from typing import Literal

from regilink_doctor.core.records import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

with open(os.path.join(os.path.dirname(__file__), "line_words.json"), encoding="utf-8") as _file:
    WORDS: dict[str, list[str]] = json.load(_file)


def read_words(name: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern of one of the lists in `line_words.json`: any of its expressions."""
    return re.compile("|".join(WORDS[name]), flags)


LONGEST_JSON = 60_000
"""A longer line is not read as JSON."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE)"
_CLOCK = r"\d{2}:\d{2}:\d{2}(?:[.,]\d+)?"
_PREFIX = re.compile(
    "|".join(
        (
            rf"\[?\d{{4}}[-/]\d{{2}}[-/]\d{{2}}[T _]{_CLOCK}(?:Z|UTC|[+-]\d{{2}}:?\d{{2}})?\]?"
            rf"(?: {_LEVEL}(?= [^\s:|\[-]))?",
            rf"\[\d{{2}}/\d{{2}}/\d{{2}} {_CLOCK}\]",  # rich
            rf"{_LEVEL}(?= +\S.* [\w.]+:\d+ *$)",  # rich, which shows the module at the end
            rf"[|\[(]?\s?{_CLOCK}(?: [AP]M)?\s?[|\])]?",
            rf"[A-Z][a-z]{{2}} [ \d]\d {_CLOCK} [\w.-]+ [\w./-]+(?:\[\d+\])?:",  # syslog
            r"\((?:[\w.:-]+ )?(?:pid|rank|ip)=[^()\n]{1,80}\)",  # Ray: (Worker pid=12, ip=10.0.0.1)
            r"\[\d+,[\w,:.-]+\]<std(?:out|err)>:",  # mpirun
            r"\[?(?:default|rank ?|Rank ?|RANK ?)\d+\]?:",  # torchrun
            r"\d{1,4}:(?= )|\d{1,6}[.)]?\s+(?=\{\")",  # srun --label, numbered records
            r"\[(?:pod|container)/[^\]\n]{1,200}\]",  # kubectl logs --prefix
            r"[\w.-]{1,60}\s+\|(?= )",  # docker compose
            r"[^\t\n]{1,80}\t[^\t\n]{1,80}\t(?=\d{4}-)",  # gh run view --log
            r"std(?:out|err) [FP](?=\s)",  # the files of Kubernetes
            r"##\[\w+\]",  # GitHub Actions
            rf"\[{_LEVEL}\s*\]:?|(?:[\w.]{{1,60}} - )?{_LEVEL}\s+-(?=\s)",
            rf"{_LEVEL}:[\w.]+:",  # logging.basicConfig
            rf"{_LEVEL}(?:\s*[:|]|(?=\s+(?:\w+:\w|\S+\.py:\d|MainThread|Thread|\[)))(?:[\w.]+:(?=\S))?",
            r"(?:MainThread|Sender(?:Thread)?|Handler(?:Thread)?|Thread-\d+(?: ?\(\w+\))?|wandb-upload_\d+)\s*:\d+",
            r"\[[\w./-]+\.py:[^\]\n]{1,60}\]",
            r"[\w./-]+\.py:\d+(?: -)?(?=\s+\S)(?!:|\s+in\s+[\w.<>]+\s*$)",  # and no frame of rich
            r"[|│┃](?=\s)",
            r"[^\w\s!-~]{1,4}(?=\s+wandb: )",  # a symbol before the prefix
            r"-(?=\s)",
            r">(?= )",  # quoted in a message or an issue
            r"E(?=   )",  # pytest
        )
    )
)
_MOST_PREFIXES = 8
_PREFIXED_TRACEBACK = re.compile(
    r'^([^\s"][^\n"]{0,80})Traceback \(most recent call last\):[^\n]*\n([^\n"]{1,80})  File "', re.MULTILINE
)
_DIGITS = re.compile(r"\d+")
_BOX = "│┃╭╰╮╯─"
_LEVEL_KEYS = ("level", "levelname", "severity", "lvl")
_RECORD_KEYS = frozenset((*_LEVEL_KEYS, "stream", "time", "timestamp", "ts"))
_REASON_KEYS = ("error", "err")
_MESSAGE_KEYS = (
    "log",
    "message",
    "msg",
    "text",
    "textPayload",
    "event",
    *_REASON_KEYS,
    "exc_info",
    "exception",
    "traceback",
)

_LINKED_FRAME = re.compile(r"^\s*\[([^\]\n]{1,300})\]\(https?://[^)\s]{1,300}\)(?= in [\w<])")
"""A frame of a notebook in the cloud that was copied as Markdown: `[a.py](https://localhost:8080/#) in f(x)`."""
_SIGNED = re.compile(r"(https?://[^\s\"'?]{1,300}\?[^\s\"']{60})[^\s\"']{40,}")
"""The long query of an address of the file storage: it signs the request, and says nothing to a reader."""
_BOLD = re.compile(r"^\s*\*\*(?=\S)(.*\S)\*\*\s*$")
_BEHIND_PROGRESS_BAR = re.compile(r"(?:(?<=[\w\])%|])|(?<=\.\.\. ))(?=wandb: (?:Network error|ERROR|WARNING)\b)")
"""Where wandb writes into the line of a progress bar, which has no end: `loss=0.03wandb: Network error`."""
_NEXT_OF_WANDB = re.compile(
    rf"{_BEHIND_PROGRESS_BAR.pattern}|(?<=[^\"'`(])(?<!ERROR )(?<!WARNING )(?=wandb: (?:[^\w\s] |[A-Z(\d]))"
)
"""Where wandb goes back to the start of a line and writes it again."""
_CARRIAGE_RETURN = re.compile(r"\^M(?=$|[ \t]?wandb: )", re.MULTILINE)
"""How editors show that a program went back to the start of the line."""
_LEVEL_IN_PREFIX = re.compile(rf"\b{_LEVEL}\b")
_LEVEL_OF_WANDB = re.compile(r"\s*wandb: (?:\w+: )?(ERROR|WARNING|INFO)\b")
_ERROR_LEVELS = ("ERROR", "CRITICAL", "FATAL", "SEVERE")
_QUIET_LEVELS = ("TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING")
_RETRY = re.compile(
    r"(?<!while )(?<!after )\bretrying\b|entering retry loop|\bwill (?:be )?retr(?:y|ied)\b"
    r"|\bretry attempt\b|\bbacking off\b|\btrying again\b|\buploading \S+ 0B/|\bWaiting for wandb\.init\(\)",
    re.IGNORECASE,
)
"""The request is sent again, or has sent nothing yet: what it says is no cause unless the program ends there."""
_PYTHON_WARNING = re.compile(r"\s*\S+:\d+: \w+Warning: |\s*\S+-packages/\S+\.py:\d+: (?!\w*(?:Error|Exception)\b)[A-Z]")
"""What Python's `warnings.warn` prints, and Lightning without the class, where no traceback raises it."""
_SYSTEM_ERROR = re.compile(r"\[(?:Errno|WinError) -?\d+\] \S")
_RECOVERED = "resuming normal operation"
_WEAVE = "https://trace.wandb.ai/"
"""Weave sends its traces in the background: a program goes on without them."""
_HARMLESS = read_words("errors of wandb that do no harm")
"""What wandb logs as an error although the run goes on, or because it has ended already."""
_HARMLESS_MODULE = re.compile(
    r"\[(?:meta|system_info|system_monitor|interfaces|gpu\w*|tpu|ipu|trainium|git|gitlib|json_util|sentry)\.py:\w"
)
"""Modules of wandb that collect what the run does not need."""
_ABANDONED = re.compile(r"wandb\.sdk\.mailbox\.\S+\.(?:HandleAbandonedError|MailboxClosedError)$")
_OF_BACKGROUND = re.compile(r"Uncaught exception in run_soon callback|/run_messages\.py\", line")
"""What wandb logs when its second process ends, as it does after every program, before all answers have come."""
_ENDS = re.compile(r"\b(?:finishing run \S|got exitcode:|handling exit code|_atexit_cleanup|teardown)")
"""What wandb logs when the program ends."""
_PROGRESS = re.compile(
    r"\s*wandb: (?:\W* )?(?:Synced|Syncing run|Tracking run|View (?:run|project)|Run (?:history|summary)|Find logs at"
    r"|setting up run|Network error resolved)"
    r"|\s*(?:Tracking run with wandb version|Syncing run \S.* to .*(?:Weights|W&B)|Synced \d+ W&B file)"
)
"""In a notebook without the prefix."""
_OF_CORE = re.compile(
    r"\s*(?:stream: (?:starting|started|closing|closed|finish\w*)|created new stream"
    r"|(?:Starting|Stopping|Stopped) system monitor"
    r"|(?:fileTransfer|filestream|handler|runwork|sender|writer): (?:Close|clos\w*|start\w*))\b",
    re.IGNORECASE,
)
"""What wandb-core logs when it begins and ends, whether its requests were answered or not."""
_EPILOGUE = re.compile(
    r"\s*wandb: (?:\W* )?(?:Waiting for (?:W&B|wandb) process|Program (?:failed|ended)|Process crashed"
    r"|Run (?:history|summary)|Synced|Find logs at|View (?:run|project)|You can sync"
    r"|[\d.]+ ?[KMG]?B of |\S+ +[\u2581-\u2588]|\s*$)"
)
"""What wandb prints when a program has ended, well or not."""
_ENDED_BADLY = re.compile(r"\bprocess to finish\W+\(failed|^\s*wandb: Program failed with code")
_ANNOUNCES = re.compile(r"^\s*Traceback \(most recent call last\)|^\s*(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Exit)\b")
_OF_TRACEBACK = re.compile(
    r"^\s+\S|^Traceback \(most recent call last\)|^(?:\w+\.)*[A-Z]\w*(?:Error|Exception)\b|^\s*$"
)


Kind = Literal["plain", "warning", "information", "harmless"]


@record
class LogLine:
    """One line. `level` is the logger's, None where the line names none.

    A warning is also a request that is sent again: neither tells of a failure unless the program ends there.
    """

    text: str
    level: str | None = None
    kind: Kind = "plain"

    @property
    def is_quiet(self) -> bool:
        """Whether the line tells of no failure by itself."""
        return self.kind != "plain"

    @property
    def is_error(self) -> bool:
        """Whether the line was logged as an error."""
        return self.level in _ERROR_LEVELS and self.kind == "plain"

    @property
    def is_of_wandb(self) -> bool:
        """Whether wandb has written the line, with its level, on the terminal."""
        return _LEVEL_OF_WANDB.match(self.text) is not None

    @property
    def is_warning_of_python(self) -> bool:
        """Whether `warnings.warn` has printed the line: whatever comes after it, the program has gone on."""
        return self.kind == "warning" and _PYTHON_WARNING.match(self.text) is not None

    @property
    def is_progress(self) -> bool:
        """Whether the line shows that the program went on."""
        is_report = self.level in ("DEBUG", "INFO") or _PROGRESS.match(self.text) is not None
        return is_report and self.kind in ("plain", "information") and not _OF_CORE.match(self.text)

    @property
    def is_progress_of_wandb(self) -> bool:
        """Whether wandb itself says that it went on."""
        return _PROGRESS.match(self.text) is not None or _RECOVERED in self.text


def _strip_shared_prefix(text: str) -> str:
    """The text without a prefix that `_PREFIX` does not know; the first two lines of a traceback show it."""
    match = _PREFIXED_TRACEBACK.search(text) if "Traceback (most recent call last)" in text else None
    if match is None or "wandb: " in match[1] or next(_clean(f"{match[1]}Traceback"))[0] == "Traceback":
        return text
    prefix, other = (r"\d+".join(map(re.escape, _DIGITS.split(part))) for part in match.groups())
    return re.sub(rf"^{prefix}", "", text, flags=re.MULTILINE) if prefix == other else text


def read_lines(text: str) -> list[LogLine]:
    """The lines of a text; what a JSON line says, as lines of its own."""
    raw_lines = _strip_shared_prefix(_CARRIAGE_RETURN.sub("\n", text)).splitlines()
    records = [[LogLine(said, level) for said, level in _clean(raw)] for raw in raw_lines]
    # With one level everywhere, the program that collected the lines has set it.
    said = [line for lines in records for line in lines if line.text.strip() and not line.is_of_wandb]
    has_levels = len({line.level for line in said}) > 1
    marked: list[LogLine] = []
    abandoned: list[int] = []
    is_harmless = False
    for raw, lines in zip(raw_lines, records, strict=True):
        is_leveled = any(line.level is not None for line in lines)
        says_harmless = _HARMLESS_MODULE.search(raw) is not None or any(_HARMLESS.search(line.text) for line in lines)
        is_below = is_harmless and all(line.level is None and _OF_TRACEBACK.match(line.text) for line in lines)
        is_quiet = (is_leveled and says_harmless) or is_below
        # The traceback below a harmless record of a log belongs to it; on the terminal it is the program's.
        is_harmless = is_quiet and not any(line.is_of_wandb for line in lines)
        kinds = ("harmless" if is_quiet else _judge_line(line, has_levels) for line in lines)
        for line, kind in zip(lines, kinds, strict=True):
            marked.append(line if line.kind == kind else replace(line, kind=kind))
            if _ABANDONED.match(line.text):
                abandoned.append(len(marked))
    if any(_EPILOGUE.match(line.text) or _ENDS.search(line.text) for line in marked):
        for end in abandoned:
            _mark_abandoned(marked, end)
    return marked


def _mark_abandoned(lines: list[LogLine], end: int) -> None:
    """Mark the record before `end` as harmless, with its traceback, where a background task of wandb has logged it."""
    first = end - 1
    while first > 0 and lines[first].level is None and _OF_TRACEBACK.match(lines[first].text):
        first -= 1
    if any(_OF_BACKGROUND.search(line.text) for line in lines[first:end]):
        lines[first:end] = [replace(line, kind="harmless") for line in lines[first:end]]


def is_harmless(line: str) -> bool:
    """Whether wandb logs a line as an error although the run goes on."""
    return _HARMLESS.search(line.removeprefix("wandb: ERROR ")) is not None


def is_failed_end(line: str) -> bool:
    """Whether wandb says that the program has ended with an error."""
    return _ENDED_BADLY.search(line) is not None


def is_of_end(line: str) -> bool:
    """Whether wandb prints a line when a program has ended, well or not."""
    return _EPILOGUE.match(line) is not None


def _judge_line(line: LogLine, has_levels: bool) -> Kind:
    if _RECOVERED in line.text:
        return "information"
    if _RETRY.search(line.text) or _WEAVE in line.text or _PYTHON_WARNING.match(line.text):
        return "warning"
    if not (has_levels or line.is_of_wandb) or line.level not in _QUIET_LEVELS or _ANNOUNCES.match(line.text):
        return "plain"
    return "warning" if line.level in ("WARN", "WARNING") or _SYSTEM_ERROR.search(line.text) else "information"


def _clean(raw: str, level: str | None = None) -> Iterator[tuple[str, str | None]]:
    """The line without colors, boxes and prefixes, and the level that its logger gives it."""
    line = _LINKED_FRAME.sub(r"\1", _ANSI.sub("", raw).rstrip("\r"))
    if (record_of_line := _read_json(line)) is not None:
        said, inner_level = record_of_line
        for inner in said.splitlines() or [""]:
            yield from _clean(inner, inner_level or level)
        return
    if "wandb: " in line:
        pattern = _BEHIND_PROGRESS_BAR if line.count("wandb: ") == 1 else _NEXT_OF_WANDB
        *before, line = pattern.split(line)
        for piece in filter(str.strip, before):
            yield from _clean(piece.removesuffix("\\r"), level)
    line = _SIGNED.sub(r"\1...", _BOLD.sub(r"\1", line))
    bare = line.rstrip()
    if bare and bare[-1] in _BOX:
        line = bare.rstrip(f"{_BOX} ")
    for _ in range(_MOST_PREFIXES):
        stripped = line.lstrip(" ")
        match = _PREFIX.match(stripped)
        if match is None or match.end() == 0:
            break
        if named := _LEVEL_IN_PREFIX.search(match[0]):
            level = named[0]
        rest = stripped[match.end() :]
        line = rest.removeprefix(" ")
    if line != raw and line.startswith("{") and (record_of_line := _read_json(line)) is not None:
        yield from _clean(line, level)
        return
    if of_wandb := _LEVEL_OF_WANDB.match(line):
        level = of_wandb[1]
    yield line, level


def _read_json(line: str) -> tuple[str, str | None] | None:
    """Message and level of a log line that is a JSON object; None where it is none, or an answer of a server."""
    if not line.lstrip().startswith("{") or len(line) > LONGEST_JSON:
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return None
    if not isinstance(value, dict) or "errors" in value or ("data" in value and not {*_LEVEL_KEYS} & value.keys()):
        return None
    said = [item for key in _MESSAGE_KEYS if isinstance(item := value.get(key), str) and item.strip()]
    reason = next((item for key in _REASON_KEYS if isinstance(item := value.get(key), str)), None)
    if not said:
        is_record = not _RECORD_KEYS.isdisjoint(value) and not value.keys().isdisjoint(_MESSAGE_KEYS)
        return ("", None) if is_record else None
    if len(said) == 2 and reason == said[1] and "\n" not in "".join(said) and not _ANNOUNCES.match(said[1]):
        said = [f"{said[0].rstrip(': ')}: {said[1]}"]  # what failed, and why: the part of wandb is in the first
    if isinstance(status := value.get("status"), int):
        said[0] = f"{said[0]}: HTTP {status} {value.get('url', '')}".rstrip()
    if value.get("controllerGroup"):
        said[0] = f"{value['controllerGroup']}: {said[0]}"  # a controller of Kubernetes
    level = next((item for key in _LEVEL_KEYS if isinstance(item := value.get(key), str)), None)
    if level in ("info", "INFO") and reason is not None:
        level = None
    # Go writes `ERROR+4` for an error that ends the program.
    return "\n".join(said), level.upper().partition("+")[0] if level else None
