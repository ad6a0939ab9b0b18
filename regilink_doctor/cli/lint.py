"""`regilink lint`."""

from __future__ import annotations

import sys

from regilink_doctor.cli.options import OK, UNUSABLE, add_colour, load_catalog, option, wants_colour

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from regilink_doctor.workflows.lint import LintResult


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("paths", metavar="PATH", nargs="*", default=["."], help="files and folders (default: .)")
    option(
        parser,
        "--output-format",
        choices=("full", "concise", "json", "json-lines"),
        default="full",
        help="how findings are shown (default: full)",
    )
    option(parser, "--catalog", metavar="FILE", help="what is known of the organization (regilink.catalog.json)")
    option(
        parser,
        "--show-sites",
        action="store_true",
        help="list the calls that were found, with what their paths resolve to, instead of the findings",
    )
    add_colour(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from regilink_doctor.workflows.lint import lint_paths

    result = lint_paths(options.paths, catalog=load_catalog(options.catalog), all_sites=options.show_sites)
    lines = _site_lines(options, result) if options.show_sites else _finding_lines(options, result)
    for line in lines:
        print(line)
    for failure in result.failures:
        print(f"regilink: {failure}", file=sys.stderr)
    if options.show_sites:
        return UNUSABLE if result.failures else OK
    return result.exit_status


def _finding_lines(options: argparse.Namespace, result: LintResult) -> Iterator[str]:
    if options.output_format == "json":
        from regilink_doctor.report.lint_json import findings_json

        yield findings_json(result.findings)
    elif options.output_format == "json-lines":
        for finding in result.findings:
            from regilink_doctor.report.lint_json import finding_line

            yield finding_line(finding)
    elif options.output_format == "concise":
        for finding in result.findings:
            from regilink_doctor.report.concise import line

            yield line(finding)
    else:
        if result.findings:
            from regilink_doctor.report.full import render

            yield from render(result.findings, result.sources, colour=wants_colour(options.color))
        if result.files or not result.failures:
            yield _summary(result)


def _summary(result: LintResult) -> str:
    files = f"{result.files} file{'' if result.files == 1 else 's'}"
    hidden = f", {result.suppressed} suppressed" if result.suppressed else ""
    counts = [
        f"{count} {name}{'' if count == 1 or name == 'info' else 's'}"
        for name in ("error", "warning", "info")
        if (count := sum(finding.severity == name for finding in result.findings))
    ]
    if not counts:
        return f"Nothing found in {files}{hidden}."
    return f"Found {', '.join(counts)} in {files}{hidden}."


def _site_lines(options: argparse.Namespace, result: LintResult) -> Iterator[str]:
    if options.output_format in ("json", "json-lines"):
        from regilink_doctor.report.lint_json import sites_json

        yield sites_json(result.sites)
        return
    for report in result.sites:
        from regilink_doctor.report.positions import position, visible

        site = report.site
        targets = " | ".join(text.display for text in site.target)
        codes = f"  [{', '.join(report.codes)}]" if report.codes else ""
        yield f"{position(site.place)}: {site.call} {visible(targets)}".rstrip() + codes
