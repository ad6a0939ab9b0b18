"""Configuration files as data: the values are those of the library that a program would use, each with its place."""

import configparser
import json
import math
import os
import string
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tables import check_rows, sample

from regilink_doctor.lint.data import (
    MAX_BYTES,
    Data,
    DataList,
    Scalar,
    Table,
    find_data,
    iterate_scalars,
    read_data,
)
from regilink_doctor.lint.engine import lint_bytes

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def plain(data: Data | None) -> Any:
    """The data as a library gives it: dictionaries, lists and values."""
    if isinstance(data, Table):
        return {key: plain(item) for key, item in data.entries.items()}
    if isinstance(data, DataList):
        return [plain(item) for item in data.items]
    return data.value if isinstance(data, Scalar) else None


def assert_written_there(text: str, data: Data | None) -> None:
    """What has a fragment of one line is in the file, character by character, at its place."""
    lines = text.split("\n")
    for scalar in iterate_scalars(data):
        span = scalar.place.span
        if scalar.fragment is not None and len(scalar.fragment.offsets) == 1 and scalar.kind == "string":
            assert lines[span.line - 1][span.column - 1 : span.end_column - 1] == scalar.written == scalar.value


KEYS = st.text(string.ascii_letters + "_-", min_size=1, max_size=6)
TEXTS = st.text(st.sampled_from(list("ab/{}$:#\"'\\\n\té€𝄞 -")), max_size=20)
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
TREES = st.dictionaries(KEYS, VALUES, max_size=5)


@settings(deadline=None)
@given(TREES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_json_is_what_json_reads(tree: dict[str, Any], indent: Any, ascii_only: bool) -> None:
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    data = read_data("a.json", text.encode())
    assert plain(data) == json.loads(text)
    assert_written_there(text, data)


@settings(deadline=None)
@given(TREES, st.booleans())
def test_yaml_is_what_safe_load_reads(tree: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True)
    data = read_data("a.yaml", text.encode())
    assert plain(data) == yaml.safe_load(text)
    assert_written_there(text, data)


@check_rows(
    "text",
    [
        'a = 1\nb.c."d e" = "x"\n[t]\nx = [1, 2.5, "s", {y = true}]\n[t.deep]\nz = \'raw\\n\'\n',
        '[[runs]]\nname = "a"\n[runs.env]\nX = "1"\n[[runs]]\n[[runs.steps]]\nn = 1\n[[runs.steps]]\nn = 2\n',
        'm = """\nfirst \\\n   joined\n"quoted" \\u00e9 \\\\ """\nl = \'\'\'\nraw \\n\'\'\'\ne = []\nt = {}\n[empty]\n',
        'a = [\n  "x", # comment\n  "y",\n]\nn = -1_000\nf = 6.5e-3\nb = false\n"quoted.key" = "v"\n',
    ],
)
def test_toml_is_what_tomllib_reads(text: str) -> None:
    data = read_data("a.toml", text.encode())
    assert plain(data) == tomllib.loads(text)
    assert_written_there(text, data)


def test_ini_is_what_configparser_reads() -> None:
    text = "[DEFAULT]\nbase = x\n# comment\n[a]\nKey = one\n  two\nother: v = w # kept\nempty =\n\n[b]\nbase=%(y)s\n"
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    data = read_data("a.ini", text.encode())
    expected = {name: dict(parser[name]) for name in parser.sections()}
    assert {key: value for key, value in plain(data).items() if key != "DEFAULT"} == expected
    assert_written_there(text, data)


@pytest.mark.parametrize(
    ("line", "value"),
    sample(
        [
            ("A=plain text # comment", "plain text"),
            ("A=plain#nocomment", "plain#nocomment"),
            ("A='x $HOST \\n ${HOST}'", "x $HOST \\n ${HOST}"),
            ('A="double\\nline \\"q\\""', 'double\nline "q"'),
            ("export A=b", "b"),
            ("A = spaced", "spaced"),
            ("'A'=q", "q"),
            ("A=", ""),
            ("A", None),
            ("A=1\nA=2", "2"),
            ('A="two\nlines"', "two\nlines"),
            ("\ufeffA=mark", "mark"),
        ],
        one_in=3,
    ),
)
def test_dotenv_is_what_python_dotenv_reads(line: str, value: str | None) -> None:
    data = read_data(".env", line.encode())
    assert plain(data) == {"A": value}
    assert_written_there(line.lstrip("\ufeff"), data)


def test_a_line_of_dotenv_with_something_after_the_quotes_is_dropped() -> None:
    assert plain(read_data(".env", b'A="a"junk\nB=2\n')) == {"B": "2"}


def test_keys_and_places_lead_to_the_value() -> None:
    text = "registry:\n  path: wandb-registry-model/zoo\n  tags: [a, &x 'b']\nalso: *x\n"
    root = read_data("config.yaml", text.encode())
    path = find_data(root, ("registry", "path"))
    assert isinstance(path, Scalar)
    assert (path.value, path.keys) == ("wandb-registry-model/zoo", ("registry", "path"))
    assert path.fragment is not None
    assert path.fragment.text == path.value
    assert (path.place.path, path.place.span.line, path.place.span.column) == ("config.yaml", 2, 9)
    alias = find_data(root, ("also",))
    assert isinstance(alias, Scalar)
    assert (alias.value, alias.keys, alias.place.span.line) == ("b", ("registry", "tags", 1), 3)
    assert find_data(root, ("registry", "tags", "1")) is find_data(root, ("registry", "tags", -1)) is alias
    assert find_data(root, ("registry", "nope")) is find_data(root, ("registry", "path", "deeper")) is None


def test_merges_of_yaml_give_way_to_the_table_s_own_keys() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  z: 3\nd: {<<: *a}\n"
    assert plain(read_data("a.yaml", text.encode())) == yaml.safe_load(text)


def test_interpolations_are_unknown_parts() -> None:
    (scalar,) = iterate_scalars(read_data("a.yaml", b"target: ${org}/wandb-registry-model/zoo\n"))
    assert scalar.interpolated("target").display == "{?}/wandb-registry-model/zoo"


def test_what_a_program_may_turn_into_anything_is_of_no_kind() -> None:
    root = read_data("a.yaml", b"date: 2024-01-02\nenv: !ENV X\nnone: ~\n")
    assert {scalar.keys[-1]: scalar.kind for scalar in iterate_scalars(root)} == {
        "date": "other",
        "env": "other",
        "none": "null",
    }


def test_repeated_keys_are_known() -> None:
    for name, text in (("a.yaml", "x: 1\nx: 2\n"), ("a.json", '{"x": 1, "x": 2}'), (".env", "x=1\nx=2")):
        root = read_data(name, text.encode())
        assert isinstance(root, Table)
        assert root.repeated == {"x"}
        assert str(plain(root)["x"]) == "2"


BOMB = "a: &a [x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("name", "content"),
    sample(
        [
            ("a.yaml", BOMB.encode()),
            ("a.yaml", b"a: &a [*a, {b: *a}]\n"),
            ("a.yaml", b"[" * 100_000),
            ("a.yaml", b"- " * 100_000 + b"x"),
            ("a.yaml", b"{" * 3_000 + b"}" * 3_000),
            ("a.yaml", b"a: 1\n---\nb: 2\n"),
            ("a.yaml", b"a: {{ template }}\n"),
            ("a.json", b"[" * 100_000),
            ("a.json", b'{"a":' * 3_000 + b"1" + b"}" * 3_000),
            ("a.json", b"9" * 10_000),
            ("a.json", b'{"a": 1}\n{"a": 2}\n'),
            ("a.json", b'"\\ud800"'),
            ("a.toml", b"x = " + b"[" * 600 + b"]" * 600),
            ("a.toml", b"a" + b".b" * 600 + b" = 1"),
            ("a.toml", b"n = " + b"9" * 10_000),
            ("a.ini", b"before = a section\n"),
            ("a.yaml", b"\xff\xfe\x00"),
            (".env", b"A='" * 10_000),
            ("a.yaml", b"x" * (MAX_BYTES + 1)),
        ],
        one_in=3,
    ),
)
def test_foreign_input_is_read_or_not_and_never_raises(name: str, content: bytes) -> None:
    assert len(list(iterate_scalars(read_data(name, content)))) < 200


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.yaml", "a.json", "a.toml", "a.ini", ".env", "setup.cfg", "a.py"]))
def test_bytes_of_any_kind_never_raise(content: bytes, name: str) -> None:
    for scalar in iterate_scalars(read_data(name, content)):
        assert len(scalar.interpolated().pattern) <= len(scalar.written)


@settings(deadline=None)
@example("a: !x\n  b", "a.yaml")
@example("!\n;", "a.yaml")
@given(
    st.text("{}[]:,-&*!|>'\"#%@` \nab=;$\\", max_size=60),
    st.sampled_from(["a.yaml", "a.json", "a.toml", "a.ini", ".env"]),
)
def test_text_full_of_syntax_never_raises(text: str, name: str) -> None:
    assert_written_there(text, read_data(name, text.encode()))


def test_numbers_of_yaml_are_those_of_pyyaml(tmp_path: Path) -> None:
    text = "a: 007\nb: 1e3\nc: 0x1f\nd: .inf\ne: 12:30:45\nf: on\ng: 1_000\nh: '1'\n"
    loaded = yaml.safe_load(text)
    assert plain(read_data("a.yaml", text.encode())) == loaded
    assert math.isinf(loaded["d"])


@pytest.mark.parametrize(
    "command", [["-m", "regilink_doctor"], ["-c", "from regilink_doctor.cli import script; script()"]]
)
def test_a_module_of_the_project_that_is_called_yaml_is_not_imported(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "yaml.py").write_text("raise SystemExit('the code of the user was imported')\n", encoding="utf-8")
    (tmp_path / "config.yaml").write_text("target: wandb_registry-model/zoo\n", encoding="utf-8")
    command = [sys.executable, *command, "lint", "--output-format", "concise"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."})
    assert run.stdout.startswith("config.yaml:1:9: REG104 "), run.stdout + run.stderr


ODD_VALUES: tuple[Any, ...] = (7, "x", None, [[1]], {"a": {"b": ["c"]}})
"""A value of each kind, in place of any value of a file that regilink reads."""


def _with_odd_values(value: Any) -> Iterator[Any]:
    """Copies of a value in which one part, at any depth, is an odd one."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ())
    for key, item in items:
        for part in (*ODD_VALUES, *_with_odd_values(item)):
            changed = value.copy()
            changed[key] = part
            yield changed


@pytest.mark.parametrize("suffix", sample(["yaml", "yml", "json"], one_in=3))
def test_a_value_of_another_kind_than_expected_breaks_no_reader(suffix: str) -> None:
    from cases import all_cases

    files = {content: name for case in all_cases() for name, content in case.files.items()}
    tried = 0
    for content, name in files.items():
        if not name.endswith(f".{suffix}") or len(content) > 120:
            continue
        try:
            value = yaml.safe_load(content) if suffix != "json" else json.loads(content)
        except (ValueError, yaml.YAMLError):
            continue
        for changed in islice(_with_odd_values(value), 12):
            tried += 1
            text = json.dumps(changed)  # which is YAML, too
            codes = {finding.code for finding in lint_bytes(name, text.encode()).findings}
            assert "REG002" not in codes, (name, text)
    assert tried > 20
