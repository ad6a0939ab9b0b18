"""The configuration: where it is looked for, what is understood, what every complaint says."""

import json
import os
from pathlib import Path

import jsonschema
import pytest
from tables import check_rows

from regilink_doctor.config import Config, ConfigProblem, find_config, load_config
from regilink_doctor.config.reading import read_config
from regilink_doctor.config.schema import KEYS, json_schema, validate_pyproject_schema

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

WHOLE = "\n".join(f"{key.name} = {key.example}" for key in KEYS if key.name != "extend")


def read(text: str) -> Config:
    config = read_config("regilink.toml", text.encode())
    assert config is not None
    return config


def problem(text: str) -> str:
    with pytest.raises(ConfigProblem) as caught:
        read(text)
    return str(caught.value)


def test_every_key_is_read() -> None:
    config = read(WHOLE)
    assert config.select == ("REG1",)
    assert config.per_file_ignores == {"tests/*": ("REG201",)}
    assert config.pedantic is True
    assert config.registries == {"model": ("model",), "raw": ()}
    for key in KEYS:
        if key.name == "extend":
            continue  # it needs a file: test_nearest.py
        assert getattr(config, key.name.replace("-", "_")) != getattr(Config(), key.name.replace("-", "_"))


def test_rules_are_told_what_the_tables_say() -> None:
    known = read(WHOLE).known
    assert (known.organization, known.entity, known.teams) == ("acme", "team-a", ("team-a", "team-b"))
    assert (known.personal_entities, known.protected_aliases) == (("alice",), ("production",))
    assert (known.registries, known.wandb_version) == ({"model": ("model",), "raw": ()}, "0.21.4")


@check_rows(
    ("text", "words"),
    [
        ("selct = []", 'regilink.toml: unknown key "selct"; did you mean "select"?'),
        ("per_file_ignores = {}", 'did you mean "per-file-ignores"?'),
        ('select = ["REG1033"]', 'there is no rule "REG1033", did you mean REG103?'),
        ('ignore = ["missing-collection"]', 'write "REG102" for "missing-collection"'),
        ('ignore = "REG102"', 'ignore is "REG102", not a list of strings'),
        ("pedantic = 1", "pedantic is 1, not true or false"),
        ('output-format = "jsn"', 'did you mean "json"?'),
        ("registries = []", 'write registries = { model = ["model"], raw = [] }'),
        ("[registries]\nwandb-registry-model = []", 'write "model", without the prefix'),
        ('[registries]\nmodel = "model"', 'registries.model is "model", not a list'),
        ('[per-file-ignores]\n"tests/*" = ["REG9x"]', 'there is no rule "REG9x"'),
        ("entity = ''", "regilink.toml: entity is empty; write a value, or leave it out"),
        ('exclude = ["a", ""]', "exclude: item 2 of the list is empty; write a value, or leave it out"),
        ('[registries]\nmodel = [""]', "registries.model: item 1 of the list is empty"),
        ("registries = { '' = [] }", "regilink.toml: registries has an empty name"),
        ("per-file-ignores = { '' = ['REG1'] }", "regilink.toml: per-file-ignores has an empty name"),
        ("select = [", "not TOML"),
        ("teams = [1]", "teams: item 1 of the list is 1, not a string"),
        ('ignore = ["REG1O1"]', 'there is no rule "REG1O1", did you mean REG101?'),
        ("[tool.regilink]", 'unknown key "tool"; the keys stand in the file itself, in no table'),
        ("line-length = 100", 'unknown key "line-length"; there are select, ignore, extend-select, per-file-ignores,'),
        ('wandb-version = ">=0.21"', 'wandb-version is ">=0.21", not a version such as 0.31.0'),
    ],
)
def test_a_complaint_names_the_key_and_what_was_meant(text: str, words: str) -> None:
    assert words in problem(text)


def test_a_table_below_ours_is_said_to_be_none() -> None:
    with pytest.raises(ConfigProblem, match=r'unknown key "lint"; the keys stand in \[tool.regilink\] itself'):
        read_config("pyproject.toml", b"[tool.regilink.lint]\nselect = []\n")


def test_the_nearest_file_that_speaks_of_regilink_holds(tmp_path: Path) -> None:
    inner = tmp_path / "packages" / "one"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.regilink]\nentity = "outer"\n', encoding="utf-8")
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'  # no word of it\n", encoding="utf-8")
    assert find_config(str(inner)).entity == "outer"
    (inner / "pyproject.toml").write_text('[tool.regilink]\nentity = "inner"\n', encoding="utf-8")
    assert find_config(str(inner)).entity == "inner"
    (inner / "regilink.toml").write_text('entity = "own file"\n', encoding="utf-8")
    assert find_config(str(inner)).entity == "own file"
    assert find_config(str(inner)).source == (inner / "regilink.toml").as_posix()


def test_the_search_ends_at_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "regilink.toml").write_text('entity = "someone else\'s"\n', encoding="utf-8")
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    assert find_config(str(tmp_path / "repository")).source is None


def test_the_catalog_is_beside_its_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "regilink.toml").write_text('catalog = "registry/c.json"\n', encoding="utf-8")
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert find_config().catalog_path == "../registry/c.json"


def test_a_byte_order_mark_is_no_part_of_a_configuration(tmp_path: Path) -> None:
    for name, head in (("regilink.toml", ""), ("pyproject.toml", "[tool.regilink]\n")):
        file = tmp_path / name
        file.write_bytes(f'\ufeff{head}entity = "team-a"\n'.encode())
        assert find_config(str(tmp_path)).entity == "team-a"
        file.unlink()


def test_a_command_line_gives_a_file_and_keys(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('entity = "team-a"\npedantic = true\n', encoding="utf-8")
    config = load_config([str(file), "entity = 'team-b'"])
    assert (config.entity, config.pedantic) == ("team-b", True)
    assert load_config(["pedantic = true"], isolated=True).pedantic
    for wrong, words in (
        ([str(file), str(file)], "two files"),
        (["nowhere.toml"], "nowhere.toml: no such file"),
        (["entitty = 'x'"], 'did you mean "entity"?'),
        (["extend = 'base.toml'"], 'extend belongs in a file; write --config "base.toml"'),
    ):
        with pytest.raises(ConfigProblem, match=words.replace("?", r"\?")):
            load_config(wrong)


def test_the_schema_says_what_the_reader_does() -> None:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    assert list(validator.iter_errors(tomllib.loads(WHOLE))) == []
    for text in (
        'wandb-version = "new"',
        "selct = []",
        'select = ["F401"]',
        "pedantic = 1",
        'output-format = "jsn"',
        "teams = [1]",
        "teams = ['']",
        "registries = { '' = [] }",
        "per-file-ignores = { '' = [] }",
    ):
        assert list(validator.iter_errors(tomllib.loads(text))), text
        assert problem(text)
    assert list(validator.iter_errors(tomllib.loads("[registries]\nwandb-registry-model = []")))


def test_validate_pyproject_finds_the_schema() -> None:
    from importlib.metadata import entry_points

    (entry,) = entry_points(group="validate_pyproject.tool_schema", name="regilink")
    assert entry.load() is validate_pyproject_schema
    assert json.dumps(validate_pyproject_schema("regilink")) == json.dumps(json_schema())


def test_the_page_has_every_key_and_its_example_holds() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{key.name}` | {key.what} | `{key.name} = {key.example}` |" for key in KEYS]
    example = page.partition("```toml\n")[2].partition("```")[0]
    assert read_config("pyproject.toml", example.encode()) is not None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name")
def test_a_pipe_is_no_configuration_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "regilink.toml")
    with pytest.raises(ConfigProblem, match="not a plain file"):
        find_config(str(tmp_path))


def test_a_catalog_beside_the_configuration_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "regilink.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "sub")
    assert find_config().catalog_path is None
    (tmp_path / "regilink.catalog.json").write_text("{}", encoding="utf-8")
    assert find_config().catalog_path == "../regilink.catalog.json"
    assert Config().catalog_path is None
    (tmp_path / "regilink.toml").write_text('catalog = "other.json"', encoding="utf-8")
    assert find_config().catalog_path == "../other.json"


def test_without_a_configuration_the_catalog_is_found_here_or_at_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "regilink.catalog.json").write_text("{}", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_config().catalog_path == "regilink.catalog.json"
    assert load_config((), isolated=True).catalog_path is None
    monkeypatch.chdir(tmp_path / "sub")
    assert find_config().catalog_path is None  # above, and nothing says that it belongs to this folder
    (tmp_path / ".git").mkdir()
    assert find_config().catalog_path == "../regilink.catalog.json"
