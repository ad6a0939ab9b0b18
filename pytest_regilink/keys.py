"""Where the plugin keeps its things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_regilink.sdk import Sdk

CHECK = pytest.StashKey[bool]()
"""Whether files are to be linted."""

CHECKING = pytest.StashKey[Any]()
"""The linter of the session (`Checking`)."""

LIVE = pytest.StashKey[bool]()
"""Whether the doctor is to be asked."""

LIVE_ROWS = pytest.StashKey[list[dict[str, Any]]]()
"""What the doctor said, for the workers of xdist."""

CHOSEN = pytest.StashKey[list[str]]()
"""The node ids of live checks that the command line names."""

SDK = pytest.StashKey[Any]()
"""What wandb remembers in this process: an `Sdk`, made when it is first needed (`sdk_of`)."""

HAND = pytest.StashKey[Any]()
"""On an item, a module or the session: the hand (`Regilink`) that it was given."""

GUARD = pytest.StashKey[Any]()
"""On an item: its `Guard`."""


def sdk_of(config: pytest.Config) -> Sdk:
    """The one of the session."""
    if SDK not in config.stash:
        from pytest_regilink.sdk import Sdk

        config.stash[SDK] = Sdk()
    found: Sdk = config.stash[SDK]
    return found
