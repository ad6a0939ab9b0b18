"""How reports break on terminals of any width, as a process on a pseudo-terminal shows them."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from tables import check_rows, combine, sample

from regilink_doctor.core.text import text_width
from regilink_doctor.report.terminal import cut_line, fit_lines, paint_text


def on_a_terminal(columns: int, *words: str, folder: Path) -> list[str]:
    """The lines that a command of ours writes to a terminal so wide."""
    fcntl, pty, termios = map(pytest.importorskip, ("fcntl", "pty", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environ = {**os.environ, "NO_COLOR": "1", "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "regilink_doctor", *words]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, cwd=folder, env=environ):
        os.close(theirs)
        written = b""
        try:
            while chunk := os.read(ours, 65536):
                written += chunk
        except OSError:  # how Linux says that nobody writes any more
            pass
    os.close(ours)
    return written.decode().splitlines()


@pytest.mark.parametrize(
    ("columns", "words"),
    sample(combine([60, 80, 120], [("rules",), ("explain", "A8"), ("no-such-command",)]), one_in=3),
)
def test_nothing_is_wider_than_the_terminal(columns: int, words: tuple[str, ...], tmp_path: Path) -> None:
    lines = on_a_terminal(columns, *words, folder=tmp_path)
    assert lines
    assert [line for line in lines if text_width(line) > columns] == []


def test_documentation_is_broken_between_words_and_code_is_not(tmp_path: Path) -> None:
    lines = on_a_terminal(50, "explain", "REG104", folder=tmp_path)
    assert "With any other spelling the path is that of an ordinary project, which" in " ".join(lines)
    assert [line for line in lines if text_width(line) > 50 and not line.startswith("    ")] == []
    assert '    run.link_artifact(artifact, "wandb-registery-model/zoo")' in lines


@check_rows(
    ("text", "width"),
    [
        ("模型", 4),
        ("\uff21\uff22", 4),
        ("e\u0301", 1),
        ("🙂", 2),
        ("👨\u200d👩\u200d👧!", 3),
        ("👍🏽", 2),
        ("❤\ufe0f", 2),
        ("a\ufe0fb", 2),
        ("1\ufe0f\u20e3", 2),
        ("\x1b[1m模\x1b[0m", 2),
    ],
)
def test_letters_take_the_columns_that_a_terminal_gives_them(text: str, width: int) -> None:
    assert text_width(text) == width


def test_a_line_that_is_too_long_goes_on_below_its_beginning() -> None:
    assert list(fit_lines(["short", "  one two three", "  " + paint_text("1", "one two", colour=True)], 9)) == [
        "short",
        "  one two",
        "    three",
        "  \x1b[1mone two\x1b[0m",
    ]
    assert list(fit_lines(["one two three"], None)) == ["one two three"]


@check_rows(
    ("text", "start", "end", "shown", "part"),
    [
        ("abcdefghij", 0, 10, "abcdefghij", "abcdefghij"),
        ("abcdefghijk", 0, 3, "abcdefghi…", "abc"),
        ("abcdefghijk", 8, 11, "…fghijk", "ijk"),
        ("a" * 100 + "bc" + "d" * 100, 100, 102, "…aaabcddd…", "bc"),
        ("a" * 40, 30, 30, "…aaaaaaaa…", ""),
        ("a" * 40, 40, 40, "…aaa", ""),
        ("e\u0301" * 40, 60, 62, "…\u0301e\u0301e\u0301e\u0301e\u0301e…", "e\u0301"),
        ("a" * 50 + "\tb" + "c" * 50, 51, 52, "…   bcccc…", "b"),
    ],
)
def test_a_line_is_cut_around_its_part(text: str, start: int, end: int, shown: str, part: str) -> None:
    cut, first, last = cut_line(text, start, end, 10)
    assert (cut, cut[first:last]) == (shown, part)
