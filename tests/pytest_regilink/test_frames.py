"""pydantic finds the frames of wandb's models without a search through all modules for each of them."""

import importlib
import sys
from pathlib import Path

import pytest

from pytest_regilink.isolation import import_frames_known

LOOKS_UP = """
import inspect
import sys

frame, found = sys._getframe(), set()
while (frame := frame.f_back) is not None:
    if frame.f_code.co_filename.startswith("<frozen importlib"):
        module = inspect.getmodule(frame)
        found.add(module and module.__spec__.name)
"""


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="pydantic does not look for frames there")
def test_the_frames_of_an_import_are_known_for_as_long_as_they_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(name: str) -> set[str | None]:
        (tmp_path / f"{name}.py").write_text(LOOKS_UP, encoding="utf-8")
        importlib.invalidate_caches()
        modules: set[str | None] = importlib.import_module(name).found
        return modules

    monkeypatch.syspath_prepend(tmp_path)
    with import_frames_known():
        assert found("looks_up_in_it") == {"_frozen_importlib", "_frozen_importlib_external"}
    assert found("looks_up_after_it") == {None}
