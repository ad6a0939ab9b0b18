"""The examples of the live rules, which the doctor judges on the emulator: the bad give their code, the good do not.

What the doctor says of them can be translated.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from translatable import find_untranslatable

from regilink_doctor.core.catalog import Catalog, Organization, Registry
from regilink_doctor.core.targets import consumed_of, target_of
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.rules import all_rules
from regilink_doctor.rules.base import Rule
from regilink_doctor.workflows.diagnose import diagnose

Environment = Callable[[str | None], Path]
LIVE = [rule for rule in all_rules() if rule.is_live]


def examples(kind: str) -> list[Any]:
    return [
        # The write probe starts wandb twice.
        pytest.param(rule, example, id=f"{rule.code}-{index}", marks=[pytest.mark.slow] * ("write_probe" in example))
        for rule in LIVE
        for index, example in enumerate(getattr(rule, kind))
    ]


def codes(example: str, emulator: Emulator, environment: Path, folder: Path) -> set[str | None]:
    found: set[str | None] = set()
    emulator.reset(World.default())
    names: dict[str, Any] = {"World": World, "world": emulator.world, "server": emulator}

    def doctor(
        target: str,
        *,
        user: str | None = None,
        source: str | None = None,
        catalog: dict[str, list[str]] | None = None,
        write_probe: bool = False,
        **environ: str,
    ) -> None:
        if names["world"] is not emulator.world:
            emulator.reset(names["world"])
        more: dict[str, Any] = {"artifact_type": "model"}
        if catalog is not None:
            registries = tuple(Registry(name, types=tuple(types)) for name, types in catalog.items())
            acme = Organization("Acme Inc", "acme", ("team-a",), registries)
            more["catalog"] = Catalog((acme,))
        if write_probe:
            more["write_probe"] = True
        link = target_of(target, "Artifact.link", consumed=consumed_of(source)) if source else target
        variables = {
            **emulator.environ(user),
            "HOME": str(folder),
            "VIRTUAL_ENV": str(environment),
            **environ,
        }
        checks = diagnose([link], cwd=folder, environ=variables, timeout=3, **more).checks
        found.update(check.code for check in checks)
        # The differences between a catalog and the server are listed in English, as `catalog diff` does.
        said = [check for check in checks if check.name != "catalog"]
        texts = [text for check in said for text in (check.message, check.note, check.help)]
        assert find_untranslatable(texts) == []

    names["doctor"] = doctor
    exec(example, names)
    return found


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_bad_is_found(
    rule: Rule, example: str, emulator: Emulator, make_environment: Environment, tmp_path: Path
) -> None:
    assert rule.code in codes(example, emulator, make_environment("0.31.0"), tmp_path)


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_good_is_left_alone(
    rule: Rule, example: str, emulator: Emulator, make_environment: Environment, tmp_path: Path
) -> None:
    assert rule.code not in codes(example, emulator, make_environment("0.31.0"), tmp_path)
