"""The catalogue of failures: the 78 ways, as data, in our own words.

Row ids are stable (A1 to A18, B1 to B17, C1 to C20 with C5b, D1 to D18, E1 to E4): code, tests
and documentation cite them.
"""

from __future__ import annotations

from regilink_doctor.core.failures.consuming import CONSUMING
from regilink_doctor.core.failures.entity import ENTITY
from regilink_doctor.core.failures.failure import Evidence, Failure
from regilink_doctor.core.failures.path import PATH
from regilink_doctor.core.failures.sdk import SDK
from regilink_doctor.core.failures.testing import TESTING

__all__ = ["FAILURES", "Evidence", "Failure", "failure"]

FAILURES: dict[str, Failure] = {each.row: each for each in (*PATH, *ENTITY, *SDK, *CONSUMING, *TESTING)}


def failure(row: str) -> Failure:
    """The failure of a row; `b1` and ` B1 ` are read as `B1`.

    Raises:
        KeyError: No such row; the message names the nearest.
    """
    wanted = row.strip()
    wanted = wanted[:1].upper() + wanted[1:].lower()
    if wanted in FAILURES:
        return FAILURES[wanted]
    from difflib import get_close_matches

    near = get_close_matches(wanted, FAILURES, n=3, cutoff=0.5)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise KeyError(f"no row '{row}' in the catalogue of failures{hint}")
