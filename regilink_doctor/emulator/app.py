"""The emulated server without a transport: one request in, one response out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from threading import Thread

from regilink_doctor.core import wandb_messages
from regilink_doctor.core.ledger import UnsentRun
from regilink_doctor.core.text import clean_message
from regilink_doctor.emulator import faults, recorded_calls
from regilink_doctor.emulator.admin import Admin
from regilink_doctor.emulator.environ import Workspace
from regilink_doctor.emulator.faults import Fault, Faults
from regilink_doctor.emulator.http import Call, Request, Response, split_path
from regilink_doctor.emulator.ledger import ServedRequest
from regilink_doctor.emulator.recorder import CORE, RUN, SERVER, UNSENT_RUN, LinkCall
from regilink_doctor.emulator.storage import BlobStore, Served, Storage, refuse_key
from regilink_doctor.emulator.world import World, access, automations
from regilink_doctor.emulator.world.access import Refusal


class App:
    """Answers for one world at a time."""

    def __init__(self, world: World | Callable[[], World] | None = None, workspace: Workspace | None = None) -> None:
        self._served = Served(world, BlobStore(workspace=workspace))
        self._storage = Storage(self._served)
        self._admin = Admin(self._served, self.record_call)
        self._loading: Thread | None = None

    @property
    def world(self) -> World:
        """What is on the server now."""
        return self._served.world

    @property
    def blobs(self) -> BlobStore:
        """The bytes that were uploaded."""
        return self._served.blobs

    @property
    def faults(self) -> Faults:
        """Which requests fail now."""
        return self._served.faults

    def after_reset(self, action: Callable[[], None]) -> None:
        """Call this after each reset."""
        self._served.after_reset.append(action)

    def is_logged_in(self, headers: Mapping[str, str]) -> bool:
        """Whether a request with these headers carries the key of a user."""
        return self._served.find_user(headers)[0] is not None

    def reset(self, world: World | None = None) -> None:
        """Start again with `world` (the one of the start), an empty ledger, no stored bytes and no faults."""
        self._served.reset(world)

    def close(self) -> None:
        """Let go of the stored bytes."""
        self.blobs.drop_blobs()
        if self._loading is not None:
            self._loading.join()

    def load_graphql(self) -> None:
        """Load in a thread what the first GraphQL request needs. Does nothing the second time."""
        if self._loading is None:
            self._loading = Thread(target=self._load_schema, name="regilink-prepare", daemon=True)
            self._loading.start()

    def _load_schema(self) -> None:
        from regilink_doctor.emulator import execution

        execution.schema_of(self.world)

    def record_call(self, call: LinkCall) -> None:
        """Take what `recorder` saw of a call: its string, and what the SDK itself refused."""
        if call.call == SERVER:
            self.world.ledger.add_server(call.host or "")
            return
        if call.call == UNSENT_RUN:
            self.world.ledger.add(UnsentRun(call.mode, call.place))
            return
        if call.call in (CORE, RUN):
            if not call.ended:
                self.load_graphql()
            return
        with self.world.lock:
            recorded_calls.record_call(self.world, call)

    def answer_request(self, request: Request) -> Response:
        """Answer one request, or apply its fault. Never raises for what the request holds."""
        parts = split_path(request.path)
        call = None
        fields: tuple[str, ...] = ()
        operation = None
        try:
            if parts[0] == "_regilink":
                return self._admin.answer_request(request, parts[1:])
            if parts[0] == "graphql" and request.method == "POST":
                from regilink_doctor.emulator import execution

                call = Call.read_body(request.body)
                operation, fields = execution.read_operation(call)
            response = self._answer_or_fail(request, parts, call)
        except OSError as error:
            response = Response.for_error(error)
        except Exception as error:  # 4xx also where the mistake is regilink's: after a 5xx the SDK tries for a week
            reason = clean_message(f"{type(error).__name__}: {error}")
            response = Response.from_json({"error": f"bad request: {reason}"}, 400)
        user, _ = self._served.find_user(request.headers)
        entry = ServedRequest(
            method=request.method,
            path=request.path,
            status=response.status,
            user=user.username if user is not None else None,
            operation=operation,
            fields=fields,
            variables=call.variables if call is not None else None,
        )
        self.world.ledger.add_request(entry)
        return response

    def _answer_or_fail(self, request: Request, parts: list[str], call: Call | None) -> Response:
        fault = self._find_fault(request, call) if self.faults else None
        if fault is None:
            return self._answer_request(request, parts, call)
        refusal = faults.make_refusal(fault)
        if fault.is_executed or (call is not None and refusal is not None):
            return faults.spoil_response(self._answer_request(request, parts, call, refusal), fault)
        return faults.spoil_response(faults.make_answer(fault), fault)

    def find_body_delay(self, method: str, path: str) -> float:
        """How many seconds the body of a request takes to arrive."""
        return self.faults.find_body_delay({faults.name_transfer(method, path)}) if self.faults else 0.0

    def _find_fault(self, request: Request, call: Call | None) -> Fault | None:
        names = {faults.name_transfer(request.method, request.path)}
        if call is not None:
            from regilink_doctor.emulator import execution

            names |= execution.collect_names(call)
        return self.faults.find_fault(names, keyed="authorization" in request.headers)

    def _answer_request(
        self, request: Request, parts: list[str], call: Call | None, refusal: Refusal | None = None
    ) -> Response:
        if call is not None:
            return self._answer_graphql(request, call, refusal)
        if parts[0] == "files" and parts[-1] == "file_stream" and len(parts) >= 5:
            return self._file_stream(request, parts[1], parts[2], parts[3])
        if parts[0] in ("storage", "artifacts", "artifactsV2", "files"):
            return self._storage.answer_request(request, parts)
        if parts[0] == "sdk":
            return Response.from_json({})
        if request.wants_page:
            from regilink_doctor.emulator import page

            return page.answer_page(request, self.world, self.faults)
        if parts[0] in ("", "healthz", "ready"):
            return Response.from_json({"regilink": "emulator"})
        self.world.ledger.add_unsupported(f"{request.method} {request.path}")
        return Response.from_json({"error": "not found"}, 404)

    def _answer_graphql(self, request: Request, call: Call, refusal: Refusal | None) -> Response:
        # graphql-core takes longer to load than all the rest: it comes with the first question.
        from regilink_doctor.emulator import execution
        from regilink_doctor.emulator.resolvers.context import Context

        user, carried = self._served.find_user(request.headers)
        if carried and user is None:
            return refuse_key()
        operation, _ = execution.read_operation(call)
        context = Context(self.world, user, self.blobs, request.base_url, refusal, operation)
        answer = execution.execute_operation(call, context)
        return Response.from_json(answer.value, answer.status)

    def _file_stream(self, request: Request, entity: str, project: str, name: str) -> Response:
        user, _ = self._served.find_user(request.headers)
        if user is None:
            return refuse_key()
        message = json.load(request.body)
        with self.world.lock:
            run = self.world.find_run(entity, project, name)
            if run is None:
                return Response.from_json({"error": f"run {entity}/{project}/{name} not found"}, 404)
            if not access.writes_project(user, run.project):
                return Response.from_json({"error": wandb_messages.fill_message("permission-denied")}, 403)
            state, lines = run.state, len(run.history)
            run.stream(message, request.headers.get("x-wandb-async-client-id"))
            rows = run.history_rows()[lines - len(run.history) :] if len(run.history) > lines else []
            automations.notify_run(self.world, run, state_changed=run.state != state, metrics=rows)
            return Response.from_json({"exitcode": run.exit_code, "limits": {}, "stopped": run.stopped})
