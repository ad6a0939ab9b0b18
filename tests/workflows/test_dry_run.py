"""The user's own command against the emulator: real processes, the real SDK where a link is made."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tables import check_rows, sample

import regilink_doctor
from regilink_doctor.cli import main
from regilink_doctor.core.catalog import Catalog, Collection, Organization, Registry
from regilink_doctor.core.ledger import LinkAttempt
from regilink_doctor.core.records import replace
from regilink_doctor.emulator import World
from regilink_doctor.emulator.ledger import Consumption
from regilink_doctor.emulator.world.artifacts import add
from regilink_doctor.report.dry_run import render, to_json
from regilink_doctor.workflows import commands, demo
from regilink_doctor.workflows.dry_run import DryRun, collect, dry_run

NOTHING = [sys.executable, "-c", ""]
"""A command that does nothing."""

ROOT = Path(regilink_doctor.__file__).parents[1]

CATALOG = Catalog(
    (
        Organization(
            "Acme Inc",
            "acme",
            ("vision",),
            (
                Registry("model", types=("model",), collections=(Collection("zoo", "model"),)),
                Registry("Golden Data", types=("dataset",)),
            ),
        ),
    ),
    host="https://wandb.acme.example",
)

TRAIN = """
import os, pathlib, sys, urllib.request
from concurrent.futures import ProcessPoolExecutor
import wandb

def publish(rank):
    with wandb.init(entity="vision", project="zoo-training", job_type=f"rank-{rank}") as run:
        model = wandb.Artifact(f"zoo-{rank}", type="model")
        with model.new_file("weights.bin", mode="wb") as file:
            file.write(bytes([rank]) * 3_000_000)
        run.link_artifact(model, "wandb-registry-model/zoo", aliases=["candidate"])

if __name__ == "__main__":
    print("epoch 1", flush=True)
    wandb.login(key="a" * 40)
    with ProcessPoolExecutor(1) as pool:
        pool.submit(publish, 1).result()
    base = wandb.Api().artifact("wandb-registry-model/base:production")
    folder = pathlib.Path(base.download())
    print("files:", sorted(path.name for path in folder.iterdir()))
    try:
        wandb.Api().artifact("wandb-registry-model/zoo:a/b")
    except wandb.errors.CommError as error:
        print("error:", error)
    try:
        urllib.request.urlopen("https://api.wandb.ai/graphql", timeout=5)
    except OSError as error:
        print("kept off:", error)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forked_python: str) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{Path(forked_python).parent}{os.pathsep}{os.environ['PATH']}")
    return folder


needs_shell = pytest.mark.skipif(shutil.which("sh") is None, reason="no sh")


def shell(project: Path, script: str, **more: object) -> DryRun:
    if shutil.which("sh") is None:
        pytest.skip("no sh")
    return dry_run(["sh", "-c", script], cwd=project, **more)  # type: ignore[arg-type]


# With the real SDK.


@pytest.mark.slow
def test_the_demo_is_told_link_by_link(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copy(Path(demo.__file__).parent / "demo_project" / demo.SCRIPT, project)
    assert main(["dry-run", "--output-format", "json", "--", "python", demo.SCRIPT]) == 1
    out, err = capfd.readouterr()
    value = json.loads(out)
    assert "wandb-registry-model/zoo: no error" in err, "the command's own output is not lost"
    assert value["command"] == {
        "argv": ["python", "publish.py"],
        "status": 0,
        "interrupted": False,
        "left_running": False,
    }
    assert [(each["requested"], each["verdict"], each["code"]) for each in value["links"]] == [
        ("wandb-registry-model/zoo", "linked", None),
        ("model/zoo", "misplaced", "REG101"),
        ("wandb-registry-model", "misplaced", "REG102"),
        ("wandb-registry-modle/zoo", "refused", "REG301"),
        ("wandb-registry-model/images", "refused", "REG401"),
        ("wandb-registry-model/zoo", "linked", None),
    ]
    assert [each["place"] for each in value["links"]][1:5] == ["publish.py:19"] * 3 + ["publish.py:28"]
    assert [each["origins"] for each in value["links"]][:5] == [
        [],
        ["publish.py:5", "publish.py:8"],
        ["publish.py:9"],
        ["publish.py:10"],
        [],
    ]
    helps = [each["help"] for each in value["links"]]
    assert helps[0] is None
    assert 'write "wandb-registry-model/zoo"' in helps[1]
    assert 'did you mean "wandb-registry-model/zoo"?' in helps[3]
    assert 'type="model"' in helps[4]
    assert {(each["kind"], each["name"]) for each in value["assumed"]} == {("team", "team-a"), ("team", "alice")}
    assert [each["project"] for each in value["runs"]] == ["zoo-training"] * 2
    assert value["artifacts"][0]["name"] == "team-a/zoo-training/zoo:v0"
    assert value["blocked_hosts"] == value["consumed"] == []
    assert sorted(path.name for path in project.iterdir()) == [demo.SCRIPT], "nothing is left behind"


@needs_shell
def test_a_module_in_a_shell_script_with_processes_keys_and_fetches(
    project: Path, python: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}")
    (project / "train.py").write_text(TRAIN, encoding="utf-8")
    (project / "run.sh").write_text("set -e\necho starting\npython -m train\n", encoding="utf-8")
    CATALOG.save(project / "regilink.catalog.json")
    argv = ["dry-run", "--stub-artifacts", "--keep-uploads", "1", "--output-file", "report.json"]
    status = main([*argv, "--output-format", "json", "--", "sh", "run.sh"])
    out = capfd.readouterr().out
    assert out.startswith("starting\nepoch 1\n")
    assert "files: ['regilink-stub.txt']" in out
    assert "Tunnel connection failed: 403 Blocked by regilink: api.wandb.ai" in out
    value = json.loads((project / "report.json").read_text(encoding="utf-8"))
    assert status == 0, value
    (link,) = value["links"]
    assert (link["verdict"], link["destination"]) == ("linked", "acme/wandb-registry-model/zoo")
    assert link["place"] == "train.py:11"
    assert value["artifacts"][0]["size"] == 3_000_000
    assert link["version"] == "v0"
    assert value["artifacts"][0]["name"] == "vision/zoo-training/zoo-1:v0"
    assert value["assumed"] == [{"kind": "collection", "name": "wandb-registry-model/base"}]
    assert (value["blocked_hosts"], value["blocked_connections"]) == (["api.wandb.ai"], {"api.wandb.ai": 1})
    read = {each["name"]: each for each in value["consumed"]}
    base = read["acme/wandb-registry-model/base:v0"]
    assert base["stub"]
    assert {"fetch", "download"} <= set(base["how"])
    assert read["wandb-registry-model/zoo:a/b"]["failed"]
    assert read["wandb-registry-model/zoo:a/b"]["place"] == "train.py:22"


MODEL, RAW = "acme/wandb-registry-model/zoo", "acme/wandb-registry-raw/zoo"


@check_rows(
    ("asked", "shown"),
    [
        ([f"{MODEL}:production", f"{MODEL}:v0"], [f"{MODEL}:v0"]),
        ([f"{RAW}:promoted", f"{RAW}:v0"], [f"{RAW}:v0"]),
        ([f"{RAW}:v0"], [f"{RAW}:v0"]),
        ([f"{MODEL}:production", f"{MODEL}:v0", f"{RAW}:promoted", f"{RAW}:v0"], [f"{MODEL}:v0", f"{RAW}:v0"]),
        (["SOURCE", f"{MODEL}:v0", f"{MODEL}:production", f"{RAW}:v0"], [f"{MODEL}:v0"]),  # taken from a list
        (["SOURCE"], [f"{MODEL}:v0"]),
        ([], [f"{MODEL}:v0"]),
    ],
)
def test_a_version_that_is_linked_again_is_read_where_the_code_asked(asked: list[str], shown: list[str]) -> None:
    world = World.default()
    version = world.collection("zoo", registry="model", versions=1, aliases="production").memberships[0].artifact
    world.registry("raw")
    add(world, world.collection("zoo", registry="raw"), version)
    names = tuple(version.source_name if name == "SOURCE" else name for name in asked)
    entry = Consumption("alice", None, version.source_name, "download", names)
    assert [item.name for item in collect.consumed(world, [entry], ROOT)] == shown


@pytest.mark.slow
def test_what_the_settings_say_stays_in_force(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "wandb").mkdir()
    (project / "wandb" / "settings").write_text(
        "[default]\nentity = vision\nproject = from-settings\n", encoding="utf-8"
    )
    (project / "train.py").write_text(
        "import wandb\n"
        "with wandb.init() as run:\n"
        "    artifact = wandb.Artifact('zoo', type='model')\n"
        "    try:\n        run.link_artifact(artifact, 'wandb-registry-model/zoo')\n"
        "    except NotImplementedError:\n        print('offline')\n",
        encoding="utf-8",
    )
    online = dry_run(["python", "train.py"], catalog=CATALOG, cwd=project)
    assert (online.exit_status, online.entity) == (0, "vision")
    assert online.runs[0].path.startswith("vision/from-settings/")
    monkeypatch.setenv("WANDB_MODE", "offline")
    offline = dry_run(["python", "train.py"], catalog=CATALOG, cwd=project)
    assert [(each.attempt.verdict, each.attempt.code) for each in offline.links] == [("refused", "REG601")]
    assert "run.offline" in (offline.links[0].help or "")
    assert offline.exit_status == 1


@pytest.mark.slow
def test_whoever_names_no_entity_is_warned_and_a_project_is_told_from_a_registry(project: Path) -> None:
    (project / "train.py").write_text(
        "import wandb\n"
        "with wandb.init(project='p') as run:\n"
        "    artifact = wandb.Artifact('zoo', type='model')\n"
        "    run.link_artifact(artifact, 'wandb-registry-model/zoo')\n"
        "    run.link_artifact(artifact, 'candidates/zoo')\n"
        "    base = run.use_artifact('vision/data/train-images:v2')\n"
        "    run.use_artifact('wandb-registry-model/zoo:prodution')\n"
        "    run.use_artifact('wandb-registry-model/zoo:latest')\n",
        encoding="utf-8",
    )
    found = dry_run(["python", "train.py"], catalog=CATALOG, stub_artifacts=True, cwd=project)
    assert found.exit_status == 0, found
    assert (found.left_to_default, found.runs[0].entity, found.in_projects) == (True, "your-default-team", 1)
    text = "\n".join(render(found))
    assert "warning[REG201] neither the code nor the settings name the entity of the run" in text
    assert "train.py:5: this is a project, not a registry" in text
    assert 'help: if you mean a registry, write "wandb-registry-REGISTRY/zoo"' in text
    assert "vision/data/train-images:v2  (looked up, used by the run; unknown here, so an empty one stands in)" in text
    assert 'zoo:v0  (looked up, used by the run; "prodution" is unknown here, so this one stands in)' in text
    assert [entry["missing"] for entry in json.loads(to_json(found))["consumed"]] == [None, "prodution"]
    assert text.endswith(
        "1 link would be accepted into a registry; 1 link would be accepted into a project, not a registry; "
        "1 name unknown here, and replaced"
    )


@pytest.mark.slow
def test_what_lint_says_of_an_accepted_link_and_what_the_command_removes_is_reported(project: Path) -> None:
    (project / "train.py").write_text(
        "import time, wandb\n"
        "run = wandb.init(entity='vision')\n"
        "for name in ('kept', 'numbered', 'unlinked', 'deleted', 'moved', 'moved', 'dropped', '$X', '100%done'):\n"
        "    artifact = wandb.Artifact(name.strip('$').replace('%', ''), type='model')\n"
        "    with artifact.new_file('at') as file:\n"
        "        file.write(str(time.time()))\n"
        "    logged = run.log_artifact(artifact).wait()\n"
        "    aliases = ['v7'] if name == 'numbered' else ['candidate', 'latest']\n"
        "    linked = run.link_artifact(logged, f'wandb-registry-model/{name}', aliases=aliases)\n"
        "    if name == 'unlinked':\n"
        "        linked.unlink()\n"
        "    if name == 'dropped':\n"
        "        linked.aliases.remove('candidate')\n"
        "        linked.aliases.append('production')\n"
        "        linked.save()\n"
        "    if name == 'deleted':\n"
        "        logged.delete(delete_aliases=True)\n"
        "run.link_artifact(wandb.Artifact('zoo', type='model'), 'Production-registry/zoo')\n",
        encoding="utf-8",
    )
    found = dry_run(["python", "train.py"], catalog=CATALOG, cwd=project)
    assert [(link.attempt.verdict, link.removed) for link in found.links] == [
        ("linked", False),
        ("linked", False),
        ("linked", True),
        ("linked", True),
        *[("linked", False)] * 3,
        ("misplaced", False),
        ("linked", False),
        ("misplaced", False),
    ]
    assert [link.message.summary if link.message is not None else None for link in found.links[4:]] == [
        'the command moves the alias "candidate" on to v1; the command moves the alias "latest" on to v1',
        None,
        'the command removes the alias "candidate" again',
        '"$X" is not filled in: Python reads no variables in a string',
        None,
        '"Production-registry/zoo" lacks the registry prefix "wandb-registry-"',
    ]
    assert [link.message is not None for link in found.links[:4]] == [False, True, True, True]
    assert found.faults == ("2 links misplaced",)
    changes = ['alias "production" set on v0', 'alias "candidate" removed from v0']
    shown = "\n".join(f"  acme/wandb-registry-model/dropped  ({change})" for change in changes)
    assert f"Aliases changed without a link\n{shown}\n" in "\n".join(render(found))
    assert "under a name that was never filled in [REG106, A7]" in "\n".join(render(found))
    assert 'the alias "v7" looks like a version' in "\n".join(render(found))
    assert "the command removes this link again" in "\n".join(render(found))
    well = replace(found, links=found.links[:4])
    assert [*render(well)][-1].startswith(
        "4 links would be accepted into a registry; the command removes 2 links again"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("catalog", "persons", "assumed"),
    [
        (None, ["alice"], ["team vision"]),
        (None, ["alice", "bob"], ["team vision", "person bob"]),
        (replace(CATALOG, complete=True), [], ["person alice", "person bob"]),
        (replace(CATALOG, complete=True).with_personal(["bob"]), [], ["person alice"]),
        (CATALOG.with_personal(["alice", "bob"]), [], ["person bob"]),
    ],
)
def test_a_personal_entity_is_not_assumed_to_be_a_team(
    project: Path, catalog: Catalog | None, persons: list[str], assumed: list[str]
) -> None:
    names = ["vision", "alice", "bob"] if "bob" in str(assumed) or catalog else ["vision", "alice"]
    (project / "train.py").write_text(
        "import wandb\n"
        f"for entity in {names}:\n"
        "    with wandb.init(entity=entity) as run:\n"
        "        run.link_artifact(wandb.Artifact('zoo', type='model'), 'wandb-registry-model/zoo')\n",
        encoding="utf-8",
    )
    found = dry_run(["python", "train.py"], catalog=catalog, personal_entities=persons, keep_going=True, cwd=project)
    verdicts = [(link.attempt.verdict, link.attempt.code) for link in found.links]
    assert verdicts == [("linked", None)] + [("refused", "REG203")] * (len(names) - 1)
    assert [f"{item.kind} {item.name}" for item in found.assumed] == assumed


@pytest.mark.slow
def test_the_team_of_a_public_api_is_taken_from_the_code(project: Path) -> None:
    (project / "serve.py").write_text(
        """
import os, wandb
NAME = "wandb-registry-model/zoo"
wandb.Api(overrides={"entity": "team-1"}).artifact(NAME + ":production")
wandb.Api({"entity": "team-2"}).registry("model")
list(wandb.Api(overrides={"entity": "team-3"}).registries())
wandb.Api(overrides={"entity": "team-4"}).artifact_collection("model", NAME)
wandb.Api(overrides={"entity": "team-5"}).artifact_exists(NAME + ":production")
os.environ["WANDB_ENTITY"] = "team-6"
wandb.Api().artifact(NAME + ":production")
for wrong in ("your-team", "team/project", "wandb-registry-model"):
    try:
        wandb.Api(overrides={"entity": wrong}).artifact(NAME + ":production")
    except Exception:
        print("refused:", wrong)
""",
        encoding="utf-8",
    )
    found = dry_run(["python", "serve.py"], stub_artifacts=True, cwd=project)
    assert found.status == 0
    assert [item.name for item in found.assumed if item.kind == "team"] == [f"team-{number}" for number in range(1, 7)]
    assert sum(bool(item.failed) for item in found.consumed) == 3  # the wrong ones


@pytest.mark.slow
@pytest.mark.parametrize("stub_artifacts", [False, True])
def test_versions_that_the_code_takes_from_a_list(project: Path, stub_artifacts: bool) -> None:
    (project / "best.py").write_text(
        "import wandb\n"
        "with wandb.init(entity='vision', project='p') as run:\n"
        "    name = 'acme/wandb-registry-model/zoo'\n"
        "    best = max(wandb.Api().artifacts('model', name), key=lambda item: item.metadata.get('acc', 0))\n"
        "    run.link_artifact(best, 'wandb-registry-model/zoo', aliases=['champion'])\n",
        encoding="utf-8",
    )
    found = dry_run(["python", "best.py"], stub_artifacts=stub_artifacts, cwd=project)
    text = "\n".join(render(found))
    if stub_artifacts:
        assert found.exit_status == 0, text
        assert "acme/wandb-registry-model/zoo  (listed; unknown here, so an empty one stands in)" in text
    else:
        assert "acme/wandb-registry-model/zoo  could not be read: best.py:4: there is no collection" in text
        assert "--stub-artifacts" in text


@pytest.mark.slow
@pytest.mark.parametrize("name", ["'abc'", "wandb.Api().runs('vision/train')[0].id"])
def test_a_run_that_exists_only_at_wandb_is_resumed(project: Path, name: str) -> None:
    (project / "resume.py").write_text(
        "import wandb\n"
        f"with wandb.init(entity='vision', project='train', id={name}, resume='must') as run:\n"
        "    run.link_artifact(wandb.Artifact('zoo', type='model'), 'wandb-registry-model/zoo')\n",
        encoding="utf-8",
    )
    found = dry_run(["python", "resume.py"], catalog=CATALOG, cwd=project)
    assert found.exit_status == 0, "\n".join(render(found))
    path = "vision/train/abc" if name == "'abc'" else "vision/train/regilink-stub"
    assert [f"{item.kind} {item.name}" for item in found.assumed] == [f"run {path}"]
    assert [run.path for run in found.runs] == [path]


@pytest.mark.slow
def test_the_entity_of_a_sweep_is_not_that_of_its_run(project: Path) -> None:
    (project / "agent.py").write_text(
        "import wandb\n"
        "def train():\n"
        "    run = wandb.init(entity='vision')\n"
        "    run.link_artifact(wandb.Artifact('zoo', type='model'), 'wandb-registry-model/zoo')\n"
        "sweep = {'method': 'grid', 'parameters': {'lr': {'values': [1]}}}\n"
        "wandb.agent(wandb.sweep(sweep, project='p'), train, count=1)\n",
        encoding="utf-8",
    )
    found = dry_run(["python", "agent.py"], catalog=CATALOG, cwd=project)
    assert (found.left_to_default, found.sweep_left_to_default) == (True, True), found
    text = "\n".join(render(found))
    assert "warning[REG205] neither the code nor the settings name the entity of the sweep" in text
    assert "REG201" not in text


# Without it.


def test_a_script_says_where_a_value_is_from_only_if_the_command_runs_it() -> None:
    assert not collect.WrittenAt(["python", "t.py", "--target", "x"])._is_used("jobs/p.sh")
    assert collect.WrittenAt(["bash", "jobs/p.sh"])._is_used("jobs/p.sh")
    assert collect.WrittenAt(["python", "t.py"])._is_used("conf/config.yaml")


@check_rows(
    ("program", "dotenv", "environ", "command", "places"),
    [
        ("load_dotenv()", "T=wandb-registry-m", {}, "python t.py", (".env:1",)),
        ("load_dotenv()", "T=wandb-registry-m", {"T": "wandb-registry-m"}, "python t.py", ("$T",)),
        ("load_dotenv()", "T=wandb-registry-m", {"TARGET": "wandb-registry-m"}, "python t.py", (".env:1",)),
        ("load_dotenv(override=True)", "T=wandb-registry-m", {"T": "wandb-registry-m"}, "python t.py", (".env:1",)),
        ("", "OTHER=1", {"T": "wandb-registry-m"}, "python t.py", ("$T",)),
        ("", "OTHER=1", {}, "python t.py", ("t.py:5",)),
        ("", "OTHER=1", {"T": "wandb-registry-m"}, "bash run.sh", ("run.sh:1",)),
        ("load_dotenv()", "T=wandb-registry-m", {"T": "x"}, "python t.py", (".env:1",)),
    ],
)
def test_the_origin_of_a_value_is_the_one_that_wins(
    tmp_path: Path, program: str, dotenv: str, environ: dict[str, str], command: str, places: tuple[str, ...]
) -> None:
    (tmp_path / ".git").mkdir(exist_ok=True)
    (tmp_path / ".env").write_text(dotenv, encoding="utf-8")
    default = "" if program else ', "wandb-registry-m"'
    (tmp_path / "t.py").write_text(
        f"import os, wandb\nfrom dotenv import load_dotenv\n{program}\n"
        f'run = wandb.init(entity="t")\ntarget = os.environ.get("T"{default})\nrun.link_artifact(a, target)\n',
        encoding="utf-8",
    )
    script = tmp_path / "run.sh"
    script.unlink(missing_ok=True)
    if "run.sh" in command:
        script.write_text("export T=wandb-registry-m\npython t.py\n", encoding="utf-8")
    names = (None, None, None, None, "wandb-registry-m", None, None, None, None)
    attempt = LinkAttempt(*names, (), "misplaced", "REG102", "A2", None, None, f"{tmp_path}/t.py:6")
    found = collect.WrittenAt(command.split(), environ).of(attempt)
    assert tuple(place.rpartition("/")[2] for place in found) == places


@check_rows(
    ("line", "project", "requested", "expected"),
    [
        ('run.link_artifact(a, "Production-registry/zoo")', "Production-registry", "Production-registry/zoo", "REG101"),
        ('REGISTRY = "prod"; run.link_artifact(a, f"{REGISTRY}/zoo")', "prod", "prod/zoo", "REG101"),
        ("run.link_artifact(a, sys.argv[1])", "Production-registry", "Production-registry/zoo", "REG101"),
        ('run.link_artifact(a, "candidates/zoo")', "candidates", "candidates/zoo", None),
        ("run.link_artifact(a, sys.argv[1])", "candidates", "candidates/zoo", None),
        ("run.link_artifact(a, sys.argv[1])", "our-registry", "our-registry/zoo", None),  # the run's own project
        (
            'run.link_artifact(a, "Data-registry/zoo")  # regilink: ignore[REG101]',
            "Data-registry",
            "Data-registry/zoo",
            None,
        ),
        ('run.link_artifact(a, "model-registry/zoo")', "model-registry", "model-registry/zoo", "REG112"),
        ("run.link_artifact(a, sys.argv[1])", "model-registry", "t/model-registry/zoo", "REG112"),
        ('run.link_model("m.pt", registered_model_name="zoo")', "model-registry", "t/model-registry/zoo", "REG112"),
        ('run.link_model("m.pt", "zoo")  # regilink: ignore[REG112]', "model-registry", "model-registry/zoo", None),
    ],
)
def test_a_project_is_where_a_link_belongs_unless_lint_takes_it_for_a_registry(
    tmp_path: Path, line: str, project: str, requested: str, expected: str | None
) -> None:
    code = f'import sys, wandb\nrun = wandb.init(entity="t", project="our-registry")\n{line}\n'
    (tmp_path / "t.py").write_text(code, encoding="utf-8")
    names = ("u", "t/our-registry/1", None, "model", requested, "t", project, "zoo", f"t/{project}/zoo")
    attempt = LinkAttempt(*names, (), "linked", None, None, None, "v0", f"{tmp_path}/t.py:3")
    assert collect.WrittenAt().find_doubt(attempt) == expected


def test_a_cell_of_a_notebook_is_no_file(project: Path) -> None:
    assert collect._near("/tmp/ipykernel_7/123.py:2", project) == "a cell of the notebook, line 2"
    assert collect._near(f"{project}/src/train.py:3", project) == "src/train.py:3"
    assert collect._near("/elsewhere/train.py:3", project) == "/elsewhere/train.py:3"
    assert collect._near(None, project) is None


@pytest.mark.parametrize(
    ("script", "options", "status", "faults"),
    [
        ("exit 0", {}, 1, ("it linked nothing (--allow-no-links if that is right)",)),
        ("exit 0", {"allow_no_links": True}, 0, ()),
        ("exit 3", {}, 1, ("the command ended with status 3", "it linked nothing")),
        (
            "sleep 60 & exit 0",
            {"allow_no_links": True},
            1,
            ("it left processes running, and what they would link is unknown",),
        ),
        ("sleep 0.3 & exit 0", {"allow_no_links": True}, 0, ()),
        ("exit 3", {"allow_no_links": True}, 1, ("the command ended with status 3",)),
        ("kill -KILL $$", {"allow_no_links": True}, 1, ("the command ended with signal SIGKILL",)),
    ],
)
def test_the_exit_status_says_what_happened(
    project: Path,
    script: str,
    options: dict[str, bool],
    status: int,
    faults: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(commands, "GRACE", 0.2 if "sleep 60" in script else commands.GRACE)
    found = shell(project, script, **options)
    assert (found.exit_status, found.faults) == (status, faults)
    last = list(render(found))[-1]
    assert last.lower() == ("; ".join(faults) or "nothing was linked, as allowed").lower()
    assert json.loads(to_json(found))["exit_status"] == status


@pytest.mark.parametrize("mode", ["offline", "disabled"])
def test_a_dry_run_without_a_link_names_the_mode(project: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setenv("WANDB_MODE", mode)
    outcome = shell(project, "exit 0")
    assert outcome.faults == (f"it linked nothing: the mode of wandb is {mode}",)
    allowed = shell(project, "exit 0", allow_no_links=True)
    assert list(render(allowed))[-1] == f"Nothing was linked, as allowed; the mode of wandb is {mode}"


@pytest.mark.slow
def test_runs_that_the_code_keeps_offline_are_named(project: Path) -> None:
    code = """
import wandb
with wandb.init(entity="team-a", mode="disabled") as run:
    run.use_artifact("wandb-registry-model/zoo:latest")
wandb.init(entity="team-a", settings=wandb.Settings(mode="offline")).finish()
with wandb.init(entity="team-a", mode="online") as run:
    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")
"""
    (project / "train.py").write_text(code, encoding="utf-8")
    outcome = shell(project, "python train.py")
    assert [(run.mode, run.place) for run in outcome.unsent_runs] == [
        ("disabled", "train.py:3"),
        ("offline", "train.py:5"),
    ]
    shown = list(render(outcome))
    assert "  a run that sends nothing  (disabled, train.py:3)" in shown
    assert shown[-1].endswith("; 2 runs sent nothing")
    assert outcome.exit_status == 0
    assert json.loads(to_json(outcome))["unsent_runs"][1] == {"mode": "offline", "place": "train.py:5"}
    alone = replace(outcome, links=(), runs=(), allow_no_links=True)
    assert list(render(alone))[-1] == "Nothing was linked, as allowed; the mode of wandb is disabled"


def test_the_environment_keeps_what_is_the_users(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_PROJECT", "mine")
    monkeypatch.setenv("WANDB_API_KEY", "f" * 40)
    monkeypatch.setenv("WANDB_BASE_URL", "https://wandb.mine.example")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    found = shell(project, "env > seen", entity="vision", allow_no_links=True)
    seen = dict(
        line.split("=", 1) for line in (project / "seen").read_text(encoding="utf-8").splitlines() if "=" in line
    )
    assert (seen["WANDB_PROJECT"], seen["WANDB_ENTITY"]) == ("mine", "vision")
    assert seen["WANDB_BASE_URL"].startswith("http://127.0.0.1:")
    assert seen["WANDB_API_KEY"] != "f" * 40
    assert seen["PYTHONPATH"].endswith(":/somewhere")
    for quiet in ("WANDB_QUIET", "WANDB_CONSOLE", "WANDB_MODE"):
        assert quiet not in seen
    assert (found.entity, found.entity_source) == ("vision", "argument --entity")


def test_the_users_own_server_is_kept_off_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import urllib.request as u\nfor h in ('wandb.mine.example', 'wandb.acme.example'):\n"
    code += " try: u.urlopen('https://' + h, timeout=5)\n except OSError as e: print(e)\n"
    (project / "ask.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("WANDB_BASE_URL", "https://wandb.mine.example")
    found = dry_run(["python", "ask.py"], catalog=CATALOG, cwd=project)
    assert found.blocked_hosts == (("wandb.acme.example", 1), ("wandb.mine.example", 1))
    text = "\n".join(render(found))
    assert "wandb.mine.example: 1 connection blocked" in text
    assert "ignore the proxy variables" in text


@pytest.mark.slow
def test_servers_that_the_code_names_are_fenced_off_or_named(project: Path) -> None:
    code = """
import os, sys, urllib.request
import wandb
try:
    wandb.login(key="0123456789abcdef" * 3, host="http://127.0.0.9:9", timeout=1)
except Exception as error:
    print(type(error).__name__)
try:
    wandb.Api(overrides={"base_url": "https://wandb.own.example"}, api_key="f" * 40, timeout=1).viewer
except Exception as error:
    print(type(error).__name__)
try:
    urllib.request.urlopen("https://wandb.own.example", timeout=5)
except OSError as error:
    print(error)
emulator = os.environ["WANDB_BASE_URL"]
for url in (emulator.replace("127.0.0.1", "localhost"), "http://localhost:9", "http://[::1]:9"):
    os.environ["WANDB_BASE_URL"] = url
    try:
        wandb.Api(api_key="f" * 40, timeout=1)
    except Exception as error:
        print(type(error).__name__)
"""
    (project / "ask.py").write_text(code, encoding="utf-8")
    found = dry_run(["python", "ask.py"], cwd=project, allow_no_links=True)
    assert found.other_servers == ("http://127.0.0.9:9", "http://localhost:9", "http://[::1]:9")
    assert [host for host, _ in found.blocked_hosts] == ["wandb.own.example"]
    text = "\n".join(render(found))
    assert "http://127.0.0.9:9: named in the code and not blocked, as it is on this machine" in text
    assert json.loads(to_json(found))["other_servers"] == list(found.other_servers)


def test_nothing_is_claimed_about_servers_that_cannot_be_seen(project: Path) -> None:
    text = "\n".join(render(dry_run(NOTHING, cwd=project, allow_no_links=True)))
    assert "no connection seen" in text
    assert "nothing was sent" not in text


@pytest.mark.parametrize(
    "words",
    sample(
        [
            ["--api-key", "{}"],
            ["--api_key={}"],
            ["--token", "{}"],
            ["-c", "https://user:{}@wandb.ai/registry/model/zoo"],
        ],
        one_in=2,
    ),
)
def test_keys_in_the_command_are_not_shown(project: Path, capfd: pytest.CaptureFixture[str], words: list[str]) -> None:
    key = "0a1b2c3d4e" * 4
    command = ["python", "-c", "pass", *(word.format(key) for word in words)]
    for options in ([], ["--output-format", "json"]):
        assert main(["dry-run", "--allow-no-links", *options, "--", *command]) == 0
        out, err = capfd.readouterr()
        assert "[key]" in out
        assert key not in out + err


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C comes from a console: tools/windows.sh interrupt")
@pytest.mark.parametrize("number", sample([signal.SIGINT, signal.SIGTERM], one_in=2))
def test_a_signal_ends_the_command_and_the_report_comes_all_the_same(project: Path, number: int) -> None:
    code = (
        "import signal, sys, time\n"
        "def stop(*_):\n    print('asked to stop', flush=True)\n    sys.exit(7)\n"
        "signal.signal(signal.SIGINT, stop); signal.signal(signal.SIGTERM, stop)\n"
        "print('ready', flush=True)\ntime.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "regilink_doctor", "dry-run", "--", sys.executable, "-c", code],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    rest = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert rest.splitlines().count("asked to stop") == 1
    assert "was interrupted, ended with status 7" in rest
    assert "It was interrupted" in rest


def test_what_cannot_be_started_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dry-run", "--", "no-such-command-here"]) == 2
    assert "no-such-command-here cannot be started: " in capsys.readouterr().err
    assert main(["dry-run"]) == 2
    assert "regilink dry-run -- python train.py" in capsys.readouterr().err
    (project / "regilink.catalog.json").write_text("{", encoding="utf-8")
    assert main(["dry-run", "--", *NOTHING]) == 2
    assert "not JSON" in capsys.readouterr().err
    assert main(["dry-run", "--no-catalog", "--allow-no-links", "--", *NOTHING]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("organization", ["acme", "Acme Inc"])
def test_a_link_without_and_then_with_the_organization_go_to_the_same_place(project: Path, organization: str) -> None:
    (project / "both.py").write_text(
        f"""
import wandb
with wandb.init(entity="team-x", project="p") as run:
    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))
    run.link_artifact(artifact, "wandb-registry-model/one")
    run.link_artifact(artifact, "{organization}/wandb-registry-model/two")
""",
        encoding="utf-8",
    )
    found = dry_run(["python", "both.py"], cwd=project)
    assert [(each.attempt.verdict, each.removed) for each in found.links] == [("linked", False), ("linked", False)]
    assert {each.attempt.entity for each in found.links} == {organization.lower().replace(" ", "-")}
    assert ("organization", organization) in [(each.kind, each.name) for each in found.assumed]


@pytest.mark.slow
def test_an_organization_under_both_of_its_names_is_one(project: Path) -> None:
    (project / "names.py").write_text(
        """
import wandb
with wandb.init(entity="team-x", project="p") as run:
    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))
    run.link_artifact(artifact, "wandb-registry-model/one")
    run.link_artifact(artifact, "acme-corp/wandb-registry-model/two")
    run.link_artifact(artifact, "Acme Corp/wandb-registry-model/three")
""",
        encoding="utf-8",
    )
    found = dry_run(["python", "names.py"], cwd=project)
    assert [each.attempt.verdict for each in found.links] == ["linked"] * 3
    assert {each.attempt.entity for each in found.links} == {"acme-corp"}
    assert ("organization", "Acme Corp") in [(each.kind, each.name) for each in found.assumed]


@pytest.mark.slow
def test_the_team_of_a_run_is_no_organization(project: Path) -> None:
    (project / "team.py").write_text(
        """
import wandb
with wandb.init(entity="team-x", project="p") as run:
    run.link_artifact(wandb.Artifact("zoo", type="model"), "team-x/wandb-registry-model/zoo")
""",
        encoding="utf-8",
    )
    found = dry_run(["python", "team.py"], cwd=project)
    assert [(each.attempt.verdict, each.attempt.code) for each in found.links] == [("refused", "REG202")]
    assert [(each.kind, each.name) for each in found.assumed] == [("team", "team-x")]


@pytest.mark.slow  # the agent asks every few seconds
def test_a_sweep_that_links_from_its_function_is_reported(project: Path) -> None:
    (project / "sweep.py").write_text(
        """
import wandb

def train():
    with wandb.init() as run:
        run.log({"loss": run.config.rate})
        artifact = run.log_artifact(wandb.Artifact(f"zoo-{run.id}", type="model"))
        run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[f"rate-{run.config.rate}"])

metric = {"name": "loss", "goal": "minimize"}
settings = {"method": "grid", "parameters": {"rate": {"values": [1, 2]}}, "metric": metric}
sweep = wandb.sweep(settings, entity="team-x", project="tuning")
wandb.agent(sweep, function=train, entity="team-x", project="tuning")
assert wandb.Api().sweep(f"team-x/tuning/{sweep}").best_run().config["rate"] == 1
""",
        encoding="utf-8",
    )
    found = dry_run(["python", "sweep.py"], cwd=project)
    assert found.status == 0
    assert [each.attempt.aliases for each in found.links] == [("rate-1",), ("rate-2",)]
    assert [each.attempt.version for each in found.links] == ["v0", "v1"]


def test_one_run_shows_every_link_when_it_keeps_going(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "all.py").write_text(
        """
import wandb
with wandb.init(entity="team-x", project="p") as run:
    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))
    data = run.log_artifact(wandb.Artifact("data", type="dataset"))
    print(run.link_artifact(artifact, "wandb-registry-modle/zoo") is artifact)
    print(artifact.wait().link("a/b/c/d") is artifact)
    print(run.link_artifact(artifact=data, target_path="wandb-registry-model/data") is data)
    run.link_artifact(artifact, "wandb-registry-model/zoo")
""",
        encoding="utf-8",
    )
    stopped = dry_run(["python", "all.py"], cwd=project)
    assert (stopped.status, [each.attempt.verdict for each in stopped.links]) == (1, ["refused"])
    found = dry_run(["python", "all.py"], cwd=project, keep_going=True)
    assert [each.attempt.verdict for each in found.links] == ["refused", "refused", "refused", "linked"]
    assert (found.status, found.exit_status) == (0, 1)
    out, err = capfd.readouterr()
    assert out.split() == ["True"] * 3
    assert err.count("regilink: refused, and passed over") == 3


@pytest.mark.slow
def test_a_run_that_is_refused_is_named_once_with_the_reason(project: Path) -> None:
    (project / "train.py").write_text(
        "import wandb\nfor _ in range(2):\n    try:\n        wandb.init(entity='zoo team', project='p')\n"
        "    except wandb.errors.CommError:\n        pass\n",
        encoding="utf-8",
    )
    outcome = dry_run(["python", "train.py"], allow_no_links=True, cwd=project)
    answer = "entity zoo team not found during upsertBucket"
    assert [(run.entity, run.project, run.message, run.failure) for run in outcome.refused_runs] == [
        ("zoo team", "p", answer, "B2")
    ]
    assert outcome.exit_status == 1
    text = "\n".join(render(outcome))
    assert f"Runs\n  zoo team/p  (refused: {answer} [B2])" in text
    assert text.endswith("1 run refused")


@pytest.mark.slow
@check_rows(
    ("start", "variables", "refused"),
    [
        ('wandb.init(entity="team-a", project="team-a/zoo")', {}, ("team-a", "team-a/zoo", "Invalid project", "F20")),
        ('wandb.init("team-a", "a:b")', {}, ("team-a", "a:b", "Invalid project", "F20")),
        ('wandb.init(entity="team-a")', {"WANDB_PROJECT": "team-a/zoo"}, ("team-a", None, "Invalid project", "F20")),
        ('wandb.init(project="zoo", settings={"project": "a#b"})', {}, (None, "zoo", "Invalid project", "F20")),
        ('wandb.init(project="zoo", team="team-a")', {}, (None, "zoo", "unexpected keyword argument", None)),
        ('wandb.init(project="zoo", mode="of-line")', {}, (None, "zoo", "1 validation error for Settings mode", "F20")),
        ('wandb.init(entity="zoo team", project="p")', {}, ("zoo team", "p", "not found during upsertBucket", "B2")),
        ('wandb.init(project="zoo")', {}, None),
        ('wandb.init(project="zoo", mode="offline")', {}, None),
        ('wandb.init(project="zoo")\nint("x")', {}, None),
    ],
)
def test_a_run_that_did_not_start_is_named_with_the_reason(
    start: str, variables: dict[str, str], refused: tuple[Any, ...] | None, project: Path, forked_python: str
) -> None:
    (project / "train.py").write_text(f"import wandb\n{start}\n", encoding="utf-8")
    outcome = dry_run([forked_python, "train.py"], cwd=project, environ={**os.environ, **variables})
    found = [(run.entity, run.project, run.failure) for run in outcome.refused_runs]
    if refused is None:
        assert found == []
        return
    entity, name, message, failure = refused
    assert found == [(entity, name, failure)]
    assert message in outcome.refused_runs[0].message
    assert "1 run refused" in "\n".join(render(outcome))
