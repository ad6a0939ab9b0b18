"""What the result cache saves: `ROUNDS=3 python benchmarks/cache.py [FILES ...]` (default: 10 50 600).

A tree of programs that each link twice, through a module of their package; one in twenty is wrong. Whole processes in
turn, `regilink lint` without the cache, with an empty one, with all reports in it, and after one program was edited.
Medians of CPU time, which a busy machine changes less than the clock. Writes its part of `benchmarks/RESULTS.md`.
"""

import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from results import make_parser, write

ROUNDS = int(os.environ.get("ROUNDS", "3"))
PROGRAM = """import os
import wandb
from part{part}.settings import REGISTRY, make_path

{helpers}

def main():
    with wandb.init(entity=os.environ.get("WANDB_ENTITY", "team-a"), project="p{number}") as run:
        artifact = wandb.Artifact("model-{number}", type="model")
        run.log_artifact(artifact)
        run.link_artifact(artifact, f"{{REGISTRY}}/zoo{number}")
        run.link_artifact(artifact, make_path("zoo-{number}"))
"""
WRONG = '        run.link_artifact(artifact, "wandb_registry-model/zoo")\n'
SETTINGS = 'REGISTRY = "wandb-registry-model"\n\n\ndef make_path(name):\n    return f"{REGISTRY}/{name}"\n'
HELPERS = "\n".join(f"def helper_{number}(value):\n    return value * {number}\n" for number in range(25))


def write_tree(folder: Path, count: int) -> None:
    for number in range(count):
        part = number % 12
        package = folder / f"part{part}"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        (package / "settings.py").write_text(SETTINGS, encoding="utf-8")
        text = PROGRAM.format(part=part, number=number, helpers=HELPERS) + (WRONG if not number % 20 else "")
        (package / f"train{number}.py").write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "-c", "core.fsync=none", "add", "."], cwd=folder, check=True)


def cpu_seconds(folder: Path, *arguments: str) -> float:
    """CPU seconds of a run, with those of its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environ = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "user")}
    done = subprocess.run(
        [sys.executable, "-m", "regilink_doctor", "lint", *arguments], cwd=folder, env=environ, capture_output=True
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_runs(folder: Path, count: int) -> str:
    write_tree(folder, count)
    taken: dict[str, list[float]] = {"without": [], "empty": [], "full": [], "edited": []}
    for number in range(ROUNDS):
        taken["without"].append(cpu_seconds(folder, "--no-cache"))
        shutil.rmtree(folder / ".regilink_cache", ignore_errors=True)
        taken["empty"].append(cpu_seconds(folder))
        taken["full"].append(cpu_seconds(folder))
        program = folder / "part0" / "train0.py"
        program.write_text(program.read_text(encoding="utf-8") + f"# {number}\n", encoding="utf-8")
        taken["edited"].append(cpu_seconds(folder))
    medians = {name: statistics.median(times) * 1000 for name, times in taken.items()}
    size = sum(path.stat().st_size for path in (folder / ".regilink_cache").glob("*.cache")) / 1000
    shown = " | ".join(f"{median:.0f}" for median in medians.values())
    return (
        f"| {count} | {shown} | {medians['full'] / medians['without']:.2f} | {f'{size:.0f} kB' if size else 'none'} |"
    )


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("files", nargs="*", type=int, metavar="FILES")
    counts = parser.parse_args().files or [10, 50, 600]
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure_runs(Path(folder) / str(count) / "tree", count) for count in counts]
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"
    lines = [
        "## The result cache",
        "",
        f"Made by `ROUNDS={ROUNDS} python benchmarks/cache.py`: CPU milliseconds of `regilink lint`, medians.",
        f"{machine}. Fewer than 50 files are linted without the cache.",
        "",
        "| programs | `--no-cache` | empty cache | full cache | one program edited | full : without | cache |",
        "|--:|--:|--:|--:|--:|--:|--:|",
        *rows,
    ]
    write("\n".join(lines))


if __name__ == "__main__":
    main()
