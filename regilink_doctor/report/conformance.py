"""What a server and the emulator answered, scenario by scenario: for people, and as JSON. Neither names an account."""

from __future__ import annotations

import json

from regilink_doctor.core.phrases import counted
from regilink_doctor.core.text import escape_text
from regilink_doctor.report.terminal import paint_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.workflows.conformance import Comparison, Conformance
    from regilink_doctor.workflows.conformance.scratch import Facts

_COLOURS = {"same": "1;32", "different": "1;31", "not run": "2"}


def to_json(report: Conformance) -> str:
    """`{"version": 1, "day", "features", "scenarios": [...]}`, as `docs/conformance.md` has it."""
    value = {
        "version": 1,
        "day": report.day,
        "features": list(report.features),
        "scenarios": [_build_value(comparison) for comparison in report.comparisons],
        "left": len(report.left),
    }
    return json.dumps(value, indent=2, ensure_ascii=True)


def _build_value(comparison: Comparison) -> dict[str, object]:
    return {
        "name": comparison.scenario,
        "claim": comparison.claim,
        "failures": list(comparison.failures),
        "status": comparison.status,
        "emulator": comparison.emulator,
        "server": comparison.server,
        "differences": list(comparison.differences),
        "reason": comparison.reason,
    }


def render(report: Conformance, *, colour: bool = False) -> Iterator[str]:
    """The lines, without their ends."""
    for comparison in report.comparisons:
        status = paint_text(_COLOURS[comparison.status], f"{comparison.status:<9}", colour=colour)
        failures = ", ".join(comparison.failures)
        yield f"{status} {comparison.scenario} ({failures}): {escape_text(comparison.claim)}"
        if comparison.reason is not None:
            yield f"          {escape_text(comparison.reason)}"
        for name, facts in (("emulator", comparison.emulator), ("server", comparison.server)):
            if comparison.status == "different" and facts is not None:
                yield f"          {name:<8}  {escape_text(_describe(facts))}"
    yield ""
    counts = [
        f"{counted(report.count('same'), 'scenario')} the same",
        f"{report.count('different')} different",
        f"{report.count('not run')} not run",
    ]
    yield ", ".join(counts)
    if unanswered := report.count_obstacles("unanswered"):
        yield f"the server did not answer {counted(unanswered, 'scenario')} as W&B does"
    if report.left:
        yield f"{counted(len(report.left), 'thing')} could not be deleted; the names were printed above"


def _describe(facts: Facts) -> str:
    """`refused (400): MESSAGE`, `accepted, version 0, latest present, ...`."""
    rest = {name: value for name, value in facts.items() if name not in ("outcome", "status", "message")}
    text = f"{facts['outcome']} ({facts['status']})" if "status" in facts else str(facts["outcome"])
    for name, value in rest.items():
        shown = ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
        text += f", {name} {f'({_describe(value)})' if isinstance(value, dict) else shown}"
    return f"{text}: {facts['message']}" if "message" in facts else text
