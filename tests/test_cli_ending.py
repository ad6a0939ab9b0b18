"""How a command ends before its end: Ctrl-C, a request to end, processes that die, streams that are closed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import TypeVar

import pytest
from in_process import run_command
from tables import sample

Found = TypeVar("Found")
BAD = 'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "wandb-registry-model/zoo:v3")\n'

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and forks as Linux has them")


def start(*arguments: str, cwd: Path, **variables: str) -> "subprocess.Popen[str]":
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "TMPDIR": str(cwd / "tmp"), **variables}
    (cwd / "tmp").mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "regilink_doctor", *arguments],
        cwd=cwd,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(process: "subprocess.Popen[str]", what: str, condition: Callable[[], Found]) -> Found:
    """Wait until a condition has a result; the process must live so long. The limit is for a machine that is stuck."""
    deadline = time.monotonic() + 120
    while not (found := condition()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)
    return found


def wait_for_child(process: "subprocess.Popen[str]", word: str) -> int:
    """The child process that runs a program with this word in its command line: it exists, and has been started."""

    def find() -> int | None:
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split():
            try:
                if word in Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8"):
                    return int(child)
            except FileNotFoundError:  # it has ended meanwhile
                continue
        return None

    return wait_for(process, f"a child with {word}", find) or 0


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


SPREAD = """
import os, sys, time
from regilink_doctor import cli
from regilink_doctor.lint import engine
from regilink_doctor.lint.scan import workers
from regilink_doctor.workflows import lint
lint.EACH = 2
workers._processors = lambda: 3
here, real = os.getpid(), engine.lint_bytes
def slow(*arguments, **named):
    if os.getpid() != here:
        open(f"{os.getpid()}.begun", "x").close()
        time.sleep(60)
    return real(*arguments, **named)
engine.lint_bytes = slow
cli.script()
"""
"""The linter with two processes beside it, in which each file takes a minute."""


def spread(folder: Path, *arguments: str) -> "tuple[subprocess.Popen[str], list[int]]":
    process = subprocess.Popen(
        [sys.executable, "-c", SPREAD, "lint", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    begun = wait_for(process, "two processes", lambda: sorted(folder.glob("*.begun"))[1:] and [*folder.glob("*.begun")])
    return process, [int(file.stem) for file in begun]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_linter_that_is_stopped_takes_its_processes_with_it(tmp_path: Path, number: int, status: int) -> None:
    for name in range(12):
        (tmp_path / f"m{name}.py").write_text(BAD, encoding="utf-8")
    process, started = spread(tmp_path)
    process.send_signal(number)
    out, error = process.communicate(timeout=120)
    assert (process.returncode, out, error) == (status, "", "")
    end = time.monotonic() + 20  # a busy machine takes its time to end what was killed
    while any(map(runs, started)) and time.monotonic() < end:
        time.sleep(0.01)
    assert not any(map(runs, started))


def test_what_a_killed_process_had_to_do_is_done(tmp_path: Path) -> None:
    for name in range(12):
        (tmp_path / f"m{name}.py").write_text(BAD, encoding="utf-8")
    process, started = spread(tmp_path, "--statistics")
    for child in started:
        os.kill(child, signal.SIGKILL)
    out, error = process.communicate(timeout=120)
    assert (process.returncode, error) == (1, "")
    assert "12  REG107" in out


@pytest.mark.parametrize("number", sample([signal.SIGINT, signal.SIGTERM], one_in=2))
def test_a_command_under_the_emulator_ends_with_it(tmp_path: Path, number: int) -> None:
    process = start("emulator", "--", "sleep", "60", cwd=tmp_path)
    command = wait_for_child(process, "sleep")
    process.send_signal(number)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert "Traceback" not in error
    assert not runs(command)
    assert os.listdir(tmp_path / "tmp") == []


@pytest.mark.slow
def test_who_is_asked_to_end_leaves_no_folder_behind(tmp_path: Path) -> None:
    process = start("demo", cwd=tmp_path)
    command = wait_for_child(process, "publish.py")
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=120)
    assert (process.returncode, error) == (143, "")
    assert not runs(command)
    assert not [name for name in os.listdir(tmp_path / "tmp") if name.startswith("regilink-")]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize("module", ["regilink_doctor.cli", "regilink_doctor.core.text", "regilink_doctor.cli.lint"])
def test_ctrl_c_while_it_is_loaded_ends_it_silently(tmp_path: Path, module: str) -> None:
    program = (
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from regilink_doctor.__main__ import script; script()"
    )
    done = subprocess.run([sys.executable, "-c", program, "lint"], cwd=tmp_path, capture_output=True)
    assert done.returncode == (130 if module.endswith("lint") else -signal.SIGINT)
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize("number", sample([signal.SIGTERM, signal.SIGINT], one_in=2))
def test_a_file_that_is_being_mended_is_whole(tmp_path: Path, number: int) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    program = (
        "import os; from regilink_doctor import cli; real = os.chmod\n"
        f"def chmod(*given): os.kill(os.getpid(), {int(number)}); real(*given)\n"
        "os.chmod = chmod; cli.script()"
    )
    done = subprocess.run([sys.executable, "-c", program, "lint", "--fix"], cwd=tmp_path, capture_output=True)
    assert (done.returncode, done.stderr) == (128 + number, b"")
    assert os.listdir(tmp_path) == ["train.py"]
    assert (tmp_path / "train.py").read_text(encoding="utf-8") == BAD


@pytest.mark.parametrize(
    "closed", sample(["<&- >&- 2>&-", "<&- >&-", ">&-", "<&- 2>&-", "2>&-", ">&- 2>&-", "<&-"], one_in=4)
)
def test_a_closed_stream_is_nobodys(tmp_path: Path, closed: str) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    command = f"{sys.executable} -m regilink_doctor lint {closed}"
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert ("REG107" in done.stdout) == (">&-" not in closed.replace("2>&-", ""))


def run(command: str, cwd: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **variables}
    regilink = f"{sys.executable} -m regilink_doctor"
    shell = ["bash", "-c", command.replace("regilink", regilink)]
    return subprocess.run(shell, cwd=cwd, env=environ, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("command", "problem"),
    {
        "lint - <&-": "standard input cannot be read: it is closed",
        "explain - <&-": "standard input cannot be read: it is closed",
        "lint - </dev/zero": "standard input is larger than 8 MiB",
        "explain - </dev/zero": "explain: standard input is too long: more than 1 GiB within a minute\n"
        "  help: give the end of the log: tail -n 1000 FILE | regilink explain -",
    }.items(),
)
def test_standard_input_that_is_not_there_or_never_ends(tmp_path: Path, command: str, problem: str) -> None:
    done = run(f"regilink {command}", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"regilink: {problem}\n")


@pytest.mark.parametrize("command", sample(["explain", "lint"], one_in=2))
def test_standard_input_that_stays_open_is_waited_for_and_that_is_said(tmp_path: Path, command: str) -> None:
    words = [sys.executable, "-m", "regilink_doctor", command, "-"]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(words, cwd=tmp_path, env=environ, stdin=-1, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        assert process.stderr.readline() == "regilink: waiting for the end of standard input\n"
        process.stdin.write("run.link_artifact(artifact, 'model/zoo')\n")
        shown, said = process.communicate(timeout=60)
    assert (process.returncode, "wandb" in shown or command == "lint") == (0, True), said


@pytest.mark.parametrize("command", sample(["lint nowhere", "verify", "lint", "lint --nonsense", "nonsense"], one_in=3))
def test_where_nothing_can_be_complained_of_the_status_tells(tmp_path: Path, command: str) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    assert run(f"regilink {command} 2>/dev/full", tmp_path).returncode == (1 if command == "lint" else 2)


@pytest.mark.parametrize(
    ("command", "output"),
    sample(
        product(
            ["lint", "dry-run -- true", "rules", "explain REG102", "schema catalog"], [">/dev/full", "1</dev/null"]
        ),
        one_in=5,
    ),
)
def test_output_that_cannot_be_written_is_said(tmp_path: Path, command: str, output: str) -> None:
    why = "No space left on device" if "full" in output else "Bad file descriptor"
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    done = run(f"regilink {command} {output}", tmp_path)
    assert (done.returncode, done.stderr) == (2, f"regilink: the output could not be written: {why}\n")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("lint", 1),
        pytest.param("rules", 0, marks=pytest.mark.slow),
        pytest.param("doctor", 2, marks=pytest.mark.slow),
        pytest.param("doctor --output-format json", 2, marks=pytest.mark.slow),
    ],
)
def test_a_reader_that_has_gone_changes_no_status(tmp_path: Path, command: str, status: int) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    gone, pipe = os.pipe()
    os.close(gone)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "WANDB_BASE_URL": "http://127.0.0.1:1"}
    done = subprocess.run(
        [sys.executable, "-m", "regilink_doctor", *command.split()],
        cwd=tmp_path,
        env=environ,
        stdout=pipe,
        stderr=subprocess.PIPE,
    )
    os.close(pipe)
    assert (done.returncode, done.stderr) == (status, b"")


@pytest.mark.parametrize(
    "command", sample(["lint", "lint ../x", "doctor", "catalog pull", "verify x", "demo"], one_in=2)
)
def test_a_current_folder_that_is_gone_is_named(tmp_path: Path, command: str) -> None:
    done = run(f"mkdir gone && cd gone && rmdir ../gone && regilink {command}", tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "regilink: the current folder cannot be used: No such file or directory; go to one that is there\n"
    )


@pytest.mark.slow
def test_what_is_no_plain_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    done = run("mkfifo pipe; regilink emulator --env-file pipe -- true & cat pipe; wait; test -p pipe", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "WANDB_BASE_URL=" in done.stdout


@pytest.mark.parametrize(
    "command", sample(["explain REG102", "rules --output-format json", "lint --output-format sarif"], one_in=3)
)
def test_documentation_that_python_drops_is_still_there(tmp_path: Path, command: str) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    optimized, usual = (
        run(f"regilink {command}", tmp_path, PYTHONOPTIMIZE="2"),
        run_command(*command.split(), cwd=tmp_path),
    )
    assert usual.stdout
    assert (optimized.stdout, optimized.stderr) == (usual.stdout, usual.stderr)
