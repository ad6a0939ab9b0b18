"""`assert_map`: what a repository consumes is linked somewhere."""

import json
from pathlib import Path

import pytest

from pytest_regilink.assertions import ImpossibleAssertion, assert_map
from regilink_doctor.cli import main

TRAIN = """import wandb
run = wandb.init(entity="team-a", project="p")
artifact = wandb.Artifact("zoo", type="model")
run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["prod"])
"""
SERVE = 'import wandb\nartifact = wandb.Api().artifact("wandb-registry-model/zoo:prod")\n'


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"train": TRAIN, "serve": SERVE}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.py").write_text(text, encoding="utf-8")
    main(["map", "train", "--repository", "train", "--output-format", "json", "--output-file", "train.json"])
    return tmp_path


@pytest.mark.usefixtures("folders")
def test_the_producer_is_here_or_in_another_map() -> None:
    assert_map()
    assert_map("serve", maps=["train.json"], repository="serve")


@pytest.mark.usefixtures("folders")
def test_there_is_no_producer() -> None:
    with pytest.raises(AssertionError, match="no code links to it") as caught:
        assert_map("serve")
    assert "serve/serve.py:2:12: REG901" in str(caught.value)


def test_the_alias_is_not_set(folders: Path) -> None:
    value = json.loads(Path("train.json").read_text(encoding="utf-8").replace('"prod"', '"best"'))
    Path("train.json").write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(AssertionError, match="REG904 warning"):
        assert_map("serve", maps=["train.json"], repository="serve")


@pytest.mark.usefixtures("folders")
def test_an_older_map_of_the_same_repository_does_not_count() -> None:
    with pytest.raises(AssertionError, match="REG901"):
        assert_map("serve", maps=["train.json"], repository="train")


def test_an_unknown_name_is_never_well(folders: Path) -> None:
    with open("serve/serve.py", "a", encoding="utf-8") as file:
        file.write("import sys\nwandb.Api().artifact(sys.argv[1])\n")
    with pytest.raises(AssertionError, match="the source does not show"):
        assert_map("serve", maps=["train.json"], repository="serve")
    assert_map("serve", maps=["train.json"], repository="serve", allow_unknown=True)


def test_a_map_of_another_repository_with_unread_files_is_never_well(folders: Path) -> None:
    Path("train/broken.py").write_text(f"{TRAIN}(", encoding="utf-8")
    main(["map", "train", "--repository", "train", "--output-format", "json", "--output-file", "train.json"])
    with pytest.raises(AssertionError, match=r"train/train/broken\.py.*; what this file links is not in the map"):
        assert_map("serve", maps=["train.json"], repository="serve")
    assert_map("serve", maps=["train.json"], repository="serve", allow_unknown=True)
    own = json.loads(Path("train.json").read_text(encoding="utf-8"))
    Path("old.json").write_text(json.dumps({**own, "repositories": ["serve"], "collections": []}), encoding="utf-8")
    Path("train.json").write_text(json.dumps({**own, "unread": []}), encoding="utf-8")
    assert_map("serve", maps=["train.json", "old.json"], repository="serve")


@pytest.mark.usefixtures("folders")
def test_without_a_consumer_it_proves_nothing() -> None:
    with pytest.raises(ImpossibleAssertion):
        assert_map("train")
    with pytest.raises(ImpossibleAssertion):
        assert_map("nowhere")
