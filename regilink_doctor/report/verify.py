"""What was verified, a block each, and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from regilink_doctor.core.phrases import counted, join_phrases, say, translate_value
from regilink_doctor.core.text import escape_text, pad_text
from regilink_doctor.report.terminal import paint_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from regilink_doctor.workflows.verify import Verification

_COLOURS = {"ok": "1;32", "different": "1;31", "absent": "1;31", "skipped": "2", "unknown": "1;36"}
_STATUSES = {
    "ok": say("ok"),
    "different": say("different"),
    "absent": say("absent"),
    "skipped": say("skipped"),
    "unknown": say("unknown"),
}
_UNCHECKED = ("skipped", "unknown")


def to_json(results: Sequence[Verification], unread: Sequence[str] = (), skipped: Sequence[str] = ()) -> str:
    """`{"version": 1, "results": [...], "links": {…}}`, as `docs/verify.md` has it."""
    unknown = [_unknown_value(result) for result in results if result.status in _UNCHECKED]
    checked = len(results) - len(unknown)
    value = {
        "version": 1,
        "results": [_build_value(result) for result in results],
        "links": {"checked": checked, "unknown": unknown, "unread": list(unread), "skipped": list(skipped)},
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


def render(
    results: Sequence[Verification], *, colour: bool = False, translate: Callable[[str], str] = str
) -> Iterator[str]:
    """The lines, without their ends."""

    def show(text: str) -> str:
        return f"          {escape_text(translate(text))}"

    for result in results:
        status = paint_text(_COLOURS[result.status], pad_text(translate(_STATUSES[result.status]), 9), colour=colour)
        where = (
            f"  ({escape_text(translate_value(result.origin.shown, translate))})" if result.origin is not None else ""
        )
        yield f"{status} {escape_text(result.name)}{where}"
        if result.found is not None:
            facts = [say("type {type}", type=str(result.type))]
            facts += [say("aliases {names}", names=", ".join(result.aliases))] if result.aliases else []
            facts += [say("from {source}", source=result.source)] if result.source else []
            yield show(say("is {name} ({facts})", name=result.found, facts=join_phrases(", ", facts)))
        yield from map(show, result.problems)
        if result.note is not None:
            yield f"          {translate('note')}: {escape_text(translate(result.note))}"
        if result.help is not None:
            yield f"          {translate('help')}: {escape_text(translate(result.help))}"
    if unknown := [result for result in results if result.status in _UNCHECKED]:
        checked = counted(len(results) - len(unknown), "name")
        left = counted(len(unknown), "name")
        places = ", ".join(
            (result.origin.line if result.origin is not None else result.name)
            + (f" ({', '.join(result.unknown)})" if result.unknown else "")
            for result in unknown
        )
        summary = say("{known} checked. {left} could not be checked: {places}", known=checked, left=left, places=places)
        yield escape_text(translate(summary))
