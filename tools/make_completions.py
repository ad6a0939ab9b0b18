"""Writes what completes commands and options in each shell: `python tools/make_completions.py`.

They are made here, not when somebody presses Tab: a start of Python would take longer than the shell may wait.
"""

from __future__ import annotations

import argparse
import os
from importlib import import_module

import shtab

from regilink_doctor.cli import COMMANDS, _make_parsers
from regilink_doctor.cli.completion import SHELLS, find_script

PATHS = {"FILE", "PATH"}
"""The words of help texts that stand for files and folders."""

NOTHING = {"zsh": "_message word"}
"""Completes no word. With nothing at all in its place zsh completes no option either where words are optional."""


def make_script(shell: str) -> str:
    """The script of a shell for all commands."""
    parser, _ = _make_parsers([])
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    for name in COMMANDS:
        import_module(f"regilink_doctor.cli.{name.replace('-', '_')}").add_options(commands.choices[name])
        _complete_paths(commands.choices[name])
    return f"{shtab.complete(parser, shell=shell).rstrip()}\n"


def _complete_paths(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                _complete_paths(verb)
        elif action.metavar in PATHS:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif not action.option_strings and action.nargs in ("*", "?"):
            action.complete = NOTHING  # type: ignore[attr-defined]


if __name__ == "__main__":
    for variable in [name for name in os.environ if name.startswith("REGILINK_")]:
        del os.environ[variable]  # their values are defaults
    for shell in SHELLS:
        find_script(shell).write_text(make_script(shell), encoding="utf-8")
