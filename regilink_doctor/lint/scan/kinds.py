"""The kinds of files that regilink reads, and which of them a name promises.

A new kind is a line of `KINDS` and a module of `lint/facts` that has its name and a function `read`. Nothing is
imported here: the question is asked of every file of a tree.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Comments = Literal["python", "line end", "own line", "none"]


class FileKind:
    """A kind of file: its name, how the names of its files end, whole names, and where a comment may be.

    `comments` tells how a suppression can be written: as a Python comment; with `#` at the end of any line; with `#` on
    a line of its own alone, because what follows a value would be part of it; or not at all.
    """

    __slots__ = ("comments", "name", "names", "suffixes")

    def __init__(
        self,
        name: str,
        suffixes: tuple[str, ...] = (),
        names: tuple[str, ...] = (),
        comments: Comments = "line end",
    ) -> None:
        self.name = name
        self.suffixes = suffixes
        self.names = names
        self.comments = comments


KINDS = (
    FileKind("python", (".py",), comments="python"),
    FileKind("notebook", (".ipynb",), comments="python"),
    FileKind("yaml", (".yaml", ".yml")),
    FileKind("toml", (".toml",), ("Pipfile",)),
    FileKind("dotenv", (".env",), comments="own line"),
    FileKind("json", (".json",), comments="none"),
    FileKind("ini", (".ini", ".cfg"), comments="own line"),
    FileKind("shell", (".sh", ".bash", ".sbatch", ".slurm"), (".envrc",)),
    FileKind("dockerfile", (".dockerfile", ".Dockerfile"), ("Dockerfile", "Containerfile"), comments="own line"),
    FileKind(
        "makefile",
        (".mk", ".just"),
        # just accepts its file in any case; these are the ways that people write it.
        ("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "JustFile", "JUSTFILE", ".justfile"),
    ),
    FileKind("requirements", (), ("Pipfile.lock", "pdm.lock", "poetry.lock", "setup.cfg", "uv.lock")),
)

_BY_KIND = {kind.name: kind for kind in KINDS}
_BY_SUFFIX = {suffix: kind.name for kind in KINDS for suffix in kind.suffixes}
_BY_NAME = {name: kind.name for kind in KINDS for name in kind.names}
LISTS = ("requirements", "constraints")
"""Words in the names of lists of requirements, or the names of their folders."""

ENDINGS = (*_BY_SUFFIX, *_BY_NAME, ".txt", ".in")
"""How the names of all these files end, but for those of `BEGINNINGS`: a first, cheap look."""

BEGINNINGS = ("/.env.", "/Dockerfile.")
"""How the others begin: `.env.local`, `Dockerfile.train`."""


def kind_of(path: str) -> str | None:
    """The kind of a file by its name; None for a file that regilink does not read.

    Lists of requirements are `requirements*.txt`, `*-requirements.txt`, `constraints*.txt` and all `.txt` files in a
    folder `requirements/`; `.in` in place of `.txt`, too.
    """
    folder, name = os.path.split(path)
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name == ".env" or name.startswith(".env."):
        return "dotenv"
    if name.startswith("Dockerfile."):
        return "dockerfile"
    stem, dot, suffix = name.rpartition(".")
    kind = _BY_SUFFIX.get(dot + suffix)
    if kind is None and suffix in ("txt", "in"):
        listed = any(word in stem for word in LISTS) or os.path.basename(folder) in LISTS
        return "requirements" if listed else None
    return kind


def kind_of_named(path: str, start: bytes) -> str | None:
    """The kind of a file that was named itself: a script without a suffix shows it in its first line, else Python.

    Capital letters count as small ones, as on Windows.
    """
    kind = kind_of(path) or kind_of(path.lower())
    if kind is not None:
        return kind
    line = start.partition(b"\n")[0] if start.startswith(b"#!") else b""
    if line and b"python" not in line:
        return "shell" if line.rstrip().endswith(b"sh") else None
    return "python" if line or "." not in os.path.basename(path) or path.endswith((".pyw", ".pyi")) else None


def comments_of(kind: str) -> Comments:
    """Where a comment may be in files of a kind."""
    return _BY_KIND[kind].comments
