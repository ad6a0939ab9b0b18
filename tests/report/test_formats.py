"""Every format of one and the same folder: as a whole beside this file, by its schema, and with hostile names."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import findings
import jsonschema
import pytest
import xmlschema

from regilink_doctor.config.keys import FORMATS
from regilink_doctor.core.findings import Edit, Finding, Fix, Place, Related, Span
from regilink_doctor.report.formats import finding_lines
from regilink_doctor.report.full import render
from regilink_doctor.workflows.lint import LintResult

HERE = Path(__file__).parent
SUFFIXES = {"json": "json", "json-lines": "jsonl", "gitlab": "json", "junit": "xml", "sarif": "json"}
HOSTILE = "::error::\n\x1b[31m<b>&\"'%0A]]>,:\udcff"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LintResult]:
    folder = tmp_path_factory.mktemp("project")
    findings.write(folder)
    before = Path.cwd()
    os.chdir(folder)
    yield findings.found()
    os.chdir(before)


@pytest.fixture
def hostile() -> LintResult:
    """A finding whose every text wants to break out of its format."""
    path = f"src/{HOSTILE}.py"
    place = Place(path, Span(1, 1, 1, 3))
    made = LintResult()
    made.files = 1
    made.findings = [
        Finding(
            "REG102",
            "missing-collection",
            "error",
            f"bad {HOSTILE}",
            place,
            f"write {HOSTILE}",
            Fix(HOSTILE, "safe", (Edit(place.span, HOSTILE),)),
            (Related(HOSTILE, place),),
            target=HOSTILE,
        )
    ]
    made.sources = {path: f"x = {HOSTILE!r}\x1b[2J\u202e\n".encode(errors="replace")}
    return made


def shown(result: LintResult, output_format: str, **options: Any) -> str:
    return "\n".join(finding_lines(result, output_format, **options)) + "\n"


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_whole_is_as_it_was(result: LintResult, output_format: str) -> None:
    file = HERE / "snapshots" / f"{output_format}.{SUFFIXES.get(output_format, 'txt')}"
    text = shown(result, output_format)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(text)
    assert text == file.read_text(), "read the difference; UPDATE_SNAPSHOTS=1 writes the file anew"


@pytest.mark.parametrize("width", [60, 100])
def test_full_fits_a_terminal(result: LintResult, width: int) -> None:
    file = HERE / "snapshots" / f"full-{width}.txt"
    text = "\n".join(render(result.findings, result.sources, colour=False, width=width)) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(text)
    assert text == file.read_text(), "read the difference; UPDATE_SNAPSHOTS=1 writes the file anew"


def test_the_marks_stand_under_the_characters(result: LintResult) -> None:
    for finding in result.findings:
        lines = [line for line in render([finding], result.sources, colour=False) if " | " in line]
        for code, marks in zip(lines[::2], lines[1::2], strict=True):
            assert marks.partition("|")[2].strip(" ^-") == ""
            assert code


@pytest.mark.parametrize("name", ["result", "hostile"])
def test_sarif_is_valid(name: str, request: pytest.FixtureRequest) -> None:
    log = json.loads(shown(request.getfixturevalue(name), "sarif"))
    sarif_schema().validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for item in run["results"]:
        assert rules[item["ruleIndex"]]["id"] == item["ruleId"]
        (location,) = item["locations"]
        uri = location["physicalLocation"]["artifactLocation"]
        assert not uri["uri"].startswith(("/", "file:"))
        assert uri["uriBaseId"] == "%SRCROOT%"
        assert len(item["partialFingerprints"]["primaryLocationLineHash"]) == 64
    assert all(rule["help"]["markdown"] for rule in rules)


@cache
def sarif_schema() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads((HERE / "schemas" / "sarif-2.1.0.json").read_text()))


@pytest.mark.parametrize("name", ["result", "hostile", "clean"])
def test_junit_is_valid(name: str, request: pytest.FixtureRequest) -> None:
    found = LintResult() if name == "clean" else request.getfixturevalue(name)
    text = shown(found, "junit")
    xmlschema.XMLSchema(str(HERE / "schemas" / "junit-10.xsd")).validate(text)
    root = ElementTree.fromstring(text)
    assert int(root.attrib["failures"]) == sum(finding.severity != "info" for finding in found.findings)
    assert root.findall(".//testcase")


def test_gitlab_has_what_code_quality_reads(result: LintResult) -> None:
    reports = json.loads(shown(result, "gitlab"))
    assert len({report["fingerprint"] for report in reports}) == len(result.findings)
    for report in reports:
        assert report["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert report["location"]["positions"]["begin"]["line"] >= 1
        assert not report["location"]["path"].startswith(("/", "./"))


def test_github_shows_a_notebook_at_its_real_line(result: LintResult) -> None:
    in_cell = LintResult()
    column = findings.CELLS[1]["source"][2].index(":latest") + 1
    place = Place("publish.ipynb", Span(3, column, 3, column + 7), cell=2)
    in_cell.findings = [Finding("REG107", "version-in-target", "warning", "m", place)]
    in_cell.sources = {"publish.ipynb": Path("publish.ipynb").read_bytes()}
    (line,) = shown(in_cell, "github").splitlines()
    number = int(line.partition(",line=")[2].partition(",")[0])
    real = int(line.partition(",col=")[2].partition(",")[0])
    text = Path("publish.ipynb").read_text().splitlines()[number - 1]
    assert text[real - 1 :].startswith(":latest")
    assert f"publish.ipynb:cell 2:3:{column}" in line
    assert "^^^^^^^" in shown(in_cell, "full")


def test_paths_are_those_of_the_checkout(result: LintResult, monkeypatch: pytest.MonkeyPatch) -> None:
    above = Path.cwd().parent
    monkeypatch.setenv("GITHUB_WORKSPACE", str(above))
    monkeypatch.setenv("CI_PROJECT_DIR", str(above))
    assert f"file={Path.cwd().name}/src/train.py," in shown(result, "github")
    assert json.loads(shown(result, "gitlab"))[-1]["location"]["path"] == f"{Path.cwd().name}/src/train.py"


def test_no_text_breaks_out_of_its_format(hostile: LintResult) -> None:
    for output_format in ("full", "concise", "github"):
        text = shown(hostile, output_format)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert not [line for line in text.splitlines() if line.startswith("::error::")]
        text.encode()
    assert len(shown(hostile, "github").splitlines()) == 1
    assert len(shown(hostile, "concise").splitlines()) == 1
    for output_format in ("json", "json-lines", "gitlab", "sarif"):
        text = shown(hostile, output_format)
        assert text.isascii()
        assert HOSTILE in _texts(json.loads(text))
    assert "\x1b" not in shown(hostile, "junit")


def _texts(value: object) -> str:
    if isinstance(value, dict):
        return "".join(map(_texts, value.values()))
    return "".join(map(_texts, value)) if isinstance(value, list) else str(value)


def test_nothing_found_is_a_whole_report_too() -> None:
    clean = LintResult()
    clean.files = 3
    assert json.loads(shown(clean, "json")) == {"version": 1, "findings": []}
    assert shown(clean, "json-lines") == "\n"
    assert json.loads(shown(clean, "gitlab")) == []
    assert json.loads(shown(clean, "sarif"))["runs"][0]["results"] == []
    assert shown(clean, "full") == "Nothing found in 3 files.\n"


def test_a_fingerprint_outlives_lines_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    seen = []
    for before in ("", "# one more line\n\n"):
        Path("train.py").write_text(
            before + 'import wandb\nrun = wandb.init(entity="t")\n' + 'run.link_artifact(a, "wandb-registry-m")\n' * 2
        )
        seen.append([report["fingerprint"] for report in json.loads(shown(findings.found(), "gitlab"))])
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 2


def test_colours_are_for_full_alone(result: LintResult) -> None:
    for output_format in FORMATS:
        assert ("\x1b[" in shown(result, output_format, colour=True)) == (output_format == "full")
