"""A W&B server on the loopback interface that real code links against (extra `emulator`)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regilink_doctor.emulator.emulator import Emulator
    from regilink_doctor.emulator.fence import BlockedAttempt, Fence
    from regilink_doctor.emulator.world import World

__all__ = ["BlockedAttempt", "Emulator", "Fence", "World"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "World":
        from regilink_doctor.emulator.world import World

        return World
    # graphql-core is loaded with the first question; that it is missing is said before.
    if find_spec("graphql") is None:
        raise ImportError('the emulator needs graphql-core: install regilink with its extra "emulator"', name="graphql")
    from regilink_doctor.emulator import emulator, fence

    return emulator.Emulator if name == "Emulator" else getattr(fence, name)
