"""GraphQL over HTTP with bounds on time, size and tries. Each failure is a `ServerConnectionError` with its cause."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests

from regilink_doctor.client.connection_errors import ServerConnectionError, cause_of
from regilink_doctor.client.credentials import Key
from regilink_doctor.client.hosts import server_of, without_login
from regilink_doctor.client.route import Route, is_bundle, skew_of
from regilink_doctor.core.origin import Setting, Variable
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import record
from regilink_doctor.core.text import mask_secrets

T = TypeVar("T")

MAX_BYTES = 16 * 2**20
"""A larger answer is not to one of these documents: fifty targets make some ten kilobytes."""

MAX_DIGITS, MAX_ERRORS, MAX_SHOWN = 18, 100, 300
"""Of a number, of a list of errors, characters of a server's message."""

RETRIED = ("reset", "truncated", "rate-limit", "server-error")
PAUSE = 0.4
"""Seconds before the one retry."""

HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "regilink"}


@record
class Answer:
    """What a GraphQL server answered. `errors` are the messages, in order; `data` is None where there was none.

    `places` has for each error the field of the first level that it happened in; empty where the server does not say.
    `status` is that of HTTP.
    """

    data: Mapping[str, Any] | None
    errors: tuple[str, ...]
    places: tuple[str, ...] = ()
    status: int = 200


class Gateway:
    """One server, asked with one key.

    `shown` is the address without a login, `server` its name and port. `requests` counts what was sent, retries
    included; `elapsed_ms` is the time that they took together; `skew` are the seconds that this clock is ahead of the
    server's, as its last answer tells. `is_unusable`: what answers there is not a W&B server, or one that is broken.
    `route` says which proxy and certificates count; without one, requests decides.
    """

    def __init__(
        self, host: str | Setting[str], key: Key | None, *, route: Route | None = None, timeout: float = 10.0
    ) -> None:
        address = host if isinstance(host, Setting) else Setting(host, Variable("WANDB_BASE_URL"))
        self.host = address.value.rstrip("/")
        self._origin = address.origin
        self.shown = without_login(self.host)
        self.server = server_of(self.shown)
        self.is_unusable = False
        self.timeout = timeout
        self.requests = 0
        self.elapsed_ms = 0
        self.skew: float | None = None
        self._key = key
        self._route = route

    def ask(self, query: str, variables: Mapping[str, object]) -> Answer:
        """Send a query; try once more where the connection broke or the server stumbled.

        Raises:
            ServerConnectionError: there is no answer of a GraphQL server.
        """
        begun = time.monotonic()
        try:
            try:
                return self._bounded(lambda: self._post(query, variables))
            except ServerConnectionError as fault:
                if fault.cause not in RETRIED:
                    raise
                time.sleep(PAUSE)
                return self._bounded(lambda: self._post(query, variables))
        finally:
            self.elapsed_ms += round((time.monotonic() - begun) * 1000)

    def submit(self, query: str, variables: Mapping[str, object]) -> Answer:
        """Send a mutation, once. A refusal is an answer, whatever its HTTP status.

        Raises:
            ServerConnectionError: there is no answer of a GraphQL server.
        """
        return self._bounded(lambda: self._post(query, variables, takes_refusals=True))

    def upload(self, url: str, headers: Mapping[str, str], content: bytes) -> None:
        """Upload a file to a signed address.

        Raises:
            ServerConnectionError: it was not stored.
        """
        status = self._bounded(lambda: self._put(url, headers, content))
        if not 200 <= status < 300:
            raise self.fault("server-error", f"{status} for an upload")

    def _put(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        """The status; what else the server sends is not read."""
        # Its signature is in the address: the key is not sent.
        auth = _authorization(None)
        try:
            with (
                self._session() as session,
                session.put(
                    url, data=content, headers=headers, auth=auth, timeout=self.timeout, stream=True
                ) as response,
            ):
                return response.status_code
        except (requests.RequestException, OSError, ValueError) as error:
            raise self.fault(*cause_of(error)) from None

    def fault(self, cause: str, detail: str = "") -> ServerConnectionError:
        """A failure of this server; the key never gets into its words."""
        self.is_unusable = self.is_unusable or cause in ("other-api", "not-json")
        facts = {"setting": self._origin.setting, "base_url": self._origin.how_to_set("https://...")}
        if self._route is not None and self._route.proxy is not None:
            origin = self._route.proxy.origin
            facts["proxy"] = f"{self._route.proxy_shown} ({origin.shown})"
            facts["proxy_setting"] = origin.setting
            facts["proxy_login"] = origin.how_to_set("http://USER:PASSWORD@PROXY:PORT")
        return ServerConnectionError(
            cause, {"host": self.shown, "server": self.server, "detail": mask_secrets(detail), **facts}
        )

    def _bounded(self, request: Callable[[], T]) -> T:
        """One request, given up after `timeout` whatever happens: no setting of `requests` bounds a name look-up."""
        outcome: list[T | BaseException] = []

        def run() -> None:
            try:
                outcome.append(request())
            except BaseException as error:
                outcome.append(error)

        self.requests += 1
        worker = threading.Thread(target=run, daemon=True, name="regilink-gateway")
        worker.start()
        worker.join(self.timeout + 0.5)
        if not outcome:
            raise self.fault("read-timeout", f"{self.timeout:g} seconds")
        if isinstance(outcome[0], BaseException):
            raise outcome[0]
        return outcome[0]

    def _post(self, query: str, variables: Mapping[str, object], *, takes_refusals: bool = False) -> Answer:
        deadline = time.monotonic() + self.timeout
        try:
            with (
                self._session() as session,
                session.post(
                    f"{self.host}/graphql",
                    data=json.dumps({"query": query, "variables": variables}).encode(),
                    headers=HEADERS,
                    auth=_authorization(self._key),
                    timeout=self.timeout,
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                body = self._body(response, deadline)
                refusal = _read_refusal(response.status_code, body) if takes_refusals else None
                return refusal or self._read(response, body)
        except ServerConnectionError:
            raise
        except (requests.RequestException, OSError, ValueError) as error:
            cause, detail = cause_of(error)
            seconds = say("{timeout:g} seconds", timeout=self.timeout)
            # Not chained: the libraries' exceptions quote the address, and a proxy's address may hold a password.
            raise self.fault(cause, seconds if cause.endswith("timeout") else detail) from None

    def _session(self) -> requests.Session:
        session = _Session()
        if self._route is not None:
            bundle = self._route.python_bundle.value
            if self._route.secure and not is_bundle(bundle):
                raise self.fault("bundle", f"{bundle} ({self._route.python_bundle.origin.shown})")
            session.trust_env = False
            session.proxies.update(self._route.proxies)
            session.verify = bundle
        return session

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(2**16):
            body += chunk
            if len(body) > MAX_BYTES:
                raise self.fault("too-large", f"{MAX_BYTES // 2**20} MiB")
            if time.monotonic() > deadline:
                raise self.fault("read-timeout", f"{self.timeout:g} seconds")
        expected = _number(response.headers.get("Content-Length", ""))
        if expected is not None and "Content-Encoding" not in response.headers and len(body) < expected:
            raise self.fault("truncated")
        return bytes(body)

    def _read(self, response: requests.Response, body: bytes) -> Answer:
        status = response.status_code
        self.skew = skew_of(response.headers.get("Date"))
        if status == 407:
            raise self.fault("proxy-login")
        if 300 <= status < 400 and (location := response.headers.get("Location")):
            raise self.fault("redirect", _place(location))
        if status == 401:
            raise self.fault("unauthorized")
        if status == 404:
            raise self.fault("not-found")
        if status == 429:
            wait = _number(response.headers.get("Retry-After", ""))
            raise self.fault("rate-limit", f"; it asks to wait {wait} seconds" if wait is not None else "")
        if status >= 500:
            raise self.fault("server-error", f"{status} {_one_line(response.reason or '')}".strip())
        value = _json(body)
        if status == 403:
            raise self.fault("forbidden", _first_error(value) or "it gives no reason")
        if value is None:
            raise self._not_json(response, body)
        if not isinstance(value, dict) or not ("data" in value or "errors" in value):
            raise self.fault("other-api", f"status {status} and JSON that is not a GraphQL answer")
        errors = tuple(map(mask_secrets, _errors(value)))
        places = tuple(_places(value))
        data = value.get("data")
        if data is not None and not isinstance(data, dict):
            raise self.fault("other-api", "its `data` is not an object")
        return Answer(data, errors, places, status)

    def _not_json(self, response: requests.Response, body: bytes) -> ServerConnectionError:
        start = body[:1000].lstrip().lower()
        if "html" in response.headers.get("Content-Type", "").lower() or start.startswith((b"<!doctype", b"<html")):
            title = _between(body, b"<title>", b"</title>")
            return self.fault("page", f' titled "{title}"' if title else "")
        if start[:1] in (b"{", b"["):
            return self.fault("truncated" if not body.rstrip().endswith((b"}", b"]")) else "not-json")
        return self.fault(
            "other-api",
            say(
                "status {status_code} and {number} bytes that are not JSON",
                status_code=response.status_code,
                number=len(body),
            ),
        )


def _authorization(key: Key | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Basic `api:KEY`, as wandb sends it; without a key nothing, where requests would ask netrc by itself."""

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if key is not None:
            request.prepare_auth(("api", key.reveal()), "")
        return request

    return authorize


class _Session(requests.Session):
    """A session that follows no redirect, and does not try to understand where one leads."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: requests would parse the server's `Location` even with `allow_redirects=False`."""


def _json(body: bytes) -> object:
    try:
        return json.loads(body, parse_constant=_refuse_number, parse_int=_read_integer)
    except (ValueError, RecursionError):
        return None


def _refuse_number(text: str) -> NoReturn:
    """`NaN` and `Infinity` are not JSON, although Python reads them."""
    raise ValueError(text)


def _read_integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(text[:MAX_DIGITS])
    return int(text)


def _read_refusal(status: int, body: bytes) -> Answer | None:
    """The answer of a GraphQL server that refuses with an HTTP status of its own; None where it is anything else."""
    value = _json(body) if 400 <= status < 500 and status not in (401, 407, 429) else None
    if not isinstance(value, dict) or not (errors := _errors(value)):
        return None
    return Answer(None, tuple(map(mask_secrets, errors)), status=status)


def _number(header: str) -> int | None:
    """The number in a header; None where it is not one, or not one that means anything."""
    return int(header) if header.isascii() and header.isdecimal() and len(header) < MAX_DIGITS else None


def _one_line(text: str) -> str:
    """What a server wrote, on one line and not too long to be shown."""
    line = " ".join(text[:10_000].split())
    return line if len(line) <= MAX_SHOWN else f"{line[:MAX_SHOWN]}..."


def _errors(value: Mapping[str, Any]) -> list[str]:
    errors = value.get("errors")
    if not isinstance(errors, list):
        return []
    messages = (item.get("message", item) if isinstance(item, dict) else item for item in errors[:MAX_ERRORS])
    return [_one_line(message if isinstance(message, str) else repr(message)) for message in messages]


def _places(value: Mapping[str, Any]) -> Iterator[str]:
    """Of each error the first step of its `path`."""
    errors = value.get("errors")
    for item in errors[:MAX_ERRORS] if isinstance(errors, list) else ():
        path = item.get("path") if isinstance(item, dict) else None
        yield str(path[0]) if isinstance(path, list) and path else ""


def _first_error(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    errors = _errors(value)
    return errors[0] if errors else _one_line(str(value.get("error") or value.get("message") or ""))


def _place(location: str) -> str:
    """Where a redirect leads, without its query: that may carry a session."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return say("an address that cannot be read")
    place = f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.path or "/graphql"
    return _one_line(without_login(place))


def _between(body: bytes, start: bytes, end: bytes) -> str:
    head = body[:20_000]
    left = head.lower().find(start)
    right = head.lower().find(end, left)
    if left < 0 or right < 0:
        return ""
    return " ".join(head[left + len(start) : right].decode("utf-8", "replace").split())[:80]
