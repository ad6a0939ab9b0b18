"""What Tab gives, in the shells themselves; those that the machine does not have are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tables import combine, sample

from regilink_doctor.cli import COMMANDS
from regilink_doctor.cli.completion import SHELLS, find_script

BASH = """
source {script}
COMP_WORDS=({words} "{last}"); COMP_CWORD={number}; COMP_LINE="{words} {last}"; COMP_POINT=${{#COMP_LINE}}
"$(complete -p regilink | sed 's/.*-F \\([^ ]*\\) .*/\\1/')" regilink "{last}" "" 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
rm -f {folder}/kept
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'fpath=({folder} $fpath); autoload -U compinit; compinit -u -D'
zpty -w shell 'keep() {{ print -r -- $BUFFER > {folder}/kept }}; zle -N keep; bindkey "^X" keep; echo rea""dy'
zpty -r shell output '*ready*'
zpty -n -w shell $'{line}\\t\\C-x'
while [[ ! -s {folder}/kept ]] {{ zpty -r -t shell output }}
cat {folder}/kept
"""


def complete(shell: str, line: str, folder: Path) -> str:
    """What the shell shows for Tab at the end of a line."""
    words, _, last = line.rpartition(" ")
    script = find_script(shell)
    if shell == "bash":
        program = BASH.format(script=script, words=words, last=last, number=len(words.split()))
    elif shell == "zsh":
        shutil.copy(script, folder / "_regilink")
        program = ZSH.format(folder=folder, line=line)
    else:
        program = f"source {script}; complete -C '{line}'"
    environ = {**os.environ, "HOME": str(folder), "TERM": "xterm"}
    command = [shell, "--norc"] if shell == "bash" else [shell, "-f"] if shell == "zsh" else [shell, "--no-config"]
    done = subprocess.run(
        [*command, "-c", program], cwd=folder, env=environ, capture_output=True, text=True, timeout=60
    )
    return done.stdout + done.stderr


COMPLETED = {
    "regilink doc": "doctor",
    "regilink doctor --wri": "--write-probe",
    "regilink catalog pull --org": "--organization",
    "regilink lint --output-format json-": "json-lines",
    "regilink lint train_": "train_zoo.py",
}


@pytest.mark.parametrize(("line", "shell"), sample(combine(COMPLETED, SHELLS), one_in=2))
def test_commands_options_values_and_files_are_completed(line: str, shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "train_zoo.py").touch()
    assert COMPLETED[line] in complete(shell, line, tmp_path)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_scripts_are_current(shell: str) -> None:
    pytest.importorskip("shtab")
    import make_completions

    script = find_script(shell).read_text(encoding="utf-8")
    assert script == make_completions.make_script(shell), "run: python tools/make_completions.py"
    for command in COMMANDS:
        assert command in script
