"""Every option of every command, and every key, with odd values: the command does its work or says what is wrong.

The options come from the parsers, so that a new one is included.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest
from in_process import run_command

from regilink_doctor.cli import COMMANDS, _make_parsers
from regilink_doctor.config.schema import KEYS

ODD = ("", " ", "\0", "nan", "1e999", "-1", "[", "\ud800", "\u202e\x1b[2J", "http://[::1", "::error::x", "9" * 400)
NEEDED: dict[str, list[str]] = {
    "verify": ["wandb-registry-model/zoo:v1"],
    "doctor": ["wandb-registry-model/zoo"],
    "explain": ["REG101"],
    "rule": ["REG101"],
    "schema": ["lint"],
    "catalog": ["show", "none.json"],
}
"""What a command cannot do without."""
STARTS_PROGRAMS = {"dry-run", "emulator", "demo", "conformance"}
"""They take seconds or do not end: only what the parser says of a value is tried."""


def list_options() -> Iterator[tuple[str, str]]:
    for command in COMMANDS:
        parser = _make_parsers([command])[1]
        assert parser is not None
        for action in _list_actions(parser):
            if action.option_strings and action.nargs != 0 and action.help != argparse.SUPPRESS:
                yield command, max(action.option_strings, key=len)


def _list_actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            yield action


OPTIONS = sorted(set(list_options()))


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_odd_value_of_an_option(command: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train.py").write_text("import wandb\nrun = wandb.init()\n", encoding="utf-8")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    for value in ODD:
        words = [command, f"{option}={value}", *NEEDED.get(command, [])]
        if command in STARTS_PROGRAMS:
            words.append("--no-such-option")
        done = run_command(*words, cwd=tmp_path, WANDB_BASE_URL="http://127.0.0.1:1", WANDB_API_KEY="k" * 40)
        assert done.returncode in (0, 1, 2), (words, done)
        assert "Traceback" not in done.stdout + done.stderr, (words, done)
        assert command == "rules" or "REG002" not in done.stdout, (words, done)
        assert "broke" not in done.stderr, (words, done)
        assert "\x1b[2J" not in done.stdout + done.stderr
        assert "\u202e" not in done.stdout + done.stderr


WRONG = (
    "1",
    "1.5",
    "true",
    '"\\u0000"',
    '""',
    "[]",
    "[1]",
    "[[]]",
    "{}",
    "{x = 1}",
    "1979-05-27",
    '"nan"',
    '["\\u202e"]',
)


@pytest.mark.parametrize("key", [key.name for key in KEYS])
def test_a_wrong_value_of_a_key(key: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        'import wandb\nwandb.init(entity="t").link_artifact(a, "wandb-registry-a")\n', encoding="utf-8"
    )
    for value in WRONG:
        (tmp_path / "regilink.toml").write_text(f"{key} = {value}\n", encoding="utf-8")
        done = run_command("lint", cwd=tmp_path)
        assert done.returncode in (0, 1, 2), (value, done)
        assert "Traceback" not in done.stderr
        assert "REG002" not in done.stdout
        if done.returncode == 2:
            assert not done.stdout, (value, done)
            assert "regilink.toml" in done.stderr, (value, done)
            assert key in done.stderr, (value, done)
            assert done.stderr.startswith("regilink: "), (value, done)
