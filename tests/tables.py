"""Tables of cases: many checked in one test, and of very many only a part, unless slow tests are run too.

One test for each of a hundred entries takes seconds, where their checks take milliseconds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count, product
from pathlib import Path
from typing import Any, TypeVar

import pytest
from _pytest.mark import ParameterSet

Entry = TypeVar("Entry")


def check_each(table: Mapping[str, Entry], check: Callable[[Entry], None]) -> None:
    """Check every entry of a table that has some; the failure names all that are wrong, and says why."""
    assert table, "the table is empty"
    wrong = []
    for name, entry in table.items():
        try:
            check(entry)
        except AssertionError as error:
            wrong.append(f"{name}: {error}")
        except Exception as error:
            raise RuntimeError(f"the check of {name} failed") from error
    assert not wrong, "\n".join(wrong)


def number_folders(parent: Path) -> Iterator[Path]:
    """New folders, one for each entry of a table."""
    for number in count():
        folder = parent / str(number)
        folder.mkdir()
        yield folder


def combine(*lists: Iterable[Any]) -> list[Any]:
    """All combinations. Those that are not on a diagonal, which has each value, are slow tests."""
    values = [list(items) for items in lists]
    diagonal = {tuple(items[number % len(items)] for items in values) for number in range(max(map(len, values)))}
    return [item if item in diagonal else pytest.param(*item, marks=pytest.mark.slow) for item in product(*values)]


def sample(values: Iterable[Any], one_in: int) -> list[Any]:
    """All values. One in so many is in every run, and the others are slow tests.

    A tuple is a row of several arguments. What has a mark already (of `combine`, for instance) keeps it.
    """
    places = count()
    rows = [
        value if isinstance(value, ParameterSet) else pytest.param(*(value if isinstance(value, tuple) else [value]))
        for value in values
    ]
    return [row if row.marks or next(places) % one_in == 0 else row._replace(marks=[pytest.mark.slow]) for row in rows]
