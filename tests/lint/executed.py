"""Execute programs with a small stand-in for wandb, which notes the target path that each line links to.

As a program this module runs those on standard input, all in one process, and writes what they linked. Lint has to name
the same target path for the same line, or to leave it open.
"""

import contextlib
import io
import json
import os
import re
import runpy
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PREAMBLE = 'import wandb; run = wandb.init(entity="team-a"); artifact = wandb.Artifact("zoo", "model")\n'
"""The first line of a program that does not import wandb itself."""


def read_programs(path: Path) -> dict[str, dict[str, str]]:
    """The programs of a table by their names: `=== name`, the text of `train.py`, other files after `--- name`."""
    programs: dict[str, dict[str, str]] = {}
    for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        name, _, body = block.partition("\n")
        text, *others = re.split(r"^--- (.*)\n", body, flags=re.M)
        files = {"train.py": text, **dict(zip(others[::2], others[1::2], strict=True))}
        if "import wandb" not in text:
            files["train.py"] = PREAMBLE + text
        programs[name.strip()] = {file: f"{content.rstrip()}\n" for file, content in files.items()}
    return programs


class _Artifact:
    def __init__(self, name: str = "zoo", type: str = "model", **_: Any) -> None:
        self.name, self.type = name, type

    def link(self, target_path: str, aliases: object = None) -> None:
        _note(target_path)


class _Config(dict[str, Any]):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__  # type: ignore[assignment]

    def update(self, values: dict[str, Any], allow_val_change: bool = False) -> None:  # type: ignore[override]
        super().update(values)

    def setdefaults(self, values: dict[str, Any]) -> None:
        super().update({**values, **self})


class _Run:
    def __init__(self, config: dict[str, Any] | None = None, **_: Any) -> None:
        self.config = _Config(config or {})

    def __enter__(self) -> "_Run":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def link_artifact(self, artifact: object, target_path: str, aliases: object = None) -> None:
        _note(target_path)


_LINKS: list[tuple[str, int, str]] = []


def _note(target_path: str) -> None:
    frame = sys._getframe(2)
    _LINKS.append((os.path.basename(frame.f_code.co_filename), frame.f_lineno, target_path))


def _make_wandb() -> types.ModuleType:
    module = types.ModuleType("wandb")

    def init(config: dict[str, Any] | None = None, **_: Any) -> _Run:
        module.run = _Run(config)  # type: ignore[attr-defined]
        module.config = module.run.config  # type: ignore[attr-defined]
        return module.run  # type: ignore[attr-defined,no-any-return]

    module.init, module.Artifact, module.Run = init, _Artifact, _Run  # type: ignore[attr-defined]
    return module


@contextlib.contextmanager
def _lay_out(files: dict[str, str]) -> Iterator[None]:
    """A folder with the files, which is the current one; what the program does to this process is undone."""
    modules, path, environment, here = set(sys.modules), list(sys.path), dict(os.environ), Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, name).write_text(text, encoding="utf-8")
        os.chdir(folder)
        sys.path.insert(0, folder)
        sys.modules["wandb"] = _make_wandb()
        try:
            yield
        finally:
            os.chdir(here)
            sys.path[:] = path
            os.environ.clear()
            os.environ.update(environment)
            for name in set(sys.modules) - modules:
                if (getattr(sys.modules[name], "__file__", None) or folder).startswith(folder):
                    del sys.modules[name]


def execute(files: dict[str, str]) -> list[tuple[str, int, str]]:
    """What a program linked: the file, the line and the target path of each call, in order."""
    _LINKS.clear()
    with _lay_out(files), contextlib.redirect_stdout(io.StringIO()):
        runpy.run_path("train.py", run_name="__main__")
    return list(_LINKS)


if __name__ == "__main__":
    sys.argv[1:] = []
    json.dump({name: execute(files) for name, files in json.load(sys.stdin).items()}, sys.stdout)
