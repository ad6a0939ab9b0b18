"""What continuous integration reads: commands of GitHub, cases of JUnit."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.origin import Code, Variable
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.report.doctor.machine import to_github, to_junit

ROWS = (
    CheckResult("host", "pass", "https://h", "it answered", duration_ms=12),
    CheckResult(
        "entity",
        "fail",
        "alice",
        "is personal",
        "REG203",
        "write this\nor that",
        Code(Place("src/train.py", Span(3, 1, 3, 9)), "entity"),
        ("B1",),
    ),
    CheckResult("mode", "warn", "offline", "nothing is linked", "REG601", "unset WANDB_MODE", Variable("WANDB_MODE")),
    CheckResult("role", "skip", "wandb-registry-model/zoo", "skipped: `entity` (alice) failed"),
    CheckResult("server", "crash", "https://h", "the check broke: TypeError at x.py:1", "REG002", "please report"),
    CheckResult(
        "registry",
        "fail",
        "wandb-registry-m/c",
        "missing",
        "REG301",
        None,
        Code(Place("nb.ipynb", Span(2, 1, 2, 9), 3)),
    ),
)
DIAGNOSIS = Diagnosis(ROWS, (), (), elapsed_ms=1500)
SCHEMA = Path(__file__).parent.parent / "schemas" / "junit-10.xsd"


def test_github_shows_each_problem_at_its_line() -> None:
    lines = list(to_github(DIAGNOSIS))
    assert lines == [
        "::error title=REG203 entity,file=src/train.py,line=3::REG203 alice (entity= in src/train.py:3): is personal"
        "%0A  help: write this%0A  help: or that",
        "::warning title=REG601 mode::REG601 offline (environment WANDB_MODE): nothing is linked"
        "%0A  help: unset WANDB_MODE",
        "::error title=REG002 server::REG002 https://h: the check broke: TypeError at x.py:1%0A  help: please report",
        "::error title=REG301 registry::REG301 wandb-registry-m/c (nb.ipynb:cell 3:2): missing",
    ]


def test_a_name_cannot_forge_a_command() -> None:
    (line,) = to_github(
        Diagnosis((CheckResult("entity", "fail", "a\n::error::b", "50% off,\r", "REG207", None),), (), ())
    )
    assert "\n" not in line
    assert line.count("::") == 4, "two of the command, two that are text"
    assert "50%25 off" in line


@pytest.mark.parametrize(("strict", "failures"), [(False, 2), (True, 3)])
def test_junit_has_a_case_for_each_row(strict: bool, failures: int) -> None:
    text = to_junit(DIAGNOSIS, strict=strict)
    root = ElementTree.fromstring(text)
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "6",
        str(failures),
        "1",
        "1",
    )
    assert [len(list(suite.iter(tag))) for tag in ("failure", "error", "skipped")] == [failures, 1, 1]
    case = suite.find("testcase[@classname='regilink.entity']")
    assert case is not None
    assert case.get("name") == "entity alice"
    assert (case[0].text or "").endswith("help: write this\n  help: or that")


@pytest.mark.slow
def test_junit_is_what_jenkins_reads() -> None:
    xmlschema = pytest.importorskip("xmlschema")
    xmlschema.XMLSchema(str(SCHEMA)).validate(to_junit(DIAGNOSIS))
