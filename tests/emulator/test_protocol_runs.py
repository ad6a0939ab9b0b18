"""Runs with the real SDK: made, fed, read back, resumed, several at once."""

import json

import pytest
import wandb
from serving import Server


def test_a_run_comes_back_with_its_config_history_summary_and_files(server: Server, tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    config = {"lr": 0.1, "layers": [1, 2]}
    with wandb.init(
        entity="team-a", project="proj", name="first", config=config, tags=["a"], group="g", job_type="train", notes="n"
    ) as run:
        for step in range(3):
            run.log({"loss": 1.0 / (step + 1), "step": step})
        run.summary["best"] = 7
        run.config["late"] = True
        run.save(str(tmp_path / "notes.txt"), base_path=str(tmp_path))
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
