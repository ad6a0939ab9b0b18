"""Notebooks as files: their cells, and what is no notebook."""

import json

import pytest

from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.lint.notebooks import code_cells

CELLS = [
    {"cell_type": "markdown", "metadata": {"source": "no"}, "source": ["# Title\n", "more"]},
    {
        "cell_type": "code",
        "metadata": {},
        "outputs": [{"text": ["source\n", "x"]}],
        "source": ["a = 1\n", "b = '\\n'\n"],
    },
    {"cell_type": "code", "metadata": {}, "outputs": [], "source": "c = 3\nd = 4"},
]
NOTEBOOK = {"cells": CELLS, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_cells_count_over_all_kinds() -> None:
    assert [(cell.number, cell.text) for cell in code_cells(json.dumps(NOTEBOOK).encode())] == [
        (2, "a = 1\nb = '\\n'\n"),
        (3, "c = 3\nd = 4"),
    ]


@pytest.mark.parametrize(
    "content", ["[]", "3", '{"cells": 3}', '{"cells": [3, {"cell_type": "code", "source": 3}]}', "{}"]
)
def test_what_is_json_but_no_notebook_says_nothing_or_why(content: str) -> None:
    assert {finding.code for finding in lint_bytes("a.ipynb", content.encode()).findings} <= {"REG000"}


def test_a_run_that_nobody_knows_links_in_a_notebook_as_in_a_file() -> None:
    cells = [
        ["import wandb\n", "def link(run, artifact):\n", "    run.link_artifact(artifact, 'a/wandb_registry-m/c')\n"]
    ]
    notebook = {"cells": [{"cell_type": "code", "source": source} for source in cells], "nbformat": 4}
    (finding,) = lint_bytes("a.ipynb", json.dumps(notebook).encode()).findings
    assert (finding.code, finding.place.cell, finding.place.span.line) == ("REG104", 1, 3)
