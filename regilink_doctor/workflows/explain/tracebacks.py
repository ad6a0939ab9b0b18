"""The lines of a text by what they are: frames of tracebacks, lines of code that these show, and messages."""

from __future__ import annotations

import re

from regilink_doctor.core.records import record
from regilink_doctor.workflows.explain.log_lines import is_of_end, read_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.workflows.explain.log_lines import LogLine

_BROKEN_FRAMES = (
    (re.compile(r'^(  File "[^"\n]*)\n([^"\n]*", line \d)', re.MULTILINE), r"\1\2"),
    (re.compile(r'^( *File "[^"\n]*",)\n *(?=line \d+, in )', re.MULTILINE), r"\1 "),
    (re.compile(r'^( *File "[^"\n]*", line \d+,(?: in)?)\n *(?=(?:in )?[\w<]+>?$)', re.MULTILINE), r"\1 "),
    (re.compile(r'^( *File "[^"\n]*",(?! line \d+, in \S)[^"\n]*)\n(?! *File )(.*\bin \S+$)', re.MULTILINE), r"\1\2"),
    (re.compile(r'^( *File "[^"\n]*", line \d+, in [\w<]+)\n([\w>]+)\n(?=    )', re.MULTILINE), r"\1\2\n"),
    (re.compile(r"(│ [/~.][^\s│:]*:?\d*) *│\n[^\n│]{0,80}│ (\S*:?\d+ in )"), r"\1\2"),  # rich, in its box
    (re.compile(r"(│ [/~.][^\s│:]*:\d+ in) *│\n[^\n│]{0,80}│ ([\w.<>]+) *(?=│)"), r"\1 \2 "),
)
"""The line of a frame that a terminal has broken, and how it is put together."""
_WANDB_PREFIX = re.compile(r"wandb: (?:\w+: )?(?:(?:ERROR|WARNING|INFO) )?")
_WITH_LEVEL = re.compile(r"wandb: (?:\w+: )?(?:ERROR|WARNING)\b")
_FRAME = re.compile(
    r"""^\s*(?:
        File\ "(?P<path>[^"\n]{1,300})(?:",\ line\ (?P<line>\d{1,7})(?:,\ in\ (?P<function>\S{1,100}))?  # Python
        |(?:",?(?:\ l?i?n?e?\ ?)?)?$)  # the same, cut
      | File\ (?P<path2>[^"\n,]{1,300}?):(?P<line2>\d{1,7})(?:,\ in\ (?P<function2>[\w.<>]{1,100})|\s*$)  # IPython 8
      | (?P<path3>[~./\w-][^"\n:]{0,300}?\.py|<[^\s>]{1,100}>)\ in\ (?P<function3>[\w.<>]{1,100})(?:[\ (]|$)  # 7
      | (?P<path4>(?:[~/.]|[A-Za-z]:\\)[^"\n:]{1,300}):(?P<line4>\d{1,7})\ in\ (?P<function4>[\w.<>]{1,100})   # rich
      | Cell\ (?P<path5>In\ ?\[\d+\]),\ line\ (?P<line5>\d+)
      | (?P<path6>[^\s:"'][^"\n:]{0,300}\.py):(?P<line6>\d{1,7}):\ in\ (?P<function6>[\w.<>]{1,100})\s*$  # pytest
      | (?P<path7>[^"\n]{1,300}\.py)",\ line\ (?P<line7>\d{1,7}),\ in(?:\ (?P<function7>\S{1,100})|\s*$)  # cut
    )""",
    re.VERBOSE,
)
_CELL = re.compile(r"ipykernel_\d+[/\\]\d+\.py$|^<ipython-input-")
_NUMBERED = re.compile(r"^\s*(?:-+>|❱|\s)\s*\d+\s*(?:[│|]\s?|\s|$)")
NUMBERS = re.compile(r"^\s*(?:(?:-+>|❱)?\s*\d+\s*[│|]?(?:\s|│)*)?|\s+$")
"""What is around a line of code: its number, and the lines by which rich shows how deep it is indented."""
_POINTS = ("-", "❱")
POINTED = re.compile(r"\s*(?:---|-{1,2}> ?\d{3}|❱)")
"""The line of code that failed: the more digits its number has, the shorter is the arrow of IPython."""
_FAILED_CODE = re.compile(r"\s*-+> ?\d+\s+\S")
"""The same, where the line above it that names the file is missing."""
_FOLDER_OF_PROGRAMS = r"[/\\](?:bin|Scripts)[/\\]wandb(?:\.exe|-script\.py)?(?:$|[/\\])"
_MARKER = re.compile(r"^\s*[\^~]+\s*$|^\s*\[Previous line repeated")
_CARETS = re.compile(r"\s+[~^]{3,}$")
"""What Python writes below the part of a line of code that failed."""
_LIBRARY = read_words("paths of libraries")
_LOGGER_OF_WANDB = re.compile(r"[/\\](?:wb|\w+_wandb|wandb(?:_\w+)?)\.py$")
_WANDB_FILE = re.compile(rf"(?:^|[/\\])(?:wandb(?:_workspaces|_gql)?|weave)[/\\]|{_FOLDER_OF_PROGRAMS}")
PROGRAM_OF_WANDB = re.compile(rf"{_FOLDER_OF_PROGRAMS}|wandb[/\\](?:internal_cli|__main__)\.py$")
"""A file of wandb that is started as a program; the others are imported."""
EXCEPTION = re.compile(
    r"^\s*(?!Error:?\s*$)(?:\w+\.)*(?P<name>_?[A-Z]\w*(?:Error(?:_\w+)?|Exception|Exit|Interrupt|Failure|Timeout|Unavailable)|Error|Exception|gaierror|timeout|(?<=\.)error)(?:\([A-Z]\w+\))?"
    r"(?::(?P<message>\s.*)?|\s*)$"
)
IS_CHAINED = re.compile(r"was the direct cause of|During handling of the above exception")
FENCE = re.compile(r"\s*```(?:\w*\s*$)?")
"""The first and the last line of a block of code."""
IS_CODE = re.compile(
    r"""\w\(|^\s*(?:\#|(?:if|for|try|except|raise|return(?!\ code)|def|class|import|from|with|else|finally)\b)""",
    re.VERBOSE,
)
_STATEMENT = re.compile(rf"{IS_CODE.pattern}|^\w[\w.]*\ =\ ", re.VERBOSE)
"""A line that can only be code, where its indentation was lost."""


@record
class Frame:
    """One frame of a traceback. `line` is 0 where the format does not show it."""

    path: str
    line: int
    function: str

    @property
    def is_library(self) -> bool:
        """Whether the frame is not the user's own code."""
        return bool(_LIBRARY.search(self.path))

    @property
    def is_cut(self) -> bool:
        """Whether only the beginning of its path is left."""
        return bool(self.path) and not (self.line or self.function)

    @property
    def is_wandb(self) -> bool:
        """Whether the frame is wandb's code."""
        return self.is_library and bool(_WANDB_FILE.search(self.path))

    @property
    def is_of_integration(self) -> bool:
        """Whether the frame is the code of another library that logs to wandb, and does nothing else."""
        return self.is_library and not self.is_wandb and bool(_LOGGER_OF_WANDB.search(self.path))


@record
class Traceback:
    """The frames of one exception; `start` is how many lines of `message_text` come before what was raised."""

    start: int
    frames: tuple[Frame, ...]


def join_broken_frames(text: str) -> str:
    """The text, in which each frame is on one line again."""
    for broken, whole in _BROKEN_FRAMES:
        text = broken.sub(whole, text)
    return text


def find_place(frames: Sequence[Frame]) -> str | None:
    """The last line of the user's own code among frames; None without one."""
    own = [frame for frame in frames if frame.path and not frame.is_library]
    if not own:
        return None
    if _CELL.search(own[-1].path):
        return f"line {own[-1].line} of a notebook's cell" if own[-1].line else "a notebook's cell"
    line = f":{own[-1].line}" if own[-1].line else ""
    return f"{own[-1].path}{line}" + (f", in {own[-1].function}" if own[-1].function else "")


def find_frames_below_user(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """The frames below the last one of the user's own code."""
    own = (number for number, frame in enumerate(frames) if not (frame.is_library or frame.is_cut))
    last = max(own, default=-1)
    return tuple(frames[last + 1 :])


class OpenTraceback:
    """The frames of one exception while they are read.

    `start` is the number of messages before the first frame, `end` the number before what was raised.
    """

    def __init__(self, start: int) -> None:
        self.frames: list[Frame] = []
        self.start = self.end = start
        self.indent: int | None = None
        """How deep the last frame is indented, while its lines of code can follow."""
        self.code = ""


class TracebackReader:
    """Sorts the lines of a text into the frames of tracebacks, their lines of code, and messages."""

    def __init__(self, lines: Sequence[LogLine]) -> None:
        self.source: list[str] = []
        self.messages: list[str] = []
        self.errors: list[str] = []
        self.raised: list[str] = []
        self.chains: list[list[OpenTraceback]] = []
        self.last = OpenTraceback(0)
        self.is_numbered = any(POINTED.match(line.text) for line in lines)
        for line in lines:
            if not (line.is_quiet or FENCE.fullmatch(line.text)):
                self._read(line)

    def _read(self, log_line: LogLine) -> None:
        line = log_line.text
        if match := _FRAME.match(line):
            self._add_frame(_read_frame(match), len(line) - len(line.lstrip()))
            return
        if not self.last.frames and _FAILED_CODE.match(line):
            self._add_frame(Frame("", 0, ""), None)
        if not self.last.frames and _CARETS.match(line) and self.messages and self.messages[-1].startswith(" "):
            self._add_frame(Frame("", 0, ""), None)  # the line above its code is missing
            self.last.start = self.last.end = len(self.messages) - 1
            self.last.code = self.messages.pop()
            self.source.append(self.last.code)
        if self._is_code(line):
            self.source.append(line)
            if not _MARKER.match(line) and (not self.last.code or line.lstrip().startswith(_POINTS)):
                self.last.code = line
            return
        if line.strip():
            self.last.indent = None
        self.messages.append(_WANDB_PREFIX.sub("", line, count=1) if _continues(self.messages, line) else line)
        if self.last.frames and len(self.messages) == self.last.end + 1:
            self.raised.append(self.messages[-1])
        if log_line.is_error:
            self.errors.append(self.messages[-1].strip())

    def _add_frame(self, frame: Frame, indent: int | None) -> None:
        between = "".join(self.messages[self.last.end :]).strip()
        if between or not self.last.frames:
            if not self.last.frames or not IS_CHAINED.search(between):
                self.chains.append([])
            self.last = OpenTraceback(len(self.messages))
            self.chains[-1].append(self.last)
        self.last.frames.append(frame)
        self.last.end, self.last.indent, self.last.code = len(self.messages), indent, ""

    def _is_code(self, line: str) -> bool:
        """Whether a line is source: it is indented deeper than its frame, or numbered as IPython and rich show it."""
        if _MARKER.match(line) or (self.is_numbered and self.last.frames and _NUMBERED.match(line)):
            return True
        indent = self.last.indent
        is_below = indent is not None and len(line) - len(line.lstrip()) > indent and bool(line.strip())
        is_first = indent == 0 and not self.last.code and self.last.end == len(self.messages)
        return (is_below or (is_first and bool(_STATEMENT.search(line)))) and not EXCEPTION.match(line)


def _continues(messages: list[str], line: str) -> bool:
    """Whether a line of wandb goes on where the one before it stopped in the middle of a sentence."""
    before = messages[-1].rstrip() if messages else ""
    if is_of_end(line) or (_WITH_LEVEL.match(line) and not _WITH_LEVEL.match(before)):
        return False
    return bool(line.startswith("wandb: ") and before and before[-1] not in ".!?:;)" and before.startswith("wandb: "))


def _read_frame(match: re.Match[str]) -> Frame:
    groups = match.groupdict()
    for suffix in ("", *"234567"):
        if (path := groups.get(f"path{suffix}")) is not None:
            line = groups.get(f"line{suffix}")
            outside = "<module>" if suffix == "2" else ""  # IPython names no function where there is none
            return Frame(path, int(line) if line else 0, groups.get(f"function{suffix}") or outside)
    raise ValueError(f"no frame: {match[0]!r}")  # the pattern has no other alternative
