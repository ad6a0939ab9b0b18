"""Runs a program with one of the wandbs against a fresh emulator, fenced off from everything real."""

import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regilink_doctor.core.ledger import LinkAttempt
from regilink_doctor.emulator import Emulator, Fence
from regilink_doctor.emulator.environ import within

HERE = Path(__file__).parent
TIMEOUT = 300.0


@dataclass
class Outcome:
    """What a program printed, one JSON object a line, and what the emulator saw of it."""

    lines: list[dict[str, Any]]
    links: tuple[LinkAttempt, ...]
    blocked: tuple[str, ...]
    status: int | None
    """None: it did not end in time."""

    seconds: float
    errors: str = ""
    first: dict[str, Any] = field(default_factory=dict)


def run(emulator: Emulator, python: str, program: str, *arguments: str, **environ: str) -> Outcome:
    """Run `tests/matrix/PROGRAM` in an empty folder. Its first line says which wandb it has."""
    with Fence(emulator) as fence, tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        process = subprocess.Popen(
            [python, "-W", "ignore", str(HERE / program), *arguments],
            env=within(os.environ, {**fence.environ(), **environ}),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            output, errors = process.communicate(timeout=TIMEOUT)
            status: int | None = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            status = None
        lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        return Outcome(
            lines[1:],
            emulator.ledger.links,
            tuple(each.host for each in fence.blocked),
            status,
            time.monotonic() - began,
            errors,
            lines[0] if lines else {},
        )
