"""An environment for each wandb: made once, with wandb and nothing else in it."""

import subprocess
import sys
from pathlib import Path

NEWEST = "newest"
SDKS = ("0.21.4", "0.24.2", "0.26.1", "0.27.2", "0.28.2", NEWEST)
"""Supported; what is special about each is in docs/sdk-matrix.md."""

BEST_EFFORT = ("0.19.11",)


def python_of(sdk: str, folder: Path) -> str:
    """The interpreter of the environment with this wandb; the environment is made when it is not there."""
    place = folder / f"wandb-{sdk}"
    python = place / "bin" / "python"
    done = place / "complete"
    if not done.exists() or sdk == NEWEST:
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        wanted = "wandb" if sdk == NEWEST else f"wandb=={sdk}"
        subprocess.run([str(python), "-m", "pip", "install", "-qqq", "--upgrade", wanted], check=True)
        done.touch()
    return str(python)
