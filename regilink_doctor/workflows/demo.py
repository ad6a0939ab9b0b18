"""The newcomer's first minute: a small project with mistakes, checked from every side, without an account."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from regilink_doctor.emulator import Emulator, Fence
from regilink_doctor.emulator.environ import within
from regilink_doctor.workflows.lint import LintResult, lint_paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.doctor.diagnosis import Diagnosis

SCRIPT = "publish.py"
TIMEOUT = 120.0


class ScriptFailed(Exception):
    """The script of the demo did not run to its end; the message says why."""


class Demo:
    """The bundled project in the current folder, and an emulator that serves it. Its methods are the steps."""

    def __init__(self, emulator: Emulator, environ: Mapping[str, str]) -> None:
        self._emulator = emulator
        self._environ = environ

    def lint(self) -> LintResult:
        """What the source alone shows."""
        return lint_paths([SCRIPT])

    def diagnose(self) -> Diagnosis:
        """What the server knows before the run."""
        from regilink_doctor.workflows.diagnose import diagnose

        # The script runs with regilink's own Python, whatever environment is active.
        environ = {name: value for name, value in self._environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
        return diagnose(environ=environ)

    def run(self) -> tuple[LinkAttempt, ...]:
        """What the script really links, with the real wandb.

        Raises:
            ScriptFailed: it did not end well.
        """
        try:
            done = subprocess.run(
                [sys.executable, SCRIPT],
                env={**self._environ, "PYTHONIOENCODING": "utf-8"},
                capture_output=True,
                encoding="utf-8",
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ScriptFailed(f"The script did not end within {TIMEOUT:.0f} seconds.") from None
        if done.returncode:
            message = done.stdout + done.stderr
            if "No module named 'wandb'" in done.stderr:
                message += '\nwandb is not installed: install regilink with its extra "all"'
            raise ScriptFailed(message)
        return self._emulator.ledger.links


@contextmanager
def open_demo() -> Iterator[Demo]:
    """The demo in a folder of its own, which is the current one until the end.

    Raises:
        ImportError: graphql-core is not installed.
    """
    before = os.getcwd()
    folder = tempfile.mkdtemp(prefix="regilink-demo-")
    try:
        shutil.copy(os.path.join(os.path.dirname(__file__), "demo_project", SCRIPT), folder)
        os.chdir(folder)  # reports then name the file as its reader would
        with Emulator() as emulator, Fence(emulator) as fence:
            yield Demo(emulator, within(os.environ, fence.environ()))
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)
