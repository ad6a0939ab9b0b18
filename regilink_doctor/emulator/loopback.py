"""A threaded server on the loopback interface that leaves nothing behind when it stops."""

from __future__ import annotations

import selectors
import socket
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

HOST = "127.0.0.1"


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


class LoopbackServer(Service, ThreadingHTTPServer):
    """Serves `handler` on `port`, a free one where it is 0, from `start` to `stop`. Each connection has a thread.

    The socket listens since the server was made, so that nobody has to wait for anything.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], name: str, port: int = 0) -> None:
        self.stopping = Event()
        """Set when `stop` begins: whoever waits inside a request waits for this too."""
        self._lock = Lock()
        self._open: dict[Any, Thread | None] = {}
        self._name = name
        self._thread: Thread | None = None
        super().__init__((HOST, port), handler)
        self._bell, self._rope = socket.socketpair()

    @property
    def port(self) -> int:
        """The port; known before `start`."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Serve. Does nothing the second time.

        Raises:
            RuntimeError: it has been stopped, and its port is gone.
        """
        if self.stopping.is_set():
            raise RuntimeError("it has been stopped, and cannot start again: make another")
        if self._thread is not None:
            return
        self._thread = Thread(target=self._accept, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, cut every open connection and wait for the threads."""
        self.stopping.set()
        if self._thread is not None:
            self._rope.send(b"!")
            self._thread.join()
            self._thread = None
        self._rope.close()
        self._bell.close()
        self.server_close()
        self._cut()

    def watch(self, connection: socket.socket) -> None:
        """Let `stop` cut this connection too: one that a request has opened to somewhere else."""
        with self._lock:
            self._open[connection] = None
            late = self.stopping.is_set()
        if late:
            _shut(connection)

    def forget(self, connection: socket.socket) -> None:
        """A watched connection is closed."""
        with self._lock:
            self._open.pop(connection, None)

    def _accept(self) -> None:
        """Sleep until somebody comes or `stop` rings: to look every few milliseconds takes turns from the code."""
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._bell, selectors.EVENT_READ)
            while selector.select() and not self.stopping.is_set():
                self._handle_request_noblock()  # type: ignore[attr-defined]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, and remember it."""
        thread = Thread(
            target=self.process_request_thread, args=(request, client_address), name=self._name, daemon=True
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """The connection is done."""
        self.forget(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: wandb-core drops its connections when it ends."""

    def _cut(self) -> None:
        """Close what is still open, and wait for the threads behind it."""
        with self._lock:
            left = dict(self._open)
        for connection in left:
            _shut(connection)
        for thread in left.values():
            if thread is not None:
                thread.join(timeout=5)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
