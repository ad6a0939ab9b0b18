"""Links whose target paths are in configuration files are checked, and the report names the line that has the path."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkdtemp

import pytest
from tables import check_rows

from regilink_doctor.cli import main
from regilink_doctor.emulator import Emulator

HYDRA = """\
import hydra, wandb

@hydra.main(config_path="conf", config_name="config", version_base=None)
def main(cfg):
    run = wandb.init(entity="team-a")
    run.link_artifact(wandb.Artifact("churn", type="model"), cfg.target)
"""
ENVIRON = """\
import os, wandb
run = wandb.init(entity="team-a")
run.link_artifact(wandb.Artifact("churn", type="model"), os.environ["TARGET"])
"""
OPTION = """\
import argparse, wandb
parser = argparse.ArgumentParser()
parser.add_argument("--target", required=True)
run = wandb.init(entity="team-a")
run.link_artifact(wandb.Artifact("churn", type="model"), parser.parse_args().target)
"""


@pytest.fixture(autouse=True)
def at_emulator(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder that is also the home, and the emulator as server."""
    emulator.reset()
    for name, value in (emulator.environ() | {"HOME": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("program", "path", "text", "origin"),
    [
        (HYDRA, "conf/config.yaml", "lr: 1\ntarget: {}\n", "train.py:6, conf/config.yaml:2"),
        (ENVIRON, ".env", "TARGET={}\n", "train.py:3, .env:1, environment TARGET"),
        (OPTION, "run.sh", "python train.py --target {}\n", "train.py:5, run.sh:1"),
    ],
    ids=["hydra", "dotenv", "option"],
)
def test_the_registry_that_was_meant_and_the_line_that_has_the_path(
    program: str,
    path: str,
    text: str,
    origin: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("train.py").write_text(program, encoding="utf-8")
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(text.format("wandb-registry-modle/churn"), encoding="utf-8")
    assert main(["doctor"]) == 1
    report = " ".join(capsys.readouterr().out.split())
    assert f"wandb-registry-modle/churn ({origin})" in report
    assert '"wandb-registry-model/churn"' in report


@check_rows(
    ("text", "checked", "mapped"),
    [
        ("target_path: wandb-registry-modle/birds", 'did you mean "wandb-registry-model/birds"?', "1 link,"),
        ("target_path: wandb-registry-model", "names a registry but no collection", "1 link does not name a coll"),
        ("target_path: acme/team-a/wandb-registry-model/birds", "before the registry", "1 link does not name a coll"),
        ("target_path: wandb-registry-model/birds", "1 link checked", "1 link,"),
        ("model: wandb-registry-model/birds:v7", 'has no collection "birds"', "1 consumer,"),
        ("wandb: {registry: wandb-registry-model/birds}", "1 link could not be checked: c.yaml:1", "1 only named"),
        ("image: {target: ghcr.io/acme/birds}", "No link was checked: there is none", "no link or consumer"),
        ("target_path: /data/out/birds", "No link was checked: there is none", "no link or consumer"),
    ],
)
def test_a_path_of_a_configuration_that_no_known_code_reads(
    text: str,
    checked: str,
    mapped: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("c.yaml").write_text(text + "\n", encoding="utf-8")
    main(["doctor"])
    assert checked in capsys.readouterr().out
    main(["map"])
    assert mapped in "".join(capsys.readouterr())
    main(["verify", "--from-sites"])
    verified = "".join(capsys.readouterr())
    assert ("c.yaml:1" in verified) == ("wandb-registry" in text)


LOADS_ENTITY = """\
import wandb
from dotenv import load_dotenv
load_dotenv()
run = wandb.init(project="churn")
run.link_artifact(wandb.Artifact("churn", type="model"), "wandb-registry-model/churn")
"""
SETS_ENTITY = """\
import os, wandb
os.environ["WANDB_ENTITY"] = "alice"
run = wandb.init(project="churn")
run.link_artifact(wandb.Artifact("churn", type="model"), "wandb-registry-model/churn")
"""


@pytest.mark.parametrize(
    ("program", "environ", "status", "words"),
    [
        (LOADS_ENTITY, {}, 1, "REG203 alice (entity= in .env:1"),
        (LOADS_ENTITY, {"WANDB_ENTITY": "team-a"}, 0, "All well: 1 link checked"),  # load_dotenv overrides nothing
        (LOADS_ENTITY.replace("load_dotenv()", ""), {}, 0, "All well: 1 link checked"),
        (SETS_ENTITY, {}, 1, "REG203 alice (entity= in train.py:2"),
        (SETS_ENTITY, {"WANDB_ENTITY": "team-a"}, 1, "REG203 alice (entity= in train.py:2"),
    ],
    ids=["loaded", "set already", "not loaded", "assigned", "assigned over what was set"],
)
def test_the_entity_that_the_program_itself_gives_its_run(
    program: str,
    environ: dict[str, str],
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    Path("train.py").write_text(program, encoding="utf-8")
    Path(".env").write_text("WANDB_ENTITY=alice\n", encoding="utf-8")
    assert main(["doctor"]) == status
    assert words in " ".join(capsys.readouterr().out.split())


PROGRAM = """\
import wandb
run = wandb.init(project="churn")
run.link_artifact(wandb.Artifact("churn", type="model"), "wandb-registry-model/churn")
"""
MATRIX = """\
jobs:
  train:
    strategy: {matrix: {include: [{team: team-a}, {team: alice}]}}
    env: {WANDB_ENTITY: "${{ matrix.team }}"}
    steps: [{run: python train.py}]
"""
PASSED_ON = "jobs: {train: {env: {WANDB_ENTITY: '${{ vars.TEAM }}'}, steps: [{run: python train.py}]}}\n"
IN_JOB = "spec: {containers: [{command: [python, train.py], env: [{name: WANDB_ENTITY, value: alice}]}]}\n"
OF_OTHER = "jobs: {serve: {env: {WANDB_ENTITY: alice}, steps: [{run: python serve.py}]}}\n"
WELL, ALICE = "All well: 1 link checked", "REG203 alice (WANDB_ENTITY= in "


@check_rows(
    ("path", "text", "environ", "words"),
    [
        ("run.sh", "export WANDB_ENTITY=alice\npython train.py\n", "", f"{ALICE}run.sh:1)"),
        ("run.sh", "WANDB_ENTITY=alice python train.py\n", "", f"{ALICE}run.sh:1)"),
        ("run.sh", "export WANDB_ENTITY=alice\npython train.py\n", "team-a", f"{ALICE}run.sh:1)"),
        ("run.sh", "export WANDB_ENTITY=team-b\npython train.py\n", "alice", "REG203 alice (environment WANDB_ENTITY)"),
        ("run.sh", "export WANDB_ENTITY=alice\nexport WANDB_ENTITY=team-a\npython train.py\n", "", WELL),
        ("run.sh", "export WANDB_ENTITY=alice\npython other.py\n", "", WELL),
        ("run.sh", "WANDB_ENTITY=alice\npython train.py\n", "", WELL),  # no program sees it
        ("run.sh", "WANDB_ENTITY=$TEAM python train.py\n", "", "the run's entity (`$TEAM`) is known only when"),
        (".gitlab-ci.yml", "train: {variables: {WANDB_ENTITY: alice}, script: python train.py}\n", "", ALICE),
        (".gitlab-ci.yml", "a: {parallel: {matrix: [{WANDB_ENTITY: [team-a, alice]}]}, script: ./x}\n", "", ALICE),
        (".github/workflows/train.yml", MATRIX, "", f"{ALICE}.github/workflows/train.yml:4)"),
        (".github/workflows/train.yml", OF_OTHER, "", WELL),
        (".github/workflows/train.yml", PASSED_ON, "", "1 link could not be checked"),
        (".github/workflows/train.yml", PASSED_ON, "team-a", WELL),
        ("job.yaml", IN_JOB, "", f"{ALICE}job.yaml:1)"),
        ("Dockerfile", "FROM python\nENV WANDB_ENTITY=alice\nCMD python train.py\n", "", f"{ALICE}Dockerfile:2)"),
        ("compose.yaml", "services: {train: {environment: [WANDB_ENTITY=alice]}}\n", "", f"{ALICE}compose.yaml:1)"),
        ("compose.yaml", "services: {train: {environment: {WANDB_ENTITY: }}}\n", "", WELL),
        ("Makefile", "train:\n\tWANDB_ENTITY=alice python train.py\n", "", f"{ALICE}Makefile:2)"),
        (".env", "WANDB_ENTITY=alice\n", "", WELL),  # nothing loads it
    ],
)
def test_the_entity_that_a_file_sets_for_the_program(
    path: str,
    text: str,
    environ: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("WANDB_ENTITY", raising=False)
    if environ:
        monkeypatch.setenv("WANDB_ENTITY", environ)
    folder = Path(mkdtemp(dir=tmp_path))
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    (folder / "train.py").write_text(PROGRAM, encoding="utf-8")
    monkeypatch.chdir(folder)
    main(["doctor"])
    assert words in " ".join(capsys.readouterr().out.split())


OWN = "this report is about the account of environment WANDB_API_KEY"


@check_rows(
    ("line", "key", "words"),
    [
        ('wandb.login(key=os.environ["CI_KEY"])', "", OWN),
        ('wandb.login(key=os.environ["CI_KEY"])', "x" * 40, OWN),
        ('wandb.login(key=os.environ["CI_KEY"])', None, WELL),  # the key of this report
        ('wandb.login(key=read_secret("wandb"))', "", OWN),
        ('os.environ["WANDB_API_KEY"] = os.environ.get("CI_KEY", "")', "", OWN),
        ('api = wandb.Api(api_key=os.getenv("CI_KEY"))', "", OWN),
        ('os.environ.setdefault("WANDB_API_KEY", read_secret())', "", WELL),
        ('wandb.login(key=os.environ["WANDB_API_KEY"])', "", WELL),
        ('wandb.login(key=os.getenv("WANDB_API_KEY"))', "", WELL),
        ("if len(sys.argv) > 1:\n    wandb.login(key=sys.argv[1])", "", WELL),
        ("wandb.login()", "", WELL),
    ],
)
def test_a_key_that_the_code_itself_gives(
    line: str, key: str | None, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI_KEY", raising=False)
    if key != "":
        monkeypatch.setenv("CI_KEY", key or os.environ["WANDB_API_KEY"])
    link = (
        'wandb.init(entity="team-a").link_artifact(wandb.Artifact("churn", type="model"), "wandb-registry-model/churn")'
    )
    Path("train.py").write_text(f"import os, sys, wandb\n{line}\n{link}\n", encoding="utf-8")
    assert main(["doctor"]) == 0
    report = " ".join(capsys.readouterr().out.split())
    assert words in report
    assert (OWN in report) == ("train.py:2" in report)
    assert "x" * 40 not in report


def test_a_name_that_is_consumed_is_reported_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("load.py").write_text(
        'import wandb\nwandb.Api().artifact("team-a/wandb-registry-model/zoo:v0")\n', encoding="utf-8"
    )
    assert main(["doctor"]) == 1
    report = capsys.readouterr().out
    assert "REG202  team-a/wandb-registry-model/zoo:v0  (load.py:2)" in report
    assert '-> write "acme/wandb-registry-model/zoo:v0"' in report
    assert "overrides" not in report  # with the wrong organization in the name, another entity changes nothing
