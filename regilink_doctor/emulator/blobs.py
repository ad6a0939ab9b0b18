"""Where uploaded bytes lie: in memory up to a bound, in one temporary file above it."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import BinaryIO, cast

from regilink_doctor.core.records import record
from regilink_doctor.emulator.http import Body, Bytes

CHUNK = 1 << 18
MEMORY = 64 << 20
"""Bytes held in memory, all blobs together."""

IN_MEMORY = 8 << 20
"""A larger blob goes to the file in any case."""


@record
class _FilePart:
    """A stretch of the temporary file."""

    descriptor: int
    offset: int
    size: int

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        position, end = start, self.size if stop is None else min(stop, self.size)
        while position < end:
            data = os.pread(self.descriptor, min(CHUNK, end - position), self.offset + position)
            if not data:
                return
            position += len(data)
            yield data


@record
class Discarded:
    """A body of which only the size is known: it was larger than what may be kept."""

    size: int

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Nothing.

        Raises:
            LookupError: always.
        """
        raise LookupError("the body of this upload was not kept")


@record
class Blob:
    """Stored bytes with their MD5 in base64, as manifests write it."""

    body: Body
    md5: str
    content_type: str | None = None


class BlobStore:
    """Blobs by key. Safe for many threads.

    Args:
        memory: bytes held in memory; what is more goes to a file.
        limit: bytes kept in all, None for any number; of an upload beyond it only size and MD5 are remembered.
    """

    def __init__(self, memory: int = MEMORY, limit: int | None = None) -> None:
        self._memory = memory
        self.limit = limit
        self._kept = 0
        self._lock = Lock()
        self._blobs: dict[str, Blob] = {}
        self._in_memory = 0
        self._file: BinaryIO | None = None

    def put(self, key: str, source: BinaryIO, content_type: str | None = None) -> Blob:
        """Store everything that `source` gives. A blob of the same key is replaced."""
        digest = hashlib.md5(usedforsecurity=False)
        head = source.read(IN_MEMORY + 1)
        digest.update(head)
        with self._lock:
            self._forget(key)
            if self.limit is not None and self._kept + len(head) > self.limit:
                body: Body = _count(head, source, digest)
            elif len(head) <= IN_MEMORY and self._in_memory + len(head) <= self._memory:
                self._in_memory += len(head)
                self._kept += len(head)
                body = Bytes(head)
            else:
                body = self._spill(head, source, digest)
            blob = Blob(body, base64.b64encode(digest.digest()).decode("ascii"), content_type)
            self._blobs[key] = blob
        return blob

    def get(self, key: str) -> Blob | None:
        """The blob, None when there is none."""
        return self._blobs.get(key)

    def fill(self, contents: Mapping[str, bytes]) -> None:
        """Add ready-made blobs."""
        for key, content in contents.items():
            if key not in self._blobs:
                md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode("ascii")
                self._blobs[key] = Blob(Bytes(content), md5)

    def join(self, key: str, parts: list[str]) -> None:
        """Make one blob of several, and drop those.

        Raises:
            KeyError: one of them is not there.
        """
        bodies = [self._blobs[part].body for part in parts]
        if any(isinstance(body, Discarded) for body in bodies):
            with self._lock:
                self._forget(key)
                self._blobs[key] = Blob(Discarded(sum(body.size for body in bodies)), "")
                for part in parts:
                    self._forget(part)
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as whole:
            for part in parts:
                for chunk in self._blobs[part].body.chunks():
                    whole.write(chunk)
            whole.seek(0)
            self.put(key, cast("BinaryIO", whole))
        with self._lock:
            for part in parts:
                self._forget(part)

    def clear(self) -> None:
        """Drop every blob, and the temporary file."""
        with self._lock:
            self._blobs.clear()
            self._in_memory = self._kept = 0
            if self._file is not None:
                self._file.close()
                self._file = None

    def _forget(self, key: str) -> None:
        old = self._blobs.pop(key, None)
        if old is not None and isinstance(old.body, Bytes):
            self._in_memory -= old.body.size
            self._kept -= old.body.size

    def _spill(self, head: bytes, source: BinaryIO, digest: hashlib._Hash) -> Body:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="regilink-blobs-")  # noqa: SIM115
        offset = self._file.seek(0, os.SEEK_END)
        self._file.write(head)
        size = len(head)
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if self.limit is not None and self._kept + size > self.limit:
                self._file.seek(offset)
                self._file.truncate()
                return Discarded(_count(b"", source, digest).size + size)
            self._file.write(chunk)
        self._file.flush()
        self._kept += size  # a file's part is not given back when its blob is replaced
        return _FilePart(self._file.fileno(), offset, size)


def _count(head: bytes, source: BinaryIO, digest: hashlib._Hash) -> Discarded:
    """Read to the end and keep nothing."""
    size = len(head)
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return Discarded(size)
