"""What was verified, a block each, and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from regilink_doctor.core.phrases import counted
from regilink_doctor.core.text import escape_text
from regilink_doctor.report.terminal import paint_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.workflows.verify import Verification

_COLOURS = {"ok": "1;32", "different": "1;31", "absent": "1;31", "skipped": "2"}


def to_json(results: Sequence[Verification], unread: Sequence[str] = ()) -> str:
    """`{"version": 1, "results": [...], "links": {"checked", "unknown", "unread"}}`, as `docs/verify.md` has it."""
    unknown = [_unknown_value(each) for each in results if each.status == "skipped"]
    value = {
        "version": 1,
        "results": [_build_value(each) for each in results],
        "links": {"checked": len(results) - len(unknown), "unknown": unknown, "unread": list(unread)},
    }
    return json.dumps(value, indent=2, ensure_ascii=True)


def _build_value(result: Verification) -> dict[str, object]:
    value = asdict(result)
    del value["unknown"], value["origin"]
    return value | {"place": result.origin.line if result.origin is not None else None}


def _unknown_value(result: Verification) -> dict[str, object]:
    place = result.origin.place if result.origin is not None else None
    return {
        "target": result.name,
        "path": place.path if place is not None else None,
        "line": place.span.line if place is not None else None,
        "reason": "; ".join(result.problems),
    }


def render(results: Sequence[Verification], *, colour: bool = False) -> Iterator[str]:
    """The lines, without their ends."""
    for each in results:
        shown = paint_text(_COLOURS[each.status], f"{each.status:<9}", colour=colour)
        where = f"  ({escape_text(each.origin.shown)})" if each.origin is not None else ""
        yield f"{shown} {escape_text(each.name)}{where}"
        if each.found is not None:
            aliases = f", aliases {', '.join(map(escape_text, each.aliases))}" if each.aliases else ""
            source = f", from {escape_text(each.source)}" if each.source else ""
            yield f"          is {escape_text(each.found)} (type {escape_text(str(each.type))}{aliases}{source})"
        yield from (f"          {escape_text(problem)}" for problem in each.problems)
        if each.note is not None:
            yield f"          note: {escape_text(each.note)}"
        if each.help is not None:
            yield f"          help: {escape_text(each.help)}"
    if unknown := [each for each in results if each.status == "skipped"]:
        known = counted(len(results) - len(unknown), "name")
        places = ", ".join(
            f"{each.origin.line if each.origin is not None else each.name} ({', '.join(each.unknown)})"
            for each in unknown
        )
        yield escape_text(f"{known} checked. {counted(len(unknown), 'name')} could not be checked: {places}")
