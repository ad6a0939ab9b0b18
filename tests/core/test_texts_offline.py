"""Errors of a real offline run, with no server anywhere: whole tracebacks in, the right row out."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tables import check_rows

from regilink_doctor.core.wandb_messages import recognize_messages

SCRIPT = """
import json, traceback
import wandb

seen = {}

def attempt(row, call):
    try:
        call()
    except Exception:
        seen[row] = traceback.format_exc()

run = wandb.init(project="p", entity="team-a", mode="offline")
artifact = wandb.Artifact("model", type="model")
attempt("C1", lambda: run.link_artifact(artifact, "wandb-registry-model/c"))
attempt("C2", lambda: artifact.link("wandb-registry-model/c"))
attempt("C3", lambda: run.use_artifact("model:latest"))
attempt("C11", lambda: artifact.version)
attempt("A18", lambda: run.link_artifact(artifact, "wandb-registry-model/c", alias="best"))
attempt("B11", lambda: run.log_artifact(artifact, aliases=["a/b"]))
run.finish()
attempt("C8", lambda: run.link_artifact(artifact, "wandb-registry-model/c"))
print("SEEN" + json.dumps(seen))
"""


@pytest.fixture(scope="module")
def tracebacks(tmp_path_factory: pytest.TempPathFactory, forked_python: str) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("offline")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
    here = {
        name: str(folder) for name in ("WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR", "WANDB_CONFIG_DIR", "HOME")
    }
    environment = kept | here | {"WANDB_ERROR_REPORTING": "false", "WANDB_BASE_URL": "http://127.0.0.1:9"}
    done = subprocess.run(
        [forked_python, "-c", SCRIPT], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, str] = json.loads(done.stdout.partition("SEEN")[2].splitlines()[0])
    return seen


@check_rows("row", ["C1", "C2", "C3", "C11", "A18", "B11", "C8"])
def test_a_traceback_leads_to_its_row(row: str, tracebacks: dict[str, str]):
    found = recognize_messages(tracebacks[row])
    assert found, tracebacks[row]
    assert found[0].message.failure == row
