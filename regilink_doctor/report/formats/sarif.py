"""`sarif`: SARIF 2.1.0, for GitHub code scanning."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from regilink_doctor.core.files import show_path
from regilink_doctor.core.text import escape_text
from regilink_doctor.report.formats import Format
from regilink_doctor.report.listings import read_documentation, read_summary
from regilink_doctor.report.locations import SourceLines, fingerprint_findings, repository_path
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.index import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Finding, Place, Severity, Span
    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_CHECKOUT = "GITHUB_WORKSPACE"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


class Sarif(Format):
    """The log that code scanning reads: one run, the rules that have findings, a result for each finding."""

    name = "sarif"
    purpose = "SARIF 2.1.0, for code scanning"
    names_skipped = True

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """One indented value."""
        from importlib.metadata import version

        findings, lines = result.findings, SourceLines(result.sources)
        pages = dict(sorted((finding.code, finding.url) for finding in findings))
        codes = list(pages)
        site = next((url.rpartition("rules/")[0] for url in pages.values() if url), None)
        driver = {
            "name": "regilink",
            "semanticVersion": version("regilink"),
            **({"informationUri": site} if site else {}),
            "rules": [_rule_value(code) | ({"helpUri": url} if url else {}) for code, url in pages.items()],
        }
        results = [
            _result_value(finding, codes.index(finding.code), fingerprint, lines)
            for finding, fingerprint in zip(findings, fingerprint_findings(findings, lines, _CHECKOUT), strict=True)
        ]
        run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
        skipped = [f"skipped: {place}" for place in result.skipped]
        if notes := [*_notify("error", result.unchecked), *_notify("note", skipped)]:
            run["invocations"] = [{"executionSuccessful": not result.unchecked, "toolExecutionNotifications": notes}]
        yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _notify(level: str, sentences: Sequence[str]) -> Iterator[dict[str, Any]]:
    for sentence in sentences:
        yield {"level": level, "message": {"text": escape_text(sentence)}}


def _rule_value(code: str) -> dict[str, Any]:
    if code not in RULES:
        return {"id": code}
    rule = rule_for(code)
    text = read_documentation(rule)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": read_summary(rule)},
        "fullDescription": {"text": rule.documentation},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["wandb", "registry"], "precision": "high"},
    }


def _result_value(finding: Finding, index: int, fingerprint: str, lines: SourceLines) -> dict[str, Any]:
    help_ = f"\n{finding.help}" if finding.help else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.text + help_},
        "locations": [{"physicalLocation": _location_value(finding.place, lines)}],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": related.message},
                "physicalLocation": _location_value(related.place, lines),
            }
            for number, related in enumerate(finding.related, 1)
        ]
    if (
        finding.fix and finding.place.cell is None
    ):  # SARIF edits files: the edit of a cell does not fit the lines of its JSON
        replacements = [
            {"deletedRegion": _region_value(edit.span), "insertedContent": {"text": edit.content}}
            for edit in finding.fix.edits
        ]
        change = {"artifactLocation": _artifact_value(finding.place.path), "replacements": replacements}
        result["fixes"] = [{"description": {"text": finding.fix.message}, "artifactChanges": [change]}]
    return result


def _location_value(place: Place, lines: SourceLines) -> dict[str, Any]:
    return {"artifactLocation": _artifact_value(place.path), "region": _region_value(lines.span_in_file(place))}


def _artifact_value(path: str) -> dict[str, str]:
    """A relative URI where that is possible: an absolute one is true on one machine only."""
    path = repository_path(show_path(path) if os.path.isabs(path) else path, _CHECKOUT)
    if os.path.isabs(path):
        # `file:///C:/folder` on Windows, `file:///folder` elsewhere.
        return {"uri": "file:///" + quote(os.fsencode(path.lstrip("/")), safe="/:")}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": "%SRCROOT%"}


def _region_value(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
