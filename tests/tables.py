"""A table checked in one test: one for each of a hundred entries takes seconds, their checks take milliseconds."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
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
        except Exception as error:
            raise RuntimeError(f"the check of {name} failed") from error
    assert not wrong, "\n".join(wrong)


def number_folders(parent: Path) -> Iterator[Path]:
    """New folders, one for each entry of a table."""
    for number in count():
        folder = parent / str(number)
        folder.mkdir()
        yield folder
