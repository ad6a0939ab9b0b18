"""What is fuzzed: each target takes bytes, and fails where regilink breaks a promise.

Hypothesis feeds them in `test_fuzz.py`, atheris in `tools/fuzz.py`. The seeds are the cases of the other tests, so that
what was found once is where the search begins.
"""

from __future__ import annotations

import ast
import atexit
import io
import json
import os
import re
import sys
import tempfile
import tokenize
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from regilink_doctor.client.gateway import Gateway
from regilink_doctor.config import ConfigProblem
from regilink_doctor.config.reading import read_config
from regilink_doctor.config.schema import KEYS
from regilink_doctor.core.catalog import Catalog, CatalogError
from regilink_doctor.core.findings import Finding
from regilink_doctor.core.text import UNSAFE, escape_text
from regilink_doctor.emulator import Emulator
from regilink_doctor.lint import change
from regilink_doctor.lint.engine import FileReport, lint_bytes
from regilink_doctor.lint.scan.kinds import kind_of
from regilink_doctor.report.explanation import render_explanation
from regilink_doctor.rules.selection import Selection
from regilink_doctor.workflows.explain import explain

TESTS = Path(__file__).parents[1]
for folder in (".", "lint", "doctor"):
    sys.path.insert(0, str(TESTS / folder))
PEDANTIC = Selection(pedantic=True)


class Target(NamedTuple):
    """What is fuzzed, and the inputs from which the search begins."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


# Files: the name of the file is the first line.


@cache
def _list_files() -> list[bytes]:
    from cases import all_cases

    return [
        f"{name}\n{content}".encode()
        for case in all_cases()
        for name, content in case.files.items()
        if len(content) < 4000
    ]


def _split(data: bytes) -> tuple[str, bytes]:
    head, _, content = data.partition(b"\n")
    name = os.path.basename(head.decode("utf-8", "replace")).replace("\0", "") or "x.py"
    return (name if kind_of(name) else f"{name}.py"), content


def _lint(name: str, content: bytes) -> FileReport:
    report = lint_bytes(name, content, selection=PEDANTIC)
    broken = [finding for finding in report.findings if finding.code == "REG002"]
    assert not broken, broken
    lines = content.count(b"\n") + content.count(b"\r") + content.count(b"\f") + 2
    for finding in report.findings:
        span = finding.place.span
        assert 1 <= span.line <= span.end_line, finding
        assert span.column >= 1, finding
        assert finding.place.cell or span.end_line <= lines, finding
    return report


def lint_file(data: bytes) -> None:
    """No rule or reader breaks, every place is in the file, and what compiles is not called unreadable."""
    name, content = _split(data)
    report = _lint(name, content)
    if name.endswith(".py") and report.findings and any(finding.code == "REG000" for finding in report.findings):
        assert not _compiles(content), report.findings


def _compiles(content: bytes) -> bool:
    """Whether Python runs the file: `compile` alone lets a comment have bytes that its encoding lacks."""
    try:
        content.decode(tokenize.detect_encoding(io.BytesIO(content).readline)[0])
        compile(content, "x.py", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError):
        return False
    return True


def fix_file(data: bytes) -> None:
    """Fixes leave fewer errors and warnings, else fewer infos, no new error, no other fix to make.

    A file that parsed before does so afterwards.
    """
    name, content = _split(data)
    after, applied = change.apply_fixes(name, content, lambda changed: _lint(name, changed), unsafe=True)
    if not applied:
        assert after == content
        return
    before_findings, after_findings = _lint(name, content).findings, _lint(name, after).findings
    assert _weigh(after_findings) < _weigh(before_findings), (content, after)
    assert _errors(after_findings) <= _errors(before_findings), (content, after)
    assert change.apply_fixes(name, after, lambda changed: _lint(name, changed), unsafe=True) == (after, [])
    if name.endswith(".py"):
        assert _compiles(after) or not _compiles(content)


def _weigh(findings: tuple[Finding, ...]) -> tuple[int, int]:
    infos = sum(finding.severity == "info" for finding in findings)
    return len(findings) - infos, infos


def _errors(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.code for finding in findings if finding.severity == "error"}


# Text


@cache
def _list_texts() -> list[bytes]:
    reports = json.loads((TESTS / "cases" / "explain" / "public_reports.json").read_text(encoding="utf-8"))
    reports = reports if isinstance(reports, list) else next(iter(reports.values()))
    texts = ["wandb-registry-model/zoo:v3", "REG101", "A8, REG1", "https://wandb.ai/registry/model?selectionPath=a%2Fb"]
    return [text.encode() for text in [*texts, *(report["text"] for report in reports)]]


def explain_text(data: bytes) -> None:
    """Any text has an explanation, which can be shown."""
    shown = "\n".join(render_explanation(explain(data.decode("utf-8", "replace"))))
    assert shown
    assert not UNSAFE.intersection(escape_text(shown))


# Configuration and catalog


def _list_configurations() -> list[bytes]:
    lines = [f"{key.name} = {value}" for key in KEYS for value in ('"a"', "[]", "true", "1")]
    return [*map(str.encode, lines), b'[tool.regilink]\nselect = ["REG1"]\nextend = "x.toml"\n']


def read_configuration(data: bytes) -> None:
    """What cannot be understood is one problem, with the name of the file."""
    for name in ("regilink.toml", "pyproject.toml"):
        try:
            config = read_config(name, data)
        except ConfigProblem as error:
            problem = str(error)
        else:
            problem = name
            if config is not None:
                assert config.selection is not None
        assert name in problem


def _list_catalogs() -> list[bytes]:
    files = sorted(TESTS.rglob("*.catalog.json"))
    assert files
    return [path.read_bytes() for path in files]


def read_catalog(data: bytes) -> None:
    """A catalog is refused with a reason, or is the same after it was written."""
    path = _folder() / "c.json"
    path.write_bytes(data)
    try:
        catalog = Catalog.load(path)
    except CatalogError:
        return
    assert Catalog.from_json(json.loads(json.dumps(catalog.to_json()))).to_json() == catalog.to_json()


# Servers


@cache
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name)


@cache
def _emulator() -> Emulator:
    import test_odd_replies

    emulator = Emulator(test_odd_replies.world())
    emulator.start()
    atexit.register(emulator.stop)
    return emulator


@cache
def _list_requests() -> list[bytes]:
    from wandb.sdk.artifacts._generated import operations

    bodies = []
    for name, document in vars(operations).items():
        if name.endswith("_GQL"):
            variables = {found[1]: _example(found[2]) for found in re.finditer(r"\$(\w+): (\[?\w+)", document)}
            bodies.append(json.dumps({"query": document, "variables": variables}).encode())
    assert bodies
    return bodies


def _example(kind: str) -> Any:
    return {"Int": 1, "Boolean": True, "[": ["a"]}.get(kind.rstrip("!"), [] if kind.startswith("[") else "team-a")


def ask_emulator(data: bytes) -> None:
    """Every request is answered; none is a fault of the emulator's."""
    emulator = _emulator()
    key = next(iter(emulator.world.users.values())).key
    response = requests.post(
        f"{emulator.url}/graphql",
        data=data,
        headers={"Content-Type": "application/json"},
        auth=("api", key),
        timeout=30,
    )
    assert response.status_code < 500, (response.status_code, response.text[:500])


@cache
def _list_replies() -> list[bytes]:
    import test_odd_replies

    _emulator().reset(test_odd_replies.world())
    seeds = []
    with pytest.MonkeyPatch.context() as patch:
        for name, command in test_odd_replies.COMMANDS.items():
            replies = test_odd_replies.record_replies(command, _environ(), _folder(), patch)
            seeds += [f"{name} {number}\n{json.dumps(reply)}".encode() for number, reply in enumerate(replies)]
    return seeds


def _environ() -> dict[str, str]:
    return {**_emulator().environ(), "HOME": str(_folder())}


def read_reply(data: bytes) -> None:
    """One reply of a server is another one: the command fails with a reason, or does its work."""
    import test_odd_replies

    head, _, body = data.partition(b"\n")
    words = head.decode("ascii", "replace").split()
    name = words[0] if words and words[0] in test_odd_replies.COMMANDS else "verify"
    changed = int(words[1]) if len(words) == 2 and re.fullmatch("[0-9]", words[1]) else 0
    recorded = [seed.partition(b"\n")[2] for seed in _list_replies() if seed.startswith(f"{name} ".encode())]
    recorded[min(changed, len(recorded) - 1)] = body
    numbers = iter(recorded)

    def answer(gateway: Gateway, *_: object) -> object:
        response = requests.Response()
        response.status_code = 200
        return gateway._read(response, next(numbers, b'{"data": {}}'))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gateway, "_bounded", answer)
        test_odd_replies.COMMANDS[name](_environ(), _folder())


TARGETS: dict[str, Target] = {
    "lint": Target(lint_file, _list_files),
    "fixes": Target(fix_file, _list_files),
    "explain": Target(explain_text, _list_texts),
    "configuration": Target(read_configuration, _list_configurations),
    "catalog": Target(read_catalog, _list_catalogs),
    "requests": Target(ask_emulator, _list_requests),
    "replies": Target(read_reply, _list_replies),
}
