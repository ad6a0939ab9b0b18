"""Commands end, with everything that they have started, whatever becomes of regilink.

Each command hands its standard output down to its children: that it is closed shows that all of them are gone.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups")

STUBBORN = """
import signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
if "leaf" not in sys.argv:
    leaf = subprocess.Popen([sys.executable, __file__, "leaf"], stderr=subprocess.PIPE)
    leaf.stderr.readline()
    if "brief" in sys.argv:
        sys.exit(3)
else:
    print("ready", flush=True)
    print("ready", file=sys.stderr, flush=True)
time.sleep(60)
"""

DRIVER = """
import signal, sys
from regilink_doctor.workflows import commands
commands.PATIENCE[signal.SIGTERM] = 0.3
commands.GRACE = 0.2
commands._WATCHER = commands._WATCHER.replace("sleep 2", "sleep 0.2")
print(*commands.run_command([sys.executable, *sys.argv[1:]], __import__("os").environ), flush=True)
"""


@pytest.fixture
def stubborn(tmp_path) -> str:
    path = tmp_path / "stubborn.py"
    path.write_text(STUBBORN, encoding="utf-8")
    return str(path)


@contextmanager
def running(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that runs a command; when the block begins, the command's child is up."""
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    "signals", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM,), (signal.SIGINT, signal.SIGTERM)]
)
@pytest.mark.slow
def test_a_stubborn_command_and_its_children_are_killed(stubborn: str, signals: tuple[signal.Signals, ...]) -> None:
    with running(stubborn) as process:
        for number in signals:
            process.send_signal(number)
        out, _ = process.communicate(timeout=20)
    assert out == "-9 True False\n"


def test_what_a_command_has_left_running_ends_with_it(stubborn: str) -> None:
    with running(stubborn, "brief") as process:
        out, _ = process.communicate(timeout=20)
    assert out == "3 False True\n"


def test_when_regilink_is_killed_the_command_ends(stubborn: str) -> None:
    with running(stubborn) as process:
        process.kill()
        out, _ = process.communicate(timeout=20)
    assert out == ""


@pytest.mark.slow
@pytest.mark.parametrize(("words", "end"), [((), b"-9 True False"), (("brief",), b"3 False True")])
def test_at_a_terminal_the_command_stays_in_the_foreground_and_its_children_end(
    stubborn: str, words: tuple[str, ...], end: bytes
) -> None:
    pty = pytest.importorskip("pty")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", DRIVER, stubborn, *words])
    shown = b""
    while b"ready" not in shown:
        shown += os.read(terminal, 1000)
    if not words:
        os.write(terminal, b"\x03")
        os.kill(pid, signal.SIGINT)
    try:
        while data := os.read(terminal, 1000):
            shown += data
    except OSError:
        pass  # nobody has the terminal open any more
    assert end in shown
    os.waitpid(pid, 0)
    os.close(terminal)
