"""Run the user's command as a shell would: its own input and output, and Ctrl-C ends it, not us."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

PATIENCE = 15.0
"""Seconds that the command has to end after it was asked to; then it is killed."""


@dataclass
class _Watch:
    """What has been asked of the command so far."""

    process: subprocess.Popen[bytes] | None = None
    asked: list[int] = field(default_factory=list)

    def handle(self, number: int, frame: FrameType | None) -> None:
        self.asked.append(number)
        if self.process is None:
            return
        if len(self.asked) > 2:
            self.process.kill()
        elif number != signal.SIGINT or not _terminal_is_ours():
            # A terminal sends Ctrl-C to every process in the foreground: to send it again would be a second one.
            self.process.send_signal(number)


def run_command(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    cwd: str | Path | None = None,
    stdout: IO[bytes] | int | None = None,
) -> tuple[int, bool]:
    """Run a command to its end: its exit status (minus the signal that ended it), and whether it was interrupted.

    Raises:
        OSError: it cannot be started.
    """
    watch = _Watch()
    numbers = (signal.SIGINT, signal.SIGTERM)
    # Only the main thread may set handlers; elsewhere (a test, a notebook) Ctrl-C is left as it is.
    before = {number: signal.signal(number, watch.handle) for number in numbers} if _in_main_thread() else {}
    try:
        # A handler of ours, unlike an ignored signal, is not inherited.
        watch.process = subprocess.Popen(list(argv), env=dict(environ), cwd=cwd, stdout=stdout)
        if watch.asked:
            watch.process.send_signal(watch.asked[-1])
        status = _wait(watch)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status, bool(watch.asked)


def not_started(argv: Sequence[str], error: OSError) -> str:
    """Why a command could not be started, and what to write instead where it is a script that needs its Python."""
    sentence = f"{argv[0]} cannot be started: {error.strerror or error}"
    if argv[0].endswith(".py") and os.path.isfile(argv[0]):
        return f"{sentence}; write: {shlex.join(['python', *argv])}"
    return sentence


def _wait(watch: _Watch) -> int:
    process = watch.process
    if process is None:
        raise RuntimeError("no command was started")
    patience: float | None = None
    while True:
        try:
            return process.wait(timeout=0.5 if patience is None else min(0.5, max(patience, 0.01)))
        except subprocess.TimeoutExpired:
            if patience is not None:
                patience -= 0.5
                if patience <= 0:
                    process.kill()
            elif watch.asked:
                patience = PATIENCE
        except BaseException:
            process.kill()
            process.wait()
            raise


def _terminal_is_ours() -> bool:
    """Whether Ctrl-C at the terminal reaches this process and its children by itself."""
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp() if sys.__stdin__ is not None else False
    except (OSError, ValueError, AttributeError):
        return False


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
