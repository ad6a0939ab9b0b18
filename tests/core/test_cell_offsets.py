"""Where the characters of a notebook's cells stand in its file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import check_rows

from regilink_doctor.core.notebooks import NotNotebook, read_cells

SOURCES = st.text(st.sampled_from(list('a"\\\n\té€𝄞 /')), max_size=30)


@given(
    st.lists(st.tuples(SOURCES, st.booleans()), min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from([None, 1, "\t"]),
)
def test_every_character_is_found_where_it_is(cells: list[tuple[str, bool]], ascii_only: bool, indent: object) -> None:
    written = [
        {"cell_type": "code", "outputs": [{"source": "not this"}], "source": text.splitlines(True) if lines else text}
        for text, lines in cells
    ]
    text = json.dumps({"metadata": {"cells": []}, "cells": written}, ensure_ascii=ascii_only, indent=indent)
    found = read_cells(text)
    assert [cell.source for cell in found] == [text for text, _ in cells]
    for cell in found:
        for number, line in enumerate(cell.source.split("\n"), 1):
            for column, character in enumerate(line, 1):
                at = cell.offset_of(number, column)
                assert at is not None
                raw = text[at : at + 12] if text[at] == "\\" else text[at]
                assert json.loads(f'"{_escape(raw)}"') == character


def _escape(raw: str) -> str:
    """The first character's escape out of twelve letters."""
    if not raw.startswith("\\"):
        return raw
    if raw[1] != "u":
        return raw[:2]
    return raw if "d800" <= raw[2:6] <= "dbff" else raw[:6]


def test_the_old_format_has_its_cells_in_worksheets() -> None:
    text = json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": ["import wandb\n", "x"]}]}]})
    (cell,) = read_cells(text)
    assert (cell.kind, cell.source) == ("code", "import wandb\nx")
    assert text[cell.offset_of(2, 1) or 0] == "x"


@pytest.mark.parametrize("in_lines", [True, False])
def test_thousands_of_places_of_one_cell_are_found_at_once(in_lines: bool) -> None:
    lines = [f"line('{number}')\n" for number in range(5_000)]
    text = json.dumps({"cells": [{"cell_type": "code", "source": lines if in_lines else "".join(lines)}]})
    (cell,) = read_cells(text)
    offsets = [cell.offset_of(number, 1) for number in range(1, 5_001)]
    assert [text[offset or 0 :].partition("'")[2].partition("'")[0] for offset in offsets[::500]] == [
        str(number) for number in range(0, 5_000, 500)
    ]


def test_a_place_that_is_not_there_is_none() -> None:
    text = json.dumps({"cells": [{"cell_type": "code", "source": "x"}]})
    (cell,) = read_cells(text)
    assert cell.offset_of(2, 1) is None
    assert cell.offset_of(1, 3) is None
    assert cell.offset_of(1, 2) is not None


@check_rows(
    "text",
    ["", "[]", "{}", '{"cells": 1}', '{"cells": [1]}', '{"cells": [{"source": [1]}]}', '{"cells": [', "[" * 9999],
)
def test_what_is_no_notebook_is_told(text: str) -> None:
    with pytest.raises(NotNotebook):
        read_cells(text)
