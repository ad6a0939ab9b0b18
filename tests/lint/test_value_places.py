"""A finding about a value of a configuration file is reported at the value, once, whatever is linted with it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from regilink_doctor import cli, lint_paths
from regilink_doctor.workflows import value_places

TRAIN = """\
import wandb, yaml
config = yaml.safe_load(open("conf/config.yaml"))
run = wandb.init(entity="team-a")
run.link_artifact(artifact, config["target"])
"""
CONFIG = "lr: 0.1\ntarget: wandb_registry-model/zoo\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("conf").mkdir()
    Path("conf/config.yaml").write_text(CONFIG, encoding="utf-8")
    Path("train.py").write_text(TRAIN, encoding="utf-8")


def found(*paths: str) -> list[tuple[str, int, str]]:
    return [(item.place.path, item.place.span.line, item.code) for item in lint_paths(paths or ["."]).findings]


def use_prefix() -> None:
    """The value is a part of the path, which shows nothing by itself."""
    write("conf/config.yaml", "target: wandb_registry-model/zoo", "prefix: wandb_registry-model")
    write("train.py", 'config["target"]', "config['prefix'] + '/zoo'")


def write(path: str, before: str, after: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    assert before in text
    Path(path).write_text(text.replace(before, after), encoding="utf-8")


def test_it_is_reported_at_the_value_with_the_call_as_its_second_place() -> None:
    (finding,) = lint_paths(["."]).findings
    assert (finding.place.path, finding.place.span.line, finding.place.span.column) == ("conf/config.yaml", 2, 9)
    ((message, place),) = [(item.message, item.place) for item in finding.related]
    assert (message, place.path, place.span.line) == ("the value is used here", "train.py", 4)


def test_a_file_that_is_gone_before_it_is_reported_at_keeps_its_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_prefix()
    report = value_places.report_at_values

    def report_and_delete(*arguments: Any) -> Any:
        reports = report(*arguments)
        Path("conf/config.yaml").unlink()
        return reports

    monkeypatch.setattr(value_places, "report_at_values", report_and_delete)
    assert cli.main(["lint"]) == 1
    assert "--> conf/config.yaml:2:" in capsys.readouterr().out


def test_the_place_of_the_value_is_not_its_own_second_place() -> None:
    Path("compose.yaml").write_text("services:\n  a:\n    environment:\n      OWNER: team-a\n", encoding="utf-8")
    write("train.py", 'entity="team-a"', "entity=os.environ['OWNER']")
    write("train.py", 'config["target"]', "os.environ['OWNER'] + '/wandb-registry-model/zoo'")
    write("train.py", "import wandb, yaml", "import os, wandb, yaml")
    (finding,) = [item for item in lint_paths(["."]).findings if item.code == "REG202"]
    assert (finding.place.path, finding.place.span.line) == ("compose.yaml", 4)
    assert [(item.place.path, item.place.span.line) for item in finding.related] == [("train.py", 4)]


def test_it_is_reported_at_the_call_when_only_the_program_is_linted() -> None:
    (finding,) = lint_paths(["train.py"]).findings
    assert finding.place.path == "train.py"
    assert [item.place.path for item in finding.related] == ["conf/config.yaml"]


def test_it_is_reported_at_the_value_when_only_the_configuration_is_linted() -> None:
    assert found("conf") == [("conf/config.yaml", 2, "REG104")]


def test_a_value_that_several_programs_use_is_one_finding() -> None:
    Path("other.py").write_text(TRAIN, encoding="utf-8")
    (finding,) = lint_paths(["."]).findings
    assert sorted(item.place.path for item in finding.related) == ["other.py", "train.py"]


def test_a_value_that_says_nothing_by_itself_is_found_through_its_use() -> None:
    use_prefix()
    assert found("conf") == []
    assert [(path, line) for path, line, _ in found()] == [("conf/config.yaml", 2)]


def test_absolute_and_relative_paths_name_the_same_file(tmp_path: Path) -> None:
    assert found(str(tmp_path)) == [(f"{tmp_path.as_posix()}/conf/config.yaml", 2, "REG104")]


@pytest.mark.parametrize("path", ["conf/config.yaml", "train.py"])
def test_a_comment_counts_at_either_place_and_is_not_called_unused(path: str) -> None:
    line = "target: wandb_registry-model/zoo" if path == "conf/config.yaml" else 'config["target"])'
    write(path, line, f"{line}  # regilink: ignore[REG104] legacy")
    assert found() == []
    assert found("train.py") == []


def test_a_comment_in_another_module_counts_for_the_constant_it_has() -> None:
    Path("conf/config.yaml").unlink()
    Path("paths.py").write_text("TARGET = 'wandb_registry-model/zoo'  # regilink: ignore[REG104]\n", encoding="utf-8")
    Path("train.py").write_text(
        "import wandb\nfrom paths import TARGET\nwandb.init(entity='t').link_artifact(a, TARGET)\n",
        encoding="utf-8",
    )
    assert found() == []


def test_a_comment_that_is_unused_in_both_places_is_reported() -> None:
    write("conf/config.yaml", "zoo", "zoo  # regilink: ignore[REG101]")
    assert [code for _, _, code in found()] == ["REG104", "REG001"]


def test_rules_ignored_for_the_configuration_file_are_not_reported_for_its_values() -> None:
    Path("regilink.toml").write_text('[per-file-ignores]\n"conf/*" = ["REG104"]\n', encoding="utf-8")
    assert cli.main(["lint", "--quiet"]) == 0


def test_fixing_writes_the_safe_fix_into_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lint", "--fix"]) == 0
    assert Path("conf/config.yaml").read_text(encoding="utf-8") == CONFIG.replace("wandb_", "wandb-")
    assert Path("train.py").read_text(encoding="utf-8") == TRAIN
    assert "Nothing left" in capsys.readouterr().out


@pytest.mark.parametrize("is_in_other_program", [False, True])
@pytest.mark.parametrize(
    ("other", "is_fixed"),
    [
        ("run.use_artifact('team-a/p/zoo:v3')", True),
        ("run.link_artifact(b, config['target'])", True),
        ("run.use_artifact('acme/' + config['target'])", False),
    ],
)
def test_a_value_that_another_call_needs_as_it_is_is_not_fixed(
    other: str, is_fixed: bool, is_in_other_program: bool
) -> None:
    write("conf/config.yaml", "wandb_registry-model/zoo", "wandb-registry-model/zoo:v3")
    if is_in_other_program:
        Path("other.py").write_text("\n".join([*TRAIN.splitlines()[:3], other]), encoding="utf-8")
    else:
        write("train.py", "run.link", f"{other}\nrun.link")
    assert cli.main(["lint", "--fix", "--quiet"]) == (0 if is_fixed else 1)
    assert (":v3" not in Path("conf/config.yaml").read_text(encoding="utf-8")) is is_fixed


def test_a_constant_that_another_file_needs_as_it_is_is_not_fixed() -> None:
    Path("train.py").write_text(
        'import wandb\nNAME = "zoo:v3"\nif __name__ == "__main__":\n'
        '    wandb.init(entity="team-a").link_artifact(a, f"wandb-registry-model/{NAME}")\n',
        encoding="utf-8",
    )
    Path("serve.py").write_text(
        'import wandb\nfrom train import NAME\nwandb.Api().artifact(f"team-a/p/{NAME}")\n', encoding="utf-8"
    )
    before = Path("train.py").read_bytes()
    assert cli.main(["lint", "--fix", "--quiet"]) == 1
    assert Path("train.py").read_bytes() == before
    assert cli.main(["lint", "--fix", "--quiet", "--unsafe-fixes"]) == 0


def test_fixing_the_program_alone_leaves_the_configuration() -> None:
    assert cli.main(["lint", "--fix", "train.py"]) == 1
    assert Path("conf/config.yaml").read_text(encoding="utf-8") == CONFIG


def test_comments_are_added_where_the_finding_is_reported() -> None:
    use_prefix()
    assert cli.main(["lint", "--add-ignore"]) == 0
    assert "# regilink: ignore[" in Path("conf/config.yaml").read_text(encoding="utf-8")
    assert found() == []


@pytest.mark.parametrize("comment", ["", "  # regilink: ignore[REG104]"])
def test_a_configuration_that_is_linted_alone_is_judged_by_the_programs_of_its_repository(comment: str) -> None:
    use_prefix()
    write("conf/config.yaml", "wandb_registry-model", f"wandb_registry-model{comment}")
    assert found("conf/config.yaml") == ([("conf/config.yaml", 2, "REG001")] if comment else [])
    Path(".git").mkdir()
    assert found("conf/config.yaml") == ([] if comment else [("conf/config.yaml", 2, "REG104")])
    assert found("conf") == ([] if comment else [("conf/config.yaml", 2, "REG104")])


def test_a_comment_at_the_call_counts_when_the_configuration_is_linted_alone() -> None:
    Path(".git").mkdir()
    write("train.py", 'config["target"])', 'config["target"])  # regilink: ignore[REG104]')
    assert found("conf/config.yaml") == []


def test_what_else_is_wrong_with_the_programs_is_left_to_a_run_that_names_them() -> None:
    Path(".git").mkdir()
    Path("other.py").write_text(
        "import wandb\nwandb.init(entity='t').link_artifact(a, 'wandb-registry-model')\n", encoding="utf-8"
    )
    assert found("conf/config.yaml") == [("conf/config.yaml", 2, "REG104")]


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_a_git_ignored_file_is_read_and_never_reported_at(capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    Path(".gitignore").write_text("conf/\n", encoding="utf-8")
    assert found() == [("train.py", 4, "REG104")]
    note = "conf/config.yaml: read for the values that the code uses, but not linted: it is ignored or excluded"
    assert lint_paths(["."]).notes == [note]
    assert lint_paths(["train.py"]).notes == []
    assert cli.main(["lint", "--fix", "--unsafe-fixes"]) == 1
    assert Path("conf/config.yaml").read_text(encoding="utf-8") == CONFIG


def test_formats_have_both_places(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["lint", "--output-format", "sarif"])
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    places = [
        item["physicalLocation"]["artifactLocation"]["uri"]
        for item in (*result["locations"], *result["relatedLocations"])
    ]
    assert places == ["conf/config.yaml", "train.py"]
    cli.main(["lint", "--output-format", "github"])
    assert "file=conf/config.yaml,line=2" in capsys.readouterr().out


def test_what_a_function_of_another_file_is_passed_is_reported_at_its_caller() -> None:
    Path("pub.py").write_text(
        'import wandb\n\n\ndef publish(target):\n    wandb.init(entity="team-a").link_artifact(None, target)\n',
        encoding="utf-8",
    )
    Path("main.py").write_text('from pub import publish\n\npublish("wandb-registry-model")\n', encoding="utf-8")
    assert found("main.py", "pub.py") == [("main.py", 3, "REG102")]
    assert found("pub.py") == [("pub.py", 5, "REG102")]


def test_a_key_is_reported_once_where_it_is_written() -> None:
    key = "4f9c1e7d2b8a6035f1c9e7b2d4a68031fe5c7b92"
    files = {
        "conf/config.yaml": f"wandb:\n  api_key: {key}\nother: {key}\n",
        ".env": f"WANDB_API_KEY={key}\n",
        "settings.py": f"WANDB_API_KEY = '{key}'\n",
        "names.py": f"OTHER = '{key}'\n",
        "train.py": "import dotenv, os, wandb, yaml\nfrom names import OTHER\nfrom settings import WANDB_API_KEY\n"
        "dotenv.load_dotenv()\nconfig = yaml.safe_load(open('conf/config.yaml'))\n"
        'wandb.login(key=config["wandb"]["api_key"])\nwandb.login(key=config["other"])\n'
        'wandb.login(key=os.environ["WANDB_API_KEY"])\nwandb.login(key=WANDB_API_KEY)\nwandb.login(key=OTHER)\n',
    }
    for path, content in files.items():
        Path(path).write_text(content, encoding="utf-8")
    places = [(".env", 1), ("conf/config.yaml", 2), ("conf/config.yaml", 3), ("settings.py", 1), ("train.py", 10)]
    assert found() == [(*place, "REG704") for place in places]
