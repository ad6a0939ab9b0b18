"""The failure index: every known way in which a link to the registry, or a consumer of it, fails, as data.

Failure ids are stable (`A1`, `C5b`, `F3`): code, tests and documentation cite them.
"""

from __future__ import annotations

from regilink_doctor.core.failures.consuming import CONSUMING
from regilink_doctor.core.failures.entity import ENTITY
from regilink_doctor.core.failures.failure import Failure, Phase
from regilink_doctor.core.failures.operation import OPERATION
from regilink_doctor.core.failures.path import PATH
from regilink_doctor.core.failures.sdk import SDK
from regilink_doctor.core.failures.testing import TESTING

__all__ = ["FAILURES", "Failure", "Phase", "find_failure"]

FAILURES: dict[str, Failure] = {
    failure.id: failure for failure in (*PATH, *ENTITY, *SDK, *CONSUMING, *TESTING, *OPERATION)
}


def find_failure(failure_id: str) -> Failure:
    """The failure of an id; `b1` and ` B1 ` are read as `B1`.

    Raises:
        KeyError: No such failure; the error names the nearest.
    """
    wanted = failure_id.strip()
    wanted = wanted[:1].upper() + wanted[1:].lower()
    if wanted in FAILURES:
        return FAILURES[wanted]
    from difflib import get_close_matches

    near = get_close_matches(wanted, FAILURES, n=3, cutoff=0.5)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise KeyError(f"no failure '{failure_id}' in the failure index{hint}")
