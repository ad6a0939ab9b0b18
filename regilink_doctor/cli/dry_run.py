"""`regilink dry-run`."""

from __future__ import annotations

import os
import sys

from regilink_doctor.cli.options import (
    CATALOG,
    UsageProblem,
    add_colour,
    add_language,
    add_option,
    add_output_format,
    find_translation,
    known_catalog,
    load_configuration,
    parse_megabytes,
    refuse_empty_values,
    wants_colour,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from regilink_doctor.config import Config
    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.workflows.dry_run import DryRun


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.usage = "regilink dry-run [-h] [OPTION ...] -- CMD ..."
    add_option(
        parser,
        "--catalog",
        metavar="FILE",
        help=f"the organization to emulate (default: the one of the configuration, else {CATALOG} if it exists)",
    )
    add_option(
        parser, "--no-catalog", action="store_true", help="emulate only the teams and registries that the code names"
    )
    add_option(
        parser, "--entity", metavar="TEAM", help="the entity of runs for which neither code nor settings name one"
    )
    add_option(
        parser,
        "--stub-artifacts",
        action="store_true",
        help="create an empty version of every unknown artifact that is consumed",
    )
    add_option(
        parser, "--keep-going", action="store_true", help="go on after a refused link, so that one run shows every link"
    )
    add_option(parser, "--allow-no-links", action="store_true", help="exit 0 even if nothing was linked")
    add_option(
        parser,
        "--keep-uploads",
        metavar="MB",
        type=parse_megabytes,
        default=2048.0,
        help="how much of the uploads to keep for later downloads (default: 2048)",
    )
    add_output_format(parser)
    add_option(parser, "--output-file", metavar="FILE", help="write the report to this file")
    add_colour(parser)
    add_language(parser)
    parser.set_defaults(run=_run_dry_run)


def _run_dry_run(options: argparse.Namespace) -> int:
    if not options.cmd:
        raise UsageProblem("dry-run: no command to run. For example: regilink dry-run -- python train.py")
    refuse_empty_values(options, "entity")
    config = load_configuration()
    from regilink_doctor.core.catalog import CatalogError

    translate = find_translation(options.lang, config, "messages")
    try:
        from regilink_doctor.workflows.dry_run import dry_run
    except ImportError as error:
        raise UsageProblem(str(error)) from None
    # The report alone is on standard output when it is JSON: what the command prints goes to standard error then.
    apart = options.output_format == "json" and not options.output_file
    sys.stdout.flush()
    try:
        outcome = dry_run(
            options.cmd,
            catalog=_find_catalog(options, config),
            entity=options.entity or None,
            personal_entities=config.personal_entities,
            stub_artifacts=options.stub_artifacts,
            allow_no_links=options.allow_no_links,
            keep_going=options.keep_going,
            hosts=[config.host] if config.host else [],
            keep=round(options.keep_uploads * 2**20),
            stdout=sys.stderr.fileno() if apart else None,
        )
    except CatalogError as error:
        raise UsageProblem(f"dry-run: {error}") from None
    except OSError as error:
        from regilink_doctor.workflows.commands import not_started

        raise UsageProblem(f"dry-run: {not_started(options.cmd, error)}") from None
    _show_outcome(options, outcome, translate)
    return outcome.exit_status


def _show_outcome(options: argparse.Namespace, outcome: DryRun, translate: Callable[[str], str]) -> None:
    from regilink_doctor.report.dry_run import render, to_json
    from regilink_doctor.report.terminal import fit_lines, terminal_width

    colour = wants_colour(options.color) and not options.output_file
    width = None if options.output_file else terminal_width()
    report = fit_lines(render(outcome, colour=colour, translate=translate), width)
    text = to_json(outcome) if options.output_format == "json" else "\n".join(report)
    if not options.output_file:
        print("" if options.output_format == "json" else "\n", end="")
        print(text)
        return
    from regilink_doctor.cli.output import write_report

    write_report(options.output_file, text, options.output_format)


def _find_catalog(options: argparse.Namespace, config: Config) -> Catalog | None:
    if options.no_catalog:
        return None
    catalog = known_catalog(options.catalog, config, CATALOG if os.path.exists(CATALOG) else None)
    return catalog.with_personal(config.personal_entities) if catalog is not None else None
