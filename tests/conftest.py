"""What all tests share: no colors, no W&B settings of the user who runs them, signals as in the foreground."""

import os
import signal

import pytest

# A shell ignores SIGINT for what it starts in the background, and children inherit that: those that a test interrupts
# would never notice.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

try:
    from hypothesis import HealthCheck, settings
except ImportError:  # the environments with old wandbs have what their tests need, no more
    pass
else:
    # On a machine that is busy, examples are slow to come: that is not a failure.
    settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("calm")

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name in ("NO_COLOR", "FORCE_COLOR") or name.startswith(("WANDB_", "REGILINK_")):
            monkeypatch.delenv(name)
