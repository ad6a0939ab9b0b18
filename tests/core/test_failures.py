"""The catalogue of failures: every row, nothing else, and each rule where it belongs."""

from __future__ import annotations

import re

import pytest

from regilink_doctor.core.failures import FAILURES, find_failure

PARTS = {"A": 18, "B": 17, "C": 20, "D": 18, "E": 4, "F": 20}
WORDS_ONLY = {"A16", "B16", "B17", "C7", "C9", "C10", "C15", "C16", "D9", "D10", "D11", "D14"} | {
    f"F{number}" for number in (2, 7, *range(13, 21))
}
"""Rows that `explain` and the documentation know, and no rule (design.md)."""

RULES = {
    "REG101": {"A1"},
    "REG102": {"A2", "F12"},
    "REG103": {"A3"},
    "REG104": {"A4"},
    "REG105": {"A5", "A6"},
    "REG106": {"A7"},
    "REG107": {"A8"},
    "REG108": {"A9"},
    "REG109": {"A11"},
    "REG110": {"A10"},
    "REG111": {"A17"},
    "REG112": {"A14"},
    "REG113": {"A7"},
    "REG114": {"A17"},
    "REG201": {"B1", "B2"},
    "REG202": {"A12"},
    "REG203": {"B1", "C20"},
    "REG204": {"B2"},
    "REG205": {"B2"},
    "REG206": {"C12", "C5b"},
    "REG207": {"B2", "F1"},
    "REG208": {"D4"},
    "REG209": {"A14"},
    "REG301": {"B3", "D1"},
    "REG302": {"A10"},
    "REG303": {"A13", "D15"},
    "REG304": {"B7", "B8", "D7"},
    "REG305": {"D2"},
    "REG310": {"D18"},
    "REG401": {"B4"},
    "REG402": {"B5"},
    "REG403": {"B6"},
    "REG404": {"B4"},
    "REG405": {"C17"},
    "REG406": {"D6"},
    "REG501": {"B11", "D5", "F12"},
    "REG502": {"B11"},
    "REG503": {"B11"},
    "REG504": {"B11"},
    "REG505": {"B12"},
    "REG506": {"D3"},
    "REG507": {"B10"},
    "REG508": {"D13"},
    "REG509": {"D12"},
    "REG510": {"D17"},
    "REG511": {"D16"},
    "REG512": {"D16"},
    "REG513": {"F6"},
    "REG601": {"C1", "C2", "C3", "C4"},
    "REG602": {"C5", "C5b"},
    "REG603": {"C8", "F4"},
    "REG604": {"C13"},
    "REG605": {"C14", "F4"},
    "REG606": {"B15"},
    "REG607": {"A18", "F5", "F12"},
    "REG608": {"B14"},
    "REG609": {"B2"},
    "REG610": {"C11"},
    "REG611": {"F6"},
    "REG612": {"F8"},
    "REG701": {"B14", "D8", "F3", "F9"},
    "REG702": {"E1"},
    "REG703": {"A15"},
    "REG704": {"E2", "F11"},
    "REG705": {"E1"},
    "REG801": {"C19"},
    "REG802": {"C18"},
    "REG803": {"C18"},
    "REG804": {"C19"},
    "REG805": {"B13"},
    "REG806": {"C6"},
    "REG807": {"B9"},
    "REG808": {"E3"},
    "REG809": {"E4"},
}
"""The rows of each rule, from the table of rules in design.md; rules without a row are left out."""


def expected_rows() -> list[str]:
    rows = [f"{part}{number}" for part, last in PARTS.items() for number in range(1, last + 1)]
    rows.insert(rows.index("C5") + 1, "C5b")
    rows.remove("F10")  # a case of B8
    return rows


def test_the_index_has_its_97_failures_in_order_and_no_other():
    assert list(FAILURES) == expected_rows()
    assert len(FAILURES) == 97
    assert all(each.id == row for row, each in FAILURES.items())


@pytest.mark.parametrize("row", expected_rows())
def test_a_row_names_exactly_the_rules_that_name_it(row: str):
    codes = FAILURES[row].codes
    assert set(codes) == {code for code, rows in RULES.items() if row in rows}
    assert len(codes) == len(set(codes))
    assert (codes == ()) == (row in WORDS_ONLY)


@pytest.mark.parametrize("row", expected_rows())
def test_a_row_reads_well_in_a_terminal(row: str):
    each = FAILURES[row]
    assert each.title
    assert not each.title.endswith(".")
    assert len(each.title) <= 72
    for text, most in ((each.happens, 3), (each.help, 2)):
        assert text[-1] in ".!"
        assert text == " ".join(text.split())
        assert 1 <= len(re.findall(r"[.:;](?= [A-Z`])|\.$", text)) <= most + 1
        assert len(text) <= 420
        assert text.count("`") % 2 == 0


@pytest.mark.parametrize("row", expected_rows())
def test_a_row_can_be_told_apart_and_proved(row: str):
    each = FAILURES[row]
    assert each.recognize[-1] == "."
    assert len(each.recognize) <= 200
    assert each.recognize.count("`") % 2 == 0
    command = each.check_with.split(" ")
    assert command[0] in ("", "regilink", "pytest")
    assert len([word for word in command if word.isupper()]) == len(set(command) & {"TARGET", "TEAM", "TYPE", "CMD"})


def test_signs_are_unique():
    signs = [each.recognize for each in FAILURES.values()]
    assert len(signs) == len(set(signs))


def test_titles_are_unique():
    titles = [each.title for each in FAILURES.values()]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("text", ["B1", "b1", " B1 ", "c5B", "C5b"])
def test_a_row_is_found_however_it_is_typed(text: str):
    assert find_failure(text).id.casefold() == text.strip().casefold()


def test_an_unknown_row_is_refused_with_the_nearest_rows():
    with pytest.raises(KeyError, match=r"no failure 'B18' .*did you mean .*B1"):
        find_failure("B18")
    with pytest.raises(KeyError, match=r"no failure 'nonsense' in the failure index"):
        find_failure("nonsense")
