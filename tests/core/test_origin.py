"""An origin names itself, and says what to write so that the value there is another."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tables import check_rows

from regilink_doctor.core import origin
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.origin import (
    Argument,
    Code,
    Configured,
    Default,
    File,
    Origin,
    Variable,
    find_shell,
    quote_for_shell,
)

CELL = Place("nb.ipynb", Span(2, 5, 2, 20), 3)
LINE = Place("src/train.py", Span(12, 5, 12, 20))


@pytest.mark.parametrize(
    ("value", "shown", "setting", "how_to_set", "how_to_unset"),
    [
        (Argument("--entity"), "argument --entity", "--entity", "--entity team-b", "leave out --entity"),
        (
            Argument("--entity", "REGILINK_ENTITY"),
            "environment REGILINK_ENTITY",
            "REGILINK_ENTITY",
            "export REGILINK_ENTITY=team-b",
            "unset REGILINK_ENTITY",
        ),
        (
            Variable("WANDB_ENTITY"),
            "environment WANDB_ENTITY",
            "WANDB_ENTITY",
            "export WANDB_ENTITY=team-b",
            "unset WANDB_ENTITY",
        ),
        (
            File("wandb/settings", "entity"),
            "wandb/settings",
            "`entity` in wandb/settings",
            "write `entity = team-b` in wandb/settings",
            "delete the line `entity` from wandb/settings",
        ),
        (File("~/.netrc"), "~/.netrc", "~/.netrc", "write team-b in ~/.netrc", "correct or delete ~/.netrc"),
        (
            Code(LINE, "entity"),
            "entity= in src/train.py:12",
            "entity= in src/train.py:12",
            'src/train.py:12: entity="team-b"',
            "src/train.py:12: leave out entity=",
        ),
        (
            Code(CELL),
            "nb.ipynb:cell 3:2",
            "nb.ipynb:cell 3:2",
            'nb.ipynb:cell 3:2: "team-b"',
            "delete it in nb.ipynb:cell 3:2",
        ),
        (
            Configured("pyproject.toml", "entity"),
            "configuration pyproject.toml",
            "`entity` in pyproject.toml",
            'write `entity = "team-b"` in pyproject.toml',
            "delete the line `entity` from pyproject.toml",
        ),
        (
            Default("the account's default entity", "WANDB_ENTITY"),
            "the account's default entity",
            "WANDB_ENTITY",
            "export WANDB_ENTITY=team-b",
            "it is not set",
        ),
    ],
    ids=lambda value: value.shown if isinstance(value, Origin) else "",
)
def test_what_it_says(value: Origin, shown: str, setting: str, how_to_set: str, how_to_unset: str) -> None:
    assert (value.shown, value.setting) == (shown, setting)
    assert value.how_to_set("team-b") == how_to_set
    assert value.how_to_unset() == how_to_unset


@check_rows(
    ("system", "environ", "shell"),
    [
        ("posix", {}, "sh"),
        ("nt", {"PROMPT": "$P$G"}, "cmd"),
        ("nt", {}, "powershell"),
        ("nt", {"SHELL": "/usr/bin/bash", "PROMPT": "$P$G"}, "sh"),
    ],
)
def test_the_shell_at_hand(system: str, environ: dict[str, str], shell: str) -> None:
    assert find_shell(system, environ) == shell


@pytest.mark.parametrize(
    ("shell", "set_it", "unset_it"),
    [
        ("powershell", "$env:WANDB_ENTITY = 'it''s a team'", "Remove-Item Env:WANDB_ENTITY"),
        ("cmd", 'set "WANDB_ENTITY=it\'s a team"', "set WANDB_ENTITY="),
    ],
)
def test_the_commands_on_windows(monkeypatch: pytest.MonkeyPatch, shell: str, set_it: str, unset_it: str) -> None:
    monkeypatch.setattr(origin, "find_shell", lambda system, environ: shell)
    assert Variable("WANDB_ENTITY").how_to_set("it's a team") == set_it
    assert Variable("WANDB_ENTITY").how_to_unset() == unset_it


@pytest.mark.skipif(shutil.which("sh") is None, reason="no sh")
@pytest.mark.parametrize("value", ["", "it's", "a b", '$HOME `x` \\ "', "-n", "a\nb"])
def test_a_shell_reads_back_what_was_quoted(tmp_path: Path, value: str) -> None:
    script = f'{Variable("X").how_to_set(value)}; printf %s "$X"'
    assert subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True).stdout == value
    assert quote_for_shell(value)


def test_only_names_of_the_user_are_rewritten() -> None:
    def hide(text: str) -> str:
        return text.replace("entity", "X").replace("train", "file")

    assert Argument("--entity").rewrite(hide) == Argument("--entity")
    assert Variable("entity").rewrite(hide) == Variable("entity")
    assert Code(LINE, "entity").rewrite(hide).shown == "entity= in src/file.py:12"
    assert File("train/settings", "entity").rewrite(hide) == File("file/settings", "entity")
