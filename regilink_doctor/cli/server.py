"""`regilink server`."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from regilink_doctor.cli.options import OK, UsageProblem, add_language, find_translation, load_configuration
from regilink_doctor.config import Config

if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options; the editor says everything else."""
    add_language(parser)
    parser.set_defaults(run=_run_server)


def _run_server(options: argparse.Namespace) -> int:
    try:
        from regilink_doctor.editor.server import make_server
    except ImportError:
        raise UsageProblem('server needs pygls: install regilink with its extra "lsp"') from None
    try:
        config = load_configuration()
    except UsageProblem:
        config = Config()  # the editor shows what is wrong with it
    server = make_server(find_translation(options.lang, config, "messages", "failures"))
    # Each keystroke makes and drops a syntax tree, without cycles: looking through all that is loaded takes longer.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    server.start_io()
    return OK
