"""Waiting until something changes that the findings depend on, for `lint --watch`.

Files are polled: it works on every file system and in containers, needs no library, and a look at 5,000 files takes
about ten milliseconds. The paths are those of the last run: the files that it has listed, and the paths that their
reports depend on, also those that did not exist.
"""

from __future__ import annotations

import os
from time import sleep, time_ns
from typing import TYPE_CHECKING

from regilink_doctor.config import CATALOG
from regilink_doctor.lint.cache import ReportCache
from regilink_doctor.lint.text.memory import find_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.config import Config
    from regilink_doctor.lint.text.memory import State

SECONDS = 0.25
"""Between two looks."""
_MOST_LOOKS = 20
"""At files that keep changing."""
_SKIPPED = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages", "venv"})
_CONFIGURATIONS = ("pyproject.toml", "regilink.toml", CATALOG)
_CLOCK = 20_000_000
"""Nanoseconds: the clock of files may be as late as this."""


class Watcher:
    """Remembers the state of files before a run, and waits until one of them changes."""

    def __init__(self, paths: Sequence[str]) -> None:
        """Watch the paths that runs over these files and folders look at; those runs use `cache`."""
        self._paths = paths
        self.cache = ReportCache()
        """The reports of the runs, with the paths that they depend on."""
        self.config: Config | None = None
        """That of the last run that had one."""
        self._configurations: dict[str, None] = {}
        self._states: dict[str, State | None] = {}
        self._started = time_ns()

    def begin(self) -> None:
        """Note that a run begins: a change from now on leads to another run."""
        self._started = time_ns()
        self._states = {path: find_state(path) for path in (*self._states, *self._list())}

    def wait(self) -> None:
        """Wait until something has changed since `begin`, and has come to rest."""
        listed = set(self._list())
        for path in listed - self._states.keys():
            state = find_state(path)
            # What was changed while it was read, for the first time, may have been read before.
            is_newer = state is not None and state[0] >= self._started - _CLOCK
            self._states[path] = (0, 0, 0, 0) if is_newer else state
        self._states = {path: state for path, state in self._states.items() if path in listed}
        while all(find_state(path) == state for path, state in self._states.items()):
            sleep(SECONDS)
        before: list[State | None] = []
        for _ in range(_MOST_LOOKS):
            states = [find_state(path) for path in self._states]
            if states == before:
                return
            before = states
            sleep(SECONDS)

    def _list(self) -> Iterator[str]:
        """The paths that the findings depend on; a path can come several times."""
        yield from self._paths
        yield from self.cache.listed
        yield from self.cache.find_looks()
        for folder in _list_folders(self._paths):
            yield folder
            yield os.path.join(folder, ".gitignore")
        yield from _list_configurations()
        # A configuration that is broken at the moment does not name all its files: those that it had are kept.
        self._configurations |= dict.fromkeys(self.config.list_files() if self.config is not None else ())
        yield from self._configurations


def _list_folders(paths: Iterable[str]) -> Iterator[str]:
    """The folders in which files may appear."""
    for path in paths:
        for folder, folders, _ in os.walk(path):
            folders[:] = [name for name in folders if name[0] != "." and name not in _SKIPPED]
            yield folder


def _list_configurations() -> Iterator[str]:
    """The files that may be the configuration of the current folder, also those that do not exist."""
    folder = os.getcwd()
    while True:
        yield from (os.path.join(folder, name) for name in _CONFIGURATIONS)
        if os.path.exists(os.path.join(folder, ".git")) or folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)
