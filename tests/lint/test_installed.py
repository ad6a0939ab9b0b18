"""What is installed beside us is linted without its gates: no crash, and nothing found where nobody uses wandb."""

import os
import sysconfig
import zlib
from pathlib import Path

import pytest
from tables import sample

from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.lint.scan.kinds import kind_of

PATHS = sysconfig.get_paths()
ONE_IN = {"stdlib": 25, "purelib": 120}
LARGEST = 60_000
SKIPPED = ("__pycache__", "site-packages", "test", "tests", "idlelib")


def choose_files(which: str, part: int) -> list[Path]:
    """Some of the files, the same on each run."""
    found = []
    for root, folders, names in os.walk(PATHS[which]):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        chosen = [
            name for name in sorted(names) if zlib.crc32(name.encode()) % (ONE_IN[which] * part) == 0 and kind_of(name)
        ]
        found += [path for name in chosen if (path := Path(root, name)).stat().st_size < LARGEST]
    return found


@pytest.mark.parametrize("part", [4, pytest.param(1, marks=pytest.mark.slow)], ids=["a fourth", "all"])
@pytest.mark.parametrize("which", sample(["stdlib", "purelib"], one_in=2))
def test_nothing_is_found_in_code_of_others(which: str, part: int) -> None:
    paths = choose_files(which, part)
    assert len(paths) > 2
    for path in paths:
        found = [f"{item.code} {item.message}" for item in lint_bytes(str(path), path.read_bytes()).findings]
        assert [line for line in found if not line.startswith("REG000")] == [], path


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sdk/wandb_run.py", "sdk/artifacts/artifact.py", "apis/public/artifacts.py"])
def test_wandb_itself_is_read_without_a_crash(name: str) -> None:
    path = Path(PATHS["purelib"]) / "wandb" / name
    codes = {finding.code for finding in lint_bytes(os.fspath(path), path.read_bytes()).findings}
    assert "REG002" not in codes
