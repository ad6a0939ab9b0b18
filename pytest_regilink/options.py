"""What the command line says, else the ini file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def given(config: pytest.Config, name: str) -> str | None:
    """The value of an option, else that of the ini file; None without any."""
    value = config.getoption(f"--regilink-{name}") or config.getini(f"regilink_{name}")
    return str(value) if value else None
