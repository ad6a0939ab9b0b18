"""The work on one file is bounded, whatever is in it: nobody's machine hangs because of a strange file."""

import gc
import json
import time

import pytest

from regilink_doctor.lint.change.fixes import apply_fixes
from regilink_doctor.lint.engine import FileReport, lint_bytes

PRELUDE = 'import wandb\nrun = wandb.init(entity="team-a")\n'
LINK = "run.link_artifact(artifact, x)\n"
SECONDS = 30
"""Ten times what the slowest takes; each would take hours without its bound."""

BRANCHES = 'x = "a"\n' + 'if c:\n    x = x + "/b"\nelse:\n    x = x + "/c"\n' * 60
CALLS = "".join(f"def f{n}(a, b):\n    return f{n + 1}(a, b) + f{n + 1}(b, a)\n" for n in range(60))
CALLS += 'def f60(a, b):\n    return a + b\nx = f0("a", "b")\n'
CALLERS = "".join(f"def g{n}(t):\n    g{n + 1}(t)\n    g{n + 1}(t + 'x')\n" for n in range(30))
CALLERS += "def g30(t):\n    run.link_artifact(artifact, t)\ng0('a')\nx = 'a'\n"
OBJECTS = "class N:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\n"
OBJECTS += "n = N('a', 'b')\n" + "n = N(n, n)\n" * 60 + "x = n.a.b.a.b\n"
DICTIONARIES = "d = {'k': 'a'}\n" + "d = {**d, **d}\n" * 60 + "x = d['k']\n"
DOUBLED = "x = 'a'\n" + "x = f'{x}{x}'\n" * 60
LONG = 'x = "a"' + ' + "a"' * 900 + "\n"


def lint(name: str, content: str) -> FileReport:
    start = time.monotonic()
    report = lint_bytes(name, content.encode())
    assert time.monotonic() - start < SECONDS
    assert "REG002" not in {finding.code for finding in report.findings}
    return report


@pytest.mark.parametrize("code", [BRANCHES, CALLS, CALLERS, OBJECTS, DICTIONARIES, DOUBLED, LONG])
def test_python_that_multiplies(code: str) -> None:
    report = lint("train.py", PRELUDE + code + LINK)
    assert any(site.kind == "link" for site in report.sites)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.yaml", "wandb: " + "[" * 50_000),
        (
            "a.yaml",
            "wandb: &a0 [x]\n" + "".join(f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)),
        ),
        ("a.yaml", "wandb: &a\n  self: *a\n  target_path: wandb-registry-model/zoo\n"),
        ("a.yaml", "wandb: " + "{{" * 50_000),
        ("a.toml", "wandb = " + "[" * 2_000),
        ("a.toml", "wandb = '" + "${" * 50_000 + "'"),
        ("a.toml", "wandb" + ".a" * 50_000 + " = 1"),
        ("a.toml", "wandb = " + "9" * 5_000),
        ("a.ipynb", '{"wandb": ' + "9" * 5_000 + "}"),
        ("a.yaml", "wandb: 1\n? [a, b]\n: target_path\n? {x: y}\n: 1\n"),
        (".env", "WANDB_X=" + "a #" * 50_000),
        (".env", "WANDB_X='" + "a" * 200_000),
        (".env", "WANDB_X=aa\n" + "WANDB_X=${WANDB_X}${WANDB_X}\n" * 60),
        ("a.sh", "WANDB_X=aa\n" + "WANDB_X=$WANDB_X$WANDB_X\n" * 60),
        ("a.sh", "wandb " + '"$(' * 20_000),
        ("a.sh", "wandb " + "if " * 5_000),
        ("a.sh", "cat <<EOF wandb\n" + "x\n" * 50_000),
        ("requirements.txt", "wandb" + "[" * 50_000 + "\\\n" * 1000),
        ("requirements.txt", "wandb" + "=" * 50_000),
        ("poetry.lock", 'name = "wandb"\n' * 20_000),
        ("Pipfile.lock", " " * 8 + '"wandb": {\n' * 5_000),
        ("a.ipynb", "[" * 50_000),
        ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "!wandb\n" * 2_000}]})),
    ],
)
def test_other_files_that_multiply(name: str, content: str) -> None:
    lint(name, content)


@pytest.mark.parametrize("codec", ["rot13", "base64", "undefined", "punycode", "idna"])
def test_a_cookie_of_no_text_encoding_is_a_finding_and_no_crash(codec: str) -> None:
    content = f"# coding: {codec}\n" + PRELUDE + 'run.link_artifact(a, "wandb-registr-model/c\xe9..é")\n'
    report = lint("train.py", content)
    assert [finding.code for finding in report.findings] == ["REG000"]
    assert apply_fixes("train.py", content.encode(), lambda given: lint_bytes("train.py", given)) == (
        content.encode(),
        [],
    )


def test_thousands_of_comments_that_silence() -> None:
    bad = "run.link_artifact(artifact, 'wandb-registry-model')  # noqa: REG102\n"
    assert lint("train.py", PRELUDE + bad * 2_000).suppressed == 2_000


def test_a_file_is_out_of_memory_with_its_report() -> None:
    code = PRELUDE + OBJECTS + "class M(N):\n    def go(self):\n        return self.go()\n" + LINK
    lint("train.py", code)  # what is loaded on the way
    gc.collect()
    gc.disable()
    try:
        report = lint("train.py", code)
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert len(report.sites) == 2
