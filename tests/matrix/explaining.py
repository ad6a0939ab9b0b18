"""What `explain` makes of everything that a wandb says when it goes wrong."""

from running import Outcome, run

from regilink_doctor.emulator import Emulator, World
from regilink_doctor.workflows.explain import explain

LEAST = 35
"""Attempts that say something, with every supported wandb."""


def world() -> World:
    """The default world, and what the attempts need in it."""
    made = World.default()
    made.registry("mixed")
    made.collection("raw", registry="mixed", type="dataset", versions=1)
    made.registry("frozen")
    made.member("alice", registry="frozen", role="viewer")
    made.migrate_legacy_registry("team-a")
    return made


def suffered(emulator: Emulator, python: str) -> Outcome:
    """Every attempt of `errors.py` with one wandb."""
    emulator.reset(world())
    return run(emulator, python, "errors.py", WANDB_INIT_TIMEOUT="60")


def misread(outcome: Outcome) -> dict[str, str]:
    """The attempts that `explain` leads to another row, or to none, and where to."""
    wrong = {}
    for line in outcome.lines:
        if line["said"] is None:
            continue
        found = explain(line["said"])
        if found.kind != "error" or found.failures[0] != line["row"]:
            wrong[line["name"]] = f"{line['row']} expected, {found.kind} {found.failures}: {line['said'][-400:]}"
    if outcome.status != 0:
        wrong["the end"] = outcome.errors[-500:]
    silent = [line["name"] for line in outcome.lines if line["said"] is None]
    if len(outcome.lines) - len(silent) < LEAST:
        wrong["silent"] = ", ".join(silent)
    return wrong
