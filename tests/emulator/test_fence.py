"""The fence: what is real is refused and recorded, everything else passes."""

import http.client
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests

from regilink_doctor.emulator import BlockedAttempt, Emulator, Fence
from regilink_doctor.emulator.environ import REMOVED, within
from regilink_doctor.emulator.loopback import LoopbackServer

DEFAULT_HOSTS = ("api.wandb.ai", "api.forge.coreweave.com")
"""Of wandb up to 0.30, and from 0.31 on."""


class Outside(LoopbackServer):
    """The world beyond the fence: a web server that is the machine's proxy too, and notes what reaches it."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str | None]] = []
        super().__init__(OutsideHandler, "outside")

    def __enter__(self) -> "Outside":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class OutsideHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Outside

    def do_GET(self) -> None:
        self.server.seen.append((self.command, self.path, self.headers.get("Proxy-Authorization")))
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"data")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self) -> None:
        self.server.seen.append((self.command, self.path, self.headers.get("Proxy-Authorization")))
        if self.path.startswith("closed."):
            self.send_error(403, "not for you")
            return
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as server:
        yield server


def connect(fence: Fence) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(fence.url.rpartition(":")[2])), timeout=10)


def proxies(fence: Fence) -> dict[str, str]:
    return {"http": fence.url, "https": fence.url}


@pytest.mark.parametrize(
    "name",
    [
        *("api.wandb.ai", "wandb.ai", "API.WANDB.AI.", "trace.wandb.ai", "api.forge.coreweave.com", "acme.wandb.io"),
        # What is not ASCII becomes the same name before DNS is asked.
        *("api.wandb\u3002ai", "api.\uff57andb.ai", "api.\u24e6andb.ai", "api.wandb\uff61ai", "api.wan\xaddb.ai"),
    ],
)
def test_every_name_of_w_and_b_is_real(emulator: Emulator, name: str) -> None:
    assert Fence(emulator, outside={}).is_real(name)


@pytest.mark.parametrize(
    "name",
    [
        *("notwandb.ai", "wandb.ai.example.com", "wandb.example.com", "storage.googleapis.com", "coreweave.com", ""),
        *("w\xe4ndb.ai", "\u0461andb.ai", "wandb\u00b7ai", "a..wandb.a", "\ud800"),
    ],
)
def test_a_name_that_only_looks_alike_is_not(emulator: Emulator, name: str) -> None:
    assert not Fence(emulator, outside={}).is_real(name)


def test_the_users_own_server_is_real(emulator: Emulator) -> None:
    fence = Fence(emulator, hosts=["wandb.lab.example:8443"], outside={"WANDB_BASE_URL": "https://wandb.example.com/x"})
    assert fence.is_real("wandb.example.com")
    assert fence.is_real("wandb.lab.example")
    assert Fence(emulator, outside={"WANDB_BASE_URL": "https://wandb.z\xfcrich.example"}).is_real(
        "wandb.xn--zrich-kva.example"
    )


def test_an_emulator_that_is_already_set_is_not(emulator: Emulator) -> None:
    fence = Fence(emulator, outside={"WANDB_BASE_URL": "http://127.0.0.1:8080"})
    assert not fence.is_real("127.0.0.1")


def test_a_real_server_is_refused_recorded_and_named(emulator: Emulator, outside: Outside) -> None:
    with Fence(emulator, outside={"https_proxy": outside.url}) as fence:
        with pytest.raises(requests.exceptions.ProxyError, match=r"Blocked by regilink: api\.wandb\.ai"):
            requests.get("https://api.wandb.ai/graphql", proxies=proxies(fence), timeout=10)
        plain = requests.get("http://wandb.ai/", proxies=proxies(fence), timeout=10)
        assert plain.status_code == 403
        assert f"the emulator is at {emulator.url}" in plain.text
        assert fence.blocked == (BlockedAttempt(1, "api.wandb.ai", 443), BlockedAttempt(2, "wandb.ai", 80))
    assert outside.seen == []


def test_what_is_not_w_and_b_passes(emulator: Emulator, outside: Outside) -> None:
    with Fence(emulator, outside={}) as fence:
        url = f"{outside.url}/set.csv?part=1"
        assert requests.get(url, proxies=proxies(fence), timeout=10).text == "data"
        assert requests.post(url, data=b"x" * 300_000, proxies=proxies(fence), timeout=10).content == b"x" * 300_000
        assert outside.seen == [("GET", "/set.csv?part=1", None)]
        tunnel = http.client.HTTPConnection("127.0.0.1", int(fence.url.rpartition(":")[2]), timeout=10)
        tunnel.set_tunnel("127.0.0.1", outside.port)
        tunnel.request("GET", "/through")
        assert tunnel.getresponse().read() == b"data"
        tunnel.close()
        assert fence.blocked == ()
    assert outside.seen[-1] == ("GET", "/through", None)


def test_what_passes_takes_the_way_that_the_machine_had_before(emulator: Emulator, outside: Outside) -> None:
    proxy = f"http://me:se%20cret@127.0.0.1:{outside.port}"
    basic = "Basic bWU6c2UgY3JldA=="
    with Fence(
        emulator, outside={"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": proxy, "ALL_PROXY": proxy}
    ) as fence:
        assert requests.get("http://data.example/a", proxies=proxies(fence), timeout=10).text == "data"
        tunnel = http.client.HTTPConnection("127.0.0.1", int(fence.url.rpartition(":")[2]), timeout=10)
        tunnel.set_tunnel("data.example", 443)
        tunnel.request("GET", "/through")
        assert tunnel.getresponse().read() == b"data"
        tunnel.close()
    assert outside.seen == [
        ("GET", "http://data.example/a", basic),
        ("CONNECT", "data.example:443", basic),
        ("GET", "/through", None),
    ]


def test_no_proxy_of_before_is_heeded(emulator: Emulator, outside: Outside) -> None:
    before = {"http_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"}
    with Fence(emulator, outside=before) as fence:
        assert requests.get(f"{outside.url}/a", proxies=proxies(fence), timeout=10).text == "data"


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("http://127.0.0.1:9", "no connection to 127.0.0.1:9"),
        ("socks5://127.0.0.1:9", "cannot forward requests to a socks5:// proxy"),
    ],
)
def test_a_way_out_that_does_not_work_says_why(emulator: Emulator, proxy: str, words: str) -> None:
    with Fence(emulator, outside={"http_proxy": proxy}) as fence:
        answer = requests.get("http://data.example/", proxies=proxies(fence), timeout=10)
    assert answer.status_code == 502
    assert words in answer.text


def test_a_refusal_of_the_proxy_of_before_is_handed_on(emulator: Emulator, outside: Outside) -> None:
    with Fence(emulator, outside={"https_proxy": outside.url}) as fence, connect(fence) as connection:
        connection.sendall(b"CONNECT closed.example:443 HTTP/1.1\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        words = answer.read()
    assert answer.status == 502
    assert b"refused: 403 not for you" in words


@pytest.mark.parametrize(
    "line",
    [
        "GET / HTTP/1.1",
        "CONNECT :x HTTP/1.1",
        "CONNECT data.example:0 HTTP/1.1",
        "CONNECT w\xaandb.ai:443 HTTP/1.1",  # IDNA makes wandb.ai of it
        "GET ftp://data.example/ HTTP/1.1",
    ],
)
def test_what_no_proxy_understands_is_an_error(emulator: Emulator, line: str) -> None:
    with Fence(emulator, outside={}) as fence, connect(fence) as connection:
        connection.sendall(f"{line}\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_it_does_not_go_round_through_itself(emulator: Emulator) -> None:
    with Fence(emulator) as fence, connect(fence) as connection:
        connection.sendall(f"CONNECT {fence.url.removeprefix('http://')} HTTP/1.1\r\n\r\n".encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 403 This is the proxy itself")


def test_stopping_cuts_what_is_open(emulator: Emulator, outside: Outside) -> None:
    fence = Fence(emulator, outside={})
    fence.start()
    with connect(fence) as connection:
        connection.sendall(f"CONNECT 127.0.0.1:{outside.port} HTTP/1.1\r\n\r\n".encode())
        assert b"200" in connection.recv(100)
        fence.stop()
        assert connection.recv(100) == b""


def test_nothing_of_before_leads_elsewhere(emulator: Emulator) -> None:
    before = {
        "WANDB_HTTPS_PROXY": "http://elsewhere",
        "https_proxy": "http://elsewhere",
        "NO_PROXY": "*",
        "KEPT": "yes",
    }
    with Fence(emulator, outside=before) as fence:
        now = within(before, fence.environ())
        assert now["HTTPS_PROXY"] == now["https_proxy"] == now["http_proxy"] == fence.url
    assert now["KEPT"] == "yes"
    assert not REMOVED & set(now)
    assert "*" not in now["NO_PROXY"]


STUBBORN = """
import os, subprocess, sys
os.environ["WANDB_BASE_URL"] = sys.argv[1]
import wandb

LINK = '''
import wandb
run = wandb.init(entity="team-a", project="p")
artifact = wandb.Artifact("zoo", type="model")
run.link_artifact(artifact, "wandb-registry-model/zoo")
'''
try:
    wandb.login(key="f" * 40)
except Exception as error:
    print("login:", error)
done = subprocess.run([sys.executable, "-c", LINK], capture_output=True, text=True)
print("link:", done.returncode, done.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize("host", DEFAULT_HOSTS)
def test_a_script_that_insists_on_the_real_server_does_not_get_there(
    emulator: Emulator, outside: Outside, tmp_path: Path, host: str
) -> None:
    pytest.importorskip("wandb")
    before = {**os.environ, "HTTPS_PROXY": outside.url, "HTTP_PROXY": outside.url, "https_proxy": outside.url}
    script = tmp_path / "stubborn.py"
    script.write_text(textwrap.dedent(STUBBORN), encoding="utf-8")
    with Fence(emulator, outside=before) as fence:
        done = subprocess.run(
            [sys.executable, str(script), f"https://{host}"],
            env=within(before, fence.environ()),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "link: 1" in done.stdout, done.stderr
        assert f"Blocked by regilink: {host} is a real W&B server" in done.stdout
        assert {each.host for each in fence.blocked} == {host}
    assert outside.seen == [], "something left"
    assert emulator.ledger.links == ()
