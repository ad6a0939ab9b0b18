"""Write `docs/lint.svg`, the picture of README: what `regilink lint` prints on a terminal, from the real program."""

from __future__ import annotations

import html
import io
import os
import pty
import re
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import rich._export_format
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).parents[1] / "docs" / "lint.svg"
COLUMNS = 92
PROGRAM = """\
import wandb

REGISTRY = "wandb_registry-model"

with wandb.init(entity="ml-team", project="churn") as run:
    model = wandb.Artifact("churn", type="model")
    run.link_artifact(model, f"{REGISTRY}/churn")
    run.link_artifact(model, "wandb-registry-model")
"""


def make_picture() -> str:
    """The picture; two runs of one program give the same bytes."""
    text = Text.from_ansi(f"$ regilink lint train.py\n{_run_lint()}".rstrip())
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(text)
    # No font and no comment from elsewhere.
    form = re.sub(r"\s*@font-face \{\{.*?\}\}\n", "\n", rich._export_format.CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    form = re.sub(r"<!--.*?-->", "", form, flags=re.DOTALL)
    form = form.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")
    picture = console.export_svg(title="regilink lint", code_format=form, unique_id="regilink")
    return re.sub(r'(<text [^>]*textLength=")([\d.]+)("[^>]*>)([^<]*)</text>', _fix_width, picture)


def _run_lint() -> str:
    """What it prints on a terminal of this width: lines are wrapped where they are there."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, COLUMNS))
    with tempfile.TemporaryDirectory() as folder, os.fdopen(ours, "rb", buffering=0) as terminal:
        Path(folder, "train.py").write_text(PROGRAM, encoding="utf-8")
        environ = {**os.environ, "TERM": "xterm-256color"}
        command = [sys.executable, "-m", "regilink_doctor", "lint", "--color", "always", "train.py"]
        with subprocess.Popen(command, cwd=folder, env=environ, stdout=theirs, stderr=subprocess.DEVNULL):
            os.close(theirs)
            printed = b""
            while chunk := _read_some(terminal):
                printed += chunk
    return printed.decode().replace("\r\n", "\n")


def _read_some(terminal: io.RawIOBase) -> bytes:
    try:
        return terminal.read(65536) or b""
    except OSError:  # Linux says so when the other side is closed
        return b""


def _fix_width(match: re.Match[str]) -> str:
    """Rich counts characters where wide letters take two columns."""
    text = html.unescape(match[4])
    width = float(match[2]) * cell_len(text) / max(1, len(text))
    return f"{match[1]}{width:g}{match[3]}{match[4]}</text>"


if __name__ == "__main__":
    PICTURE.write_text(make_picture(), encoding="utf-8")
