"""Where the plugin keeps its things."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_regilink.sdk import Sdk

CHECK = pytest.StashKey[bool]()
"""Whether files are to be linted."""

LIVE = pytest.StashKey[bool]()
"""Whether the doctor is to be asked."""

SDK = pytest.StashKey[Sdk]()
"""What wandb remembers in this process."""

HAND = pytest.StashKey[Any]()
"""On an item, a module or the session: the hand (`Regilink`) that it was given."""

GUARD = pytest.StashKey[Any]()
"""On an item: its `Guard`."""
