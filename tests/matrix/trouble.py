"""Every fault at every moment of a user's program, and whether it ended as it should."""

from collections.abc import Iterator
from dataclasses import dataclass

import requests
from running import Outcome, run

from regilink_doctor.emulator import Emulator

MOMENTS = {"init": "upsertBucket", "upload": "upload", "commit": "commitArtifact", "link": "linkArtifact"}
"""A moment of the program -> the operation that goes wrong."""

KINDS = ("refuse", "quota", "expired-key", "status", "garbage", "truncate", "drop", "stall", "delay", "slow-upload")
PATIENCE = {
    "WANDB_INIT_TIMEOUT": "20",
    "WANDB_HTTP_TIMEOUT": "3",
    "WANDB_FILE_PUSHER_TIMEOUT": "3",
    "WANDB__FILE_STREAM_TIMEOUT_SECONDS": "3",
}
"""wandb's own time-outs, in seconds: what a stall costs."""

BOUND = 90.0
"""Seconds within which the program is to end, whatever happens. Python's retries in old SDKs take 20 of them."""


@dataclass(frozen=True)
class Cell:
    """One fault at one moment."""

    kind: str
    moment: str

    @property
    def operation(self) -> str:
        """What goes wrong."""
        return MOMENTS[self.moment]


def cells() -> Iterator[Cell]:
    """Every fault that there can be at a moment: a signed URL has no key, and only uploads are slow."""
    for kind in KINDS:
        for moment in MOMENTS:
            if (kind, moment) == ("expired-key", "upload") or (kind == "slow-upload" and moment != "upload"):
                continue
            yield Cell(kind, moment)


@dataclass(frozen=True)
class Ending:
    """How the program ended. `problems` are what should not be."""

    cell: Cell
    step: str | None
    error: str | None
    seconds: float
    hits: int
    linked: int
    problems: tuple[str, ...]


def suffer(emulator: Emulator, python: str, cell: Cell) -> Ending:
    """Run the program while the fault is there, and judge."""
    emulator.reset()
    fault = emulator.fault(cell.kind, cell.operation)
    outcome = run(emulator, python, "worst_hour.py", **PATIENCE)
    last = outcome.lines[-1] if outcome.lines else {"step": None, "error": None}
    linked = sum(each.verdict == "linked" for each in outcome.links)
    problems = list(_problems(emulator, outcome, cell, fault.hits, linked))
    return Ending(cell, last["step"], last["error"], outcome.seconds, fault.hits, linked, tuple(problems))


def _problems(emulator: Emulator, outcome: Outcome, cell: Cell, hits: int, linked: int) -> Iterator[str]:
    said = {line["step"]: line["error"] for line in outcome.lines}
    if outcome.status is None or outcome.seconds > BOUND:
        yield "the program did not end in time"
    if not hits:
        yield "the fault never struck"
    if said.get("link", "not reached") is None and not linked:
        yield "the SDK says that it linked, and the ledger does not"
    if "link" not in said and linked:
        yield "the ledger has a link that nobody made"
    if len({each.version for each in outcome.links if each.verdict == "linked"}) > 1:
        yield "trying again has made a second version"
    if outcome.blocked:
        yield f"it reached for {', '.join(outcome.blocked)}"
    emulator.faults.clear()
    key = emulator.world.users["alice"].key
    query = {"query": "{ viewer { username } }"}
    answer = requests.post(f"{emulator.url}/graphql", json=query, auth=("api", key), timeout=10)
    if answer.json() != {"data": {"viewer": {"username": "alice"}}}:
        yield "the emulator did not survive"
