"""`regilink init`: what it sees, what it writes, what it leaves out, on real projects."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tables import sample

from regilink_doctor.cli import main
from regilink_doctor.config import find_config
from regilink_doctor.workflows import initialize

TRAIN = """import wandb


def main(epochs=3):
    with wandb.init(entity="team-a", project="churn") as run:
        artifact = wandb.Artifact("churn", type="model")
        run.link_artifact(artifact, "wandb-registry-model/churn")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "train.py").write_text(TRAIN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_what_the_code_names(project: Path) -> None:
    assert main(["init", "--yes"]) == 0
    config = find_config()
    assert (config.source, config.teams) == ("regilink.toml", ("team-a",))
    assert config.registries == {"model": ("model",)}
    assert main(["lint", "-q"]) == 0
    hook = yaml.safe_load((project / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"][0]
    assert hook["entry"].startswith("regilink lint")
    assert "train.main()" in (project / "tests" / "test_registry_links.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(("others", "usual"), [(["Model"], "model"), (["Model", "Model"], "Model")])
def test_names_that_differ_in_case_are_one_registry(project: Path, others: list[str], usual: str) -> None:
    links = "".join(f'run.link_artifact(artifact, "wandb-registry-{name}/zoo")\n' for name in others)
    head = 'import wandb\nrun = wandb.init(entity="team-a")\nartifact = wandb.Artifact("zoo", type="model")\n'
    (project / "other.py").write_text(head + links, encoding="utf-8")
    assert main(["init", "--yes"]) == 0
    assert find_config().registries == {usual: ("model",)}


def test_what_is_probably_a_mistake_becomes_no_fact_and_no_test(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = {
        "typo": "wandb-registry-modle/zoo",
        "version": "wandb-registry-own/zoo:v3",
        "twice": "wandb-registry-wandb-registry-onnx/zoo",
        "unfilled": "wandb-registry-{registry}/zoo",
    }
    for name, path in paths.items():
        (project / f"{name}.py").write_text(TRAIN.replace("wandb-registry-model/churn", path), encoding="utf-8")
    (project / "train.py").write_text(f"{TRAIN}\n\nimport argparse\nargparse.ArgumentParser().parse_args()\n")
    assert main(["init", "--yes"]) == 0
    assert find_config().registries == {"model": ("model",), "own": ("model",)}
    output = capsys.readouterr().out
    assert '"modle" is not taken for a registry of your own: it is nearly W&B\'s "model"' in output
    assert "no test: no link is in a function" in output
    assert not (project / "tests").exists()
    (project / "train.py").unlink()
    assert main(["init", "--yes"]) == 0
    assert "no test: each link has a finding of `regilink lint`" in capsys.readouterr().out


def test_a_second_time_it_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "--yes"])
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert main(["init", "--yes"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("Nothing to write.")
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_without_a_terminal_it_shows_and_writes_nothing(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "regilink_doctor", "init"], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert '+teams = ["team-a"]' in done.stdout
    assert "Nothing was written" in done.stdout
    assert os.listdir(project) == ["train.py"]


@pytest.mark.parametrize(
    ("answer", "written"),
    sample([("y", True), ("n", False), pytest.param("", False, marks=pytest.mark.slow)], one_in=2),
)
def test_it_asks(project: Path, answer: str, written: bool) -> None:
    ours, theirs = pytest.importorskip("pty").openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "regilink_doctor", "init"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        os.write(ours, f"{answer}\n".encode())
        process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert (project / "regilink.toml").exists() == written


def test_it_adds_to_what_is_there(project: Path) -> None:
    (project / "pyproject.toml").write_text(
        '[project]\nname = "x"\n\n[tool.ruff.lint]\nselect = ["E"]\n', encoding="utf-8"
    )
    (project / ".pre-commit-config.yaml").write_text("repos:\n- repo: local\n  hooks: []\n", encoding="utf-8")
    assert main(["init", "--yes"]) == 0
    assert initialize._parse_toml((project / "pyproject.toml").read_text(encoding="utf-8"), "")["tool"] == {
        "ruff": {"lint": {"select": ["E"], "external": ["REG"]}},
        "regilink": {"teams": ["team-a"], "registries": {"model": ["model"]}},
    }
    assert len(yaml.safe_load((project / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]) == 2


@pytest.mark.parametrize(
    "hooks", ["repos: []\n", "repos:\n- repo: local\n  hooks: []\nci: {skip: [x]}\n", "- a\n", "{"]
)
def test_a_file_that_it_cannot_add_to_is_left_and_named(
    project: Path, hooks: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".pre-commit-config.yaml").write_text(hooks, encoding="utf-8")
    assert main(["init", "--yes"]) == 0
    assert (project / ".pre-commit-config.yaml").read_text(encoding="utf-8") == hooks
    out = capsys.readouterr().out
    assert "add by hand:" in out
    assert "- id: regilink\n" in out


def test_a_disk_that_is_full_loses_no_file(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "x"\n',
        ".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks: []\n",
    }
    for name, content in files.items():
        (project / name).write_text(content, encoding="utf-8")
    (project / "chart.yaml").write_text("wandb:\n  {% if a %}\n  x: y\n", encoding="utf-8")
    replace = os.replace

    def fill(source: str, target: str) -> None:
        if target.endswith("pyproject.toml"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fill)
    assert main(["init", "--yes"]) == 2
    shown = capsys.readouterr()
    assert shown.err == (
        "regilink: init: pyproject.toml cannot be written: No space left on device; "
        "already written: .pre-commit-config.yaml\n"
    )
    assert "not read, so the setup has nothing from it: chart.yaml (a template)" in shown.out
    assert (project / "pyproject.toml").read_text(encoding="utf-8") == files["pyproject.toml"]
    assert not list(project.glob(".regilink-*"))


def test_what_is_no_toml_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text("[tool\n", encoding="utf-8")
    assert main(["init", "--yes"]) == 2
    assert "pyproject.toml" in capsys.readouterr().err
    assert not (project / ".pre-commit-config.yaml").exists()


def test_a_regilink_of_a_repository_is_what_hook_and_workflow_get(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".github").mkdir()
    source = {"url": "https://git.example.com/acme/regilink", "revision": "v0.1.0"}
    monkeypatch.setattr(initialize, "_find_source", lambda: source)
    assert main(["init", "--yes"]) == 0
    entry = yaml.safe_load((project / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]
    assert (entry["repo"], entry["rev"]) == ("https://git.example.com/acme/regilink", "v0.1.0")
    workflow = (project / ".github" / "workflows" / "regilink.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(workflow)["jobs"]["lint"]["steps"][2]["run"] == (
        'pip install "git+https://git.example.com/acme/regilink@v0.1.0"'
    )


def test_the_repository_is_read_from_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    record = {"url": "https://git.example.com/r", "vcs_info": {"vcs": "git", "commit_id": "abc"}}

    class Distribution:
        @staticmethod
        def read_text(name: str) -> str:
            return json.dumps(record)

    monkeypatch.setattr("importlib.metadata.distribution", lambda name: Distribution)
    assert initialize._find_source() == {"url": "https://git.example.com/r", "revision": "abc"}


def test_a_link_that_no_test_can_call_gives_no_test(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "train.py").write_text(TRAIN.replace("epochs=3", "epochs"), encoding="utf-8")
    assert main(["init", "--yes"]) == 0
    output = capsys.readouterr().out
    assert "no test: no link is in a function" in output
    assert "The test needs" not in output
    assert not (project / "tests").exists()


@pytest.mark.slow
def test_the_test_that_it_writes_passes(project: Path) -> None:
    assert main(["init", "--yes"]) == 0
    done = subprocess.run(
        [Path(sys.executable).with_name("pytest"), "-q", "-p", "no:cacheprovider"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
