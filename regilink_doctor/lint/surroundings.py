"""Whether something around a program sets a variable of the environment: `.env`, CI, compose, make.

Looked at only when a rule asks. Bytes are searched, nothing is parsed: that a file speaks of the variable is enough to
keep silent.
"""

from __future__ import annotations

import os
from functools import lru_cache

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
_MAX_FILES = 400
_MAX_BYTES = 1 << 20


@lru_cache(maxsize=256)
def mentioned(variable: str, folder: str) -> bool:
    """Whether a settings file in `folder` or above it, up to the root of the repository, mentions `variable`."""
    word = variable.encode()
    for base in _upwards(folder):
        for name in _FOLDERS:
            if any(word in content for content in _settings_files(os.path.join(base, name))):
                return True
    return False


def _upwards(folder: str) -> list[str]:
    """`folder` and the folders above it up to the one that has a `.git`; only `folder` where there is none."""
    path = os.path.abspath(folder)
    found = [path]
    while not os.path.exists(os.path.join(path, ".git")):
        parent = os.path.dirname(path)
        if parent == path:
            return found[:1]
        path = parent
        found.append(path)
    return found


def _settings_files(folder: str) -> list[bytes]:
    contents = []
    try:
        names = sorted(os.listdir(folder))[:_MAX_FILES]
    except OSError:
        return []
    for name in names:
        if name in _NAMES or name.startswith(".env") or name.endswith(_SUFFIXES):
            path = os.path.join(folder, name)
            try:
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        contents.append(file.read(_MAX_BYTES))
            except OSError:
                continue
    return contents
