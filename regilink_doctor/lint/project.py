"""What lies around a program: variables of the environment that `.env`, CI, compose or make set, links, old pins.

Looked at only when a rule asks. Bytes are searched, and only lists of requirements are read: that a file speaks of a
variable is enough to keep silent.
"""

from __future__ import annotations

import os
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Requirement

_NAMES = ("Dockerfile", "Makefile", "justfile", "Jenkinsfile", "setup.cfg", "tox.ini", ".gitlab-ci.yml")
_SUFFIXES = (".env", ".envrc", ".yaml", ".yml", ".toml", ".sh", ".bash", ".ini", ".cfg", ".sbatch", ".slurm")
_FOLDERS = (
    "",
    ".github/workflows",
    ".circleci",
    ".devcontainer",
    "scripts",
    "ci",
    "config",
    "configs",
    "docker",
    "slurm",
)
_BESIDE = frozenset("/".join((*_FOLDERS[1:], "requirements", "dockerfiles")).split("/"))
"""Folders that belong to what lies beside them: a pin in `.github/workflows` is that of the programs of the root."""

_MAX_FILES = 400
_MAX_BYTES = 1 << 20


def mentioned(variable: str, folder: str) -> bool:
    """Whether a settings file in `folder` or above it, up to the root of the repository, mentions `variable`."""
    return any(_mentions(base, variable.encode()) for base in _upwards(folder))


@lru_cache(maxsize=1024)
def _mentions(base: str, word: bytes) -> bool:
    """Whether a settings file of one folder does, or one of the folders for such files in it."""
    return any(word in content for name in _FOLDERS for content in _settings_files(os.path.join(base, name)))


_LINKS = (b"link_artifact(", b"wandb-registry-")
_SKIPPED = ("__pycache__", "node_modules", "site-packages", "venv")
_MAX_PROGRAMS = 2000


@lru_cache(maxsize=64)
def links(folder: str) -> bool:
    """Whether a Python file or notebook in `folder` or below, or beside a folder of settings, links to a registry."""
    while os.path.basename(folder) in _BESIDE:
        folder = os.path.dirname(folder)
    left = _MAX_PROGRAMS
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] != "." and name not in _SKIPPED]
        for name in names:
            if not name.endswith((".py", ".ipynb")):
                continue
            left -= 1
            content = _read(os.path.join(root, name)) if left >= 0 else b""
            if any(word in content for word in _LINKS):
                return True
    return False


@lru_cache(maxsize=256)
def program_links(path: str, folder: str) -> bool:
    """Whether the Python file that a command in `folder` names, from there or from above, links artifacts."""
    root, workflows, _ = folder.partition(f"{os.sep}.github")  # what GitHub runs, it runs in the root
    for base in (root, *_upwards(folder)) if workflows else _upwards(folder):
        if content := _read(os.path.join(base, path)):
            return b".link_artifact(" in content
    return False


_REQUIREMENTS = ("pyproject.toml", "setup.cfg", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")


def newest_wandb(folder: str) -> str | None:
    """The newest wandb that the nearest lists of requirements allow, in `folder` or above; None when nothing keeps it.

    Of several lists in one folder the most generous counts: nobody knows which is installed.
    """
    return next((version for base in _upwards(folder) if (version := _newest_in(base))), None)


@lru_cache(maxsize=1024)
def _newest_in(folder: str) -> str | None:
    from regilink_doctor.core.sdk_versions import newest, number

    versions = [version for each in _requirements(folder) if each.package == "wandb" and (version := newest(each))]
    return max(versions, key=number, default=None)


def _requirements(folder: str) -> Iterator[Requirement]:
    from regilink_doctor.lint import formats
    from regilink_doctor.lint.text.source import Unparsable

    try:
        names = sorted(os.listdir(folder))[:_MAX_FILES]
    except OSError:
        return
    for name in names:
        if name in _REQUIREMENTS or (name.startswith("requirements") and name.endswith((".txt", ".in"))):
            content = _read(os.path.join(folder, name))
            try:
                yield from formats.read(name, content).requirements if b"wandb" in content else ()
            except Unparsable:
                continue


@lru_cache(maxsize=1024)
def _upwards(folder: str) -> tuple[str, ...]:
    """`folder` and the folders above it up to the one that has a `.git`; only `folder` where there is none."""
    path = os.path.abspath(folder)
    found = [path]
    while not os.path.exists(os.path.join(path, ".git")):
        parent = os.path.dirname(path)
        if parent == path:
            return (found[0],)
        path = parent
        found.append(path)
    return tuple(found)


def _settings_files(folder: str) -> Iterator[bytes]:
    try:
        names = sorted(os.listdir(folder))[:_MAX_FILES]
    except OSError:
        return
    for name in names:
        if name in _NAMES or name.startswith(".env") or name.endswith(_SUFFIXES):
            yield _read(os.path.join(folder, name))


def _read(path: str) -> bytes:
    """The beginning of a plain file, nothing of any other."""
    try:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                return file.read(_MAX_BYTES)
    except OSError:
        pass
    return b""
