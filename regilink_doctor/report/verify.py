"""What was verified, a block each, and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from regilink_doctor.core.escaping import escape_text
from regilink_doctor.report.terminal import paint_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.workflows.verify import Verification

_COLOURS = {"ok": "1;32", "different": "1;31", "absent": "1;31", "skipped": "2"}


def to_json(results: Sequence[Verification]) -> str:
    """`{"version": 1, "results": [{"name", "status", "found", "aliases", "type", "digest", "source", ...}]}`."""
    return json.dumps({"version": 1, "results": [asdict(each) for each in results]}, indent=2, ensure_ascii=True)


def render(results: Sequence[Verification], *, colour: bool = False) -> Iterator[str]:
    """The lines, without their ends."""
    for each in results:
        shown = paint_text(_COLOURS[each.status], f"{each.status:<9}", colour=colour)
        where = f"  ({escape_text(each.place)})" if each.place else ""
        yield f"{shown} {escape_text(each.name)}{where}"
        if each.found is not None:
            aliases = f", aliases {', '.join(map(escape_text, each.aliases))}" if each.aliases else ""
            source = f", from {escape_text(each.source)}" if each.source else ""
            yield f"          is {escape_text(each.found)} (type {escape_text(str(each.type))}{aliases}{source})"
        yield from (f"          {escape_text(problem)}" for problem in each.problems)
        if each.help is not None:
            yield f"          help: {escape_text(each.help)}"
