"""How a command ends before its end: Ctrl-C, a request to end, processes that die, streams that are closed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


def children(process: "subprocess.Popen[str]") -> list[int]:
    return [int(each) for each in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def wait_for_children(process: "subprocess.Popen[str]") -> list[int]:
    for _ in range(600):
        if found := children(process):
            return found
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("no process was started")


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


SPREAD = """
import os, sys, time
from regilink_doctor import cli
from regilink_doctor.lint import engine, scan, workers
from regilink_doctor.workflows import lint
scan.MANY = workers.EACH = 2
workers._processors = lambda: 3
here, real = os.getpid(), engine.lint_bytes
def slow(*arguments, **named):
    if os.getpid() != here:
        open("begun", "a").close()
        time.sleep(60)
    return real(*arguments, **named)
engine.lint_bytes = slow
cli.script()
"""
"""The linter with two processes beside it, in which each file takes a minute."""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_linter_that_is_stopped_takes_its_processes_with_it(tmp_path: Path, number: int, status: int) -> None:
    for name in range(12):
        (tmp_path / f"m{name}.py").write_text(BAD)
    process = subprocess.Popen(
        [sys.executable, "-c", SPREAD, "lint"], cwd=tmp_path, stdout=-1, stderr=-1, text=True, start_new_session=True
    )
    while not (tmp_path / "begun").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    started = wait_for_children(process)
    process.send_signal(number)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error) == (status, "", "")
    assert not any(map(runs, started))


def test_what_a_killed_process_had_to_do_is_done(tmp_path: Path) -> None:
    for name in range(12):
        (tmp_path / f"m{name}.py").write_text(BAD)
    process = subprocess.Popen(
        [sys.executable, "-c", SPREAD, "lint", "--statistics"], cwd=tmp_path, stdout=-1, stderr=-1, text=True
    )
    for child in wait_for_children(process):
        os.kill(child, signal.SIGKILL)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (1, "")
    assert "12  REG107" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_under_the_emulator_ends_with_it(tmp_path: Path, number: int) -> None:
    process = start("emulator", "--", "sleep", "60", cwd=tmp_path)
    (command,) = wait_for_children(process)
    process.send_signal(number)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "Traceback" not in error
    assert not runs(command)
    assert os.listdir(tmp_path / "tmp") == []


def test_who_is_asked_to_end_leaves_no_folder_behind(tmp_path: Path) -> None:
    process = start("demo", cwd=tmp_path)
    (command, *_) = wait_for_children(process)
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (143, "")
    assert not runs(command)
    assert not [name for name in os.listdir(tmp_path / "tmp") if name.startswith("regilink-")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_file_that_is_being_mended_is_whole(tmp_path: Path, number: int) -> None:
    (tmp_path / "train.py").write_text(BAD)
    program = (
        "import os; from regilink_doctor import cli; real = os.chmod\n"
        f"def chmod(*given): os.kill(os.getpid(), {int(number)}); real(*given)\n"
        "os.chmod = chmod; cli.script()"
    )
    done = subprocess.run([sys.executable, "-c", program, "lint", "--fix"], cwd=tmp_path, capture_output=True)
    assert (done.returncode, done.stderr) == (128 + number, b"")
    assert os.listdir(tmp_path) == ["train.py"]
    assert (tmp_path / "train.py").read_text() == BAD


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_nobodys(tmp_path: Path, closed: str) -> None:
    (tmp_path / "train.py").write_text(BAD)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    command = f"{sys.executable} -m regilink_doctor lint {closed}"
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert ("REG107" in done.stdout) == (">&-" not in closed.replace("2>&-", ""))
