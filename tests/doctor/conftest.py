"""The doctor against the real emulator: one server for all tests of the folder, a fresh world for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.workflows.diagnose import diagnose

Diagnose = Callable[..., Diagnosis]


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    pytest.importorskip("graphql")
    with Emulator() as running:
        yield running


@pytest.fixture
def make_environment(tmp_path: Path) -> Callable[[str | None], Path]:
    """A virtual environment with this wandb in it (None: without), as far as metadata say."""

    def make(version: str | None) -> Path:
        root = tmp_path / f"venv-{version}"
        site = root / "lib" / "python3.11" / "site-packages"
        site.mkdir(parents=True)
        (root / "pyvenv.cfg").write_text("home = /usr/bin\n", encoding="utf-8")
        if version is not None:
            info = site / f"wandb-{version}.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: wandb\nVersion: {version}\n", encoding="utf-8"
            )
        return root

    return make


@pytest.fixture
def examined(emulator: Emulator, make_environment: Callable[[str | None], Path], tmp_path: Path) -> Diagnose:
    """`examined(TARGET..., world=, user=, environ=, ...)`: a diagnosis of the targets in that world."""

    environment = make_environment("0.31.0")

    def run(
        *targets: object,
        world: World | None = None,
        user: str | None = None,
        environ: dict[str, str] | None = None,
        **more: object,
    ) -> Diagnosis:
        emulator.reset(world)
        variables = {
            **emulator.environ(user),
            "HOME": str(tmp_path),
            "VIRTUAL_ENV": str(environment),
            **(environ or {}),
        }
        variables = {name: value for name, value in variables.items() if value is not None}
        (tmp_path / "work").mkdir(exist_ok=True)
        return diagnose(list(targets), **{"cwd": tmp_path / "work", "environ": variables, **more})  # type: ignore[arg-type]

    return run
