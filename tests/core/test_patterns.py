"""Patterns of paths mean what `exclude` and `per-file-ignores` promise."""

import os

import pytest
from tables import check_rows

from regilink_doctor.core.files import relative_path
from regilink_doctor.core.patterns import Patterns


@check_rows(
    ("pattern", "path", "hit"),
    [
        ("vendored", "vendored/a.py", True),
        ("vendored", "src/vendored/deep/a.py", True),
        ("vendored", "vendored.py", False),
        ("vendored/", "src/vendored/a.py", True),
        ("a.py", "src/a.py", True),
        ("src/vendored", "src/vendored/deep/a.py", True),
        ("src/vendored", "other/src/vendored/a.py", False),
        ("./src/a.py", "src/a.py", True),
        ("*_pb2.py", "src/x_pb2.py", True),
        ("src/*.py", "src/deep/a.py", True),
        ("**/generated/**", "src/generated/a.py", True),
        ("**/generated", "generated/a.py", True),
        ("tests/**", "tests/a.py", True),
        ("build*", "build-1/a.py", True),
        ("venv", "../venv/a.py", True),
    ],
)
def test_a_pattern_hits(pattern: str, path: str, hit: bool) -> None:
    assert Patterns([pattern]).match(path) is hit


def test_paths_count_from_the_folder_of_the_configuration() -> None:
    assert Patterns(["src/vendored"], "..").match("a.py") is False
    assert Patterns(["examples/*"], "../project").match("../project/examples/a.py")


def test_nothing_above_the_start_counts() -> None:
    assert Patterns(["venv"], start="venv").match("venv/a.py") is False
    assert Patterns(["venv"], start="venv").match("venv/venv/a.py") is True
    assert Patterns(["project"], start="/home/project").match("/home/project/a.py") is False


@check_rows("pattern", ["src\\gen\\*.py", ".\\src\\gen", "./src/gen/", "src\\gen\\**"])
def test_patterns_of_windows_mean_the_same_everywhere(pattern: str) -> None:
    assert Patterns([pattern]).match("src/gen/a.py")
    assert Patterns([pattern]).match("./src/gen/a.py")
    assert not Patterns([pattern]).match("src/a.py")


def test_paths_of_windows_are_matched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sep", "\\")
    assert Patterns(["src/gen/*.py"]).match("src\\gen\\a.py")
    assert Patterns(["tests"]).unmatched(["src\\tests\\a.py", "src/a.py"]) == ["src/a.py"]


@pytest.mark.parametrize("pattern", ["caf\u00e9", "cafe\u0301", "src/caf\u00e9", "**/caf\u00e9*", "src/*\u00e9/"])
@pytest.mark.parametrize("folder", ["caf\u00e9", "cafe\u0301"])
def test_an_accent_is_the_same_in_either_form(pattern: str, folder: str) -> None:
    path = f"src/{folder}/train.py"
    assert Patterns([pattern]).match(path)
    assert Patterns([pattern]).unmatched([path, "src/cafe/train.py"]) == ["src/cafe/train.py"]


def test_a_path_on_another_drive_has_no_way_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, start: str = ".") -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", refuse)
    path = "D:/d/a.py" if os.name == "nt" else "/d/a.py"
    assert relative_path(path) == path
    assert Patterns(["a.py"], "project").match(path)


@check_rows(
    ("pattern", "path", "hit"),
    [
        ("[z-a]*", "z.py", True),
        ("[z-a]*", "a.py", False),
        ("a[b", "a[b", True),
        ("[!a]x", "bx", True),
        ("[]]", "]", True),
        ("**/wandb/run-*", "x/wandb/run-1/files/a.py", True),
        ("**/wandb/run-*", "wandb/run-1/a.py", True),
        ("**/wandb/run-*", "wandb/a.py", False),
        ("?", "é", True),
    ],
)
def test_signs_of_patterns(pattern: str, path: str, hit: bool) -> None:
    assert Patterns([pattern]).match(path) is hit
    assert (Patterns([pattern]).unmatched([path]) == []) is hit


def test_a_path_may_be_as_deep_as_there_are_paths() -> None:
    assert Patterns(["x*"]).match("d/" * 2_000 + "xa")
