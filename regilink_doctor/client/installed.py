"""Which wandb the user's code would run with, and its version, read from metadata alone: wandb is never imported."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from regilink_doctor.core.origin import Argument, Default, File, Origin, Variable
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import record
from regilink_doctor.core.sdk_versions import number

Version = tuple[int, ...]

NEWEST_KNOWN: Version = (0, 31, 0)
"""Taken where no wandb is installed: its defaults are the newest that this package has been held against."""


@record
class InstalledWandb:
    """A wandb, or its absence.

    `version` is None when there is none in `environment`; `environment` is a folder, `origin` is what chose it.
    `package` is the folder of the module, None when it is not known.
    """

    version: str | None
    environment: str
    origin: Origin
    package: Path | None = None

    @property
    def interpreter(self) -> str | None:
        """The environment's Python, None where there is none."""
        for name in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
            if os.path.isfile(path := Path(self.environment) / name):
                return str(path)
        return None

    @property
    def number(self) -> Version:
        """The version as numbers, `(0, 31, 0)`; the newest known when there is none."""
        return number(self.version) if self.version else NEWEST_KNOWN


def find_wandb(python: str | None, cwd: Path, environ: Mapping[str, str]) -> InstalledWandb:
    """The wandb of `python`, else of the active virtual environment, else of `.venv` in `cwd`, else our own.

    Args:
        python: an interpreter (path or name on PATH) or the folder of an environment.
    """
    if python is not None:
        return _in_environment(_environment_of(python, cwd, environ), Argument("--python"), python)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if folder := environ.get(variable):
            return _in_environment(Path(folder), Variable(variable))
    if os.path.isfile(cwd / ".venv" / "pyvenv.cfg"):
        return _in_environment(cwd / ".venv", File(".venv"))
    try:
        distribution = metadata.distribution("wandb")
    except metadata.PackageNotFoundError:
        return InstalledWandb(None, _own_environment(), Default(say("the environment of regilink")))
    return _described(distribution, _own_environment(), Default(say("the environment of regilink")))


def _own_environment() -> str:
    import sys

    return sys.prefix


def _environment_of(python: str, cwd: Path, environ: Mapping[str, str]) -> Path:
    """The folder of the environment that an interpreter belongs to, without running it.

    The interpreter of a virtual environment is a link to another one, so links are not followed.
    """
    path = cwd / python
    if os.path.isdir(path):
        return path
    if not os.path.exists(path) and (program := shutil.which(python, path=environ.get("PATH"))):
        path = Path(program)
    return path.parent.parent


def _in_environment(root: Path, origin: Origin, python: str = "") -> InstalledWandb:
    folders = [str(folder) for folder in _package_folders(root, python)]
    distribution = next(iter(metadata.distributions(name="wandb", path=folders)), None) if folders else None
    return _described(distribution, str(root), origin) if distribution else InstalledWandb(None, str(root), origin)


def _package_folders(root: Path, python: str) -> list[Path]:
    """Where packages of an environment are; those of the Python that is named first, then newer before older."""
    patterns = (
        "lib/python3*/site-packages",
        "lib64/python3*/site-packages",
        "Lib/site-packages",
        "local/lib/python3*/dist-packages",
        "lib/python3/dist-packages",
    )
    if not os.path.isdir(root):  # not there, or may not be looked into: `glob` would raise an error
        return []
    folders = [folder for pattern in patterns for folder in root.glob(pattern) if os.path.isdir(folder)]
    named = re.search(r"python(3\.\d+)$", python)

    def order(folder: Path) -> tuple[bool, int]:
        minor = re.search(r"python3\.(\d+)", str(folder))
        fits = named is not None and f"python{named[1]}" in folder.parts
        return not fits, -int(minor[1]) if minor else 0

    folders.sort(key=order)
    if base := _base_environment(root):
        folders += _package_folders(base, python)
    return folders


def _base_environment(root: Path) -> Path | None:
    """The environment underneath a virtual one that shows its packages too (`--system-site-packages`)."""
    try:
        lines = (root / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    values = {name.strip().lower(): value.strip() for name, _, value in (line.partition("=") for line in lines)}
    if values.get("include-system-site-packages", "").lower() != "true" or not values.get("home"):
        return None
    base = Path(values["home"]).parent
    return base if base != root else None


def _described(found: metadata.Distribution, environment: str, origin: Origin) -> InstalledWandb:
    package = Path(str(found.locate_file("wandb")))
    try:
        version: str | None = found.version
    except Exception:  # an interrupted installation leaves a folder without METADATA: each Python raises another error
        version = None
    return InstalledWandb(version, environment, origin, package if os.path.isdir(package) else None)
