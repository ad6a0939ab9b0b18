"""Runs the script of the write probe, and always the one that cleans up after it: whatever happened in between."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from regilink_doctor.core.records import record

SCRIPT = Path(__file__).with_name("script.py")
NAME = "regilink-probe"

DROPPED = ("WANDB_SWEEP_ID", "WANDB_LAUNCH", "WANDB_RUN_ID", "WANDB_RESUME", "WANDB_RUN_GROUP", "WANDB_JOB_TYPE")
"""Variables that would make another run of the probe's."""


@record
class Plan:
    """What is written: an artifact `artifact` of `type`, by a run `run` in `entity/project`, linked as `target`.

    `full_name` is where that is to be found afterwards. All three names end in `token`, so that nothing of anybody's
    can be hit.
    """

    entity: str
    project: str
    type: str
    organization: str
    registry: str
    token: str

    @property
    def collection(self) -> str:
        """The scratch collection's name; the artifact is called the same."""
        return f"{NAME}-{self.token}"

    def to_script_values(self) -> dict[str, str]:
        """For the script."""
        full_name = f"{self.organization}/{self.registry}/{self.collection}"
        names = {"artifact": self.collection, "run": self.collection, "full_name": full_name}
        return {**asdict(self), **names, "target": f"{self.registry}/{self.collection}"}

    def describe_writes(self) -> tuple[str, ...]:
        """What will be written, for people."""
        return (
            f"a run {self.collection} in {self.entity}/{self.project}",
            f'an artifact {self.collection} of type "{self.type}" with a file of {len(self.token)} bytes',
            f"a link of it in {self.organization}/{self.registry}/{self.collection}",
        )


Confirm = Callable[[Sequence[str]], bool]
"""Asked before anything is written, with what will be."""


@record
class Prober:
    """What a write probe needs: the Python that has wandb, the program's environment and folder, and a yes."""

    python: str
    environ: Mapping[str, str]
    cwd: Path
    confirm: Confirm
    notice: Callable[[str], None]
    timeout: float = 120.0


def new_token() -> str:
    """A name that is not in use."""
    return secrets.token_hex(6)


@record
class Result:
    """How it went. `step` is where it ended, `error` and `message` what was raised there; None where all was done."""

    steps: tuple[str, ...]
    step: str | None = None
    error: str | None = None
    message: str | None = None


def run_probe(plan: Plan, prober: Prober) -> Result:
    """Link, fetch back, unlink; then clean up, after a failure, a time-out and Ctrl-C as well.

    Raises:
        KeyboardInterrupt: Ctrl-C, when everything was taken away.
    """
    with tempfile.TemporaryDirectory(prefix="regilink-", ignore_cleanup_errors=True) as name:  # wandb holds files
        folder = Path(name)
        (folder / "plan").write_text(json.dumps(plan.to_script_values()), encoding="utf-8")
        try:
            return _read_result(folder / "write", _run_script("write", folder, prober))
        finally:
            with delay_signals(lambda: prober.notice("taking away what the write probe has written, one moment")):
                _run_script("clean", folder, prober)


def _run_script(verb: str, folder: Path, prober: Prober) -> str | None:
    """Run the script; None when it ended well, else what its end was."""
    command = [prober.python, str(SCRIPT), verb, str(folder / "plan"), str(folder / verb)]
    environ = _build_environment(prober.environ, folder)
    with open(folder / f"{verb}.log", "wb") as log:
        # A session of its own: Ctrl-C reaches us alone, and wandb's other processes end with it.
        process = subprocess.Popen(
            command,
            cwd=prober.cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            status = process.wait(prober.timeout)
        except subprocess.TimeoutExpired:
            _end_process(process)
            return f"it had not ended after {prober.timeout:g} seconds"
        except BaseException:
            _end_process(process)
            raise
    if status == 0:
        return None
    tail = (folder / f"{verb}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return tail[-1] if tail else f"it ended with status {status}"


def _end_process(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, number)
            else:
                process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(3)
            return


def _read_result(report: Path, failed: str | None) -> Result:
    lines: list[dict[str, Any]] = []
    if report.exists():
        lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    begun = tuple(item["step"] for item in lines if item.get("begins"))
    if lines and lines[-1]["step"] == "done":
        return Result(begun)
    step = begun[-1] if begun else "start Python"
    raised = next((item for item in lines if item["step"] == "failed"), None)
    if raised is not None:
        return Result(begun[:-1], step, raised["error"], " ".join(raised["message"].split()) or "(no message)")
    return Result(begun[:-1], step, None, failed or "it ended without a message")


def _build_environment(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The program's environment, online, with nothing left on this machine."""
    found = {name: value for name, value in environ.items() if name not in DROPPED}
    quiet = {
        "PYTHONIOENCODING": "utf-8",
        "WANDB_MODE": "online",
        "WANDB_SILENT": "true",
        "WANDB_CONSOLE": "off",
        "WANDB_DISABLE_CODE": "true",
        "WANDB_DISABLE_GIT": "true",
        "WANDB__DISABLE_STATS": "true",
    }
    folders = {name: str(folder) for name in ("WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR", "WANDB_ARTIFACT_DIR")}
    return {**found, **quiet, **folders}


@contextmanager
def delay_signals(notice: Callable[[], None]) -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM waiting while something is cleaned up; the first of them calls `notice`."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    notices = iter([notice])

    def wait(*_: object) -> None:
        for give_notice in notices:  # once
            give_notice()

    before = {number: signal.signal(number, wait) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
