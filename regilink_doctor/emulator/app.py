"""The emulated server without a transport: one request in, one response out."""

from __future__ import annotations

import base64
import binascii
import json
from threading import Lock, Thread

from regilink_doctor.core import wandb_messages
from regilink_doctor.emulator import fault_effects, recorded_calls
from regilink_doctor.emulator.admin import Admin
from regilink_doctor.emulator.blobs import BlobStore
from regilink_doctor.emulator.call import Call
from regilink_doctor.emulator.faults import Fault, Faults
from regilink_doctor.emulator.http import Request, Response
from regilink_doctor.emulator.recorder import CORE, LinkCall
from regilink_doctor.emulator.storage import Storage
from regilink_doctor.emulator.world import World, access
from regilink_doctor.emulator.world.people import User
from regilink_doctor.emulator.world.refusal import Refusal


class App:
    """Answers for one world at a time."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World.default()
        self.blobs = BlobStore()
        self.faults = Faults()
        self.storage = Storage(self)
        self.admin = Admin(self)
        self._reset = Lock()
        self._loading: Thread | None = None

    def reset(self, world: World | None = None) -> None:
        """Start again with `world` (the default one), an empty ledger, no stored bytes and no faults."""
        with self._reset:
            self.world = world or World.default()
            self.blobs.clear()
            self.faults.clear()

    def close(self) -> None:
        """Let go of the stored bytes."""
        self.blobs.clear()
        if self._loading is not None:
            self._loading.join()

    def prepare(self) -> None:
        """Load, while others wait for something else, what the first question needs. Does nothing the second time."""
        if self._loading is None:
            self._loading = Thread(target=self._load, name="regilink-prepare", daemon=True)
            self._loading.start()

    def _load(self) -> None:
        from regilink_doctor.emulator import execution

        execution.schema_of(self.world)

    def observe(self, call: LinkCall) -> None:
        """Take what `recorder` saw of a call: its text, and what the SDK itself refused."""
        if call.call == CORE:
            if not call.ended:
                self.prepare()
            return
        with self.world.lock:
            recorded_calls.observe(self.world, call)

    def handle(self, request: Request) -> Response:
        """Answer one request, or let it meet its fault. Never raises for what the request holds."""
        parts = request.path.strip("/").split("/")
        try:
            if parts[0] == "_regilink":
                return self.admin.handle(request, parts[1:])
            call = Call.read(request.body) if parts[0] == "graphql" and request.method == "POST" else None
            fault = self._strike(request, call) if self.faults else None
            if fault is None:
                return self._answer(request, parts, call)
            if fault.is_executed or (call is not None and fault_effects.refusal(fault) is not None):
                return fault_effects.spoil(self._answer(request, parts, call, fault_effects.refusal(fault)), fault)
            return fault_effects.spoil(fault_effects.instead(fault), fault)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            return Response.json({"error": f"bad request: {type(error).__name__}: {error}"}, 400)

    def slowness(self, method: str, path: str) -> float:
        """How many seconds the body of a request takes to arrive."""
        return self.faults.slowness({fault_effects.transfer(method, path)}) if self.faults else 0.0

    def _strike(self, request: Request, call: Call | None) -> Fault | None:
        names = {fault_effects.transfer(request.method, request.path)}
        if call is not None:
            from regilink_doctor.emulator import documents

            names |= documents.names(call)
        return self.faults.strike(names, keyed="authorization" in request.headers)

    def _answer(
        self, request: Request, parts: list[str], call: Call | None, refusal: Refusal | None = None
    ) -> Response:
        if call is not None:
            return self._graphql(request, call, refusal)
        if parts[0] == "files" and parts[-1] == "file_stream" and len(parts) >= 5:
            return self._file_stream(request, parts[1], parts[2], parts[3])
        if parts[0] in ("storage", "artifacts", "artifactsV2", "files"):
            return self.storage.handle(request, parts)
        if parts[0] == "sdk":
            return Response.json({})
        if parts[0] in ("", "healthz", "ready"):
            return Response.json({"regilink": "emulator"})
        return Response.json({"error": "not found"}, 404)

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

    def refuse_key(self) -> Response:
        """W&B's answer to a key that it does not know (row C18)."""
        message = wandb_messages.fill_message("api-key-invalid")
        return Response.json({"errors": [{"message": message}], "error": message}, 401)

    def _graphql(self, request: Request, call: Call, refusal: Refusal | None) -> Response:
        # graphql-core takes longer to load than all the rest: it comes with the first question.
        from regilink_doctor.emulator import execution
        from regilink_doctor.emulator.resolvers.context import Context

        user, carried = self.authenticate(request)
        if carried and user is None:
            return self.refuse_key()
        answer = execution.run(call, Context(self.world, user, self.blobs, request.base_url, refusal))
        return Response.json(answer.value, answer.status)

    def _file_stream(self, request: Request, entity: str, project: str, name: str) -> Response:
        user, _ = self.authenticate(request)
        if user is None:
            return self.refuse_key()
        message = json.load(request.body)
        with self.world.lock:
            run = self.world.find_run(entity, project, name)
            if run is None:
                return Response.json({"error": f"run {entity}/{project}/{name} not found"}, 404)
            if not access.writes_project(user, run.project):
                return Response.json({"error": wandb_messages.fill_message("permission-denied")}, 403)
            run.stream(message)
            return Response.json({"exitcode": run.exit_code, "limits": {}, "stopped": run.stopped})
