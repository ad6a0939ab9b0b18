"""`regilink emulator`."""

from __future__ import annotations

from regilink_doctor.cli.options import UsageProblem, add_option, load_catalog
from regilink_doctor.core.text import quote_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.usage = (
        "regilink emulator [-h] [-v] [--env-file FILE] [--world FILE] [--port PORT] [--host ADDRESS] "
        "[--allow-host NAME] [-- CMD ...]"
    )
    add_option(
        parser,
        "--env-file",
        metavar="FILE",
        help="write the environment variables for wandb to this file when ready; use: set -a; . FILE; set +a",
    )
    add_option(
        parser,
        "--world",
        metavar="FILE",
        help="start with the organization of this catalog (default: Acme Inc with team-a and alice)",
    )
    add_option(parser, "--port", type=int, default=0, help="the port to listen at (default: a free one)")
    add_option(
        parser,
        "--host",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="the address to listen at (default: 127.0.0.1); at any other, /_regilink needs a key",
    )
    add_option(
        parser,
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        help="another host name that clients may use, as in a compose file",
    )
    add_option(
        parser,
        "--verbose",
        short="-v",
        action="store_true",
        help="print every variable that keeps wandb on this server",
    )
    parser.set_defaults(run=_run_emulator)


def _run_emulator(options: argparse.Namespace) -> int:
    from regilink_doctor.core.catalog import CatalogError

    try:
        from regilink_doctor.workflows.emulate import Unable, emulate
    except ImportError as error:  # the extra is not there
        raise UsageProblem(str(error)) from None
    for name in options.allow_host:
        if not name or set("/:@ ").intersection(name):
            raise UsageProblem(
                f"emulator: --allow-host takes a name without scheme and port, as in a URL: not {quote_text(name)}"
            )
    try:
        return emulate(
            options.cmd,
            env_file=options.env_file,
            world=load_catalog(options.world, "--world"),
            port=options.port,
            host=options.host,
            allow_hosts=options.allow_host,
            verbose=options.verbose,
        )
    except (Unable, CatalogError) as error:
        raise UsageProblem(f"emulator: {error}") from None
