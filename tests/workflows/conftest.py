"""One emulator for all tests of the folder; each test resets its world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from regilink_doctor.emulator import Emulator


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    pytest.importorskip("graphql")
    with Emulator() as running:
        yield running
