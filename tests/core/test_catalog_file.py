"""A catalog file with something wrong in it: the message names the file and the place, whatever is wrong."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tables import check_rows

from regilink_doctor.cli import main
from regilink_doctor.core.catalog import Catalog, CatalogError, Collection, Organization, Registry
from regilink_doctor.report.schemas import CATALOG

GOOD = Catalog(
    (
        Organization(
            "Acme Inc",
            "acme",
            ("team-a",),
            (
                Registry(
                    "model",
                    description="models",
                    types=("model",),
                    types_seen=("model",),
                    protected_aliases=("prod",),
                    collections=(Collection("zoo", "model", ("latest",), 2),),
                ),
            ),
        ),
    ),
    host="https://wandb.example.com",
    features=("ARTIFACT_REGISTRY_SEARCH",),
)
WRONG: tuple[Any, ...] = (
    None,
    "x" * 10_000,
    "\x1b[2J\n\u202e",
    "",
    "\ud800",
    7,
    -1,
    1.5,
    10**30,
    1e308,
    True,
    False,
    [],
    [1],
    ["x"],
    [None],
    {},
    {"x": 1},
    [[]],
)


def places_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key), inner
        if isinstance(inner, (dict, list)):
            yield from places_of(inner, (*path, key))


PLACES = dict(places_of(GOOD.to_json()))
FITS = Draft202012Validator(CATALOG)


def read_catalog(value: object) -> Catalog | CatalogError:
    try:
        return Catalog.from_json(value)
    except CatalogError as error:
        return error


@check_rows("path", PLACES)
def test_each_field_with_each_wrong_type(path: tuple[Any, ...]) -> None:
    refused = 0
    for value in WRONG:
        changed = copy.deepcopy(GOOD.to_json())
        inner: Any = changed
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        read = read_catalog(changed)
        is_half = isinstance(value, str) and value == "\ud800"  # which JSON Schema has no word for
        assert isinstance(read, CatalogError) == (is_half or not FITS.is_valid(changed)), (path, value, read)
        if isinstance(read, CatalogError):
            refused += 1
            key = path[-1] if isinstance(path[-1], str) else path[-2]
            assert str(key) in str(read)
            assert len(str(read)) < 200
        else:
            json.dumps(read.to_json(), ensure_ascii=False).encode()
    assert refused >= len(WRONG) // 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "the file is not an object"),
        (b"NaN", "not JSON"),
        (b'{"version": 1, "complete": NaN}', "NaN is not a number"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b'{"version": true}', "version is True"),
        (b'{"version": 1.0}', "version is 1.0"),
        (b'{"version": "' + b"9" * 10_000 + b'"}', "version is "),
        (b'{"version": 2, "organisations": []}', "version is 2"),
        (
            b'{"version": 1, "organization": []}',
            '"organization" is not a key of a catalog; did you mean "organizations"?',
        ),
        (
            b'{"version": 1, "organizations": [{"name": "A", "entity": "a", "registries": [{"type": 1}]}]}',
            'organizations[0].registries[0]."type" is not a key of a catalog; did you mean "types"?',
        ),
    ],
)
def test_what_is_no_catalog(content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(content)
    assert main(["catalog", "show", str(path)]) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert "c.json" in shown
    assert len(shown) < 400


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "c.json")
    assert main(["catalog", "show", str(tmp_path / "c.json")]) == 2
    assert "not a plain file" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["catalog", "show"], ["catalog", "pull"], ["lint", "."], ["doctor", "a/b/c"]])
def test_a_name_that_no_file_has(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    Path("regilink.toml").write_text(r'catalog = "a\u0000"' + "\n", encoding="utf-8")
    assert main(words) == 2
    assert len(capsys.readouterr().err.splitlines()) <= 2
