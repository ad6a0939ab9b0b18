"""The emulated server's contents as plain objects: no GraphQL and no HTTP in here."""

from regilink_doctor.emulator.world.access import Refusal
from regilink_doctor.emulator.world.world import World

__all__ = ["Refusal", "World"]
