"""`regilink map`: who links to a registry, who consumes from it, and what does not fit."""

from __future__ import annotations

import sys

from regilink_doctor.cli.options import (
    FOUND,
    OK,
    UNUSABLE,
    UsageProblem,
    add_colour,
    add_language,
    add_option,
    add_output_format,
    add_server,
    find_translation,
    known_catalog,
    load_configuration,
    read_argument,
    refuse_empty_values,
    wants_colour,
)
from regilink_doctor.core.text import escape_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from regilink_doctor.config import Config
    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.core.link_map import LinkMap
    from regilink_doctor.workflows.link_map import MapFinding
    from regilink_doctor.workflows.lint import LintResult


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="files and folders (default: the current folder); with --merge: maps as JSON",
    )
    add_output_format(parser, ("full", "json", "mermaid"))
    add_option(parser, "--output-file", metavar="FILE", help="write the report to this file")
    add_option(parser, "--html", metavar="FILE", help="also write a page with search and filters")
    add_option(parser, "--merge", action="store_true", help="put the maps of several repositories together")
    add_option(
        parser,
        "--repository",
        metavar="NAME",
        help="what this repository is called (default: as its remote `origin`, else as its folder)",
    )
    add_option(parser, "--redact", action="store_true", help="replace every name by letters, the same in every map")
    add_option(parser, "--catalog", metavar="FILE", help="the organization, as `catalog pull` saved it")
    add_option(
        parser, "--live", action="store_true", help="ask the server for collections, versions, aliases and members"
    )
    add_option(parser, "--organization", metavar="NAME", help="with --live: display name or entity")
    add_server(parser, timeout=30)
    add_language(parser)
    add_colour(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; its exit status: 1 for an error or a warning, 2 for a path that cannot be read."""
    from regilink_doctor.workflows.link_map import find_map_problems, redact_map

    config = load_configuration()
    catalog = _pull_catalog(options, config) if options.live else known_catalog(options.catalog, config)
    link_map, source = (_merge(options, catalog), None) if options.merge else _map(options, config, catalog)
    if options.redact:
        link_map = redact_map(link_map)
    findings = find_map_problems(link_map, config.selection)
    translate = find_translation(options.lang, config, "messages")
    _write(options, link_map, findings, translate)
    if options.html:
        _write_page(options.html, link_map, findings, translate)
    if source is not None and source.failures:
        return UNUSABLE
    return FOUND if link_map.unread or any(item.finding.severity != "info" for item in findings) else OK


def _map(options: argparse.Namespace, config: Config, catalog: Catalog | None) -> tuple[LinkMap, LintResult]:
    from regilink_doctor.report.terminal import ProgressBar
    from regilink_doctor.workflows.link_map import map_paths

    show_progress = sys.stderr.isatty()
    with ProgressBar("reading", colour=wants_colour(options.color)) as bar:
        result = map_paths(
            options.paths or ["."],
            catalog=catalog,
            is_live=options.live,
            config=config,
            repository=options.repository,
            progress=bar if show_progress else None,
        )
    for line in result.lint.notes:  # the summary names what could not be read
        print(f"regilink: {escape_text(line)}", file=sys.stderr)
    return result.link_map, result.lint


def _merge(options: argparse.Namespace, catalog: Catalog | None) -> LinkMap:
    from regilink_doctor.workflows.link_map_file import MapFileError, merge_maps

    if not options.paths:
        raise UsageProblem("--merge needs the maps to merge: regilink map --merge maps/*.json")
    try:
        link_map, notes = merge_maps(options.paths, catalog, is_live=options.live)
    except MapFileError as error:
        raise UsageProblem(escape_text(str(error))) from None
    except OSError as error:
        raise UsageProblem(escape_text(f"{error.filename}: {error.strerror or error}")) from None
    for note in notes:
        print(f"regilink: {escape_text(note)}", file=sys.stderr)
    return link_map


def _pull_catalog(options: argparse.Namespace, config: Config) -> Catalog:
    from regilink_doctor.workflows.catalog import pull_catalog
    from regilink_doctor.workflows.server_session import Unanswered

    refuse_empty_values(options, "organization", "host")
    try:
        return pull_catalog(
            [options.organization] if options.organization else [],
            collections="full",
            with_writers=True,
            config=config,
            host=read_argument(options, "host"),
            timeout=options.timeout,
        )
    except Unanswered as problem:
        raise UsageProblem(f"{problem}\n  help: {problem.help}") from None


def _write(
    options: argparse.Namespace,
    link_map: LinkMap,
    findings: list[MapFinding],
    translate: Callable[[str], str],
) -> None:
    from contextlib import nullcontext

    from regilink_doctor.cli.output import PrintingTo
    from regilink_doctor.report.link_map import summarize_map

    with PrintingTo(options.output_file) if options.output_file else nullcontext():
        _print_map(options, link_map, findings, translate)
    summary = summarize_map(link_map, findings)
    print(escape_text(translate(summary) if options.output_format == "full" else summary), file=sys.stderr)


def _write_page(
    path: str,
    link_map: LinkMap,
    findings: list[MapFinding],
    translate: Callable[[str], str],
) -> None:
    from regilink_doctor.cli.output import PrintingTo
    from regilink_doctor.report.link_map_page import render_page

    with PrintingTo(path):
        for piece in render_page(link_map, findings, translate):
            print(piece)


def _print_map(
    options: argparse.Namespace, link_map: LinkMap, findings: list[MapFinding], translate: Callable[[str], str]
) -> None:
    from regilink_doctor.report.link_map import map_finding_value, map_lines, mermaid_lines
    from regilink_doctor.report.terminal import fit_lines, terminal_width
    from regilink_doctor.workflows.link_map_file import render_map

    if options.output_format == "json":
        for piece in render_map(link_map, map(map_finding_value, findings)):
            sys.stdout.write(piece)
    elif options.output_format == "mermaid":
        for line in mermaid_lines(link_map):
            print(line)
    else:
        colour = wants_colour(options.color) and not options.output_file
        for line in fit_lines(map_lines(link_map, findings, colour=colour, translate=translate), terminal_width()):
            print(line)
