"""The bar of a long run."""

import io
import sys

import pytest

from regilink_doctor.report.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "patience", "shown"), [(Terminal, 0, True), (Terminal, 60, False), (io.StringIO, 0, False)]
)
def test_only_a_long_run_on_a_terminal_shows_it(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], patience: float, shown: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stream())
    with ProgressBar("linting", patience) as progress:
        progress(64, 128)
    text = sys.stderr.getvalue()
    assert ("linting" in text) == shown
    assert ("50%" in text) == shown
    assert text == "" or text.endswith("\x1b[2K")  # it is wiped away in the end
