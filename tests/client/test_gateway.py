"""Each way in which a request can fail, on real sockets: its cause, its code, in time, and the key nowhere."""

from __future__ import annotations

import gc
import json
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tables import check_rows, sample

from regilink_doctor.client import gateway as gateway_module
from regilink_doctor.client import route as route_module
from regilink_doctor.client.connection_errors import CAUSES, ServerConnectionError
from regilink_doctor.client.credentials import Key
from regilink_doctor.client.gateway import Answer, Gateway
from regilink_doctor.client.queries import Field, ask, document, without
from regilink_doctor.client.route import route_to
from regilink_doctor.core.findings import Message
from regilink_doctor.rules.connection import connection_message


def message_of(fault: ServerConnectionError) -> Message:
    return connection_message(fault.problem)


SECRET = "5ec4e7" * 7
Handler = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(gateway_module, "PAUSE", 0.01)


@contextmanager
def server(handler: Handler) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    seen: list[BaseHTTPRequestHandler] = []

    class Handling(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append(self)
            handler(self)

        do_CONNECT = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}", seen
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def says(status: int, body: str | bytes, kind: str = "application/json", **headers: str) -> Handler:
    content = body.encode() if isinstance(body, str) else body

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return handle


def hangs(seconds: float) -> Handler:
    return lambda request: time.sleep(seconds)


def drips(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    try:
        for _ in range(100):
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass


def resets(request: BaseHTTPRequestHandler) -> None:
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    request.connection.close()


def negative_chunk(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"-5\r\nabc\r\n")


PAGE = "<!doctype html><html><head><title>Please log in</title></head></html>"
CASES: list[tuple[str, Handler, str, str]] = [
    ("unauthorized", says(401, '{"error": "no"}'), "REG803", "does not accept the API key"),
    ("forbidden", says(403, '{"error": "seat"}'), "REG803", "seat"),
    ("not-found", says(404, "nothing", "text/plain"), "REG804", "no W&B API"),
    (
        "redirect",
        says(301, "", Location="https://login.example.com/in?session=1"),
        "REG804",
        "https://login.example.com/in:",
    ),
    ("redirect", says(302, "", Location="/login"), "REG804", "/login"),
    ("redirect", says(302, "", Location="?session=1"), "REG804", "redirects the request to /graphql:"),
    ("other-api", says(302, ""), "REG804", "status 302 and 0 bytes that are not JSON"),
    ("other-api", says(304, ""), "REG804", "status 304 and 0 bytes that are not JSON"),
    ("other-api", negative_chunk, "REG804", "what it sends is not HTTP (read length must be non-negative"),
    ("page", says(200, PAGE, "text/html"), "REG804", 'titled "Please log in"'),
    ("page", says(200, PAGE, "application/json"), "REG804", "web page"),
    ("other-api", says(200, '{"status": "ok"}'), "REG804", "not as W&B does"),
    ("other-api", says(200, "[]"), "REG804", "not as W&B does"),
    ("other-api", says(200, '{"data": [1]}'), "REG804", "not an object"),
    ("other-api", says(200, "hello", "text/plain"), "REG804", "5 bytes"),
    ("rate-limit", says(429, "", Retry_After="30"), "REG810", "wait 30 seconds"),
    ("server-error", says(500, "{}"), "REG810", "500"),
    ("server-error", says(502, PAGE, "text/html"), "REG810", "502"),
    ("truncated", says(200, '{"data": {"viewer": nul'), "REG810", "cut off"),
    ("truncated", says(200, '{"data": {}', Content_Length="500"), "REG810", "cut off"),
    ("not-json", says(200, "{'data': {}}"), "REG810", "not the JSON"),
    ("proxy-login", says(407, "", Proxy_Authenticate="Basic"), "REG801", "407"),
    ("reset", resets, "REG801", "closed the connection"),
    ("read-timeout", hangs(2), "REG801", "had not answered after 0.3 seconds"),
    ("read-timeout", drips, "REG801", "had not answered after 0.3 seconds"),
]


def fault_of(host: str, timeout: float = 0.3) -> ServerConnectionError:
    gateway = Gateway(host, Key(SECRET), timeout=timeout)
    begun = time.monotonic()
    with pytest.raises(ServerConnectionError) as caught:
        gateway.ask("query { viewer { id } }", {})
    assert time.monotonic() - begun < 2 * (timeout + 1)
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    assert SECRET not in shown + (message_of(caught.value).help or "")
    return caught.value


@pytest.mark.parametrize(("cause", "handler", "code", "words"), sample(CASES, one_in=3))
def test_what_a_server_does_is_told_by_its_cause(cause: str, handler: Handler, code: str, words: str) -> None:
    with server(handler) as (url, _):
        fault = fault_of(url, 0.3 if cause == "read-timeout" else 30)
    assert (fault.cause, fault.code) == (cause, code)
    assert words in message_of(fault).text


def test_nothing_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        fault = fault_of(f"http://127.0.0.1:{free.getsockname()[1]}")
    assert (fault.cause, fault.code) == ("refused", "REG801")


def test_a_name_that_there_is_not() -> None:
    assert fault_of("https://wandb.invalid", timeout=5).cause == "dns"


def test_a_server_that_takes_no_connection() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = []
        for _ in range(3):  # the queue of a listening socket that nobody serves
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(address)
            waiting.append(client)
        fault = fault_of(f"http://127.0.0.1:{address[1]}")
        for client in waiting:
            client.close()
    assert (fault.cause, fault.code) == ("connect-timeout", "REG801")


def test_plain_http_where_tls_is_expected() -> None:
    with server(says(200, "{}")) as (url, _):
        fault = fault_of(url.replace("http://", "https://"), timeout=2)
    assert (fault.cause, fault.code) == ("tls-plain", "REG801")


def test_a_proxy_that_wants_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(says(407, "", Proxy_Authenticate="Basic")) as (url, _):
        monkeypatch.setenv("HTTPS_PROXY", url.replace("http://", "http://me:hidden@"))
        fault = fault_of("https://wandb.example.com", timeout=2)
    assert (fault.cause, fault.code) == ("proxy-login", "REG801")
    assert "hidden" not in message_of(fault).text


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free.getsockname()[1]}")
        fault = fault_of("https://wandb.example.com", timeout=2)
    assert (fault.cause, fault.code) == ("proxy", "REG801")
    assert "refuses" in message_of(fault).text


def test_an_answer_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "MAX_BYTES", 2**20)
    with server(says(200, b"x" * (2**20 + 2**17))) as (url, _):
        assert fault_of(url, timeout=2).cause == "too-large"


def test_every_cause_has_words_that_fit() -> None:
    for cause in CAUSES:
        fault = ServerConnectionError(cause, {"host": "https://h", "server": "h", "detail": "d"})
        assert "{" not in message_of(fault).text + (message_of(fault).help or "")
        assert fault.code.startswith("REG8")


def test_a_header_of_the_server_is_not_taken_for_a_mistake_of_the_user() -> None:
    answers = {
        "redirect": says(302, "", Location="http://[::1"),
        "rate-limit": says(429, "", Retry_After="9" * 5000),
        "server-error": says(500, "{}", Content_Length="2"),
    }
    for cause, handler in answers.items():
        with server(handler) as (url, _):
            fault = fault_of(url, timeout=2)
        assert fault.cause == cause
        assert len(message_of(fault).text) < 400
        assert "WANDB_BASE_URL" not in message_of(fault).text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # urllib3 forgets such a socket
@pytest.mark.parametrize("length", ["9" * 5000, "-1", "2, 3", "\u0662", "two"])
def test_an_odd_content_length_crashes_nothing(length: str) -> None:
    body = '{"data": {"viewer": null}}'

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.wfile.write(b"".join(request._headers_buffer))  # type: ignore[attr-defined]
        request.wfile.write(f"Content-Length: {length}\r\n\r\n{body}".encode())
        request.close_connection = True

    with server(handle) as (url, _):
        try:
            outcome: object = Gateway(url, None, timeout=2).ask("query { viewer { id } }", {}).data
        except ServerConnectionError as fault:
            outcome = fault.cause
    assert outcome in ({"viewer": None}, "truncated", "other-api")
    gc.collect()


@check_rows(
    "date",
    [
        "Mon, 01 Jan 2026 00:00:00 +999999999999999999999999",
        "Mon, 01 Jan 99999 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "now",
        "9" * 5000,
    ],
)
def test_an_odd_date_is_no_date(date: str) -> None:
    def handle(request: BaseHTTPRequestHandler) -> None:
        request.date_time_string = lambda timestamp=None: date  # type: ignore[method-assign]
        says(200, '{"data": {"viewer": null}}')(request)

    with server(handle) as (url, _):
        gateway = Gateway(url, None, timeout=2)
        assert gateway.ask("query { viewer { id } }", {}).data == {"viewer": None}


@check_rows("body", ["NaN", '{"data": NaN}', '{"data": -Infinity}', "[" * 100_000, '{"data": ' + "9" * 5000 + "}"])
def test_what_python_alone_reads_is_not_json(body: str) -> None:
    with server(says(200, body)) as (url, _):
        fault = fault_of(url, timeout=2)
    assert fault.cause in ("not-json", "truncated", "other-api")
    assert len(message_of(fault).text) < 400


def test_a_proxy_that_answers_for_the_server_is_named() -> None:
    with server(says(502, "<html>bad gateway</html>", "text/html")) as (proxy, _):
        route = route_to("http://wandb.example.com", {"HTTP_PROXY": proxy.replace("http://", "http://me:hidden@")})
        gateway = Gateway("http://wandb.example.com", None, route=route, timeout=2)
        with pytest.raises(ServerConnectionError) as caught:
            gateway.ask("query { viewer { id } }", {})
    assert message_of(caught.value).text.endswith(
        f"the request went through the proxy {proxy} (environment HTTP_PROXY)"
    )
    assert "hidden" not in message_of(caught.value).text


def test_the_systems_proxy_has_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_module.sys, "platform", "win32")
    monkeypatch.setattr(route_module, "getproxies", lambda: {"https": "http://proxy.example.org:3128"})
    monkeypatch.setattr(route_module, "proxy_bypass", lambda name: name == "wandb.intern.example.org")
    assert route_to("https://wandb.intern.example.org:8443", os.environ).proxy is None
    route = route_to("https://api.wandb.ai", os.environ)
    assert route.proxy is not None
    assert (route.proxy.value, route.proxy.origin.shown) == ("http://proxy.example.org:3128", "the system's settings")


def test_the_key_is_sent_as_wandb_sends_it_and_no_other_is(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    with server(says(200, '{"data": {}}')) as (url, seen):
        netrc = f"{tmp_path}/netrc"
        with open(netrc, "w", encoding="utf-8") as file:
            file.write(f"machine 127.0.0.1\nlogin user\npassword {'n' * 40}\n")
        monkeypatch.setenv("NETRC", netrc)
        Gateway(url, Key("abc")).ask("query { viewer { id } }", {"x": 1})
        Gateway(url, None).ask("query { viewer { id } }", {})
    assert seen[0].headers["Authorization"] == "Basic YXBpOmFiYw=="
    assert json.loads(seen[0].body) == {"query": "query { viewer { id } }", "variables": {"x": 1}}
    assert "Authorization" not in seen[1].headers


def test_one_retry_and_no_more() -> None:
    answers = iter([says(503, ""), says(200, '{"data": {"viewer": null}}')])
    with server(lambda request: next(answers)(request)) as (url, seen):
        gateway = Gateway(url, None)
        assert gateway.ask("query { viewer { id } }", {}) == Answer({"viewer": None}, ())
        assert len(seen) == gateway.requests == 2
    with server(says(503, "")) as (url, seen):
        fault_of(url)
        assert len(seen) == 2
    with server(says(401, "")) as (url, seen):
        fault_of(url)
        assert len(seen) == 1


def test_a_field_that_the_server_does_not_know_is_left_out_once() -> None:
    fields = (Field("viewer", (Field("id"), Field("organizations", (Field("name"),), optional=True))),)
    error = '{"errors": [{"message": "Cannot query field \\"organizations\\" on type \\"User\\"."}]}'
    answers = iter([says(400, error), says(200, '{"data": {"viewer": {"id": "1"}}}')])
    with server(lambda request: next(answers)(request)) as (url, seen):
        reply = ask(Gateway(url, None), "Q", fields)
    assert reply.data == {"viewer": {"id": "1"}}
    assert reply.unknown == ("organizations",)
    assert "organizations" in json.loads(seen[0].body)["query"]
    assert "organizations" not in json.loads(seen[1].body)["query"]


def test_a_server_that_does_not_know_what_is_needed_is_too_old() -> None:
    error = '{"errors": [{"message": "Cannot query field \\"viewer\\" on type \\"Query\\"."}]}'
    with server(says(400, error)) as (url, _), pytest.raises(ServerConnectionError) as caught:
        ask(Gateway(url, None), "Q", (Field("viewer", (Field("id"),)),))
    assert (caught.value.cause, caught.value.code) == ("too-old", "REG805")


def test_an_error_beside_data_is_an_error_unless_it_says_no() -> None:
    fields = (Field("viewer", (Field("id"),)),)
    with server(says(200, '{"data": {"viewer": null}, "errors": [{"message": "project not found"}]}')) as (url, _):
        assert ask(Gateway(url, None), "Q", fields).data == {"viewer": None}
    broken = says(200, '{"data": {"viewer": null}, "errors": [{"message": "database is gone"}]}')
    with server(broken) as (url, _), pytest.raises(ServerConnectionError) as caught:
        ask(Gateway(url, None), "Q", fields)
    assert caught.value.code == "REG810"
    assert "database is gone" in message_of(caught.value).text


def test_what_is_pruned_leaves_no_empty_selection() -> None:
    inner = Field("features", (Field("name"),), optional=True)
    fields = (Field("viewer", (Field("id"),)), Field("serverInfo", (inner,)))
    assert without(fields, ["features"]) == (fields[0],)
    assert document("Q", without(fields, ["features"]))[0] == "query Q {\n  viewer {\n    id\n  }\n}"
