"""Rows of the catalogue of failures as causes, with what is known filled into their commands."""

from __future__ import annotations

import shlex

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.workflows.explain.explanation import Cause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 4
"""Causes that are told in full."""


def causes_of(
    rows: Iterable[str], *, target: str | None = None, entity: str | None = None, type: str | None = None
) -> tuple[Cause, ...]:
    """The causes behind rows, in their order, the first `MOST` of them."""
    known = {"TARGET": target, "TEAM": entity, "TYPE": type}
    return tuple(_cause(row, known) for row in list(dict.fromkeys(rows))[:MOST])


def _cause(row: str, known: dict[str, str | None]) -> Cause:
    failure = FAILURES[row]
    words = (
        [shlex.quote(known.get(word) or word) for word in failure.check_with.split(" ")] if failure.check_with else []
    )
    return Cause(row, failure.title, failure.codes, failure.happens, failure.recognize, failure.help, " ".join(words))
