"""Tables of cases: many checked in one test, and of very many only a part, unless slow tests are run too.

One test for each of a hundred entries takes seconds, where their checks take milliseconds.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, product
from pathlib import Path
from typing import Any, TypeVar

import pytest
from _pytest.mark import ParameterSet

Entry = TypeVar("Entry")

has_slow_rows = True
"""Whether slow rows are collected; `conftest` says no where they would only be deselected, which takes seconds."""


def check_each(table: Mapping[str, Entry], check: Callable[[Entry], None]) -> None:
    """Check every entry of a table that has some; the failure names all that are wrong, and says why."""
    assert table, "the table is empty"
    wrong = []
    for name, entry in table.items():
        try:
            check(entry)
        except (AssertionError, pytest.fail.Exception) as error:
            wrong.append(f"{name}: {error}")
        except Exception as error:
            raise RuntimeError(f"the check of {name} failed") from error
    assert not wrong, "\n".join(wrong)


def check_rows(names: str | Sequence[str], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As `pytest.mark.parametrize`, but one test checks all rows: for functions that leave nothing behind."""
    arguments = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    table = {}
    for number, value in enumerate(rows, 1):
        row = value.values if isinstance(value, ParameterSet) else value if len(arguments) > 1 else (value,)
        table[f"row {number}, {', '.join(map(repr, row)):.200}"] = dict(zip(arguments, row, strict=True))
    assert table, "a table without rows checks nothing"

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        def test(**fixtures: Any) -> None:
            check_each(table, lambda row: check(**row, **fixtures))

        signature = inspect.signature(check)
        parameters = [parameter for name, parameter in signature.parameters.items() if name not in arguments]
        test.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return test

    return decorate


def number_folders(parent: Path) -> Iterator[Path]:
    """New folders, one for each entry of a table."""
    for number in count():
        folder = parent / str(number)
        folder.mkdir()
        yield folder


def combine(*lists: Iterable[Any]) -> list[Any]:
    """All combinations. Those that are not on a diagonal, which has each value, are slow tests."""
    values = [list(items) for items in lists]
    diagonal = [tuple(items[number % len(items)] for items in values) for number in range(max(map(len, values)))]
    return _slow_unless(lambda item: item in diagonal, product(*values))


def sample(values: Iterable[Any], one_in: int) -> list[Any]:
    """All values. One in so many is in every run, and the others are slow tests.

    A tuple is a row of several arguments. What has a mark already (of `combine`, for instance) keeps it.
    """
    places = count()
    return _slow_unless(lambda _: next(places) % one_in == 0, values)


def _slow_unless(is_quick: Callable[[Any], bool], values: Iterable[Any]) -> list[Any]:
    """Values as rows; those that have no mark yet, and for which the function is false, are slow."""
    rows = []
    for value in values:
        arguments = value if isinstance(value, tuple) else (value,)
        row = value if isinstance(value, ParameterSet) else pytest.param(*arguments)
        if not row.marks and not is_quick(value):
            row = row._replace(marks=[pytest.mark.slow])
        if has_slow_rows or not any(mark.name == "slow" for mark in row.marks):
            rows.append(row)
    return rows
