"""What a request goes by, and what comes back instead of an answer when a fault strikes."""

from __future__ import annotations

from http import HTTPStatus

from regilink_doctor.core import wandb_messages
from regilink_doctor.core.records import replace
from regilink_doctor.emulator.faults import Fault
from regilink_doctor.emulator.http import Bytes, Manner, Response
from regilink_doctor.emulator.world.refusal import Refusal

PAGE = b"<!doctype html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>\n"

_MANNERS: dict[str, Manner] = {"truncate": "cut", "drop": "none", "stall": "never"}


def transfer(method: str, path: str) -> str:
    """Which of `faults.TRANSFERS` a request is, `other` for none of them."""
    parts = path.strip("/").split("/")
    if parts[0] == "graphql":
        return "graphql"
    if parts[0] == "files" and parts[-1] == "file_stream":
        return "file-stream"
    if parts[0] == "storage" and method == "PUT":
        return "upload"
    if parts[0] in ("storage", "artifacts", "artifactsV2", "files"):
        return "download"
    return "telemetry" if parts[0] == "sdk" else "other"


def refusal(fault: Fault) -> Refusal | None:
    """What the world says itself, in its own form and in its ledger: `refuse` and `quota`."""
    if fault.kind not in ("refuse", "quota"):
        return None
    wording = wandb_messages.find_message("permission-denied" if fault.kind == "refuse" else "storage-quota")
    status = fault.status or wording.status or fault.code
    return Refusal(
        fault.message or wandb_messages.fill_message(wording.key), status, None if fault.message else wording.failure
    )


def instead(fault: Fault) -> Response:
    """What comes back when nothing was carried out."""
    if fault.kind == "expired-key":
        return _error(wandb_messages.fill_message("api-key-invalid"), 401)
    said = refusal(fault)
    if said is not None:
        return _error(said.message, said.status)
    if fault.kind == "status":
        if fault.message:
            return _error(fault.message, fault.code)
        body = f"{fault.code} {_phrase(fault.code)}\n".encode()
        return Response(fault.code, Bytes(body), {"Content-Type": "text/plain"})
    return Response.json({})


def spoil(response: Response, fault: Fault) -> Response:
    """The response as the fault leaves it."""
    if fault.kind == "garbage":
        return Response(200, Bytes(PAGE), {"Content-Type": "text/html; charset=utf-8"})
    late = fault.wait if fault.kind == "delay" else 0.0
    return replace(response, manner=_MANNERS.get(fault.kind, "whole"), late=late)


def _error(message: str, status: int) -> Response:
    return Response.json({"errors": [{"message": message}], "error": message}, status)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
