"""What wandb remembers in this process, set aside for the length of a test.

Found out on wandb 0.21.4, 0.26.1 and 0.31.0, which all do the same:

- The settings are read once, from the environment and the settings files, and kept in one object of `wandb_setup`;
  later changes of `WANDB_ENTITY`, `WANDB_PROJECT`, `WANDB_MODE` or the key are ignored.
- So are the account behind the key and, from 0.22 on, the credentials of the session (`lib/wbauth`).
- `wandb-core`, the process beside, gets the settings with each run and each Api; from its own environment it reads the
  cache folder and the proxies alone. It may live on.
- Artifacts are remembered by their id, which counts from the start in each world.
- A run of mode "disabled" stays in `wandb.run` after its end.

`wandb.teardown()` would clear most of that, and end `wandb-core`: the next run takes 0.2 s more. Taking the object
away, and forgetting the settings of ours, takes less than a millisecond. `teardown` is left for the end of the session,
and for a wandb that has none of these names.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

SERVICE = "WANDB_SERVICE"
"""How wandb finds a running `wandb-core`, in this process and in those that it starts."""

GLOBALS: tuple[str, ...] = (
    "run",
    "config",
    "summary",
    "log",
    "watch",
    "unwatch",
    "save",
    "use_artifact",
    "log_artifact",
)
GLOBALS += ("define_metric", "alert", "mark_preempting", "log_model", "use_model", "link_model")
"""What `wandb.init` sets in the module (`sdk/lib/module.py`)."""


MOST_DESCRIPTORS = 48
"""So many more descriptors than before, and the garbage is collected: macOS gives a process 256."""


class WandbMemory:
    """wandb's memory at one moment."""

    def __init__(self, singleton: Any, credentials: Any, variables: dict[str, Any]) -> None:
        self.singleton = singleton
        self._credentials = credentials
        self._globals = variables

    def restore_memory(self) -> None:
        """Let wandb remember this, and no artifact."""
        _set_attribute("wandb.sdk.wandb_setup", "_singleton", self.singleton)
        _set_attribute("wandb.sdk.lib.wbauth.authenticate", "_session_auth", self._credentials)
        wandb = sys.modules.get("wandb")  # none, when a test has thrown it out
        for name, value in self._globals.items() if wandb is not None else ():
            setattr(wandb, name, value)
        if not self._globals:
            _unset_globals()
        _forget_artifacts()


class Sdk:
    """The memory of wandb that our tests share: mostly the connection to one `wandb-core`."""

    def __init__(self) -> None:
        self._parked: list[tuple[Any, str | None]] = []
        """Each with the address of its `wandb-core`."""
        self._descriptors = _count_descriptors()

    def read_memory(self) -> WandbMemory:
        """What wandb remembers now."""
        wandb = sys.modules.get("wandb")
        variables = {name: getattr(wandb, name) for name in GLOBALS if hasattr(wandb, name)}
        credentials = _get_attribute("wandb.sdk.lib.wbauth.authenticate", "_session_auth")
        return WandbMemory(_get_attribute("wandb.sdk.wandb_setup", "_singleton"), credentials, variables)

    def fresh_memory(self) -> WandbMemory:
        """A memory of nothing but a running `wandb-core`, if there is one."""
        singleton, service = self._parked.pop() if self._parked else (None, None)
        if singleton is not None:
            _forget_settings(singleton)
            _set_service_at_first_use(singleton, service)
        return WandbMemory(singleton, None, {})

    def refresh_environment(self) -> None:
        """Let wandb read the environment again."""
        if (singleton := _get_attribute("wandb.sdk.wandb_setup", "_singleton")) is not None:
            _forget_settings(singleton)
        _set_attribute("wandb.sdk.lib.wbauth.authenticate", "_session_auth", None)

    def finish_runs(self) -> list[str]:
        """Finish the runs that are open; their paths."""
        return _finish_runs(_get_attribute("wandb.sdk.wandb_setup", "_singleton"))

    def park_service(self) -> None:
        """Keep the running `wandb-core` for the next test."""
        singleton = _get_attribute("wandb.sdk.wandb_setup", "_singleton")
        if singleton is not None and _is_alive(singleton):
            self._parked.append((singleton, getattr(singleton, _NOT_YET_SET, None) or os.environ.get(SERVICE)))
        # A wandb that keeps its memory elsewhere.
        if "wandb" in sys.modules and not hasattr(sys.modules.get("wandb.sdk.wandb_setup"), "_singleton"):
            sys.modules["wandb"].teardown()

    def close_forgotten(self) -> None:
        """Close the connections of earlier tests: those of wandb up to 0.27 stay open in a cycle of objects."""
        # In a suite that has loaded much, Python collects so rarely that hundreds would be open.
        if _count_descriptors() > self._descriptors + MOST_DESCRIPTORS:
            gc.collect()
            self._descriptors = _count_descriptors()

    def end_services(self) -> None:
        """End every `wandb-core` that is parked."""
        while self._parked:
            now, service = self.read_memory(), os.environ.get(SERVICE)
            singleton, _ = self._parked.pop()
            _set_attribute("wandb.sdk.wandb_setup", "_singleton", singleton)
            if (wandb := sys.modules.get("wandb")) is not None:
                wandb.teardown()
            if service is not None:
                os.environ[SERVICE] = service
            now.restore_memory()


def _finish_runs(singleton: Any) -> list[str]:
    paths = []
    while (run := getattr(singleton, "most_recent_active_run", None)) is not None:
        paths.append(str(getattr(run, "path", None) or run.id))
        run.finish()
        if getattr(singleton, "most_recent_active_run", None) is run:
            break  # it will not end: nothing more can be done from here
    return paths


def _get_attribute(module: str, name: str) -> Any:
    return getattr(sys.modules.get(module), name, None)


def _set_attribute(module: str, name: str, value: Any) -> None:
    if hasattr(loaded := sys.modules.get(module), name):
        setattr(loaded, name, value)


def _forget_settings(singleton: Any) -> None:
    for name in ("_settings", "_settings_environ", "_server", "_session_identity", "_sweep_config"):
        if hasattr(singleton, name):
            setattr(singleton, name, None)


_NOT_YET_SET = "regilink_service"
"""The attribute of a running `wandb-core` with its address, until that is in `WANDB_SERVICE`."""


def _set_service_at_first_use(singleton: Any, service: str | None) -> None:
    """Set `WANDB_SERVICE` when the code of the test first uses `wandb-core`, as in a new process.

    A process that the test starts before that has a `wandb-core` of its own, whatever earlier tests have used.
    """
    if service is None:
        return

    def ensure_service() -> Any:
        os.environ[SERVICE] = service
        for name in (_NOT_YET_SET, "ensure_service"):
            singleton.__dict__.pop(name, None)
        return singleton.ensure_service()

    singleton.ensure_service = ensure_service
    setattr(singleton, _NOT_YET_SET, service)


def _unset_globals() -> None:
    if (unset := _get_attribute("wandb.sdk.lib.module", "unset_globals")) is not None:
        unset()


def _forget_artifacts() -> None:
    for name in ("artifact_instance_cache", "artifact_instance_cache_by_client_id"):
        if (cache := _get_attribute("wandb.sdk.artifacts.artifact_instance_cache", name)) is not None:
            for artifact in list(cache.values()):
                # wandb leaves it to the garbage collector, which warns: an error under `-W error`.
                if (folder := getattr(artifact, "_tmp_dir", None)) is not None:
                    folder.cleanup()
            cache.clear()


def _is_alive(singleton: Any) -> bool:
    """Whether its `wandb-core`, if it started one, still runs."""
    process = getattr(getattr(getattr(singleton, "_connection", None), "_proc", None), "_process", None)
    return process is None or process.poll() is None


def _count_descriptors() -> int:
    """The descriptors that this process has open; 0 where that cannot be seen."""
    try:
        return len(os.listdir("/dev/fd"))
    except OSError:
        return 0
