"""A table checked in one test: one for each of a hundred entries takes seconds, their checks take milliseconds."""

from collections.abc import Callable, Mapping
from typing import TypeVar

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
    assert not wrong, "\n".join(wrong)
