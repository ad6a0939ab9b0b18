"""The bar of a long run."""

import io
import sys

import pytest

from regilink_doctor.report.terminal import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("patience", "shown"), [(0, True), (60, False)])
def test_only_a_long_run_shows_it(monkeypatch: pytest.MonkeyPatch, patience: float, shown: bool) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with ProgressBar("linting", patience) as progress:
        progress(64, 128)
    text = sys.stderr.getvalue()
    assert ("linting" in text) == shown
    assert ("50%" in text) == shown
    assert text == "" or text.endswith("\x1b[2K")  # it is wiped away in the end
