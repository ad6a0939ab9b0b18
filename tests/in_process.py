"""A command line run in this process: its status, its output and its error output, as of a process of its own.

Starting Python costs more than most commands; what is about processes (signals, exit, closed streams) starts one.
"""

import io
import subprocess
from pathlib import Path

import pytest

from regilink_doctor.cli import main


def run_command(*arguments: str, cwd: Path, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `regilink ARGUMENTS` in a folder, with variables of the environment beside those that are there."""
    bytes_out, bytes_error = io.BytesIO(), io.BytesIO()
    out, error = (io.TextIOWrapper(raw, encoding="utf-8", newline="") for raw in (bytes_out, bytes_error))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        patch.setattr("sys.stdout", out)
        patch.setattr("sys.stderr", error)
        status = main(arguments)
        out.flush()
        error.flush()
    return subprocess.CompletedProcess(
        arguments, status, bytes_out.getvalue().decode(), bytes_error.getvalue().decode()
    )
