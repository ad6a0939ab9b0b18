"""`junit`: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from xml.etree import ElementTree

from regilink_doctor.core.records import group_pairs
from regilink_doctor.core.text import escape_text
from regilink_doctor.report.formats import Format
from regilink_doctor.report.locations import format_place
from regilink_doctor.report.summary import summarize_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult


class JUnit(Format):
    """The XML of test reports. An info is a test case that passed; without findings there is one such case.

    What could not be read is a case with an error; a file in another format than its name promises is a skipped one.
    """

    name = "junit"
    purpose = "Jenkins, GitLab, Azure: a failed case for each error and warning"
    kind = "xml"
    names_skipped = True

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """The whole document."""
        yield _to_xml(result, summarize_run(result))


def _to_xml(result: LintResult, summary: str) -> str:
    findings, unchecked, skipped = result.findings, result.unchecked, result.skipped
    root = ElementTree.Element(
        "testsuites", {"name": "regilink", **_count_cases(findings, len(unchecked), len(skipped))}
    )
    for path, in_file in group_pairs((finding.place.path, finding) for finding in findings).items():
        suite = ElementTree.SubElement(root, "testsuite", {"name": escape_text(path), **_count_cases(in_file)})
        for finding in in_file:
            _add_case(suite, finding)
    if unchecked or skipped or not findings:
        counts = {**_count_cases((), len(unchecked), len(skipped)), "skipped": str(len(skipped))}
        suite = ElementTree.SubElement(root, "testsuite", {"name": "regilink", **counts})
        for kind, sentences in (("error", unchecked), ("skipped", skipped)):
            for sentence in map(escape_text, sentences):
                case = ElementTree.SubElement(suite, "testcase", name=sentence, classname="regilink", time="0")
                ElementTree.SubElement(case, kind, message=sentence)
        if not unchecked and not skipped:
            case = ElementTree.SubElement(suite, "testcase", name="nothing found", classname="regilink", time="0")
            ElementTree.SubElement(case, "system-out").text = escape_text(summary)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _add_case(suite: ElementTree.Element, finding: Finding) -> None:
    place = format_place(finding.place)
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=f"{finding.code} {finding.name} {place}",
        classname=escape_text(finding.place.path),
        time="0",
    )
    text = f"{place}: {finding.code} {escape_text(finding.text)}"
    if finding.help:
        text += f"\nhelp: {escape_text(finding.help)}"
    if finding.url:
        text += f"\nsee: {escape_text(finding.url)}"
    if finding.severity == "info":
        ElementTree.SubElement(case, "system-out").text = text
        return
    failure = ElementTree.SubElement(case, "failure", message=escape_text(finding.text), type=finding.severity)
    failure.text = text


def _count_cases(findings: Sequence[Finding], errors: int = 0, skipped: int = 0) -> dict[str, str]:
    failures = sum(finding.severity != "info" for finding in findings)
    return {"tests": str(len(findings) + errors + skipped or 1), "failures": str(failures), "errors": str(errors)}
