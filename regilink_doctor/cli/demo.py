"""`regilink demo`."""

from __future__ import annotations

import sys

from regilink_doctor.cli.options import UsageProblem, add_colour, wants_colour

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_colour(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        from regilink_doctor.workflows.demo import demo

        return demo(sys.stdout, colour=wants_colour(options.color))
    except ImportError:
        raise UsageProblem('demo needs the emulator and wandb: pip install "regilink[all]"') from None
