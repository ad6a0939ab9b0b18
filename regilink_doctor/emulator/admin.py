"""The routes for tests: `/_regilink/…`. They are not W&B's, and no fault affects them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from regilink_doctor.emulator.faults import Fault, FaultError
from regilink_doctor.emulator.http import Request, Response
from regilink_doctor.emulator.recorder import LinkCall
from regilink_doctor.emulator.served import Served
from regilink_doctor.emulator.world.model import Collection, Project
from regilink_doctor.emulator.world.state import State


def describe_world(state: State) -> dict[str, Any]:
    """Who and what there is. No key is in it."""
    return {
        "server_version": ".".join(map(str, state.server_version)) if state.server_version else None,
        "features": sorted(state.features),
        "organizations": [
            {
                "name": each.name,
                "entity": each.entity.name,
                "members": dict(each.members),
                "teams": sorted(each.teams),
            }
            for each in state.organizations.values()
        ],
        "users": [
            {
                "username": each.username,
                "default_entity": each.default_entity,
                "service_account": each.is_service_account,
            }
            for each in state.users.values()
        ],
        "projects": [
            _describe_project(each) for entity in state.entities.values() for each in entity.projects.values()
        ],
    }


def _describe_project(project: Project) -> dict[str, Any]:
    return {
        "entity": project.entity.name,
        "name": project.name,
        "registry": project.is_registry,
        "assumed": project.assumed,
        "types": None if project.allow_all_types else sorted(project.types),
        "runs": [
            {"id": each.name, "state": each.state, "user": each.user.username if each.user else None}
            for each in project.runs.values()
        ],
        "collections": [_describe_collection(each) for each in project.collections.values()],
    }


def _describe_collection(collection: Collection) -> dict[str, Any]:
    return {
        "name": collection.name,
        "kind": collection.kind,
        "type": collection.type,
        "assumed": collection.assumed,
        "versions": [
            {
                "version": each.version,
                "aliases": [alias.alias for alias in each.aliases],
                "digest": each.artifact.digest,
                "source": each.artifact.source_name,
            }
            for each in collection.memberships
        ],
    }


_TOLD = ("kind", "operation", "count", "share", "status", "seconds", "message", "executed")


class Admin:
    """Answers the admin requests of one server."""

    def __init__(self, served: Served, observe: Callable[[LinkCall], None]) -> None:
        self._served = served
        self._observe = observe

    def answer_request(self, request: Request, parts: list[str]) -> Response:
        """Answer a request below `/_regilink`."""
        what = parts[0] if parts else ""
        if what == "reset" and request.method == "POST":
            self._served.reset()
            return Response.from_json({"ok": True})
        if what == "calls" and request.method == "POST":
            if request.query.get("world") in (None, self._served.world.token):
                self._observe(LinkCall.from_json(request.body.read()))
            return Response.from_json({"ok": True})
        if what == "ledger":
            return Response.from_json([dataclasses.asdict(each) for each in self._served.world.ledger])
        if what == "triggered":
            return Response.from_json([dataclasses.asdict(each) for each in self._served.world.ledger.triggered])
        if what == "world":
            with self._served.world.lock:
                return Response.from_json(describe_world(self._served.world))
        if what == "faults":
            return self._handle_faults(request)
        return Response.from_json({"error": "not found"}, 404)

    def _handle_faults(self, request: Request) -> Response:
        """POST adds one or a list, DELETE removes all; the answer is what there is then."""
        faults = self._served.faults
        if request.method == "POST":
            asked = json.load(request.body)
            try:
                made = [_read_fault(each) for each in (asked if isinstance(asked, list) else [asked])]
            except FaultError as error:
                return Response.from_json({"error": str(error)}, 400)
            for fault in made:
                faults.add_fault(fault)
        elif request.method == "DELETE":
            faults.clear()
        return Response.from_json([dataclasses.asdict(each) for each in faults])


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
            raise FaultError(f"{name} is {value!r}, which is of the wrong type")
    return Fault(**asked)
