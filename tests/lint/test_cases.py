"""The case files: what should be found in each is found; what is offered as a fix works, and touches nothing else."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import tables
from cases import Case, all_cases, compare, describe_files, laid_out
from tables import check_each, number_folders

from regilink_doctor.core.catalog import Catalog, Organization, Registry
from regilink_doctor.core.findings import Edit, Finding
from regilink_doctor.core.text import encoding_of
from regilink_doctor.lint import change
from regilink_doctor.lint.engine import FileReport, lint_bytes
from regilink_doctor.rules import all_rules
from regilink_doctor.rules.selection import Selection

CASES = all_cases()
Lint = Callable[[bytes], Sequence[Finding]]
PRELUDE = """import wandb
run = wandb.init(entity="team-a", project="p")
artifact = wandb.Artifact("zoo", type="model")
"""
REGISTRIES = (Registry("model", types=("model",)), Registry("dataset", types=("dataset",)), Registry("raw"))
CATALOG = Catalog((Organization("Acme Inc", "acme", ("team-a", "team-b"), REGISTRIES),), complete=True)


FILES: dict[str, dict[str, Case]] = {}
for case in CASES:
    FILES.setdefault(case.id.partition(":")[0], {})[case.name] = case


@pytest.mark.parametrize("file", FILES)
def test_what_should_be_found_is_found_and_fixed(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each case is in a folder of its own in a new repository, so that none reads other files of the machine.

    The fixes of every third case are checked; the slow tests check all.
    """
    (tmp_path / ".git").mkdir()
    folders, numbers = number_folders(tmp_path), count()

    def check(case: Case) -> None:
        monkeypatch.chdir(next(folders))
        contents, lint = laid_out(case)
        expected, found = compare(case, describe_files(contents, lint))
        assert found == expected
        if not tables.has_slow_rows and next(numbers) % 3:
            return
        for name, content in contents.items():
            check_fixes(name, content, lambda changed, name=name: lint(name, changed).findings)

    check_each(FILES[file], check)


def test_the_fixes_of_every_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    applied = set()
    for rule in all_rules():
        for example in rule.bad if tables.has_slow_rows else rule.bad[:2]:
            python = rule.example.endswith(".py")
            whole = PRELUDE + example if python and not re.search(r"^import .*wandb", example, re.M) else example
            directory = CATALOG if rule.needs_catalog else None

            def lint(changed: bytes, name: str = rule.example, directory: Catalog | None = directory) -> Any:
                return lint_bytes(name, changed, directory, selection=Selection(pedantic=True)).findings

            applied |= {finding.code for finding in check_fixes(rule.example, whole.encode(), lint)}
    assert applied >= {"REG101", "REG104", "REG107", "REG108", "REG109", "REG111", "REG607"}


def check_fixes(path: str, content: bytes, lint: Lint) -> list[Finding]:
    """Each fix alone does what its edits say, or would make the file worse; all of them leave no other to make."""
    offered = [finding for finding in lint(content) if finding.fix]
    refused: list[str] = []
    for finding in offered:
        after, applied = change.apply_fixes(path, content, _reports(_only(finding, content, lint)), unsafe=True)
        if not applied:
            assert _is_worse(lint(content), lint(str(_by_hand(path, content, finding)).encode()))
            refused.append(finding.code)
            continue
        assert applied == [finding], f"{finding.code}: {finding.message}: the fix does not fix it"
        assert _meaning(path, after) == _by_hand(path, content, finding)
        if not finding.place.cell:
            assert after == _meaning(path, after).encode(encoding_of(content))
    if len(refused) == len(offered):
        return []
    after, applied = change.apply_fixes(path, content, _reports(lint), unsafe=True)
    assert applied
    assert change.apply_fixes(path, after, _reports(lint), unsafe=True) == (after, [])
    left = [finding for finding in lint(after) if finding.fix and finding.code not in refused]
    assert not left, "a fix that is still offered corrects nothing"
    return offered


def _is_worse(before: Sequence[Finding], after: Sequence[Finding]) -> bool:
    """Whether there are as many findings as before, or an error that was not there."""
    errors = [{finding.code for finding in findings if finding.severity == "error"} for findings in (before, after)]
    return len(after) >= len(before) or not errors[1] <= errors[0]


def _only(wanted: Finding, content: bytes, lint: Lint) -> Lint:
    """Offers one fix for the file as it is, and none later."""

    def one(changed: bytes) -> list[Finding]:
        found = list(lint(changed))
        others = _without_fixes(found if changed != content else [item for item in found if item != wanted])
        return others if changed != content else [wanted, *others]

    return one


def _reports(lint: Lint) -> Callable[[bytes], FileReport]:
    return lambda content: FileReport(tuple(lint(content)))


def _without_fixes(findings: Sequence[Finding]) -> list[Finding]:
    return [replace(finding, fix=None) for finding in findings]


def _meaning(path: str, content: bytes) -> Any:
    text = content.decode(encoding_of(content))
    return json.loads(text) if path.endswith(".ipynb") else text


def _by_hand(path: str, content: bytes, finding: Finding) -> Any:
    """What the edits of a finding make of a file, in the plainest way."""
    assert finding.fix
    value = _meaning(path, content)
    if finding.place.cell is None:
        return _edited(value, finding.fix.edits)
    cell = value["cells"][finding.place.cell - 1]
    source = "".join(cell["source"])
    cell["source"] = _edited(source, finding.fix.edits).splitlines(keepends=True)
    return value


def _edited(text: str, edits: Sequence[Edit]) -> str:
    lines = re.split(r"(?<=\n)", text)
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        span = edit.span
        assert span.line == span.end_line
        line = lines[span.line - 1]
        lines[span.line - 1] = line[: span.column - 1] + edit.content + line[span.end_column - 1 :]
    return "".join(lines)


def test_every_case_expects_something() -> None:
    for case in CASES:
        assert case.files, case.id
        assert case.expect, case.id
        assert not (case.silent and any(re.search(r" REG\d{3} ", line) for line in case.expect)), case.id


def test_names_are_unique() -> None:
    ids = [case.id for case in CASES]
    assert sorted(set(ids)) == sorted(ids)


def test_a_third_of_the_cases_must_stay_silent() -> None:
    assert 3 * sum(case.silent for case in CASES) >= len(CASES)
