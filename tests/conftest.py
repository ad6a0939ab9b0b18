"""What all tests share: no colours, no W&B settings of whoever runs them."""

import os

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name in ("NO_COLOR", "FORCE_COLOR") or name.startswith(("WANDB_", "REGILINK_")):
            monkeypatch.delenv(name)
