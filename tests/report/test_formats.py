"""What each output format says of one and the same folder, by its schema where it has one, and with hostile names."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import findings
import jsonschema
import make_lists
import pytest
from tables import check_rows

import regilink_doctor
from regilink_doctor.config import FORMATS, Config, ConfigProblem, find_config
from regilink_doctor.core.findings import Edit, Finding, Fix, Place, Related, Span
from regilink_doctor.core.text import text_width
from regilink_doctor.report import formats
from regilink_doctor.report.formats import Style, find_format
from regilink_doctor.report.locations import render_findings
from regilink_doctor.workflows.lint import LintResult

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HOSTILE = "::error::\n\x1b[31m<b>&\"'%0A]]>,:;##vso[task.complete]\udcff"

Rows = list[tuple[str, str, int]]
"""Code, path and line of each finding."""


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
    """A finding in which every string tries to break out of its format."""
    path = f"src/{HOSTILE}.py"
    place = Place(path, Span(1, 1, 1, 3))
    made = LintResult()
    made.files = 1
    made.findings = [
        Finding(
            code="REG102",
            name="missing-collection",
            severity="error",
            message=f"bad {HOSTILE}",
            place=place,
            help=f"write {HOSTILE}",
            fix=Fix(HOSTILE, "safe", (Edit(place.span, HOSTILE),)),
            related=(Related(HOSTILE, place),),
            target=HOSTILE,
        )
    ]
    made.sources = {path: f"x = {HOSTILE!r}\x1b[2J\u202e\n".encode(errors="replace")}
    return made


def shown(result: LintResult, output_format: str, **options: Any) -> str:
    return "\n".join(find_format(output_format).render(result, Style(**options))) + "\n"


def _sarif_rows(text: str) -> Rows:
    rows = []
    for value in json.loads(text)["runs"][0]["results"]:
        place = value["locations"][0]["physicalLocation"]
        rows.append((value["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"]))
    return rows


def _junit_rows(text: str) -> Rows:
    rows = []
    for case in ElementTree.fromstring(text).iter("testcase"):
        code, _, place = case.attrib["name"].split(" ", 2)
        rows.append((code, case.attrib["classname"], _line_of(place)))
    return rows


def _line_of(place: str) -> int:
    return int(place.split(":")[-2])


def _text_rows(pattern: str) -> Callable[[str], Rows]:
    def find(text: str) -> Rows:
        matches = re.finditer(pattern, text, re.MULTILINE)
        return [(match["code"], match["path"], int(match["line"])) for match in matches]

    return find


READERS: dict[str, Callable[[str], Rows]] = {
    "full": _text_rows(
        r"^\w+\[(?P<code>REG\d+)\](?:.|\n)+?^  --> (?P<path>.+?):(?:cell \d+:)?(?P<line>\d+):\d+$",
    ),
    "concise": _text_rows(r"^(?P<path>.+?):(?:cell \d+:)?(?P<line>\d+):\d+: (?P<code>REG\d+) \S"),
    "json": lambda text: [(row["code"], row["path"], row["line"]) for row in json.loads(text)["findings"]],
    "json-lines": lambda text: [
        (row["code"], row["path"], row["line"]) for row in map(json.loads, text.splitlines()) if row
    ],
    "github": _text_rows(r"^::\w+ title=(?P<code>REG\d+) .*?file=(?P<path>.*?),line=(?P<line>\d+),"),
    "gitlab": lambda text: [
        (row["check_name"], row["location"]["path"], row["location"]["positions"]["begin"]["line"])
        for row in json.loads(text)
    ],
    "junit": _junit_rows,
    "sarif": _sarif_rows,
    "rdjson": lambda text: [
        (row["code"]["value"], row["location"]["path"], row["location"]["range"]["start"]["line"])
        for row in json.loads(text)["diagnostics"]
    ],
    "azure": _text_rows(
        r"^##vso\[task\.logissue type=\w+;sourcepath=(?P<path>.*?);linenumber=(?P<line>\d+);"
        r"columnnumber=\d+;code=(?P<code>REG\d+);\]\S"
    ),
}
"""Format -> what another program reads in it."""

LINES_OF_CELLS = ("full", "concise", "json", "json-lines", "junit")
"""Formats that count the lines of a notebook inside its cell; the others have those of the file."""


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_finding_can_be_read_back(result: LintResult, output_format: str) -> None:
    expected = [(item.code, item.place.path, item.place.span.line) for item in result.findings]
    text = shown(result, output_format)
    if output_format not in READERS:  # a format that no program of ours reads yet: it names each finding
        assert all(code in text and Path(path).name in text for code, path, _ in expected)
        return
    rows = READERS[output_format](text)
    decoded = [(code, _decode_path(path), line) for code, path, line in rows]
    if output_format in LINES_OF_CELLS:
        assert decoded == expected
    else:
        assert [row for row in decoded if not row[1].endswith("ipynb")] == [
            row for row in expected if not row[1].endswith("ipynb")
        ]
        for code, path, line in decoded:
            assert Path(path).exists(), code
            if path.endswith("ipynb"):
                assert "wandb-registry-model" in Path(path).read_text(encoding="utf-8").splitlines()[line - 1]


def _decode_path(path: str) -> str:
    for escaped, letter in (("%2C", ","), ("%3A", ":"), ("%AZP25", "%"), ("%25", "%")):
        path = path.replace(escaped, letter)
    return path


def test_a_format_is_the_module_with_its_name() -> None:
    for name in FORMATS:
        assert find_format(name).name == name
        assert find_format(name).purpose
    assert set(formats.FORMATS) == set(FORMATS)
    assert FORMATS[0] == "full"


@pytest.mark.slow
def test_a_new_format_is_one_file(tmp_path: Path) -> None:
    package = Path(regilink_doctor.__file__).parent
    shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("__pycache__", "demo_project"))
    (tmp_path / package.name / "report" / "formats" / "codes_only.py").write_text(
        "from regilink_doctor.report.formats import Format\n"
        "class CodesOnly(Format):\n"
        "    name = 'codes-only'\n"
        "    purpose = 'codes'\n"
        "    def render(self, result, style):\n"
        "        return (finding.code for finding in result.findings)\n",
        encoding="utf-8",
    )
    (tmp_path / "train.py").write_text(findings.TRAIN, encoding="utf-8")
    (tmp_path / "regilink.toml").write_text('output-format = "codes-only"\n', encoding="utf-8")
    command = [sys.executable, "-m", "regilink_doctor", "lint", "train.py"]
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "REG102" in done.stdout.splitlines()


def test_the_page_lists_the_formats() -> None:
    page = make_lists.PAGE.read_text(encoding="utf-8")
    assert page == make_lists.with_formats(page), "run: python tools/make_lists.py"


def test_full_marks_the_characters_of_each_finding() -> None:
    place = Place("train.py", Span(2, 4, 2, 7))
    related = Related("the value is set here", Place("train.py", Span(1, 1, 1, 4)))
    finding = Finding("REG102", "n", "error", "m", place, "h", Fix("f", "safe", ()), (related,))
    assert list(render_findings([finding], {"train.py": b"ABC = 1\n\tf(ABC)\n"}, colour=False)) == [
        "error[REG102] [*] m",
        "  --> train.py:2:4",
        " 2 |     f(ABC)",
        "   |       ^^^",
        "  --> train.py:1:1: the value is set here",
        " 1 | ABC = 1",
        "   | ---",
        "  help: h",
        "  see: regilink rule REG102",
        "",
    ]


def test_full_shows_three_lines_of_a_long_span() -> None:
    finding = Finding("REG102", "n", "info", "m", Place("a.py", Span(1, 3, 9, 2)))
    lines = list(render_findings([finding], {"a.py": b"ab(\n  c,\n\n  d,\n" + b"  e\n" * 6}, colour=False))
    assert lines[2:-2] == [
        " 1 | ab(",
        "   |   ^",
        " 2 |   c,",
        "   |   ^^",
        " 3 |",
        "   | ^",
        "   | ...",
    ]


def test_thousands_of_findings_on_one_line_take_time_that_grows_like_it() -> None:
    line = "REG102," * 4000
    places = [Place("a.py", Span(1, at, 1, at + 6)) for at in range(1, len(line), 7)]
    start = time.process_time()
    lines = list(
        render_findings(
            [Finding("REG102", "n", "info", "m", place) for place in places], {"a.py": line.encode()}, colour=False
        )
    )
    assert time.process_time() - start < 10, "30 s where each finding looks at the whole line"
    marks = next(line for line in lines[-4:] if "^" in line)
    assert lines[lines.index(marks, -4) - 1][marks.index("^") : marks.rindex("^") + 1] == "REG102"


def test_a_finding_whose_file_is_gone_has_no_source() -> None:
    finding = Finding("REG102", "n", "warning", "m", Place("gone.py", Span(7, 1, 7, 2)))
    assert list(render_findings([finding], {}, colour=False)) == [
        "warning[REG102] m",
        "  --> gone.py:7:1",
        "  see: regilink rule REG102",
        "",
    ]


@pytest.mark.parametrize("width", [60, 100])
def test_full_fits_a_terminal(result: LintResult, width: int) -> None:
    lines = list(render_findings(result.findings, result.sources, colour=False, width=width))
    assert [line for line in lines if text_width(line) > width and not line.startswith("  -->")] == []
    narrow, wide = (
        " ".join(" ".join(lines).split())
        for lines in (lines, render_findings(result.findings, {}, colour=False, width=None))
    )
    for finding in result.findings:
        assert finding.message in narrow or finding.message not in wide


def test_the_marks_are_below_the_source(result: LintResult) -> None:
    for finding in result.findings:
        lines = [line for line in render_findings([finding], result.sources, colour=False) if " | " in line]
        assert lines
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
    return jsonschema.Draft4Validator(json.loads((HERE / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8")))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["result", "hostile", "clean"])
def test_junit_is_valid(name: str, request: pytest.FixtureRequest) -> None:
    found = LintResult() if name == "clean" else request.getfixturevalue(name)
    text = shown(found, "junit")
    junit_schema().validate(text)
    root = ElementTree.fromstring(text)
    assert int(root.attrib["failures"]) == sum(finding.severity != "info" for finding in found.findings)
    assert len(root.findall(".//failure")) == int(root.attrib["failures"])
    assert root.findall(".//testcase")


@cache
def junit_schema() -> Any:
    import xmlschema

    return xmlschema.XMLSchema(str(HERE / "schemas" / "junit-10.xsd"))


def test_gitlab_has_what_code_quality_reads(result: LintResult) -> None:
    reports = json.loads(shown(result, "gitlab"))
    assert len({report["fingerprint"] for report in reports}) == len(result.findings)
    for report in reports:
        assert report["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert report["location"]["positions"]["begin"]["line"] >= 1
        assert not report["location"]["path"].startswith(("/", "./"))


def test_rdjson_counts_columns_in_bytes_and_suggests_the_fix() -> None:
    span = Span(1, 5, 1, 7)
    finding = Finding(
        "REG104", "n", "info", "m", Place("a.py", span), "h", Fix("f", "unsafe", (Edit(span, "x"),)), url="https://d/x"
    )
    made = LintResult()
    made.findings, made.sources = [finding], {"a.py": "ü = 模型\n".encode()}
    (value,) = json.loads(shown(made, "rdjson"))["diagnostics"]
    place = {"start": {"line": 1, "column": 6}, "end": {"line": 1, "column": 12}}
    assert value == {
        "message": "m\nh",
        "location": {"path": "a.py", "range": place},
        "severity": "INFO",
        "code": {"value": "REG104", "url": "https://d/x"},
        "suggestions": [{"range": place, "text": "x"}],
    }


@check_rows(
    ("severity", "github", "azure", "gitlab", "sarif"),
    [
        ("error", "error", "error", "major", "error"),
        ("warning", "warning", "warning", "minor", "warning"),
        ("info", "notice", "warning", "info", "note"),
    ],
)
def test_each_service_has_its_severities(severity: Any, github: str, azure: str, gitlab: str, sarif: str) -> None:
    made = LintResult()
    made.findings = [Finding("REG102", "n", severity, "m", Place("a.py", Span(1, 1, 1, 2)))]
    assert shown(made, "github").startswith(f"::{github} ")
    assert f" type={azure};" in shown(made, "azure")
    assert json.loads(shown(made, "gitlab"))[0]["severity"] == gitlab
    assert json.loads(shown(made, "sarif"))["runs"][0]["results"][0]["level"] == sarif
    assert json.loads(shown(made, "rdjson"))["diagnostics"][0]["severity"] == severity.upper()


def test_github_shows_a_notebook_at_its_real_line(result: LintResult) -> None:
    in_cell = LintResult()
    column = findings.CELLS[1]["source"][2].index(":latest") + 1
    place = Place("publish.ipynb", Span(3, column, 3, column + 7), cell=2)
    in_cell.findings = [Finding("REG107", "version-in-target", "warning", "m", place)]
    in_cell.sources = {"publish.ipynb": Path("publish.ipynb").read_bytes()}
    (line,) = shown(in_cell, "github").splitlines()
    number = int(line.partition(",line=")[2].partition(",")[0])
    real = int(line.partition(",col=")[2].partition(",")[0])
    text = Path("publish.ipynb").read_text(encoding="utf-8").splitlines()[number - 1]
    assert text[real - 1 :].startswith(":latest")
    assert f"publish.ipynb:cell 2:3:{column}" in line
    assert "^^^^^^^" in shown(in_cell, "full")


def test_paths_are_those_of_the_checkout(result: LintResult, monkeypatch: pytest.MonkeyPatch) -> None:
    above = Path.cwd().parent
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"):
        monkeypatch.setenv(variable, str(above))
    inside = f"{Path.cwd().name}/src/train.py"
    assert f"file={inside}," in shown(result, "github")
    assert f"sourcepath={inside};" in shown(result, "azure")
    assert json.loads(shown(result, "gitlab"))[-1]["location"]["path"] == inside
    assert json.loads(shown(result, "rdjson"))["diagnostics"][-1]["location"]["path"] == inside


def test_no_text_breaks_out_of_its_format(hostile: LintResult) -> None:
    for output_format in ("full", "concise", "github", "azure"):
        text = shown(hostile, output_format)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert not [line for line in text.splitlines() if line.startswith("::error::")]
        text.encode()
    for output_format in ("github", "azure", "concise"):
        assert len(shown(hostile, output_format).splitlines()) == 1
    properties = shown(hostile, "azure").partition("code=REG102")[0]
    assert properties.count(";") == 4
    assert "]" not in properties
    for output_format in ("json", "json-lines", "gitlab", "sarif", "rdjson"):
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
    assert json.loads(shown(clean, "json")) == {"version": 1, "findings": [], "unread": [], "skipped": []}
    assert json.loads(shown(clean, "rdjson")) == {"source": {"name": "regilink"}, "diagnostics": []}
    for output_format in ("json-lines", "concise", "github", "azure"):
        assert shown(clean, output_format) == "\n"
    assert json.loads(shown(clean, "gitlab")) == []
    assert json.loads(shown(clean, "sarif"))["runs"][0]["results"] == []
    assert shown(clean, "full") == "Nothing found in 3 files.\n"
    assert shown(LintResult(), "full") == "There was no file to check.\n"


def test_what_could_not_be_read_is_an_error_of_the_report() -> None:
    unread = LintResult()
    unread.add_unreadable(["big\x1b.py: larger than 8 MiB"])
    unread.failures.append("gone.py: No such file or directory")
    sentences = ["gone.py: No such file or directory", r"big\x1b.py: larger than 8 MiB"]
    text = shown(unread, "junit")
    junit_schema().validate(text)
    root = ElementTree.fromstring(text)
    assert (root.attrib["tests"], root.attrib["errors"]) == ("2", "2")
    assert [error.attrib["message"] for error in root.findall(".//error")] == sentences
    log = json.loads(shown(unread, "sarif"))
    sarif_schema().validate(log)
    (invocation,) = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [note["message"]["text"] for note in invocation["toolExecutionNotifications"]] == sentences


def test_a_fingerprint_outlives_lines_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    seen = []
    for before in ("", "# one more line\n\n"):
        Path("train.py").write_text(
            before + 'import wandb\nrun = wandb.init(entity="t")\n' + 'run.link_artifact(a, "wandb-registry-m")\n' * 2,
            encoding="utf-8",
        )
        seen.append([report["fingerprint"] for report in json.loads(shown(findings.found(), "gitlab"))])
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 2


def test_a_fingerprint_is_the_same_in_every_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprints = set()
    for checkout, name in (("one", "caf\u00e9"), ("two", "cafe\u0301")):
        folder = tmp_path / checkout / name
        folder.mkdir(parents=True)
        (folder / "train.py").write_text(
            'import wandb\nwandb.init(entity="t").link_artifact(a, "wandb-registry-m")\n', encoding="utf-8"
        )
        monkeypatch.chdir(tmp_path / checkout)
        for path in (".", str(tmp_path / checkout)):
            (report,) = json.loads(shown(regilink_doctor.lint_paths([path]), "gitlab"))
            fingerprints.add(report["fingerprint"])
    assert len(fingerprints) == 1


@pytest.mark.parametrize(("output_format", "variable"), [("gitlab", "CI_PROJECT_DIR"), ("sarif", "GITHUB_WORKSPACE")])
def test_jobs_in_folders_of_one_checkout_report_different_files(
    output_format: str, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(tmp_path))
    seen = {}
    for name in ("services/a", "services/b"):
        (tmp_path / name).mkdir(parents=True)
        monkeypatch.chdir(tmp_path / name)
        Path("train.py").write_text(
            'import wandb\nwandb.init(entity="t").link_artifact(a, "wandb-registry-m")\n', encoding="utf-8"
        )
        value = json.loads(shown(findings.found(), output_format))
        if output_format == "gitlab":
            (report,) = value
            seen[report["fingerprint"]] = report["location"]["path"]
        else:
            (report,) = value["runs"][0]["results"]
            (location,) = report["locations"]
            (hash_of_line,) = report["partialFingerprints"].values()
            seen[hash_of_line] = location["physicalLocation"]["artifactLocation"]["uri"]
    assert [*seen.values()] == ["services/a/train.py", "services/b/train.py"]


def test_colours_are_for_full_alone(result: LintResult) -> None:
    for output_format in FORMATS:
        assert ("\x1b[" in shown(result, output_format, colour=True)) == (output_format == "full")


ADDRESS = "https://docs.example.com/regilink/rules/REG102/"


@pytest.fixture
def addressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LintResult:
    """Two findings of one rule, where the variable says that the company has the documentation."""
    (tmp_path / "train.py").write_text(
        "import wandb\n" + 'wandb.init().link_artifact(a, "wandb-registry-model")\n' * 2, encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGILINK_DOCS_URL", "https://docs.example.com/regilink")
    return findings.find(only="REG102")


@pytest.mark.parametrize(
    ("output_format", "times"),
    [("full", 1), ("json", 2), ("json-lines", 2), ("rdjson", 2), ("sarif", 1), ("junit", 2)],
)
def test_each_format_has_the_address_of_the_page(addressed: LintResult, output_format: str, times: int) -> None:
    assert len(addressed.findings) == 2
    assert shown(addressed, output_format).count(ADDRESS) == times


def test_sarif_names_the_site_too(addressed: LintResult) -> None:
    driver = json.loads(shown(addressed, "sarif"))["runs"][0]["tool"]["driver"]
    assert driver["informationUri"] == "https://docs.example.com/regilink/"
    assert driver["rules"][0]["helpUri"] == ADDRESS


def test_concise_ends_with_the_address_on_demand(addressed: LintResult) -> None:
    assert ADDRESS not in shown(addressed, "concise")
    assert shown(addressed, "concise", show_url=True).count(f"({ADDRESS})\n") == 2


def test_on_a_terminal_the_code_is_the_link(addressed: LintResult) -> None:
    text = shown(addressed, "full", links=True, width=100)
    assert text.count(f"\x1b]8;;{ADDRESS}\x1b\\REG102\x1b]8;;\x1b\\") == 2
    assert "see:" not in text


@pytest.mark.parametrize("address", ["docs", "javascript:alert(1)", "https://", "https://x/\x1b[31m", "https://x/?a"])
def test_what_is_no_address_is_refused(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGILINK_DOCS_URL", address)
    with pytest.raises(ConfigProblem, match="REGILINK_DOCS_URL"):
        assert Config().docs_site
    monkeypatch.delenv("REGILINK_DOCS_URL")
    (tmp_path / "regilink.toml").write_text(f"docs-url = {json.dumps(address)}\n", encoding="utf-8")
    with pytest.raises(ConfigProblem, match="docs-url"):
        find_config()
