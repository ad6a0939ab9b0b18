"""Automations (`Trigger` on the wire) and the integrations that they use."""

from __future__ import annotations

import json
from typing import Any

from regilink_doctor.emulator.resolvers.context import Connection, Context, field, page, rename_fields
from regilink_doctor.emulator.world import World, access, automations, search
from regilink_doctor.emulator.world.access import denied, not_found
from regilink_doctor.emulator.world.model import (
    Automation,
    Entity,
    Organization,
    Project,
    SlackChannel,
    User,
    Webhook,
)


@field("Trigger", "triggeringCondition")
def triggering_condition(source: Automation, context: Context) -> dict[str, Any]:
    """The filter of an event of artifacts is wrapped in a reply, and not in what is sent (`automations/events.py`)."""
    stored = source.filter if source.event in automations.RUN_EVENTS else json.dumps({"filter": source.filter})
    return {"kind": "FilterEventTriggeringCondition", "event_type": source.event, "filter": stored}


@field("Trigger", "triggeredAction")
def triggered_action(source: Automation, context: Context) -> dict[str, Any]:
    settings = source.settings
    if source.action == "NO_OP":
        return {"kind": "NoOpTriggeredAction", "no_op": bool(settings.get("no_op", True))}
    if source.action == "NOTIFICATION":
        return {
            "kind": "NotificationTriggeredAction",
            "integration": context.world.by_id(settings.get("integration_id"), SlackChannel),
            "title": settings.get("title"),
            "message": settings.get("message"),
            "severity": settings.get("severity"),
        }
    return {
        "kind": "GenericWebhookTriggeredAction",
        "integration": context.world.by_id(settings.get("integration_id"), Webhook),
        "request_payload": settings.get("request_payload"),
    }


rename_fields("Trigger", scope="scope")


@field("Project", "triggers")
def project_triggers(source: Project, context: Context) -> list[Automation]:
    return automations.automations_of(context.world, source)


@field("Entity", "triggers")
def entity_triggers(
    source: Entity,
    context: Context,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
    filters: str | None = None,
) -> Connection:
    listed = [item for item in automations.automations_of(context.world) if _owner(item) is source]
    return page(search.automations(listed, filters, order), first, after)


@field("Organization", "triggers")
def organization_triggers(
    source: Organization,
    context: Context,
    after: str | None = None,
    first: int | None = None,
    order: str | None = None,
    filters: str | None = None,
) -> Connection:
    listed = [item for item in automations.automations_of(context.world) if _owner(item).organization is source]
    return page(search.automations(listed, filters, order), first, after)


def _owner(automation: Automation) -> Entity:
    home = automations.project_of(automation.scope)
    return home.entity if isinstance(home, Project) else home


@field("User", "projects")
def user_projects(source: User, context: Context, first: int | None = None, after: str | None = None) -> Connection:
    projects = [item for entity in context.world.entities.values() for item in entity.projects.values()]
    projects.sort(key=lambda item: -item.number)
    return page([item for item in projects if context.sees(item)], first, after)


@field("Entity", "integrations")
def integrations(source: Entity, context: Context, first: int | None = None, after: str | None = None) -> Connection:
    world = context.world
    everything: list[Webhook | SlackChannel] = [*world.webhooks.values(), *world.slack_channels.values()]
    return page([item for item in everything if item.entity is source], first, after)


@field("Mutation", "createFilterTrigger")
def create_filter_trigger(world: World, context: Context, input: dict[str, Any]) -> dict[str, Automation]:
    return {"trigger": automations.create(world, context.need_user(), input)}


@field("Mutation", "updateFilterTrigger")
def update_filter_trigger(world: World, context: Context, input: dict[str, Any]) -> dict[str, Automation]:
    automation = _need(world, input["id"])
    automations.change(world, context.need_user(), automation, input)
    return {"trigger": automation}


@field("Mutation", "deleteTrigger")
def delete_trigger(world: World, context: Context, input: dict[str, Any]) -> dict[str, bool]:
    automations.delete(world, context.need_user(), _need(world, input["trigger_id"]))
    return {"success": True}


def _need(world: World, identifier: str) -> Automation:
    automation = world.by_id(identifier, Automation)
    if automation is None:
        raise not_found("trigger")
    return automation


@field("Mutation", "createGenericWebhookIntegration")
def create_webhook(world: World, context: Context, input: dict[str, Any]) -> dict[str, Webhook]:
    me = context.need_user()
    owner = world.find_entity(input["entity_name"])
    if owner is None or not access.sees_entity(me, owner):
        raise not_found(f"entity '{input['entity_name']}'")
    if owner.kind != "organization" and not access.writes_entity(me, owner):
        raise denied()
    return {"integration": world.make_webhook(owner, input["name"], input["url_endpoint"])}
