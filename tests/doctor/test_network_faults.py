"""What networks and servers do wrong, each on real sockets: the doctor names it by its code, in time, and stops there.

Servers are our own, on loopback; what no loopback can do (a way that does not exist, a clock that is wrong) is told to
the sockets.
"""

from __future__ import annotations

import errno
import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tables import sample

from regilink_doctor.client import gateway
from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.workflows.diagnose import diagnose

sys.path.insert(0, str(Path(__file__).parents[1] / "client"))
from test_gateway import PAGE, drips, hangs, resets, says, server
from test_tls import certificate
from test_tls import server as tls_server

KEY = "5ec4e7" * 7
TIMEOUT = 0.6
ME = {"id": "1", "username": "alice", "entity": "team-a", "teams": {"edges": []}, "organizations": []}
GOOD = json.dumps({"data": {"viewer": ME, "serverInfo": {"features": []}}})
Stage = Callable[[ExitStack, Path, pytest.MonkeyPatch], dict[str, str]]


def serving(handler: object) -> Stage:
    """A server that does this with every request."""
    return lambda stack, *_: {"WANDB_BASE_URL": stack.enter_context(server(handler))[0]}  # type: ignore[arg-type]


def at(url: str, **more: str) -> Stage:
    return lambda *_: {"WANDB_BASE_URL": url, **more}


def certified(trusted: bool = True, go_trusts: bool = True, **how: str) -> Stage:
    """A server with a certificate that is wrong in one way; who trusts its authority."""

    def stage(stack: ExitStack, folder: Path, _: pytest.MonkeyPatch) -> dict[str, str]:
        made = certificate(folder, **how)
        other = folder / "other"
        other.mkdir()
        stranger = certificate(other)
        python, go = (made if trusted else stranger), (made if go_trusts else stranger)
        url = stack.enter_context(tls_server(made))
        return {"WANDB_BASE_URL": url, "REQUESTS_CA_BUNDLE": str(python), "SSL_CERT_FILE": str(go)}

    return stage


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def full_queue(stack: ExitStack, *_: object) -> dict[str, str]:
    """A server that takes no connection: the queue of its socket is full, and nobody serves it."""
    full = stack.enter_context(socket.socket())
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    for _ in range(3):
        client = stack.enter_context(socket.socket())
        client.setblocking(False)
        client.connect_ex(full.getsockname())
    return {"WANDB_BASE_URL": f"http://127.0.0.1:{full.getsockname()[1]}"}


def no_way(_: ExitStack, folder: Path, patch: pytest.MonkeyPatch) -> dict[str, str]:
    def connect(self: socket.socket, address: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    patch.setattr(socket.socket, "connect", connect)
    return {"WANDB_BASE_URL": "http://192.0.2.1"}


def silent_dns(_: ExitStack, folder: Path, patch: pytest.MonkeyPatch) -> dict[str, str]:
    patch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(5))
    return {"WANDB_BASE_URL": "https://wandb.example.com"}


def proxied(handler: object, host: str = "https://wandb.example.com") -> Stage:
    def stage(stack: ExitStack, *_: object) -> dict[str, str]:
        url, _seen = stack.enter_context(server(handler))  # type: ignore[arg-type]
        return {"WANDB_BASE_URL": host, "HTTPS_PROXY": url.replace("http://", "http://me:hidden@"), "NO_PROXY": ""}

    return stage


def old(request: BaseHTTPRequestHandler) -> None:
    error = '{"errors": [{"message": "Cannot query field \\"viewer\\" on type \\"Query\\"."}]}'
    says(400, error)(request)


def late(request: BaseHTTPRequestHandler) -> None:
    """A good answer of a server whose clock is two hours behind."""
    request.date_time_string = lambda timestamp=None: formatdate(time.time() - 7200, usegmt=True)  # type: ignore[method-assign]
    says(200, GOOD)(request)


@dataclass
class Fault:
    stage: Stage
    check: str
    code: str
    words: str = ""
    status: str = "fail"


FAULTS = {
    "nothing listens": Fault(at(f"http://127.0.0.1:{closed_port()}"), "connection", "REG801", "refuses the connection"),
    "there is no way": Fault(no_way, "connection", "REG801", "no route to"),
    "the name is unknown": Fault(at("https://wandb.invalid"), "dns", "REG801", "DNS has no address for the name"),
    "DNS is silent": Fault(silent_dns, "dns", "REG801", "DNS does not answer"),
    "nobody takes the connection": Fault(full_queue, "connection", "REG801", "did not accept the connection"),
    "nobody answers": Fault(serving(hangs(3)), "host", "REG801", "had not answered after"),
    "the connection is closed": Fault(serving(resets), "host", "REG801", "closed the connection"),
    "the answer comes drop by drop": Fault(serving(drips), "host", "REG801", "had not answered after"),
    "a certificate that nobody trusts": Fault(certified(False, False), "tls", "REG801", "does not trust"),
    "one that Python alone trusts": Fault(certified(True, False), "tls", "REG801", "wandb's Go process does not trust"),
    "one that Go alone trusts": Fault(certified(False, True), "tls", "REG801", "Python (requests) does not trust"),
    "an expired certificate": Fault(certified(end="20200102000000Z"), "tls", "REG801", "has expired"),
    "one of the future": Fault(certified(start="20480101000000Z"), "tls", "REG801", "is not valid yet"),
    "one for another name": Fault(certified(name="DNS:wandb.example.com"), "tls", "REG801", "is for another name"),
    "no TLS at all": Fault(
        lambda stack, *_: {
            "WANDB_BASE_URL": stack.enter_context(server(says(200, "{}")))[0].replace("http:", "https:")
        },
        "tls",
        "REG801",
        "does not speak TLS",
    ),
    "no certificates to trust": Fault(
        lambda stack, folder, patch: {**certified()(stack, folder, patch), "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"},
        "tls",
        "REG801",
        "/nowhere/ca.pem",
    ),
    "a proxy that demands a login": Fault(proxied(says(407, "")), "proxy", "REG801", "requires a login (407)"),
    "a proxy that refuses": Fault(proxied(says(403, "")), "proxy", "REG801", "403 Forbidden"),
    "a proxy that is not there": Fault(
        at("https://wandb.example.com", HTTPS_PROXY=f"http://127.0.0.1:{closed_port()}", NO_PROXY=""),
        "connection",
        "REG801",
        "it refuses the connection",
    ),
    "a captive page": Fault(serving(says(200, PAGE, "text/html")), "host", "REG804", 'titled "Please log in"'),
    "301": Fault(
        serving(says(301, "", Location="https://login.example.com/in")), "host", "REG804", "login.example.com"
    ),
    "401": Fault(serving(says(401, '{"error": "no"}')), "account", "REG803", "does not accept the API key"),
    "403": Fault(serving(says(403, '{"error": "seat"}')), "account", "REG803", "seat"),
    "404": Fault(serving(says(404, "", "text/plain")), "host", "REG804", "no W&B API"),
    "another API": Fault(serving(says(200, '{"status": "ok"}')), "host", "REG804", "not as W&B does"),
    "429": Fault(serving(says(429, "", Retry_After="30")), "host", "REG810", "wait 30 seconds"),
    "500": Fault(serving(says(500, "")), "host", "REG810", "500"),
    "502": Fault(serving(says(502, PAGE, "text/html")), "host", "REG810", "502"),
    "JSON that is cut off": Fault(serving(says(200, '{"data": {"viewer": nul')), "host", "REG810", "cut off"),
    "JSON that is none": Fault(serving(says(200, "{'data': {}}")), "host", "REG810", "not the JSON"),
    "an error of GraphQL": Fault(
        serving(says(200, '{"errors": [{"message": "database is gone"}]}')), "host", "REG810", "database is gone"
    ),
    "an error beside data": Fault(
        serving(says(200, GOOD[:-1] + ', "errors": [{"message": "half a database"}]}')), "host", "REG810", "half a data"
    ),
    "a server that does not know the question": Fault(serving(old), "account", "REG805", "too old for this question"),
    "a key of another host": Fault(
        serving(says(200, '{"data": {"viewer": null, "serverInfo": null}}')),
        "account",
        "REG803",
        "does not know the API key",
    ),
    "a clock that is off": Fault(serving(late), "clock", "REG801", "2 hours ahead", "warn"),
}


@contextmanager
def staged(fault: Fault, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        plain = {"WANDB_API_KEY": KEY, "HOME": str(folder), "NO_PROXY": "127.0.0.1"}
        yield {**plain, **fault.stage(stack, folder, patch)}


@pytest.mark.parametrize("name", sample(FAULTS, one_in=6))
def test_what_goes_wrong_is_named_in_time(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "PAUSE", 0.01)
    fault = FAULTS[name]
    with staged(fault, tmp_path, monkeypatch) as environ:
        # A machine that is busy with other things may be late once, not three times.
        for _ in range(3):
            found = diagnose(["wandb-registry-model/zoo"], cwd=tmp_path, environ=environ, timeout=TIMEOUT)
            if found.elapsed_ms <= (TIMEOUT + 1) * 1000:
                break
        else:
            pytest.fail(f"{found.elapsed_ms} ms, thrice")
    row = worst(found, fault)
    assert (row.name, row.status, row.code) == (fault.check, fault.status, fault.code), row
    assert fault.words in row.text
    assert row.help
    assert not found.of("crash")
    if fault.status == "fail":
        assert {check.code for check in found.of("fail", "warn")} == {fault.code}, "one cause, one code"
    assert KEY not in repr(found)
    assert "hidden" not in repr(found)


def worst(found: Diagnosis, fault: Fault) -> CheckResult:
    """The row in question; of a fault that stops everything it is the first."""
    wrong = found.of("fail") if fault.status == "fail" else found.of("warn")
    return next(check for check in wrong if check.name == fault.check or fault.status == "fail")
