"""Connections: a page of a list, with the cursor of each item."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from regilink_doctor.core.records import record


@record
class Edge:
    """One item. `version` is set where GraphQL's edge has one."""

    node: Any
    cursor: str
    version: str | None = None


@record
class PageInfo:
    """Where the page ends, and whether there is more."""

    end_cursor: str | None
    has_next_page: bool


@record
class Connection:
    """A page. `total_count` counts the whole list."""

    edges: list[Edge]
    page_info: PageInfo
    total_count: int


class Joined(Sequence[Any]):
    """Several lists as one, of which only the items of a page are read."""

    def __init__(self, parts: Sequence[Sequence[Any]]) -> None:
        self._parts = parts
        self._ends = list(accumulate(map(len, parts)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, place: Any) -> Any:
        if not 0 <= place < len(self):
            raise IndexError(place)
        number = bisect_right(self._ends, place)
        return self._parts[number][place - (self._ends[number - 1] if number else 0)]


def page(
    items: Sequence[Any],
    first: int | None = None,
    after: str | None = None,
    *,
    node: Callable[[Any], Any] = lambda item: item,
    version: Callable[[Any], str | None] = lambda item: None,
) -> Connection:
    """The part of `items` behind `after`, at most `first` of them.

    A cursor names its item by number and, should that be gone, by its place in the list.
    """
    start = _start(items, after)
    stop = len(items) if first is None or first < 0 else min(len(items), start + first)
    edges = [
        Edge(node(items[index]), _cursor(items[index], index), version(items[index])) for index in range(start, stop)
    ]
    end = edges[-1].cursor if edges else None
    return Connection(edges, PageInfo(end, stop < len(items)), len(items))


def _cursor(item: Any, index: int) -> str:
    return base64.b64encode(f"{index}:{getattr(item, 'number', '')}".encode("ascii")).decode("ascii")


def _start(items: Sequence[Any], after: str | None) -> int:
    if not after:
        return 0
    try:
        place, _, number = base64.b64decode(after).decode("ascii").partition(":")
        if number:
            index = int(place)
            if index < len(items) and items[index].number == int(number):
                return index + 1
            for index, item in enumerate(items):
                if item.number == int(number):
                    return index + 1
            return int(place)
        return int(place) + 1
    except (binascii.Error, ValueError, AttributeError):
        return 0
