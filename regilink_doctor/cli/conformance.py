"""`regilink conformance`."""

from __future__ import annotations

import os
import sys

from regilink_doctor.cli.options import (
    UsageProblem,
    add_colour,
    add_option,
    add_output_format,
    add_server,
    load_configuration,
    read_argument,
    refuse_empty_values,
    wants_colour,
)
from regilink_doctor.cli.output import confirm_writing, write_report

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_option(parser, "--entity", metavar="TEAM", help="the team for the scratch project (default: that of wandb)")
    add_option(
        parser,
        "--registry",
        metavar="NAME",
        help="use this registry instead of a scratch one; scenarios that would change it are skipped",
    )
    add_option(
        parser,
        "--second-key",
        metavar="VARIABLE",
        help="environment variable with the API key of another account of the organization, for scenarios on roles",
    )
    add_option(parser, "--yes", action="store_true", help="write without asking")
    add_option(
        parser, "--record", metavar="FILE", help="write the file with which regilink marks W&B messages as verified"
    )
    add_server(parser, timeout=30)
    add_output_format(parser)
    add_option(parser, "--output-file", metavar="FILE", help="write the report to this file")
    add_colour(parser)
    parser.set_defaults(run=_run_conformance)


def _run_conformance(options: argparse.Namespace) -> int:
    if not options.yes and not sys.stdin.isatty():
        raise UsageProblem("conformance: it writes to the server and asks first: run it at a terminal, or with --yes")
    refuse_empty_values(options, "host", "entity", "registry")
    config = load_configuration()
    try:
        from regilink_doctor.workflows.conformance import check_conformance
    except ImportError as error:
        raise UsageProblem(str(error)) from None
    from regilink_doctor.workflows.server_session import ServerAccess, Unanswered

    try:
        report = check_conformance(
            ServerAccess(read_argument(options, "host"), timeout=options.timeout, config=config),
            confirm=lambda writes: _confirm_writing(writes, is_asked=not options.yes),
            notice=lambda sentence: print(sentence, file=sys.stderr, flush=True),
            entity=options.entity or None,
            registry=options.registry or None,
            second_key=_read_second_key(options.second_key),
        )
    except Unanswered as problem:
        raise UsageProblem(f"conformance: {problem}\n  help: {problem.help}") from None
    import json

    from regilink_doctor.report.conformance import render, to_json
    from regilink_doctor.report.terminal import fit_lines, terminal_width

    if options.record:
        record = json.dumps(report.to_record(), indent=2, sort_keys=True)
        write_report(options.record, record, "json")
    width = None if options.output_file else terminal_width()
    colour = wants_colour(options.color) and not options.output_file
    lines = fit_lines(render(report, colour=colour), width)
    text = to_json(report) if options.output_format == "json" else "\n".join(lines)
    if options.output_file:
        write_report(options.output_file, text, options.output_format)
    else:
        print(text)
    return report.exit_status


def _confirm_writing(writes: Sequence[str], *, is_asked: bool) -> bool:
    heading = "This writes to the server, and deletes it again at the end:"
    return confirm_writing(heading, writes, is_asked=is_asked)


def _read_second_key(variable: str | None) -> str | None:
    if not variable:
        return None
    if not (value := os.environ.get(variable)):
        raise UsageProblem(f"conformance: --second-key names the variable {variable}, which is not set")
    return value
