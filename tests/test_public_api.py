"""What teams build on: every name is there, lazily, typed, documented."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tables import check_rows

import regilink_doctor

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")


@check_rows("name", regilink_doctor.__all__)
def test_a_public_name_is_there_documented_and_typed(name: str) -> None:
    thing = getattr(regilink_doctor, name)
    assert inspect.getdoc(thing)
    assert name in dir(regilink_doctor)
    assert re.search(rf"\b{name}\b", PAGE) or name in ("Explanation", "Verification", "DryRun")
    if inspect.isfunction(thing):
        parameters = inspect.signature(thing).parameters
        for parameter in parameters.values():
            assert parameter.annotation is not inspect.Parameter.empty
            assert parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        assert inspect.signature(thing).return_annotation is not inspect.Signature.empty


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        regilink_doctor.nothing  # noqa: B018


def test_the_import_loads_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import regilink_doctor; "
        "print(sorted(set(sys.modules) - before - {'regilink_doctor', '__future__'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_page_names_fields_that_exist() -> None:
    fields = {
        "Explanation": ("kind", "target", "codes", "failures", "causes", "text", "is_recognized"),
        "DryRun": ("links", "runs", "artifacts", "consumed", "exit_status"),
        "Verification": ("ok", "status", "found", "problems", "help"),
        "Catalog": ("load", "save", "diff", "from_json", "to_json"),
    }
    for name, wanted in fields.items():
        thing = getattr(regilink_doctor, name)
        known = {*dir(thing), *getattr(thing, "__dataclass_fields__", {})}
        for field in wanted:
            assert field in known
            assert f".{field}" in PAGE or f"`{field}" in PAGE
