"""One folder for every format: what its files say, and what is found in them."""

import json
from pathlib import Path
from typing import Any

from regilink_doctor.config import Config
from regilink_doctor.workflows.lint import LintResult, lint_paths

TRAIN = """import wandb

REGISTRY = "wandb_registry-model"


def publish(artifact: wandb.Artifact) -> None:
	with wandb.init(project="zoo") as run:
		run.link_artifact(artifact, f"{REGISTRY}/größe")
		run.link_artifact(artifact, "wandb-registry-model")  # 模型
		run.link_artifact(artifact, "wandb-registry-model/zoo:v3"); run.link_artifact(artifact, "/wandb-registry-raw/")
		run.link_artifact(artifact, "wandb-registry-model//zoo")  # regilink: ignore[REG111] on purpose
"""
BROKEN = "import wandb\nrun.link_artifact(\n"
CELLS: list[dict[str, Any]] = [
    {"cell_type": "markdown", "metadata": {}, "source": ["# Publish\n"]},
    {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": [
            "import wandb\n",
            'run = wandb.init(entity="team-a")\n',
            'run.link_artifact(model, "wandb-registry-model/zoo:latest")',
        ],
    },
]
NAMES = ("a%,b:c.py", "broken.py", "publish.ipynb", "src/train.py")


def write(folder: Path) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "train.py").write_text(TRAIN, encoding="utf-8")
    (folder / "broken.py").write_text(BROKEN, encoding="utf-8")
    (folder / "a%,b:c.py").write_text(
        'import wandb\nwandb.init().link_artifact(a, "wandb-registry-model\\n/zoo")\n', encoding="utf-8"
    )
    notebook = {"cells": CELLS, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "publish.ipynb").write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")


def found() -> LintResult:
    """The result in the current folder."""
    return lint_paths(["."], config=Config())


def find(only: str) -> LintResult:
    """The result of one rule in the current folder."""
    return lint_paths(["."], config=Config({"select": (only,)}))
