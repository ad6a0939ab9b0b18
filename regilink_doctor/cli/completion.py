"""`regilink completion SHELL`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regilink_doctor.cli.options import OK
from regilink_doctor.cli.output import declare_kind

if TYPE_CHECKING:
    import argparse

SHELLS = {
    "bash": 'eval "$(regilink completion bash)" in ~/.bashrc',
    "zsh": "regilink completion zsh > _regilink, in a folder of $fpath",
    "fish": "regilink completion fish > ~/.config/fish/completions/regilink.fish",
}
"""Shell -> where its script goes."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    where = "; ".join(f"{shell}: {place}" for shell, place in SHELLS.items())
    parser.add_argument("shell", metavar="SHELL", choices=tuple(SHELLS), help=where)
    parser.set_defaults(run=_print_script)


def find_script(shell: str) -> Path:
    """The file of a shell's script, which `tools/make_completions.py` writes."""
    return Path(__file__).parents[1] / "completions" / f"regilink.{shell}"


def _print_script(options: argparse.Namespace) -> int:
    declare_kind("document")  # a shell stumbles over the line ends of Windows
    print(find_script(options.shell).read_text(encoding="utf-8"), end="")
    return OK
