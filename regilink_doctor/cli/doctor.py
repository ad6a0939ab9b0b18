"""`regilink doctor`."""

from __future__ import annotations

from regilink_doctor.cli.options import add_colour, option, wants_colour

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "targets",
        metavar="TARGET",
        nargs="*",
        help="target paths (default: those that lint finds below the current folder)",
    )
    option(parser, "--output-format", choices=("full", "json"), default="full", help="default: full")
    option(parser, "--host", metavar="URL", help="the server (default: as wandb would take it)")
    option(parser, "--entity", metavar="TEAM", help="the entity of the run (default: as wandb would take it)")
    option(parser, "--type", metavar="TYPE", help="the type of the artifact")
    option(parser, "--python", metavar="PATH", help="whose wandb is looked at")
    option(parser, "--timeout", metavar="SECONDS", type=float, default=10.0, help="per request (default: 10)")
    option(parser, "--strict", action="store_true", help="exit 1 for a warning too")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the checks that passed, too")
    add_colour(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from regilink_doctor.report import doctor as report
    from regilink_doctor.workflows.diagnose import diagnose

    diagnosis = diagnose(
        options.targets or None,
        host=options.host,
        entity=options.entity,
        artifact_type=options.type,
        python=options.python,
        timeout=options.timeout,
    )
    if options.output_format == "json":
        print(report.to_json(diagnosis))
    else:
        from rich.console import Console

        colour = wants_colour(options.color)
        console = Console(force_terminal=colour, no_color=not colour, highlight=False, soft_wrap=not colour)
        report.render_full(diagnosis, console, verbose=options.verbose)
    return report.exit_status(diagnosis, strict=options.strict)
