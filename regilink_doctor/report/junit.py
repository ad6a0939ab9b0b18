"""`junit`: a suite for each file, a failed case for each finding; what Jenkins, GitLab and Azure read."""

from __future__ import annotations

from xml.etree import ElementTree

from regilink_doctor.report.positions import position, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.core.findings import Finding


def junit_xml(findings: Sequence[Finding]) -> str:
    """The whole report. Advice is a case that passed; without any finding there is one such case."""
    root = ElementTree.Element("testsuites", {"name": "regilink", **_counts(findings)})
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.place.path, []).append(finding)
    for path, found in by_path.items():
        suite = ElementTree.SubElement(root, "testsuite", {"name": visible(path), **_counts(found)})
        for finding in found:
            _case(suite, finding)
    if not findings:
        suite = ElementTree.SubElement(root, "testsuite", name="regilink", tests="1", failures="0", errors="0")
        ElementTree.SubElement(suite, "testcase", name="nothing found", classname="regilink", time="0")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _case(suite: ElementTree.Element, finding: Finding) -> None:
    where = position(finding.place)
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=f"{finding.code} {finding.name} {where}",
        classname=visible(finding.place.path),
        time="0",
    )
    text = f"{where}: {finding.code} {visible(finding.message)}"
    if finding.help:
        text += f"\nhelp: {visible(finding.help)}"
    if finding.severity == "info":
        ElementTree.SubElement(case, "system-out").text = text
        return
    failure = ElementTree.SubElement(case, "failure", message=visible(finding.message), type=finding.severity)
    failure.text = text


def _counts(findings: Sequence[Finding]) -> dict[str, str]:
    failures = sum(finding.severity != "info" for finding in findings)
    return {"tests": str(len(findings) or 1), "failures": str(failures), "errors": "0"}
