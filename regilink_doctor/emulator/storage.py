"""What is served at the moment, its bytes and their routes: signed uploads and downloads, download handlers.

A signed URL is `/storage/FOLDER/KEY/NAME`. The key is the signature: it cannot be guessed, only one that was handed out
takes an upload, and no credentials are asked for, as with W&B's buckets. `/artifacts/…` and `/artifactsV2/…` find a
file by its digest (`WandbStoragePolicy._file_url`) and want an API key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from regilink_doctor.core import wandb_messages
from regilink_doctor.core.records import record
from regilink_doctor.emulator.environ import Workspace
from regilink_doctor.emulator.faults import Faults
from regilink_doctor.emulator.http import Body, Bytes, Request, Response, Slice
from regilink_doctor.emulator.world import World, access
from regilink_doctor.emulator.world.model import StoredFile, User

_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, PUT, OPTIONS"}


class Storage:
    """Answers the requests for bytes of one server."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def answer_request(self, request: Request, parts: list[str]) -> Response:
        """Answer a request below `/storage`, `/artifacts`, `/artifactsV2` or `/files`."""
        if request.method == "OPTIONS":
            return Response(204, headers=dict(_CORS))
        if parts[0] == "storage":
            return self._handle_signed(request, *parts[1:3]) if len(parts) > 2 else Response(404)
        if request.method != "GET":
            return Response.from_json({"error": "method not allowed"}, 405)
        user, _ = self._served.find_user(request.headers)
        if user is None:
            return refuse_key()
        if parts[0] == "files":
            return self._run_file(request, parts[1:])
        return self._artifact_file(request, parts)

    def _handle_signed(self, request: Request, folder: str, key: str) -> Response:
        if request.method == "PUT":
            if not self._is_expected(key):
                return Response.from_json({"error": "SignatureDoesNotMatch: no upload to this URL was asked for"}, 403)
            blob = self._served.blobs.store_blob(key, request.body, request.headers.get("content-type"))
            wanted = request.headers.get("content-md5")
            if wanted and wanted != blob.md5:
                return Response.from_json({"error": "BadDigest: the Content-MD5 does not match what was received"}, 400)
            self._note_size(key, blob)
            return Response(200, headers={"ETag": f'"{base64.b64decode(blob.md5).hex()}"', **_CORS})
        if request.method in ("GET", "HEAD"):
            world = self._served.world
            download = world.downloads.get(f"{folder}/{key}") if request.method == "GET" else None
            if download is not None:
                world.ledger.add(download, once=True)  # the SDK reads a manifest first, and then each file
            return self._send_blob(request, self._find_blob(key))
        return Response.from_json({"error": "method not allowed"}, 405)

    def _is_expected(self, key: str) -> bool:
        """Whether the world has handed out the key for an upload: as a whole, or in numbered parts."""
        whole, _, number = key.rpartition(".")
        files = self._served.world.by_blob
        return key in files or (number.isdecimal() and whole in files)

    def _note_size(self, key: str, blob: Blob) -> None:
        """Tell the world how large the file is that has just arrived."""
        world = self._served.world
        with world.lock:
            file = world.by_blob.get(key)
            if file is not None:
                file.size = blob.body.size
                if file.run is not None:
                    file.digest = blob.md5

    def _find_blob(self, key: str) -> Blob | None:
        blobs = self._served.blobs
        if (blob := blobs.find_blob(key)) is None and key in self._served.world.contents:
            blobs.add_blobs({key: self._served.world.contents[key]})
            blob = blobs.find_blob(key)
        return blob

    def _artifact_file(self, request: Request, parts: list[str]) -> Response:
        """`/artifacts/ENTITY/HEX`, `/artifactsV2/REGION/ENTITY/PROJECT/COLLECTION/[ARTIFACT/]BIRTH/HEX/NAME`."""
        world = self._served.world
        user, _ = self._served.find_user(request.headers)
        if len(parts) < (3 if parts[0] == "artifacts" else 7):
            return Response.from_json({"error": "file not found"}, 404)
        digest = _from_hex(parts[2] if parts[0] == "artifacts" else parts[-2])
        with world.lock:
            for artifact, file in world.files_by_digest.get(digest or "", ()):
                places = {artifact.sequence.project} | {item.collection.project for item in artifact.memberships}
                if artifact.state == "COMMITTED" and any(access.downloads(user, place) for place in places):
                    return self._send_blob(request, self._find_blob(file.blob))
        return Response.from_json({"error": "file not found"}, 404)

    def _run_file(self, request: Request, parts: list[str]) -> Response:
        """`/files/ENTITY/PROJECT/RUN/NAME…`."""
        world = self._served.world
        file: StoredFile | None = None
        user, _ = self._served.find_user(request.headers)
        with world.lock:
            run = world.find_run(parts[0], parts[1], parts[2]) if len(parts) > 3 else None
            if run is not None and access.sees_project(user, run.project):
                file = run.files.get("/".join(parts[3:]))
        return self._send_blob(request, self._find_blob(file.blob) if file is not None else None)

    def _send_blob(self, request: Request, blob: Blob | None) -> Response:
        if blob is None:
            return Response.from_json({"error": "NoSuchKey: nothing has been uploaded here"}, 404)
        if isinstance(blob.body, Discarded):
            size = f"{blob.body.size} bytes"
            return Response.from_json({"error": f"regilink has not kept this upload of {size}: allow it more"}, 410)
        headers = {
            "Content-Type": blob.content_type or "application/octet-stream",
            "ETag": f'"{base64.b64decode(blob.md5).hex()}"',
            "Accept-Ranges": "bytes",
            **_CORS,
        }
        asked = _read_range(request.headers.get("range", ""), blob.body.size)
        if asked is None:
            return Response(200, blob.body, headers)
        if not asked:
            return Response(416, headers={"Content-Range": f"bytes */{blob.body.size}"})
        headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{blob.body.size}"
        return Response(206, Slice(blob.body, asked.start, asked.stop), headers)


def _read_range(header: str, size: int) -> range | None:
    """The bytes of a body that `Range` asks for; empty where the body has none of them, None for the whole body.

    A header that is not one range is left out of account (RFC 9110, 14.2).
    """
    asked = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", header)
    if asked is None or header == "bytes=-":
        return None
    first, last = asked[1], asked[2]
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _from_hex(text: str) -> str | None:
    try:
        return base64.b64encode(binascii.unhexlify(text)).decode("ascii")
    except (binascii.Error, ValueError):
        return None


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
                self._on_disk += body.size if isinstance(body, OnDisk) else 0
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
        if (blob := self._blobs.pop(key, None)) is None:
            return
        for body in blob.body.parts if isinstance(blob.body, Joined) else (blob.body,):
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


def _encode_base64(digest: hashlib._Hash) -> str:
    return base64.b64encode(digest.digest()).decode("ascii")


class Served:
    """One world at a time, which `reset` replaces."""

    def __init__(self, world: World | Callable[[], World] | None, blobs: BlobStore) -> None:
        self._make_world = None if isinstance(world, World) else world or World.default
        self.world = world if isinstance(world, World) else (world or World.default)()
        self.blobs = blobs
        self.faults = Faults()
        self.after_reset: list[Callable[[], None]] = []
        self._resetting = Lock()

    def reset(self, world: World | None = None) -> None:
        """Start again with `world` (the one of the start), an empty ledger, no stored bytes and no faults.

        Raises:
            ValueError: it began with a `World`, which is no longer as it was then.
        """
        if world is None:
            if self._make_world is None:
                raise ValueError(
                    "reset() cannot restore the World that the emulator was started with: "
                    "give it a world, or give Emulator a function that makes the world"
                )
            world = self._make_world()
        with self._resetting:
            self.world = world
            self.blobs.drop_blobs()
            self.faults.clear()
        for action in self.after_reset:
            action()

    def find_user(self, headers: Mapping[str, str]) -> tuple[User | None, bool]:
        """Whose key a request with these headers carries, and whether it carries one at all."""
        header = headers.get("authorization", "")
        scheme, _, value = header.partition(" ")
        if scheme.lower() != "basic" or not value:
            return None, bool(header)
        try:
            _, _, key = base64.b64decode(value).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None, True
        return self.world.user_of_key(key), bool(key)


def refuse_key() -> Response:
    """W&B's answer to a key that it does not know (failure C18)."""
    message = wandb_messages.fill_message("api-key-invalid")
    return Response.from_json({"errors": [{"message": message}], "error": message}, 401)
