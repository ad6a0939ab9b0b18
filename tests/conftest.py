"""What all tests share: no colors, no W&B settings of the user who runs them, signals as in the foreground."""

import os
import signal

import pytest

# A shell ignores SIGINT for what it starts in the background, and children inherit that: those that a test interrupts
# would never notice.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name in ("NO_COLOR", "FORCE_COLOR") or name.startswith(("WANDB_", "REGILINK_")):
            monkeypatch.delenv(name)
