"""The HTTP transport over an `App`: loopback only, one write per response, nothing left behind.

Only what HTTP is about is in here. A request's body is read whole before the app sees
it, into memory up to a bound and into a temporary file above it.
"""

from __future__ import annotations

import gzip
import socket
import tempfile
import zlib
from collections.abc import Collection, Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

from regilink_doctor.core.records import replace
from regilink_doctor.emulator.http import Bytes, Manner, Request, Response, split_path
from regilink_doctor.emulator.loopback import HOST, LOOPBACK_NAMES, Handler, LoopbackServer, is_loopback

if TYPE_CHECKING:
    from regilink_doctor.emulator.app import App

IN_MEMORY = 1 << 20
"""Bytes of a request's body that are held in memory."""

MAX_BODY = 8 << 30
"""Bytes of an upload's body."""

MAX_MESSAGE = 256 << 20
"""Bytes of any other body, after unpacking."""

MAX_UNREAD = 16 << 20
"""Bytes of a refused body that are read, so that the client gets to read the answer."""

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - only compared with
"""Addresses that mean every one of this machine."""

_TLS_HANDSHAKE = b"\x16"
_MOST_EMPTY_LINES = 8
_LONGEST_LINE = 65537

ONE_WRITE = 1 << 16
_CHUNK = 1 << 16


class BodyTooLarge(Exception):
    """More bytes than a request may have."""


class BodyIncomplete(ValueError):
    """The client has sent less than it announced."""


class Server(LoopbackServer):
    """Serves an app on a port (0: a free one), from `start` to `stop`.

    Args:
        app: what answers.
        port: where it listens.
        host: the address to listen at. Beyond the loopback interface, `/_regilink` wants a key.
        names: further names by which clients may call it.
    """

    def __init__(self, app: App, port: int = 0, host: str = HOST, names: Collection[str] = ()) -> None:
        self.app = app
        self.names = frozenset({*LOOPBACK_NAMES, *(name.casefold() for name in (host, *names))})
        self._host = host
        self.is_open = not is_loopback(host)
        super().__init__(_Handler, "regilink-emulator", port, host)

    @property
    def url(self) -> str:
        """`http://HOST:PORT`, as this machine reaches it."""
        return f"http://{HOST if self._host in EVERYWHERE else self._host}:{self.port}"

    def is_called(self, name: str) -> bool:
        """Whether clients may use this name. Beyond this machine also any address: no other site has one."""
        return name in self.names or (self.is_open and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class _Handler(Handler):
    server: Server
    raw_requestline: bytes
    _is_unread = False

    def _handle_request(self) -> None:
        response = self._make_response()
        try:
            if response.late:
                self.server.stopping.wait(response.late)
            self._send_response(response)
            if self._is_unread:
                self._discard_input()
        except OSError:
            self.close_connection = True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that cannot be read. `http.server` sends no status line when the first line is not HTTP."""
        self.request_version, self.command = self.protocol_version, self.command or "GET"
        self.close_connection = self._is_unread = True
        self._send_whole(Response.from_json({"error": message or self.responses.get(code, ("",))[0]}, code))

    def handle(self) -> None:
        """Answer the requests of a connection; at once where a client speaks TLS, which would wait for its turn."""
        try:
            is_tls = self.rfile.peek(1)[:1] == _TLS_HANDSHAKE  # type: ignore[attr-defined]
        except OSError:
            return
        if not is_tls:
            super().handle()
            return
        self.command = "GET"
        self.send_error(400, "this server speaks http, not https")
        self._discard_input()

    def parse_request(self) -> bool:
        """Read the head, after empty lines that may precede it; refuse one with a line that is not a header."""
        for _ in range(_MOST_EMPTY_LINES):
            if self.raw_requestline.strip(b"\r\n") or not self.raw_requestline:
                break
            self.raw_requestline = self.rfile.readline(_LONGEST_LINE)
        words = len(self.raw_requestline.split())
        if self.raw_requestline and words in (0, 2):  # nothing, or HTTP/0.9, which sends no head to wait for
            self.command = "GET"
            self.send_error(505 if words else 400)
            return False
        if not super().parse_request():
            return False
        if self.headers.defects:
            self.send_error(400, "a line of the head is not a header")
            return False
        return True

    def handle_expect_100(self) -> bool:
        """Ask for the body where it is read: one that is too large is refused instead."""
        return True

    def _make_response(self) -> Response:
        """The app's response; or why the request cannot be read."""
        try:
            if (refusal := self._refuse_foreign()) is not None:
                self.close_connection = self._is_unread = True
                return refusal
            with self._read_body() as body:
                return self.server.app.answer_request(self._make_request(body))
        except BodyIncomplete:
            # The client of a connection that was closed as idle has to see that, and try again.
            manner: Manner = "none" if self.server.was_closed(self.connection) else "whole"
            response = replace(Response.from_json({"error": "request body ended early"}, 400), manner=manner)
        except BodyTooLarge:
            response = Response.from_json({"error": "request body too large"}, 413)
        except (ValueError, zlib.error, EOFError, gzip.BadGzipFile):
            response = Response.from_json({"error": "request body cannot be read"}, 400)
        except OSError as error:
            response = Response.for_error(error)
        self.close_connection = self._is_unread = True
        return response

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_DELETE = do_PATCH = _handle_request  # noqa: N815

    def _refuse_foreign(self) -> Response | None:
        """Refuse a page in a browser: one that rebinds DNS to this address, or one of another site."""
        host = urlsplit(f"//{self.headers.get('Host', '')}")
        if not self.server.is_called(host.hostname or ""):
            name = f"called {host.hostname}" if host.hostname else "named by the request"
            return Response.from_json({"error": f"this server is not {name}: --allow-host adds a name"}, 421)
        if split_path(unquote(urlsplit(self.path).path))[0] != "_regilink":
            return self._ask_for_login() if "text/html" in self.headers.get("Accept", "") else None
        is_foreign = self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
        if is_foreign or any(urlsplit(origin).netloc != host.netloc for origin in self.headers.get_all("Origin", ())):
            return Response.from_json({"error": "these routes are not for pages of other sites"}, 403)
        if self.server.is_open and not self.server.app.is_logged_in(self._lower_headers()):
            return Response.from_json({"error": "beyond the loopback interface these routes need an API key"}, 401)
        return None

    def _ask_for_login(self) -> Response | None:
        """Let a browser ask for user name and API key, where the page is not for this machine alone."""
        if not self.server.is_open or self.server.app.is_logged_in(self._lower_headers()):
            return None
        response = Response.from_json({"error": "log in as any user, with an API key of the world as password"}, 401)
        response.headers["WWW-Authenticate"] = 'Basic realm="regilink emulator", charset="UTF-8"'
        return response

    def _lower_headers(self) -> dict[str, str]:
        return {name.lower(): " ".join(value.splitlines()) for name, value in self.headers.items()}

    def _make_request(self, body: BinaryIO) -> Request:
        target = urlsplit(self.path)
        return Request(
            self.command,
            unquote(target.path),
            dict(parse_qsl(target.query)),
            self._lower_headers(),
            body,
            f"http://{self.headers.get('Host')}",
        )

    def _read_body(self) -> BinaryIO:
        """The body, unpacked."""
        limit = MAX_BODY if self.command == "PUT" else MAX_MESSAGE
        length = _read_length(self.headers.get_all("Content-Length", ["0"]))
        if length > limit:
            raise BodyTooLarge
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            chunks = self._read_chunked(limit)
        else:
            chunks = self._read_counted(length)
        if seconds := self.server.app.find_body_delay(self.command, self.path):
            chunks = self._slow_down(chunks, length, seconds)
        if self.headers.get("Content-Encoding", "").lower() == "gzip" and self.command != "PUT":
            chunks = _unpack_gzip(chunks)
        body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        size = 0
        try:
            for piece in chunks:
                size += len(piece)
                if size > limit:
                    raise BodyTooLarge
                body.write(piece)
        except BaseException:
            body.close()
            raise
        body.seek(0)
        return body  # type: ignore[return-value]

    def _read_counted(self, length: int) -> Iterable[bytes]:
        while length:
            piece = self.rfile.read(min(length, _CHUNK))
            if not piece:
                raise BodyIncomplete("the body ended early")
            length -= len(piece)
            yield piece

    def _read_chunked(self, limit: int) -> Iterable[bytes]:
        while size := _read_chunk_size(self.rfile.readline(128)):
            if size > limit:
                raise BodyTooLarge
            yield from self._read_counted(size)
            self.rfile.readline(8)
        while self.rfile.readline(1024).strip():
            pass

    def _slow_down(self, pieces: Iterable[bytes], length: int, seconds: float) -> Iterable[bytes]:
        """The chunks, slowed down to take this number of seconds in all; if the length is unknown, the first does."""
        left = seconds
        for piece in pieces:
            share = seconds * len(piece) / length if length else left
            self.server.stopping.wait(min(share, left))
            left -= min(share, left)
            yield piece
        self.server.stopping.wait(left)

    def _send_response(self, response: Response) -> None:
        """Send the response in its manner."""
        if response.manner == "whole":
            self._send_whole(response)
            return
        self.close_connection = True
        if response.manner == "cut":
            self.wfile.write(self._make_head(response))
            for chunk in response.body.read_chunks(0, response.body.size // 2):
                self.wfile.write(chunk)
        elif response.manner == "never":
            while self.connection.recv(ONE_WRITE):
                pass

    def _make_head(self, response: Response) -> bytes:
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
        start = self._make_head(response)
        if self.command == "HEAD":
            self.wfile.write(start)
        elif response.body.size <= ONE_WRITE or isinstance(response.body, Bytes):
            self.wfile.write(start + b"".join(response.body.read_chunks()))
        else:
            self.wfile.write(start)
            for chunk in response.body.read_chunks():
                self.wfile.write(chunk)

    def _discard_input(self) -> None:
        """Read what still arrives: closing with unread bytes would reset the connection, and the answer be lost."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(0.5)
        for _ in range(MAX_UNREAD // _CHUNK):
            if not self.connection.recv(_CHUNK):
                return


def _read_length(values: Iterable[str]) -> int:
    """The length that all headers of that name agree on; an empty one means 0."""
    value, *others = set(values)
    if others:
        raise ValueError("the lengths differ")
    value = value or "0"
    if not (value.isascii() and value.isdecimal()):
        raise ValueError("the length is not a number")
    return int(value[:20])


def _read_chunk_size(line: bytes) -> int:
    digits = line.split(b";")[0].strip()
    if not digits or not set(digits) <= set(b"0123456789abcdefABCDEF"):
        raise ValueError("the size of a chunk is not a number")
    return int(digits[:32], 16)


def _unpack_gzip(pieces: Iterable[bytes]) -> Iterable[bytes]:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for piece in pieces:
        data = unpacker.decompress(piece, _CHUNK)
        while data:
            yield data
            data = unpacker.decompress(unpacker.unconsumed_tail, _CHUNK)
    if not unpacker.eof:
        raise EOFError("the packed body ended early")
