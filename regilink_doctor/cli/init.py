"""`regilink init`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from regilink_doctor.cli.options import OK, UsageProblem, add_colour, add_option, wants_colour

if TYPE_CHECKING:
    import argparse

    from regilink_doctor.workflows.initialize import Setup


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_option(parser, "--yes", action="store_true", help="write without asking, as in scripts")
    add_colour(parser)
    parser.set_defaults(run=_run_init)


def _run_init(options: argparse.Namespace) -> int:
    from regilink_doctor.workflows.initialize import TEST_PATH, plan_setup, write_setup

    try:
        setup = plan_setup()
    except ValueError as problem:
        raise UsageProblem(f"init: {problem}") from None
    _show_setup(setup, colour=wants_colour(options.color))
    if not setup.files:
        return OK
    if not options.yes and not _is_confirmed():
        return OK
    try:
        write_setup(setup)
    except OSError as error:
        raise UsageProblem(f"init: {error}") from None
    print(f"Written: {', '.join(file.path for file in setup.files)}.")
    if any(file.path == TEST_PATH for file in setup.files):
        print('The test needs the extra "pytest".')
    print("Next: regilink lint")
    return OK


def _show_setup(setup: Setup, *, colour: bool) -> None:
    from regilink_doctor.core.text import escape_text
    from regilink_doctor.report.listings import diff_lines
    from regilink_doctor.report.terminal import paint_text

    for file in setup.files:
        verb = "new" if file.before is None else "changed"
        print(paint_text("1", f"{file.path} ({verb}): {file.purpose}", colour=colour))
        for line in diff_lines(file.path, (file.before or "").encode(), file.after.encode()):
            print(f"  {line}")
        print()
    for note in setup.notes:
        print(*map(escape_text, note.splitlines()), sep="\n")
    if not setup.files:
        print("Nothing to write.")


def _is_confirmed() -> bool:
    if not sys.stdin.isatty():
        print("Nothing was written: no terminal to ask on. `regilink init --yes` writes it.")
        return False
    try:
        answer = input("Write this? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() in ("y", "yes"):
        return True
    print("Nothing was written.")
    return False
