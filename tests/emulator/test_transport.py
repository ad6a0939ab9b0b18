"""The server's manners: loopback alone, bounds on what it takes, nothing left when it stops, nothing printed."""

import gzip
import importlib
import json
import os
import socket
import sys
import threading
from pathlib import Path

import pytest
import requests

from regilink_doctor.emulator import Emulator, World, blobs
from regilink_doctor.emulator.blobs import BlobStore

VIEWER = json.dumps({"query": "query Q { viewer { username } }"}).encode()


@pytest.fixture
def emulator():
    with Emulator() as running:
        yield running


def raw(emulator: Emulator, head: str, body: bytes = b"") -> bytes:
    port = int(emulator.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def post(emulator: Emulator, body: bytes = VIEWER, **headers: str) -> requests.Response:
    key = emulator.world.users["alice"].key
    return requests.post(f"{emulator.url}/graphql", data=body, headers=headers, auth=("api", key), timeout=10)


def test_it_listens_on_a_free_port_of_the_loopback_interface_alone(emulator: Emulator) -> None:
    with Emulator() as other:
        assert other.url != emulator.url
        assert other.url.startswith("http://127.0.0.1:")
    port = int(emulator.url.rpartition(":")[2])
    assert port > 1023
    listening = Path("/proc/net/tcp").read_text() if os.path.exists("/proc/net/tcp") else ""
    assert f"00000000:{port:04X}" not in listening


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "169.254.169.254", ""])
def test_a_foreign_host_header_is_refused(emulator: Emulator, host: str) -> None:
    answer = raw(emulator, f"POST /graphql HTTP/1.1\nHost: {host}\nContent-Length: {len(VIEWER)}", VIEWER)
    assert answer.startswith(b"HTTP/1.1 421 ")
    assert b"viewer" not in answer


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_its_own_names_are_taken(emulator: Emulator, host: str) -> None:
    assert raw(emulator, f"GET /healthz HTTP/1.1\nHost: {host}:1234\nConnection: close").startswith(b"HTTP/1.1 200 ")


def test_a_wrong_key_is_refused_and_without_one_nothing_is_told(emulator: Emulator) -> None:
    assert post(emulator).json()["data"]["viewer"] == {"username": "alice"}
    url = f"{emulator.url}/graphql"
    wrong = requests.post(url, data=VIEWER, auth=("api", "0" * 40), timeout=10)
    assert (wrong.status_code, wrong.json()["errors"][0]["message"]) == (401, "user is not logged in")
    assert requests.post(url, data=VIEWER, timeout=10).json()["data"] == {"viewer": None}
    stream = requests.post(f"{emulator.url}/files/team-a/p/r/file_stream", json={}, timeout=10)
    assert stream.status_code == 401
    assert requests.get(f"{emulator.url}/files/team-a/p/r/x", timeout=10).status_code == 401


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b'{"query": 7}', {}, 400),
        (b'{"query": "query Q {"}', {}, 200),  # GraphQL's own errors come in a good answer, as the SDK wants them
        (b'{"query": "query Q { nothing }"}', {}, 200),
        (b"not packed at all", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(VIEWER, mtime=0)[:-4], {"Content-Encoding": "gzip"}, 400),
    ],
)
def test_a_body_that_makes_no_sense_is_answered_and_the_server_goes_on(
    emulator: Emulator, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = post(emulator, body, **headers)
    assert (answer.status_code, "error" in answer.text) == (status, True)
    assert post(emulator).status_code == 200


def test_a_packed_body_is_read(emulator: Emulator) -> None:
    answer = post(emulator, gzip.compress(VIEWER, mtime=0), **{"Content-Encoding": "gzip"})
    assert answer.json()["data"]["viewer"] == {"username": "alice"}


@pytest.mark.parametrize("length", ["-1", "many", "99999999999999"])
def test_a_length_that_is_none_or_too_much_ends_the_connection_alone(emulator: Emulator, length: str) -> None:
    raw(emulator, f"POST /graphql HTTP/1.1\nHost: localhost\nContent-Length: {length}", b"{}")
    assert post(emulator).status_code == 200


def test_a_message_beyond_the_bound_is_refused_packed_or_not(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regilink_doctor.emulator.server.MAX_MESSAGE", 1 << 16)
    monkeypatch.setattr("regilink_doctor.emulator.server.MAX_BODY", 1 << 17)
    bomb = gzip.compress(bytes(1 << 20))
    assert len(bomb) < 1 << 12
    assert post(emulator, bomb, **{"Content-Encoding": "gzip"}).status_code == 413
    assert b" 413 " in raw(
        emulator, f"POST /graphql HTTP/1.1\nHost: localhost\nContent-Length: {1 << 17}", bytes((1 << 16) + 65536)
    )
    assert post(emulator).status_code == 200


def test_large_blobs_lie_in_a_file_and_come_back_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "IN_MEMORY", 1 << 12)
    with Emulator() as emulator:
        content = os.urandom(1 << 16)
        url = f"{emulator.url}/storage/wandb_artifacts/some-key/name"
        assert requests.put(url, data=content, timeout=10).status_code == 200
        body = emulator.app.blobs.get("some-key").body
        assert type(body).__name__ == "_FilePart"
        assert requests.get(url, timeout=10).content == content
        part = requests.get(url, headers={"Range": "bytes=100-199"}, timeout=10)
        assert (part.status_code, part.content) == (206, content[100:200])
        assert requests.get(url, headers={"Range": "bytes=99999999-"}, timeout=10).status_code == 416


def test_memory_for_blobs_is_bounded_over_all_of_them() -> None:
    import io

    store = BlobStore(memory=1 << 12)
    bodies = [store.put(str(index), io.BytesIO(bytes(1 << 11))).body for index in range(4)]
    assert [type(each).__name__ for each in bodies] == ["Bytes", "Bytes", "_FilePart", "_FilePart"]
    assert all(b"".join(each.chunks()) == bytes(1 << 11) for each in bodies)
    store.clear()


def test_when_it_stops_no_thread_port_or_file_is_left() -> None:
    before = set(threading.enumerate())
    emulator = Emulator()
    emulator.start()
    folder = emulator.folder
    held = requests.Session()
    held.get(f"{emulator.url}/healthz", timeout=10)
    idle = socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])))
    emulator.environ()
    emulator.stop()
    emulator.stop()
    assert set(threading.enumerate()) <= before
    assert not folder.exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{emulator.url}/healthz", timeout=10)
    held.close()
    idle.close()


def test_a_second_start_does_nothing_and_one_after_the_stop_is_refused() -> None:
    emulator = Emulator()
    emulator.start()
    emulator.start()
    assert requests.get(f"{emulator.url}/healthz", timeout=10).ok
    emulator.stop()
    with pytest.raises(RuntimeError, match="stopped"):
        emulator.start()


def test_json_and_documents_without_end_are_refused_and_named(emulator: Emulator) -> None:
    assert post(emulator, b"[" * 100_000).status_code == 400
    for text in ("{viewer{" + "id " * 30_000 + "}}", "{viewer{id}} #" + "x" * 300_000):
        answer = post(emulator, json.dumps({"query": text}).encode())
        assert "20000 tokens" in answer.text or "longer than" in answer.text
    assert post(emulator).json()["data"]["viewer"]["username"] == "alice"


def test_reset_gives_a_new_world_at_the_same_address(emulator: Emulator) -> None:
    requests.put(f"{emulator.url}/storage/x/some-key/name", data=b"x", timeout=10)
    emulator.world.registry("zoo")
    url = emulator.url
    world = World()
    world.user("bob", organizations=[])
    emulator.reset(world)
    assert (emulator.url, emulator.world) == (url, world)
    assert requests.get(f"{url}/storage/x/some-key/name", timeout=10).status_code == 404
    assert requests.post(f"{url}/_regilink/reset", timeout=10).json() == {"ok": True}
    assert set(emulator.world.users) == {"alice"}


def test_nothing_is_printed(emulator: Emulator, capfd: pytest.CaptureFixture[str]) -> None:
    post(emulator)
    post(emulator, b"{")
    raw(emulator, "GARBAGE")
    raw(emulator, "POST /graphql HTTP/1.1\nHost: localhost\nContent-Length: 100", b"cut off")
    assert capfd.readouterr() == ("", "")


def test_what_is_missing_is_said_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graphql", None)
    with pytest.raises(ImportError, match=r'the emulator needs graphql-core: pip install "regilink\[emulator\]"'):
        assert importlib.import_module("regilink_doctor.emulator").Emulator
