"""Notebooks as files: their cells, and what is no notebook."""

import json

import pytest
from tables import check_rows

from regilink_doctor.core.notebooks import read_code_cells
from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.lint.value_uses import ValueUses

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


@check_rows(
    ("cells", "applicability"),
    [
        (["%matplotlib inline", "R = 'wandb_registry-model'\nrun.link_artifact(a, f'{R}/zoo')"], "safe"),
        (["R = 'wandb_registry-model'\nrun.link_artifact(a, f'{R}/zoo')", "!nvidia-smi\nx = 1"], "safe"),
        (["R = 'wandb_registry-model'\n!ls\nrun.link_artifact(a, f'{R}/zoo')", "it is no Python"], "safe"),
        (["%%writefile a.txt\nwhat?", "R = 'wandb_registry-model'\nrun.link_artifact(a, f'{R}/zoo')"], "safe"),
        (["R = 'wandb_registry-model'\nrun.link_artifact(a, f'{R}/zoo')", "!ls\nos.mkdir(R)"], "unsafe"),
        (
            ["R = 'wandb_registry-model'\nrun.link_artifact(a, f'{R}/zoo')", "%cd x\nrun.link_artifact(b, R + '/b')"],
            "safe",
        ),
        (["%%writefile a.py\nR = 'wandb_registry-model'\nrun.link_artifact(a, f'{R}/zoo')\nos.mkdir(R)"], "unsafe"),
        (["%%writefile a.py\nR = 'wandb_registry-model'\nrun.link_artifact(a, f'{R}/zoo')"], "safe"),
    ],
)
def test_a_fix_of_a_value_looks_at_the_python_of_all_cells(cells: list[str], applicability: str) -> None:
    code = [{"cell_type": "code", "source": source} for source in ("import wandb\nrun = wandb.init()", *cells)]
    findings = lint_bytes("a.ipynb", json.dumps({"cells": code, "nbformat": 4}).encode()).findings
    fixes = {finding.fix.applicability for finding in findings if finding.code == "REG104" and finding.fix}
    assert fixes == {applicability}, findings


def test_a_crash_in_one_file_is_reported_beside_the_findings_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ValueUses, "__init__", lambda *arguments: 1 / 0)
    source = "import wandb\nR = 'wandb_registry-model'\nwandb.init().link_artifact(a, f'{R}/zoo')\n"
    report = lint_bytes("a.py", source.encode())
    assert [finding.code for finding in report.findings] == ["REG002"]
    assert report.unread == ("a.py (ZeroDivisionError)",)
