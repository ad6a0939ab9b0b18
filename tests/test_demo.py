"""`regilink demo`: every wing has its say, and nothing is left behind."""

import re
import sys
import tempfile
from pathlib import Path

import pytest
from in_process import run_command


def test_the_demo_shows_what_each_wing_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forked_python: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "executable", forked_python)  # for the script that links
    done = run_command("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lint, doctor, run = re.split(r"(?m)^[123]\. ", done.stdout)[1:]
    assert "error[REG102]" in lint
    assert "warning[REG101]" in lint
    assert doctor.count("REG101") == 1
    for code in ("REG203", "REG301", "REG401"):
        assert code in doctor
    assert re.search(r"wandb +\S+ in \S+ +the environment of regilink", doctor)
    assert "Of 6 links, 1 went to the right place, 2 went somewhere else without any error, and W&B refused 3." in run
    assert re.search(r"misplaced \"team-a/model/zoo\" .*\n.*\[REG101, A1\]", run)
    assert not re.search(r"\b[0-9a-f]{40}\b", done.stdout), "a key is shown"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_demo_speaks_the_language_of_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forked_python: str
) -> None:
    monkeypatch.setattr(sys, "executable", forked_python)
    shown = run_command("demo", "--lang", "ja", cwd=tmp_path).stdout
    for text in (
        "1. ソースだけで分かること: regilink lint publish.py",
        "警告[REG101]",
        "✗ リンク",
        "6 件のリンクのうち",
    ):
        assert text in shown
    assert not re.search(r"(?m)^ *(help|note|see):", shown)
