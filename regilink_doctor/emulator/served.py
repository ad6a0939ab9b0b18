"""What the emulator serves at the moment: a world, the bytes that were uploaded, and faults."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from threading import Lock

from regilink_doctor.core import wandb_messages
from regilink_doctor.emulator.blobs import BlobStore
from regilink_doctor.emulator.faults import Faults
from regilink_doctor.emulator.http import Response
from regilink_doctor.emulator.world import World
from regilink_doctor.emulator.world.model import User


class Served:
    """One world at a time, which `reset` replaces."""

    def __init__(self, world: World | None, blobs: BlobStore) -> None:
        self.world = world or World.default()
        self.blobs = blobs
        self.faults = Faults()
        self.after_reset: list[Callable[[], None]] = []
        self._resetting = Lock()

    def reset(self, world: World | None = None) -> None:
        """Start again with `world` (the default one), an empty ledger, no stored bytes and no faults."""
        with self._resetting:
            self.world = world or World.default()
            self.blobs.drop_blobs()
            self.faults.clear()
        for action in self.after_reset:
            action()

    def find_user(self, headers: Mapping[str, str]) -> tuple[User | None, bool]:
        """Whose key a request with these headers carries, and whether it carries one at all."""
        header = headers.get("authorization", "")
        scheme, _, value = header.partition(" ")
        if scheme.lower() != "basic" or not value:
            return None, bool(header)
        try:
            _, _, key = base64.b64decode(value).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None, True
        return self.world.user_of_key(key), bool(key)


def refuse_key() -> Response:
    """W&B's answer to a key that it does not know (failure C18)."""
    message = wandb_messages.fill_message("api-key-invalid")
    return Response.from_json({"errors": [{"message": message}], "error": message}, 401)
