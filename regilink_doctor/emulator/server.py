"""The HTTP transport over an `App`: loopback only, one write per response, nothing left behind.

Only what HTTP is about is in here. A request's body is read whole before the app sees
it, into memory up to a bound and into a temporary file above it.
"""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

from regilink_doctor.emulator.http import Bytes, Request, Response
from regilink_doctor.emulator.loopback import HOST, LoopbackServer

if TYPE_CHECKING:
    from regilink_doctor.emulator.app import App

IN_MEMORY = 1 << 20
"""Bytes of a request's body that are held in memory."""

MAX_BODY = 8 << 30
"""Bytes of an upload's body."""

MAX_MESSAGE = 256 << 20
"""Bytes of any other body, after unpacking."""

ONE_WRITE = 1 << 16
_CHUNK = 1 << 16
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class BodyTooLarge(Exception):
    """More bytes than a request may have."""


class Server(LoopbackServer):
    """Serves an app on a port of the loopback interface (0: a free one), from `start` to `stop`."""

    def __init__(self, app: App, port: int = 0) -> None:
        self.app = app
        super().__init__(_Handler, "regilink-emulator", port)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0
    server: Server

    def _handle(self) -> None:
        try:
            refusal = self._refuse_host()
            if refusal is not None:
                self.close_connection = True
                self._send(refusal)
                return
            with self._body() as body:
                response = self.server.app.handle(self._request(body))
            if response.late:
                self.server.stopping.wait(response.late)
            self._send(response)
        except BodyTooLarge:
            self.close_connection = True
            self._send(Response.json({"error": "request body too large"}, 413))
        except (ValueError, zlib.error, EOFError, gzip.BadGzipFile):
            self.close_connection = True
            self._send(Response.json({"error": "request body cannot be read"}, 400))
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_DELETE = do_PATCH = _handle  # noqa: N815

    def _refuse_host(self) -> Response | None:
        """A name that leads here but is not ours may be a page in a browser that rebinds DNS."""
        host = urlsplit(f"//{self.headers.get('Host', '')}")
        if host.hostname in _LOOPBACK:
            return None
        return Response.json({"error": f"this server answers to {HOST} alone"}, 421)

    def _request(self, body: BinaryIO) -> Request:
        target = urlsplit(self.path)
        return Request(
            self.command,
            unquote(target.path),
            dict(parse_qsl(target.query)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
            f"http://{self.headers.get('Host')}",
        )

    def _body(self) -> BinaryIO:
        """The body, unpacked."""
        limit = MAX_BODY if self.command == "PUT" else MAX_MESSAGE
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = self._chunked()
        else:
            pieces = self._counted(length)
        if seconds := self.server.app.slowness(self.command, self.path):
            pieces = self._slowly(pieces, length, seconds)
        if self.headers.get("Content-Encoding", "").lower() == "gzip" and self.command != "PUT":
            pieces = _unpack(pieces)
        body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        size = 0
        try:
            for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise BodyTooLarge
                body.write(piece)
        except BaseException:
            body.close()
            raise
        body.seek(0)
        return body  # type: ignore[return-value]

    def _counted(self, length: int) -> Iterable[bytes]:
        if length < 0:
            raise ValueError("negative length")
        while length:
            piece = self.rfile.read(min(length, _CHUNK))
            if not piece:
                raise ConnectionResetError("the body ended early")
            length -= len(piece)
            yield piece

    def _chunked(self) -> Iterable[bytes]:
        while size := int(self.rfile.readline(128).split(b";")[0], 16):
            yield from self._counted(size)
            self.rfile.readline(8)
        while self.rfile.readline(1024).strip():
            pass

    def _slowly(self, pieces: Iterable[bytes], length: int, seconds: float) -> Iterable[bytes]:
        """The pieces, so that all of them take so many seconds; of unknown length: the first does."""
        left = seconds
        for piece in pieces:
            share = seconds * len(piece) / length if length else left
            self.server.stopping.wait(min(share, left))
            left -= min(share, left)
            yield piece
        self.server.stopping.wait(left)

    def _send(self, response: Response) -> None:
        """Send the response in its manner."""
        if response.manner == "whole":
            self._send_whole(response)
            return
        self.close_connection = True
        if response.manner == "cut":
            self.wfile.write(self._start(response) + response.content()[: response.body.size // 2])
        elif response.manner == "never":
            while self.connection.recv(ONE_WRITE):
                pass

    def _start(self, response: Response) -> bytes:
        """The response's head."""
        head = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}"]
        head += [f"{name}: {value}" for name, value in response.headers.items()]
        if response.status != 204:
            head.append(f"Content-Length: {response.body.size}")
        if self.close_connection:
            head.append("Connection: close")
        return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1")

    def _send_whole(self, response: Response) -> None:
        """Head and body in one write if the body is small: otherwise Nagle and delayed ACK cost 40 ms each."""
        start = self._start(response)
        if self.command == "HEAD":
            self.wfile.write(start)
        elif response.body.size <= ONE_WRITE or isinstance(response.body, Bytes):
            self.wfile.write(start + b"".join(response.body.chunks()))
        else:
            self.wfile.write(start)
            for chunk in response.body.chunks():
                self.wfile.write(chunk)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _unpack(pieces: Iterable[bytes]) -> Iterable[bytes]:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for piece in pieces:
        data = unpacker.decompress(piece, _CHUNK)
        while data:
            yield data
            data = unpacker.decompress(unpacker.unconsumed_tail, _CHUNK)
    if not unpacker.eof:
        raise EOFError("the packed body ended early")
