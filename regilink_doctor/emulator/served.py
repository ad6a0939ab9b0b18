"""What the emulator serves at the moment: a world, the bytes that were uploaded, and faults."""

from __future__ import annotations

import base64
import binascii
from threading import Lock

from regilink_doctor.core import wandb_messages
from regilink_doctor.emulator.blobs import BlobStore
from regilink_doctor.emulator.faults import Faults
from regilink_doctor.emulator.http import Request, Response
from regilink_doctor.emulator.world import World
from regilink_doctor.emulator.world.model import User


class Served:
    """One world at a time, which `reset` replaces."""

    def __init__(self, world: World | None = None, blobs: BlobStore | None = None) -> None:
        self.world = world or World.default()
        self.blobs = blobs or BlobStore()
        self.faults = Faults()
        self._resetting = Lock()

    def reset(self, world: World | None = None) -> None:
        """Start again with `world` (the default one), an empty ledger, no stored bytes and no faults."""
        with self._resetting:
            self.world = world or World.default()
            self.blobs.clear()
            self.faults.clear()

    def authenticate(self, request: Request) -> tuple[User | None, bool]:
        """Whose key the request carries, and whether it carries one at all."""
        header = request.headers.get("authorization", "")
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
    return Response.json({"errors": [{"message": message}], "error": message}, 401)
