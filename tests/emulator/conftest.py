"""One emulator and one wandb-core for the whole folder: each test has a new world on them."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Server

from regilink_doctor.emulator import Emulator, recorder


@pytest.fixture(scope="session")
def session_emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator
        _teardown()


@pytest.fixture
def server(session_emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    session_emulator.reset()
    for name, value in session_emulator.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "cache"))  # what is read has come over the wire
    monkeypatch.chdir(tmp_path)
    _attach(session_emulator)
    with recorder.recording(session_emulator.observe):
        yield Server(session_emulator)
    wandb = sys.modules.get("wandb")
    if wandb is not None and wandb.run is not None:
        wandb.finish()


@pytest.fixture
def wandb_anew() -> Iterator[None]:
    """For what wandb reads once per process: what the test sets is read, and forgotten after it."""
    _teardown()
    yield
    _teardown()


def _attach(emulator: Emulator) -> None:
    """wandb reads its environment once per process; whoever ran before may have given it another."""
    import wandb
    from wandb.sdk import wandb_setup

    settings = wandb_setup.singleton().settings_if_loaded
    if settings is not None and settings.base_url != os.environ["WANDB_BASE_URL"]:
        wandb.teardown()


def _teardown() -> None:
    if (wandb := sys.modules.get("wandb")) is not None:
        wandb.teardown()
