"""Findings and call sites as JSON values: the shapes that other programs rely on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from regilink_doctor.core.naming import LEGACY_REGISTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.core.findings import Finding, Fix, Place
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import KnownPart, StringValue

VERSION = 1


def dump_json(value: object, *, indent: int | None = 2) -> str:
    """The value as JSON in ASCII; on one line where `indent` is None."""
    return json.dumps(value, indent=indent, ensure_ascii=True)


def finding_value(finding: Finding) -> dict[str, Any]:
    """The JSON value of a finding."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        **_place_value(finding.place),
        "note": finding.note,
        "help": finding.help,
        "failures": list(finding.failures),
        "fix": _fix_value(finding.fix),
        "related": [{"message": related.message, **_place_value(related.place)} for related in finding.related],
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
        "target": _show_target(site, site.target[0]) if site.target else None,
        "targets": list(dict.fromkeys(_show_target(site, text) for text in site.target)),
        "resolved_from": [_part_value(part) for text in site.target[:1] for part in _known_parts(text)],
        "entity": _first_text(site.run_entity),
        "project": _first_text(site.run_project),
        "type": _first_text(site.artifact_type),
        "aliases": [text.display for text in site.aliases],
        "codes": list(codes),
    }


def _show_target(site: Site, target: StringValue) -> str:
    """The path that a call gives to W&B: `link_model` puts the run's entity before it."""
    if not site.call.endswith("link_model") or not target.display.startswith(f"{LEGACY_REGISTRY}/"):
        return target.display
    return f"{_first_text(site.run_entity) or '{?}'}/{target.display}"


def _first_text(texts: Sequence[StringValue]) -> str | None:
    return texts[0].display if texts else None


def _known_parts(text: StringValue) -> list[KnownPart]:
    from regilink_doctor.core.strings import KnownPart

    return [part for part in text.parts if isinstance(part, KnownPart)]


def _part_value(part: KnownPart) -> dict[str, Any]:
    span = part.place.span
    return {"text": part.text, "path": part.place.path, "line": span.line, "column": span.column}


def _place_value(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.span.line,
        "column": place.span.column,
        "end_line": place.span.end_line,
        "end_column": place.span.end_column,
        "cell": place.cell,
    }


def _fix_value(fix: Fix | None) -> dict[str, Any] | None:
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
