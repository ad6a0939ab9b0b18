"""The configuration nearest to a file holds for it, also when a run begins above; `extend` names another one."""

import os
from pathlib import Path

import pytest

from regilink_doctor.cli import main
from regilink_doctor.config import ConfigProblem, find_config
from regilink_doctor.workflows.lint import files_to_lint, lint_paths

BAD = """import wandb
run = wandb.init()
run.link_artifact(a, "wandb-registry-model/zoo")
run.link_artifact(a, "wandb-registry-model")
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root that ignores REG201, a package that ignores REG102 and a folder without a configuration."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", "/nowhere")
    write("regilink.toml", 'ignore = ["REG201"]\n')
    write("package/pyproject.toml", '[tool.regilink]\nignore = ["REG102"]\nextend-exclude = ["old"]\n')
    for name in ("train.py", "package/train.py", "package/deep/train.py", "package/old/train.py", "other/train.py"):
        write(name, BAD)
    return tmp_path


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def findings() -> set[tuple[str, str]]:
    result = lint_paths(["."], config=find_config())
    assert result.failures == []
    return {(finding.place.path, finding.code) for finding in result.findings}


def test_the_nearest_configuration_holds() -> None:
    assert findings() == {
        ("train.py", "REG102"),
        ("other/train.py", "REG102"),
        ("package/train.py", "REG201"),
        ("package/deep/train.py", "REG201"),
    }
    assert files_to_lint(["."], find_config())[0] == [
        *("other/train.py", "package/deep/train.py", "package/pyproject.toml", "package/train.py"),
        *("regilink.toml", "train.py"),
    ]


def test_a_named_configuration_holds_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--config", "regilink.toml", "--output-format", "concise", "."]) == 1
    assert capsys.readouterr().out.count("REG102") == 5
    assert main(["lint", "--isolated", "--output-format", "concise", "."]) == 1
    assert capsys.readouterr().out.count("REG201") == 5


def test_options_change_the_configuration_of_every_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--extend-select", "REG102", "--ignore", "REG2", "--output-format", "concise", "."]) == 1
    assert "REG201" not in capsys.readouterr().out
    assert main(["lint", "--config", 'entity = "team-a"', "--output-format", "concise", "."]) == 1
    assert "REG201" not in capsys.readouterr().out


def test_how_a_run_reports_is_decided_where_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    write("package/pyproject.toml", '[tool.regilink]\nmin-severity = "error"\noutput-format = "json"\n')
    assert main(["lint", "package"]) == 1
    assert "REG201" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "problem"), [("selct = []", 'unknown key "selct"'), ('catalog = "none.json"', "none.json")]
)
def test_a_configuration_below_that_cannot_be_used_is_a_failure(
    text: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write("package/pyproject.toml", f"[tool.regilink]\n{text}\n")
    assert main(["lint", "."]) == 2
    captured = capsys.readouterr()
    assert captured.err.count(problem) == 1
    assert "train.py:4" in captured.out


def test_extend_gives_what_the_file_does_not_say() -> None:
    write(
        "shared/base.toml",
        'entity = "team-a"\nignore = ["REG102"]\nextend-exclude = ["generated"]\ncatalog = "c.json"\n',
    )
    write("package/regilink.toml", 'extend = "../shared/base.toml"\nignore = []\nextend-exclude = ["old"]\n')
    config = find_config("package")
    assert (config.entity, config.ignore, config.extend_exclude) == ("team-a", (), ("generated", "old"))
    assert config.catalog_path == "shared/c.json"


def test_extend_of_a_file_that_cannot_be_used() -> None:
    write("package/regilink.toml", 'extend = "../none.toml"')
    with pytest.raises(ConfigProblem, match=r"package/regilink.toml: extend: none.toml: no such file"):
        find_config("package")
    write("package/regilink.toml", 'extend = "../regilink.toml"')
    write("regilink.toml", 'extend = "package/regilink.toml"')
    with pytest.raises(ConfigProblem, match="extends this file, too"):
        find_config("package")


def test_extend_over_several_files_and_in_a_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.setenv("SHARED", "shared")
    write("home/base.toml", 'entity = "team-a"\nignore = ["REG107"]\nextend-select = ["REG102"]\n')
    write("shared/all.toml", 'extend = "~/base.toml"\nignore = ["REG108"]\nextend-select = ["REG103"]\n')
    write("package/regilink.toml", 'extend = "../$SHARED/all.toml"\nextend-select = ["REG104"]\n')
    config = find_config("package")
    assert (config.entity, config.ignore) == ("team-a", ("REG108",))
    assert config.extend_select == ("REG102", "REG103", "REG104")


@pytest.mark.parametrize(("versions", "status"), [(">=0.1", 1), ("0.0.1", 2), (">=99", 2), (">=0.0.1,<99", 1)])
def test_the_version_that_the_current_folder_requires(
    versions: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write("regilink.toml", f'required-version = "{versions}"\n')
    assert main(["lint", "."]) == status
    assert (f'required-version is "{versions}", and this is regilink' in capsys.readouterr().err) is (status == 2)


def test_the_version_that_another_folder_requires_is_for_runs_that_begin_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("package/pyproject.toml", '[tool.regilink]\nrequired-version = ">=99"\n')
    assert main(["lint", "."]) == 1
    monkeypatch.chdir("package")
    assert main(["lint", "."]) == 2


def test_versions_that_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    write("regilink.toml", 'required-version = "new"\n')
    assert main(["lint", "."]) == 2
    assert 'required-version is "new", not versions such as' in capsys.readouterr().err


def test_the_catalog_of_the_nearest_configuration_is_used() -> None:
    catalog = '{"version": 1, "host": null, "complete": true, "features": [], "organizations": []}'
    write("package/regilink.catalog.json", catalog)
    assert find_config("package").catalog_path == "package/regilink.catalog.json"
    result = lint_paths(["."], config=find_config())
    assert result.failures == []


@pytest.mark.skipif(os.name == "nt", reason="it shortens such a path itself")
def test_a_folder_whose_parents_cannot_be_named_ends_the_search(project: Path) -> None:
    deep = "named/" * 500  # with `..` for each of them it is too long for the system
    for name in deep.split("/")[:-1]:
        os.mkdir(name)
        os.chdir(name)
    os.chdir(project)
    assert find_config(deep.rstrip("/")).source is None
