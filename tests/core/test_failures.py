"""The catalogue of failures: every row, nothing else, and each rule where it belongs."""

from __future__ import annotations

import re

import pytest
from tables import check_each, check_rows

from regilink_doctor.core.failures import FAILURES, Failure, find_failure
from regilink_doctor.rules import all_rules

PARTS = {"A": 18, "B": 17, "C": 20, "D": 18, "E": 4, "F": 25}
WORDS_ONLY = {"A16", "B16", "B17", "C7", "C9", "C10", "C16", "D9", "D10", "D11", "D14"} | {
    f"F{number}" for number in (2, 7, *range(13, 18), 19, *range(21, 26))
}
"""Rows that `explain` and the documentation know, and no rule (design.md)."""

RULES = {rule.code: set(rule.failures) for rule in all_rules()}


def expected_rows() -> list[str]:
    rows = [f"{part}{number}" for part, last in PARTS.items() for number in range(1, last + 1)]
    rows.insert(rows.index("C5") + 1, "C5b")
    rows.remove("F10")  # a case of B8
    return rows


def test_the_index_has_its_102_failures_in_order_and_no_other():
    assert list(FAILURES) == expected_rows()
    assert len(FAILURES) == 102
    assert all(each.id == row for row, each in FAILURES.items())


def test_a_failure_names_exactly_the_rules_that_name_it():
    def check(failure: Failure) -> None:
        assert set(failure.codes) == {code for code, rows in RULES.items() if failure.id in rows}
        assert len(failure.codes) == len(set(failure.codes))
        assert (failure.codes == ()) == (failure.id in WORDS_ONLY)

    check_each(FAILURES, check)


def test_a_row_reads_well_in_a_terminal():
    def check(failure: Failure) -> None:
        assert failure.title
        assert not failure.title.endswith(".")
        assert len(failure.title) <= 72
        for text, most in ((failure.happens, 3), (failure.help, 2)):
            assert text[-1] in ".!"
            assert text == " ".join(text.split())
            assert 1 <= len(re.findall(r"[.:;](?= [A-Z`])|\.$", text)) <= most + 1
            assert len(text) <= 420
            assert text.count("`") % 2 == 0

    check_each(FAILURES, check)


def test_a_row_can_be_told_apart_and_proved():
    def check(failure: Failure) -> None:
        assert failure.recognize[-1] == "."
        assert len(failure.recognize) <= 200
        assert failure.recognize.count("`") % 2 == 0
        command = failure.check_with.split(" ")
        assert command[0] in ("", "regilink", "pytest")
        words = [word for word in command if word.isupper()]
        assert len(words) == len(set(command) & {"TARGET", "TEAM", "TYPE", "CMD"})

    check_each(FAILURES, check)


def test_signs_are_unique():
    signs = [each.recognize for each in FAILURES.values()]
    assert len(signs) == len(set(signs))


def test_titles_are_unique():
    titles = [each.title for each in FAILURES.values()]
    assert len(titles) == len(set(titles))


@check_rows("text", ["B1", "b1", " B1 ", "c5B", "C5b"])
def test_a_row_is_found_however_it_is_typed(text: str):
    assert find_failure(text).id.casefold() == text.strip().casefold()


def test_an_unknown_row_is_refused_with_the_nearest_rows():
    with pytest.raises(KeyError, match=r"no failure 'B18' .*did you mean .*B1"):
        find_failure("B18")
    with pytest.raises(KeyError, match=r"no failure 'nonsense' in the failure index"):
        find_failure("nonsense")
