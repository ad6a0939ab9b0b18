"""Every JSON that regilink prints is what its schema says, and the schema allows nothing else."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import findings
import jsonschema
import make_json_page
import pytest
from tables import sample

from regilink_doctor.cli import main
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.report.schemas import SCHEMAS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    findings.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    home = str(tmp_path_factory.mktemp("home"))
    with Emulator(World.default()) as emulator:
        yield {**emulator.environ(), "HOME": home}


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    main([*words, "--output-format", "json"])
    return json.loads(capsys.readouterr().out)


def check(name: str, value: Any) -> None:
    jsonschema.Draft202012Validator(SCHEMAS[name][1]()).validate(value)


@pytest.mark.parametrize("name", sample(SCHEMAS, one_in=3))
def test_each_schema_is_one_and_is_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    assert schema["$schema"]


def test_the_page_of_the_schemas() -> None:
    assert make_json_page.PAGE.read_text(encoding="utf-8") == make_json_page.make_page(), (
        "run: python tools/make_json_page.py"
    )


def test_the_list_of_schemas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(SCHEMAS)


@pytest.mark.usefixtures("project")
def test_lint(capsys: pytest.CaptureFixture[str]) -> None:
    value = printed(capsys, "lint")
    assert any(finding["fix"] for finding in value["findings"])
    assert any(finding["cell"] for finding in value["findings"])
    assert any(finding["related"] for finding in value["findings"])
    check("lint", value)
    Path("broken.py").write_text("import wandb\nrun.link_artifact(a,\n", encoding="utf-8")
    Path("template.yaml").write_text("registry: wandb-registry-model\nx: {{ a }}: [\n", encoding="utf-8")
    value = printed(capsys, "lint")
    assert value["unread"], value
    assert value["skipped"] == ["template.yaml (a template)"]
    check("lint", value)
    check("map", printed(capsys, "map"))
    check("lint-sites", printed(capsys, "lint", "--show-sites"))
    check("lint-files", printed(capsys, "lint", "--show-files"))
    check("lint-statistics", printed(capsys, "lint", "--statistics"))


@pytest.mark.parametrize(
    "text",
    [
        "REG102",
        "A1",
        "wandb-registry-model/zoo",
        "acme/wandb-registry-model/zoo:v3",
        "ValueError: x",
        "why is it not there?",
    ],
)
def test_explain(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    check("explain", printed(capsys, "explain", text))


def test_lists(capsys: pytest.CaptureFixture[str]) -> None:
    check("failures", printed(capsys, "explain", "--list"))
    check("rules", printed(capsys, "rules"))
    check("rules", printed(capsys, "rule", "REG101"))


@pytest.mark.usefixtures("project")
def test_what_asks_the_server(
    server: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, setting in server.items():
        monkeypatch.setenv(name, setting)
    Path("unread.py").write_text("import wandb\nwandb.init().link_artifact(a, sys.argv[1])\n", encoding="utf-8")
    value = printed(capsys, "doctor", "wandb-registry-nowhere/zoo", "wandb-registry-model/zoo")
    assert {row["status"] for row in value["checks"]} >= {"pass", "fail"}
    check("doctor", value)
    check("verify", printed(capsys, "verify", "wandb-registry-model/zoo:v0"))
    check("map", printed(capsys, "map", "--live"))
    assert main(["catalog", "pull", "regilink.catalog.json"]) == 0
    capsys.readouterr()
    check("catalog", json.loads(Path("regilink.catalog.json").read_text(encoding="utf-8")))
    check("catalog-diff", printed(capsys, "catalog", "diff", "regilink.catalog.json"))


@pytest.mark.slow
def test_dry_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], forked_python: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="p")\n'
        'artifact = wandb.Artifact("zoo", type="model")\n'
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["best"])\n'
        'run.link_artifact(artifact, "model/zoo")\n'
        "run.finish()\n",
        encoding="utf-8",
    )
    main(["dry-run", "--output-format", "json", "--output-file", "out.json", "--", forked_python, "train.py"])
    value = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert [link["verdict"] for link in value["links"]] == ["linked", "misplaced"]
    check("dry-run", value)


def test_a_key_too_many_is_a_mistake() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check("lint", {"version": 1, "findings": [], "more": 1})
    with pytest.raises(jsonschema.ValidationError):
        check("lint", {"version": 1, "findings": [{"code": "REG101"}]})


def test_keys_of_the_configuration_are_described(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    out = capsys.readouterr().out
    assert main(["config", "teams"]) == 0
    assert 'teams = ["team-a", "team-b"]' in capsys.readouterr().out
    assert main(["config", "team"]) == 2
    assert 'did you mean "teams"' in capsys.readouterr().err
    for name in SCHEMAS["config"][1]()["properties"]:
        assert f"\n{name} " in f"\n{out}"
        assert os.path.basename(name) == name
