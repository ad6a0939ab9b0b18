"""Keys and passwords, planted wherever one can be: none comes out of any report, of a crash, or of a fault."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from regilink_doctor.cli import main
from regilink_doctor.client.gateway import Gateway
from regilink_doctor.doctor.checks import account
from regilink_doctor.emulator import Emulator

PLANTED = {
    "file": "f1" * 20,
    "netrc": "e2" * 20,
    "login": "pass-of-host",
    "proxy": "pass-of-proxy",
    "local": "local-" + "d3" * 20,
}
OUTPUTS = (
    ["-vvv"],
    ["--output-format", "json"],
    ["--output-format", "github"],
    ["--output-format", "junit"],
    ["--redact", "-vv"],
)


@pytest.fixture
def planted(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A folder, a home and an environment full of secrets; the secrets."""
    emulator.reset()
    environ = emulator.environ()
    work = tmp_path / "work"
    (work / "wandb").mkdir(parents=True)
    (work / "wandb" / "settings").write_text(
        f"[default]\napi_key = {PLANTED['file']}\ncolour = green\n", encoding="utf-8"
    )
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1\nlogin user\npassword {PLANTED['netrc']}\n", encoding="utf-8")
    (work / "train.py").write_text(
        "import wandb\n"
        f"wandb.login(key='{environ['WANDB_API_KEY']}')\n"
        "run = wandb.init(entity='alice')\n"
        "artifact = wandb.Artifact('zoo', type='model')\n"
        f"run.link_artifact(artifact, f'wandb-registry-model/{{f(\"{PLANTED['local']}\")}}')\n"
        f"run.link_artifact(artifact, 'wandb-registry-model/{environ['WANDB_API_KEY']}')\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(work)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("WANDB_BASE_URL", emulator.url.replace("http://", f"http://me:{PLANTED['login']}@"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PLANTED['proxy']}@127.0.0.1:9")
    return [*PLANTED.values(), environ["WANDB_API_KEY"]]


def test_not_from_addresses_in_the_source(
    planted: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, named = "a1b2c3d4e5" * 4, "0f9e8d7c6b" * 4
    address = f"https://me:{secret}@wandb.ai/orgs/acme/registry/model?api_key={named}"
    Path("train.py").write_text(
        "import wandb\nrun = wandb.init(entity='team-a')\n"
        f"run.link_artifact(a, '{address}')\n"
        f"run.link_artifact(a, 'wandb-registry-model/{PLANTED['local']}:v3')\n",
        encoding="utf-8",
    )
    Path("regilink.toml").write_text(f"host = 'https://me:{secret}@w.example.com'\n", encoding="utf-8")
    for words in (
        *(["lint", "--output-format", name] for name in ("full", "concise", "json", "github", "sarif", "junit")),
        *(["lint", flag] for flag in ("--diff", "--show-sites", "--show-settings")),
        *(["doctor", *words] for words in OUTPUTS),
        *(["explain", "--output-format", name, address] for name in ("full", "json")),
        ["explain", "--output-format", "json", f"WANDB_API_KEY={secret}"],
        ["dry-run", "--", "true", f"--api-key={secret}"],
    ):
        main(words)
        shown = "".join(capsys.readouterr())
        assert shown
        assert [each for each in (*planted, secret, named) if each in shown] == [], words


@pytest.mark.parametrize("arguments", OUTPUTS, ids=" ".join)
def test_in_no_report(arguments: list[str], planted: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", *arguments, "--html", "page.html"])
    shown = capsys.readouterr()
    everything = shown.out + shown.err + Path("page.html").read_text(encoding="utf-8")
    assert "REG203" in everything, "the report is there"
    assert [secret for secret in planted if secret in everything] == []


def test_not_when_the_server_or_a_proxy_is_unreachable(
    planted: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in (
        f"https://me:{PLANTED['login']}@127.0.0.1:9",
        f"https://me:{PLANTED['login']}@wandb.example.com",
        f"http://me:{PLANTED['login']}@[::1",
    ):
        monkeypatch.setenv("WANDB_BASE_URL", url)
        main(["doctor", "-vv", "--timeout", "1"])
    shown = capsys.readouterr()
    assert "REG801" in shown.out
    assert [secret for secret in planted if secret in shown.out + shown.err] == []


def test_not_in_a_crash(
    planted: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError(f"with {os.environ['WANDB_API_KEY']}")

    monkeypatch.setattr(account.AccountCheck, "run_check", breaks)
    assert main(["doctor", "-vvv"]) == 2
    shown = capsys.readouterr().out
    assert "regilink failed here (test_keys_appear_nowhere.py:" in shown
    monkeypatch.setattr(Gateway, "__init__", breaks)
    assert main(["doctor", "-vvv"]) == 2
    broken = capsys.readouterr()
    assert "the doctor broke: RuntimeError at" in broken.err
    assert [secret for secret in planted if secret in shown + broken.out + broken.err] == []
