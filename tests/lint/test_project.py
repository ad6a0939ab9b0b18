"""A second run in one process sees what has changed around the files since the first."""

import os
from pathlib import Path

import pytest
from in_process import run_command
from tables import check_rows

from regilink_doctor import lint_paths
from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.lint.project import Project

TRAIN = "import wandb\nfrom paths import TARGET\nrun = wandb.init()\nrun.link_artifact(a, TARGET)\n"


def codes() -> set[str]:
    return {
        finding.code
        for finding in lint_paths(["train.py", "job.sh"] if os.path.exists("job.sh") else ["train.py"]).findings
    }


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(TRAIN, encoding="utf-8")
    Path("paths.py").write_text("TARGET = 'wandb-registry-model/zoo'\n", encoding="utf-8")
    return tmp_path


def test_a_dotenv_file_that_appears_and_goes() -> None:
    assert "REG201" in codes()
    Path(".env").write_text("WANDB_ENTITY=team-a\n", encoding="utf-8")
    assert "REG201" not in codes()
    Path(".env").unlink()
    assert "REG201" in codes()


@check_rows("report_format", ["json", "json-lines", "gitlab", "rdjson", "sarif"])
def test_a_report_of_an_earlier_run_sets_nothing(report_format: str) -> None:
    Path("report.json").unlink(missing_ok=True)
    for _ in range(2):
        run_command("lint", "--output-format", report_format, "--output-file", "report.json", "train.py", cwd=Path())
        assert "WANDB_ENTITY" in Path("report.json").read_text(encoding="utf-8")
        assert "REG201" in codes()
    Path("report.json").write_text('{"env": {"WANDB_ENTITY": "team-a"}, "ignore": ["REG201"]}', encoding="utf-8")
    assert "REG201" not in codes()


def test_an_imported_file_that_changes() -> None:
    assert "REG102" not in codes()
    status = os.stat("paths.py")
    Path("paths.py").write_text("TARGET = 'wandb-registry-model_zoo'\n", encoding="utf-8")
    os.utime("paths.py", ns=(status.st_atime_ns, status.st_mtime_ns))  # as fast as the clock of a file system
    assert "REG102" in codes()


def test_an_imported_file_that_appears() -> None:
    Path("paths.py").unlink()
    assert "REG102" not in codes()
    Path("paths.py").write_text("TARGET = 'wandb-registry-model'\n", encoding="utf-8")
    assert "REG102" in codes()


def test_a_program_that_begins_to_link() -> None:
    Path("job.sh").write_text("export WANDB_MODE=offline\npython other.py\n", encoding="utf-8")
    Path("other.py").write_text("print()\n", encoding="utf-8")
    assert "REG601" not in codes()
    Path("other.py").write_text(
        "import wandb\nwandb.init().link_artifact(a, 'wandb-registry-model/zoo')\n", encoding="utf-8"
    )
    assert "REG601" in codes()


def test_a_loaded_file_that_appears_and_changes() -> None:
    Path("train.py").write_text(
        "import wandb, yaml\nwandb.init().link_artifact(a, yaml.safe_load(open('config.yaml'))['target'])\n",
        encoding="utf-8",
    )
    assert "REG102" not in codes()
    Path("config.yaml").write_text("target: wandb-registry-model\n", encoding="utf-8")
    assert "REG102" in codes()
    status = os.stat("config.yaml")
    Path("config.yaml").write_text("target: wandb-registry-m/abc\n", encoding="utf-8")
    os.utime("config.yaml", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "REG102" not in codes()


def test_a_variable_and_an_option_whose_values_change() -> None:
    Path("train.py").write_text(
        "import argparse, os, wandb\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--target')\n"
        "run = wandb.init()\n"
        "run.link_artifact(a, os.environ['TARGET'])\n"
        "run.link_artifact(a, parser.parse_args().target)\n",
        encoding="utf-8",
    )
    for name, wrong, right in (
        (".env", "TARGET=wandb-registry-model\n", "TARGET=wandb-registry-model/a\n"),
        ("run.sh", "python train.py --target wandb-registry-model\n", "python train.py --target ok/a/b\n"),
    ):
        Path(name).write_text(wrong, encoding="utf-8")
        assert "REG102" in codes(), name
        Path(name).write_text(right, encoding="utf-8")
        assert "REG102" not in codes(), name


def test_two_runs_that_take_turns_have_a_memory_each() -> None:
    first, second = Project(), Project()
    content = TRAIN.encode()
    path = os.path.abspath("train.py")

    def codes_for(project: Project) -> set[str]:
        return {finding.code for finding in lint_bytes(path, content, project=project).findings}

    assert "REG102" not in codes_for(first)
    status = os.stat("paths.py")
    Path("paths.py").write_text("TARGET = 'wandb-registry-model_zoo'\n", encoding="utf-8")
    os.utime("paths.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "REG102" in codes_for(second)
    assert "REG102" not in codes_for(first)
    assert "REG102" in codes_for(second)
