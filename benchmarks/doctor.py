"""The doctor beside a script that learns the same through `wandb.Api`: `python benchmarks/doctor.py`.

Whole processes against one emulator, in turn, medians; one and fifty targets, without and with a way to the server.
Prints a table for RESULTS.md.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from results import make_parser

from regilink_doctor.emulator import Emulator, World

ROUNDS = int(os.environ.get("ROUNDS", "5"))

DELAY = 0.1
"""Seconds that each answer takes longer: a server in the same room is not what people ask."""

BY_API = """\
import sys
import wandb

api = wandb.Api()
viewer = api.viewer
team = api.default_entity
registries = {}
for target in sys.argv[1:]:
    project, _, collection = target.partition("/")
    name = project.removeprefix("wandb-registry-")
    registry = api.registry(name)  # is it there, is it mine
    types = registry.allow_all_artifact_types or registry.artifact_types
    roles = [member.role for member in registry.user_members() if member.user.username == viewer.username]
    found = list(registry.collections(filter={"name": collection}))
    registries[target] = (types, roles, [each.type for each in found])
print(viewer.username, team, len(registries))
"""


def main() -> None:
    make_parser(__doc__).parse_args()
    world = World.default()
    world.collection("zoo0", registry="model", versions=1)
    with Emulator(world) as emulator, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "by_api.py"
        script.write_text(BY_API, encoding="utf-8")
        environ = {**os.environ, **emulator.environ(), "HOME": name}
        ours = [sys.executable, "-m", "regilink_doctor", "doctor", "--type", "model"]
        rows = []
        for delay, count in ((0.0, 1), (0.0, 50), (DELAY, 1), (DELAY, 50)):
            emulator.faults.clear()
            if delay:
                emulator.fault("delay", operation="graphql", seconds=delay)
            targets = [f"wandb-registry-model/zoo{number}" for number in range(count)]
            commands = {"ours": [*ours, *targets], "theirs": [sys.executable, str(script), *targets]}
            taken: dict[str, list[float]] = {each: [] for each in commands}
            for turn in range(ROUNDS + 1):
                for each, command in commands.items():
                    begun = time.perf_counter()
                    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
                    spent = time.perf_counter() - begun
                    if done.returncode:
                        raise SystemExit(f"{command[:5]}: {done.stdout}{done.stderr}")
                    if turn:  # the first one fills caches
                        taken[each].append(spent * 1000)
            mine, other = (statistics.median(taken[each]) for each in ("ours", "theirs"))
            rows.append(f"| {delay * 1000:.0f} | {count} | {mine:.0f} | {other:.0f} | {other / mine:.1f} |")
    machine = f"Python {sys.version.split()[0]}, {os.cpu_count()} cores; wandb {version('wandb')}"
    print(f"{machine}; {ROUNDS} rounds, medians.\n")
    print("| ms a request | targets | `regilink doctor` ms | script by `wandb.Api` ms | times faster |")
    print("|--:|--:|--:|--:|--:|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
