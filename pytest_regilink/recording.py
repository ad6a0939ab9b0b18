"""The text of each link as the code gives it, and what the SDK itself refuses: into the ledger of the nearest hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.emulator import recorder

if TYPE_CHECKING:
    from regilink_doctor.emulator import Emulator

_recorded: list[Emulator] = []
"""The emulators of the hands that are out, the nearest last: a test may have one beside that of its module."""


class Recording:
    """From `start` to `stop` this process tells one emulator of its links, and no other."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def start(self) -> None:
        """Tell this one."""
        if _recorded:
            recorder.stop(_recorded[-1].observe)
        _recorded.append(self._emulator)
        recorder.start(self._emulator.observe)

    def stop(self) -> None:
        """Tell the one from before; if another has come since, go on with that."""
        told = _recorded[-1]
        _recorded.remove(self._emulator)
        if told is self._emulator:
            recorder.stop(told.observe)
            if _recorded:
                recorder.start(_recorded[-1].observe)
