"""`regilink emulator`."""

from __future__ import annotations

from regilink_doctor.cli.options import UsageProblem, load_catalog, option

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.usage = "regilink emulator [-h] [--env-file FILE] [--world FILE] [-- CMD ...]"
    option(parser, "--env-file", metavar="FILE", help="write the variables for wandb here when it is ready")
    option(parser, "--world", metavar="FILE", help="a catalog to begin with (default: Acme Inc with team-a and alice)")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from regilink_doctor.workflows.emulate import emulate

    try:
        return emulate(options.cmd, env_file=options.env_file, world=load_catalog(options.world, "--world"))
    except (ImportError, OSError) as error:
        raise UsageProblem(str(error)) from None
