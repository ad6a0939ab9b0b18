"""Numbers and times that a world hands out.

W&B's ids are base64 of `Type:number`; the SDK decodes them (`apis/public/registries/_members.py`), so their inner
form is part of the protocol.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timezone


class Counter:
    """Numbers from 1 on. The caller holds the world's lock."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> int:
        self._last += 1
        return self._last


def encode(kind: str, number: int) -> str:
    """The id that GraphQL shows for number `number` of type `kind`."""
    return base64.b64encode(f"{kind}:{number}".encode("ascii")).decode("ascii")


def decode(text: str) -> tuple[str, int] | None:
    """The type and number of an id, or None when `text` is no such id."""
    try:
        kind, _, number = base64.b64decode(text, validate=True).decode("ascii").rpartition(":")
        return kind, int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def now() -> str:
    """The time as W&B writes it: UTC, ISO 8601, microseconds, `Z`."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
