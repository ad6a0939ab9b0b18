"""Runs the matrix and writes docs/sdk-matrix.md from it.

`python tests/matrix/run.py` makes an environment for each wandb (once) and runs everything, in about half an hour.
`--only PART` and `--sdk VERSION` run a part; the page keeps the rest from the runs before.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import sdk_matrix
from contract import judged
from environments import BEST_EFFORT, NEWEST, SDKS, python_of
from explaining import misread, suffered
from running import run
from trouble import cells, suffer

from regilink_doctor.emulator import Emulator, World
from regilink_doctor.emulator.world.features import PRESETS

FOLDER = sdk_matrix.ROOT / ".matrix"
PARTS = ("steps", "contract", "servers", "faults", "errors")
FAULTED = ("0.21.4", NEWEST)
SERVED = ("0.21.4", "0.26.1", NEWEST)
EXPLAINED = SERVED


def main() -> int:
    """Run what was asked for; 1 when a supported wandb does not do as it should."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=PARTS, action="append", help="this part (again for more)")
    parser.add_argument("--sdk", action="append", help="this wandb (again for more)")
    parser.add_argument("--environments", type=Path, default=FOLDER, help="where they are kept (default: .matrix)")
    options = parser.parse_args()
    results = sdk_matrix.load()
    for part in options.only or PARTS:
        for sdk in {"servers": SERVED, "faults": FAULTED, "errors": EXPLAINED}.get(part, (*SDKS, *BEST_EFFORT)):
            if options.sdk is None or sdk in options.sdk:
                python = python_of(sdk, options.environments)
                parts = {"steps": steps, "contract": judged, "servers": servers, "faults": faults, "errors": errors}
                results.setdefault(part, {})[sdk] = parts[part](python)
                sdk_matrix.save(results)
    bad = sdk_matrix.problems(results)
    print(*bad, sep="\n", file=sys.stderr)
    return 1 if bad else 0


def steps(python: str, server: str | None = None) -> dict[str, object]:
    """The scenario's steps: what is wrong with each, None when nothing is."""
    world = World.default()
    world.server(server)
    with Emulator(world) as emulator:
        outcome = run(emulator, python, "scenario.py")
    said = {line["step"]: None if line["ok"] else line["detail"] for line in outcome.lines}
    words = {line["step"]: line["detail"] for line in outcome.lines if line["ok"] and line["detail"]}
    print(json.dumps(outcome.first), server or "", *[f"  {name}: {bad}" for name, bad in said.items() if bad], sep="\n")
    ended = {} if outcome.status == 0 else {"end": outcome.errors[-500:]}
    return {**outcome.first, "steps": {**said, **ended}, "words": words, "blocked": list(outcome.blocked)}


def servers(python: str) -> dict[str, object]:
    """The scenario against each old server."""
    return {server: steps(python, server)["steps"] for server in PRESETS}


def faults(python: str) -> dict[str, object]:
    """Every fault at every moment."""
    endings = {}
    with Emulator() as emulator:
        for cell in cells():
            ending = suffer(emulator, python, cell)
            error = sdk_matrix.tidy(ending.error) if ending.error else None
            print(f"{cell.kind:12}{cell.moment:8}{ending.seconds:5.1f} s  {error or 'no error'}", *ending.problems)
            endings[f"{cell.kind} {cell.moment}"] = {
                "step": ending.step,
                "error": error,
                "linked": ending.linked,
                "seconds": round(ending.seconds),
                "problems": list(ending.problems),
            }
    return endings


def errors(python: str) -> dict[str, object]:
    """What `explain` makes of every error: how many there were, and which it leads to another row than theirs."""
    with Emulator() as emulator:
        outcome = suffered(emulator, python)
    wrong = misread(outcome)
    said = [line for line in outcome.lines if line["said"] is not None]
    print(json.dumps(outcome.first), f"{len(said)} errors", *wrong.items(), sep="\n")
    return {**outcome.first, "errors": len(said), "rows": len({line["row"] for line in said}), "wrong": wrong}


if __name__ == "__main__":
    sys.exit(main())
