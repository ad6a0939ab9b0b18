"""Copies of what was found in a text that was read apart, with every place moved to where it is in the file."""

from __future__ import annotations

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import is_record, replace
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")


class PlaceMover:
    """Moves the places of one path, and spans that stand alone. What is shared stays shared."""

    def __init__(self, path: str, move_place: Callable[[Span], Place]) -> None:
        self.path = path
        self.move_place = move_place
        self.done: dict[int, tuple[object, object]] = {}

    def move(self, value: T) -> T:
        """The copy of a value: a record, a tuple or a mapping of them."""
        found: Any = self.move_value(value)
        return found  # type: ignore[no-any-return]

    def move_value(self, value: Any) -> Any:
        """The copy of anything that may be in a record."""
        if isinstance(value, Place):
            return self.move_place(value.span) if value.path == self.path else value
        if isinstance(value, Span):
            return self.move_place(value).span
        if isinstance(value, tuple):
            return tuple(self.move_value(item) for item in value)
        if isinstance(value, dict):
            return {key: self.move_value(item) for key, item in value.items()}
        if not is_record(value) or isinstance(value, Source):
            return value
        if id(value) in self.done:
            return self.done[id(value)][1]
        new = replace(value, **{name: self.move_value(getattr(value, name)) for name in value.__match_args__})
        self.done[id(value)] = (value, new)
        return new
