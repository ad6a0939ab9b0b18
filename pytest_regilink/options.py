"""What the command line says, else the ini file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def catalog_path(config: pytest.Config) -> str | None:
    """The catalog of `--regilink-catalog`, else that of the ini file, counted from its folder; None: neither."""
    if given := config.getoption("--regilink-catalog"):
        return str(given)
    written = config.getini("regilink_catalog")
    folder = config.rootpath if config.inipath is None else config.inipath.parent
    return os.path.relpath(folder / str(written)) if written else None
