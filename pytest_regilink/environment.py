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

_layers: list[Environment] = []
"""Those in force, the nearest last. A hand of the session may come after that of a module, and stay longer."""


class Environment:
    """Variables set for the length of a test, a module or a session.

    Afterwards all of them, and every variable of wandb's, are as they were: also those that the test, its code or wandb
    itself has changed.
    """

    def __init__(self) -> None:
        self._before: dict[str, str] = {}
        self._ours: frozenset[str] = frozenset()

    def set(self, variables: Mapping[str, str]) -> None:
        """Keep what is there, take away what wandb would read, and set `variables`."""
        self._ours = frozenset(variables)
        self._before = _watched(self._ours)
        for name in self._before:
            if name.startswith("WANDB_"):
                del os.environ[name]
        os.environ.update(variables)
        _layers.append(self)

    def restore(self) -> None:
        """Put everything back; under another layer, let that one put it back."""
        place = _layers.index(self)
        _layers.remove(self)
        if place < len(_layers):
            above = _layers[place]
            kept = {
                name: value for name, value in above._before.items() if name not in self._ours and not _is_wandbs(name)
            }
            above._before = {**kept, **self._before}
            above._ours |= self._ours
            return
        for name in [name for name in _watched(self._ours) if name not in self._before]:
            del os.environ[name]
        os.environ.update(self._before)


def variables(emulator: Emulator, fence: Fence, folder: Path) -> dict[str, str]:
    """What to set for a test whose files go below `folder`.

    The cache stays where it is for all tests: what lies there goes by its content, and wandb-core, which lives on from
    test to test, looks up its place once.
    """
    given = fence.environ()
    ours = environ.variables(emulator.url, next(iter(emulator.world.users.values())).key, folder)
    told = recorder.environ(emulator.folder, emulator.url)
    return {**given, **ours, **told, "WANDB_CACHE_DIR": given["WANDB_CACHE_DIR"]}


def _watched(ours: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in ours or _is_wandbs(name)}


def _is_wandbs(name: str) -> bool:
    return name.startswith("WANDB_")
