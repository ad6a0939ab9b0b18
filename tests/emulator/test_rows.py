"""Each row of the catalogue that the server or the SDK against it has a part in has a scenario of its own."""

import re
from pathlib import Path

from regilink_doctor.core.failures import FAILURES

ELSEWHERE = {
    "B13": "old servers: tests/emulator and tests/matrix of features and presets",
    "B14": "old SDKs: tests/matrix",
    "C4": "offline, `link_model` asks a server that it cannot reach: a rule",
    "C10": "an upload that fails: tests/emulator/test_faults.py",
    "C13": "a rule of the linter",
    "C14": "a rule of the linter; tests/emulator/test_writers.py",
    "C16": "processes that attach: for `explain` alone",
    "C19": "another host: the doctor",
    "D8": "old SDKs: tests/matrix",
    "D14": "a mistake in the documentation: for `explain` alone",
}
"""Row -> where it is shown instead."""


def test_every_row_of_parts_a_to_d_has_a_scenario_here_or_a_reason() -> None:
    names = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    shown = {row.upper().replace("C5B", "C5b") for row in re.findall(r"def test_([a-d]\d+b?)_", names)}
    wanted = {row for row in FAILURES if row[0] in "ABCD"}
    assert shown <= wanted
    assert wanted - shown == set(ELSEWHERE)
