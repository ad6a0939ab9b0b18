"""Where a finding is, as `path:line:col`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.findings import Place


def position(place: Place) -> str:
    """`src/train.py:12:8`; in a notebook `nb.ipynb:cell 3:2:8`."""
    cell = f"cell {place.cell}:" if place.cell is not None else ""
    return f"{visible(place.path)}:{cell}{place.span.line}:{place.span.column}"


def visible(text: str) -> str:
    """The text on one line: control characters escaped, so that a file's name cannot forge a line of the report."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
