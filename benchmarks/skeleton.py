"""The skeleton's measures, each as a ratio against a peer in the same run: `python benchmarks/skeleton.py`.

Needs what `pip install ".[dev]"` brings. Whole processes, run in turn, medians; writes `benchmarks/RESULTS.md`.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from regilink_doctor.emulator import Emulator

ROUNDS = int(os.environ.get("ROUNDS", "7"))
SNIPPET = """import wandb
run = wandb.init(entity="team-a", project="quickstart", mode="{mode}")
artifact = wandb.Artifact(name="zoo", type="model")
artifact.add_file(local_path="weights.txt")
run.log_artifact(artifact)
{link}
run.finish()
"""
LINK = 'run.link_artifact(artifact, "wandb-registry-model/animals", aliases=["candidate"])'
CLEAN = "import os\n\n\ndef main() -> None:\n    print(os.getcwd())\n"
FINDING = 'import wandb\n\nrun = wandb.init(entity="team-a")\nrun.link_artifact(artifact, "wandb-registry-model")\n'


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def in_turn(actions: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median of each action's seconds; one round before the first counts is thrown away."""
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(rounds + 1):
        for name, action in actions.items():
            spent = seconds(action)
            if number:
                taken[name].append(spent)
    return {name: statistics.median(values) for name, values in taken.items()}


def process(arguments: list[str], folder: Path, environ: dict[str, str], status: int = 0) -> Callable[[], None]:
    def run() -> None:
        done = subprocess.run(arguments, cwd=folder, env=environ, capture_output=True, text=True, check=False)
        if done.returncode != status:
            raise SystemExit(f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}")

    return run


def snippet(folder: Path) -> dict[str, float]:
    (folder / "weights.txt").write_text("weights")
    (folder / "online.py").write_text(SNIPPET.format(mode="online", link=LINK))
    (folder / "offline.py").write_text(SNIPPET.format(mode="offline", link=""))
    with Emulator() as emulator:
        environ = {**os.environ, **emulator.environ()}
        return in_turn(
            {
                "emulator": process([sys.executable, "online.py"], folder, environ),
                "offline": process([sys.executable, "offline.py"], folder, environ),
            },
            ROUNDS,
        )


def server() -> dict[str, float]:
    emulator = Emulator()
    emulator.start()
    emulator.stop()
    taken: dict[str, list[float]] = {"start": [], "reset": [], "stop": []}
    for _ in range(ROUNDS * 3):
        emulator = Emulator()
        taken["start"].append(seconds(emulator.start))
        taken["reset"].append(seconds(emulator.reset))
        taken["stop"].append(seconds(emulator.stop))
    return {name: statistics.median(values) for name, values in taken.items()}


def lint(folder: Path) -> dict[str, float]:
    (folder / "clean.py").write_text(CLEAN)
    (folder / "finding.py").write_text(FINDING)
    tools = Path(sys.executable).parent
    environ = dict(os.environ)
    regilink, ruff = str(tools / "regilink"), str(tools / "ruff")
    rule = ["check", "--no-cache", "--isolated", "--select", "F401,F821"]
    return in_turn(
        {
            "clean": process([regilink, "lint", "clean.py"], folder, environ),
            "ruff clean": process([ruff, *rule, "clean.py"], folder, environ),
            "finding": process([regilink, "lint", "finding.py"], folder, environ, 1),
            "ruff finding": process([ruff, *rule, "finding.py"], folder, environ, 1),
            "python": process([sys.executable, "-I", "-c", "pass"], folder, environ),
        },
        ROUNDS * 3,
    )


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="regilink-benchmark-"))
    try:
        linked, served, linted = snippet(folder), server(), lint(folder)
    finally:
        shutil.rmtree(folder)
    rows = [
        (
            "the snippet on the emulator, linked",
            linked["emulator"],
            "the same without its link, offline",
            linked["offline"],
        ),
        ("`regilink lint`, one clean file", linted["clean"], "ruff on it", linted["ruff clean"]),
        ("`regilink lint`, one file with a finding", linted["finding"], "ruff on it", linted["ruff finding"]),
        ("`regilink lint`, one clean file", linted["clean"], "`python -I -c pass`", linted["python"]),
    ]
    lines = [
        "# Results",
        "",
        "Made by `python benchmarks/skeleton.py`: whole processes in turn, medians, ratios within one run.",
        "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}; "
        f"wandb {version('wandb')}, ruff {version('ruff')}; {ROUNDS} rounds (three times as many for short ones).",
        "",
        "| ours | ms | beside | ms | ratio |",
        "|---|--:|---|--:|--:|",
    ]
    lines += [f"| {a} | {x * 1000:.0f} | {b} | {y * 1000:.0f} | {x / y:.2f} |" for a, x, b, y in rows]
    lines += ["", "| the emulator, after its imports | ms |", "|---|--:|"]
    lines += [f"| {name} | {value * 1000:.1f} |" for name, value in served.items()]
    text = "\n".join(lines) + "\n"
    Path(__file__).with_name("RESULTS.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
