"""A request and its response, without a transport: the socket server and the `requests` backend both use these."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Literal, Protocol

from regilink_doctor.core.records import field, record

Manner = Literal["whole", "cut", "none", "never"]
"""How a response is sent: as it is; half of the body; nothing, and the connection ends; nothing, and it does not."""


_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def split_path(path: str) -> list[str]:
    """The parts of a decoded path, at least one: the first chooses what answers, and who may ask."""
    return path.strip("/").split("/")


class Body(Protocol):
    """Bytes of a known length, in memory or in a file."""

    @property
    def size(self) -> int:
        """Their number."""

    def read_chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `stop`, in pieces."""


@record
class Bytes:
    """A body in memory."""

    content: bytes

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content)

    def read_chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """All of them, in one piece."""
        yield self.content[start:stop]


@record
class Slice:
    """A part of a body, from `start` to before `stop`."""

    body: Body
    start: int
    stop: int

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.stop - self.start

    def read_chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `stop`, in pieces."""
        end = self.stop if stop is None else min(self.stop, self.start + stop)
        return self.body.read_chunks(self.start + start, end)


@record
class Request:
    """One request. `path` is decoded, `query` has the last value of each name, header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: BinaryIO
    base_url: str

    @property
    def wants_page(self) -> bool:
        """Whether a browser asks for something to look at."""
        return self.method in ("GET", "HEAD") and "text/html" in self.headers.get("accept", "")


@record
class Response:
    """One response, which comes `late` seconds after it is ready, in this manner."""

    status: int = 200
    body: Body = field(default_factory=lambda: Bytes(b""))
    headers: dict[str, str] = field(default_factory=dict)
    manner: Manner = "whole"
    late: float = 0.0

    @classmethod
    def from_json(cls, value: object, status: int = 200) -> Response:
        """A response with a JSON body."""
        content = json.dumps(value, separators=(",", ":")).encode()
        return cls(status, Bytes(content), {"Content-Type": "application/json"})

    @classmethod
    def for_error(cls, error: OSError) -> Response:
        """What a server answers when its machine fails: 507 for a full disk."""
        status = 507 if error.errno in _NO_ROOM else 500
        return cls.from_json({"error": f"regilink: {error.strerror or error}"}, status)

    def read_content(self) -> bytes:
        """The whole body."""
        return b"".join(self.body.read_chunks())


@record
class Call:
    """A document, its variables and which of its operations is meant.

    The public Api sends an empty operation name: it counts as none.
    """

    text: str
    variables: dict[str, Any] | None = None
    operation: str | None = None

    @classmethod
    def read_body(cls, body: BinaryIO) -> Call:
        """The call in the body of a request.

        Raises:
            ValueError: not JSON, or JSON of another shape.
        """
        value = json.load(body)
        if not isinstance(value, dict):
            raise ValueError("the body is not an object")
        text, variables, operation = (value.get(name) for name in ("query", "variables", "operationName"))
        if not isinstance(text or "", str) or not isinstance(operation or "", str):
            raise ValueError("query and operationName must be strings")
        if not isinstance(variables or {}, dict):
            raise ValueError("variables is an object")
        return cls(text or "", variables, operation or None)
