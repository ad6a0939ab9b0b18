"""The newcomer's first minute: a small project with mistakes, through every wing, without an account."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, TextIO

from regilink_doctor.emulator import Emulator, Fence
from regilink_doctor.emulator.environ import within
from regilink_doctor.report import ledger
from regilink_doctor.report.excerpts import render_findings
from regilink_doctor.report.terminal import fit_lines, paint_text, terminal_width
from regilink_doctor.workflows.lint import lint_paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regilink_doctor.core.ledger import LinkAttempt

SCRIPT = "publish.py"
NEXT = (
    ("regilink lint", "what the source alone shows"),
    ("regilink dry-run -- python train.py", "what your own script would link, without an account"),
    ("python train.py 2>&1 | regilink explain -", "what an error means, and what to write"),
    ("regilink doctor", "what the server says, with your account"),
    ("regilink catalog pull", "your organization as a file, for all of them"),
)
"""The commands that lead on, and what each shows."""

TIMEOUT = 120.0


def demo(output: TextIO, *, colour: bool) -> int:
    """Lint, diagnose and run the bundled project; 0, or 2 when the run itself could not be made.

    Raises:
        ImportError: graphql-core is not installed.
    """
    before = os.getcwd()
    folder = tempfile.mkdtemp(prefix="regilink-demo-")
    try:
        shutil.copy(os.path.join(os.path.dirname(__file__), "demo_project", SCRIPT), folder)
        os.chdir(folder)  # so that the report names the file as its reader would
        with Emulator() as emulator, Fence(emulator) as fence:
            environ = within(os.environ, fence.environ())
            _lint(output, colour=colour)
            _diagnose(output, environ, colour=colour)
            return _run(output, emulator, environ, colour=colour)
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)


def _title(output: TextIO, number: int, what: str, *, colour: bool) -> None:
    print(paint_text("1", f"{number}. {what}", colour=colour), "", sep="\n", file=output, flush=True)


def _lint(output: TextIO, *, colour: bool) -> None:
    _title(output, 1, f"What the source alone shows: regilink lint {SCRIPT}", colour=colour)
    result = lint_paths([SCRIPT])
    for line in render_findings(result.findings, result.sources, colour=colour, width=terminal_width(output)):
        print(line, file=output)


def _diagnose(output: TextIO, environ: Mapping[str, str], *, colour: bool) -> None:
    from rich.console import Console

    from regilink_doctor.report import doctor
    from regilink_doctor.workflows.diagnose import diagnose

    _title(output, 2, "What the server knows before the run: regilink doctor", colour=colour)
    console = Console(file=output, force_terminal=colour, no_color=not colour, highlight=False, soft_wrap=not colour)
    # The script will run with our own Python, whatever environment is active.
    ours = {name: value for name, value in environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    doctor.render_full(diagnose(environ=ours), console)
    print(file=output)


def _run(output: TextIO, emulator: Emulator, environ: Mapping[str, str], *, colour: bool) -> int:
    _title(output, 3, f"What really happens: python {SCRIPT}, with the real wandb, on the emulator", colour=colour)
    try:
        done = subprocess.run(
            [sys.executable, SCRIPT], env=dict(environ), capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"The script did not end within {TIMEOUT:.0f} seconds.", file=sys.stderr)
        return 2
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        if "No module named 'wandb'" in done.stderr:
            print('wandb is not installed: pip install "regilink[all]"', file=sys.stderr)
        return 2
    for line in fit_lines(ledger.render(emulator.ledger.links, colour=colour), terminal_width(output)):
        print(line, file=output)
    for line in fit_lines(_verdict(emulator.ledger.links).split("\n"), terminal_width(output)):
        print(line, file=output)
    return 0


def _verdict(links: tuple[LinkAttempt, ...]) -> str:
    counts = {outcome: sum(link.verdict == outcome for link in links) for outcome in ("linked", "misplaced", "refused")}
    return (
        f"\nOf {len(links)} links, {counts['linked']} went where it should, {counts['misplaced']} went elsewhere "
        f"without an error, {counts['refused']} were refused.\n\n"
        "Next, in your own project:\n" + "\n".join(f"  {command:<42} {what}" for command, what in NEXT)
    )
