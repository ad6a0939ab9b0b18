"""`sarif`: SARIF 2.1.0, for GitHub code scanning and whatever else shows it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from regilink_doctor.report.lines import Lines
from regilink_doctor.report.places import fingerprints
from regilink_doctor.report.rule_table import documentation, summary
from regilink_doctor.rules import MODULES, rule_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regilink_doctor.core.findings import Finding, Place, Severity, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def sarif_json(findings: Sequence[Finding], sources: Mapping[str, bytes]) -> str:
    """The whole log: one run, the rules that have spoken, a result for each finding."""
    from importlib.metadata import version

    lines = Lines(sources)
    codes = sorted({finding.code for finding in findings})
    driver = {
        "name": "regilink",
        "semanticVersion": version("regilink"),
        "rules": [_rule(code) for code in codes],
    }
    results = [
        _result(finding, codes.index(finding.code), fingerprint, lines)
        for finding, fingerprint in zip(findings, fingerprints(findings, lines), strict=True)
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str) -> dict[str, Any]:
    if code not in MODULES:
        return {"id": code}
    rule = rule_for(code)
    text = documentation(rule)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": summary(rule)},
        "fullDescription": {"text": text.partition("\n\nFound:")[0]},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["wandb", "registry"], "precision": "high"},
    }


def _result(finding: Finding, index: int, fingerprint: str, lines: Lines) -> dict[str, Any]:
    help_ = f"\n{finding.help}" if finding.help else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + help_},
        "locations": [{"physicalLocation": _location(finding.place, lines)}],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": related.message},
                "physicalLocation": _location(related.place, lines),
            }
            for number, related in enumerate(finding.related, 1)
        ]
    if finding.fix and finding.place.cell is None:  # the edit of a cell is none of its JSON
        replacements = [
            {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.content}}
            for edit in finding.fix.edits
        ]
        change = {"artifactLocation": _artifact(finding.place.path), "replacements": replacements}
        result["fixes"] = [{"description": {"text": finding.fix.message}, "artifactChanges": [change]}]
    return result


def _location(place: Place, lines: Lines) -> dict[str, Any]:
    return {"artifactLocation": _artifact(place.path), "region": _region(lines.in_file(place))}


def _artifact(path: str) -> dict[str, str]:
    """A relative URI where that is possible: what an absolute one says is true on one machine only."""
    if os.path.isabs(path):
        seen = os.path.relpath(path)
        if seen.startswith(os.pardir):
            return {"uri": "file://" + quote(os.fsencode(path.replace(os.sep, "/")))}
        path = seen
    return {"uri": quote(os.fsencode(path.replace(os.sep, "/"))), "uriBaseId": "%SRCROOT%"}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
