"""Faults: which requests fail, and how. Nothing here is random: the same run has the same faults."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock

from regilink_doctor.core import wandb_messages
from regilink_doctor.core.records import replace
from regilink_doctor.core.text import did_you_mean
from regilink_doctor.emulator.http import Bytes, Manner, Response
from regilink_doctor.emulator.world.access import Refusal

KINDS = {
    "refuse": "W&B says no: an error of GraphQL, or of storage, that the SDK does not try again",
    "status": "this HTTP status instead of an answer",
    "delay": "the answer comes this many seconds later",
    "truncate": "the connection ends in the middle of the body",
    "garbage": "a web page instead of the answer, with status 200",
    "drop": "the connection ends without a byte of an answer",
    "stall": "no answer, ever; the connection stays open",
    "expired-key": "the key is no longer valid",
    "quota": "no room is left",
    "slow-upload": "an upload takes this many seconds",
}

TRANSFERS = ("upload", "download", "file-stream", "telemetry", "graphql")
"""What an operation may be besides one of GraphQL."""

_DAY = 86_400
_STATUS = {"refuse": 403, "status": 503, "expired-key": 401, "quota": 403}
_SECONDS = {"delay": 1.0, "slow-upload": 2.0}
_EXECUTED = {"delay": True, "truncate": True, "garbage": False, "drop": False, "stall": False, "status": False}
"""Whether the request is still carried out, where that can be chosen."""


class FaultError(ValueError):
    """There is no such fault; the message lists those that exist."""


@dataclass(eq=False, slots=True)
class Fault:
    """A rule by which requests go wrong, and how many have.

    Args:
        kind: one of `KINDS`.
        operation: an operation of GraphQL, by its name (`LinkArtifact`) or by what it asks for (`linkArtifact`, the
            same in every version of wandb), in any case; or one of `TRANSFERS`. Every request when None.
        count: only the first ones, up to this number.
        share: only this share of them: 0.25 is every fourth, starting with the fourth.
        status: of `refuse`, `status` and `quota`.
        seconds: of `delay` and `slow-upload`.
        message: W&B's words, of `refuse`, `status` and `quota`.
        executed: whether the server does what was asked before the answer goes wrong. By default it does for
            `delay` and `truncate`, and not for `drop`, `stall`, `garbage` and `status`.
    """

    kind: str
    operation: str | None = None
    count: int | None = None
    share: float | None = None
    status: int | None = None
    seconds: float | None = None
    message: str | None = None
    executed: bool | None = None
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        self.kind = self.kind.replace("_", "-")
        if self.kind not in KINDS:
            hint = did_you_mean(self.kind, KINDS) or f"; there are: {', '.join(KINDS)}"
            raise FaultError(f"no kind of fault is called {self.kind!r}{hint}")
        for name, value, known in (
            ("status", self.status, _STATUS),
            ("message", self.message, {**_STATUS, "expired-key": None}),
            ("seconds", self.seconds, _SECONDS),
            ("executed", self.executed, _EXECUTED),
        ):
            if value is not None and self.kind not in known:
                raise FaultError(f"{name} means nothing for {self.kind!r}, only for: {', '.join(known)}")
        if self.count is not None and self.count < 1:
            raise FaultError(f"count is {self.count}: it must be at least 1, the number of requests that fail")
        if self.share is not None and not 0 < self.share <= 1:
            raise FaultError(f"share is {self.share}: it must be more than 0 and at most 1")
        if self.status is not None and not 400 <= self.status <= 599:
            raise FaultError(f"status is {self.status}: it must be an error, from 400 to 599")
        if self.seconds is not None and not 0 <= self.seconds <= _DAY:
            raise FaultError(f"seconds is {self.seconds}: it must be from 0 to {_DAY} (a day)")
        if self.operation is None and self.kind in ("quota", "slow-upload"):
            self.operation = "upload"
        if self.kind == "slow-upload" and self.operation not in TRANSFERS:
            raise FaultError(f"while a body arrives only its kind is known: operation is one of {', '.join(TRANSFERS)}")

    @property
    def code(self) -> int:
        """The HTTP status."""
        return self.status or _STATUS.get(self.kind, 200)

    @property
    def wait(self) -> float:
        """How many seconds something takes."""
        return _SECONDS.get(self.kind, 0.0) if self.seconds is None else self.seconds

    @property
    def is_executed(self) -> bool:
        """Whether the server does what was asked."""
        return _EXECUTED.get(self.kind, False) if self.executed is None else self.executed

    def concerns_request(self, names: Collection[str]) -> bool:
        """Whether a request that goes by these names, in lower case, is meant."""
        return self.operation is None or self.operation.casefold() in names

    def count_request(self) -> bool:
        """Count a request that is meant; whether it goes wrong."""
        self.seen += 1
        if self.count is not None and self.hits >= self.count:
            return False
        if self.share is not None:
            from fractions import Fraction

            share = Fraction(self.share).limit_denominator(1000)
            if int(share * self.seen) == int(share * (self.seen - 1)):
                return False
        self.hits += 1
        return True


class Faults:
    """The faults of one emulator, oldest first. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter(tuple(self._faults))

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add_fault(self, fault: Fault) -> Fault:
        """Let requests go wrong from now on."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let no request go wrong any more."""
        with self._lock:
            self._faults.clear()

    def find_fault(self, names: Collection[str], *, keyed: bool = True) -> Fault | None:
        """The fault that a request meets: the first whose turn it is.

        `keyed`: whether the request has a key: only a key can have expired.
        """
        with self._lock:
            for fault in self._faults:
                if fault.kind == "slow-upload" or (fault.kind == "expired-key" and not keyed):
                    continue
                if fault.concerns_request(names) and fault.count_request():
                    return fault
        return None

    def find_body_delay(self, names: Collection[str]) -> float:
        """How many seconds the body of a request takes to arrive."""
        with self._lock:
            return sum(
                fault.wait
                for fault in self._faults
                if fault.kind == "slow-upload" and fault.concerns_request(names) and fault.count_request()
            )


PAGE = b"<!doctype html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>\n"

_MANNERS: dict[str, Manner] = {"truncate": "cut", "drop": "none", "stall": "never"}


def name_transfer(method: str, path: str) -> str:
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


def make_refusal(fault: Fault) -> Refusal | None:
    """What the world says itself, in its own form and in its ledger: `refuse` and `quota`."""
    if fault.kind not in ("refuse", "quota"):
        return None
    wandb_message = wandb_messages.find_message("permission-denied" if fault.kind == "refuse" else "storage-quota")
    status = fault.status or wandb_message.status or fault.code
    return Refusal(
        fault.message or wandb_messages.fill_message(wandb_message.key),
        status,
        None if fault.message else wandb_message.failure,
    )


def make_answer(fault: Fault) -> Response:
    """What comes back when nothing was carried out."""
    if fault.kind == "expired-key":
        return _make_error(wandb_messages.fill_message("api-key-invalid"), 401)
    said = make_refusal(fault)
    if said is not None:
        return _make_error(said.message, said.status)
    if fault.kind == "status":
        if fault.message:
            return _make_error(fault.message, fault.code)
        body = f"{fault.code} {_name_status(fault.code)}\n".encode()
        return Response(fault.code, Bytes(body), {"Content-Type": "text/plain"})
    return Response.from_json({})


def spoil_response(response: Response, fault: Fault) -> Response:
    """The response as the fault leaves it."""
    if fault.kind == "garbage":
        return Response(200, Bytes(PAGE), {"Content-Type": "text/html; charset=utf-8"})
    late = fault.wait if fault.kind == "delay" else 0.0
    return replace(response, manner=_MANNERS.get(fault.kind, "whole"), late=late)


def _make_error(message: str, status: int) -> Response:
    return Response.from_json({"errors": [{"message": message}], "error": message}, status)


def _name_status(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
