"""The environment in which wandb finds the emulator and nothing else, and the one before, put back to the letter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from regilink_doctor.emulator import environ, recorder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from regilink_doctor.emulator import Emulator
    from regilink_doctor.emulator.fence import Fence


class Environment:
    """Variables set for the length of a test.

    Afterwards all of them, and every variable of wandb's, are as they were: also those that the test, its code or wandb
    itself has changed.
    """

    def __init__(self) -> None:
        self._before: dict[str, str] = {}
        self._ours: frozenset[str] = frozenset()

    def set(self, variables: Mapping[str, str]) -> None:
        """Keep what is there, take away what wandb would read, and set `variables`."""
        self._ours = frozenset(variables)
        self._before = {name: value for name, value in os.environ.items() if self._watched(name)}
        for name in self._before:
            if name.startswith("WANDB_"):
                del os.environ[name]
        os.environ.update(variables)

    def restore(self) -> None:
        """Put everything back."""
        for name in [name for name in os.environ if self._watched(name) and name not in self._before]:
            del os.environ[name]
        os.environ.update(self._before)

    def _watched(self, name: str) -> bool:
        return name.startswith("WANDB_") or name in self._ours


def variables(emulator: Emulator, fence: Fence, folder: Path) -> dict[str, str]:
    """What to set for a test whose files go below `folder`.

    The cache stays where it is for all tests: what lies there goes by its content, and wandb-core, which lives on from
    test to test, looks up its place once.
    """
    given = fence.environ()
    ours = environ.variables(emulator.url, next(iter(emulator.world.users.values())).key, folder)
    told = recorder.environ(emulator.folder, emulator.url)
    return {**given, **ours, **told, "WANDB_CACHE_DIR": given["WANDB_CACHE_DIR"]}
