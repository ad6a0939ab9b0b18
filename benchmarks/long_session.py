"""What a long session of linking tests leaves in pytest: `python benchmarks/long_session.py [--tests 500]`.

One pytest process with that many linking tests. Each test notes the open descriptors, threads and memory of the
process, and the time; seconds a test are medians over the last ten. Half of the suite runs again under `ulimit -n 256`
(macOS) and `1024` (Linux), where a leak ends it. The last suite links an artifact of 300 MB: its bytes belong on the
disk. Writes its section of `benchmarks/RESULTS.md`.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from results import make_parser, write

SECTION = "## Long sessions of the pytest plugin"
DONE = "measures.jsonl"

MEASURE = """
import json
import os
import threading
import time

def measure():
    with open("/proc/self/status") as status:
        memory = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
    with open({done!r}, "a") as file:
        row = dict(descriptors=len(os.listdir("/proc/self/fd")), threads=threading.active_count(), memory=memory)
        file.write(json.dumps(dict(row, clock=time.monotonic(), cpu=time.process_time())) + chr(10))
"""
MANY = """
import pytest
import wandb
from measure import measure

@pytest.mark.parametrize("number", range({tests}))
def test_it(regilink, number):
    with wandb.init(entity="team-a", project="p") as run:
        model = wandb.Artifact("zoo", type="model")
        with model.new_file("weights.txt") as file:
            file.write("weights")
        run.link_artifact(model, "wandb-registry-model/zoo", aliases=["candidate"])
    regilink.assert_linked("wandb-registry-model/zoo", aliases=["candidate"], exact=True)
    measure()
"""
LARGE = """
import wandb
from measure import measure

def test_small(regilink):
    with wandb.init(entity="team-a", project="p") as run:
        run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")
    measure()

def test_large(regilink, tmp_path):
    (tmp_path / "weights.bin").write_bytes(os.urandom(1 << 20) * {megabytes})
    with wandb.init(entity="team-a", project="p") as run:
        model = wandb.Artifact("zoo", type="model")
        model.add_file(str(tmp_path / "weights.bin"))
        run.link_artifact(model, "wandb-registry-model/zoo")
    regilink.assert_linked("wandb-registry-model/zoo", exact=True)
    measure()
"""

Row = dict[str, float]


def run_suite(suite: str, limit: int | None = None) -> list[Row]:
    """The measures of a suite that ran in a process with so many descriptors.

    Raises:
        SystemExit: a test failed.
    """
    with tempfile.TemporaryDirectory(prefix="regilink-benchmark-") as name:
        folder = Path(name)
        (folder / "measure.py").write_text(MEASURE.format(done=DONE), encoding="utf-8")
        (folder / "test_it.py").write_text(suite, encoding="utf-8")
        environ = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
        environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_DEBUG_TEMPROOT": name}
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_regilink.plugin"],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit or hard, hard)),
        )
        if done.returncode:
            raise SystemExit(f"status {done.returncode} with {limit} descriptors\n{done.stdout}{done.stderr}")
        return [json.loads(line) for line in (folder / DONE).read_text(encoding="utf-8").splitlines()]


def describe_rows(rows: Sequence[Row]) -> list[str]:
    """A line of the table for each of a few tests: the measures after it, and the seconds of a test around it."""
    last = len(rows) - 1
    lines = []
    for number in sorted({min(number, last) for number in (9, 99, 199, 299, 399, last)}):
        around = rows[max(0, number - 9) : number + 1]
        clock, cpu = (
            statistics.median(after[what] - before[what] for before, after in pairwise(around))
            for what in ("clock", "cpu")
        )
        row = rows[number]
        lines.append(
            f"| {number + 1} | {row['descriptors']:.0f} | {row['threads']:.0f} | {row['memory']:.0f} "
            f"| {clock:.2f} | {cpu:.2f} |"
        )
    return lines


def measure(tests: int, megabytes: int) -> str:
    """The section of `RESULTS.md`."""
    rows = run_suite(MANY.format(tests=tests))
    limited = {limit: run_suite(MANY.format(tests=tests // 2), limit) for limit in (256, 1024)}
    small, large = run_suite("import os\n" + LARGE.format(megabytes=megabytes))
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    return "\n".join(
        [
            SECTION,
            "",
            f"Made by `python benchmarks/long_session.py`: {tests} linking tests in one pytest process, measured",
            f"inside the tests. Python {sys.version.split()[0]}, pytest {version('pytest')}, wandb {version('wandb')}.",
            f"Load of the machine ({os.cpu_count()} cores): {load}.",
            "",
            "| after test | descriptors | threads | memory, MB | seconds a test | of the processor |",
            "|--:|--:|--:|--:|--:|--:|",
            *describe_rows(rows),
            "",
            *(
                f"With `ulimit -n {limit}`: {len(rows)} tests passed, at most "
                f"{max(row['descriptors'] for row in rows):.0f} descriptors."
                for limit, rows in limited.items()
            ),
            f"A linked artifact of {megabytes} MB: {small['memory']:.0f} MB of memory before, "
            f"{large['memory']:.0f} MB after.",
            "",
        ]
    )


def main() -> None:
    """Measure; write the section, and print it."""
    parser = make_parser(__doc__)
    parser.add_argument("--tests", type=int, default=500)
    parser.add_argument("--megabytes", type=int, default=300)
    arguments = parser.parse_args()
    section = measure(arguments.tests, arguments.megabytes)
    write(section)
    print(section)


if __name__ == "__main__":
    main()
