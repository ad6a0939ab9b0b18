"""A key that is found in a file is in no report."""

import secrets
from pathlib import Path

import pytest
from tables import check_rows

from regilink_doctor.cli import main
from regilink_doctor.config import FORMATS
from regilink_doctor.core.text import is_key, mask_keys


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_key_is_in_no_report(
    output_format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key, other = secrets.token_hex(20), secrets.token_hex(20)
    code = f'import wandb\nwandb.login(key="{key}")  # {key}\n'
    code += f'wandb.init().link_artifact(a, "wandb_registry-model/{key}")\n'
    (tmp_path / "train.py").write_text(code, encoding="utf-8")
    (tmp_path / ".env").write_text(f"WANDB_API_KEY={other}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    main(["lint", "--output-format", output_format, "."])
    shown = capsys.readouterr()
    assert shown.out.count("REG704") >= 2
    assert key[:12] not in shown.out + shown.err
    assert other[:12] not in shown.out + shown.err


@check_rows(
    "text", ["0" * 40, "x" * 40, "your-40-character-api-key-goes-right-here", "0123456789" * 4, "a" * 39 + "1", ""]
)
def test_stand_ins_are_no_keys(text: str) -> None:
    assert not is_key(text)
    assert mask_keys(text) == text


def test_a_key_is_masked_where_it_stands() -> None:
    key = "local-" + secrets.token_hex(20)
    assert is_key(key)
    assert mask_keys(f'login("{key}", 1)') == f'login("{"*" * len(key)}", 1)'
