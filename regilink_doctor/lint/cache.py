"""Reports of earlier runs, used again while nothing that they depend on has changed.

A report is kept with its `Trace`, digests of all that was looked at for it, and is used only where those hold. Digests
and the signature of a cache file are made with a key from the user's own cache folder: no repository can carry a cache
that hides findings, and a digest does not reveal what was in a file. A report with a value from a `.env` file, or with
what may be a key, is not kept.
"""

from __future__ import annotations

import os
import stat
import sys

from regilink_doctor.core.findings import Edit, Finding, Fix, Place, Related, Span
from regilink_doctor.core.phrases import Phrase, make_phrase
from regilink_doctor.core.records import is_record, record, replace
from regilink_doctor.core.rule_codes import HARD_CODED_API_KEY, INTERNAL_ERROR
from regilink_doctor.core.sites import Link
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.core.text import mask_keys
from regilink_doctor.lint.engine import FileReport
from regilink_doctor.lint.scan.kinds import kind_of
from regilink_doctor.lint.suppress import Suppression
from regilink_doctor.lint.text.memory import NO, YES, Memory, Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

TAG = "CACHEDIR.TAG"
SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55\n"
"""How backup programs recognize a cache: https://bford.info/cachedir/"""

MAX_BYTES = 64 * 2**20
"""Of a cache file; a larger one is neither read nor written."""
MAX_REPORTS = 20_000
MAX_FILES = 8
"""Cache files of a folder: each program, Python and current folder has its own, and the oldest is removed."""

_VERSION = 1
_SUFFIX = ".cache"
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_KEY_BYTES = 32
_A_DAY = 86_400

_RECORDS = {
    cls.__name__: cls
    for cls in (
        Edit,
        FileReport,
        Finding,
        Fix,
        KnownPart,
        Link,
        Place,
        Related,
        Span,
        StringValue,
        Suppression,
        UnknownPart,
    )
}
"""What a report consists of. Of call sites only the links are kept: the summary of a run names those."""

_LINK_FIELDS = ("call", "place", "statement", "target")
"""The first of a link, which is all that a summary needs."""


@record(eq=False)
class KeptReport:
    """A report as it is kept: for a file with this content and these settings, as plain lists and tables."""

    path: str
    content: str
    settings: str
    trace: Trace
    report: object


class ReportCache:
    """The reports of earlier runs of the same program in the same place; without a folder, those of this process."""

    def __init__(self, folder: str = "", key: bytes = b"", origin: str = "") -> None:
        self.key = key
        self._folder = folder
        self._origin = origin
        self.listed: list[str] = []
        """The files of the last run, also those in which nothing can be found."""
        self._kept: dict[str, KeptReport] = {}
        self._used: dict[str, None] = {}
        self._is_changed = False

    def to_keep(
        self, path: str, content: bytes, settings: str, report: FileReport, trace: Trace, memory: Memory
    ) -> KeptReport | None:
        """The report in the form that is kept; None for one that must not be written: see the module."""
        if not self._folder:
            return KeptReport(path, memory.digest(content), settings, trace, report)
        if kind_of(path) == "dotenv" or _has_values_of_dotenv(trace, memory, {}):
            return None
        if any(finding.code in (HARD_CODED_API_KEY, INTERNAL_ERROR) for finding in report.findings):
            return None
        try:
            encoded = _encode(_keep_links(report))
        except TypeError:
            return None
        shown = repr(encoded)
        if "****" in shown or mask_keys(shown) != shown:
            return None
        return KeptReport(path, memory.digest(content), settings, trace, encoded)

    @property
    def path(self) -> str:
        """The cache file."""
        name = Memory(self.key).digest(self._origin.encode("utf-8", "surrogatepass"))
        return os.path.join(self._folder, name + _SUFFIX)

    def load(self) -> None:
        """Read the cache file; one that is damaged, of another version or not signed with the key counts as empty."""
        import json

        content = _read_own_file(self.path, MAX_BYTES)
        signature, _, body = (content or b"").partition(b"\n")
        if not body or signature != self._sign(body):
            return
        try:
            value = json.loads(body)
            if value["origin"] == self._origin:
                self._kept = {kept.path: kept for kept in _read_reports(value)}
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self._kept = {}

    def find(self, path: str, content: bytes, settings: str, memory: Memory) -> FileReport | None:
        """The report of a file, if it is the same as it would be now."""
        kept = self._kept.get(path)
        if kept is None:
            return None
        if kept.settings == settings and kept.content == memory.digest(content) and memory.holds(kept.trace):
            try:
                report: FileReport = kept.report if isinstance(kept.report, FileReport) else _decode(kept.report)
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
                pass
            else:
                self._used[path] = None
                return report
        del self._kept[path]
        return None

    def keep(self, kept: KeptReport) -> None:
        """Keep a report for the next run."""
        self._kept.pop(kept.path, None)
        self._kept[kept.path] = kept
        self._used[kept.path] = None
        self._is_changed = True

    def find_looks(self) -> Iterator[str]:
        """The paths that the reports depend on, also those that did not exist."""
        seen: set[Trace] = set()
        waiting = [kept.trace for kept in self._kept.values()]
        while waiting:
            trace = waiting.pop()
            yield from (path for _, path, _ in trace.looks)
            new = trace.parts.keys() - seen
            seen |= new
            waiting += new

    def save(self) -> None:
        """Write the reports of this run, and earlier ones of files that still exist. Nothing happens where it fails."""
        if not self._is_changed or not self._folder:
            return
        import json

        others = [kept for path, kept in self._kept.items() if path not in self._used and os.path.lexists(path)]
        own = [self._kept[path] for path in self._used]
        for reports in ([*own, *others][:MAX_REPORTS], own[:MAX_REPORTS]):
            table = {"origin": self._origin, **_to_table(reports)}
            body = json.dumps(table, separators=(",", ":")).encode()
            if len(body) < MAX_BYTES - 100:
                _write_own_file(self.path, self._sign(body) + b"\n" + body)
                break
        _remove_old(self._folder)

    def _sign(self, body: bytes) -> bytes:
        from hashlib import blake2b

        return blake2b(body, digest_size=32, key=self.key, person=b"regilink").hexdigest().encode()


def open_cache(folder: str) -> ReportCache | None:
    """The cache in a folder, which is made if there is none; None where it cannot be used.

    It cannot be used if it is a link, has other files in it or cannot be written, or if there is no key.
    """
    key = find_key()
    if key is None or not _make_folder(folder):
        return None
    cache = ReportCache(folder, key, repr((_VERSION, sys.version, os.getcwd(), _identify_program())))
    cache.load()
    return cache


def _keep_links(report: FileReport) -> FileReport:
    """The report with the links alone of all call sites."""
    links = [(site, codes) for site, codes in zip(report.sites, report.codes, strict=True) if site.kind == "link"]
    return replace(report, sites=tuple([site for site, _ in links]), codes=tuple([codes for _, codes in links]))


def _has_values_of_dotenv(trace: Trace, memory: Memory, known: dict[Trace, bool]) -> bool:
    """Whether the content of a `.env` file may be in an answer. A yes or no does not contain it."""
    if trace not in known:
        as_dotenv = trace.question is not None and "dotenv" in trace.question[1]
        own = any(
            kind == "file" and (as_dotenv or kind_of(path) == "dotenv") and digest != memory.digest(None)
            for (kind, path, _), digest in trace.looks.items()
        )
        parts = (part for part in trace.parts if part.answer not in (YES, NO))
        known[trace] = own or any(_has_values_of_dotenv(part, memory, known) for part in parts)
    return known[trace]


def _identify_program() -> tuple[object, ...]:
    """What changes when regilink or PyYAML is installed anew, or edited."""
    package = os.path.dirname(os.path.dirname(__file__))
    yaml = next((path for path in sys.path if os.path.isfile(os.path.join(path, "yaml", "composer.py"))), None)
    files: list[tuple[str, ...]] = [("", *sorted(os.listdir(os.path.join(yaml, "yaml"))))] if yaml is not None else []
    for folder in ("", "config", "core", "lint", "rules"):
        for base, folders, names in os.walk(os.path.join(package, folder)):
            folders[:] = [name for name in folders if folder and name != "__pycache__"]
            for name in sorted(names):
                if name.endswith(".py"):
                    status = os.stat(os.path.join(base, name))
                    files.append((name, str(status.st_size), str(status.st_mtime_ns)))
    return package, yaml, files


# Reports and traces as values of JSON


def _encode(value: object) -> object:
    """A value as JSON has it.

    Raises:
        TypeError: it has something in it that reports do not have.
    """
    if isinstance(value, Phrase):
        values = {name: _encode(item) for name, item in value.values.items()}
        return {"": [str(value), value.template, values, value.number, value.layout]}
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, tuple | list):
        return [_encode(item) for item in value]
    name = type(value).__name__
    if not is_record(value) or name not in _RECORDS:
        raise TypeError(name)
    return {name: [_encode(getattr(value, field)) for field in _fields_of(name)]}


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple([_decode(item) for item in value])
    if not isinstance(value, dict):
        return value
    ((name, items),) = value.items()
    if name:
        return _RECORDS[name](*[_decode(item) for item in items])
    text, template, values, number, layout = items
    return make_phrase(text, template, {key: _decode(item) for key, item in values.items()}, number, layout)


def _fields_of(name: str) -> Iterable[str]:
    cls: Any = _RECORDS[name]
    fields: Iterable[str] = cls.__match_args__
    return _LINK_FIELDS if cls is Link else fields


def _to_table(reports: Iterable[KeptReport]) -> dict[str, object]:
    """Reports with their traces; a look or a question that several are made of is written once."""
    looks: dict[tuple[object, ...], int] = {}
    questions: dict[tuple[object, ...], int] = {}
    numbers: dict[Trace, int] = {}

    def number_looks(trace: Trace) -> tuple[int, ...]:
        return tuple([looks.setdefault((*look, digest), len(looks)) for look, digest in trace.looks.items()])

    def number(trace: Trace) -> int:
        if trace not in numbers:
            name, arguments = trace.question or ("", ())
            parts = tuple([number(part) for part in trace.parts])
            row = (name, arguments, trace.answer, number_looks(trace), parts)
            numbers[trace] = questions.setdefault(row, len(questions))
        return numbers[trace]

    rows: list[tuple[object, ...]] = []
    for kept in reports:
        parts = [number(part) for part in kept.trace.parts]
        rows.append((kept.path, kept.content, kept.settings, number_looks(kept.trace), parts, kept.report))
    return {"looks": list(looks), "questions": list(questions), "reports": rows}


def _read_reports(value: Any) -> Iterator[KeptReport]:
    looks = [((kind, path, limit), digest) for kind, path, limit, digest in value["looks"]]
    traces: list[Trace] = []
    for name, arguments, answer, seen, parts in value["questions"]:
        trace = Trace((name, _to_tuples(arguments)))
        trace.answer = answer
        trace.looks = dict([looks[number] for number in seen])
        trace.parts = dict.fromkeys([traces[number] for number in parts])
        traces.append(trace)
    for path, content, settings, seen, parts, report in value["reports"]:
        trace = Trace()
        trace.looks = dict([looks[number] for number in seen])
        trace.parts = dict.fromkeys([traces[number] for number in parts])
        yield KeptReport(path, content, settings, trace, report)


def _to_tuples(value: Any) -> Any:
    return tuple([_to_tuples(item) for item in value]) if isinstance(value, list) else value


# Files


def find_key() -> bytes | None:
    """The key in the user's cache folder, which is made at first; None where there can be none.

    One that others can read or write, or that belongs to another user, is not used.
    """
    path = os.path.join(_find_user_folder(), "regilink", "cache.key")
    key = _read_own_file(path, _KEY_BYTES, private=True)
    if key is None and not os.path.lexists(path):
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        except OSError:
            return None
        _write_own_file(path, os.urandom(_KEY_BYTES))
        key = _read_own_file(path, _KEY_BYTES, private=True)
    return key if key is not None and len(key) == _KEY_BYTES else None


def _find_user_folder() -> str:
    """The folder of the user for the caches of programs."""
    home = os.path.expanduser("~")
    if os.name == "nt":
        return os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches")
    configured = os.environ.get("XDG_CACHE_HOME", "")
    return configured if os.path.isabs(configured) else os.path.join(home, ".cache")


def _make_folder(folder: str) -> bool:
    """Whether a folder is a cache of regilink; it is made if it does not exist or is empty."""
    try:
        if not os.path.lexists(folder):
            os.makedirs(folder)
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            return False
        if not os.path.lexists(os.path.join(folder, TAG)):
            if os.listdir(folder):
                return False
            own = b"# regilink has made this folder. It can be deleted at any time.\n"
            _write_own_file(os.path.join(folder, ".gitignore"), own + b"*\n")
            _write_own_file(os.path.join(folder, TAG), SIGNATURE + own)
    except (OSError, ValueError):  # a null character
        return False
    return os.access(folder, os.W_OK)


def _read_own_file(path: str, limit: int, *, private: bool = False) -> bytes | None:
    """The content of a plain file, not of a link, of at most `limit` bytes; `private`: None if others can read it."""
    try:
        handle = os.open(path, _READ)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return None
        if private and hasattr(os, "geteuid") and (status.st_mode & 0o077 or status.st_uid != os.geteuid()):
            return None
        with open(handle, "rb", closefd=False) as file:
            content = file.read(limit + 1)
        return content if len(content) <= limit else None
    except OSError:
        return None
    finally:
        os.close(handle)


def _write_own_file(path: str, content: bytes) -> None:
    """Put a file in its place, whole or not at all; without an error where that is not possible."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        handle = os.open(temporary, _WRITE, 0o600)
    except OSError:
        return
    try:
        try:
            with open(handle, "wb") as file:
                file.write(content)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError:
        return


def _remove_old(folder: str) -> None:
    """Leave the newest cache files, and what other runs are writing at the moment."""
    from time import time

    try:
        with os.scandir(folder) as entries:
            files = [(entry.stat(follow_symlinks=False).st_mtime, entry.path) for entry in entries]
        caches = sorted((item for item in files if item[1].endswith(_SUFFIX)), reverse=True)
        left_over = [item for item in files if item[1].endswith(".tmp") and item[0] < time() - _A_DAY]
        for _, path in (*caches[MAX_FILES:], *left_over):
            os.unlink(path)
    except OSError:
        return
