"""What is said under a failure: what wandb's error means, what to write, and which links the test had attempted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pytest_regilink.keys import GUARD, HAND
from regilink_doctor.core.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

    from regilink_doctor.core.ledger import LinkAttempt

FIXTURES = ("regilink", "regilink_module", "regilink_session")
WANDB = f"{os.sep}wandb{os.sep}"


def diagnose(item: pytest.Item, error: BaseException) -> str | None:
    """The section under the traceback; None when the failure has nothing to do with W&B."""
    hand = _hand(item)
    if isinstance(error, AssertionError) or (hand is None and not _is_wandbs(error)):
        return None
    links = hand.links if hand is not None else ()
    blocks = ["\n".join(_meaning(error, links))] if _is_wandbs(error) else []
    if links:
        from regilink_doctor.report.ledger import render, taken_on_trust

        lines = ["Links that the test had attempted:", *render(links, colour=False)]
        blocks.append("\n".join([*lines, *taken_on_trust(hand.world.assumed)]))
    guard = item.stash.get(GUARD, None)
    if guard is not None and guard.verdict:
        blocks.append(guard.verdict)
    return "\n\n".join(block for block in blocks if block) or None


def _meaning(error: BaseException, links: Sequence[LinkAttempt]) -> Iterator[str]:
    """What `regilink explain` says; of several possible causes, the one that the emulator knows."""
    from regilink_doctor.report.explanation import render
    from regilink_doctor.workflows.explain import classify

    explanation = classify(error)
    if explanation.kind != "error":
        return
    last = links[-1] if links else None
    if last is not None and last.message and last.message in str(error):
        known = tuple(cause for cause in explanation.causes if cause.failure == last.failure)
        # The path is the one of the ledger, not the first that stands in the code around the error.
        explanation = replace(explanation, causes=known or explanation.causes, parts=())
    yield from render(explanation)


def _hand(item: pytest.Item) -> Any:
    """What the test had in hand, if it asked for it."""
    names = getattr(item, "fixturenames", ())
    if not any(name in names for name in FIXTURES):
        return None
    return next((node.stash[HAND] for node in reversed(item.listchain()) if HAND in node.stash), None)


def _is_wandbs(error: BaseException) -> bool:
    """Whether the exception, or one that it came of, is of wandb's making: its class, or where it was raised."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        if type(each).__module__.partition(".")[0] == "wandb":
            return True
        trace = each.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None and WANDB in trace.tb_frame.f_code.co_filename:
            return True
        each = each.__cause__ or each.__context__
    return False
