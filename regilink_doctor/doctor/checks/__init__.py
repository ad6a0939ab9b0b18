"""The checks of the doctor: each module of this package defines some, and a check is found by being defined."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from regilink_doctor.doctor.base import GROUPS, Check


@cache
def find_checks() -> tuple[type[Check], ...]:
    """Every check, in the order of the report: by group, each after those that it requires."""
    waiting = sorted(_defined_checks(), key=lambda check: GROUPS.index(check.group))
    ordered: list[type[Check]] = []
    names: set[str] = set()
    while waiting:
        # Sorting is stable: of those that are ready, the first of the earliest group.
        check = next(check for check in waiting if names.issuperset(check.requires))
        waiting.remove(check)
        ordered.append(check)
        names.add(check.name)
    return tuple(ordered)


def _defined_checks() -> Iterator[type[Check]]:
    for module in pkgutil.iter_modules(__path__):
        name = f"{__name__}.{module.name}"
        for value in vars(import_module(name)).values():
            if isinstance(value, type) and issubclass(value, Check) and value.__module__ == name and value.name:
                yield value
