"""A command line that cannot be read: what was meant is said, with what to write instead, and the status is 2."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from regilink_doctor.cli import main
from regilink_doctor.config import FORMATS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lnt"], 'there is no command "lnt", did you mean lint?'),
        (["xyzzy"], 'there is no command "xyzzy", only lint, doctor, explain,'),
        (["src", "--fix"], "src is not a command\n  help: to lint it: regilink lint src --fix\n"),
        (["verify", "--digset", "x"], "verify has no option --digset, did you mean --digest?"),
        (["lint", "-f"], "lint has no option -f, did you mean --fix or --fix-only or --force-exclude?"),
        (["lint", "-o", "x.json"], "lint has no option -o, did you mean --output-format or --output-file?"),
        (["verify", "-z"], "verify has no option -z; see regilink help verify"),
        (["lint", "src", "--stdin-filename", "a.py"], "give no PATH, or - alone"),
        (["doctor", "wandb-registry-model/zoo", "--stdin-filename", "a.py"], "give no TARGET"),
        (["emulator", "--quick"], "emulator has no option --quick; see regilink help emulator"),
        (
            ["dry-run", "python", "train.py", "--epochs", "1"],
            "dry-run: write your own command after --\n  help: regilink dry-run -- python train.py --epochs 1\n",
        ),
        (
            ["emulator", "python", "x y.py"],
            "write your own command after --\n  help: regilink emulator -- python 'x y.py'\n",
        ),
        (["dry-run", "python", "--", "train.py"], 'dry-run does not accept "python"; see regilink help dry-run'),
        (["rules", "REG101"], 'rules does not accept "REG101"\n  help: regilink rule REG101\n'),
        (["catalog", "pull", "--colections", "full"], "catalog pull has no option --colections, did you mean --collec"),
        (["catalog", "list"], 'catalog: VERB is "list", not one of pull, diff, show'),
        (
            ["lint", "--output-format", "jsn"],
            f'{", ".join(FORMATS)}; did you mean "json"?',
        ),
        (
            ["lint", "--select", ""],
            "no rule is selected by --select, so nothing could be found; `regilink rules` lists them",
        ),
        (["lint", "--select=,"], "no rule is selected by --select, so"),
        (["lint", "--select", "REG102", "--ignore", "REG102"], "no rule is selected by --select and --ignore,"),
        (["lint", "--select"], "lint: --select: expected one argument; see regilink lint --help"),
        (["explain"], "explain: nothing to explain. For example: regilink explain"),
        (["--color", "never", "lint"], "--color: options follow the command"),
        (["doctor", "--python", "/no/python"], "--python: /no/python: there is no such Python"),
        (
            ["lint", "--catalog", "none.json", "src"],
            "--catalog: none.json: no such file; `regilink catalog pull none.json` makes it",
        ),
    ],
)
def test_what_was_meant_is_said(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("regilink: ")
    assert said in error
    assert "usage:" not in error


@pytest.mark.parametrize(
    ("words", "extra"),
    [(["emulator", "--", "true"], "emulator"), (["dry-run", "--", "true"], "emulator"), (["demo"], "all")],
)
def test_an_extra_that_is_missing_is_said(
    words: list[str], extra: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("regilink_doctor.emulator.find_spec", lambda name: None)
    for name in [name for name in sys.modules if name.startswith("regilink_doctor.workflows.")]:
        monkeypatch.delitem(sys.modules, name)
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.endswith(f'install regilink with its extra "{extra}"\n')
    assert error.count("\n") == 1


def test_without_a_command_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert "find mistakes in code that links to the W&B Registry" in capsys.readouterr().err
