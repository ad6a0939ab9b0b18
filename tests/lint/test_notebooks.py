"""Notebooks as files: their cells, and what is no notebook."""

import json

from tables import check_rows

from regilink_doctor.core.notebooks import read_code_cells
from regilink_doctor.lint.engine import lint_bytes

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
    assert [(cell.number, cell.text) for cell in read_code_cells(json.dumps(NOTEBOOK).encode())] == [
        (2, "a = 1\nb = '\\n'\n"),
        (3, "c = 3\nd = 4"),
    ]


@check_rows("content", ["[]", "3", '{"cells": 3}', '{"cells": [3, {"cell_type": "code", "source": 3}]}', "{}"])
def test_what_is_json_but_no_notebook_says_nothing_or_why(content: str) -> None:
    assert {finding.code for finding in lint_bytes("a.ipynb", content.encode()).findings} <= {"REG000"}


def test_a_run_that_nobody_knows_links_in_a_notebook_as_in_a_file() -> None:
    cells = [
        ["import wandb\n", "def link(run, artifact):\n", "    run.link_artifact(artifact, 'a/wandb_registry-m/c')\n"]
    ]
    notebook = {"cells": [{"cell_type": "code", "source": source} for source in cells], "nbformat": 4}
    (finding,) = lint_bytes("a.ipynb", json.dumps(notebook).encode()).findings
    assert (finding.code, finding.place.cell, finding.place.span.line) == ("REG104", 1, 3)


@check_rows(
    ("first", "second"),
    [
        ("wandb = (1,\n", "2)\n"),
        ("wandb = 1 + \\\n", "\n2\n"),
        ("wandb = 1 \\\n", "\nx = 2\n"),
        ("if wandb:\n    pass\n", "else:\n    wandb.init()\n"),
        ("import wandb\n@wandb\n", "def f(): pass\n"),
        ("for wandb in ():\n    pass\n", "    wandb.init()\n"),
        ("wandb = '''\n", "'''\n"),
    ],
)
def test_a_cell_that_is_no_python_without_its_neighbour_is_told(first: str, second: str) -> None:
    def told(*cells: str) -> set[tuple[str, int | None]]:
        code = [{"cell_type": "code", "source": source} for source in cells]
        content = json.dumps({"cells": code, "nbformat": 4}).encode()
        return {(finding.code, finding.place.cell) for finding in lint_bytes("a.ipynb", content).findings}

    alone = told(first) | {(code, 2) for code, _ in told(second)}
    assert alone
    assert told(first, second) == alone
