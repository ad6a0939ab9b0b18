"""`regilink demo`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from regilink_doctor.cli.options import OK, UNUSABLE, UsageProblem, add_colour, wants_colour

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.workflows.demo import Demo

NEXT = (
    ("regilink lint", "check your code"),
    ("regilink dry-run -- python train.py", "run your own script, without an account"),
    ("python train.py 2>&1 | regilink explain -", "explain an error, and what to write instead"),
    ("regilink doctor", "check your account and your links on the server"),
    ("regilink catalog pull", "save your organization as a file, which all of them use"),
)
"""The commands to try next, and what each does."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_colour(parser)
    parser.set_defaults(run=_run_demo)


def _run_demo(options: argparse.Namespace) -> int:
    try:
        from regilink_doctor.workflows.demo import ScriptFailed, open_demo
    except ImportError:
        raise UsageProblem('demo needs the emulator and wandb: install regilink with its extra "all"') from None
    colour = wants_colour(options.color)
    try:
        with open_demo() as demo:
            _show_lint(demo, colour)
            _show_diagnosis(demo, colour)
            _show_run(demo, colour)
    except ScriptFailed as failure:
        print(failure, file=sys.stderr)
        return UNUSABLE
    return OK


def _show_title(number: int, what: str, colour: bool) -> None:
    from regilink_doctor.report.terminal import paint_text

    print(paint_text("1", f"{number}. {what}", colour=colour), "", sep="\n", flush=True)


def _show_lint(demo: Demo, colour: bool) -> None:
    from regilink_doctor.report.locations import render_findings
    from regilink_doctor.report.terminal import terminal_width
    from regilink_doctor.workflows.demo import SCRIPT

    _show_title(1, f"What the source alone shows: regilink lint {SCRIPT}", colour)
    result = demo.lint()
    for line in render_findings(result.findings, result.sources, colour=colour, width=terminal_width()):
        print(line)


def _show_diagnosis(demo: Demo, colour: bool) -> None:
    from regilink_doctor.report.doctor import render_full
    from regilink_doctor.report.terminal import make_console

    _show_title(2, "What the server knows before the run: regilink doctor", colour)
    render_full(demo.diagnose(), make_console(colour=colour))
    print()


def _show_run(demo: Demo, colour: bool) -> None:
    from regilink_doctor.report import dry_run
    from regilink_doctor.report.terminal import fit_lines, terminal_width
    from regilink_doctor.workflows.demo import SCRIPT

    _show_title(3, f"What really happens: python {SCRIPT}, with the real wandb, on the emulator", colour)
    links = demo.run()
    lines = [*dry_run.render_links(links, colour=colour), *_render_verdict(links)]
    for line in fit_lines(lines, terminal_width()):
        print(line)


def _render_verdict(links: Sequence[LinkAttempt]) -> list[str]:
    counts = {outcome: sum(link.verdict == outcome for link in links) for outcome in ("linked", "misplaced", "refused")}
    return [
        "",
        f"Of {len(links)} links, {counts['linked']} went to the right place, {counts['misplaced']} went somewhere else "
        f"without any error, and W&B refused {counts['refused']}.",
        "",
        "Next, in your own project:",
        *(f"  {command:<42} {what}" for command, what in NEXT),
    ]
