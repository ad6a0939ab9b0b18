"""Runs with the real SDK: made, fed, read back, resumed, several at once."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
import wandb
from serving import Server


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 20
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_run_comes_back_with_its_config_history_summary_and_files(server: Server, tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("notes", encoding="utf-8")
    config = {"lr": 0.1, "layers": [1, 2]}
    with wandb.init(
        entity="team-a", project="proj", name="first", config=config, tags=["a"], group="g", job_type="train", notes="n"
    ) as run:
        for step in range(3):
            run.log({"loss": 1.0 / (step + 1), "step": step})
        run.summary["best"] = 7
        run.config["late"] = True
        run.save(str(tmp_path / "notes.txt"), base_path=str(tmp_path))
        wait_for(
            Path(run.dir) / "wandb-metadata.json"
        )  # wandb-core collects it beside the run, and drops it at the end
    found = server.api().run(f"team-a/proj/{run.id}")
    assert (found.name, found.state, found.tags, found.group, found.job_type, found.notes) == (
        "first",
        "finished",
        ["a"],
        "g",
        "train",
        "n",
    )
    assert found.config == {**config, "late": True}
    assert found.summary["best"] == 7
    assert [row["step"] for row in found.history(pandas=False)] == [0, 1, 2]
    assert [row["loss"] for row in found.scan_history(keys=["loss"])] == [1.0, 0.5, 1 / 3]
    names = {each.name for each in found.files()}
    assert {"notes.txt", "config.yaml", "wandb-summary.json", "wandb-metadata.json"} <= names
    assert "requirements.txt" not in names, "nobody asks for it here, and it takes longest of them all"
    with found.file("notes.txt").download(str(tmp_path / "down")) as file:
        assert file.read() == "notes"
    assert found.file("./notes.txt").name == "notes.txt"
    assert found.metadata["startedAt"]


def test_a_run_that_fails_says_so(server: Server) -> None:
    with pytest.raises(RuntimeError), wandb.init(entity="team-a", project="proj") as run:
        raise RuntimeError("out of memory")
    assert server.api().run(f"team-a/proj/{run.id}").state == "failed"


def test_a_run_is_resumed_with_what_it_had(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj", id="resumed", config={"lr": 1}) as run:
        run.log({"loss": 3})
    with wandb.init(entity="team-a", project="proj", id="resumed", resume="must") as run:
        assert run.resumed
        assert run.starting_step == 1
        assert run.config["lr"] == 1
        run.log({"loss": 2})
    with pytest.raises(wandb.errors.UsageError):
        wandb.init(entity="team-a", project="proj", id="unknown", resume="must")
    with pytest.raises(wandb.errors.UsageError):
        wandb.init(entity="team-a", project="proj", id="resumed", resume="never")
    found = server.api().run("team-a/proj/resumed")
    assert [row["loss"] for row in found.history(pandas=False)] == [3, 2]


def test_several_runs_at_once_keep_apart(server: Server) -> None:
    runs = [
        wandb.init(entity="team-a", project="proj", id=f"r{index}", reinit="create_new", config={"n": index})
        for index in range(3)
    ]
    for index, run in enumerate(runs):
        run.log({"n": index})
        run.link_artifact(wandb.Artifact(f"zoo-{index}", "model"), "wandb-registry-model/animals")
    for run in runs:
        run.finish()
    found = server.api().runs("team-a/proj", order="+created_at")
    assert [(each.id, each.summary["n"], each.config["n"]) for each in found] == [
        ("r0", 0, 0),
        ("r1", 1, 1),
        ("r2", 2, 2),
    ]
    assert [(each.run, each.version) for each in server.links] == [(f"team-a/proj/r{n}", f"v{n}") for n in range(3)]


def test_runs_are_found_by_filters_and_order(server: Server) -> None:
    for index, tag in enumerate(["blue", "red", "blue"]):
        with wandb.init(entity="team-a", project="proj", id=f"r{index}", tags=[tag], config={"lr": index}) as run:
            run.log({"loss": 10 - index})
    api = server.api()

    def ids(**filters: object) -> list[str]:
        return [each.id for each in api.runs("team-a/proj", filters=filters, order="+created_at", per_page=2)]

    assert ids() == ["r0", "r1", "r2"]
    assert ids(tags="blue") == ["r0", "r2"]
    assert ids(**{"config.lr": {"$gte": 1}}) == ["r1", "r2"]
    assert ids(**{"$or": [{"config.lr": 0}, {"summary_metrics.loss": 8}]}) == ["r0", "r2"]
    assert [each.id for each in api.runs("team-a/proj", order="+summary_metrics.loss")] == ["r2", "r1", "r0"]
    assert len(api.runs("team-a/proj")) == 3


def test_a_run_is_changed_and_deleted_by_the_api(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj", id="changed") as run:
        run.log_artifact(wandb.Artifact("zoo", "model"))
    api = server.api()
    found = api.run("team-a/proj/changed")
    found.name, found.description = "renamed", "by hand"
    found.tags.append("kept")
    found.config["lr"] = 2
    found.summary["best"] = 1
    found.update()
    again = api.run("team-a/proj/changed")
    assert (again.name, again.tags, again.config) == ("renamed", ["kept"], {"lr": 2})
    assert [each.name for each in again.logged_artifacts()] == ["zoo:v0"]
    again.delete(delete_artifacts=True)
    with pytest.raises((ValueError, wandb.errors.CommError), match="changed"):
        server.api().run("team-a/proj/changed")
    assert not api.artifact_exists("team-a/proj/zoo:v0")


def test_what_a_run_used_and_logged_is_known_at_both_ends(server: Server) -> None:
    server.logged().link("wandb-registry-model/animals")
    with wandb.init(entity="team-a", project="proj", id="lineage") as run:
        run.use_artifact("wandb-registry-model/animals:latest")
        run.log_artifact(wandb.Artifact("better", "model"))
    found = server.api().run("team-a/proj/lineage")
    assert [each.name for each in found.used_artifacts()] == ["zoo:v0"]
    assert [each.name for each in found.logged_artifacts()] == ["better:v0"]
    assert [each.id for each in server.api().artifact("team-a/proj/zoo:v0").used_by()] == ["lineage"]
    assert server.api().artifact("team-a/proj/better:v0").logged_by().id == "lineage"
    uses = [each for each in server.emulator.ledger.consumed if each.how == "use"]
    assert [(each.name, each.run) for each in uses] == [("acme/wandb-registry-model/animals:v0", "team-a/proj/lineage")]


def test_the_state_of_the_server_can_be_read_by_other_processes(server: Server) -> None:
    import requests

    with wandb.init(entity="team-a", project="proj", id="seen"):
        pass
    text = requests.get(f"{server.emulator.url}/_regilink/world", timeout=10).text
    (project,) = (each for each in json.loads(text)["projects"] if each["name"] == "proj")
    assert project["runs"] == [{"id": "seen", "state": "finished", "user": "alice"}]
    assert server.world.users["alice"].key not in text


def test_nested_metrics_have_dotted_keys(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj") as run:
        run.log({"outer": {"inner": 1, "deep": {"er": 2}}, "plain": 3})
    found = server.api().run(run.path)
    (row,) = found.history(pandas=False)
    assert {name: row[name] for name in ("outer.inner", "outer.deep.er", "plain")} == {
        "outer.inner": 1,
        "outer.deep.er": 2,
        "plain": 3,
    }
    assert [each["outer.inner"] for each in found.scan_history(keys=["outer.inner"])] == [1]


@pytest.mark.slow
def test_the_id_of_a_deleted_run_is_refused(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj", id="gone") as run:
        pass
    server.api().run(run.path).delete()
    with pytest.raises(wandb.errors.Error, match="previously created and deleted"):
        wandb.init(entity="team-a", project="proj", id="gone")


def test_an_id_that_is_used_again_replaces_steps_and_both_histories_agree(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj", id="again") as run:
        for value in (1, 2, 3):
            run.log({"loss": value})
    with wandb.init(entity="team-a", project="proj", id="again") as run:
        run.log({"loss": 9})
    found = server.api().run("team-a/proj/again")
    assert [row["loss"] for row in found.history(pandas=False)] == [9, 2, 3]
    assert [row["loss"] for row in found.scan_history()] == [9, 2, 3]


def test_a_shared_run_has_what_each_of_its_processes_logged(server: Server, forked_python: str) -> None:
    code = """if True:
        import sys, wandb
        rank = int(sys.argv[1])
        settings = wandb.Settings(mode="shared", x_primary=rank == 0, x_label=f"rank{rank}")
        run = wandb.init(entity="team-a", project="proj", id="shared", settings=settings)
        for value in (1, 2):
            run.log({f"loss{rank}": value})
        run.finish()"""
    environ = {**os.environ, **server.emulator.environ()}
    environ.pop("WANDB_SERVICE", None)  # processes of one wandb-core cannot share a run
    ranks = [subprocess.Popen([forked_python, "-c", code, str(rank)], env=environ) for rank in range(2)]
    assert [process.wait() for process in ranks] == [0, 0]
    found = server.api().run("team-a/proj/shared")
    rows = list(found.scan_history())
    for rank in range(2):
        assert [row[f"loss{rank}"] for row in rows if f"loss{rank}" in row] == [1, 2]
        assert found.summary[f"loss{rank}"] == 2
    assert [row["_step"] for row in rows] == [0, 1, 2, 3]


def test_a_fork_has_the_history_of_its_parent(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj", id="parent") as run:
        for value in (1, 2, 3):
            run.log({"loss": value})
    with wandb.init(entity="team-a", project="proj", id="child", fork_from="parent?_step=1") as run:
        run.log({"loss": 7})
    found = server.api().run("team-a/proj/child")
    assert [row["loss"] for row in found.scan_history(keys=["loss"])] == [1, 2, 7]


def test_a_state_that_cannot_follow_is_refused(server: Server) -> None:
    run = server.api().create_run(entity="team-a", project="proj")
    query = "mutation M($input: UpdateRunStateInput!) { updateRunState(input: $input) { success } }"
    values = {"id": run.storage_id, "state": "failed"}
    assert server.ask(query, input=values) == {"updateRunState": {"success": True}}
    assert server.errors(query, input=values) == ["invalid state transition from 'failed' to 'failed'"]
    assert server.ask(query, input={**values, "state": "pending"}) == {"updateRunState": {"success": True}}


def test_an_offline_run_without_an_entity_keeps_its_artifacts_when_it_is_synced(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner
    from wandb.cli.cli import cli

    with wandb.init(project="proj", mode="offline") as run:
        run.log_artifact(wandb.Artifact("zoo", type="model"))
        folder = os.path.dirname(run.dir)
    result = CliRunner().invoke(cli, ["sync", folder])
    assert result.exit_code == 0, result.output
    project = server.world.entities["team-a"].projects["proj"]
    assert [each.artifact.source_name for each in project.collections["zoo"].memberships] == ["team-a/proj/zoo:v0"]


def test_a_version_that_is_created_twice_keeps_what_the_first_said(server: Server) -> None:
    query = "mutation M($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact { id } } }"
    values = {
        "entityName": "",
        "projectName": "proj",
        "artifactTypeName": "model",
        "artifactCollectionName": "zoo",
        "digest": "d",
        "digestAlgorithm": "MANIFEST_MD5",
        "clientID": "c",
    }
    first = server.ask(query, input={**values, "metadata": '{"a": 1}', "description": "first"})
    assert server.ask(query, input=values) == first
    (version,) = server.world.artifacts.values()
    assert (version.metadata, version.description) == ('{"a": 1}', "first")
