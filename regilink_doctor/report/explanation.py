"""An explanation for people (plain text, with colors where wanted) and for machines (JSON)."""

from __future__ import annotations

import json
from functools import partial

from regilink_doctor.report.terminal import paint_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.workflows.explain.explanation import Explanation

VERSION = 1


def explanation_json(explanation: Explanation) -> str:
    """The shape of the contract."""
    value = {
        "version": VERSION,
        "kind": explanation.kind,
        "target": explanation.target,
        "organization": explanation.organization,
        "registry": explanation.registry,
        "collection": explanation.collection,
        "version_or_alias": explanation.version_or_alias,
        "codes": list(explanation.codes),
        "failures": list(explanation.failures),
        "text": explanation.text,
    }
    return json.dumps(value, indent=2, ensure_ascii=True)


def render_explanation(explanation: Explanation, *, color: bool = False, width: int | None = None) -> Iterator[str]:
    """The lines for a terminal of this width; None: there is none."""
    return explanation.lines(width=width, paint=partial(paint_text, colour=color))
