"""`regilink demo`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from regilink_doctor.cli.options import (
    OK,
    UNUSABLE,
    UsageProblem,
    add_colour,
    add_language,
    find_translation,
    load_configuration,
    wants_colour,
)
from regilink_doctor.core.phrases import say

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.workflows.demo import Demo

NEXT = (
    ("regilink lint", say("check your code")),
    ("regilink dry-run -- python train.py", say("run your own script, without an account")),
    ("python train.py 2>&1 | regilink explain -", say("explain an error, and what to write instead")),
    ("regilink doctor", say("check your account and your links on the server")),
    ("regilink catalog pull", say("save your organization as a file, which all of them use")),
)
"""The commands to try next, and what each does."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_colour(parser)
    add_language(parser)
    parser.set_defaults(run=_run_demo)


def _run_demo(options: argparse.Namespace) -> int:
    try:
        from regilink_doctor.workflows.demo import ScriptFailed, open_demo
    except ImportError:
        raise UsageProblem('demo needs the emulator and wandb: install regilink with its extra "all"') from None
    colour = wants_colour(options.color)
    translate = find_translation(options.lang, load_configuration(), "messages", "rules")
    try:
        with open_demo() as demo:
            _show_lint(demo, colour, translate)
            _show_diagnosis(demo, colour, translate)
            _show_run(demo, colour, translate)
    except ScriptFailed as failure:
        print(failure, file=sys.stderr)
        return UNUSABLE
    return OK


def _show_title(number: int, what: str, colour: bool) -> None:
    from regilink_doctor.report.terminal import paint_text

    print(paint_text("1", f"{number}. {what}", colour=colour), "", sep="\n", flush=True)


def _show_lint(demo: Demo, colour: bool, translate: Callable[[str], str]) -> None:
    from regilink_doctor.report.locations import render_findings
    from regilink_doctor.report.terminal import terminal_width
    from regilink_doctor.workflows.demo import SCRIPT

    _show_title(1, translate(say("What the source alone shows: {command}", command=f"regilink lint {SCRIPT}")), colour)
    result, width = demo.lint(), terminal_width()
    for line in render_findings(result.findings, result.sources, colour=colour, width=width, translate=translate):
        print(line)


def _show_diagnosis(demo: Demo, colour: bool, translate: Callable[[str], str]) -> None:
    from regilink_doctor.report.doctor import render_full
    from regilink_doctor.report.terminal import make_console

    _show_title(2, translate(say("What the server knows before the run: {command}", command="regilink doctor")), colour)
    render_full(demo.diagnose(), make_console(colour=colour), translate=translate)
    print()


def _show_run(demo: Demo, colour: bool, translate: Callable[[str], str]) -> None:
    from regilink_doctor.report import dry_run
    from regilink_doctor.report.terminal import fit_lines, terminal_width
    from regilink_doctor.workflows.demo import SCRIPT

    what = say("What really happens: python {script}, with the real wandb, on the emulator", script=SCRIPT)
    _show_title(3, translate(what), colour)
    links = demo.run()
    lines = [*dry_run.render_links(links, colour=colour, translate=translate), *_render_verdict(links, translate)]
    for line in fit_lines(lines, terminal_width()):
        print(line)


def _render_verdict(links: Sequence[LinkAttempt], translate: Callable[[str], str]) -> list[str]:
    verdicts = [link.verdict for link in links]
    verdict = say(
        "Of {number} links, {linked} went to the right place, {misplaced} went somewhere else without any error, and "
        "W&B refused {refused}.",
        number=len(links),
        linked=verdicts.count("linked"),
        misplaced=verdicts.count("misplaced"),
        refused=verdicts.count("refused"),
    )
    return [
        "",
        translate(verdict),
        "",
        translate(say("Next, in your own project:")),
        *(f"  {command:<42} {translate(what)}" for command, what in NEXT),
    ]
