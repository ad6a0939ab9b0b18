"""The routes of whoever runs the tests: `/_regilink/…`. They are not W&B's, and no fault strikes them."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from regilink_doctor.emulator.faults import Fault, FaultError
from regilink_doctor.emulator.http import Request, Response
from regilink_doctor.emulator.recorder import LinkCall
from regilink_doctor.emulator.world_json import overview

if TYPE_CHECKING:
    from regilink_doctor.emulator.app import App

_TOLD = ("kind", "operation", "count", "share", "status", "seconds", "message", "executed")


class Admin:
    """Answers the admin requests of one app."""

    def __init__(self, app: App) -> None:
        self._app = app

    def handle(self, request: Request, parts: list[str]) -> Response:
        """Answer a request below `/_regilink`."""
        what = parts[0] if parts else ""
        if what == "reset" and request.method == "POST":
            self._app.reset()
            return Response.json({"ok": True})
        if what == "calls" and request.method == "POST":
            self._app.observe(LinkCall.from_json(request.body.read()))
            return Response.json({"ok": True})
        if what == "ledger":
            return Response.json([dataclasses.asdict(each) for each in self._app.world.ledger])
        if what == "world":
            with self._app.world.lock:
                return Response.json(overview(self._app.world))
        if what == "faults":
            return self._faults(request)
        return Response.json({"error": "not found"}, 404)

    def _faults(self, request: Request) -> Response:
        """POST adds one or a list, DELETE removes all; the answer is what there is then."""
        faults = self._app.faults
        if request.method == "POST":
            asked = json.load(request.body)
            try:
                made = [_fault(each) for each in (asked if isinstance(asked, list) else [asked])]
            except FaultError as error:
                return Response.json({"error": str(error)}, 400)
            for fault in made:
                faults.add(fault)
        elif request.method == "DELETE":
            faults.clear()
        return Response.json([dataclasses.asdict(each) for each in faults])


def _fault(asked: Any) -> Fault:
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
