"""A threaded server on the loopback interface that leaves nothing behind when it stops."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import sys
import time
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

HOST = "127.0.0.1"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")

IDLE = 60.0
"""Seconds that a connection may wait for its next request."""

MAX_IDLE = 64
"""Connections that may wait for their next request."""


class Service(ABC):
    """Something that runs from `start` to `stop`, or for the length of a `with` block."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> None:
        """Begin. Does nothing the second time."""

    @abstractmethod
    def stop(self) -> None:
        """End, and leave nothing behind. Does nothing the second time."""


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    return host in LOOPBACK_NAMES or host.startswith("127.")


class LoopbackServer(Service, ThreadingHTTPServer):
    """Serves `handler` on `port`, a free one where it is 0, from `start` to `stop`. Each connection has a thread.

    The socket listens as soon as the server exists, so that clients need not wait for `start`. Connections on which no
    request is under way are closed after `IDLE` seconds, when there are more than `MAX_IDLE` of them, when descriptors
    run out, and by `expire_connections`.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name != "nt"  # there it would let two servers have one port
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], name: str, port: int = 0, host: str = HOST) -> None:
        self.stopping = Event()
        """Set when `stop` begins: code that waits inside a request waits for this too."""
        self._lock = Lock()
        self._open: dict[Any, Thread | None] = {}
        self._idle: dict[Any, float] = {}
        """Connections that wait for a request, oldest first, with the time since when."""
        self._closed: set[Any] = set()
        self._expiring: set[Any] = set()
        self._name = name
        self._thread: Thread | None = None
        self._has_warned = False
        super().__init__((host.encode("idna").decode(), port), handler)  # else a name can end in a TypeError
        self._bell, self._rope = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)

    @property
    def port(self) -> int:
        """The port; known before `start`."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://{HOST}:{self.port}"

    @property
    def connections(self) -> int:
        """How many are open."""
        with self._lock:
            return len(self._open)

    def start(self) -> None:
        """Serve. Does nothing the second time.

        Raises:
            RuntimeError: it has been stopped, and its port is gone.
        """
        if self.stopping.is_set():
            raise RuntimeError("it has been stopped, and cannot start again: make another")
        if self._thread is not None:
            return
        self._thread = Thread(target=self._accept_clients, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, cut every open connection and wait for the threads."""
        self.stopping.set()
        if self._thread is not None:
            self._rope.send(b"!")
            self._thread.join()
            self._thread = None
        self._selector.close()
        self._rope.close()
        self._bell.close()
        self.server_close()
        self._cut_connections()

    def watch_connection(self, connection: socket.socket) -> None:
        """Let `stop` cut this connection too: one that a request has opened to somewhere else."""
        with self._lock:
            self._open[connection] = None
            is_late = self.stopping.is_set()
        if is_late:
            _shut_down(connection)

    def forget_connection(self, connection: socket.socket) -> None:
        """A watched connection is closed."""
        with self._lock:
            self._open.pop(connection, None)
            self._idle.pop(connection, None)
            self._closed.discard(connection)
            self._expiring.discard(connection)

    def was_closed(self, connection: socket.socket) -> bool:
        """Whether `close_idle` has closed the connection, perhaps while a request began to arrive."""
        with self._lock:
            return connection in self._closed

    def mark_idle(self, connection: socket.socket) -> None:
        """The connection waits for its next request."""
        with self._lock:
            if connection in self._expiring:
                self._close_reading(connection)
            else:
                self._idle[connection] = time.monotonic()

    def mark_busy(self, connection: socket.socket) -> None:
        """A request has begun to arrive."""
        with self._lock:
            self._idle.pop(connection, None)

    def close_idle(self, since: float = 0.0, *, but: int = 0) -> None:
        """Close the connections that have been idle for `since` seconds, except the newest `but`.

        Only the reading side is shut: a request that has arrived in this moment is still answered.
        """
        latest = time.monotonic() - since
        with self._lock:
            oldest = list(self._idle.items())[: len(self._idle) - but]
            for connection, start in oldest:
                if start <= latest:
                    del self._idle[connection]
                    self._close_reading(connection)

    def expire_connections(self) -> None:
        """Close the idle connections, and the others as soon as their requests are answered."""
        with self._lock:
            self._expiring.update(self._open)
        self.close_idle()

    def _close_reading(self, connection: socket.socket) -> None:
        self._closed.add(connection)
        _shut_down(connection, socket.SHUT_RD)

    def _accept_clients(self) -> None:
        """Sleep until a client comes, `stop` rings, or it is time to look for idle connections.

        To look every few milliseconds, as `serve_forever` does, takes turns from the code under test.
        """
        while not self.stopping.is_set():
            if not self._selector.select(IDLE / 2):
                self.close_idle(IDLE)
            elif not self.stopping.is_set():
                self._handle_request_noblock()  # type: ignore[attr-defined]
                self.close_idle(but=MAX_IDLE)

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection. Without a free descriptor the client waits, and this thread does not spin."""
        try:
            return super().get_request()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self.expire_connections()
                if not self._has_warned:
                    self._has_warned = True
                    sys.stderr.write("regilink: no file descriptor is free, clients have to wait (ulimit -n)\n")
                self.stopping.wait(0.1)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, and remember it."""
        thread = Thread(
            target=self.process_request_thread, args=(request, client_address), name=self._name, daemon=True
        )
        with self._lock:
            self._open[request] = thread
            self._idle[request] = time.monotonic()
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """The connection is done."""
        self.forget_connection(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: wandb-core drops its connections when it ends."""

    def _cut_connections(self) -> None:
        """Close what is still open, and wait for the threads that serve it."""
        with self._lock:
            remaining = dict(self._open)
        for connection in remaining:
            _shut_down(connection)
        for thread in remaining.values():
            if thread is not None:
                thread.join(timeout=5)


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection of a `LoopbackServer`; quiet."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0
    server: LoopbackServer

    def handle(self) -> None:
        """Answer one request after the other, until one side closes the connection."""
        self.close_connection = True
        self.handle_one_request()
        while not self.close_connection:
            self.server.mark_idle(self.connection)
            self.handle_one_request()

    def parse_request(self) -> bool:
        """A request has started: the connection stays open until it is answered."""
        self.server.mark_busy(self.connection)
        return super().parse_request()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


def _shut_down(connection: socket.socket, how: int = socket.SHUT_RDWR) -> None:
    try:
        connection.shutdown(how)
    except OSError:
        pass
