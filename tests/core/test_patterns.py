"""Patterns of paths mean what `exclude` and `per-file-ignores` promise."""

import pytest

from regilink_doctor.core.patterns import Patterns


@pytest.mark.parametrize(
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
