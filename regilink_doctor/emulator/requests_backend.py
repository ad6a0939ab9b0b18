"""The `requests` backend: the same app behind the `responses` library, for code that uses `requests`, without a socket.

Only for such code: from wandb 0.27.1 on GraphQL leaves from a Go process, which `responses` does not see (failure E1).
"""

from __future__ import annotations

import io
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from requests import exceptions

from regilink_doctor.emulator.http import Request, Response

if TYPE_CHECKING:
    import responses
    from requests import PreparedRequest

    from regilink_doctor.emulator.app import App

METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")


def register(mock: responses.RequestsMock, app: App, base_url: str) -> None:
    """Let `mock` answer every request below `base_url` with `app`."""
    base = base_url.rstrip("/")

    def answer_request(prepared: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        target = urlsplit(prepared.url or "")
        body: Any = prepared.body or b""
        if isinstance(body, str):
            body = body.encode()
        response = app.answer_request(
            Request(
                prepared.method or "GET",
                unquote(target.path),
                dict(parse_qsl(target.query)),
                {name.lower(): value for name, value in prepared.headers.items()},
                io.BytesIO(body) if isinstance(body, bytes) else body,
                base,
            )
        )
        _wait_or_fail(response)
        return response.status, response.headers, response.read_content()

    for method in METHODS:
        mock.add_callback(method, re.compile(re.escape(base) + r"(/.*)?"), callback=answer_request, content_type=None)


def _wait_or_fail(response: Response) -> None:
    """What `requests` would raise on a socket that is cut or silent; nothing in here waits without an end."""
    if response.late:
        time.sleep(response.late)
    if response.manner == "never":
        raise exceptions.ReadTimeout("regilink: the emulator never answers this request")
    if response.manner != "whole":
        raise exceptions.ConnectionError("regilink: the emulator ends the connection")
