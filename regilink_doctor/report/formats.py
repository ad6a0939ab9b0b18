"""The way from a result to lines, format by format; each format is imported when it is asked for."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.workflows.lint import LintResult


def finding_lines(
    result: LintResult,
    output_format: str,
    *,
    colour: bool = False,
    statistics: bool = False,
    ignored: bool = False,
    quiet: bool = False,
) -> Iterator[str]:
    """The lines of the report, without their ends.

    Args:
        result: what was found.
        output_format: one of `config.keys.FORMATS`.
        colour: with ANSI colours, where the format has any.
        statistics: only how often each rule has spoken.
        ignored: comments were written that silence findings.
        quiet: without a summary.
    """
    if statistics:
        from regilink_doctor.report.statistics import statistics_lines

        return statistics_lines(result.findings, output_format)
    if output_format == "json":
        from regilink_doctor.report.lint_json import findings_json

        return iter([findings_json(result.findings)])
    if output_format == "json-lines":
        from regilink_doctor.report.lint_json import finding_line

        return map(finding_line, result.findings)
    if output_format == "concise":
        from regilink_doctor.report.concise import line

        return map(line, result.findings)
    if output_format == "github":
        from regilink_doctor.report.github import github_lines

        return github_lines(result.findings, result.sources)
    if output_format == "gitlab":
        from regilink_doctor.report.gitlab import gitlab_json

        return iter([gitlab_json(result.findings, result.sources)])
    if output_format == "junit":
        from regilink_doctor.report.junit import junit_xml

        return iter([junit_xml(result.findings)])
    if output_format == "sarif":
        from regilink_doctor.report.sarif import sarif_json

        return iter([sarif_json(result.findings, result.sources)])
    return _full(result, colour, ignored, quiet)


def _full(result: LintResult, colour: bool, ignored: bool, quiet: bool) -> Iterator[str]:
    width = None
    if sys.stdout.isatty():
        from regilink_doctor.report.terminal import terminal_width, wrapped

        width = terminal_width()
    if result.findings:
        from regilink_doctor.report.full import render

        yield from render(result.findings, result.sources, colour=colour, width=width)
    if not quiet and (result.files or not result.failures):
        from regilink_doctor.report.summary import summary

        line = summary(result, ignored=ignored)
        yield from (line,) if width is None else wrapped(line, width, 0)
