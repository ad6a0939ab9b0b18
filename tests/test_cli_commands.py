"""The commands that show other commands and rules, and the options that all share."""

import json
from pathlib import Path

import pytest
from tables import check_each, sample

from regilink_doctor import __version__
from regilink_doctor.cli import COMMANDS, main
from regilink_doctor.rules.index import RULES

BAD = 'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "wandb-registry-model")\n'
ADVICE = 'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "/wandb-registry-model/zoo")\n'


def run(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    try:
        status = main(words)
    except SystemExit as end:  # how argparse ends after a page of help
        status = int(end.code or 0)
    shown = capsys.readouterr()
    return status, shown.out, shown.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_what_the_option_shows(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    by_option = run(command, "--help", capsys=capsys)
    assert by_option == run("help", command, capsys=capsys)
    assert by_option[0] == 0
    assert by_option[1].startswith(f"usage: regilink {command}")


def test_help_alone_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run("help", capsys=capsys)
    assert status == 0
    assert all(f"\n    {command} " in out for command in COMMANDS)
    assert run("help", "catalog", "pull", capsys=capsys)[1].startswith("usage: regilink catalog pull")
    status, _, error = run("help", "lnt", capsys=capsys)
    assert (status, "did you mean lint?" in error) == (2, True)


def test_the_version_has_a_short_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-V", capsys=capsys)[1] == run("--version", capsys=capsys)[1] == f"regilink {__version__}\n"


@pytest.mark.parametrize("part", sample(range(4), one_in=4))
def test_a_rule_is_shown_by_code_and_by_name(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    def check(code: str) -> None:
        status, out, _ = run("rule", code.lower(), "--output-format", "json", capsys=capsys)
        (value,) = json.loads(out)["rules"]
        assert (status, value["code"]) == (0, code)
        assert run("rule", value["name"], "--output-format", "json", capsys=capsys)[1] == out
        markdown = run("rule", code, "--output-format", "markdown", capsys=capsys)[1]
        assert markdown.startswith(f"## {code}: {value['name']}\n")
        full = run("rule", code, capsys=capsys)[1]
        assert full.startswith(f"{code} {value['name']}")
        assert all(line in full for example in value["bad"] for line in example.splitlines())

    check_each({code: code for code in list(RULES)[part::4]}, check)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("REG1", "is not the code of one rule"),
        ("REG999", "no rule"),
        ("mispelled-prefix", "misspelled-prefix (REG104)"),
    ],
)
def test_what_is_no_rule_is_said(word: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, error = run("rule", word, capsys=capsys)
    assert (status, out) == (2, "")
    assert said in error


@pytest.mark.parametrize(
    ("severity", "codes", "status"),
    [("info", {"REG102", "REG111"}, 1), ("warning", {"REG102"}, 1), ("error", {"REG102"}, 1)],
)
def test_findings_below_the_severity_are_hidden(
    severity: str,
    codes: set[str],
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bad.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "advice.py").write_text(ADVICE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result, out, _ = run("lint", "--min-severity", severity, "--output-format", "json", capsys=capsys)
    assert result == status
    assert {finding["code"] for finding in json.loads(out)["findings"]} == codes


def test_a_hidden_finding_about_a_shared_value_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (
        "import json, wandb\nrun = wandb.init(entity='t')\n"
        "run.link_artifact(a, json.load(open('settings.json'))['target_path'])\n"
    )
    for name in ("train.py", "retrain.py"):
        (tmp_path / name).write_text(code, encoding="utf-8")
    (tmp_path / "settings.json").write_text('{"target_path": "wandb-registry-model/zoo:v3"}\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert "Found 1 warning in 3 files." in run("lint", capsys=capsys)[1]
    out = run("lint", "--min-severity", "error", capsys=capsys)[1]
    assert out == "Nothing found in 3 files, 1 hidden by min-severity.\n"
    out = run("lint", "--min-severity", "error", "--ignore", "REG107", capsys=capsys)[1]
    assert out == "Nothing found in 3 files.\n"


def test_hidden_findings_are_counted_apart_and_not_fixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warning = 'import wandb\nrun = wandb.init(entity="t")\nrun.link_artifact(a, "wandb-registry-model/zoo:v3")\n'
    (tmp_path / "train.py").write_text(warning, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run("lint", capsys=capsys)[0] == 1
    (tmp_path / "regilink.toml").write_text('min-severity = "error"\n', encoding="utf-8")
    assert run("lint", "--fix", capsys=capsys)[:2] == (0, "Nothing found in 2 files, 1 hidden by min-severity.\n")
    assert (tmp_path / "train.py").read_text(encoding="utf-8") == warning
    assert run("lint", "--min-severity", "warning", capsys=capsys)[0] == 1
    (tmp_path / "regilink.toml").write_text('min-severity = "eror"\n', encoding="utf-8")
    status, _, error = run("lint", capsys=capsys)
    assert (status, 'did you mean "error"?' in error) == (2, True)


@pytest.mark.parametrize(("value", "status"), [("sarif", 0), ("markdown", 0), ("json", 0), ("yaml", 2)])
def test_the_format_of_another_command_is_ignored(
    value: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGILINK_OUTPUT_FORMAT", value)
    shown = run("explain", "REG104", capsys=capsys)
    assert shown[0] == status
    assert ("REGILINK_OUTPUT_FORMAT" in shown[2]) == (status == 2)
