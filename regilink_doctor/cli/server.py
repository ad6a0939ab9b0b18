"""`regilink server`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.cli.options import OK, UsageProblem

if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options: none; the editor says everything else."""
    parser.set_defaults(run=_run_server)


def _run_server(options: argparse.Namespace) -> int:
    try:
        from regilink_doctor.editor.server import make_server
    except ImportError:
        raise UsageProblem('server needs pygls: install regilink with its extra "lsp"') from None
    make_server().start_io()
    return OK
