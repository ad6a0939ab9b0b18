"""Strings with unknown parts: how the rest of regilink asks about them.

Inside this package an unknown part is one character that no W&B name contains. Everybody else asks the functions below.
"""

from __future__ import annotations

HOLE = "\0"
"""Represents an unknown part of any length."""

UNKNOWN_NAME = HOLE
"""A name of which nothing is known."""


def is_known(name: str) -> bool:
    """Whether every part of the string is known."""
    return HOLE not in name


def show_unknown(name: str) -> str:
    """The string as reports show it: `{?}` for each unknown part."""
    return name.replace(HOLE, "{?}")


def known_part(name: str) -> str:
    """The string without its unknown parts."""
    return name.replace(HOLE, "")
