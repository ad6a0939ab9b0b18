"""Which kind of file a name promises. Nothing is imported: it is asked of every file of a tree."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["python", "notebook", "yaml", "toml", "dotenv", "shell", "requirements"]

_SUFFIXES: dict[str, Kind] = {
    ".py": "python",
    ".ipynb": "notebook",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".env": "dotenv",
    ".sh": "shell",
    ".bash": "shell",
    ".sbatch": "shell",
    ".slurm": "shell",
}
_NAMES: dict[str, Kind] = {
    ".envrc": "shell",
    "Pipfile": "toml",
    "Pipfile.lock": "requirements",
    "pdm.lock": "requirements",
    "poetry.lock": "requirements",
    "setup.cfg": "requirements",
    "uv.lock": "requirements",
}
_LISTS = ("requirements", "constraints")

ENDINGS = (*_SUFFIXES, *_NAMES, ".txt", ".in")
"""How the names of all these files end, `.env.local` and its like apart: a first, cheap look."""


def kind_of(path: str) -> Kind | None:
    """The kind of a file by its name; None for a file that is not ours.

    Lists of requirements are `requirements*.txt`, `*-requirements.txt`, `constraints*.txt` and what stands in a folder
    `requirements/`; `.in` in place of `.txt`, too.
    """
    folder, name = os.path.split(path)
    if name in _NAMES:
        return _NAMES[name]
    if name == ".env" or name.startswith(".env."):
        return "dotenv"
    stem, dot, suffix = name.rpartition(".")
    kind = _SUFFIXES.get(dot + suffix)
    if kind is None and suffix in ("txt", "in"):
        listed = any(word in stem for word in _LISTS) or os.path.basename(folder) in _LISTS
        return "requirements" if listed else None
    return kind


def kind_of_named(path: str, start: bytes) -> Kind | None:
    """The kind of a file that was named itself: a script without a suffix tells it by its first line, else Python."""
    kind = kind_of(path)
    if kind is not None:
        return kind
    line = start.partition(b"\n")[0] if start.startswith(b"#!") else b""
    if line and b"python" not in line:
        return "shell" if line.rstrip().endswith(b"sh") else None
    return "python" if line or "." not in os.path.basename(path) or path.endswith((".pyw", ".pyi")) else None
