"""Notebooks as files: where a cell's lines stand in the JSON, and what is no notebook."""

import json

import pytest

from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.lint.notebooks import code_cells, file_lines

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


@pytest.mark.parametrize("indent", [1, 4])
def test_each_line_of_a_cell_is_found_in_the_file(indent: int) -> None:
    content = json.dumps(NOTEBOOK, indent=indent)
    lines = content.splitlines()
    found = file_lines(content.encode())
    assert [lines[line - 1].strip() for line in found[2]] == ['"a = 1\\n",', json.dumps("b = '\\n'\n")]
    assert [("c = 3" in lines[line - 1]) for line in found[3]] == [True, True]


def test_a_notebook_on_one_line_has_all_its_lines_there() -> None:
    assert file_lines(json.dumps(NOTEBOOK).encode()) == {1: [1, 1], 2: [1, 1], 3: [1, 1]}


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
