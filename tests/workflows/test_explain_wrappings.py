"""An error keeps its cause in whatever way a program, a scheduler, a terminal or a page wraps it."""

from __future__ import annotations

import html
import json
import re
import textwrap
from pathlib import Path

import pytest
from tables import check_each, sample

from regilink_doctor.workflows.explain import explain

CASES = json.loads((Path(__file__).parents[1] / "cases" / "explain" / "wrappings.json").read_text("utf-8"))


def wrap_lines(text: str, *, prefix: str = "", before: str = "", after: str = "") -> str:
    return before + "\n".join(prefix + line for line in text.splitlines()) + after


def as_json_lines(text: str, key: str, **others: str) -> str:
    return "\n".join(json.dumps({**others, key: line}) for line in text.splitlines())


OTHER_WRAPPINGS = {
    "colored words": lambda text: re.sub("(wandb|Error|File)", "\x1b[34m\\1\x1b[0m", text),
    "colors without escapes": lambda text: "\n".join(f"[31m{line}[0m" for line in text.splitlines()),
    "JSON lines": lambda text: as_json_lines(text, "msg", ts="2026-01-01T00:00:00Z", level="error"),
    "Docker's JSON lines": lambda text: as_json_lines(text, "log", stream="stderr", time="2026-01-01T00:00:00Z"),
    "one JSON object": lambda text: json.dumps({"level": "ERROR", "message": "job failed", "exc_info": text}),
    "structlog": lambda text: json.dumps({"event": "link failed", "exception": text, "level": "error"}),
    "JSON in JSON": lambda text: json.dumps({"severity": "ERROR", "jsonPayload": {"message": text}}),
    "page source": lambda text: f"<pre>{html.escape(text)}</pre>",
    "repr": repr,
    "escaped": json.dumps,
    "line feeds of Windows": lambda text: text.replace("\n", "\r\n"),
    "indented": lambda text: textwrap.indent(text, " " * 8),
    "last lines": lambda text: "\n".join(text.splitlines()[-3:]),
    "pytest": lambda text: f">       main()\n\ntest_a.py:5: \n_ _ _\nE   {text.splitlines()[-1]}\n\na.py:30: CommError",
    "pytest's summary": lambda text: f"FAILED test_a.py::test_b - {text.splitlines()[-1]}\n=== 1 failed in 2s ===",
    "colored lines": lambda text: "\n".join(f"\x1b[31m\x1b[1m{line}\x1b[0m" for line in text.splitlines()),
    "one line of escapes": lambda text: json.dumps(text)[1:-1],
    "numbered lines": lambda text: "\n".join(f"{number:6}  {line}" for number, line in enumerate(text.splitlines(), 7)),
    "numbers and tabs": lambda text: "\n".join(f"{number}\t{line}" for number, line in enumerate(text.splitlines(), 1)),
    "files of Kubernetes": lambda text: re.sub("^", "2026-01-01T00:00:00.123456789Z stderr F ", text, flags=re.M),
    "block of code": lambda text: f"```text\n{text}\n```",
    "bold lines": lambda text: "\n".join(f"**{line.strip()}**" for line in text.splitlines()),
    "exit of a job": lambda text: f"{text}\nsrun: error: node7: task 0: Exited with exit code 1",
    "folders of Windows": lambda text: re.sub(r"/(?=[\w.-]+/|\w+\.py)", r"\\", text.replace("/home/u", "C:\\work")),
}  # fmt: skip


def check_causes(wrapped: dict[str, str]) -> None:
    for name, text in wrapped.items():
        found = explain(text)
        assert found.kind == "error", (name, found.text)
        assert found.failures, name
        assert found.failures[0] in CASES["errors"][name]["first"], (name, found.failures)


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.slow)], ids=["each third", "each"])
def test_a_wrapped_error_keeps_its_cause(step: int) -> None:
    """An error in all wrappings, or in a third of them, which are different ones for the next error."""
    errors = CASES["errors"]

    def check(wrapping: str) -> None:
        start = [*CASES["wrappings"]].index(wrapping) % step
        chosen = [*errors][start::step]
        check_causes({name: wrap_lines(errors[name]["text"], **CASES["wrappings"][wrapping]) for name in chosen})

    check_each({wrapping: wrapping for wrapping in CASES["wrappings"]}, check)


@pytest.mark.parametrize("wrapping", sample(OTHER_WRAPPINGS, one_in=3))
def test_an_error_in_another_notation_keeps_its_cause(wrapping: str) -> None:
    wrap = OTHER_WRAPPINGS[wrapping]
    check_causes({name: wrap(error["text"]) for name, error in CASES["errors"].items()})


@pytest.mark.parametrize("case", CASES["in_other_languages"], ids=lambda case: case["text"][-40:])
def test_the_number_of_the_operating_system_decides_in_every_language(case: dict[str, str]) -> None:
    assert explain(case["text"]).failures[0] in case["first"]


@pytest.mark.parametrize("text", sample(CASES["not_known"], one_in=3), ids=lambda text: text[-40:])
def test_an_error_of_another_program_is_not_known_and_never_well(text: str) -> None:
    found = explain(text)
    assert not found.failures, found.text
    assert not found.is_recognized
    assert "nothing is wrong" not in found.text
