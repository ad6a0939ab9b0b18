"""`regilink lint`."""

from __future__ import annotations

import gc
import os
import sys

from regilink_doctor.cli.lint_options import FLAGS, GROUPS, resolve_configuration
from regilink_doctor.cli.options import (
    OK,
    UNUSABLE,
    Options,
    UsageProblem,
    add_option,
    known_catalog,
    parse_plain,
    wants_colour,
)
from regilink_doctor.cli.output import declare_kind
from regilink_doctor.config.keys import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from regilink_doctor.config import Config
    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="files and folders (default: the current folder); - is standard input"
    )
    for title, flags in GROUPS.items():
        group = parser.add_argument_group(title)
        for flag, settings in flags.items():
            add_option(group, flag, **settings)
    parser.set_defaults(run=run)


def parse_ordinary(words: Sequence[str]) -> Options | None:
    """The options of an ordinary command line; None: `argparse` has to look at it."""
    values = parse_plain(words, FLAGS)
    return None if values is None else Options(values)


def run(options: Any) -> int:
    """Lint, and say what was found."""
    if not options.output_file:
        return _run_lint(options)
    from regilink_doctor.cli.output import PrintingTo
    from regilink_doctor.workflows.lint import is_source

    if is_source(options.output_file, options.paths):
        raise UsageProblem(f"--output-file: {options.output_file} is a file to lint; give the report another name")
    with PrintingTo(options.output_file):
        return _run_lint(options)


def _run_lint(options: Any) -> int:
    config = resolve_configuration(options)
    paths = options.paths = _find_paths(options)
    if options.show_settings:
        from regilink_doctor.report.listings import list_settings

        return _print_lines(list_settings(config))
    if options.show_files:
        return _show_files(paths, config, options)
    catalog = known_catalog(options.catalog, config.catalog_path)
    if options.catalog:
        given = {"catalog": os.path.abspath(options.catalog)}
        config = config.adapted(lambda base: base.changed(given))
    _refuse_contradictions(options)
    result = _lint_paths(paths, config, catalog, options)
    if options.fix or options.diff or options.add_ignore:
        from regilink_doctor.cli.lint_changes import change_files

        if (changed := change_files(result, config, catalog, options)) is not None:
            return changed
    output_format = options.output_format or config.output_format or FORMATS[0]
    if options.show_sites or options.statistics:
        declare_kind("json" if output_format.startswith("json") else "text")
    if options.show_sites:
        from regilink_doctor.report.listings import list_sites

        _print_lines(list_sites(result.sites, output_format))
        return _print_failures(result, options) or OK
    if options.statistics:
        from regilink_doctor.report.listings import list_statistics

        _print_lines(list_statistics(result.findings, output_format))
    else:
        from regilink_doctor.report.formats import find_format

        shown_as = find_format(output_format)
        declare_kind(shown_as.kind)
        _print_lines(shown_as.render(result, _find_style(options)))
    status = _print_failures(result, options) or result.exit_status
    return OK if options.exit_zero and status != UNUSABLE else status


def _find_paths(options: Any) -> list[str]:
    """The files and folders; a name for standard input asks for it, as editors do with ruff."""
    if not options.stdin_filename or options.paths == ["-"]:
        return options.paths or ["."]
    if options.paths:
        raise UsageProblem("--stdin-filename names what standard input is: give no PATH, or - alone")
    return ["-"]


def _refuse_contradictions(options: Any) -> None:
    exclusive = ("--diff" if options.diff else "--fix", "--add-ignore", "--show-sites")
    asked = [flag for flag in exclusive if getattr(options, flag[2:].replace("-", "_"))]
    if len(asked) > 1:
        raise UsageProblem(f"{asked[0]} and {asked[1]} ask for different things: give one of them")
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise UsageProblem("--unsafe-fixes says which fixes: give --fix or --diff, too")


def _lint_paths(paths: Sequence[str], config: Config, catalog: Catalog | None, options: Any) -> LintResult:
    from regilink_doctor.workflows.lint import lint_paths, lint_text

    if "-" in paths:
        if len(paths) > 1:
            raise UsageProblem("- is standard input, and has to stand alone")
        content = sys.stdin.buffer.read()
        return lint_text(options.stdin_filename or "stdin.py", content, catalog=catalog, config=config)
    gc.set_threshold(100_000)  # trees are many small objects without cycles, and this process is short

    def lint_with(progress: Callable[[int, int], None] | None = None) -> LintResult:
        return lint_paths(
            paths,
            catalog=catalog,
            config=config,
            all_sites=options.show_sites,
            force_exclude=options.force_exclude,
            progress=progress,
        )

    if options.quiet or not sys.stderr.isatty():
        return lint_with()
    from regilink_doctor.report.progress import ProgressBar

    with ProgressBar("linting") as progress:
        return lint_with(progress)


def _find_style(options: Any) -> Style:
    """How the report is to look: colors and lines of the width of the terminal, where it goes to one."""
    from regilink_doctor.report.formats import Style

    width = None
    if not options.output_file and sys.stdout.isatty():
        from regilink_doctor.report.terminal import terminal_width

        width = terminal_width()
    colour = wants_colour(options.color) and not options.output_file
    links = width is not None and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
    encoding = "utf-8" if options.output_file else sys.stdout.encoding or "utf-8"
    return Style(
        colour=colour, width=width, encoding=encoding, quiet=options.quiet, links=links, show_url=options.show_url
    )


def _show_files(paths: Sequence[str], config: Config, options: Any) -> int:
    from regilink_doctor.core.text import escape_text
    from regilink_doctor.workflows.lint import files_to_lint

    files, missing = files_to_lint(paths, config, force_exclude=options.force_exclude)
    _print_lines(escape_text(name) for name in files)
    for sentence in missing:
        print(f"regilink: {sentence}", file=sys.stderr)
    return UNUSABLE if missing else OK


def _print_lines(lines: Iterator[str]) -> int:
    for line in lines:
        print(line)
    return OK


def _print_failures(result: LintResult, options: Any) -> int:
    for failure in (*(() if options.quiet else result.notes), *result.left_alone, *result.failures):
        print(f"regilink: {failure}", file=sys.stderr)
    return UNUSABLE if result.failures else OK
