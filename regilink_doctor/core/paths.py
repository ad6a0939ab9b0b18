"""Paths as regilink keeps and shows them: with slashes on every system, and never an error for another drive."""

from __future__ import annotations

import os


def to_slashes(path: str) -> str:
    """The path with slashes; a backslash is the separator of Windows alone, elsewhere it is a letter of a name."""
    return path if os.sep == "/" else path.replace(os.sep, "/")


def relative_path(path: str, start: str = ".") -> str:
    """The path from `start`, with slashes; as it is, made absolute, where none leads there (another drive)."""
    try:
        return to_slashes(os.path.relpath(path, start))
    except ValueError:
        return to_slashes(os.path.abspath(path))
