"""Run the user's command as a shell would: with its own input and output; and leave none of its processes behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any, NamedTuple

from regilink_doctor.core.origin import quote_for_shell

PATIENCE = {signal.SIGINT: 15.0, signal.SIGTERM: 5.0}
"""Seconds that the command has to end after a signal; then it is killed. A second signal kills it at once."""

GRACE = 5.0
"""Seconds that what is left of a command has to end after the command itself, and again after a signal."""

_WATCHER = 'read -r _; kill -s TERM -- "$1"; sleep 2; kill -s KILL -- "$1"'
"""A shell that waits for the end of its input: for regilink to be killed. Then it ends the command."""


class CommandEnd(NamedTuple):
    """The exit status of a command (minus the signal that ended it), whether it was interrupted, and what it left."""

    status: int
    is_interrupted: bool
    has_left_running: bool
    """Whether something that it had started still ran: it is ended, except at a terminal. Unknown on Windows."""


class _Command:
    """A process, and where possible its whole family.

    Without a terminal the command leads a process group of its own. At a terminal it stays in regilink's, as Ctrl-C,
    Ctrl-Z and questions to the user need it. On Windows it always stays, and a job holds it: what is in the job ends
    with regilink, however that ends.
    """

    def __init__(self, argv: Sequence[str], **options: Any) -> None:
        self.has_group = os.name == "posix" and not _is_in_foreground()
        self._orphans = set() if self.has_group else _find_orphans()
        self.process = subprocess.Popen(list(argv), start_new_session=self.has_group, **options)
        self._job = _make_job(self.process.pid)
        self.signals: list[int] = []
        self.has_left_running = False
        """Whether something that it has started is still running after it."""

    def handle(self, number: int) -> None:
        """Pass a signal on; kill when it is the second."""
        self.signals.append(number)
        if len(self.signals) > 1:
            self.kill()
        elif self.has_group or number != signal.SIGINT:
            # A terminal sends Ctrl-C to every process in the foreground: sending it again would be a second one.
            self._send(number)

    def wait(self) -> int:
        """The exit status, minus the signal that ended it. What it has started ends with it."""
        deadline: float | None = None
        while True:
            try:
                status = self.process.wait(timeout=0.5)
                self._end_family()
                return status
            except subprocess.TimeoutExpired:
                if deadline is None and self.signals:
                    deadline = time.monotonic() + PATIENCE.get(signal.Signals(self.signals[0]), 5.0)
                if deadline is not None and time.monotonic() >= deadline:
                    self.kill()
            except BaseException:
                self.kill()
                self.process.wait()
                raise

    def kill(self) -> None:
        """End it and its children at once."""
        if sys.platform == "win32":
            _end_job(self._job)
            self.process.kill()
            return
        if self.has_group:
            self._send(signal.SIGKILL)
            return
        family = [*_find_descendants(self.process.pid)]
        self.process.kill()
        for pid in family:
            _ignore_missing(lambda pid=pid: os.kill(pid, signal.SIGKILL))  # type: ignore[misc]

    def _send(self, number: int) -> bool:
        """Whether a process received the signal."""
        if not self.has_group:
            self.process.send_signal(number)
            return True
        return _ignore_missing(lambda: os.killpg(self.process.pid, number))

    def _end_family(self) -> None:
        """End what the command has left running, where it leads a group or is in a job."""
        _end_job(self._job)
        self.has_left_running = self._outlives_grace()
        if self.has_group and self.has_left_running:
            self._send(signal.SIGTERM)
            if self._outlives_grace():
                self._send(signal.SIGKILL)

    def _outlives_grace(self) -> bool:
        """Whether its family is still there after a while: wandb's service ends a moment after its program."""
        deadline = time.monotonic() + GRACE
        while is_alive := bool(self._find_family()):
            if time.monotonic() >= deadline:
                break
            time.sleep(0.02)
        return is_alive

    def _find_family(self) -> set[int]:
        """What is left of the command's group; at a terminal, what of regilink's group has lost its parent since."""
        if self.has_group:
            return {pid for pid, _, group in _list_processes() if group == self.process.pid}
        return _find_orphans() - self._orphans


def run_command(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    cwd: str | Path | None = None,
    stdout: IO[bytes] | int | None = None,
    stderr: IO[bytes] | int | None = None,
) -> CommandEnd:
    """Run a command to its end.

    Raises:
        OSError: it cannot be started.
    """
    early: list[int] = []
    command: _Command | None = None

    def handle(number: int, frame: FrameType | None) -> None:
        if command is None:
            early.append(number)
        else:
            command.handle(number)

    with _handling(handle):
        # A handler, unlike an ignored signal, is not inherited.
        try:
            command = _Command(find_program(argv, environ), env=dict(environ), cwd=cwd, stdout=stdout, stderr=stderr)
        except ValueError:  # NUL, half a surrogate pair
            raise OSError("it has a character that no command line can have") from None
        with _watched(command):
            for number in early:
                command.handle(number)
            status = command.wait()
    return CommandEnd(status, bool(command.signals), command.has_left_running and not command.signals)


def find_program(argv: Sequence[str], environ: Mapping[str, str], system: str = os.name) -> list[str]:
    """The command, with the program that a shell would start for its name.

    Windows alone would look beside the Python that runs first, which in a virtual environment is the one below it, and
    for `.exe` files alone: `conda` and `npm` are `.bat` and `.cmd`.
    """
    path = next((value for name, value in environ.items() if name.upper() == "PATH"), None)
    program = shutil.which(argv[0], path=path) if system == "nt" else None
    return [program or argv[0], *argv[1:]]


def not_started(argv: Sequence[str], error: OSError) -> str:
    """Why a command could not be started, and what to write instead where it is a script that needs its Python."""
    sentence = f"{argv[0]} cannot be started: {error.strerror or error}"
    if argv[0].endswith(".py") and os.path.isfile(argv[0]):
        return f"{sentence}; write: {' '.join(map(quote_for_shell, ['python', *argv]))}"
    return sentence


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle SIGINT and SIGTERM. Only the main thread may: elsewhere (a test, a notebook) they are left as they are."""
    is_main = threading.current_thread() is threading.main_thread()
    numbers = (signal.SIGINT, signal.SIGTERM) if is_main else ()
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def _watched(command: _Command) -> Iterator[None]:
    """End the command also when this process is killed, and cannot."""
    if os.name != "posix" or not os.path.exists("/bin/sh"):
        yield
        return
    target = f"{'-' if command.has_group else ''}{command.process.pid}"
    with subprocess.Popen(
        ["/bin/sh", "-c", _WATCHER, "regilink-watcher", target],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as watcher:
        try:
            yield
        finally:
            watcher.kill()


def _make_job(pid: int) -> int | None:
    """On Windows a job with this process in it: what the process starts is in it, too. None elsewhere."""
    if sys.platform != "win32":
        return None
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    for name in ("CreateJobObjectW", "OpenProcess"):
        getattr(kernel, name).restype = ctypes.c_void_p
    job = kernel.CreateJobObjectW(None, None)
    if not job:
        return None
    # JOBOBJECT_EXTENDED_LIMIT_INFORMATION: its flags, after two large integers, end the job with its last handle.
    limits = (ctypes.c_uint32 * 36)()
    limits[4] = 0x2000  # JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
    kernel.SetInformationJobObject(ctypes.c_void_p(job), 9, ctypes.byref(limits), ctypes.sizeof(limits))
    process = ctypes.c_void_p(kernel.OpenProcess(0x0101, False, pid))  # PROCESS_SET_QUOTA, PROCESS_TERMINATE
    kernel.AssignProcessToJobObject(ctypes.c_void_p(job), process)
    kernel.CloseHandle(process)
    return int(job)


def _end_job(job: int | None) -> None:
    """End every process of the job."""
    if sys.platform == "win32" and job is not None:
        import ctypes

        ctypes.WinDLL("kernel32").TerminateJobObject(ctypes.c_void_p(job), 1)


def _find_descendants(pid: int) -> Iterator[int]:
    """The children of a process, and theirs."""
    children: dict[int, list[int]] = {}
    for child, parent, _ in _list_processes():
        children.setdefault(parent, []).append(child)
    waiting = children.get(pid, [])
    while waiting:
        yield (child := waiting.pop())
        waiting += children.get(child, [])


def _find_orphans() -> set[int]:
    """The processes of this one's group whose parent is of another group, as what a command has left running."""
    group = [(pid, parent) for pid, parent, leader in _list_processes() if leader == os.getpgrp()]
    members = {pid for pid, _ in group}
    return {pid for pid, parent in group if parent not in members}


def _list_processes() -> list[tuple[int, int, int]]:
    """Number, parent and group of each process that has not ended; none on Windows."""
    if os.path.isdir("/proc/self"):  # small containers have no `ps`
        lines = [_read_status(pid) for pid in filter(str.isdecimal, os.listdir("/proc"))]
    elif os.name == "posix":
        columns = ["ps", "-A", "-o", "pid=", "-o", "stat=", "-o", "ppid=", "-o", "pgid="]
        lines = [line.split() for line in subprocess.check_output(columns, text=True).splitlines()]
    else:
        return []
    return [(int(line[0]), int(line[2]), int(line[3])) for line in lines if line and line[1][0] != "Z"]


def _read_status(pid: str) -> list[str]:
    """Number, state, parent and group of a process; nothing if it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return [pid, *file.read().rpartition(")")[2].split()]
    except OSError:
        return []


def _ignore_missing(action: Callable[[], object]) -> bool:
    try:
        action()
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _is_in_foreground() -> bool:
    """Whether Ctrl-C at a terminal reaches this process and its children without anybody's help."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
