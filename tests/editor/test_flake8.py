"""flake8 with the plugin, as its users run it."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("flake8")

SOURCE = """import wandb

with wandb.init() as run:
    artifact = wandb.Artifact("zoo", "model")
    run.link_artifact(artifact, "wandb-registry-model")
    run.link_artifact(artifact, "wandb-registry-model")  # noqa: REG102
"""


def test_errors_and_warnings_are_printed_as_those_of_flake8(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "plain.py").write_text("import wandb\n", encoding="utf-8")
    for name in ("made.py", "old.py"):
        (tmp_path / name).write_text(SOURCE, encoding="utf-8")
    (tmp_path / "regilink.toml").write_text(
        'ignore = ["REG201"]\nexclude = ["made.py"]\nper-file-ignores = { "old.py" = ["REG102", "REG001"] }\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "REG", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout == './train.py:5:34: REG102 "wandb-registry-model" names a registry but no collection\n'
    assert (done.returncode, done.stderr) == (1, "")
