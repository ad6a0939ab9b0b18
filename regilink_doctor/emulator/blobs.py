"""The uploaded bytes: in memory up to a bound, in files of a temporary folder above it."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from regilink_doctor.core.records import record
from regilink_doctor.emulator.environ import Workspace
from regilink_doctor.emulator.http import Body, Bytes

CHUNK = 1 << 18
MEMORY = 64 << 20
"""Bytes held in memory, all blobs together."""

IN_MEMORY = 8 << 20
"""A larger blob goes to a file in any case."""


@record
class OnDisk:
    """A body in a file of its own, which is deleted with it."""

    path: Path
    size: int

    def read_chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `stop`, in pieces."""
        end = self.size if stop is None else min(stop, self.size)
        with self.path.open("rb") as file:
            file.seek(start)
            while start < end and (data := file.read(min(CHUNK, end - start))):
                start += len(data)
                yield data


@record
class Joined:
    """The bodies of a multipart upload, one after the other. They are not copied."""

    parts: tuple[Body, ...]

    @property
    def size(self) -> int:
        """The number of bytes."""
        return sum(part.size for part in self.parts)

    def read_chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `stop`, in pieces."""
        end, offset = self.size if stop is None else stop, 0
        for part in self.parts:
            low, high = max(0, start - offset), min(part.size, end - offset)
            if low < high:
                yield from part.read_chunks(low, high)
            offset += part.size


@record
class Discarded:
    """A body of which only the size is known: it was larger than what may be kept."""

    size: int

    def read_chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
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
        memory: bytes held in memory; what is more goes to files.
        limit: bytes kept in all, None for any number; of an upload beyond it only size and MD5 are remembered.
        workspace: where the files go.
    """

    def __init__(self, memory: int = MEMORY, limit: int | None = None, workspace: Workspace | None = None) -> None:
        self._memory = memory
        self.limit = limit
        self._workspace = workspace or Workspace()
        self._owns_workspace = workspace is None
        self._names = itertools.count(1)
        self._lock = Lock()
        self._blobs: dict[str, Blob] = {}
        self._in_memory = 0
        self._on_disk = 0

    def store_blob(self, key: str, source: BinaryIO, content_type: str | None = None) -> Blob:
        """Store everything that `source` gives. A blob of the same key is replaced.

        Raises:
            OSError: the disk is full, or cannot be written to.
        """
        digest = hashlib.md5(usedforsecurity=False)
        head = source.read(IN_MEMORY + 1)
        digest.update(head)
        with self._lock:
            self._forget_blob(key)
            if self._is_over_limit(len(head)):
                body: Body = _count_rest(len(head), source, digest)
            elif len(head) <= IN_MEMORY and self._in_memory + len(head) <= self._memory:
                body = Bytes(head)
                self._in_memory += len(head)
            else:
                body = self._write_file(head, source, digest)
                self._on_disk += _disk_of(body)
            blob = self._blobs[key] = Blob(body, _encode_base64(digest), content_type)
        return blob

    def find_blob(self, key: str) -> Blob | None:
        """The blob, None when there is none."""
        return self._blobs.get(key)

    def add_blobs(self, contents: Mapping[str, bytes]) -> None:
        """Add ready-made blobs."""
        for key, content in contents.items():
            if key not in self._blobs:
                self._in_memory += len(content)
                self._blobs[key] = Blob(Bytes(content), _encode_base64(hashlib.md5(content, usedforsecurity=False)))

    def join_blobs(self, key: str, parts: list[str]) -> None:
        """Make one blob of several, which go.

        Raises:
            KeyError: one of them does not exist.
        """
        bodies = [self._blobs[part].body for part in parts]
        digest = hashlib.md5(usedforsecurity=False)
        if any(isinstance(body, Discarded) for body in bodies):
            joined = Blob(Discarded(sum(body.size for body in bodies)), "")
        else:
            for chunk in itertools.chain.from_iterable(body.read_chunks() for body in bodies):
                digest.update(chunk)
            joined = Blob(Joined(tuple(bodies)), _encode_base64(digest))
        with self._lock:
            self._forget_blob(key)
            for part in parts:
                del self._blobs[part]
            self._blobs[key] = joined

    def drop_blobs(self) -> None:
        """Drop every blob, and the files."""
        with self._lock:
            for key in list(self._blobs):
                self._forget_blob(key)
            self._in_memory = self._on_disk = 0
            if self._owns_workspace:
                self._workspace.remove_folder()

    def _is_over_limit(self, size: int) -> bool:
        return self.limit is not None and self._in_memory + self._on_disk + size > self.limit

    def _forget_blob(self, key: str) -> None:
        blob = self._blobs.pop(key, None)
        for body in _pieces_of(blob.body) if blob is not None else ():
            if isinstance(body, OnDisk):
                body.path.unlink(missing_ok=True)
                self._on_disk -= body.size
            elif isinstance(body, Bytes):
                self._in_memory -= body.size

    def _write_file(self, head: bytes, source: BinaryIO, digest: hashlib._Hash) -> Body:
        path = self._workspace.path / f"blob-{next(self._names)}"
        size = len(head)
        try:
            with path.open("wb") as file:
                file.write(head)
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    if self._is_over_limit(size):
                        break
                    file.write(chunk)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        if self._is_over_limit(size):
            path.unlink()
            return _count_rest(size, source, digest)
        return OnDisk(path, size)


def _count_rest(size: int, source: BinaryIO, digest: hashlib._Hash) -> Discarded:
    """Read to the end and keep nothing."""
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return Discarded(size)


def _pieces_of(body: Body) -> Iterable[Body]:
    return body.parts if isinstance(body, Joined) else (body,)


def _disk_of(body: Body) -> int:
    return body.size if isinstance(body, OnDisk) else 0


def _encode_base64(digest: hashlib._Hash) -> str:
    return base64.b64encode(digest.digest()).decode("ascii")
