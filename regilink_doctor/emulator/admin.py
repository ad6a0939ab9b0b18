"""The routes for tests: `/_regilink/…`. They are not W&B's, and no fault affects them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence, ValuesView
from itertools import islice
from typing import Any, TypeVar

from regilink_doctor.core.records import replace
from regilink_doctor.core.text import mask_secrets, show_value
from regilink_doctor.emulator.faults import Fault, FaultError
from regilink_doctor.emulator.http import Bytes, Request, Response
from regilink_doctor.emulator.recorder import LinkCall
from regilink_doctor.emulator.storage import Served
from regilink_doctor.emulator.world.model import Collection, Membership, Project
from regilink_doctor.emulator.world.state import State

T = TypeVar("T")


MOST = 200
"""Entries of a list of the world, unless the request asks for another number."""


def describe_world(state: State, limit: int = MOST) -> dict[str, Any]:
    """Who and what there is. No key is in it.

    Of a project's runs and collections and of a collection's versions the newest `limit` are listed; beside each list
    is the number of all.
    """
    return {
        "server_version": ".".join(map(str, state.server_version)) if state.server_version else None,
        "features": sorted(state.features),
        "organizations": [
            {
                "name": item.name,
                "entity": item.entity.name,
                "members": dict(item.members),
                "teams": sorted(item.teams),
            }
            for item in state.organizations.values()
        ],
        "users": [
            {
                "username": item.username,
                "default_entity": item.default_entity,
                "service_account": item.is_service_account,
            }
            for item in state.users.values()
        ],
        "projects": [
            _describe_project(item, limit) for entity in state.entities.values() for item in entity.projects.values()
        ],
    }


def _describe_project(project: Project, limit: int) -> dict[str, Any]:
    return {
        "entity": project.entity.name,
        "name": project.name,
        "registry": project.is_registry,
        "assumed": project.assumed,
        "types": None if project.allow_all_types else sorted(project.types),
        "run_count": len(project.runs),
        "runs": [
            {"id": item.name, "state": item.state, "user": item.user.username if item.user else None}
            for item in _take_newest(project.runs.values(), limit)
        ],
        "collection_count": len(project.collections),
        "collections": [
            _describe_collection(item, limit) for item in _take_newest(project.collections.values(), limit)
        ],
    }


def _describe_collection(collection: Collection, limit: int) -> dict[str, Any]:
    versions = collection.memberships
    return {
        "name": collection.name,
        "kind": collection.kind,
        "type": collection.type,
        "assumed": collection.assumed,
        "version_count": len(versions),
        # Outlines: to describe a version must not create it.
        "versions": [_describe_version(versions.outline(index)) for index in _take_newest(versions.indexes(), limit)],
    }


def _describe_version(version: Membership) -> dict[str, Any]:
    return {
        "version": version.version,
        "aliases": version.aliases,
        "digest": version.artifact.digest,
        "source": version.artifact.source_name,
    }


def _take_newest(items: Sequence[T] | ValuesView[T], limit: int) -> list[T]:
    """The last `limit` items, in their order."""
    return list(islice(items, max(0, len(items) - limit), None))


_TOLD = ("kind", "operation", "count", "share", "status", "seconds", "message", "executed")


class Admin:
    """Answers the admin requests of one server."""

    def __init__(self, served: Served, observe: Callable[[LinkCall], None]) -> None:
        self._served = served
        self._observe = observe

    def answer_request(self, request: Request, parts: list[str]) -> Response:
        """Answer a request below `/_regilink`, without keys: a target path may have one."""
        response = self._answer(request, parts)
        content = mask_secrets(response.read_content().decode())
        return replace(response, body=Bytes(content.encode()))

    def _answer(self, request: Request, parts: list[str]) -> Response:
        what = parts[0] if parts else ""
        if what == "reset" and request.method == "POST":
            try:
                self._served.reset()
            except ValueError as error:
                return Response.from_json({"error": str(error)}, 409)
            return Response.from_json({"ok": True})
        if what == "calls" and request.method == "POST":
            if request.query.get("world") in (None, self._served.world.token):
                self._observe(LinkCall.from_json(request.body.read()))
            return Response.from_json({"ok": True})
        if what == "ledger":
            return Response.from_json([dataclasses.asdict(item) for item in self._served.world.ledger])
        if what == "triggered":
            return Response.from_json([dataclasses.asdict(item) for item in self._served.world.ledger.triggered])
        if what == "world":
            limit = request.query.get("limit", str(MOST))
            if not limit.isdecimal():
                return Response.from_json({"error": f"limit is not a number: {limit}"}, 400)
            with self._served.world.lock:
                return Response.from_json(describe_world(self._served.world, int(limit)))
        if what == "faults":
            return self._handle_faults(request)
        return Response.from_json({"error": "not found"}, 404)

    def _handle_faults(self, request: Request) -> Response:
        """POST adds one or a list, DELETE removes all; the answer is what there is then."""
        faults = self._served.faults
        if request.method == "POST":
            asked = json.load(request.body)
            try:
                injected = [_read_fault(item) for item in (asked if isinstance(asked, list) else [asked])]
            except FaultError as error:
                return Response.from_json({"error": str(error)}, 400)
            for fault in injected:
                faults.add_fault(fault)
        elif request.method == "DELETE":
            faults.clear()
        return Response.from_json([dataclasses.asdict(item) for item in faults])


def _read_fault(asked: Any) -> Fault:
    if not isinstance(asked, dict) or "kind" not in asked:
        raise FaultError(f'a fault is an object with a "kind", and any of: {", ".join(_TOLD[1:])}')
    unknown = sorted(asked.keys() - set(_TOLD))
    if unknown:
        raise FaultError(f"a fault has no {', '.join(unknown)}; it has: {', '.join(_TOLD)}")
    types = {"kind": str, "operation": str, "message": str, "executed": bool, "count": int, "status": int}
    for name, value in asked.items():
        wanted: Any = types.get(name, (int, float))
        if value is not None and (not isinstance(value, wanted) or (isinstance(value, bool) != (wanted is bool))):
            raise FaultError(f"{name} is {show_value(value)}, which is of the wrong type")
    from regilink_doctor.emulator.execution import check_operation

    check_operation(asked.get("operation"))
    return Fault(**asked)
