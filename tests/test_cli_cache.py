"""The options of the cache on a command line."""

import json
from pathlib import Path

import pytest
from in_process import run_command

from regilink_doctor.workflows import lint


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(lint, "WORTH_A_CACHE", 2)
    folder = tmp_path / "tree"
    for name in ("train.py", "sub/job.py"):
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(
            "import wandb\nwandb.init(entity='t').link_artifact(a, 'wandb-registry-m')\n", encoding="utf-8"
        )
    return folder


def find_caches(tree: Path) -> set[str]:
    return {path.parent.relative_to(tree).as_posix() for path in tree.rglob("CACHEDIR.TAG")}


def test_the_default_folder_is_beside_the_configuration(tree: Path) -> None:
    first = run_command("lint", cwd=tree)
    assert find_caches(tree) == {".regilink_cache"}
    second = run_command("lint", cwd=tree)
    assert (second.returncode, second.stdout, second.stderr) == (first.returncode, first.stdout, first.stderr)
    (tree / "regilink.toml").write_text('cache-dir = "kept/here"\n', encoding="utf-8")
    run_command("lint", ".", "..", cwd=tree / "sub")
    assert find_caches(tree) == {".regilink_cache", "kept/here"}


@pytest.mark.parametrize("arguments", [["--no-cache"], ["--show-sites"], ["--fix"], ["--diff"], ["--add-ignore"]])
def test_what_keeps_no_reports(arguments: list[str], tree: Path) -> None:
    run_command("lint", *arguments, cwd=tree)
    assert find_caches(tree) == set()


def test_few_files_are_linted_without_it(tree: Path) -> None:
    (tree / "sub/job.py").unlink()
    run_command("lint", cwd=tree)
    assert find_caches(tree) == set()


def test_an_option_and_a_variable_name_the_folder(tree: Path, tmp_path: Path) -> None:
    run_command("lint", "--cache-dir", str(tree / "a"), cwd=tree)
    run_command("lint", cwd=tree, REGILINK_CACHE_DIR="b")
    run_command("lint", cwd=tree, REGILINK_NO_CACHE="1")
    assert find_caches(tree) == {"a", "b"}


@pytest.mark.parametrize(("name", "reason"), [("tree/train.py", "is not a folder"), ("tree", "has other files")])
def test_a_folder_that_would_not_be_used_is_refused(name: str, reason: str, tree: Path) -> None:
    done = run_command("lint", "--cache-dir", str(tree.parent / name), cwd=tree)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert find_caches(tree) == set()


def test_every_format_is_the_same_from_the_cache(tree: Path) -> None:
    (tree / "run.py").write_text(
        "import wandb\nrun = wandb.init(entity='t')\nrun.link_artifact(a, p)\nrun.link_artifact(a, 'x/y')\n"
        "run.link_artifact(a, 'wandb-registry-m/zoo:v3')  # regilink: ignore[REG107]\n",
        encoding="utf-8",
    )
    for arguments in (
        [],
        ["--output-format=json"],
        ["--output-format=sarif"],
        ["--lang=ja"],
        ["--min-severity=error"],
        ["--statistics"],
        ["--config", 'docs-url = "https://docs.example.com/"', "--output-format=github"],
    ):
        anew = run_command("lint", "--no-cache", *arguments, cwd=tree)
        for _ in range(2):
            kept = run_command("lint", *arguments, cwd=tree)
            assert (kept.stdout, kept.stderr, kept.returncode) == (anew.stdout, anew.stderr, anew.returncode)
    assert "REG102" in anew.stdout
    assert find_caches(tree) == {".regilink_cache"}


def test_options_that_change_findings_are_part_of_the_key(tree: Path) -> None:
    def codes(*arguments: str) -> list[str]:
        done = run_command("lint", "--output-format=json", *arguments, cwd=tree)
        return [finding["code"] for finding in json.loads(done.stdout)["findings"]]

    for _ in range(2):
        assert codes() == ["REG102", "REG102"]
        assert codes("--ignore=REG102") == []
        assert codes("--per-file-ignores=sub/*:REG102") == ["REG102"]
        assert codes("--config", "registries = {n = []}") == ["REG102", "REG102"]
