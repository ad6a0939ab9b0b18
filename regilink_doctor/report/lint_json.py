"""`json` and `json-lines`: findings and sites in the shapes of the contract, always in English."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.core.findings import Finding, Fix, Place
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import KnownPart, StringValue
    from regilink_doctor.workflows.lint import SiteReport

VERSION = 1


def findings_json(findings: Iterable[Finding]) -> str:
    """`{"version": 1, "findings": [...]}`."""
    return _dump({"version": VERSION, "findings": [finding_value(finding) for finding in findings]})


def finding_line(finding: Finding) -> str:
    """One finding on one line."""
    return json.dumps(finding_value(finding), ensure_ascii=True)


def sites_json(sites: Iterable[SiteReport]) -> str:
    """`{"version": 1, "sites": [...]}`."""
    return _dump({"version": VERSION, "sites": [site_value(report.site, report.codes) for report in sites]})


def finding_value(finding: Finding) -> dict[str, Any]:
    """The JSON value of a finding."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        **_place(finding.place),
        "help": finding.help,
        "fix": _fix(finding.fix),
        "related": [{"message": related.message, **_place(related.place)} for related in finding.related],
        "url": finding.url,
        "target": finding.target,
    }


def site_value(site: Site, codes: Sequence[str]) -> dict[str, Any]:
    """The JSON value of a site."""
    return {
        "kind": site.kind,
        "call": site.call,
        "path": site.place.path,
        "line": site.place.span.line,
        "column": site.place.span.column,
        "end_line": site.place.span.end_line,
        "cell": site.place.cell,
        "target": site.target[0].display if site.target else None,
        "targets": [text.display for text in site.target],
        "resolved_from": [_piece(part) for text in site.target[:1] for part in _pieces(text)],
        "entity": _first(site.run_entity),
        "project": _first(site.run_project),
        "type": _first(site.artifact_type),
        "aliases": [text.display for text in site.aliases],
        "codes": list(codes),
    }


def _first(texts: Sequence[StringValue]) -> str | None:
    return texts[0].display if texts else None


def _pieces(text: StringValue) -> list[KnownPart]:
    from regilink_doctor.core.strings import KnownPart

    return [part for part in text.parts if isinstance(part, KnownPart)]


def _piece(part: KnownPart) -> dict[str, Any]:
    span = part.place.span
    return {"text": part.text, "path": part.place.path, "line": span.line, "column": span.column}


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.span.line,
        "column": place.span.column,
        "end_line": place.span.end_line,
        "end_column": place.span.end_column,
        "cell": place.cell,
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    return {
        "message": fix.message,
        "applicability": fix.applicability,
        "edits": [
            {
                "start": {"line": edit.span.line, "column": edit.span.column},
                "end": {"line": edit.span.end_line, "column": edit.span.end_column},
                "content": edit.content,
            }
            for edit in fix.edits
        ],
    }


def _dump(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True)
