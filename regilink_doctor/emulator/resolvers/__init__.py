"""GraphQL <-> world, one module per area. Importing the package fills `RESOLVERS`."""

from __future__ import annotations

from regilink_doctor.emulator.resolvers import (
    artifacts,
    automations,
    collections,
    files,
    organizations,
    projects,
    registries,
    runs,
    users,
)
from regilink_doctor.emulator.resolvers.context import RESOLVERS
from regilink_doctor.emulator.world.model import Collection, Entity, Project, Run, SlackChannel, User, Webhook


def type_name(value: object) -> str:
    """The object type of a value of an interface or union."""
    if isinstance(value, Collection):
        return "ArtifactSequence" if value.kind == "SEQUENCE" else "ArtifactPortfolio"
    if isinstance(value, Run):
        return "Run"
    if isinstance(value, dict):
        return str(value["kind"])
    named = {
        User: "User",
        Project: "Project",
        Entity: "Entity",
        Webhook: "GenericWebhookIntegration",
        SlackChannel: "SlackIntegration",
    }
    if type(value) in named:
        return named[type(value)]
    raise TypeError(f"no GraphQL type for {type(value).__name__}")


AREAS = (
    artifacts,
    automations,
    collections,
    files,
    organizations,
    projects,
    registries,
    runs,
    users,
)

__all__ = ["AREAS", "RESOLVERS", "type_name"]
