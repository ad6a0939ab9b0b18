"""Values at the edge, of options, variables and files: one line that names what is wrong, and no waiting."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from tables import combine, sample

from regilink_doctor.cli import main

NAME = "wandb-registry-model/zoo"
COMMANDS = (["verify", NAME], ["catalog", "pull"], ["doctor", NAME])
KEY = "0123456789abcdef" * 2 + "01234567"


@pytest.fixture(autouse=True)
def plain_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().endswith("_PROXY") or name.startswith(("WANDB_", "REGILINK_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = main(words)
    shown = "".join(capsys.readouterr())
    assert "Traceback" not in shown
    assert KEY not in shown
    return status, shown


@pytest.mark.parametrize("command", sample(COMMANDS, one_in=3), ids=shlex.join)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "0", "1e999", "-0.0", "abc", "", "9" * 400])
def test_a_timeout_that_cannot_be_waited_for(
    command: list[str], value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, shown = run([*command, f"--timeout={value}"], capsys)
    assert (status, len(shown.splitlines())) == (2, 1)
    assert "--timeout is " in shown
    monkeypatch.setenv("REGILINK_TIMEOUT", value)
    status, shown = run(command, capsys)
    assert (status, len(shown.splitlines())) == (2, 1)
    assert "REGILINK_TIMEOUT is " in shown


@pytest.mark.parametrize("command", sample(COMMANDS, one_in=3), ids=shlex.join)
@pytest.mark.parametrize(
    "value",
    [
        "[",
        "http://[::1",
        "http://h:99999",
        "http://h:x",
        "ftp://h",
        "//",
        "http://",
        "http://:80",
        "http://a b",
        "\ud800",
    ],
)
def test_an_address_that_is_none(
    command: list[str], value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, shown = run([*command, "--host", value], capsys)
    assert "is not an address" in " ".join(shown.split())
    assert "--host" in shown
    assert status == 2
    if value.isascii():
        monkeypatch.setenv("WANDB_BASE_URL", value)
        status, shown = run(command, capsys)
        assert "WANDB_BASE_URL" in shown
        assert status == 2


HOST_SOURCES = (
    "--host",
    "REGILINK_HOST",
    "WANDB_BASE_URL",
    "`base_url` in wandb/settings",
    "`host` in --config",
    "`host` in regilink.toml",
    "`host` in shared.toml",
)
"""What may name the server, what counts first first; `--config` is an option of the doctor alone."""


@pytest.mark.parametrize(
    "command",
    [["verify", NAME], ["catalog", "pull"], ["map", "--live"], ["conformance", "--yes"], ["doctor", NAME]],
    ids=shlex.join,
)
def test_every_command_asks_the_same_server_and_says_who_names_it(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = [source for source in HOST_SOURCES if command[0] == "doctor" or "--config" not in source]
    (tmp_path / "wandb").mkdir()
    files = {"settings": tmp_path / "wandb" / "settings", "regilink.toml": Path("regilink.toml")}
    words = [*command, "--timeout=2"]
    for port, source in reversed(list(enumerate(sources, 1))):  # each comes before those that are there already
        host = f"http://127.0.0.1:{port}"
        if source == "--host":
            words += [source, host]
        elif source.isupper():
            monkeypatch.setenv(source, host)
        elif "--config" in source:
            words += ["--config", f"host = '{host}'"]
        elif "settings" in source:
            files["settings"].write_text(f"[default]\nbase_url = {host}\n", encoding="utf-8")
        elif "shared" in source:
            Path("shared.toml").write_text(f"host = '{host}'\n", encoding="utf-8")
            files["regilink.toml"].write_text("extend = 'shared.toml'\n", encoding="utf-8")
        else:
            files["regilink.toml"].write_text(f"host = '{host}'\nextend = 'shared.toml'\n", encoding="utf-8")
        status, shown = run(words, capsys)
        shown = " ".join(shown.split())
        assert f"127.0.0.1:{port} refuses the connection" in shown
        assert f"check {source} and the network" in shown
        assert "argument --host" not in shown or source == "--host"
        assert status == 2


@pytest.mark.parametrize(
    ("command", "value"),
    combine(
        COMMANDS,
        ["http://[::1", "http://user:hidden@PW@127.0.0.1:99999", "http://", "http://127.0.0.1:0", "://", "http://h:x"],
    ),
)
def test_a_proxy_that_is_none(
    command: list[str], value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", value)
    status, shown = run(command, capsys)
    assert status == 2
    name = "http_proxy" if os.name == "nt" else "HTTP_PROXY"  # one variable there, and asked for by this name first
    assert f"environment {name} is not the address of a proxy" in " ".join(shown.split())
    assert "hidden" not in shown
    assert "correct WANDB_BASE_URL" not in shown


@pytest.mark.parametrize(
    ("command", "variable", "kind"),
    combine(COMMANDS, ["NETRC", "WANDB_CONFIG_DIR", "REQUESTS_CA_BUNDLE"], ["pipe", "device"]),
)
def test_what_is_no_file_is_not_read(
    command: list[str],
    variable: str,
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    file = folder / "settings"
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with a name, no devices")
    os.mkfifo(file) if kind == "pipe" else os.symlink("/dev/zero", file)
    monkeypatch.setenv(variable, str(folder if variable == "WANDB_CONFIG_DIR" else file))
    monkeypatch.delenv("WANDB_API_KEY")
    monkeypatch.setenv("WANDB_BASE_URL", "https://127.0.0.1:9")
    status, shown = run([*command, "--timeout", "1"], capsys)
    assert status in (1, 2)
    assert shown
