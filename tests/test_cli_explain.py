"""`regilink explain`, as a user calls it."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from regilink_doctor.cli import main


def typed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))


def test_what_is_recognised_is_0_and_what_is_not_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "A12"]) == 0
    assert "Team or user where the organization belongs".lower() in capsys.readouterr().out.lower()
    assert main(["explain", "what is this"]) == 1
    assert capsys.readouterr().out.startswith("Not recognized")


def test_words_need_no_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "CommError:", "permission", "denied"]) == 0
    assert "failure B7" in capsys.readouterr().out


def test_a_log_is_piped_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("regilink_doctor.workflows.explain.INPUT_LIMIT", 100_000)
    log = b"epoch 1\n" * 200_000 + b"\xff\xfe wandb: \x1b[31mERROR\x1b[0m CommError: permission denied\r\n"
    typed(monkeypatch, log)
    assert main(["explain", "-", "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["failures"][0] == "B7"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize("lines", [0, 5_000])
def test_a_log_is_read_as_windows_writes_it(
    encoding: str, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda *_: "cp932")
    monkeypatch.setattr("regilink_doctor.workflows.explain.INPUT_LIMIT", 5_000)  # a log that is longer is cut
    log = "学習を始める。\n" + "損失 0.25、一つの行。\n" * lines
    log += "wandb.errors.CommError: project 模型/無い not found while calling wandb.Api().artifact\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(log.encode(encoding)), encoding="utf-8"))
    main(["explain", "-", "--output-format", "json"])
    explanation = json.loads(capsys.readouterr().out)
    assert "模型/無い" in json.dumps(explanation, ensure_ascii=False)


def test_of_a_large_file_the_end_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("regilink_doctor.cli.explain._STREAM_LIMIT", 20_000_000)
    log = tmp_path / "train.log"
    with log.open("wb") as file:
        file.write(b"\xff\xfe")
        file.seek(40_000_001)  # an odd number: no letter begins there
        file.write(b"\0" + "\nwandb.errors.CommError: permission denied\n".encode("utf-16-le"))
    with log.open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert main(["explain", "-", "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["failures"][0] == "B7"


def test_nothing_on_standard_input_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed(monkeypatch, b" \n")
    assert main(["explain", "-"]) == 2
    assert "nothing came in on standard input" in capsys.readouterr().err


def test_a_catalog_that_cannot_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "wandb-registry-m/c", "--catalog", str(tmp_path / "none.json")]) == 2
    assert "--catalog" in capsys.readouterr().err


def test_the_name_of_a_file_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.log").touch()
    main(["explain", "train.log"])
    assert (
        "train.log is a file here; to explain the log in it: regilink explain - < train.log" in capsys.readouterr().err
    )
    main(["explain", "model/zoo"])
    assert capsys.readouterr().err == ""
    (tmp_path / "zoo").touch()
    assert main(["explain", "zoo"]) == 0
    assert "zoo is a file here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("src\\train.py", "src/train.py is a file here"),
        ("src/train.py", "src/train.py is a file here"),
        ("src\\none.py", "src\\none.py is the path of a file, and there is none here"),
        ("C:\\logs\\RUN.LOG", "C:\\logs\\RUN.LOG is the path of a file, and there is none here"),
    ],
)
def test_the_path_of_a_file_is_no_target_path_on_any_system(
    text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").touch()
    assert main(["explain", text]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err.replace(os.path.join("src", "train.py"), "src/train.py")


def test_with_a_site_every_rule_and_failure_has_its_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGILINK_DOCS_URL", "https://docs.example.com/regilink")
    main(["explain", "wandb_registry_model/zoo"])
    printed = capsys.readouterr().out
    assert "See: https://docs.example.com/regilink/rules/REG104/" in printed
    assert "See: https://docs.example.com/regilink/failures/#a4" in printed
    main(["rule", "REG101"])
    assert "See: https://docs.example.com/regilink/rules/REG101/" in capsys.readouterr().out


def test_without_a_site_no_address_is_made_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REGILINK_DOCS_URL", raising=False)
    main(["explain", "model/zoo"])
    assert "See:" not in capsys.readouterr().out
