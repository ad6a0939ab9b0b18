"""`regilink explain`, as a user calls it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from regilink_doctor.cli import main


def typed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_what_is_recognised_is_0_and_what_is_not_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "A12"]) == 0
    assert "Team or user where the organization belongs".lower() in capsys.readouterr().out.lower()
    assert main(["explain", "what is this"]) == 1
    assert capsys.readouterr().out.startswith("Not recognised")


def test_words_need_no_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "CommError:", "permission", "denied"]) == 0
    assert "row B7" in capsys.readouterr().out


def test_a_log_is_piped_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    log = b"epoch 1\n" * 2_000_000 + b"\xff\xfe wandb: \x1b[31mERROR\x1b[0m CommError: permission denied\r\n"
    typed(monkeypatch, log)
    assert main(["explain", "-", "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0] == "B7"


def test_nothing_on_standard_input_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed(monkeypatch, b" \n")
    assert main(["explain", "-"]) == 2
    assert "nothing came in on standard input" in capsys.readouterr().err


def test_a_catalog_that_cannot_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "wandb-registry-m/c", "--catalog", str(tmp_path / "none.json")]) == 2
    assert "--catalog" in capsys.readouterr().err
