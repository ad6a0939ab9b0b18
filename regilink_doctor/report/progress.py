"""A bar on the terminal while a long run goes on; a short one shows nothing. Made only where there is a terminal."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress, TaskID

PATIENCE = 1.0
"""Seconds before it appears."""


class ProgressBar:
    """Told how far a run is, it shows that on standard error, and is gone when the run is over."""

    def __init__(self, what: str, patience: float = PATIENCE) -> None:
        self._what = what
        self._begins = time.monotonic() + patience
        self._shown: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            self._shown[0].stop()

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` have been looked at."""
        if time.monotonic() < self._begins:
            return
        bar, task = self._shown or self._show_bar()
        bar.update(task, completed=done, total=total, refresh=True)

    def _show_bar(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import Progress

        # Without a thread of its own: the next list of files may be worth a fork.
        bar = Progress(console=Console(file=getattr(sys.stderr, "raw", sys.stderr)), transient=True, auto_refresh=False)
        bar.start()
        self._shown = bar, bar.add_task(self._what)
        return self._shown
