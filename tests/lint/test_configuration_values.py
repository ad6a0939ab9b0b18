"""Values of configuration are those that the libraries themselves give: each program is run, and read.

The programs are in `tests/cases/configuration`, in the format of the linter's cases. A case names what it `needs`;
`argv` and `environ` are what it is run with. Where `unknown` is written above a program regilink must not know its
targets, whatever they are.
"""

import os
import runpy
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from tables import sample

from regilink_doctor.lint import formats
from tests.lint.cases import Case, read_cases

FOLDER = Path(__file__).parents[1] / "cases" / "configuration"
CASES = [case for path in sorted(FOLDER.glob("*.case")) for case in read_cases(path)]


@pytest.mark.parametrize("case", sample(CASES, one_in=15), ids=lambda case: f"{case.path.stem}: {case.name}")
def test_the_target_is_the_one_that_the_library_gives(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in (case.option("needs") or "").split():
        pytest.importorskip(package)
    for name, text in case.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    program = next(iter(case.files))
    targets = find_targets(Path(program))
    if "unknown" in case.head:
        assert targets
        assert all("{?}" in target for target in targets)
        return
    for setting in (case.option("environ") or "").split():
        monkeypatch.setenv(*setting.split("=", 1))
    assert targets == run_program(Path(program), (case.option("argv") or "").split(), monkeypatch)


def find_targets(program: Path) -> list[str]:
    """What regilink knows of the targets of a program, in the order of its lines."""
    sites = formats.read(str(program), program.read_bytes()).sites
    return [" | ".join(path.display for path in site.target) for site in sites if site.kind == "link"]


def run_program(program: Path, argv: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The targets of a program that is run with a wandb that notes them."""
    targets: list[str] = []
    run: Any = SimpleNamespace(link_artifact=lambda artifact, target_path: targets.append(str(target_path)))
    wandb: Any = ModuleType("wandb")
    wandb.init = lambda **settings: run
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    monkeypatch.setattr(sys, "argv", [str(program), *argv])
    monkeypatch.syspath_prepend(str(program.parent.resolve()))
    # In a thread: hydra looks up the source of each frame below it, and pytest has many.
    with modules_of(program.parent.resolve()), ThreadPoolExecutor(1) as pool:
        pool.submit(runpy.run_path, str(program.resolve()), {"artifact": None}, "__main__").result()
    return targets


@contextmanager
def modules_of(folder: Path) -> Iterator[None]:
    """Forget the modules of a folder, and what its programs set, at the end."""
    environ = dict(os.environ)
    hydra: Any = sys.modules.get("hydra")
    if hydra:
        hydra.core.plugins.Plugins.instance()  # they store their own configurations
        stored = copy_folders(hydra.core.config_store.ConfigStore.instance().repo)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.environ.clear()
        os.environ.update(environ)
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None)).startswith(f"{folder}{os.sep}"):
                del sys.modules[name]
        if hydra:
            hydra.core.global_hydra.GlobalHydra.instance().clear()
            hydra.core.config_store.ConfigStore.instance().repo = stored


def copy_folders(repository: dict[str, Any]) -> dict[str, Any]:
    """A copy of what hydra has stored. The configurations in it are shared: hydra replaces them, never edits them."""
    return {name: copy_folders(value) if isinstance(value, dict) else value for name, value in repository.items()}
