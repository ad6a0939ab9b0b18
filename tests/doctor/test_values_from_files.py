"""Links whose target paths are in configuration files are checked, and the report names the line that has the path."""

from __future__ import annotations

from pathlib import Path

import pytest

from regilink_doctor.cli import main
from regilink_doctor.emulator import Emulator

HYDRA = """\
import hydra, wandb

@hydra.main(config_path="conf", config_name="config", version_base=None)
def main(cfg):
    run = wandb.init(entity="team-a")
    run.link_artifact(wandb.Artifact("churn", type="model"), cfg.target)
"""
ENVIRON = """\
import os, wandb
run = wandb.init(entity="team-a")
run.link_artifact(wandb.Artifact("churn", type="model"), os.environ["TARGET"])
"""
OPTION = """\
import argparse, wandb
parser = argparse.ArgumentParser()
parser.add_argument("--target", required=True)
run = wandb.init(entity="team-a")
run.link_artifact(wandb.Artifact("churn", type="model"), parser.parse_args().target)
"""


@pytest.mark.parametrize(
    ("program", "path", "text", "origin"),
    [
        (HYDRA, "conf/config.yaml", "lr: 1\ntarget: {}\n", "train.py:6, conf/config.yaml:2"),
        (ENVIRON, ".env", "TARGET={}\n", "train.py:3, .env:1, environment TARGET"),
        (OPTION, "run.sh", "python train.py --target {}\n", "train.py:5, run.sh:1"),
    ],
    ids=["hydra", "dotenv", "option"],
)
def test_the_registry_that_was_meant_and_the_line_that_has_the_path(
    program: str,
    path: str,
    text: str,
    origin: str,
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    emulator.reset()
    for name, value in emulator.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(program)
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(text.format("wandb-registry-modle/churn"))
    assert main(["doctor"]) == 1
    report = " ".join(capsys.readouterr().out.split())
    assert f"wandb-registry-modle/churn ({origin})" in report
    assert '"wandb-registry-model/churn"' in report
