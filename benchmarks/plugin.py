"""What the pytest plugin costs, side by side in one run: `python benchmarks/plugin.py`.

Whole processes in turn, medians, one round thrown away; writes its section of `benchmarks/RESULTS.md`.

- An unused plugin: a suite of one empty test, with the plugin and with an empty one.
- The first linking test: a suite of one, less the suite with the empty test (pytest is not ours), beside the same
  program as a script, without its link, in offline mode.
- What no plugin could save of that: the program with its link on an emulator in this process (its time is not
  counted), as a script, and as a test of pytest alone.
- Time of the processor too: on a busy machine the clock tells nothing about what takes milliseconds.
- Each further one: a suite of eleven, less the suite of one, a tenth of it.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from results import make_parser, write

from regilink_doctor.emulator import Emulator

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SHORT = 6
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
ALONE = """
import pytest

@pytest.fixture
def regilink():
    class Nothing:
        def assert_linked(self, *args, **named): pass
    return Nothing()
"""
"""In place of the plugin: the frames are the same. They matter, for pydantic goes through them for each of wandb's
models (`use_attribute_docstrings`, below Python 3.13)."""

SECTION = "## The pytest plugin"


Command = tuple[list[str], Mapping[str, str]]
"""A program and its arguments, and variables besides."""

Taken = dict[str, list[tuple[float, float]]]
"""Of each command, round by round: the time on the clock, and that of the processor, in seconds."""


def run(commands: dict[str, Command], rounds: int, folder: Path) -> Taken:
    taken: Taken = {name: [] for name in commands}
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("WANDB_", "PYTHONDONT"))}
    environ |= {"PYTHONPYCACHEPREFIX": str(folder / "pycache"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    # pytest clears away what earlier sessions of anybody have left in the folder for temporary files.
    environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
    for number in range(rounds + 1):
        for name, (command, besides) in commands.items():
            here = {**environ, **besides}
            start, before = time.perf_counter(), processor()
            done = subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, check=False)
            spent = time.perf_counter() - start, processor() - before
            if done.returncode:
                raise SystemExit(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
            if number:
                taken[name].append(spent)
    return taken


def processor() -> float:
    """What the processes that have ended took of the processor, and those that they waited for: wandb-core too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def median(values: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(each[0] for each in values), statistics.median(each[1] for each in values)


def less(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """What the one took more than the other, round by round."""
    return [(a[0] - b[0], a[1] - b[1]) for a, b in zip(one, other, strict=True)]


def measure(folder: Path) -> str:
    offline = PROGRAM.format(mode=', mode="offline"', link="run.log_artifact(model)")
    for name, text in {
        "train.py": PROGRAM.format(mode="", link=LINK),
        "offline.py": f"{offline}\nmain()\n",
        "online.py": f"{PROGRAM.format(mode='', link=LINK)}\nmain()\n",
        "test_alone.py": ALONE + TESTS.format(count=1),
        "empty_plugin.py": "",
        "test_empty.py": "def test_it(): pass\n",
        "test_one.py": TESTS.format(count=1),
        "test_eleven.py": TESTS.format(count=11),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    # For a plugin that is named pytest looks through the entry points of all packages: without ours, for an empty one.
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p"]
    without, ours = [*pytest, "empty_plugin"], [*pytest, "pytest_regilink.plugin"]
    empty: dict[str, Command] = {"without": ([*without, "test_empty.py"], {}), "unused": ([*ours, "test_empty.py"], {})}
    short = run(empty, ROUNDS * SHORT, folder)
    suites: dict[str, Command] = {name: ([*ours, f"test_{name}.py"], {}) for name in ("empty", "one", "eleven")}
    with Emulator() as emulator:
        emulator.load_graphql()
        served = emulator.environ()
        programs: dict[str, Command] = {
            "script": ([sys.executable, "offline.py"], {}),
            "online": ([sys.executable, "online.py"], served),
            "alone": ([*without, "test_alone.py"], served),
        }
        long = run({**programs, **suites}, ROUNDS, folder)
    added = median(less(short["unused"], short["without"]))
    first, script = median(less(long["one"], long["empty"])), median(long["script"])
    online, alone = median(long["online"]), median(less(long["alone"], long["empty"]))
    further = median(less(long["eleven"], long["one"]))
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    rows = [
        ("pytest, one empty test, with an empty plugin", *median(short["without"])),
        ("what the unused plugin adds", *added),
        ("the script without its link, offline", *script),
        ("the script with its link, on an emulator in another process", *online),
        ("the same as a test, without the plugin, pytest left out", *alone),
        ("the first linking test, pytest left out", *first),
        ("each further linking test", further[0] / 10, further[1] / 10),
    ]
    return "\n".join(
        [
            SECTION,
            "",
            f"Made by `python benchmarks/plugin.py`: whole processes in turn, medians of {ROUNDS} rounds",
            f"({ROUNDS * SHORT} for the first two rows); differences are those of a round. Python",
            f"{sys.version.split()[0]}, pytest {version('pytest')}, wandb {version('wandb')}. Load of the machine",
            f"meanwhile ({os.cpu_count()} cores): {load}.",
            "",
            "| what | ms | of the processor, ms |",
            "|---|--:|--:|",
            *(f"| {what} | {clock * 1000:.1f} | {used * 1000:.1f} |" for what, clock, used in rows),
            "",
            f"The first linking test is {first[0] / script[0]:.2f} times the script, {first[1] / script[1]:.2f} times",
            "in time of the processor. Goals: 1.3 times; 5 ms for the unused plugin; 500 ms for each further test.",
            f"With a server in another process, and no plugin, it is {alone[0] / script[0]:.2f} times and "
            f"{alone[1] / script[1]:.2f} times: what wandb",
            "does online, and what it does not do as fast below pytest's frames.",
            "",
        ]
    )


def main() -> None:
    make_parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="regilink-benchmark-") as folder:
        section = measure(Path(folder))
    write(section)
    print(section)


if __name__ == "__main__":
    main()
