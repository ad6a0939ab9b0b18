"""The problem matchers of the docs, on what the linter prints."""

import json
import re
from pathlib import Path
from typing import Any

from in_process import run_command

DOCS = Path(__file__).parents[2] / "docs"
SOURCE = """import wandb

with wandb.init() as run:
    run.link_artifact(artifact, "wandb-registry-model")
"""


def read_pattern_of_vs_code() -> dict[str, Any]:
    blocks = re.findall(r"```json\n(.*?)```", (DOCS / "editors.md").read_text(encoding="utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if "problemMatcher" in block]
    pattern: dict[str, Any] = json.loads(block)["tasks"][0]["problemMatcher"]["pattern"]
    return pattern


def test_each_line_is_a_problem_with_place_code_and_severity(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SOURCE, encoding="utf-8")
    cell = {"cell_type": "code", "source": SOURCE, "metadata": {}, "outputs": [], "execution_count": None}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "zoo.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    lines = run_command("lint", "--output-format", "concise", cwd=tmp_path).stdout.splitlines()
    pattern = json.loads((DOCS / "regilink-matcher.json").read_text(encoding="utf-8"))["problemMatcher"][0]["pattern"][
        0
    ]
    assert read_pattern_of_vs_code() == pattern
    names = ("file", "line", "column", "code", "severity")
    matches = [re.fullmatch(pattern["regexp"], line) for line in lines]
    assert [tuple(match[pattern[name]] for name in names) if match else None for match in matches] == [
        ("train.py", "3", "6", "REG201", "warning"),
        ("train.py", "4", "34", "REG102", "error"),
        ("zoo.ipynb", "3", "6", "REG201", "warning"),
        ("zoo.ipynb", "4", "34", "REG102", "error"),
    ]
