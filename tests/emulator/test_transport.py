"""The server's manners: loopback alone, bounds on what it takes, nothing left when it stops, nothing printed."""

import base64
import errno
import gzip
import importlib
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from tables import sample

from regilink_doctor.emulator import Emulator, World, loopback, storage
from regilink_doctor.emulator.environ import Workspace
from regilink_doctor.emulator.http import Slice
from regilink_doctor.emulator.storage import BlobStore

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
    listening = Path("/proc/net/tcp").read_text(encoding="utf-8") if os.path.exists("/proc/net/tcp") else ""
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


HUGE = "9" * 20


@pytest.mark.parametrize(
    ("head", "body", "status"),
    sample(
        [
            ("POST /graphql HTTP/1.1\nContent-Length: -1", b"{}", 400),
            ("POST /graphql HTTP/1.1\nContent-Length: many", b"{}", 400),
            ("POST /graphql HTTP/1.1\nContent-Length: 1_0", b"{}" * 5, 400),
            ("POST /graphql HTTP/1.1\nContent-Length: 50", b"cut off", 400),
            ("POST /graphql HTTP/1.1\nContent-Length: 2\nContent-Length: 3", b"{} ", 400),
            (f"POST /graphql HTTP/1.1\nContent-Length: {HUGE}", b"{}", 413),
            (f"PUT /storage/x/y/z HTTP/1.1\nContent-Length: {HUGE}\nExpect: 100-continue", b"", 413),
            ("POST /graphql HTTP/1.1\nTransfer-Encoding: chunked", b"f" * 100 + b"\r\n{}\r\n0\r\n\r\n", 413),
            ("POST /graphql HTTP/1.1\nTransfer-Encoding: chunked", b"0x2\r\n{}\r\n0\r\n\r\n", 400),
            ("POST /graphql HTTP/1.1\nTransfer-Encoding: chunked", b"\r\n{}\r\n0\r\n\r\n", 400),
            ("POST /_regilink/calls HTTP/1.1\nContent-Length: 2", b"[]", 400),
            ("POST /_regilink/calls HTTP/1.1\nContent-Length: 4", b"null", 400),
            ("POST /_regilink/calls HTTP/1.1\nContent-Length: 13", b'{"call": [1]}', 400),
            ("POST /_regilink/faults HTTP/1.1\nContent-Length: 2", b"7\n", 400),
            ("POST /files/team-a/p/r/file_stream HTTP/1.1\nAUTH\nContent-Length: 2", b"[]", 404),
            ("GET /artifacts HTTP/1.1\nAUTH", b"", 404),
            ("GET /artifactsV2 HTTP/1.1\nAUTH", b"", 404),
            ("GET /artifacts/team-a HTTP/1.1\nAUTH", b"", 404),
            ("GET /artifactsV2/default/team-a HTTP/1.1\nAUTH", b"", 404),
            ("GET /files HTTP/1.1\nAUTH", b"", 404),
            ("GET /storage HTTP/1.1", b"", 404),
            ("PUT /storage/x/ANY/x HTTP/1.1\nContent-Length: 1", b"x", 403),
            ("PUT /storage/x/ANY.1/x HTTP/1.1\nContent-Length: 1", b"x", 403),
            ("DELETE /storage/x/y/z HTTP/1.1", b"", 405),
            ("GET http://[ HTTP/1.1", b"", 400),
            ("BREW /graphql HTTP/1.1", b"", 501),
        ],
        one_in=3,
    ),
)
def test_every_request_is_answered(emulator: Emulator, head: str, body: bytes, status: int) -> None:
    login = base64.b64encode(f"api:{emulator.world.users['alice'].key}".encode()).decode()
    start, _, rest = head.replace("AUTH", f"Authorization: Basic {login}").partition("\n")
    answer = raw(emulator, "\n".join(part for part in (start, "Host: localhost", rest) if part), body)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert post(emulator).status_code == 200


def test_a_full_disk_is_said(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def put(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = emulator.world.make_upload("name")
    url = f"{emulator.url}/storage/wandb_artifacts/{file.blob}/name"
    monkeypatch.setattr(emulator.app.blobs, "store_blob", put)
    answer = requests.put(url, data=b"x", timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (507, "regilink: No space left on device")
    monkeypatch.undo()
    assert requests.put(url, data=b"x", timeout=10).status_code == 200


def test_a_full_disk_while_a_body_arrives_is_said(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any, /) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", lambda **_: Full())
    assert post(emulator).status_code == 507
    monkeypatch.undo()
    assert post(emulator).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ],
)
def test_pages_of_other_sites_do_not_reach_the_admin_routes(
    emulator: Emulator, headers: dict[str, str], status: int
) -> None:
    world = emulator.world
    answer = requests.post(f"{emulator.url}/_regilink/reset", headers=headers, data="x", timeout=10)
    assert (answer.status_code, emulator.world is world) == (status, status != 200)


@pytest.mark.parametrize(
    "path",
    [
        "/_regilink/reset",
        "//_regilink/reset",
        "///_regilink/reset",
        "/%5fregilink/reset",
        "/%5Fregilink/reset",
        "/_regilin%6b/reset",
        "/%2f_regilink/reset",
        "http://127.0.0.1/_regilink/reset",
        "/_regilink/reset?x#y",
    ],
)
def test_no_spelling_of_the_admin_routes_is_for_pages_of_other_sites(emulator: Emulator, path: str) -> None:
    world = emulator.world
    for origin in ("Origin: http://evil.example", f"Origin: {emulator.url}\nOrigin: http://evil.example"):
        answer = raw(emulator, f"POST {path} HTTP/1.1\nHost: {emulator.url[7:]}\n{origin}\nContent-Length: 0")
        assert answer.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 404 ")), answer
        assert emulator.world is world


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200),
        (b"\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200),
        (b"  \r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX y: z\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: y\rz\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x01" * 300, 400),  # https
    ],
)
def test_an_odd_start_is_answered_while_the_client_waits(emulator: Emulator, content: bytes, status: int) -> None:
    port = int(emulator.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(content)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_its_own_page_reaches_the_admin_routes(emulator: Emulator) -> None:
    headers = {"Origin": emulator.url}
    assert requests.post(f"{emulator.url}/_regilink/reset", headers=headers, timeout=10).status_code == 200


def test_beyond_loopback_the_admin_routes_want_a_key_and_names_are_allowed() -> None:
    with Emulator(host="0.0.0.0", allow_hosts=["wandb.test"]) as emulator:
        key = emulator.world.users["alice"].key
        url = f"{emulator.url}/_regilink/ledger"
        assert requests.get(url, timeout=10).status_code == 401
        assert requests.get(url, auth=("api", "0" * 40), timeout=10).status_code == 401
        assert requests.get(url, auth=("api", key), timeout=10).json() == []
        assert requests.get(f"{emulator.url}/healthz", headers={"Host": "wandb.test"}, timeout=10).status_code == 200
        assert requests.get(f"{emulator.url}/healthz", headers={"Host": "evil.test"}, timeout=10).status_code == 421
        assert requests.get(f"{emulator.url}/healthz", headers={"Host": "192.0.2.7:80"}, timeout=10).status_code == 200


def test_on_loopback_no_other_address_is_its_name(emulator: Emulator) -> None:
    assert requests.get(f"{emulator.url}/healthz", headers={"Host": "192.0.2.7:80"}, timeout=10).status_code == 421


def test_connections_are_closed_at_reset_and_a_client_does_not_notice(emulator: Emulator) -> None:
    sessions = [requests.Session() for _ in range(8)]
    for session in sessions:
        assert session.get(f"{emulator.url}/healthz", timeout=10).ok
    assert has_connections(emulator, 8)
    emulator.reset()
    assert has_connections(emulator, 0)
    for session in sessions:
        assert session.get(f"{emulator.url}/healthz", timeout=10).ok
        session.close()


def has_connections(emulator: Emulator, count: int) -> bool:
    """Whether it comes to so many connections, each with a thread."""
    end = time.monotonic() + 10
    while emulator._server.connections != count:
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_idle_connections_beyond_a_number_and_after_a_time_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "MAX_IDLE", 3)
    monkeypatch.setattr(loopback, "IDLE", 0.2)
    with Emulator() as emulator:
        port = int(emulator.url.rpartition(":")[2])
        held = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(6)]
        assert [connection.recv(1) for connection in held] == [b""] * 6
        assert post(emulator).status_code == 200
        for connection in held:
            connection.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no limits there")
def test_without_descriptors_the_accept_loop_waits_and_says_so() -> None:
    program = """
import os, resource, socket, sys, time
from regilink_doctor.emulator import Emulator
with Emulator() as emulator:
    port = int(emulator.url.rpartition(":")[2])
    waiting = socket.create_connection(("127.0.0.1", port))
    limit = len(os.listdir("/dev/fd")) + 2
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    held = []
    try:
        while True:
            held.append(socket.socket())
    except OSError:
        pass
    client = held.pop()
    client.connect(("127.0.0.1", port))
    before = time.process_time()
    time.sleep(0.5)
    print(time.process_time() - before)
    for each in held:
        each.close()
    client.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
    print(client.recv(12).decode())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    spent, answer = done.stdout.splitlines()
    assert float(spent) < 0.2
    assert answer == "HTTP/1.1 200"
    assert done.stderr == "regilink: no file descriptor is free, clients have to wait (ulimit -n)\n"


def test_a_range_of_a_large_blob_is_sent_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    store = BlobStore()
    body = store.store_blob("large", io.BytesIO(bytes(storage.IN_MEMORY) + b"end")).body
    part = Slice(body, 1, body.size)
    pieces = list(part.read_chunks())
    assert max(map(len, pieces)) <= storage.CHUNK
    assert sum(map(len, pieces)) == part.size == storage.IN_MEMORY + 2
    assert b"".join(Slice(body, body.size - 3, body.size).read_chunks()) == b"end"
    assert b"".join(Slice(body, body.size - 3, body.size).read_chunks(1, 2)) == b"n"
    store.drop_blobs()


def test_replaced_and_joined_blobs_give_their_disk_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "IN_MEMORY", 1 << 10)
    workspace = Workspace()
    store = BlobStore(workspace=workspace)

    def used() -> int:
        return sum(path.stat().st_size for path in workspace.path.glob("blob-*"))

    for content in (b"a" * 5000, b"b" * 4000, b"c" * 3000):
        store.store_blob("key", io.BytesIO(content))
        assert used() == len(content)
    store.store_blob("key.1", io.BytesIO(b"1" * 2000))
    store.store_blob("key.2", io.BytesIO(b"2" * 10))
    store.join_blobs("key", ["key.1", "key.2"])
    assert used() == 2000
    blob = store.find_blob("key")
    assert blob is not None
    assert b"".join(blob.body.read_chunks(1998, 2003)) == b"11222"
    assert store.find_blob("key.1") is None
    store.store_blob("key", io.BytesIO(b"small"))
    assert used() == 0
    workspace.remove_folder()


@pytest.mark.skipif(sys.platform == "win32", reason="files are not locked there")
def test_what_a_killed_process_has_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    program = """
import os, signal
from regilink_doctor.emulator import Emulator
emulator = Emulator()
emulator.environ()
print(emulator.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    left = Path(killed.stdout.strip())
    assert left.is_dir()
    other = tmp_path / "regilink-of-somebody-else"
    other.mkdir()
    with Emulator() as living:
        kept = living.folder
        assert not left.exists()
        with Emulator() as second:
            assert second.folder.is_dir()
            assert kept.is_dir()
    assert list(tmp_path.iterdir()) == [other]


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
    monkeypatch.setattr(storage, "IN_MEMORY", 1 << 12)
    with Emulator() as emulator:
        content = os.urandom(1 << 16)
        file = emulator.world.make_upload("name")
        url = f"{emulator.url}/storage/wandb_artifacts/{file.blob}/name"
        assert requests.put(url, data=content, timeout=10).status_code == 200
        body = emulator.app.blobs.find_blob(file.blob).body
        assert type(body).__name__ == "OnDisk"
        assert requests.get(url, timeout=10).content == content
        for asked, part in {"100-199": content[100:200], "-5": content[-5:], "0-99999999": content}.items():
            answer = requests.get(url, headers={"Range": f"bytes={asked}"}, timeout=10)
            assert (answer.status_code, answer.content) == (206, part), asked
        for asked in ("5-1", "-", "a-b", "0-0,5-9", "0x1-5", f"{'9' * 5000}-"):  # not one range: all of it is sent
            answer = requests.get(url, headers={"Range": f"bytes={asked}"}, timeout=10)
            assert (answer.status_code, answer.content) == (200, content), asked
        for asked in ("99999999-", "-0"):
            assert requests.get(url, headers={"Range": f"bytes={asked}"}, timeout=10).status_code == 416, asked


def test_memory_for_blobs_is_bounded_over_all_of_them() -> None:
    import io

    store = BlobStore(memory=1 << 12)
    bodies = [store.store_blob(str(index), io.BytesIO(bytes(1 << 11))).body for index in range(4)]
    assert [type(each).__name__ for each in bodies] == ["Bytes", "Bytes", "OnDisk", "OnDisk"]
    assert all(b"".join(each.read_chunks()) == bytes(1 << 11) for each in bodies)
    store.drop_blobs()


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
    upload = f"{emulator.url}/storage/x/{emulator.world.make_upload('name').blob}/name"
    assert requests.put(upload, data=b"x", timeout=10).status_code == 200
    emulator.world.registry("zoo")
    url = emulator.url
    world = World()
    world.user("bob", organizations=[])
    emulator.reset(world)
    assert (emulator.url, emulator.world) == (url, world)
    assert requests.get(upload, timeout=10).status_code == 404
    assert requests.put(upload, data=b"late", timeout=10).status_code == 403
    assert requests.post(f"{url}/_regilink/reset", timeout=10).json() == {"ok": True}
    assert set(emulator.world.users) == {"alice"}


def make_world() -> World:
    world = World()
    world.user("carol", organizations=[])
    return world


@pytest.mark.parametrize("by_request", [False, True])
def test_reset_is_to_the_world_of_the_start(by_request: bool) -> None:
    def reset(emulator: Emulator) -> None:
        if by_request:
            requests.post(f"{emulator.url}/_regilink/reset", timeout=10).raise_for_status()
        else:
            emulator.reset()

    with Emulator(make_world) as emulator:
        before = emulator.world
        emulator.world.user("dave")
        reset(emulator)
        assert emulator.world is not before
        assert set(emulator.world.users) == {"carol"}
        emulator.reset(World.default())
        reset(emulator)
        assert set(emulator.world.users) == {"carol"}
    with Emulator(world := make_world()) as emulator:
        with pytest.raises(requests.HTTPError if by_request else ValueError, match=r"409|give it a world"):
            reset(emulator)
        assert emulator.world is world


def test_nothing_is_printed(emulator: Emulator, capfd: pytest.CaptureFixture[str]) -> None:
    post(emulator)
    post(emulator, b"{")
    raw(emulator, "GARBAGE")
    raw(emulator, "POST /graphql HTTP/1.1\nHost: localhost\nContent-Length: 100", b"cut off")
    assert capfd.readouterr() == ("", "")


def test_what_is_missing_is_said_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graphql", None)
    with pytest.raises(ImportError, match='needs graphql-core: install regilink with its extra "emulator"'):
        assert importlib.import_module("regilink_doctor.emulator").Emulator


@pytest.mark.parametrize(
    ("first_line", "status"),
    [("GARBAGE", 400), ("GET / HTTP/9.9", 505), ("GET /", 505), ("GET / HTTP/x", 400), ("FOO / HTTP/1.1", 501)],
)
def test_a_first_line_that_is_not_http_is_answered_in_http(emulator: Emulator, first_line: str, status: int) -> None:
    port = int(emulator.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{first_line}\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert json.loads(body)["error"]
