"""A W&B server on the loopback interface that real code links against (extra `emulator`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regilink_doctor.emulator.emulator import Emulator
    from regilink_doctor.emulator.fence import BlockedAttempt, Fence
    from regilink_doctor.emulator.world import World

__all__ = ["BlockedAttempt", "Emulator", "Fence", "World"]


def __getattr__(name: str) -> Any:
    # World needs the standard library alone; Emulator brings graphql-core with it.
    if name == "World":
        from regilink_doctor.emulator.world import World

        return World
    if name in __all__:
        try:
            from regilink_doctor.emulator import emulator, fence
        except ImportError as error:
            if (error.name or "").partition(".")[0] != "graphql":
                raise
            raise ImportError('the emulator needs graphql-core: pip install "regilink[emulator]"') from error
        return emulator.Emulator if name == "Emulator" else getattr(fence, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
