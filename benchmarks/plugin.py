"""What the pytest plugin costs, side by side in one run: `python benchmarks/plugin.py`.

Whole processes in turn, medians, one round thrown away; writes its section of `benchmarks/RESULTS.md`.

- An unused plugin: a suite of one empty test, with the plugin and with `-p no:regilink`.
- The first linking test: a suite of one, less the suite with the empty test (pytest is not ours), beside the same
  program as a script, without its link, in offline mode.
- Each further one: a suite of eleven, less the suite of one, a tenth of it.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SHORT = 4
"""So many more rounds for what is over soon."""

PROGRAM = """
import wandb

def main():
    with wandb.init(entity="team-a", project="p"{mode}) as run:
        model = wandb.Artifact("zoo", type="model")
        with model.new_file("weights.txt") as file:
            file.write("weights")
        {link}
"""
LINK = 'run.link_artifact(model, "wandb-registry-model/zoo", aliases=["candidate"])'
TESTS = """
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_it(regilink, number):
    import train
    train.main()
    regilink.assert_linked("wandb-registry-model/zoo", aliases=["candidate"], exact=True)
"""
SECTION = "## The pytest plugin"


def median(commands: dict[str, list[str]], rounds: int, folder: Path) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in commands}
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("WANDB_", "PYTHONDONT"))}
    environ |= {"PYTHONPYCACHEPREFIX": str(folder / "pycache"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for number in range(rounds + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
            spent = time.perf_counter() - start
            if done.returncode:
                raise SystemExit(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
            if number:
                taken[name].append(spent)
    return {name: statistics.median(values) for name, values in taken.items()}


def measure(folder: Path) -> str:
    offline = PROGRAM.format(mode=', mode="offline"', link="run.log_artifact(model)")
    for name, text in {
        "train.py": PROGRAM.format(mode="", link=LINK),
        "offline.py": f"{offline}\nmain()\n",
        "test_empty.py": "def test_it(): pass\n",
        "test_one.py": TESTS.format(count=1),
        "test_eleven.py": TESTS.format(count=11),
    }.items():
        (folder / name).write_text(text)
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ours = [*pytest, "-p", "pytest_regilink.plugin"]
    empty = {"without": [*pytest, "test_empty.py"], "unused": [*ours, "test_empty.py"]}
    short = median(empty, ROUNDS * SHORT, folder)
    suites = {name: [*ours, f"test_{name}.py"] for name in ("empty", "one", "eleven")}
    long = median({"script": [sys.executable, "offline.py"], **suites}, ROUNDS, folder)
    first, further = long["one"] - long["empty"], (long["eleven"] - long["one"]) / 10
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    rows = (
        ("pytest, one empty test, the plugin unused", short["unused"], "the same without the plugin", short["without"]),
        ("the first linking test, pytest left out", first, "the script without its link, offline", long["script"]),
    )
    return "\n".join(
        [
            SECTION,
            "",
            f"Made by `python benchmarks/plugin.py`: whole processes in turn, medians of {ROUNDS} rounds",
            f"({ROUNDS * SHORT} for the first row). Python {sys.version.split()[0]}, pytest {version('pytest')},",
            f"wandb {version('wandb')}. Load of the machine meanwhile (2 cores): {load}.",
            "",
            "| what | ms | beside | ms | ratio |",
            "|---|--:|---|--:|--:|",
            *(f"| {a} | {b * 1000:.0f} | {c} | {d * 1000:.0f} | {b / d:.2f} |" for a, b, c, d in rows),
            f"| each further linking test | {further * 1000:.0f} | | | |",
            "",
            f"The unused plugin adds {(short['unused'] - short['without']) * 1000:.1f} ms.",
            "",
        ]
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="regilink-benchmark-") as folder:
        section = measure(Path(folder))
    path = Path(__file__).with_name("RESULTS.md")
    text = path.read_text(encoding="utf-8")
    others = re.sub(rf"\n?{re.escape(SECTION)}\n.*?(?=\n## |\Z)", "", text, flags=re.DOTALL).rstrip("\n")
    path.write_text(f"{others}\n\n{section}", encoding="utf-8")
    print(section)


if __name__ == "__main__":
    main()
