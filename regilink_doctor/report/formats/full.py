"""`full`: each finding with its source, then a summary."""

from __future__ import annotations

from regilink_doctor.report.formats import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult


class Full(Format):
    """For people; the default."""

    name = "full"
    purpose = "people; the default. Lines are cut at the width of the terminal"
    kind = "text"
    names_skipped = True

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """The findings with the marked source, and what the run read."""
        if result.findings:
            from regilink_doctor.report.locations import render_findings

            yield from render_findings(
                result.findings,
                result.sources,
                colour=style.colour,
                width=style.width,
                encoding=style.encoding,
                links=style.links,
                translate=style.translate,
            )
        if not style.quiet and (result.files or not result.failures):
            from regilink_doctor.report.summary import summarize_run

            line = style.translate(summarize_run(result))
            if style.width is None:
                yield line
            else:
                from regilink_doctor.core.text import wrap_text

                yield from wrap_text(line, style.width, 0)
