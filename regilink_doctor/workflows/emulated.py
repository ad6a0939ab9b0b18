"""An emulated W&B for the length of a test, for suites without pytest: a context manager and a decorator."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

from regilink_doctor.emulator import Emulator, Fence, World, recorder
from regilink_doctor.emulator.environ import REMOVED

T = TypeVar("T")

PARAMETER = "emulator"
"""A decorated function that has this parameter gets the emulator in it."""


class emulated:  # noqa: N801  # a decorator, as `unittest.mock.patch` is
    """Let wandb talk to an emulator of its own, in a `with` block or a decorated function, and keep it from W&B.

    >>> with emulated() as emulator:
    ...     len(emulator.ledger.links)
    0

    Decorating a function runs each call of it with a fresh emulator; a parameter `emulator` receives it. The variables
    of the environment are put back at the end, and a wandb that is loaded is torn down before and after: its runs end,
    and it reads the environment again. One block at a time in a process.

    Args:
        world: what is on the server, or a function that makes it; the default world.
        keep_going: a refused link returns as if it had been accepted, so that one test sees every link.
    """

    def __init__(self, world: World | Callable[[], World] | None = None, *, keep_going: bool = False) -> None:
        self._world = world
        self._keep_going = keep_going
        self._stack: ExitStack | None = None

    def __enter__(self) -> Emulator:
        if self._stack is not None:
            raise RuntimeError("this emulator is in use: emulated() makes another")
        world = self._world if isinstance(self._world, World) or self._world is None else self._world()
        with ExitStack() as stack:
            emulator = stack.enter_context(Emulator(world))
            fence = stack.enter_context(Fence(emulator))
            variables = {
                **fence.environ(),
                **recorder.build_environ(emulator.folder, emulator.url, keep_going=self._keep_going),
            }
            _tear_down_wandb()
            stack.callback(_restore_environment, dict(os.environ))
            stack.callback(_tear_down_wandb)
            for name in REMOVED & os.environ.keys():
                del os.environ[name]
            os.environ.update(variables)
            recorder.start_recording(emulator.observe)
            stack.callback(recorder.stop_recording, emulator.observe)
            self._stack = stack.pop_all()
        return emulator

    def __exit__(self, *_: object) -> None:
        stack, self._stack = self._stack, None
        if stack is not None:
            stack.close()

    def __call__(self, function: Callable[..., T]) -> Callable[..., T]:
        """Decorate a function or method, a coroutine too."""
        wants_emulator = PARAMETER in inspect.signature(function).parameters

        def add_emulator(values: dict[str, Any], emulator: Emulator) -> dict[str, Any]:
            return {**values, PARAMETER: emulator} if wants_emulator else values

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run_coroutine(*arguments: Any, **values: Any) -> Any:
                with emulated(self._world, keep_going=self._keep_going) as emulator:
                    return await function(*arguments, **add_emulator(values, emulator))

            return run_coroutine  # type: ignore[return-value]

        @functools.wraps(function)
        def run(*arguments: Any, **values: Any) -> T:
            with emulated(self._world, keep_going=self._keep_going) as emulator:
                return function(*arguments, **add_emulator(values, emulator))

        return run


def _tear_down_wandb() -> None:
    """End the runs of a wandb that is loaded, and let it forget its settings."""
    teardown = getattr(sys.modules.get("wandb"), "teardown", None)
    if teardown is not None:
        teardown()


def _restore_environment(variables: dict[str, str]) -> None:
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)
