"""The routes of bytes: signed uploads and downloads, and the download handlers of artifacts.

A signed URL is `/storage/FOLDER/KEY/NAME`. The key is the signature: it cannot be guessed, only one that was handed out
takes an upload, and no credentials are asked for, as with W&B's buckets. `/artifacts/…` and `/artifactsV2/…` find a
file by its digest (`WandbStoragePolicy._file_url`) and want an API key.
"""

from __future__ import annotations

import base64
import binascii
import re

from regilink_doctor.emulator.blobs import Blob, Discarded
from regilink_doctor.emulator.http import Request, Response, Slice
from regilink_doctor.emulator.served import Served, refuse_key
from regilink_doctor.emulator.world import access
from regilink_doctor.emulator.world.model import StoredFile

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
            return self._handle_signed(request, parts[2] if len(parts) > 2 else "")
        if request.method != "GET":
            return Response.from_json({"error": "method not allowed"}, 405)
        user, _ = self._served.find_user(request.headers)
        if user is None:
            return refuse_key()
        if parts[0] == "files":
            return self._run_file(request, parts[1:])
        return self._artifact_file(request, parts)

    def _handle_signed(self, request: Request, key: str) -> Response:
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
            if request.method == "GET" and key in world.downloads:
                world.ledger.add_consumption(world.downloads[key])
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
                places = {artifact.sequence.project} | {each.collection.project for each in artifact.memberships}
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
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        if asked is None:
            return Response(200, blob.body, headers)
        start = int(asked[1])
        stop = min(int(asked[2]) + 1, blob.body.size) if asked[2] else blob.body.size
        if start >= blob.body.size:
            return Response(416, headers={"Content-Range": f"bytes */{blob.body.size}"})
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{blob.body.size}"
        return Response(206, Slice(blob.body, start, stop), headers)


def _from_hex(text: str) -> str | None:
    try:
        return base64.b64encode(binascii.unhexlify(text)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
