"""Certificates that are wrong in one way each, made by openssl, shown by a real TLS server."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.gateway import Gateway

CONFIG = """\
[ca]
default_ca = here
[here]
dir = {folder}
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[req]
distinguished_name = empty
[empty]
[names]
subjectAltName = {name}
basicConstraints = critical,CA:true
"""


def certificate(
    folder: Path, *, name: str = "IP:127.0.0.1", start: str = "20200101000000Z", end: str = "20490101000000Z"
) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates")
    config = folder / "config"
    config.write_text(CONFIG.format(folder=folder, name=name), encoding="utf-8")
    (folder / "index").touch()
    (folder / "serial").write_text("01", encoding="utf-8")
    key, request, made = folder / "key.pem", folder / "request.pem", folder / "cert.pem"

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key))
    openssl("req", "-new", "-key", str(key), "-subj", "/CN=test", "-config", str(config), "-out", str(request))
    openssl(
        *("ca", "-batch", "-selfsign", "-notext", "-config", str(config), "-keyfile", str(key)),
        *("-startdate", start, "-enddate", end, "-in", str(request), "-out", str(made)),
    )
    return made


@contextmanager
def server(made: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, made.with_name("key.pem"))
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as secure:
                    request = b""
                    while not request.endswith(b"}"):  # headers and body come in two writes
                        request += secure.recv(65536) or b"}"
                    secure.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{"data": {}}')
            except OSError:
                connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


@pytest.mark.parametrize(
    ("cause", "trusted", "more"),
    [
        ("tls-self-signed", False, {}),
        ("tls-expired", True, {"end": "20200102000000Z"}),
        ("tls-early", True, {"start": "20480101000000Z"}),
        ("tls-hostname", True, {"name": "DNS:wandb.example.com"}),
        (None, True, {}),
    ],
)
def test_each_wrong_certificate_is_told_by_name(
    cause: str | None, trusted: bool, more: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificate(tmp_path, **more)
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with server(made) as url:
        gateway = Gateway(url, None, timeout=5)
        if cause is None:
            assert gateway.ask("query { viewer { id } }", {}).data == {}
            return
        with pytest.raises(ServerConnectionError) as caught:
            gateway.ask("query { viewer { id } }", {})
    assert (caught.value.cause, caught.value.code) == (cause, "REG801")
