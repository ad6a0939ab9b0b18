"""The case files: each file beside what should be found in it."""

import re
from pathlib import Path

import pytest
from cases import Case, all_cases, compare, run

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_should_be_found_is_found(case: Case, tmp_path: Path) -> None:
    expected, found = compare(case, run(case, tmp_path))
    assert found == expected


def test_every_case_expects_something() -> None:
    for case in CASES:
        assert case.files, case.id
        assert case.expect, case.id
        assert not (case.silent and any(re.search(r" REG\d{3} ", line) for line in case.expect)), case.id


def test_names_are_unique() -> None:
    ids = [case.id for case in CASES]
    assert sorted(set(ids)) == sorted(ids)


def test_a_third_of_the_cases_must_stay_silent() -> None:
    assert 3 * sum(case.silent for case in CASES) >= len(CASES)
